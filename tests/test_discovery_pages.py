"""Posts found from pages alone: month pages, the archive widget's counts, the chain of older links, the link walk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from scraper.discovery import links, pages, sitemaps
from scraper.errors import FetchError
from scraper.web.fetch import Fetcher
from tests.canned import Web, html, typed
from tests.listed_site import newsroom, post
from tests.shared import shared

SITE = "http://kilas.example/"

Walk = Callable[[Fetcher], AsyncIterator[Sequence[str]]]


def gathered(web: Web, walk: Walk) -> tuple[list[str], str | None]:
    """Every post a walk names, and the reason that ended it."""

    async def gather() -> tuple[list[str], str | None]:
        found: list[str] = []
        async with web.fetcher() as fetcher:
            try:
                async for urls in walk(fetcher):
                    found += urls
            except FetchError as error:
                return found, error.reason
        return found, None

    return asyncio.run(gather())


def page(*places: str, pager: str = "") -> str:
    body = "".join(f"<p><a href='{place}'>x</a></p>" for place in places)
    return f"<html><body>{body}{pager}</body></html>"


def older(place: str) -> str:
    return f"<a class='blog-pager-older-link' href='{place}' id='Blog1_blog-pager-older-link'>Lama</a>"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://kilas.example/2026/03/a.html?m=1", "mobile"),
        ("http://kilas.example/?m=0", "mobile"),
        ("http://kilas.example/go?to=%2F%3Fm%3D1", "mobile"),
        ("http://kilas.example/2026/03/a.html?showComment=1", "comment"),
        ("http://kilas.example/2026/03/a.html?replytocom=1", "comment"),
        ("http://kilas.example/2026/03/a.html?action=backlinks", "comment"),
        ("http://kilas.example/search?updated-max=2026-03-01T00:00:00Z", "pager"),
        ("http://kilas.example/search?updated-min=2026-03-01T00:00:00Z", "pager"),
        ("http://kilas.example/search?reverse-paginate=true", "pager"),
        ("http://kilas.example/search/label/Serang?&max-results=10", "pager"),
        ("http://kilas.example/search?q=banjir", "search"),
        ("http://kilas.example/search/label/Serang?x=1", "search"),
        ("http://kilas.example/b/stats?style=BLACK", "machine"),
        ("http://kilas.example/?widgetType=BlogArchive&action=getTitles", "machine"),
        ("http://kilas.example/CSI/1", "machine"),
        ("http://kilas.example/feeds/posts/default", "machine"),
        ("http://kilas.example/rearrange?blogID=1", "machine"),
        ("https://www.blogger.com/navbar.g?targetBlogID=1", "platform"),
        ("https://www.blogger.com/comment-iframe.g?blogID=1", "comment"),
        ("https://draft.blogger.com/x", "platform"),
        ("http://kilas.example/interstitial/blog?u=x", "platform"),
        ("http://kilas.example/2026/03/a.html", None),
        ("http://kilas.example/2026/03/", None),
        ("http://kilas.example/p/tentang.html", None),
        ("http://kilas.example/search/label/Serang", None),
    ],
)
def test_addresses_that_multiply_are_rejected(url: str, kind: str | None) -> None:
    """Copies, pagers, searches, machines and the platform's own pages are told by kind; posts and months are not."""
    assert links.rejected(url) == kind


def test_posts_are_the_sites_own_each_once() -> None:
    """Links with fragments, ?m=1 and comments are one post; other hosts, months and static pages are none."""
    told = page(
        "/2026/03/a.html",
        "http://kilas.example/2026/03/a.html?m=1",
        "http://kilas.example/2026/03/a.html#comments",
        "http://lain.example/2026/03/b.html",
        "/2026/03/",
        "/p/tentang.html",
    )
    assert links.posts(told, SITE) == ["http://kilas.example/2026/03/a.html"]


def test_links_are_read_where_a_theme_hides_them() -> None:
    """A pager inside a comment counts, and so does one whose attributes stand in another order or in capitals."""
    assert links.pager(f"<!-- {older('/a')} -->", SITE, "older") == "http://kilas.example/a"
    turned = '<A HREF="/b?x=1&amp;y=2" CLASS="blog-pager-newer-link">'
    assert links.pager(turned, SITE, "newer") == "http://kilas.example/b?x=1&y=2"
    assert links.pager(turned, SITE, "older") is None


TREE = """<ul class='hierarchy'><li class='archivedate expanded'><a class='toggle' href='javascript:void(0)'>&#9660;</a>
<a class='post-count-link' href='http://kilas.example/2026/'>2026</a> <span class='post-count' dir='ltr'>(12)</span>
<ul><li><a class='post-count-link' href='http://kilas.example/2026/03/'>Maret</a>
<span class='post-count' dir='ltr'>(5)</span></li>
<li><a class='post-count-link' href='http://kilas.example/2026/02/'>Februari</a>
<span class='post-count' dir='ltr'>(7)</span></li></ul></li>
<li class='archivedate collapsed'><a class='post-count-link' href='http://kilas.example/2025/'>2025</a>
<span class='post-count' dir='ltr'>(30)</span></li></ul>"""


@pytest.mark.parametrize(
    ("widget", "counts"),
    [
        (TREE, {"2026-03": 5, "2026-02": 7, "2025": 30}),
        ("<li><a href='http://kilas.example/2026/03/'>Maret 2026</a>&nbsp;(4)</li>", {"2026-03": 4}),
        ("<li><a href='http://kilas.example/2026/03/'>Maret 2026</a> (4)</li>", {"2026-03": 4}),
        ("<option value='http://kilas.example/2026/03/'>Maret (4)</option>", {"2026-03": 4}),
        ("<a class='post-count-link' href='/2026/03/'>Mar</a><span class='post-count'>4</span>", {"2026-03": 4}),
        ("<a href='http://kilas.example/2008_12_01_archive.html'>Desember</a> (9)", {"2008-12": 9}),
        ("<a href='http://lain.example/2026/03/'>Maret</a> (4)", {}),
        ("<a href='/2026/03/'>Maret</a><a href='/2026/02/'>Februari</a> (3)", {"2026-02": 3}),
        ("<a href='/2026/03/'>Maret</a> tanpa angka", {}),
    ],
)
def test_the_archive_widget_is_counted_in_each_form(widget: str, counts: dict[str, int]) -> None:
    """Tree, flat list and menu give posts per month; a closed year what it holds beyond its months; no number, none."""
    assert links.archive_counts(widget, SITE) == counts


def test_a_closed_year_stands_for_its_twelve_months() -> None:
    """Months the tree shows are taken as they are; a year that keeps its own to itself gives all twelve addresses."""
    months = links.archive_months(TREE, SITE)
    assert list(months)[:3] == ["2026-03", "2026-02", "2025-12"]
    assert len(months) == 14
    assert months["2025-01"] == "http://kilas.example/2025/01/"


def test_hostile_pages_take_linear_time() -> None:
    """A megabyte of open tags, quotes and brackets is read in moments."""
    for piece in ("<a href='", "<a <option ", "href=\"href='", "<a href='/2026/03/'>((((", "post-count" * 10):
        text = piece * (2**20 // len(piece))
        begun = time.perf_counter()
        links.archive_counts(text, SITE)
        links.posts(text, SITE)
        links.pager(text, SITE, "older")
        assert time.perf_counter() - begun < 3


def test_real_widgets_are_counted() -> None:
    """Of the stored pages with an archive widget every one gives counts, and a year's months never exceed the year."""
    import gzip
    import re

    seen = 0
    for path in sorted(shared("pages").rglob("*.html.gz"))[::7]:
        text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        home = re.search(r"'homepageUrl':\s*'([^']+)'", text)
        if home is None or "class='archivedate" not in text:
            continue
        seen += 1
        assert sum(links.archive_counts(text, home[1].replace("\\x3d", "=")).values()) > 0, path.name
    assert seen > 5


# month pages


def test_months_without_a_widget_are_asked_year_by_year() -> None:
    """From this year back until two years in a row show nothing; then each month of the years that do."""
    web = Web(
        {
            "/2026/": html(page("/2026/03/a.html")),
            "/2024/": html(page("/2024/01/b.html")),
            "/2026/03/": html(page("/2026/03/a.html", "/2026/03/c.html")),
            "/2024/01/": html(page("/2024/01/b.html")),
        }
    )
    found, ended = gathered(web, lambda fetcher: pages.months(fetcher, SITE, "", 2026, 0))
    assert [url.removeprefix(SITE) for url in found] == ["2026/03/a.html", "2026/03/c.html", "2024/01/b.html"]
    assert ended is None
    assert [url.removeprefix(SITE) for url in web.pages()[:3]] == ["2026/", "2025/", "2024/"]
    assert f"{SITE}2023/" in web.pages()
    assert f"{SITE}2021/" not in web.pages()


def test_a_month_that_fails_keeps_no_other_back() -> None:
    """The month that answers 503 is told at the end, after the posts of the others."""
    home = page("/2026/03/", "/2026/02/")
    web = Web({"/2026/03/": html(status=503), "/2026/02/": html(page("/2026/02/a.html"))})
    found, ended = gathered(web, lambda fetcher: pages.months(fetcher, SITE, home, 2026, 0))
    assert (found, ended) == ([f"{SITE}2026/02/a.html"], "http-5xx")


# the chain


def test_the_chain_of_lists_follows_updated_max() -> None:
    """Where robots.txt allows /search, each list leads to the next, and overlaps bring no post twice to the walk's end."""
    second = "/search?updated-max=2026-03-01T00:00:00%2B07:00&max-results=2"
    web = Web(
        {
            "/": html(page("/2026/03/c.html", "/2026/03/b.html", pager=older(second))),
            second: html(page("/2026/03/b.html", "/2026/02/a.html")),
        }
    )
    found, ended = gathered(web, lambda fetcher: pages.chain(fetcher, SITE, SITE, 0))
    assert (len(set(found)), ended) == (3, None)


def test_the_chain_of_lists_stops_where_robots_say_no() -> None:
    """The default robots.txt forbids /search: the walk ends with that reason after the first list."""
    web = Web(
        {
            "/robots.txt": typed("text/plain", "User-agent: *\nDisallow: /search\n"),
            "/": html(page("/2026/03/c.html", pager=older("/search?updated-max=2026-03-01"))),
        }
    )
    found, ended = gathered(web, lambda fetcher: pages.chain(fetcher, SITE, SITE, 0))
    assert (len(found), ended) == (1, "robots")


def test_the_chain_of_posts_names_each_page_and_nothing_it_links_to() -> None:
    """A post leads to the next older one; what its text links to may be long gone."""
    web = Web(
        {
            "/2026/03/b.html": html(page("/2020/01/gone.html", pager=older("/2026/02/a.html"))),
            "/2026/02/a.html": html(page()),
        }
    )
    found, ended = gathered(web, lambda fetcher: pages.chain(fetcher, SITE, f"{SITE}2026/03/b.html", 0))
    assert ([url.removeprefix(SITE) for url in found], ended) == (["2026/03/b.html", "2026/02/a.html"], None)


def test_a_chain_that_bites_its_tail_ends() -> None:
    """Two posts that call each other older are two posts; a chain without end is ended with a reason."""
    web = Web(
        {
            "/2026/03/b.html": html(page(pager=older("/2026/03/a.html"))),
            "/2026/03/a.html": html(page(pager=older("/2026/03/b.html"))),
        }
    )
    found, ended = gathered(web, lambda fetcher: pages.chain(fetcher, SITE, f"{SITE}2026/03/b.html", 0))
    assert (len(found), ended) == (2, None)


def test_a_chain_without_end_is_followed_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """One older page for ever: the walk stops after so many, and says so."""
    monkeypatch.setattr(pages, "MOST_CHAINED", 20)
    numbers = iter(range(100))
    web = Web({"/list": lambda _: html(page(pager=older(f"/list?at={next(numbers)}")))})
    _, ended = gathered(web, lambda fetcher: pages.chain(fetcher, SITE, f"{SITE}list", 0))
    assert (ended, len(web.pages())) == ("too-large", 20)


# the link walk


def test_the_link_walk_opens_no_rejected_address() -> None:
    """A site without feed, sitemap and archive is walked by its links: labels' pagers, copies and machines are left."""
    web = Web(
        {
            "/": html(page("/a/", "/search?q=x", "/?m=1", "/2026/03/a.html?showComment=1", "http://lain.example/")),
            "/a/": html(page("/", "/a/#top", "/2026/02/b.html")),
        }
    )
    found, ended = gathered(web, lambda fetcher: pages.walk(fetcher, SITE, 0))
    assert (sorted(set(found)), ended) == ([f"{SITE}2026/02/b.html", f"{SITE}2026/03/a.html"], None)
    assert web.pages() == [SITE, f"{SITE}a/", f"{SITE}2026/02/b.html"]


def test_a_link_walk_without_end_is_followed_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that link to ever new pages: the walk opens so many, and says that there are more."""
    monkeypatch.setattr(pages, "MOST_WALKED", 30)
    numbers = iter(range(1000))
    web = Web({"/": html(page("/x/")), "/x/": html(page(*(f"/x/?at={number}" for number in range(40))))})
    web.replies["/x/"] = [lambda _: html(page(f"/x/?at={next(numbers)}", f"/x/?at={next(numbers)}"))]
    _, ended = gathered(web, lambda fetcher: pages.walk(fetcher, SITE, 0))
    assert (ended, len(web.pages())) == ("too-large", 30)


# static pages, JSONP


def test_static_pages_have_a_sitemap_of_their_own() -> None:
    """sitemap-pages.xml names the pages under /p/; where it is missing there are none to tell."""
    listed = "<urlset><url><loc>http://kilas.example/p/a.html</loc></url><url><loc>http://kilas.example/</loc></url></urlset>"

    async def ask(web: Web) -> list[str]:
        async with web.fetcher() as fetcher:
            return await sitemaps.static_pages(fetcher, SITE, delay=0)

    assert asyncio.run(ask(Web({"/sitemap-pages.xml": typed("text/xml", listed)}))) == ["http://kilas.example/p/a.html"]
    assert asyncio.run(ask(Web({}))) == []


def test_a_newsrooms_jsonp_is_its_feed() -> None:
    """The stand-in's alt=json-in-script, comment line and callback included, is read as the feed it wraps."""
    from scraper.discovery import feeds
    from scraper.standin.site import Site

    site = Site(newsroom(3), "http://kilas.example")
    wrapped = site.answer("/feeds/posts/summary?alt=json-in-script&callback=tampil").body
    assert wrapped.startswith("// API callback\ntampil(")
    assert [entry.post_id for entry in feeds.parse(wrapped.encode()).entries] == [post(n).post_id for n in (3, 2, 1)]
