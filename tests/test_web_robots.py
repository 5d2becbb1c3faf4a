"""What robots.txt allows, and what happens where it cannot be had."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.errors import Refused, Unusable
from scraper.web.robots import MAX_ROBOTS_BYTES, Rules
from tests.canned import Reply, Web, html, redirect, typed
from tests.shared import shared

PAGE = "http://kilas.example/2026/03/banjir.html"
ROBOTS = "http://kilas.example/robots.txt"
BLOGGER = """User-agent: Mediapartners-Google
Disallow:

User-agent: *
Disallow: /search
Allow: /

Sitemap: http://kilas.example/sitemap.xml
"""


def test_bloggers_own_file_closes_searches_and_opens_the_rest() -> None:
    """Blogger's default robots.txt disallows /search, and allows posts, feeds and sitemaps."""
    rules = Rules.read(BLOGGER.encode())
    assert rules.allow(PAGE)
    assert rules.allow("http://kilas.example/feeds/posts/summary?alt=json")
    assert not rules.allow("http://kilas.example/search/label/Serang")
    assert rules.sitemaps == ("http://kilas.example/sitemap.xml",)


def test_a_byte_order_mark_hides_nothing() -> None:
    """A file that begins with a byte order mark disallows what it says."""
    assert not Rules.read(b"\xef\xbb\xbfUser-agent: *\nDisallow: /").allow(PAGE)


def test_a_group_for_us_comes_before_the_group_for_all() -> None:
    """A group that names kliping is the one obeyed."""
    rules = Rules.read(b"User-agent: *\nDisallow: /\n\nUser-agent: kliping\nAllow: /\nCrawl-delay: 7")
    assert rules.allow(PAGE)
    assert rules.crawl_delay == 7


@pytest.mark.parametrize(
    ("asked", "obeyed"), [("2.5", 2.5), ("nan", 0), ("inf", 0), ("-4", 0), ("99999", 300), ("x", 0)]
)
def test_a_crawl_delay_is_obeyed_within_reason(asked: str, obeyed: float) -> None:
    """A Crawl-delay is read as seconds; nonsense counts as none, and days as five minutes."""
    assert Rules.read(f"User-agent: *\nCrawl-delay: {asked}".encode()).crawl_delay == obeyed


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["User-agent", "Disallow", "Allow", "Crawl-delay", "Request-rate", "Sitemap", "Host", ""]),
            st.one_of(
                st.text(max_size=12), st.sampled_from(["*", "kliping", "/", "/*$", "/%", "/%zz", "9" * 400, "1/1"])
            ),
        ),
        max_size=8,
    ),
    st.text(max_size=12),
)
def test_any_robots_file_can_be_read(lines: list[tuple[str, str]], path: str) -> None:
    """Whatever stands in a robots.txt, it gives an answer for every address, and a delay in seconds."""
    rules = Rules.read("\n".join(f"{name}: {value}" for name, value in lines).encode())
    assert rules.allow(f"http://kilas.example/{path}") in {True, False}
    assert 0 <= rules.crawl_delay <= 300


def fetch(web: Web, *urls: str, **more: object) -> None:
    async def crawl() -> None:
        async with web.fetcher(**more) as fetcher:  # type: ignore[arg-type]
            for url in urls:
                await fetcher.get(url)

    asyncio.run(crawl())


def refusal(web: Web, url: str = PAGE) -> str:
    with pytest.raises(Refused) as refused:
        fetch(web, url)
    return refused.value.reason


def test_robots_is_asked_once_a_host() -> None:
    """Three pages of a host cost one request for its robots.txt; another host's is its own."""
    web = Web({"/robots.txt": typed("text/plain", BLOGGER), "/a": html(), "/b": html()})
    fetch(web, "http://kilas.example/a", "http://kilas.example/b", "https://kilas.example/a", "http://warta.example/a")
    assert web.asked.count(ROBOTS) == 1
    assert web.asked.count("https://kilas.example/robots.txt") == 0
    assert web.asked.count("http://warta.example/robots.txt") == 1


def test_a_disallowed_page_is_never_asked_for() -> None:
    """A page that robots.txt disallows is refused, and the server sees no request for it."""
    web = Web({"/robots.txt": typed("text/plain", "User-agent: *\nDisallow: /2026/"), "/2026/03/banjir.html": html()})
    assert refusal(web) == "robots"
    assert web.asked == [ROBOTS]


@pytest.mark.parametrize("status", [404, 401, 403, 410])
def test_a_file_that_is_not_there_allows(status: int) -> None:
    """A 4xx for robots.txt (429 apart) means that there are no rules."""
    fetch(Web({"/robots.txt": Reply(status), PAGE: html()}), PAGE)


@pytest.mark.parametrize("trouble", [Reply(429), Reply(503), httpx.ConnectError("refused"), httpx.ReadTimeout("slow")])
def test_a_file_that_cannot_be_had_disallows(trouble: object) -> None:
    """No answer, 429 and 5xx, after all attempts, mean that nothing may be fetched."""
    web = Web({"/robots.txt": trouble, PAGE: html()})
    assert refusal(web) == "robots-unreachable"
    assert web.asked == [ROBOTS] * 4


def test_an_outage_is_asked_about_again() -> None:
    """An unreachable robots.txt closes the host for a minute, within which it is not asked; then it is had anew."""
    rules = typed("text/plain", "User-agent: *\nDisallow: /search")
    web = Web({"/robots.txt": [Reply(503), rules], PAGE: html()})

    async def crawl() -> None:
        async with web.fetcher(attempts=1) as fetcher:
            for seconds in (0, 30, 29):
                web.time.seconds += seconds
                with pytest.raises(Refused):
                    await fetcher.get(PAGE)
            web.time.seconds += 1
            await fetcher.get(PAGE)
            web.time.seconds += 10**6
            await fetcher.get(PAGE)

    asyncio.run(crawl())
    assert web.asked == [ROBOTS, ROBOTS, PAGE, PAGE]


def test_a_failure_counts_for_its_own_scheme() -> None:
    """A host that does not speak https is still asked by http, where its robots.txt can be had."""
    web = Web({"https://kilas.example/robots.txt": httpx.ConnectError("refused"), PAGE: html()})

    async def crawl() -> None:
        async with web.fetcher() as fetcher:
            with pytest.raises(Refused):
                await fetcher.get(PAGE.replace("http:", "https:"))
            await fetcher.get(PAGE)

    asyncio.run(crawl())


def test_a_file_that_comes_on_the_second_try_counts() -> None:
    """One 503 for robots.txt is tried again like any other."""
    fetch(Web({"/robots.txt": [Reply(503), typed("text/plain", BLOGGER)], PAGE: html()}), PAGE)


def test_redirects_of_the_file_are_followed() -> None:
    """robots.txt may redirect, to another host as well; the rules are the first host's."""
    moved = typed("text/plain", "User-agent: *\nDisallow: /2026/")
    web = Web({ROBOTS: redirect("https://www.kilas.example/robots.txt"), "https://www.kilas.example/robots.txt": moved})
    assert refusal(web) == "robots"


def test_a_redirect_loop_counts_as_no_file() -> None:
    """More than five redirects make the file unavailable, which allows (RFC 9309 §2.3.1.2)."""
    fetch(Web({"/robots.txt": redirect("/robots.txt"), PAGE: html()}), PAGE)
    hops = {f"/{n}": redirect(f"/{n + 1}") for n in range(9)}
    web = Web({"/robots.txt": redirect("/0"), **hops, PAGE: html()})
    fetch(web, PAGE)
    assert web.asked[:-1] == [ROBOTS, *[f"http://kilas.example/{n}" for n in range(5)]]


def test_a_private_blog_is_gated_and_not_without_rules() -> None:
    """Where robots.txt itself leads to a login, the page is named for its gate."""
    gate = redirect("https://www.blogger.com/blogin.g?blogspotURL=x")
    with pytest.raises(Unusable) as failed:
        fetch(Web({"/robots.txt": gate, PAGE: gate}), PAGE)
    assert failed.value.reason == "gated"


def test_only_the_first_500_kib_are_read() -> None:
    """A robots.txt of a megabyte is read up to its limit, and what stands there holds."""
    long = b"User-agent: *\nDisallow: /2026/\n" + b"#" * MAX_ROBOTS_BYTES + b"\nAllow: /2026/\n"
    assert refusal(Web({"/robots.txt": typed("text/plain", long), PAGE: html()})) == "robots"


def test_the_crawl_delay_is_a_floor() -> None:
    """A Crawl-delay longer than our own delay is kept between two pages; a shorter one shortens nothing."""
    web = Web({"/robots.txt": typed("text/plain", "User-agent: *\nCrawl-delay: 11"), "/a": html(), "/b": html()})
    fetch(web, "http://kilas.example/a", "http://kilas.example/b")
    assert web.at[2] - web.at[1] == 11
    web = Web({"/robots.txt": typed("text/plain", "User-agent: *\nCrawl-delay: 1"), "/a": html(), "/b": html()})
    fetch(web, "http://kilas.example/a", "http://kilas.example/b")
    assert web.at[2] - web.at[1] == 2


def test_a_real_blogs_file_is_read() -> None:
    """The stored robots.txt of a real blog closes /search and opens its posts."""
    import gzip

    rules = Rules.read(gzip.decompress(shared("pages/feeds/contohapps.com__robots.txt.gz").read_bytes()))
    assert rules.found
    assert not rules.allow("https://contohapps.example/search?q=a")
    assert rules.allow("https://contohapps.example/2025/05/a.html")
    assert len(rules.sitemaps) == 1
