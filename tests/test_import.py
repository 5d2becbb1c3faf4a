"""Imports: pages and posts in files become captures and articles as a crawl's do, once, and never newer than they are."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scraper.archive.removal.redaction import redact
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.cli import main
from scraper.config import Settings
from scraper.export import wacz, warc
from scraper.export.manifest import Filters
from scraper.importing.files import findings
from scraper.importing.intake import Imported, Intake
from scraper.importing.saved import address_in
from scraper.rebuild import rebuild
from scraper.standin import StandIn
from tests.crawled import copied, crawl, newsroom
from tests.factories import NOON, minutes, site

SETTINGS = Settings(workers=0, max_bytes=400_000)
LATER = NOON + minutes(60)
POSTS = 6
HOST = "https://www.warung.example"
BLOG = "5550000000000000001"
TEXT = "Air sungai naik sejak subuh dan warga Kampung Hilir memindahkan perahu mereka ke tepi jalan besar."
MORE = "Sampai sore tidak ada laporan korban, dan sekolah tetap buka seperti biasa di hari kerja."


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crawled") / "kliping.db"
    with StandIn(newsroom(POSTS)) as standin:
        crawl(path, standin)
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "kliping.db", create=True) as opened:
        yield opened


def bring(archive: Archive, *paths: Path, url: str | None = None, settings: Settings = SETTINGS) -> list[Imported]:
    async def gather() -> list[Imported]:
        intake = Intake(archive, settings, now=lambda: LATER)
        found = findings(paths, url=url, max_bytes=settings.max_bytes)
        return [imported async for imported in intake.outcomes(found)]

    return asyncio.run(gather())


def told(imported: list[Imported]) -> list[tuple[str, str]]:
    return [(one.outcome.verdict, one.outcome.reason) for one in imported]


def records(archive: Archive) -> dict[str, dict[str, Any]]:
    return {record["id"]: {key: record[key] for key in record if key != "seq"} for record in archive.records()}


def counts(archive: Archive) -> tuple[int, ...]:
    tables = ("articles", "captures", "blobs", "revisions", "extractions", "quotes", "states")
    return tuple(archive.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)


def page(number: int = 1, *, text: str = TEXT, head: str = "", host: str = HOST) -> str:
    """A post of a Blogger blog as its page shows it."""
    address = f"{host}/2026/02/air-naik-{number}.html"
    return (
        f"<!DOCTYPE html><html><head><title>Air Naik {number}</title><meta name='generator' content='blogger'>{head}"
        f"<link rel='canonical' href='{address}'></head><body><div class='post hentry'>"
        f"<h1 class='post-title'>Air Naik {number}</h1><div class='post-body entry-content'><p>{text}</p><p>{MORE}</p>"
        f"</div></div><script>_WidgetManager._SetDataContext([{{'name': 'blog', 'data': {{'blogId': '{BLOG}',"
        f" 'postId': '777000000000000000{number}', 'pageType': 'item', 'title': 'Warung Kabar', 'canonicalUrl':"
        f" '{address}'}}}}]);_WidgetManager._Run();</script></body></html>"
    )


def saved(folder: Path, name: str, html: str | bytes, at: datetime = NOON) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(html if isinstance(html, bytes) else html.encode())
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def response(
    number: int, html: bytes | str, *, at: str = "2026-03-02T12:00:00Z", head: str = "", url: str = ""
) -> bytes:
    """A WARC record, as any tool may write it."""
    body = html if isinstance(html, bytes) else html.encode()
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{head}\r\n".encode() + body
    fields = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url or f'{HOST}/2026/02/air-naik-{number}.html'}\r\n"
        f"WARC-Date: {at}\r\nWARC-Record-ID: <urn:x:{number}>\r\nContent-Type: application/http;msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    return fields.encode() + http + b"\r\n\r\n"


def test_a_crawl_comes_back_whole_from_its_warc(original: Path, archive: Archive, tmp_path: Path) -> None:
    """Exported and imported, every record is the same key by key: the page and its feed entry travel together."""
    with Archive.open(original, readonly=True) as crawled:
        warc.deliver(crawled, tmp_path / "pages.warc.gz", Filters.asked(), at=LATER)
        expected = records(crawled)
    brought = bring(archive, tmp_path / "pages.warc.gz")
    assert told(brought) == [("new", "ok")] * POSTS
    assert records(archive) == expected
    assert list(problems(archive)) == []
    assert rebuild(archive, workers=0, check=True).equal


def test_a_wacz_brings_what_its_warc_holds(original: Path, archive: Archive, tmp_path: Path) -> None:
    """The WARC files are read where they lie in it."""
    with Archive.open(original, readonly=True) as crawled:
        wacz.deliver(crawled, tmp_path / "pages.wacz", Filters.asked(), at=LATER)
        expected = records(crawled)
    brought = bring(archive, tmp_path / "pages.wacz")
    assert records(archive) == expected
    assert brought[0].source.startswith(f"{tmp_path / 'pages.wacz'}!archive/data.warc.gz!")


def test_importing_again_changes_nothing(original: Path, archive: Archive, tmp_path: Path) -> None:
    """Rows, digest and exported numbers stay; so do they when a crawled archive gets back its own export."""
    with Archive.open(original, readonly=True) as crawled:
        warc.deliver(crawled, tmp_path / "pages.warc.gz", Filters.asked(), at=LATER)
    bring(archive, tmp_path / "pages.warc.gz")
    before = (archive.digest(), counts(archive), list(archive.records()))
    assert told(bring(archive, tmp_path / "pages.warc.gz")) == [("unchanged", "ok")] * POSTS
    assert (archive.digest(), counts(archive), list(archive.records())) == before
    with Archive.open(copied(original, tmp_path / "copy.db")) as own:
        before = (own.digest(), counts(own), list(own.records()))
        bring(own, tmp_path / "pages.warc.gz")
        assert (own.digest(), counts(own), list(own.records())) == before


def test_an_import_is_a_run_of_its_own_kind(archive: Archive, tmp_path: Path) -> None:
    """Its kind, sites and sum are in `runs`; its pages' times are the files'."""
    bring(archive, saved(tmp_path, "a.html", page()))
    kind, sites, ended, summary = archive.db.execute("SELECT kind, sites, ended_at, summary FROM runs").fetchone()
    assert (kind, json.loads(sites), ended) == ("import", ["warung.example"], "2026-03-02T13:00:00Z")
    assert json.loads(summary) == {"new": 1}
    assert archive.db.execute("SELECT fetched_at FROM captures").fetchone()[0] == "2026-03-02T12:00:00Z"


def test_a_site_nobody_knew_is_kept_and_not_crawled(archive: Archive, tmp_path: Path) -> None:
    """It has the blog's id and title from its page; `sites add` is still free to make it a crawled one."""
    bring(archive, saved(tmp_path, "a.html", page()))
    held = archive.site("warung.example")
    assert (held.blog_id, held.title, held.url) == (BLOG, "Warung Kabar", f"{HOST}/")
    assert held.removed_at is not None
    assert archive.sites() == ()


def test_a_page_of_a_known_blog_belongs_to_it_under_any_host(archive: Archive, tmp_path: Path) -> None:
    """An old blogspot address is the same blog, and its post the same article's."""
    bring(archive, saved(tmp_path, "a.html", page(1)))
    bring(archive, saved(tmp_path, "b.html", page(2, host="https://warungkabar.blogspot.com")))
    assert {record["site"] for record in archive.records()} == {"warung.example"}


def test_a_page_of_another_platform_is_refused(archive: Archive, tmp_path: Path) -> None:
    """Of a site the archive does not know, only a page that Blogger made is taken."""
    html = f"<html><head><link rel=canonical href='https://lain.example/2026/01/x.html'></head><p>{TEXT}</p></html>"
    assert told(bring(archive, saved(tmp_path, "a.html", html))) == [("refused", "not-blogger")]
    assert counts(archive)[:2] == (0, 0)


@pytest.mark.parametrize(
    ("html", "address"),
    [
        ("<!-- saved from url=(0031)https://a.example/2026/01/x.html --><html>", "https://a.example/2026/01/x.html"),
        ("<html><!--\n Page saved with SingleFile \n url: https://a.example/b.html\n-->", "https://a.example/b.html"),
        ("<html><head><link rel='canonical' href='https://a.example/c.html'></head>", "https://a.example/c.html"),
        ("<html><head><meta property='og:url' content='https://a.example/d.html'></head>", "https://a.example/d.html"),
        ("<html><head><link rel='canonical' href='/e.html'></head><p>x</p>", None),
        ("<p>https://a.example/f.html</p>", None),
    ],
)
def test_a_saved_page_says_where_it_was_saved_from(html: str, address: str | None) -> None:
    """The browser's own comment, else the platform's data, else the canonical link or og:url."""
    assert address_in(html) == address


def test_a_page_without_address_needs_to_be_told(archive: Archive, tmp_path: Path) -> None:
    """The outcome says so; `--url` is for one file alone."""
    html = page().replace("rel='canonical'", "rel='x'").replace("canonicalUrl", "c")
    path = saved(tmp_path, "a.html", html)
    assert told(bring(archive, path)) == [("failed", "no-address")]
    assert told(bring(archive, path, url=f"{HOST}/2026/02/air-naik-1.html")) == [("new", "ok")]


def test_a_folder_is_read_by_time_without_what_browsers_save_beside(archive: Archive, tmp_path: Path) -> None:
    """Two savings of one post are two states in their order, whatever their names; frames of a page are no pages."""
    folder = tmp_path / "saved"
    saved(
        folder,
        "a.html",
        page(1, text="Air sudah surut sejak siang dan warga Kampung Hilir pulang membawa perahu."),
        LATER,
    )
    saved(folder, "b/z.htm", page(1), NOON)
    saved(folder, "a_files/frame.html", "<p>iklan</p>")
    assert told(bring(archive, folder)) == [("new", "ok"), ("changed", "ok")]
    assert [record["revision"] for record in archive.records()] == [2]


def test_an_older_page_is_kept_beside_a_newer_state(archive: Archive, tmp_path: Path) -> None:
    """The article stays as the newer visit left it: no revision, no number, one capture more, once."""
    bring(archive, saved(tmp_path, "new.html", page(), LATER))
    before = list(archive.records())
    old = saved(
        tmp_path,
        "old.html",
        page(text="Air mulai naik dan warga Kampung Hilir berjaga di tepi sungai malam ini."),
        NOON,
    )
    assert told(bring(archive, old)) == told(bring(archive, old)) == [("unchanged", "older")]
    assert list(archive.records()) == before
    assert archive.db.execute("SELECT count(*) FROM captures").fetchone()[0] == 2
    assert list(problems(archive)) == []


def test_a_post_of_a_crawled_site_is_due_for_a_visit(archive: Archive, tmp_path: Path) -> None:
    """Only its site can tell how it stands today; what an import has settled already is not asked for again."""
    archive.add_site(site(name="warung.example", url=f"{HOST}/", blog_id=BLOG))
    path = saved(tmp_path, "a.html", page())
    bring(archive, path)
    assert archive.db.execute("SELECT url, state FROM frontier").fetchall() == [
        (f"{HOST}/2026/02/air-naik-1.html", "due")
    ]
    archive.db.conn.execute("UPDATE frontier SET state = 'settled'")
    bring(archive, path)
    assert archive.db.execute("SELECT state FROM frontier").fetchall() == [("settled",)]


def test_what_an_imported_page_opts_out_of_is_withheld(archive: Archive, tmp_path: Path) -> None:
    """The page's own tag counts as it does in a crawl."""
    bring(archive, saved(tmp_path, "a.html", page(head="<meta name='robots' content='noarchive'>")))
    assert [record["opted_out"] for record in archive.records()] == [["meta robots: noarchive"]]


def test_a_redacted_article_does_not_come_back(archive: Archive, tmp_path: Path) -> None:
    """Neither its newer page nor an older one is kept."""
    path = saved(tmp_path, "a.html", page())
    bring(archive, path)
    with archive.writing():
        redact(archive, f"{HOST}/2026/02/air-naik-1.html", reason="permintaan", at=LATER)
    assert told(bring(archive, path)) == [("refused", "redacted")]
    assert counts(archive)[:3] == (0, 0, 0)


def test_answers_are_unpacked_as_they_were_sent(archive: Archive, tmp_path: Path) -> None:
    """Chunks and gzip are taken off; what came unpacked under such headers is taken as it is, and of a chunk longer than
    the file what there is.
    """
    raw = page(1).encode()
    packed = gzip.compress(page(2).encode())
    chunked = f"{len(packed):x}\r\n".encode() + packed + b"\r\n0\r\n\r\n"
    lines = (
        response(1, raw, head="Transfer-Encoding: chunked\r\n"),
        response(2, chunked, head="Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
        response(3, page(3), head="Content-Encoding: br\r\n"),
        response(4, f"{'f' * 40}\r\n{page(4)}", head="Transfer-Encoding: chunked\r\n"),
    )
    path = tmp_path / "x.warc"
    path.write_bytes(b"".join(lines))
    assert told(bring(archive, path)) == [("new", "ok"), ("new", "ok"), ("failed", "decode"), ("new", "ok")]


def test_what_is_no_posts_page_is_passed(archive: Archive, tmp_path: Path) -> None:
    """Lists, pictures, other answers and the small form of a page count as parts, not as failures."""
    lines = (
        response(1, page(), url=f"{HOST}/"),
        response(1, page(), url=f"{HOST}/2026/02/air-naik-1.html?m=1"),
        response(1, page()).replace(b"text/html", b"image/png"),
        response(1, page()).replace(b"200 OK", b"404 No"),
        response(1, page()),
    )
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"".join(gzip.compress(line) for line in lines))
    assert told(bring(archive, path)) == [("new", "ok")]


def test_a_file_that_breaks_off_costs_what_is_behind(archive: Archive, tmp_path: Path) -> None:
    """The pages before the break are kept; the break is one outcome; the next file is read."""
    whole = gzip.compress(response(1, page(1)))
    half = gzip.compress(response(2, os.urandom(3000)))[:-2000]
    (tmp_path / "half.warc.gz").write_bytes(whole + half)
    (tmp_path / "torn.warc").write_bytes(response(4, page(4)) + b"WARC/1.0\r\nContent-Length: 9999\r\n\r\nabc")
    (tmp_path / "none.warc").write_bytes(b"hello")
    brought = bring(archive, tmp_path / "half.warc.gz", tmp_path / "torn.warc", tmp_path / "none.warc")
    assert told(brought) == [
        ("new", "ok"),
        ("failed", "damaged-file"),
        ("new", "ok"),
        ("failed", "damaged-file"),
        ("failed", "damaged-file"),
    ]


def test_what_unpacks_to_more_than_a_page_is_not_held(archive: Archive, tmp_path: Path) -> None:
    """A record, an answer, a head and a saved page that are bombs are told as too large or broken; the rest is read."""
    bomb = b" " * 30_000_000
    lines = (
        response(1, bomb),
        response(2, gzip.compress(bomb), head="Content-Encoding: gzip\r\n"),
        response(3, page(3), head="X: " + "y" * 100_000 + "\r\n"),
        response(4, page(4)),
    )
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"".join(gzip.compress(line) for line in lines))
    page_bomb = saved(tmp_path, "a.html.gz", gzip.compress(bomb))
    large = saved(tmp_path, "b.html", page() + " " * 500_000)
    endless = tmp_path / "y.warc.gz"
    endless.write_bytes(gzip.compress(b"WARC/1.0\r\nX: " + bomb))
    assert told(bring(archive, path, page_bomb, large, endless)) == [
        ("failed", "too-large"),
        ("failed", "too-large"),
        ("failed", "decode"),
        ("new", "ok"),
        ("failed", "too-large"),
        ("failed", "too-large"),
        ("failed", "damaged-file"),
    ]


def test_names_inside_a_wacz_lead_nowhere(archive: Archive, tmp_path: Path) -> None:
    """Only its WARC files are read, where they lie; nothing is written beside; what is no zip is told."""
    evil, plain = tmp_path / "evil.wacz", tmp_path / "plain.wacz"
    with zipfile.ZipFile(evil, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("archive/../../../escaped.warc", response(1, page(1)))
        container.writestr("/etc/escaped.warc", response(2, page(2)))
        container.writestr("archive/large.warc", response(3, b" " * 30_000_000))
    plain.write_bytes(b"PK nothing")
    assert told(bring(archive, evil, plain)) == [("new", "ok"), ("failed", "too-large"), ("failed", "damaged-file")]
    assert not list(tmp_path.rglob("*escaped*"))
    assert not (tmp_path.parent / "escaped.warc").exists()


OLD_EXPORT = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0'>
<id>tag:blogger.com,1999:blog-{blog}.archive</id><updated>2026-03-01T08:00:00.001+07:00</updated>
<title type='text'>Warung Kabar</title><link rel='alternate' type='text/html' href='https://www.warung.example/'/>
<entry><id>tag:blogger.com,1999:blog-{blog}.layout</id><published>2026-01-01T00:00:00+07:00</published>
<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#template'/>
<title>Template</title><content type='text'>&lt;b:skin/&gt;</content></entry>
{entries}</feed>"""
OLD_ENTRY = """<entry><id>tag:blogger.com,1999:blog-{blog}.post-777000000000000000{number}</id>
<published>2026-02-0{number}T07:30:00.000+07:00</published><updated>2026-02-0{number}T09:00:00.000+07:00</updated>{control}
<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#{kind}'/>
<category scheme='http://www.blogger.com/atom/ns#' term='Banjir'/>
<title type='text'>Air Naik {number}</title><content type='html'>&lt;p&gt;{text}&lt;/p&gt;&lt;p&gt;{more}&lt;/p&gt;</content>
<link rel='alternate' type='text/html' href='https://www.warung.example/2026/02/air-naik-{number}.html'/>
<author><name>Tim Warung</name></author></entry>"""
DRAFT = "<app:control xmlns:app='http://purl.org/atom/app#'><app:draft>yes</app:draft></app:control>"
NEW_EXPORT = """<?xml version='1.0' encoding='utf-8'?>
<feed xmlns='http://www.w3.org/2005/Atom' xmlns:blogger='http://schemas.google.com/blogger/2018'>
<id>tag:blogger.com,1999:blog-{blog}</id><title>Warung Kabar</title>{entries}</feed>"""
NEW_ENTRY = """<entry><id>tag:blogger.com,1999:blog-{blog}.post-777000000000000000{number}</id>
<blogger:type>{kind}</blogger:type><blogger:status>{status}</blogger:status>
<author><name>Tim Warung</name><blogger:type>BLOGGER</blogger:type></author><title>Air Naik {number}</title>
<content type='html'>&lt;p&gt;{text}&lt;/p&gt;&lt;p&gt;{more}&lt;/p&gt;</content>
<published>2026-02-0{number}T00:30:00Z</published><updated>2026-02-0{number}T02:00:00Z</updated>
<category scheme='tag:blogger.com,1999:blog-{blog}' term='Banjir'/>
<blogger:filename>/2026/02/air-naik-{number}.html</blogger:filename></entry>"""


def old_export(*entries: str) -> str:
    return OLD_EXPORT.format(blog=BLOG, entries="".join(entries))


def old_entry(number: int, *, kind: str = "post", control: str = "", text: str = TEXT) -> str:
    return OLD_ENTRY.format(blog=BLOG, number=number, kind=kind, control=control, text=text, more=MORE)


def new_entry(number: int, *, kind: str = "POST", status: str = "LIVE") -> str:
    return NEW_ENTRY.format(blog=BLOG, number=number, kind=kind, status=status, text=TEXT, more=MORE)


def test_the_posts_of_an_export_are_articles(archive: Archive, tmp_path: Path) -> None:
    """Read from the entry alone, which `extractor` says; drafts, pages, comments and templates are none."""
    text = old_export(
        old_entry(1), old_entry(2, control=DRAFT), old_entry(3, kind="page"), old_entry(4, kind="comment")
    )
    assert told(bring(archive, saved(tmp_path, "blog.xml", text))) == [("new", "ok")]
    (record,) = archive.records()
    assert (record["title"], record["labels"], record["byline"]["account"]) == ("Air Naik 1", ["Banjir"], "Tim Warung")
    assert record["body"] == f"{TEXT}\n\n{MORE}"
    assert record["published"]["value"] == "2026-02-01T07:30:00+07:00"
    assert record["extractor"].startswith("feed@")
    assert (record["id"], record["site"]) == (f"blogger:{BLOG}:7770000000000000001", "warung.example")
    assert record["capture"]["fetched_at"] == "2026-03-01T01:00:00Z"
    assert archive.site("warung.example").title == "Warung Kabar"
    assert rebuild(archive, workers=0, check=True).equal


def test_a_takeout_tells_paths_so_the_blog_is_told(archive: Archive, tmp_path: Path) -> None:
    """The newer form names a post's path alone; without the blog's address each post says what is missing."""
    entries = new_entry(1), new_entry(2, status="DRAFT"), new_entry(3, kind="PAGE"), new_entry(4, kind="COMMENT")
    path = saved(tmp_path, "feed.atom", NEW_EXPORT.format(blog=BLOG, entries="".join(entries)))
    assert told(bring(archive, path)) == [("failed", "no-address")]
    assert told(bring(archive, path, url=f"{HOST}/")) == [("new", "ok")]
    assert [record["url"] for record in archive.records()] == [f"{HOST}/2026/02/air-naik-1.html"]
    assert [record["capture"]["fetched_at"] for record in archive.records()] == ["2026-03-02T12:00:00Z"]


def test_an_export_is_the_second_witness_of_a_page_that_is_held(archive: Archive, tmp_path: Path) -> None:
    """Page and entry are read together, with no revision; the page's own state stays what it was."""
    bring(archive, saved(tmp_path, "a.html", page(), LATER))
    path = saved(tmp_path, "blog.xml", old_export(old_entry(1)))
    assert told(bring(archive, path)) == [("unchanged", "ok")]
    (record,) = archive.records()
    assert (record["revision"], record["labels"], record["witness"]) == (
        1,
        ["Banjir"],
        {"feed": "full", "agreement": 1.0},
    )
    assert not record["extractor"].startswith("feed@")
    assert told(bring(archive, path)) == [("unchanged", "older")]
    assert list(archive.records()) == [record]
    assert rebuild(archive, workers=0, check=True).equal


def test_an_entry_newer_than_the_page_is_an_edit(archive: Archive, tmp_path: Path) -> None:
    """Only an update that came after the page makes a revision; the same one again makes none."""
    bring(archive, saved(tmp_path, "a.html", page(), datetime(2026, 1, 31, tzinfo=UTC)))
    text = "Air surut dan warga Kampung Hilir menjemur kasur di sepanjang jalan desa sejak pagi."
    path = saved(tmp_path, "blog.xml", old_export(old_entry(1, text=text)))
    assert told(bring(archive, path)) == [("changed", "ok")]
    again = saved(tmp_path, "again.xml", old_export(old_entry(1, text=TEXT)).replace("2026-03-01T08", "2026-03-05T08"))
    assert told(bring(archive, again)) == [("unchanged", "older")]
    assert [(record["revision"], record["lead"]) for record in archive.records()] == [(2, text)]
    assert rebuild(archive, workers=0, check=True).equal


def test_an_exports_posts_come_back_from_a_warc_as_what_they_are(archive: Archive, tmp_path: Path) -> None:
    """No server answered them: they are resources there, and after another import the same records."""
    bring(
        archive, saved(tmp_path, "blog.xml", old_export(old_entry(1), old_entry(2))), saved(tmp_path, "c.html", page(3))
    )
    stream = BytesIO()
    warc.deliver(archive, stream, Filters.asked(), at=LATER)
    path = tmp_path / "pages.warc.gz"
    path.write_bytes(stream.getvalue())
    text = gzip.decompress(stream.getvalue())
    assert (text.count(b"WARC-Type: resource"), text.count(b"WARC-Type: response")) == (3, 0)
    with Archive.open(tmp_path / "other.db", create=True) as other:
        bring(other, path)
        assert records(other) == records(archive)
        assert other.digest() == archive.digest()


def test_a_broken_or_hostile_export_costs_what_is_behind(archive: Archive, tmp_path: Path) -> None:
    """Posts before the break are kept; entities are not blown up; another document is no export."""
    broken = saved(tmp_path, "broken.xml", old_export(old_entry(1), old_entry(2)).split("air-naik-2")[0])
    laughs = "".join(f"<!ENTITY l{level} '{f'&l{level - 1};' * 10}'>" for level in range(1, 12))
    bomb = f"<!DOCTYPE feed [<!ENTITY l0 'ha'>{laughs}]>" + old_export(old_entry(3, text="&l11;")).partition("\n")[2]
    sitemap = saved(tmp_path, "sitemap.xml", "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>")
    brought = told(bring(archive, broken, saved(tmp_path, "bomb.xml", bomb), sitemap))
    assert brought[:2] == [("new", "ok"), ("failed", "damaged-file")]
    assert len(archive.db.execute("SELECT body FROM articles WHERE length(body) > 1000").fetchall()) == 0


def test_the_command_says_what_became_of_each_page(tmp_path: Path) -> None:
    """0 where all went well, 1 with failures, 2 for a file that is not there, 3 where no post was found."""
    good, bad = saved(tmp_path, "a.html", page()), saved(tmp_path, "b.html", "<p>x</p>")
    other, database = saved(tmp_path, "c.txt", "x"), str(tmp_path / "k.db")

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["import", "--db", database, *arguments], env={"KLIPING_WORKERS": "0"})

    first = run(str(good))
    assert (first.exit_code, first.stdout) == (0, f"new  {HOST}/2026/02/air-naik-1.html  Air Naik 1\n")
    mixed = run(str(good), str(bad), "--json")
    lines = [json.loads(line) for line in mixed.stdout.splitlines()]
    assert mixed.exit_code == 1
    assert [(line["source"], line["outcome"]["reason"]) for line in lines] == [
        (str(good), "ok"),
        (str(bad), "no-address"),
    ]
    assert run(str(other)).exit_code == 1
    assert run(str(tmp_path / "missing.html")).exit_code == 2
    assert run(str(good), str(bad), "--url", HOST).exit_code == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(str(empty)).exit_code == 3
