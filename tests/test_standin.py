"""The stand-in newsroom: what its pages, feeds, sitemaps and headers show a crawler, asked over real HTTP."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import msgspec
import pytest
from selectolax.lexbor import LexborHTMLParser

from scraper.errors import UsageProblem
from scraper.standin import Fault, Newsroom, Post, StandIn, fixtures_dir, read_post, serve

BLOG_ID = "1234567890123456789"
FIRST = datetime(2026, 2, 27, 1, 30, tzinfo=UTC)
BODY = "<p>Tambak Rejo - Air pasang naik semalam.</p><p>Warga <b>berjaga</b> &amp; mencatat.</p>"
ATOM = "{http://www.w3.org/2005/Atom}"
SEARCH = "{http://a9.com/-/spec/opensearchrss/1.0/}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def post(number: int = 1, **changes: Any) -> Post:
    """Post `number`, published that many days after the first and updated two hours later."""
    published = FIRST + timedelta(days=number - 1)
    fields: dict[str, Any] = {
        "slug": f"air-pasang-{number}",
        "title": f"Air Pasang & Angin, Hari {number}",
        "post_id": str(7_000_000_000_000_000_000 + number),
        "published": published,
        "updated": published + timedelta(hours=2),
        "author": "Redaksi",
        "labels": ("Cuaca", "Tambak Rejo"),
        "body": BODY,
    }
    return Post(**{**fields, **changes})


def newsroom(posts: int | list[Post] = 1, **changes: Any) -> Newsroom:
    """A small newsroom on the Kompaz theme, with that many posts or with those."""
    fields: dict[str, Any] = {
        "blog_id": BLOG_ID,
        "title": "Warta Tambak",
        "description": "Kabar dari tambak",
        "domain": "wartatambak.example",
        "theme": "kompaz",
        "language": "id",
        "zone": "Asia/Jakarta",
        "posts": [post(number) for number in range(1, posts + 1)] if isinstance(posts, int) else posts,
    }
    return Newsroom(**{**fields, **changes})


@contextmanager
def served(room: Newsroom) -> Iterator[tuple[StandIn, httpx.Client]]:
    with StandIn(room) as standin, httpx.Client(base_url=standin.url, timeout=5) as client:
        yield standin, client


def page_of(room: Newsroom, path: str | None = None) -> tuple[str, LexborHTMLParser]:
    """Raw HTML and parsed page of `path`; of the first post where none is given."""
    with served(room) as (_, client):
        raw = client.get(path or room.path(room.posts[0])).text
    return raw, LexborHTMLParser(raw)


def text(tree: LexborHTMLParser, selector: str) -> str:
    found = tree.css_first(selector)
    assert found is not None, selector
    return " ".join(found.text().split())


def feed_of(client: httpx.Client, query: str = "", *, form: str = "summary") -> dict[str, Any]:
    answer = client.get(f"/feeds/posts/{form}?alt=json{query}")
    assert answer.status_code == 200
    feed: dict[str, Any] = answer.json()["feed"]
    return feed


def titles(feed: dict[str, Any]) -> list[str]:
    return [entry["title"]["$t"] for entry in feed.get("entry", [])]


# Kompaz pages


def test_kompaz_begins_with_a_stray_arrow() -> None:
    """The hidden head's comment closes early, so the first text of the body is '-->'."""
    raw, tree = page_of(newsroom())
    assert tree.body is not None
    assert tree.body.text().strip().startswith("-->")
    assert raw.count("<body") == 1


def test_kompaz_hides_head_and_data_context_in_comments() -> None:
    """Canonical link, service.post and data context are in the raw bytes and invisible to a parser."""
    room = newsroom()
    raw, tree = page_of(room)
    assert not tree.css("link[rel=canonical], link[rel='service.post']")
    assert "_SetDataContext" not in "".join(script.text() for script in tree.css("script"))
    assert f"/feeds/{BLOG_ID}/posts/default" in raw
    assert f"'blogId': '{BLOG_ID}'" in raw
    assert f"'postId': '{room.posts[0].post_id}'" in raw
    assert "'pageType': 'item'" in raw
    assert tree.css_matches("head meta[name=generator][content=blogger]")


def test_data_context_escapes_what_html_might_read() -> None:
    r"""Signs that HTML might read stand in the data context as \x3d, \x26 and \x27."""
    raw, _ = page_of(newsroom([post(title="Nelayan 'Rindu' = <Laut> & Ombak")]))
    context = raw[raw.index("_SetDataContext(") : raw.index("_RegisterWidget")]
    assert r"'pageName': 'Nelayan \x27Rindu\x27 \x3d \x3cLaut\x3e \x26 Ombak'" in context
    assert "<" not in context


def test_kompaz_keeps_the_whole_body_in_the_second_half() -> None:
    """#post1<id> is empty, the ad slot stands between, and #post2<id> holds the body as the editor left it."""
    room = newsroom()
    raw, tree = page_of(room)
    container = f"#post-body-{room.posts[0].post_id}"
    assert text(tree, f"#post1{room.posts[0].post_id}") == ""
    assert text(tree, f"{container} .iklan-tengah-postingan") == "masukkan script iklan disini"
    assert f"<div id='post2{room.posts[0].post_id}'>{BODY}</div>" in raw
    assert not tree.css(f"{container} .iklan-kiri-postingan")
    assert tree.css_matches(f"{container}[itemprop~=articleBody]")


def test_kompaz_visible_date_begins_with_a_comma() -> None:
    """With the date heading off the visible date is ', Maret 01, 2026 WIB': the blog's day, not UTC's."""
    late = post(published=datetime(2026, 2, 28, 18, 0, tzinfo=UTC))
    _, tree = page_of(newsroom([late]))
    assert text(tree, ".date-header-item") == ", Maret 01, 2026 WIB"
    _, tree = page_of(newsroom([late], date_header=True))
    assert text(tree, ".date-header-item") == "Maret 01, 2026, Maret 01, 2026 WIB"


def test_kompaz_passes_the_update_off_as_publication() -> None:
    """The only machine time is the last update in UTC, marked datePublished."""
    raw, tree = page_of(newsroom())
    stamp = tree.css_first(".post-updated .updated")
    assert stamp is not None
    assert stamp.attributes["itemprop"] == "datePublished dateModified"
    assert stamp.text() == "2026-02-27T03:30:00Z"
    assert "2026-02-27T01:30" not in raw
    assert "2026-02-27T08:30" not in raw


def test_kompaz_author_may_be_empty() -> None:
    """A post without an account has the author's box and no name in it."""
    _, tree = page_of(newsroom([post(author="")]))
    assert text(tree, "#author-share .fn") == ""
    _, tree = page_of(newsroom())
    assert text(tree, "#author-share .author-item .fn [itemprop=name]") == "Redaksi"


def test_kompaz_furniture_is_all_there() -> None:
    """Menu, credit, ad slots, share bars, comment heading and widgets surround the post."""
    _, tree = page_of(newsroom(2))
    assert text(tree, "button.menu[title=Jelajahi]") == "Jelajahi"
    assert text(tree, ".copyright1 a.xmlthemes") == "Best Viral Premium Blogger Templates"
    assert text(tree, "#fbcomment-title") == "Komentar Tampilkan"
    assert [heading.text() for heading in tree.css(".sidebar h3.title")] == ["Terkini", "Terkini Lainnya"]
    for selector in (".bagikan", ".share-lagi", ".iklan-bawah-postingan", "#related-posts2", "#commentfb"):
        assert tree.css_matches(f".widget.Blog .post.hentry {selector}"), selector
    assert text(tree, "h1.post-title.entry-title[itemprop=headline]") == "Air Pasang & Angin, Hari 1"


def test_kompaz_head_misleads() -> None:
    """The description repeats the title, and a post without pictures is illustrated by the favicon."""
    _, tree = page_of(newsroom())
    head = {
        meta.attributes.get("name") or meta.attributes.get("property"): meta.attributes.get("content")
        for meta in tree.css("head meta")
    }
    assert head["description"] == head["og:title"] == "Air Pasang & Angin, Hari 1"
    assert (head["og:image"] or "").endswith("/favicon.ico")


def test_label_links_end_in_max_results() -> None:
    """Kompaz labels are a[rel=tag] whose address ends in '?&max-results=10'."""
    _, tree = page_of(newsroom())
    links = tree.css("#tag-share-related #post-labels-bawah a[rel~=tag]")
    assert [link.text() for link in links] == ["Cuaca", "Tambak Rejo"]
    assert (links[1].attributes["href"] or "").endswith("/search/label/Tambak%20Rejo?&max-results=10")


# Contempo pages


def contempo(posts: int | list[Post] = 1, **changes: Any) -> Newsroom:
    return newsroom(posts, theme="contempo", language="en", zone="America/New_York", **changes)


def test_contempo_states_both_dates_in_json_ld() -> None:
    """JSON-LD has both times with the offset of their own season; publisher and picture are Blogger's."""
    summer = post(updated=datetime(2026, 7, 1, 12, 0, tzinfo=UTC), title="Tide </script> & Wind")
    _, tree = page_of(contempo([summer]))
    block = json.loads(text(tree, ".post script[type='application/ld+json']"))
    assert block["datePublished"] == "2026-02-26T20:30:00-05:00"
    assert block["dateModified"] == "2026-07-01T08:00:00-04:00"
    assert block["headline"] == "Tide </script> & Wind"
    assert block["publisher"]["name"] == "Blogger"
    assert "U2hvZWJveA" in block["image"]["url"]


def test_contempo_keeps_its_parts_in_sight() -> None:
    """Title, byline, time, body and labels have the v3 classes; the data context is a live script."""
    room = contempo()
    _, tree = page_of(room)
    post_id = room.posts[0].post_id
    inside = ".widget.Blog .post-outer-container > .post-outer > .post"
    assert tree.css_matches("body.version-1-3-3.variant-indie_light .centered-top-container")
    assert text(tree, f"{inside} h3.post-title.entry-title") == "Air Pasang & Angin, Hari 1"
    assert text(tree, f"{inside} .byline.post-author .fn") == "Redaksi"
    time_element = tree.css_first(f"{inside} time.published")
    assert time_element is not None
    assert time_element.attributes["datetime"] == time_element.attributes["title"] == "2026-02-26T20:30:00-05:00"
    assert text(tree, f"{inside} time.published") == "February 26, 2026"
    assert text(tree, f"#post-body-{post_id}.post-body.entry-content.float-container").startswith("Tambak Rejo")
    assert [link.text() for link in tree.css(".post-bottom .post-labels a[rel~=tag]")] == ["Cuaca", "Tambak Rejo"]
    assert tree.css_matches(f"a[name='{post_id}']")
    assert any("_SetDataContext" in script.text() for script in tree.css("script"))


def test_contempo_popular_posts_repeat_the_classes_of_a_post() -> None:
    """Outside the Blog widget other posts stand under .post-title and time.published."""
    _, tree = page_of(contempo(3))
    assert len(tree.css(".widget.Blog h3.post-title")) == 1
    assert len(tree.css(".widget.PopularPosts .post-title")) == 2
    assert len(tree.css(".widget.PopularPosts time.published")) == 2


def test_contempo_head_is_single_quoted_with_content_first() -> None:
    """Blogger's own head writes `content` before `property`, in single quotes, with an unfilled tag as comment."""
    raw, tree = page_of(contempo())
    assert re.search(r"<meta content='http://[^']+/2026/02/air-pasang-1\.html' property='og:url'/>", raw)
    assert "<!--Can't find substitution for tag [blog.ieCssRetrofitLinks]-->" in raw
    assert len(tree.css("head link[rel=canonical], head link[rel='service.post']")) == 2


# Addresses


def test_permalink_month_is_the_blogs_own() -> None:
    """A post published at 18:00 UTC of February's last day has a March address in Jakarta."""
    room = newsroom([post(published=datetime(2026, 2, 28, 18, 0, tzinfo=UTC))])
    assert room.path(room.posts[0]) == "/2026/03/air-pasang-1.html"


def test_permalink_outlives_a_change_of_date() -> None:
    """A post whose date was changed is found at its old address and not under its new month."""
    room = newsroom([post(permalink="/2025/12/air-pasang-1.html")])
    with served(room) as (_, client):
        assert client.get("/2025/12/air-pasang-1.html").status_code == 200
        assert client.get("/2026/02/air-pasang-1.html").status_code == 404


def test_mobile_page_keeps_the_canonical_address() -> None:
    """?m=1 shows in the data context's url and flag, never in the canonical address."""
    room = newsroom()
    raw, _ = page_of(room, f"{room.path(room.posts[0])}?m=1")
    assert re.search(r"'url': 'http://[^']+air-pasang-1\.html\?m\\x3d1'", raw)
    assert re.search(r"'canonicalUrl': 'http://[^']+air-pasang-1\.html',", raw)
    assert "'isMobile': true" in raw


def test_links_follow_the_host_asked_for() -> None:
    """Canonical address, feed links and robots.txt carry the request's Host, not the newsroom's domain."""
    room = newsroom()
    with served(room) as (_, client):
        named = {"Host": "localhost:4321"}
        assert "'canonicalUrl': 'http://localhost:4321/2026" in client.get(room.path(room.posts[0]), headers=named).text
        assert "Sitemap: http://localhost:4321/sitemap.xml" in client.get("/robots.txt", headers=named).text
        feed = client.get("/feeds/posts/summary?alt=json", headers=named).json()["feed"]
        assert {link["rel"]: link["href"] for link in feed["link"]}["alternate"] == "http://localhost:4321/"


@pytest.mark.parametrize("theme", ["kompaz", "contempo"])
def test_missing_page_is_a_themed_404(theme: str) -> None:
    """An unknown address answers 404 with the whole theme, isError and error_page, and no validators."""
    with served(newsroom(theme=theme)) as (_, client):
        answer = client.get("/2026/02/tidak-ada.html")
    assert answer.status_code == 404
    assert "'isError': true" in answer.text
    assert "'pageType': 'error_page'" in answer.text
    assert "Alamat ini tidak memuat tulisan" in answer.text
    assert "'postId'" not in answer.text
    assert "ETag" not in answer.headers


def test_home_shows_the_newest_with_jump_links() -> None:
    """The home page lists the newest posts with a jump link each, and an older link into /search."""
    _, tree = page_of(newsroom(5, home_posts=2), "/")
    assert [title.text() for title in tree.css("h2.post-title")] == [f"Air Pasang & Angin, Hari {n}" for n in (5, 4)]
    assert len(tree.css(".jump-link a")) == 2
    older = tree.css_first("a.blog-pager-older-link")
    assert older is not None
    assert "/search?updated-max=2026-03-02T08%3A30%3A00%2B07%3A00" in (older.attributes["href"] or "")


def test_search_pager_reaches_every_post_once() -> None:
    """Following the older links from the home page meets each post once, newest first."""
    seen: list[str] = []
    with served(newsroom(5, home_posts=2)) as (_, client):
        address = "/"
        while address:
            tree = LexborHTMLParser(client.get(address).text)
            seen += [title.text()[-1] for title in tree.css("h2.post-title")]
            older = tree.css_first("a.blog-pager-older-link")
            address = (older.attributes["href"] or "") if older else ""
    assert seen == ["5", "4", "3", "2", "1"]


def test_item_pages_chain_by_their_pager() -> None:
    """A Kompaz post links to its newer and older neighbour."""
    room = newsroom(3)
    _, tree = page_of(room, room.path(room.posts[1]))
    links = {link.text(): link.attributes["href"] for link in tree.css(".blog-pager a")}
    assert (links["Lebih baru"] or "").endswith("/2026/03/air-pasang-3.html")
    assert (links["Lebih lama"] or "").endswith("/2026/02/air-pasang-1.html")


def test_archive_pages_hold_their_period() -> None:
    """/2026/ and /2026/02/ are pages of type archive; the month's older link leaves the month."""
    old = post(9, published=datetime(2025, 12, 1, tzinfo=UTC))
    room = newsroom([post(1), post(2), post(3), old])
    with served(room) as (_, client):
        year, month, no_month = (client.get(path) for path in ("/2026/", "/2026/02/", "/2026/13/"))
    assert [title.text()[-1] for title in LexborHTMLParser(year.text).css("h2.post-title")] == ["3", "2", "1"]
    assert [title.text()[-1] for title in LexborHTMLParser(month.text).css("h2.post-title")] == ["2", "1"]
    assert "'pageType': 'archive'" in month.text
    assert "blog-pager-older-link" in month.text
    assert no_month.status_code == 404


def test_static_page_is_apart_from_the_posts() -> None:
    """A static page has its own page type, sitemap and feed, and its Kompaz title stands inside the body."""
    about = post(50, slug="tentang", permalink="/p/tentang.html", title="Tentang Kami")
    with served(newsroom(2, pages=[about])) as (_, client):
        page = client.get("/p/tentang.html").text
        assert "'pageType': 'static_page'" in page
        assert text(LexborHTMLParser(page), f"#post-body-{about.post_id} h1") == "Tentang Kami"
        assert "/p/tentang.html" in client.get("/sitemap-pages.xml").text
        assert "/p/" not in client.get("/sitemap.xml").text
        assert titles(client.get("/feeds/pages/default?alt=json").json()["feed"]) == ["Tentang Kami"]
        assert "Tentang Kami" not in titles(feed_of(client))


# Feeds


def test_feed_is_one_based_and_newest_first() -> None:
    """start-index 1 is the newest post; the totals are strings."""
    with served(newsroom(4)) as (_, client):
        feed = feed_of(client, "&start-index=2&max-results=2")
    assert titles(feed) == ["Air Pasang & Angin, Hari 3", "Air Pasang & Angin, Hari 2"]
    assert feed["openSearch$totalResults"] == {"$t": "4"}
    assert feed["openSearch$startIndex"] == {"$t": "2"}


def test_max_results_is_advice() -> None:
    """An answer ends where its size budget does; itemsPerPage repeats the request all the same."""
    with served(newsroom(9, feed_bytes=6000)) as (_, client):
        feed = feed_of(client, "&max-results=150")
        assert 1 < len(feed["entry"]) < 9
        assert feed["openSearch$itemsPerPage"] == {"$t": "150"}
        following = next(link["href"] for link in feed["link"] if link["rel"] == "next")
        assert f"start-index={len(feed['entry']) + 1}" in following


def test_one_entry_is_sent_however_large() -> None:
    """A post larger than the whole budget still comes, alone."""
    with served(newsroom(2, feed_bytes=1)) as (_, client):
        assert len(feed_of(client)["entry"]) == 1


def test_feed_cap_holds_whatever_is_asked() -> None:
    """More than the cap is never sent, even when 9999 are asked for and the budget would allow them."""
    with served(newsroom(12, feed_posts=10, feed_bytes=2**30)) as (_, client):
        feed = feed_of(client, "&max-results=9999")
    assert len(feed["entry"]) == 10
    assert feed["openSearch$itemsPerPage"] == {"$t": "9999"}


def test_next_links_lead_through_the_whole_feed() -> None:
    """Each next link points to the feed under the blog's id; the last page has none, and every post came once."""
    seen: list[str] = []
    with served(newsroom(9, feed_bytes=6000)) as (_, client):
        address = "/feeds/posts/summary?alt=json&max-results=4"
        while address:
            feed = client.get(address).json()["feed"]
            seen += titles(feed)
            address = next((link["href"] for link in feed["link"] if link["rel"] == "next"), "")
            assert not address or f"/feeds/{BLOG_ID}/posts/summary?" in address
    assert seen == [f"Air Pasang & Angin, Hari {n}" for n in range(9, 0, -1)]


def test_empty_feed_has_no_entry_key() -> None:
    """Beyond the last post, and on a blog without posts, `entry` is missing and the total stays."""
    with served(newsroom(2)) as (_, client):
        beyond = feed_of(client, "&start-index=3")
    with served(newsroom(0)) as (_, client):
        none = feed_of(client)
    assert "entry" not in beyond
    assert beyond["openSearch$totalResults"] == {"$t": "2"}
    assert "entry" not in none
    assert "category" not in none


def test_entry_has_bloggers_shape() -> None:
    """Ids are tags, times RFC 3339 with milliseconds in the blog's zone, links in order with the alternate last."""
    room = newsroom([post(published=FIRST.replace(microsecond=2000))])
    with served(room) as (standin, client):
        (entry,) = feed_of(client, form="default")["entry"]
    assert entry["id"] == {"$t": f"tag:blogger.com,1999:blog-{BLOG_ID}.post-{room.posts[0].post_id}"}
    assert entry["published"] == {"$t": "2026-02-27T08:30:00.002+07:00"}
    assert entry["updated"] == {"$t": "2026-02-27T10:30:00.000+07:00"}
    assert entry["category"][1] == {"scheme": "http://www.blogger.com/atom/ns#", "term": "Tambak Rejo"}
    assert entry["content"] == {"type": "html", "$t": BODY}
    assert "summary" not in entry
    assert [link["rel"] for link in entry["link"]] == ["replies", "replies", "edit", "self", "alternate"]
    assert entry["link"][-1]["href"] == f"{standin.url}/2026/02/air-pasang-1.html"
    assert entry["author"][0]["name"] == {"$t": "Redaksi"}
    assert entry["author"][0]["email"] == {"$t": "noreply@blogger.com"}


def test_entry_leaves_out_what_a_post_lacks() -> None:
    """No labels: no category. No picture: no thumbnail. No account: the name 'Unknown'."""
    bare, rich = post(1, labels=(), author=""), post(2, body='<img src="https://x.example/s72-c/a.jpg"/>')
    with served(newsroom([bare, rich])) as (_, client):
        pictured, plain = feed_of(client)["entry"]
    assert "category" not in plain
    assert "media$thumbnail" not in plain
    assert plain["author"][0]["name"]["$t"] == "Unknown"
    assert pictured["media$thumbnail"]["url"] == "https://x.example/s72-c/a.jpg"


def test_feed_offsets_follow_daylight_saving() -> None:
    """One blog's offsets differ between winter and summer."""
    summer = post(2, published=datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
    with served(contempo([post(1), summer])) as (_, client):
        stamps = [entry["published"]["$t"][-6:] for entry in feed_of(client)["entry"]]
    assert stamps == ["-04:00", "-05:00"]


@pytest.mark.parametrize("form", ["default", "full", "summary"])
def test_short_feed_never_has_content(form: str) -> None:
    """An owner's short feed gives at most 400 characters of text under every address."""
    with served(newsroom([post(body="<style>p { margin: 0 }</style>" + BODY * 9)], feed="summary")) as (_, client):
        (entry,) = feed_of(client, form=form)["entry"]
    assert "content" not in entry
    assert len(entry["summary"]["$t"]) == 400
    assert entry["summary"]["$t"].startswith("p { margin: 0 } Tambak Rejo - Air pasang naik semalam. Warga berjaga &")


def test_jump_feed_looks_full_and_ends_early() -> None:
    """Under 'until jump break' the content stops at the jump mark; the page has all of it."""
    room = newsroom([post(body='<p>Atas.</p><a name="more"></a><p>Bawah.</p>')], feed="jump")
    with served(room) as (_, client):
        (entry,) = feed_of(client, form="default")["entry"]
        assert entry["content"]["$t"] == "<p>Atas.</p>"
        assert "Bawah." in client.get(room.path(room.posts[0])).text


def test_closed_feed_is_not_found() -> None:
    """With the feed switched off every feed address answers 404, and the pages stay."""
    with served(newsroom(feed="none")) as (_, client):
        assert client.get("/feeds/posts/summary?alt=json").status_code == 404
        assert client.get("/").status_code == 200


def test_published_bounds_include_the_least_and_exclude_the_limit() -> None:
    """published-min is inclusive, published-max exclusive, in any offset, even with '+' left unescaped."""
    with served(newsroom(4)) as (_, client):
        feed = feed_of(client, "&published-min=2026-02-28T08:30:00+07:00&published-max=2026-03-02T01:30:00Z")
    assert [title[-1] for title in titles(feed)] == ["3", "2"]
    assert feed["openSearch$totalResults"] == {"$t": "2"}


def test_updated_bounds_need_the_order_by_update() -> None:
    """updated-min is ignored unless orderby=updated, which also sorts by update."""
    edited = post(1, updated=datetime(2026, 5, 1, tzinfo=UTC))
    with served(newsroom([edited, post(2), post(3)])) as (_, client):
        assert len(titles(feed_of(client, "&updated-min=2026-05-01T00:00:00Z"))) == 3
        assert [t[-1] for t in titles(feed_of(client, "&updated-min=2026-05-01T00:00:00Z&orderby=updated"))] == ["1"]
        assert [t[-1] for t in titles(feed_of(client, "&orderby=updated"))] == ["1", "3", "2"]


def test_nonsense_parameters_are_refused() -> None:
    """A start-index that is no number, or a bound that is no time, answers 400."""
    with served(newsroom()) as (_, client):
        assert client.get("/feeds/posts/default?start-index=x").status_code == 400
        assert client.get("/feeds/posts/default?published-min=kemarin").status_code == 400


def test_jsonp_begins_with_the_callback_comment() -> None:
    """json-in-script answers '// API callback' on a line of its own, then the call."""
    with served(newsroom()) as (_, client):
        answer = client.get("/feeds/posts/summary?alt=json-in-script&callback=terkait")
    first, call = answer.text.split("\n", 1)
    assert first == "// API callback"
    assert json.loads(call.removeprefix("terkait(").removesuffix(");"))["feed"]["entry"]
    assert answer.headers["Content-Type"].startswith("text/javascript")


def test_atom_and_rss_say_what_json_says() -> None:
    """The three forms agree on id, title, text and total; a short RSS feed has no item description."""
    awkward = post(title='Kata "Pak Lurah" & <Warga>', body=BODY)
    with served(newsroom([awkward])) as (_, client):
        (entry,) = feed_of(client, form="default")["entry"]
        atom = ElementTree.fromstring(client.get("/feeds/posts/default").content)
        rss = ElementTree.fromstring(client.get("/feeds/posts/default?alt=rss").content)
        short = ElementTree.fromstring(client.get("/feeds/posts/summary?alt=rss").content)
    assert atom.findtext(f"{ATOM}entry/{ATOM}id") == rss.findtext("channel/item/guid") == entry["id"]["$t"]
    assert atom.findtext(f"{ATOM}entry/{ATOM}title") == rss.findtext("channel/item/title") == awkward.title
    assert atom.findtext(f"{ATOM}entry/{ATOM}content") == rss.findtext("channel/item/description") == BODY
    assert atom.findtext(f"{SEARCH}totalResults") == rss.findtext(f"channel/{SEARCH}totalResults") == "1"
    assert atom.findtext(f"{ATOM}entry/{ATOM}published") == entry["published"]["$t"]
    assert rss.findtext("channel/item/pubDate") == "Fri, 27 Feb 2026 01:30:00 +0000"
    assert short.find("channel/item/description") is None
    assert (short.findtext(f"channel/item/{ATOM}summary") or "").startswith("Tambak Rejo")


def test_single_post_has_its_own_feed_address() -> None:
    """/feeds/posts/default/<postId> is one entry; an unknown id is 404."""
    room = newsroom(2)
    with served(room) as (_, client):
        answer = client.get(f"/feeds/posts/default/{room.posts[0].post_id}?alt=json").json()
        assert answer["entry"]["title"]["$t"] == room.posts[0].title
        assert client.get("/feeds/posts/default/1?alt=json").status_code == 404


def test_feed_by_blog_id_and_by_label() -> None:
    """The feed answers under the blog's own id and no other; label segments must all fit, case included."""
    rare = post(2, labels=("Cuaca", "Gelombang Tinggi"))
    with served(newsroom([post(1), rare])) as (_, client):
        assert len(client.get(f"/feeds/{BLOG_ID}/posts/default?alt=json").json()["feed"]["entry"]) == 2
        assert client.get("/feeds/42/posts/default?alt=json").status_code == 404
        both = client.get("/feeds/posts/default/-/Cuaca/Gelombang%20Tinggi?alt=json").json()["feed"]
        assert titles(both) == [rare.title]
        assert "entry" not in client.get("/feeds/posts/default/-/cuaca?alt=json").json()["feed"]


# Sitemaps, robots, HTTP


def test_small_sitemap_is_a_plain_list() -> None:
    """While the posts fit into one sitemap it is a urlset, newest first, with the update in UTC."""
    with served(newsroom(2)) as (_, client):
        root = ElementTree.fromstring(client.get("/sitemap.xml").content)
    assert root.tag == f"{SITEMAP}urlset"
    assert [(url.text or "")[-6] for url in root.iter(f"{SITEMAP}loc")] == ["2", "1"]
    assert root.findtext(f"{SITEMAP}url/{SITEMAP}lastmod") == "2026-02-28T03:30:00Z"


def test_large_sitemap_is_an_index_of_pages() -> None:
    """Beyond the size it is an index of ?page=N; a page past the last is an empty urlset."""
    with served(newsroom(5, sitemap_posts=2)) as (_, client):
        index = ElementTree.fromstring(client.get("/sitemap.xml").content)
        pages = [loc.text or "" for loc in index.iter(f"{SITEMAP}loc")]
        found = [
            loc.text for page in pages for loc in ElementTree.fromstring(client.get(page).content).iter(f"{SITEMAP}loc")
        ]
        past = ElementTree.fromstring(client.get("/sitemap.xml?page=4").content)
    assert index.tag == f"{SITEMAP}sitemapindex"
    assert len(pages) == 3
    assert len(set(found)) == 5
    assert past.tag == f"{SITEMAP}urlset"
    assert len(past) == 0


def test_robots_is_bloggers_default() -> None:
    """robots.txt closes /search alone and names the sitemap."""
    with served(newsroom()) as (standin, client):
        lines = client.get("/robots.txt").text.splitlines()
    assert lines[:2] == ["User-agent: Mediapartners-Google", "Disallow:"]
    assert lines[3:6] == ["User-agent: *", "Disallow: /search", "Allow: /"]
    assert lines[-1] == f"Sitemap: {standin.url}/sitemap.xml"


@pytest.mark.parametrize("path", ["/2026/02/air-pasang-1.html", "/feeds/posts/summary?alt=json", "/sitemap.xml"])
def test_validators_spare_the_body(path: str) -> None:
    """The ETag, or else the same Last-Modified, brings 304 without a body; a changed post brings 200 again."""
    room = newsroom()
    with served(room) as (standin, client):
        first = client.get(path)
        by_tag = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        by_date = client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
        room.posts[0] = msgspec.structs.replace(room.posts[0], title="Lain", updated=FIRST + timedelta(days=3))
        after = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["ETag"].startswith('W/"')
    assert (by_tag.status_code, by_tag.content) == (304, b"")
    assert by_date.status_code == 304
    assert after.status_code == 200
    assert [hit.conditional for hit in standin.log] == [False, True, True, True]


def test_silent_edit_changes_the_etag_alone() -> None:
    """A body edited without a new update time has a new ETag and the old Last-Modified; the ETag outweighs it."""
    room = newsroom()
    path = room.path(room.posts[0])
    with served(room) as (_, client):
        first = client.get(path)
        room.posts[0] = msgspec.structs.replace(room.posts[0], body="<p>Lain sama sekali.</p>")
        validators = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}
        second = client.get(path, headers=validators)
    assert second.status_code == 200
    assert second.headers["Last-Modified"] == first.headers["Last-Modified"]


def test_posts_may_change_while_served() -> None:
    """A post added shows at once on page and feed; a post deleted is 404 and gone from feed and sitemap."""
    room = newsroom(1)
    with served(room) as (_, client):
        old = room.path(room.posts[0])
        room.posts.append(post(2))
        assert client.get(room.path(room.posts[1])).status_code == 200
        assert feed_of(client)["openSearch$totalResults"] == {"$t": "2"}
        del room.posts[0]
        assert client.get(old).status_code == 404
        assert old not in client.get("/sitemap.xml").text
        assert len(feed_of(client)["entry"]) == 1


def test_gzip_only_where_accepted() -> None:
    """A client that accepts gzip gets fewer bytes of the same text; the log counts the bytes on the wire."""
    room = newsroom()
    path = room.path(room.posts[0])
    with served(room) as (standin, client):
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert standin.log[0].bytes < standin.log[1].bytes == len(plain.content)
    assert packed.headers["ETag"] == plain.headers["ETag"]


def test_head_is_get_without_the_body() -> None:
    """HEAD answers with GET's headers and no body."""
    room = newsroom()
    path = room.path(room.posts[0])
    with served(room) as (standin, client):
        head, get = client.head(path), client.get(path)
    assert head.content == b""
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
    assert head.headers["ETag"] == get.headers["ETag"]
    assert (standin.log[0].method, standin.log[0].bytes) == ("HEAD", 0)


def test_log_tells_who_asked_for_what() -> None:
    """Each request is logged with path, query, status, agent and host, before its answer arrives."""
    with served(newsroom()) as (standin, client):
        client.get("/tidak-ada.html?x=1", headers={"User-Agent": "kliping/test"})
        (hit,) = standin.log
    assert (hit.path, hit.query, hit.status, hit.user_agent) == ("/tidak-ada.html", "x=1", 404, "kliping/test")
    assert hit.host == f"127.0.0.1:{standin.port}"
    assert hit.at <= time.monotonic()


def test_faults_come_first_and_are_used_up() -> None:
    """A fault meets the requests of its prefix, as often as it says, with its headers; then the truth returns."""
    room = newsroom()
    path = room.path(room.posts[0])
    with served(room) as (standin, client):
        standin.faults.append(Fault("/2026/", 429, {"Retry-After": "7"}, times=2))
        assert client.get("/robots.txt").status_code == 200
        limited = [client.get(path) for _ in range(3)]
    assert [answer.status_code for answer in limited] == [429, 429, 200]
    assert limited[0].headers["Retry-After"] == "7"
    assert standin.faults == []


def test_fault_of_200_is_the_true_answer_late() -> None:
    """A fault with status 200 delays the true answer and adds its headers."""
    with served(newsroom()) as (standin, client):
        standin.faults.append(Fault("/robots.txt", 200, {"X-Slow": "yes"}, delay=0.05))
        before = time.monotonic()
        answer = client.get("/robots.txt")
    assert time.monotonic() - before >= 0.05
    assert "Sitemap:" in answer.text
    assert answer.headers["X-Slow"] == "yes"


def test_leaving_ends_kept_alive_connections_and_threads() -> None:
    """The `with` block ends at once though a client keeps its connection and another waits for a slow answer."""
    before = set(threading.enumerate())
    with StandIn(newsroom()) as standin, httpx.Client(base_url=standin.url) as client:
        client.get("/robots.txt")
        standin.faults.append(Fault("/", 503, delay=30))
        waiting = threading.Thread(target=lambda: client.get("/"))
        waiting.start()
        while len(standin.log) < 2:
            time.sleep(0.005)
        started = time.monotonic()
        standin.__exit__(None, None, None)
        waiting.join()
        assert time.monotonic() - started < 2
    assert set(threading.enumerate()) <= before


# Loading


FRONT = """+++
slug = "satu"
title = "Satu"
post_id = "7000000000000000001"
published = 2026-03-02T08:00:00+07:00
updated = 2026-03-02T09:00:00+07:00
author = "Redaksi"
labels = ["Cuaca"]
[expect]
place = "Tambak Rejo"
outlet = ""
paragraphs = 2
starts = "Air pasang"
ends = "dan mencatat"
quotes = [{ speaker = "Salim Karta", starts = "Air naik", cue = "ujar" }]
+++
<p>Isi.</p>
"""


def test_post_file_is_front_matter_and_body(tmp_path: Path) -> None:
    """A post file gives the post with its expectation; the body is what follows the second fence."""
    path = tmp_path / "2026-03-02-satu.html"
    path.write_text(FRONT, "utf-8")
    found = read_post(path)
    assert (found.slug, found.body, found.labels) == ("satu", "<p>Isi.</p>", ("Cuaca",))
    assert found.published == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert found.expect is not None
    assert found.expect.quotes[0].speaker == "Salim Karta"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("+++\nslug", "slug"), 1),
        (('title = "Satu"', "title = Satu"), 3),
        (('post_id = "7000000000000000001"', "post_id = 7000000000000000001"), 4),
        (("7000000000000000001", "70000000-1"), 4),
        (("published = 2026-03-02T08:00:00+07:00", "published = 2026-03-02T08:00:00"), 5),
        (('labels = ["Cuaca"]', 'labels = ["Cuaca"]\nlabel = 1'), 9),
        (("paragraphs = 2", 'paragraphs = "dua"'), 12),
        (('title = "Satu"\n', ""), 1),
    ],
)
def test_bad_front_matter_names_file_and_line(tmp_path: Path, change: tuple[str, str], line: int) -> None:
    """The error for a front matter that cannot be used begins with the file and the line at fault."""
    path = tmp_path / "rusak.html"
    path.write_text(FRONT.replace(*change), "utf-8")
    with pytest.raises(UsageProblem, match=re.escape(f"{path}:{line}: ")):
        read_post(path)


def test_bad_newsroom_names_file_and_line(tmp_path: Path) -> None:
    """An unknown theme or zone in newsroom.toml is reported with the line it stands on."""
    source = fixtures_dir() / "newsrooms" / "kabarmuara.example" / "newsroom.toml"
    settings, written = source.read_text("utf-8"), tmp_path / "newsroom.toml"
    for key, change in (("theme", ('"kompaz"', '"kompas"')), ("zone", ("Asia/Jakarta", "Asia/Serang"))):
        line = 1 + next(at for at, text in enumerate(settings.splitlines()) if text.startswith(f"{key} ="))
        written.write_text(settings.replace(*change), "utf-8")
        with pytest.raises(UsageProblem, match=re.escape(f"{written}:{line}: ")):
            Newsroom.load(tmp_path)


def test_two_posts_may_not_share_an_identity() -> None:
    """Two posts of one id, or of one address, are refused by name."""
    with pytest.raises(UsageProblem, match="post_id 7000000000000000001"):
        newsroom([post(1), post(2, post_id=post(1).post_id)]).check()
    with pytest.raises(UsageProblem, match=r"address /2026/02/air-pasang-1\.html"):
        newsroom([post(1), post(2, slug="air-pasang-1")]).check()


def test_serving_ends_with_ctrl_c() -> None:
    """`serve` answers under the address it announces and returns on Ctrl-C without a trace."""

    def fetch_and_interrupt(url: str) -> None:
        assert httpx.get(f"{url}/robots.txt").status_code == 200
        raise KeyboardInterrupt

    before = set(threading.enumerate())
    serve(newsroom(), 0, announce=fetch_and_interrupt)
    assert set(threading.enumerate()) <= before


def test_taken_port_is_a_sentence() -> None:
    """A port in use is reported as one, with what to do."""
    with StandIn(newsroom()) as standin, pytest.raises(UsageProblem, match="Choose another port"):
        serve(newsroom(), standin.port)


@pytest.mark.parametrize("domain", ["kabarmuara.example", "harborcourier.example"])
def test_every_fixture_post_loads_and_renders(domain: str) -> None:
    """Each post of the shipped newsrooms is served with its body whole, its title and its id, and listed once."""
    room = Newsroom.load(fixtures_dir() / "newsrooms" / domain)
    if not room.posts:
        pytest.skip(f"{domain} has no posts yet")
    with served(room) as (_, client):
        for story in room.posts:
            raw = client.get(room.path(story)).text
            assert story.body in raw, story.slug
            assert f"'postId': '{story.post_id}'" in raw, story.slug
            heading = text(LexborHTMLParser(raw), ".widget.Blog .post-title.entry-title")
            assert heading == " ".join(story.title.split()), story.slug
        seen: list[str] = []
        while entries := feed_of(client, f"&max-results=150&start-index={len(seen) + 1}").get("entry"):
            seen += [entry["id"]["$t"].rpartition("-")[2] for entry in entries]
    assert sorted(seen) == sorted(story.post_id for story in room.posts)
