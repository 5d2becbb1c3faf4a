"""Sitemaps: reading them, and finding every post they list."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.discovery import sitemaps
from scraper.discovery.sitemaps import Sitemap, SitemapUrl
from scraper.errors import FetchError, Gone, TemporaryFetchError, Unusable
from tests.canned import Reply, Web, html, redirect, typed

SITE = "http://kilas.example"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def post(number: int) -> str:
    return f"{SITE}/2026/03/pos-{number}.html"


def urlset(*places: str) -> bytes:
    urls = "".join(f"<url><loc>{place}</loc><lastmod>2026-03-02T01:00:00Z</lastmod></url>" for place in places)
    return f"<?xml version='1.0' encoding='UTF-8'?><urlset {NAMESPACE}>{urls}</urlset>".encode()


def index(*children: str) -> bytes:
    named = "".join(f"<sitemap><loc>{child}</loc></sitemap>" for child in children)
    return f"<sitemapindex {NAMESPACE}>{named}</sitemapindex>".encode()


def pages(*numbers: int) -> bytes:
    return index(*[f"{SITE}/sitemap.xml?page={number}" for number in numbers])


def xml(body: bytes) -> Reply:
    return typed("application/xml; charset=UTF-8", body)


def walked(web: Web, site: str = SITE) -> tuple[list[SitemapUrl], FetchError | None]:
    found: list[SitemapUrl] = []
    keep = found.append  # what came before a failure counts

    async def crawl() -> None:
        async with web.fetcher() as fetcher:
            async for url in sitemaps.walk(fetcher, site, delay=0):
                keep(url)

    try:
        asyncio.run(crawl())
    except FetchError as failure:
        return found, failure
    return found, None


def urls(web: Web) -> list[str]:
    found, failure = walked(web)
    assert failure is None
    return [url.url for url in found]


# reading


def test_a_urlset_gives_addresses_and_changes() -> None:
    """Each address comes with its lastmod as written, with or without a namespace, gzipped or not."""
    body = urlset(post(1), post(2))
    expected = Sitemap(((post(1), "2026-03-02T01:00:00Z"), (post(2), "2026-03-02T01:00:00Z")))
    assert sitemaps.parse(body) == expected
    assert sitemaps.parse(gzip.compress(body, mtime=0)) == expected
    assert sitemaps.parse(b"\n " + body.replace(NAMESPACE.encode(), b"")) == expected
    assert sitemaps.parse(b"<urlset><url><loc>\n a \n</loc></url></urlset>") == Sitemap((("a", None),))


def test_an_index_gives_its_children() -> None:
    """An index names sitemaps and no pages."""
    assert sitemaps.parse(pages(1, 2)).children == (f"{SITE}/sitemap.xml?page=1", f"{SITE}/sitemap.xml?page=2")
    assert sitemaps.parse(pages(1, 2)).urls == ()


def test_broken_xml_keeps_what_came_before() -> None:
    """A sitemap that breaks off in the middle of an entry gives the entries before it."""
    whole = urlset(post(1), post(2))
    assert sitemaps.parse(whole[: whole.rfind(b"<lastmod>")]).urls[0][0] == post(1)


def test_entities_do_not_grow() -> None:
    """A document of nested entities (a billion laughs) is not expanded."""
    layers = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    bomb = f'<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa">{layers}]><urlset><url><loc>&m;</loc></url></urlset>'
    assert sitemaps.parse(bomb.encode()).urls == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "content-type"),
        (b"hello", "content-type"),
        (b"<!DOCTYPE html><html><body><url><loc>x</loc></url></body></html>", "content-type"),
        (b"<feed/>", "content-type"),
        (b"\x1f\x8bnot gzip", "decode"),
        (gzip.compress(b"<urlset/>", mtime=0)[:-9], "decode"),
        (gzip.compress(bytes(sitemaps.MAX_SITEMAP + 1), 1, mtime=0), "too-large"),
    ],
)
def test_what_is_no_sitemap_is_named(body: bytes, reason: str) -> None:
    """HTML, feeds, noise and gzip bombs in a sitemap's place each end with a reason."""
    with pytest.raises(Unusable) as failed:
        sitemaps.parse(body)
    assert failed.value.reason == reason


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([b"", b"<urlset>", b"<urlset><url><loc>", b"\x1f\x8b"]), st.binary(max_size=300))
def test_any_bytes_are_a_sitemap_or_none(opening: bytes, rest: bytes) -> None:
    """Whatever an address answers, it is a sitemap or Unusable."""
    with suppress(Unusable):
        assert isinstance(sitemaps.parse(opening + rest), Sitemap)


# walking


def test_one_urlset_is_one_request() -> None:
    """A small blog's single urlset is read, and nothing is asked past it."""
    web = Web({"/sitemap.xml": xml(urlset(post(1), post(2), post(1)))})
    assert urls(web) == [post(1), post(2)]
    assert web.pages() == [f"{SITE}/sitemap.xml"]


def test_an_index_is_followed_and_asked_past() -> None:
    """Two pages in the index and a third beyond it: all three are read, and the walk ends at the first without news."""
    web = Web(
        {
            f"{SITE}/sitemap.xml": xml(pages(1, 2)),
            f"{SITE}/sitemap.xml?page=1": xml(urlset(post(1))),
            f"{SITE}/sitemap.xml?page=2": xml(urlset(post(2))),
            f"{SITE}/sitemap.xml?page=3": xml(urlset(post(3))),
            f"{SITE}/sitemap.xml?page=4": xml(urlset()),
        }
    )
    assert urls(web) == [post(1), post(2), post(3)]
    assert web.asked[-1] == f"{SITE}/sitemap.xml?page=4"


def test_a_server_that_repeats_page_one_ends_the_walk() -> None:
    """A server that ignores ?page= beyond its pages is noticed: no new address, no further page."""
    web = Web({f"{SITE}/sitemap.xml": xml(pages(1)), "/sitemap.xml": xml(urlset(post(1)))})
    assert urls(web) == [post(1)]
    assert web.asked[-1] == f"{SITE}/sitemap.xml?page=2"


def test_a_missing_page_past_the_index_is_the_expected_end() -> None:
    """A 404 past the index is no failure."""
    web = Web({f"{SITE}/sitemap.xml": xml(pages(1)), f"{SITE}/sitemap.xml?page=1": xml(urlset(post(1)))})
    assert urls(web) == [post(1)]


def test_posts_static_pages_and_the_rest_are_told_apart() -> None:
    """A permalink is a post, /p/ a static page; other shapes and other sites are neither."""
    places = [post(1), f"{SITE}/p/redaksi.html", f"{SITE}/", "http://lain.example/2026/03/x.html", "http://["]
    found, _ = walked(Web({"/sitemap.xml": xml(urlset(*places))}))
    assert [url.kind for url in found] == ["post", "page", "other", "other", "other"]


def test_an_index_cannot_lead_elsewhere() -> None:
    """A child sitemap on another host is not asked for, and an index that names itself ends."""
    web = Web({"/sitemap.xml": xml(index("http://lain.example/sitemap.xml", f"{SITE}/sitemap.xml"))})
    assert urls(web) == []
    assert web.pages() == [f"{SITE}/sitemap.xml"]


def test_a_sitemap_that_moved_brings_its_own_host() -> None:
    """A blogspot address whose sitemap redirects to the blog's own domain gives that domain's posts."""
    web = Web(
        {
            "http://kilas.blogspot.com/sitemap.xml": redirect(f"{SITE}/sitemap.xml"),
            f"{SITE}/sitemap.xml": xml(urlset(post(1))),
        }
    )
    found, _ = walked(web, "http://kilas.blogspot.com/")
    assert [url.kind for url in found] == ["post"]


def test_one_lost_page_keeps_no_other_back() -> None:
    """A page that fails is reported at the end, after the addresses of all the others."""
    replies: dict[str, Any] = {
        f"{SITE}/sitemap.xml": xml(pages(1, 2)),
        f"{SITE}/sitemap.xml?page=1": Reply(503),
        f"{SITE}/sitemap.xml?page=2": xml(urlset(post(2))),
    }
    found, failure = walked(Web(replies))
    assert [url.url for url in found] == [post(2)]
    assert isinstance(failure, TemporaryFetchError)


def test_a_server_without_end_is_walked_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages past the index count like those within: a server with news on each ends the walk with a reason."""
    monkeypatch.setattr(sitemaps, "MOST_SITEMAPS", 40)
    counted = iter(range(10**9))

    def news(request: httpx.Request) -> Reply:
        return xml(urlset(post(next(counted))))

    web = Web({f"{SITE}/sitemap.xml": xml(pages(1)), "/sitemap.xml": news})
    found, failure = walked(web)
    assert failure is not None
    assert failure.reason == "too-large"
    assert (len(web.pages()), len(found)) == (40, 39)


def test_an_index_without_end_is_walked_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index whose child is another index, and so on, ends with the same reason."""
    monkeypatch.setattr(sitemaps, "MOST_SITEMAPS", 40)
    counted = iter(range(10**9))
    web = Web({"/sitemap.xml": lambda request: xml(index(f"{SITE}/sitemap.xml?n={next(counted)}"))})
    found, failure = walked(web)
    assert failure is not None
    assert (found, failure.reason) == ([], "too-large")
    assert len(web.pages()) == 40


def test_robots_may_name_the_sitemap() -> None:
    """A sitemap that robots.txt names on this very site is read too, and makes up for a missing usual one."""
    named = f"Sitemap: {SITE}/peta.xml\nSitemap: http://lain.example/peta.xml\nSitemap: {SITE}/feeds/posts/default"
    web = Web({"/robots.txt": typed("text/plain", named), "/peta.xml": xml(urlset(post(1)))})
    assert urls(web) == [post(1)]
    assert web.pages() == [f"{SITE}/sitemap.xml", f"{SITE}/peta.xml"]


def test_a_site_without_sitemap_says_so() -> None:
    """No sitemap at all is Gone; HTML in its place is Unusable."""
    assert isinstance(walked(Web({}))[1], Gone)
    assert isinstance(walked(Web({"/sitemap.xml": html("<html></html>")}))[1], Unusable)
