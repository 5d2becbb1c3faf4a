"""What strangers send, whole and of our own writing, to be broken: the stand-in's own answers, and a few by hand."""

from __future__ import annotations

import gzip
import io
import zipfile
from functools import cache

from scraper.standin import Newsroom, fixtures_dir
from scraper.standin.site import Site

HOST = "http://kabar.example"
CANARY = "kenari-di-tambang"
"""Stands in a file outside: whoever gives it back has read what no input may reach."""

ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY {"abcdefgh"[n]}{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 8)) + "]>",
    '<!DOCTYPE x [<!ENTITY y SYSTEM "file://{canary}">]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:{port}/x.dtd">',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:{port}/x.dtd"> %p;]>',
)  # fmt: skip
"""Document types that would swell, read a file, or ask the network."""

ROBOTS = b"""User-agent: *\nDisallow: /search\nAllow: /\nCrawl-delay: 2.5\nContent-Signal: search=yes, ai-train=no
User-agent: kliping\nDisallow: /*?m=1$\nSitemap: http://kabar.example/sitemap.xml\n"""
LINKED_DATA = (
    '{"@context":"https://schema.org","@type":"NewsArticle","headline":"Banjir surut","datePublished":"2026-03-02",'
    '"author":{"@type":"Person","name":"Rina"}, /* x */ "@graph":[{"@type":"BlogPosting","name":["a",{"name":"b"}],},]}'
)
CONTEXT = (
    "_WidgetManager._SetDataContext([{'name': 'blog', 'data': {'blogId': '7000000000000000001', 'title': 'Kabar\\x26',"
    " 'pageType': 'item', 'postId': '9000000000000000001', 'canonicalUrl': 'http://kabar.example/2026/03/x.html',"
    " 'adultContent': false, 'locale': 'id_ID'}}]);\n_WidgetManager._RegisterWidget('_x');"
)
STORY = (
    "Muara, KabarMuara.example - Jembatan dibuka kembali, Senin (2/3/2026). “Warga boleh lewat,” ujar Kepala Dinas"
    " Perhubungan Sari Lembayung, S.T., M.Si.\n\nIa menambahkan, 'sejak 1 Maret 2026 pukul 09.00 WIB' jalan ramai."
    " Menurut AKBP Tirta Wening, arus lancar.\n\n(trt/red) ***"
)
ADDRESSES = (
    "https://www.kabar.example/2026/03/jembatan-1.html?m=1&utm_source=x#c", "http://127.1/", "http://2130706433/x",
    "http://[::ffff:10.0.0.1]:443/", "https://user:rahasia@kabar.example:443/a b/%zz", "//kabar.example/../x", "http://xn--a/",
    "javascript:alert(1)", "http://0x7f.1:80\\@kabar.example/", "http://kabar.example.:99999/", "http://169.254.169.254/latest",
)  # fmt: skip
QUERIES = (
    'banjir "arus lancar" jemb* NEAR(a, b)',
    "title:x OR body:y AND NOT z",
    "'; DROP TABLE articles; --",
    '"' * 9,
    "* ^ + -",
)


@cache
def served(path: str) -> bytes:
    """What the stand-in newsroom of five posts answers there."""
    newsroom = Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")
    newsroom.posts[:] = newsroom.newest_first()[:5]
    body = Site(newsroom, HOST).answer(path).body
    return body if isinstance(body, bytes) else body.encode()


def feeds() -> list[bytes]:
    """Atom, RSS, JSON, JSONP."""
    path = "/feeds/posts/default?alt="
    json, atom = served(path + "json"), served(path + "atom")
    return [json, atom, served(path + "rss"), b"// API callback\nbaca(" + json + b");"]


def sitemaps() -> list[bytes]:
    """A list, an index, and a list packed by gzip."""
    listing = served("/sitemap.xml")
    index = f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>{HOST}/sitemap.xml?page=1</loc>"
    return [listing, index.encode() + b"</sitemap></sitemapindex>", gzip.compress(listing)]


def answer() -> bytes:
    """An answer of HTTP as it goes over the wire: a page in chunks."""
    page = f"<html><body>{STORY}</body></html>".encode()
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\nETag: \"a\"\r\n\r\n"
        + f"{len(page):x}\r\n".encode() + page + b"\r\n0\r\n\r\n"
    )  # fmt: skip


def warc() -> bytes:
    """Two records: an answer, and a page that somebody saved."""
    return b"".join(
        (
            f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {HOST}/2026/03/x.html\r\nWARC-Date: 2026-03-02T10:00:00Z\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
        ).encode() + block + b"\r\n\r\n"
        for kind, content_type, block in (
            ("response", "application/http; msgtype=response", answer()),
            ("resource", "text/html", f"<html>{CONTEXT}{STORY}</html>".encode()),
        )
    )  # fmt: skip


def wacz(inside: bytes | None = None, name: str = "archive/data.warc.gz") -> bytes:
    """A WACZ with one file of records, packed by gzip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, gzip.compress(warc()) if inside is None else inside)
    return out.getvalue()


def export() -> bytes:
    """A Blogger export: the feed, with the kinds that tell a post."""
    kind = b"<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#post'/>"
    return served("/feeds/posts/default?alt=atom").replace(b"<entry>", b"<entry>" + kind)
