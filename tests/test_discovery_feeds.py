"""The post feed: reading it in every format, and walking all of it past the server's habits."""

from __future__ import annotations

import asyncio
import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.model import FeedEntry
from scraper.discovery import feeds, paging
from scraper.discovery.feeds import Feed
from scraper.discovery.feedxml import MAX_XML_FEED
from scraper.errors import Unusable
from tests.canned import Reply, Web, html, redirect, typed
from tests.canned_blog import BLOG, SITE, Blog, Post
from tests.shared import shared

ATOM = f"""<?xml version='1.0' encoding='UTF-8'?><?xml-stylesheet href="x.css" type="text/css"?><!-- - -->
<feed xmlns='http://www.w3.org/2005/Atom' xmlns:openSearch='http://a9.com/-/spec/opensearchrss/1.0/'
 xmlns:thr='http://purl.org/syndication/thread/1.0'>
<id>tag:blogger.com,1999:blog-{BLOG}</id><updated>2026-03-02T09:00:00.000+07:00</updated><title>Kilas</title>
<generator>Blogger</generator><openSearch:totalResults>7</openSearch:totalResults>
<entry><id>tag:blogger.com,1999:blog-{BLOG}.post-77</id><published>2026-03-02T08:00:00.001+07:00</published>
<updated>2026-03-02T08:30:00.000+07:00</updated><category scheme='http://www.blogger.com/atom/ns#' term='Serang'/>
<title type='text'>Banjir &amp; longsor</title>
<content type='html'>&lt;p&gt;Isi &lt;script&gt;1&lt;/script&gt;&lt;/p&gt;</content>
<link rel='replies' href='{SITE}/r'/><link rel='alternate' href='{SITE}/2026/03/a.html'/>
<author><name>Redaksi</name></author><thr:total>3</thr:total></entry></feed>"""

RSS = f"""<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Kilas</title><item>
<guid isPermaLink="false">tag:blogger.com,1999:blog-{BLOG}.post-78</guid><title>Satu</title>
<link>{SITE}/2026/03/b.html</link><pubDate>Mon, 02 Mar 2026 01:00:00 +0000</pubDate>
%s<author>noreply@blogger.com (Redaksi)</author></item></channel></rss>"""


def parsed(document: Any) -> Feed:
    return feeds.parse(json.dumps(document).encode())


# formats


def test_bloggers_json_is_read() -> None:
    """A JSON feed gives the blog's identity and total, and each post's id, times, labels, author and address."""
    feed = parsed(Blog().document([Post(1)], 25))
    entry = feed.entries[0]
    assert (feed.blog_id, feed.title, feed.total, feed.generator, feed.received) == (
        BLOG,
        "Kilas & Warta",
        3,
        "Blogger",
        1,
    )
    assert (entry.post_id, entry.blog_id) == ("9000000000000000001", BLOG)
    assert entry.url == f"{SITE}/2026/03/pos-1.html"
    assert (entry.published, entry.updated) == ("2026-03-02T08:00:00.001+07:00", "2026-03-02T09:00:00.000+07:00")
    assert (entry.title, entry.author, entry.labels, entry.comment_count) == ("Pos 1", "Redaksi", ("Serang",), 2)
    assert (entry.content, entry.summary) == ("<p>Banjir surut di Serang.</p>", None)


def test_a_short_feed_gives_summaries() -> None:
    """A feed cut to summaries has no content at all, and says so."""
    entry = parsed(Blog().document([Post(1)], summary=True)).entries[0]
    assert (entry.content, entry.summary) == (None, "Banjir surut di Serang.")


def test_jsonp_is_the_same_feed() -> None:
    """json-in-script, with Blogger's comment line and any callback, reads like plain JSON."""
    document = Blog().document([Post(1), Post(2)])
    for opening in ("// API callback\n", "", "// API callback\r\n"):
        body = f"{opening}jQuery11_9.x({json.dumps(document)});".encode()
        assert feeds.parse(body) == parsed(document)


def test_an_empty_blog_is_no_error() -> None:
    """A blog without posts sends no 'entry' at all: that is zero posts, not a broken feed."""
    feed = parsed(Blog(posts=[]).document([]))
    assert (feed.entries, feed.received, feed.total) == ((), 0, 0)


def test_what_an_entry_may_lack() -> None:
    """Labels, author, comments, title and times may all be missing; a title may be empty or HTML."""
    document = Blog().document([])
    link = [{"rel": "alternate", "href": f"{SITE}/2026/03/x.html"}]
    document["feed"]["entry"] = [
        {"link": link},
        {"link": link, "title": {"type": "html", "$t": "A &amp; <b>B</b>"}, "updated": {"$t": None}},
    ]
    bare, titled = parsed(document).entries
    assert (bare.title, bare.labels, bare.author, bare.published, bare.comment_count) == ("", (), None, None, None)
    assert titled.title == "A & B"


def test_an_address_nobody_can_parse_is_kept_as_written() -> None:
    """A permalink that is no address stays in its entry; it will fail by itself when it is fetched."""
    document = Blog().document([Post(1), Post(2)])
    document["feed"]["entry"][0]["link"] = [{"rel": "alternate", "href": "http://[kilas/a.html"}]
    assert [entry.url for entry in parsed(document).entries] == ["http://[kilas/a.html", f"{SITE}/2026/03/pos-2.html"]


def test_xml_of_many_megabytes_is_refused() -> None:
    """An XML feed is read up to a size that cannot keep the crawl waiting."""
    with pytest.raises(Unusable) as failed:
        feeds.parse(b"<feed>" + b" " * MAX_XML_FEED)
    assert failed.value.reason == "too-large"


def test_a_bad_entry_costs_no_other() -> None:
    """A draft (no alternate link) and an entry of a wrong shape are left out, and still counted as received."""
    document = Blog().document([Post(1), Post(2)])
    document["feed"]["entry"][1:1] = [{"id": {"$t": "x"}, "link": []}, {"id": 5}, "nonsense", None]
    feed = parsed(document)
    assert [entry.title for entry in feed.entries] == ["Pos 1", "Pos 2"]
    assert feed.received == 6


def test_json_that_is_slightly_broken_is_read() -> None:
    """Raw control characters, half an emoji at a summary's cut and stray bytes lose nothing but themselves."""
    good = json.dumps(Blog().document([Post(1, summary="SUMMARY")], summary=True))
    for flaw, text in ((b"a\tb\x01", "a\tb\x01"), (b"a\\ud83d", "a?"), (b"a\xff", "a\ufffd")):
        entry = feeds.parse(good.encode().replace(b"SUMMARY", flaw)).entries[0]
        assert entry.summary == text


def test_atom_is_read() -> None:
    """An Atom feed gives what JSON gives, and the post's scripts are left in its content."""
    feed = feeds.parse(ATOM.encode())
    entry = feed.entries[0]
    assert (feed.blog_id, feed.total, feed.generator) == (BLOG, 7, "Blogger")
    assert (entry.post_id, entry.url, entry.title) == ("77", f"{SITE}/2026/03/a.html", "Banjir & longsor")
    assert (entry.published, entry.updated) == ("2026-03-02T08:00:00.001+07:00", "2026-03-02T08:30:00.000+07:00")
    assert (entry.content, entry.labels, entry.author, entry.comment_count) == (
        "<p>Isi <script>1</script></p>",
        ("Serang",),
        "Redaksi",
        3,
    )


def test_rss_is_read() -> None:
    """An RSS description is the post, an atom:summary its summary; dates become RFC 3339, and none is made up."""
    full = feeds.parse((RSS % "<description>&lt;p&gt;Isi&lt;/p&gt;</description>").encode())
    entry = full.entries[0]
    assert (full.blog_id, full.total) == (BLOG, None)
    assert (entry.post_id, entry.content, entry.summary, entry.author) == ("78", "<p>Isi</p>", None, "Redaksi")
    assert (entry.published, entry.updated) == ("2026-03-02T01:00:00+00:00", None)
    short = feeds.parse((RSS % '<atom:summary type="text">Isi</atom:summary>').encode()).entries[0]
    assert (short.content, short.summary) == (None, "Isi")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "content-type"),
        (b"<!DOCTYPE html><html><body>Blog has been removed</body></html>", "content-type"),
        (b"\n<!-- x --><HTML>", "content-type"),
        (b"<urlset/>", "content-type"),
        (b'{"error": 1}', "content-type"),
        (b'{"feed": []}', "content-type"),
        (b'{"feed": {', "decode"),
        (b"[" * 100_000, "content-type"),
        (b'{"feed":' * 100_000, "decode"),
        (b"f(", "decode"),
        ("<feed xmlns:a='x\xa0y\xa0z'><a:title>x</a:title></feed>".encode(), "decode"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, reason: str) -> None:
    """HTML in the feed's place, foreign documents and broken ones each end with a reason."""
    with pytest.raises(Unusable) as failed:
        feeds.parse(body)
    assert failed.value.reason == reason


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([b"", b"{", b"f({", b"<feed>", b"<rss>", b"<!--", b"<?xml "]), st.binary(max_size=300))
def test_any_bytes_are_a_feed_or_none(opening: bytes, rest: bytes) -> None:
    """Whatever an address answers, it is a feed or Unusable."""
    with suppress(Unusable):
        assert isinstance(feeds.parse(opening + rest), Feed)


def stored(name: str) -> Feed:
    return feeds.parse(gzip.decompress(shared(f"pages/feeds/{name}").read_bytes()))


@pytest.mark.parametrize(
    ("name", "received", "total"),
    [
        ("contohapps.com__posts-default.rss.xml.gz", 25, 940),
        ("inspire99__posts-default.xml.gz", 25, 114),
        ("inspire99__posts-default-alt-rss.xml.gz", 25, 114),
        ("interiormurahsemarang.com__posts-default.atom.xml.gz", 1, 1),
    ],
)
def test_real_feeds_are_read_whole(name: str, received: int, total: int) -> None:
    """Stored feeds of real blogs give every entry with id, permalink, aware times and content."""
    feed = stored(name)
    assert (feed.received, len(feed.entries), feed.total) == (received, received, total)
    assert feed.blog_id
    for entry in feed.entries:
        assert entry.blog_id == feed.blog_id
        assert entry.post_id
        assert entry.url.endswith(".html")
        assert datetime.fromisoformat(entry.published or "").tzinfo
        assert entry.content is not None


def test_real_atom_and_rss_tell_the_same() -> None:
    """One blog's Atom and RSS feeds, stored on different days, agree on the posts they share."""
    atom, rss = (
        {
            entry.post_id: entry
            for entry in feeds.parse(gzip.decompress(shared(f"pages/feeds/{name}").read_bytes())).entries
        }
        for name in ("inspire99__posts-default.xml.gz", "inspire99__posts-default-alt-rss.xml.gz")
    )
    common = atom.keys() & rss.keys()
    assert len(common) > 15
    for post in common:
        assert (atom[post].url, atom[post].title) == (rss[post].url, rss[post].title)
        one, other = (datetime.fromisoformat(feed[post].published or "") for feed in (atom, rss))
        assert abs((one - other).total_seconds()) < 1


# the walk


def walked(web: Web, **how: Any) -> list[Feed]:
    async def crawl() -> list[Feed]:
        async with web.fetcher() as fetcher:
            return [feed async for feed in feeds.walk(fetcher, f"{SITE}/", delay=0, **how)]

    return asyncio.run(crawl())


def ids(pages: list[Feed]) -> list[str | None]:
    return [entry.post_id for feed in pages for entry in feed.entries]


def hour(number: int) -> str:
    return f"2026-03-02T{number:02}:00:00.001+07:00"


def starts(web: Web) -> list[str]:
    from httpx import URL

    return [URL(url).params["start-index"] for url in web.pages()]


def test_the_walk_steps_by_what_was_received() -> None:
    """150 asked, 36 sent: the next page begins at 37, and every post is found once."""
    blog = Blog([Post(number) for number in range(100)], budget=36)
    web = blog.web()
    assert ids(walked(web)) == [post.id for post in blog.posts]
    assert starts(web) == ["1", "37", "73"]


def test_a_page_of_two_is_not_the_last() -> None:
    """A server that sends two entries at a time is followed to the end."""
    blog = Blog([Post(number) for number in range(7)], budget=2)
    assert len(ids(walked(blog.web()))) == 7


def test_the_walk_asks_the_summary_feed_as_json() -> None:
    """The cheap form, newest first, is what is asked for; `full` asks for the owner's form in small pages."""
    web = Blog().web()
    walked(web, published_min=datetime(2026, 3, 1, tzinfo=UTC))
    asked = web.requests[-1].url
    assert asked.path == "/feeds/posts/summary"
    assert dict(asked.params) == {
        "alt": "json",
        "orderby": "published",
        "max-results": "150",
        "published-min": "2026-03-01T00:00:00+00:00",
        "start-index": "1",
    }
    web = Blog().web()
    walked(web, full=True)
    assert (web.requests[-1].url.path, web.requests[-1].url.params["max-results"]) == ("/feeds/posts/default", "25")


def test_a_window_of_time_can_be_asked_for() -> None:
    """published_min and published_max go out as RFC 3339, their offsets escaped."""
    web = Blog().web()
    jakarta = timezone(timedelta(hours=7))
    walked(web, published_min=datetime(2026, 3, 1, tzinfo=jakarta), published_max=datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert "published-min=2026-03-01T00%3A00%3A00%2B07%3A00&" in web.asked[-1]
    assert "published-max=2026-03-02T12%3A00%3A00%2B00%3A00&" in web.asked[-1]


def test_an_empty_page_is_asked_for_once_more() -> None:
    """A page that comes empty though posts are left is tried a second time; then by time, before the walk ends."""
    blog = Blog([Post(number) for number in range(4)], budget=2)
    hiccup = typed("application/json", json.dumps(blog.document([])))
    web = blog.web(places={"/feeds/posts/summary": [blog.feed, hiccup, blog.feed]})
    assert len(ids(walked(web))) == 4
    assert starts(web) == ["1", "3", "3"]
    web = blog.web(places={"/feeds/posts/summary": [blog.feed, hiccup]})
    pages = walked(web)
    assert len(ids(pages)) == 2
    assert pages[-1].ended == "feed-short"
    assert starts(web) == ["1", "3", "3", "1", "1"]
    assert "published-max" in web.asked[-1]


def test_a_shortfall_is_told_and_a_window_is_none() -> None:
    """A feed that gives two of the seven posts it claims says so; unreadable entries count as given, windows never."""
    blog = Blog([Post(1), Post(2)], total=7)
    assert walked(blog.web())[-1].ended == "feed-short"
    assert walked(blog.web(), published_min=datetime(2026, 3, 1, tzinfo=UTC))[-1].ended is None
    document = Blog(total=4).document([Post(1), Post(2), Post(3)])
    document["feed"]["entry"].append("nonsense")
    web = Web({"/feeds/posts/summary": typed("application/json", json.dumps(document))})
    assert [feed.ended for feed in walked(web)] == [None]


def test_a_blog_without_posts_is_asked_once() -> None:
    """Zero posts in total need no second request."""
    web = Blog(posts=[]).web()
    assert ids(walked(web)) == []
    assert len(web.pages()) == 1


def test_a_server_that_ignores_start_index_ends_the_walk() -> None:
    """The same page again and again gives each post once, and the walk ends after two pages without news."""
    blog = Blog([Post(number) for number in range(3)], total=9999)
    same = typed("application/json", json.dumps(blog.document(blog.posts)))
    web = blog.web(places={"/feeds/posts/summary": same})
    pages = walked(web)
    assert len(ids(pages)) == 3
    assert pages[-1].ended == "feed-short"
    assert len(web.pages()) == 3


def test_a_post_that_stands_twice_on_a_page_comes_once() -> None:
    """An entry repeated within a page, by its id or, without one, by its address, is given once, the first as it is."""
    blog = Blog([Post(1), Post(2), Post(1), Post(3)])
    assert ids(walked(blog.web())) == [Post(number).id for number in (1, 2, 3)]
    document = blog.document(blog.posts)
    for entry in document["feed"]["entry"]:
        del entry["id"]
    web = Web({"/feeds/posts/summary": typed("application/json", json.dumps(document))})
    assert [entry.url for feed in walked(web) for entry in feed.entries] == [Post(number).url for number in (1, 2, 3)]


@pytest.mark.parametrize("claimed", ["1000000000", ""])
def test_a_feed_without_end_is_walked_to_the_limit(claimed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One new post a page for ever ends after a number of pages, with a reason, whatever total the feed claims."""
    monkeypatch.setattr(paging, "MOST_PAGES", 40)
    blog = Blog([])

    def news(request: Any) -> Reply:
        document = blog.document([Post(int(request.url.params["start-index"]))])
        document["feed"]["openSearch$totalResults"]["$t"] = claimed
        return typed("application/json", json.dumps(document))

    web = Web({"/feeds/posts/summary": news})
    found = walked(web)
    assert (len(ids(found)), found[-1].ended, len(web.pages())) == (40, "too-large", 40)


def test_a_feed_of_huge_pages_is_walked_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posts are counted as well as pages: a server that fills each page ends with the same reason."""
    monkeypatch.setattr(paging, "MOST_POSTS", 30)
    found = walked(Blog([Post(number) for number in range(60)], budget=10).web())
    assert (len(ids(found)), found[-1].ended) == (30, "too-large")


def test_posts_published_during_the_walk_shift_nothing_out() -> None:
    """New posts push known ones into the next page; the walk goes on by time, and fetches the new ones at its end."""
    blog = Blog([Post(number, hour(20 - number)) for number in range(6)], budget=2)
    before = ids(walked(blog.web()))

    def after_news(request: Any) -> Reply:
        if request.url.params["start-index"] == "3" and len(blog.posts) == 6:
            blog.posts[:0] = [Post(100, hour(22)), Post(101, hour(21))]
        return blog.feed(request)

    pages = walked(blog.web(places={"/feeds/posts/summary": after_news}))
    assert ids(pages) == [*before, Post(100).id, Post(101).id]
    assert pages[-1].ended is None


def test_a_post_deleted_during_the_walk_hides_no_other() -> None:
    """A deletion pulls every later post one number forward; the total tells, and the one that slipped past is found."""
    blog = Blog([Post(number, hour(20 - number)) for number in range(6)], budget=2)

    def after_loss(request: Any) -> Reply:
        if request.url.params["start-index"] == "3" and len(blog.posts) == 6:
            del blog.posts[0]
        return blog.feed(request)

    pages = walked(blog.web(places={"/feeds/posts/summary": after_loss}))
    assert sorted(filter(None, ids(pages))) == [Post(number).id for number in range(6)]


def test_a_server_that_counts_no_further_is_asked_by_time() -> None:
    """Where no start-index beyond some number brings anything, published-max goes on, overlapping by a second."""
    moments = [hour(20), hour(19), hour(18), hour(18), hour(18), hour(17), hour(16)]
    blog = Blog([Post(number, moment) for number, moment in enumerate(moments)], budget=2)

    def capped(request: Any) -> Reply:
        beyond = int(request.url.params["start-index"]) > 4
        return typed("application/json", json.dumps(blog.document([]))) if beyond else blog.feed(request)

    pages = walked(blog.web(places={"/feeds/posts/summary": capped}))
    assert ids(pages) == [post.id for post in blog.posts]
    assert pages[-1].ended is None


def test_a_total_that_is_too_small_does_not_end_the_walk() -> None:
    """A feed that claims two posts and names a next page is followed to its end."""
    blog = Blog([Post(number) for number in range(5)], budget=2, total=2, links=True)
    pages = walked(blog.web())
    assert len(ids(pages)) == 5
    assert pages[-1].ended is None


def test_a_closed_feed_is_an_empty_walk_with_a_reason() -> None:
    """401 (a private blog) and 404 (a closed feed) end the walk with that reason and no posts."""
    for status, reason in ((401, "http-4xx"), (404, "http-404")):
        closed = {"/feeds/posts/summary": Reply(status), "/feeds/posts/default": Reply(status)}
        pages = walked(Blog().web(places=closed))
        assert ids(pages) == []
        assert pages[-1].ended == reason


def test_a_summary_that_is_not_to_be_had_falls_back() -> None:
    """HTML in the summary's place leads to the default feed, past the owner's redirect to another service."""
    web = Blog().web(places={"/feeds/posts/summary": html("<html></html>")})
    assert len(ids(walked(web))) == 3
    assert web.requests[-1].url.path == "/feeds/posts/default"
    assert web.requests[-1].url.params["redirect"] == "false"


def test_blogger_itself_is_asked_last() -> None:
    """With both addresses closed and the blog's id known, the feed is had from www.blogger.com."""
    blog = Blog()
    closed = {"/feeds/posts/summary": Reply(404), "/feeds/posts/default": Reply(404)}
    direct = {f"/feeds/{BLOG}/posts/summary": blog.feed}
    web = blog.web(places={**closed, **direct})
    assert len(ids(walked(web, blog_id=BLOG))) == 3
    assert web.asked[-1].startswith(f"https://www.blogger.com/feeds/{BLOG}/posts/summary?")


def test_an_owners_no_is_not_walked_around() -> None:
    """Where robots.txt disallows the feeds, blogger.com is not asked for them either."""
    rules = typed("text/plain", "User-agent: *\nDisallow: /feeds/")
    web = Blog().web(places={"/robots.txt": rules, f"/feeds/{BLOG}/posts/summary": Blog().feed})
    assert walked(web, blog_id=BLOG)[-1].ended == "robots"
    assert web.pages() == []


def test_a_feed_that_breaks_off_keeps_what_came() -> None:
    """A failure on the second page ends the walk with its reason, after the first page's posts."""
    blog = Blog([Post(number) for number in range(4)], budget=2)
    pages = walked(blog.web(places={"/feeds/posts/summary": [blog.feed, Reply(503)]}))
    assert len(ids(pages)) == 2
    assert pages[-1].ended == "http-5xx"


def test_a_redirected_feed_is_followed() -> None:
    """A feed that a service serves as RSS at another host is read as what it is, where Blogger's own is not to be had;
    that it is whole cannot be said, since the service sends the same posts for every page.
    """
    moved = typed("text/xml", RSS % "<description>Isi</description>")
    there = redirect("https://layanan.example/kilas")
    places = {"/feeds/posts/summary": there, "/feeds/posts/default": there, "/kilas": moved}
    pages = walked(Blog().web(places=places))
    assert ids(pages) == ["78"]
    assert pages[-1].ended == "feed-repeats"


def test_bloggers_own_feed_is_preferred_to_what_a_service_made_of_it() -> None:
    """An address that leads to RSS elsewhere is passed over for one that gives Blogger's JSON."""
    moved = typed("text/xml", RSS % "<description>Isi</description>")
    places = {"/feeds/posts/summary": redirect("https://layanan.example/kilas"), "/kilas": moved}
    web = Blog().web(places=places)
    assert len(ids(walked(web))) == 3
    assert web.requests[-1].url.params["redirect"] == "false"


def test_posts_are_named_under_the_sites_own_scheme() -> None:
    """A feed that says http: of an https: blog gives https: addresses; another host's are left as they are."""
    blog = Blog([Post(1)])
    document = blog.document(blog.posts)
    document["feed"]["entry"] += blog.document([Post(2)])["feed"]["entry"]
    document["feed"]["entry"][1]["link"] = [{"rel": "alternate", "href": "http://lain.example/2026/03/a.html"}]
    web = Web({"/feeds/posts/summary": typed("application/json", json.dumps(document))})

    async def crawl() -> list[str]:
        async with web.fetcher() as fetcher:
            pages = [feed async for feed in feeds.walk(fetcher, "https://kilas.example/", delay=0)]
            return [entry.url for feed in pages for entry in feed.entries]

    assert asyncio.run(crawl())[:2] == [
        "https://kilas.example/2026/03/pos-1.html",
        "http://lain.example/2026/03/a.html",
    ]


# one post


def had(web: Web, what: str, *args: str, site: str = SITE, **how: Any) -> FeedEntry | None:
    async def crawl() -> FeedEntry | None:
        async with web.fetcher() as fetcher:
            found: FeedEntry | None = await getattr(feeds, what)(fetcher, site, *args, delay=0, **how)
            return found

    return asyncio.run(crawl())


def alone(post: Post) -> Reply:
    """Blogger's feed of a single post: an entry where a feed would stand."""
    entry = Blog().entry(post, summary=False)
    return typed("application/json", json.dumps({"version": "1.0", "encoding": "UTF-8", "entry": entry}))


def test_a_post_by_itself_is_a_feed_of_one() -> None:
    """A document with an entry in a feed's place reads as that entry, in JSON, JSONP and Atom."""
    body = alone(Post(7)).body
    for form in (body, b"// API callback\nf(" + body + b");"):
        feed = feeds.parse(form)
        assert (feed.received, feed.blog_id, feed.total) == (1, BLOG, None)
        assert feed.entries == parsed(Blog().document([Post(7)])).entries
    start = ATOM.index("<entry>") + len("<entry")
    head = "<entry xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0'"
    atom = feeds.parse((head + ATOM[start:].removesuffix("</feed>")).encode())
    assert atom.entries == feeds.parse(ATOM.encode()).entries


def test_one_post_can_be_had_by_its_id() -> None:
    """The single-post feed costs one request and gives the post with its text, under the site's own scheme."""
    post = Post(7)
    web = Web({f"/feeds/posts/default/{post.id}": alone(post)})
    found = had(web, "post", post.id, site="https://kilas.example/")
    assert found is not None
    assert (found.post_id, found.content) == (post.id, post.content)
    assert found.url == "https://kilas.example/2026/03/pos-7.html"
    assert web.pages() == [f"https://kilas.example/feeds/posts/default/{post.id}?alt=json"]


@pytest.mark.parametrize(
    "answer", [Reply(404), Reply(503), html("<p>x</p>"), typed("application/json", "{}"), alone(Post(8))]
)
def test_a_post_that_cannot_be_had_is_none(answer: Reply) -> None:
    """A closed feed, an error, a page in its place, an empty document and another post's entry all give nothing."""
    assert had(Web({f"/feeds/posts/default/{Post(7).id}": answer}), "post", Post(7).id) is None


def test_an_id_cannot_lead_to_another_address() -> None:
    """What a feed gave as an id stays one part of the path."""
    web = Web({})
    assert had(web, "post", "../../a?b#c") is None
    assert web.pages() == [f"{SITE}/feeds/posts/default/..%2F..%2Fa%3Fb%23c?alt=json"]


def newest(web: Web, most: int = 1, *, site: str = SITE, **how: Any) -> tuple[FeedEntry, ...]:
    async def ask() -> tuple[FeedEntry, ...]:
        async with web.fetcher() as fetcher:
            return await feeds.newest(fetcher, site, most, delay=0, **how)

    return asyncio.run(ask())


def test_the_newest_post_costs_one_entry() -> None:
    """The newest post is asked for alone, in the summary form, and its address has the site's own scheme."""
    web = Blog([Post(number) for number in range(60)]).web()
    (found,) = newest(web, site="https://kilas.example/")
    assert (found.post_id, found.url) == (Post(0).id, "https://kilas.example/2026/03/pos-0.html")
    assert dict(web.requests[-1].url.params)["max-results"] == "1"
    assert web.requests[-1].url.path == "/feeds/posts/summary"
    assert len(web.pages()) == 1


def test_the_newest_posts_come_with_their_text_in_one_request() -> None:
    """So many as asked for, however many the server sends; `full` asks for the form the owner publishes."""
    web = Blog([Post(number) for number in range(60)]).web()
    found = newest(web, 5, full=True)
    assert [entry.content for entry in found] == [Post(0).content] * 5
    assert [path.partition("?")[0] for path in web.pages()] == [f"{SITE}/feeds/posts/default"]
    assert dict(web.requests[-1].url.params)["max-results"] == "5"


def test_the_newest_post_is_looked_for_where_the_walk_looks() -> None:
    """A closed summary leads to the other addresses of the feed; none that answers, and an empty blog, give nothing."""
    closed = {"/feeds/posts/summary": Reply(404), "/feeds/posts/default": Reply(404)}
    web = Blog().web(places={**closed, f"/feeds/{BLOG}/posts/summary": Blog().feed})
    assert newest(web) == ()
    assert len(newest(web, blog_id=BLOG)) == 1
    assert newest(Blog(posts=[]).web()) == ()


def test_contents_give_the_posts_with_their_text() -> None:
    """The second witness: every post of the owner's feed, with content, 25 at a time."""
    blog = Blog([Post(number) for number in range(30)])
    web = blog.web()

    async def crawl() -> list[str | None]:
        async with web.fetcher() as fetcher:
            return [entry.content async for entry in feeds.contents(fetcher, SITE, delay=0)]

    assert asyncio.run(crawl()) == ["<p>Banjir surut di Serang.</p>"] * 30
    assert starts(web) == ["1", "26"]
