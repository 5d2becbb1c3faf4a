"""The first look at a site: what it is, and what it offers."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.discovery.probe import Probe, probe
from scraper.discovery.zones import learn_zone
from scraper.errors import NotBlogger, Unreachable, UsageProblem
from tests.canned import Reply, Web, html, redirect, typed
from tests.canned_blog import BLOG, SITE, Blog, Post

MORE = "<p>Pembuka berita di atas lipatan.</p><a name='more'></a>"
REST = "<p>Lanjutan berita yang panjang di bawah lipatan itu.</p>"


def looked_at(web: Web, url: str = SITE, **settings: Any) -> Probe:
    async def look() -> Probe:
        async with web.fetcher(**settings) as fetcher:
            return await probe(fetcher, url)

    return asyncio.run(look())


def test_a_blogger_site_is_told_whole() -> None:
    """Identity from the data context, counts from the feed, zone from its offsets, files from their presence."""
    assert looked_at(Blog().web()) == Probe(
        url=f"{SITE}/",
        host="kilas.example",
        platform="blogger",
        blog_id=BLOG,
        title="Kilas & Warta",
        feed="full",
        total=3,
        sitemap=True,
        robots=True,
        zone="Asia/Jakarta",
        theme=None,
        language="id",
        generator="blogger",
    )


def test_a_theme_that_hides_its_head_is_still_blogger() -> None:
    """With generator and data context inside an HTML comment, the raw text still tells."""
    blog = Blog()
    hidden = f"<head><!-- {blog.home.replace('<!--', '').replace('-->', '')} --></head><body></body>"
    found = looked_at(blog.web(places={f"{SITE}/": html(hidden)}))
    assert (found.blog_id, found.generator, found.language) == (BLOG, "blogger", "id")


def test_a_skin_names_its_theme() -> None:
    """The skin's opening comment gives the theme's name."""
    skin = "<style id='page-skin-1'><!--\n/*\nBlogger Template Style\nName:     Koran Contoh\n*/--></style>"
    assert looked_at(Blog(home=Blog().home + skin).web()).theme == "Koran Contoh"


def test_the_home_page_is_where_redirects_lead() -> None:
    """A blogspot address that redirects to the blog's own domain is probed there."""
    web = Blog().web(places={"https://kilas.blogspot.com/": redirect(f"{SITE}/")})
    found = looked_at(web, "kilas.blogspot.com")
    assert (found.url, found.host) == (f"{SITE}/", "kilas.example")


def test_a_bare_host_is_tried_by_https_and_then_by_http() -> None:
    """A custom domain without https is found by its bare name."""
    refused = httpx.ConnectError("refused")
    web = Blog().web(places={"https://kilas.example/": refused, "https://kilas.example/robots.txt": refused})
    assert looked_at(web, "kilas.example").url == f"{SITE}/"


def test_a_short_feed_is_a_summary_feed() -> None:
    """Where the owner's feed has no content, it is told as summary."""
    assert looked_at(Blog(short=True).web()).feed == "summary"


def test_a_feed_cut_at_the_jump_is_told_from_a_full_one() -> None:
    """Content that stops where the page has its jump break, and goes on, is a jump feed."""
    blog = Blog([Post(1, content=MORE.removesuffix("<a name='more'></a>"))])
    cut = blog.web(places={blog.posts[0].url: html(f"<body>{MORE}{REST}</body>")})
    assert looked_at(cut).feed == "jump"
    full = Blog([Post(1, content=MORE + REST)])
    assert looked_at(full.web()).feed == "full"
    rewritten = Blog([Post(1, content=MORE.removesuffix("<a name='more'></a>") + REST)])
    assert looked_at(rewritten.web(places={rewritten.posts[0].url: html(MORE + REST)})).feed == "full"


def test_a_closed_feed_leaves_the_sitemap() -> None:
    """With its feed closed a blog is still known by its page, and told to have none."""
    closed = {"/feeds/posts/summary": Reply(404), "/feeds/posts/default": Reply(404)}
    found = looked_at(Blog().web(places=closed))
    assert (found.feed, found.total, found.zone, found.sitemap, found.blog_id) == ("none", None, None, True, BLOG)


def test_a_site_without_robots_and_sitemap_says_so() -> None:
    """Missing files are told as missing."""
    found = looked_at(Blog().web(places={"/robots.txt": Reply(404), "/sitemap.xml": Reply(404)}))
    assert (found.robots, found.sitemap) == (False, False)


@pytest.mark.parametrize(
    "home",
    [
        "<head><meta name='generator' content='WordPress 6.9'></head>",
        "<p>halo</p>",
        "<head><meta name='generator' content='blogger'></head>",
        "<p>'blogId': '123' _WidgetManager</p>",
    ],
)
def test_another_platform_is_refused_with_a_sentence(home: str) -> None:
    """Another system's site, or one lone sign of Blogger, is no Blogger site, and the sentence says what was seen."""
    with pytest.raises(NotBlogger, match=r"kilas\.example/ answers, but is no Blogger site"):
        looked_at(Web({"/": html(home)}))


def test_a_picture_is_no_blogger_site() -> None:
    """What answers with no page at all is no Blogger site either."""
    with pytest.raises(NotBlogger):
        looked_at(Web({"/": typed("image/png", b"\x89PNG")}))


@pytest.mark.parametrize("trouble", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), Reply(503), Reply(404)])
def test_a_site_that_does_not_answer_is_unreachable(trouble: Any) -> None:
    """No answer, errors and a missing home page are Unreachable, with the cause in the sentence."""
    with pytest.raises(Unreachable, match=r"kilas\.example"):
        looked_at(Web({"/": trouble}))


def test_a_private_blog_is_unreachable() -> None:
    """A blog behind a login says that a login stands before it."""
    gate = redirect("https://www.blogger.com/blogin.g?blogspotURL=http://kilas.example/")
    with pytest.raises(Unreachable, match="login"):
        looked_at(Web({"/": gate}))


def test_a_bare_loopback_host_is_asked_by_http() -> None:
    """A stand-in's host and port are enough to probe it; https is not tried there."""
    blog = Blog()
    web = blog.web(places={"/": html(blog.home)})
    assert looked_at(web, "127.0.0.1:8931", contact="", allow_loopback=True).url == "http://127.0.0.1:8931/"


def test_a_lost_post_does_not_end_the_probe() -> None:
    """Where the posts asked for their jump break cannot be had, the feed passes for what it looks like."""
    blog = Blog()
    lost = {post.url: Reply(404) for post in blog.posts}
    assert looked_at(blog.web(places=lost)).feed == "full"


def test_a_probe_needs_a_contact() -> None:
    """Without a contact nobody beyond loopback is probed."""
    with pytest.raises(UsageProblem):
        looked_at(Blog().web(), contact="")


# zones


@pytest.mark.parametrize(
    ("stamps", "zone"),
    [
        (["2026-03-02T08:00:00.001+07:00"], "Asia/Jakarta"),
        (["2026-03-02T08:00:00+08:00", "2025-07-01T08:00:00+08:00"], "Asia/Makassar"),
        (["2026-03-02T08:00:00+09:00"], "Asia/Jayapura"),
        (["2026-03-02T08:00:00+05:30"], "Asia/Kolkata"),
        (["2026-01-02T08:00:00-08:00"], "America/Los_Angeles"),
        (["2026-07-02T08:00:00-07:00"], "America/Los_Angeles"),
        (["2026-07-02T08:00:00-07:00", "2026-01-02T08:00:00-08:00"], "America/Los_Angeles"),
        (["2026-01-02T08:00:00-07:00"], "Etc/GMT+7"),
        (["2026-07-02T08:00:00+02:00"], "Etc/GMT-2"),
        (["2026-07-02T08:00:00+02:00", "2026-01-02T08:00:00+01:00"], "Europe/Paris"),
        (["2026-01-02T08:00:00+11:00", "2026-07-02T08:00:00+10:00"], "Australia/Sydney"),
        (["2026-01-02T08:00:00+00:00", "2026-07-02T08:00:00+01:00"], "Europe/London"),
        (["2026-01-02T08:00:00+07:00", "2026-07-02T08:00:00-03:00"], None),
        (["2026-01-02T08:00:00+03:45"], None),
        (["2026-01-02T08:00:00+00:00"], None),
        (["2026-01-02T08:00:00", "soon", ""], None),
        ([], None),
    ],
)
def test_a_zone_is_learnt_from_offsets(stamps: list[str], zone: str | None) -> None:
    """One zone must explain every stamp: a place where it is sure, a fixed offset where it is not, else nothing."""
    assert learn_zone(stamps) == zone


def test_a_stamp_at_the_end_of_time_tells_nothing() -> None:
    """The first and the last year, which no zone can be tried on, are left aside like what is no time at all."""
    ends = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "kemarin"]
    assert learn_zone(ends) is None
    assert learn_zone([*ends, "2026-03-02T08:00:00+07:00"]) == "Asia/Jakarta"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.datetimes(timezones=st.timezones()).map(datetime.isoformat) | st.text(max_size=30), max_size=5))
def test_any_stamps_give_a_zone_or_none(stamps: list[str]) -> None:
    """Whatever stands in a feed's times, a zone is learnt from it or nothing is."""
    zone = learn_zone(stamps)
    assert zone is None or ZoneInfo(zone).key == zone
