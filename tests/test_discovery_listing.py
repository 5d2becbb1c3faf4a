"""Listing a site that plays the platform's tricks: which lists are asked, in which order, and that no post is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.traps import POSTS, TRAPS, meet
from scraper.archive.sites.listings import Listings
from scraper.archive.store import Archive, Site
from scraper.crawl import listing as module
from scraper.crawl.report import SiteReport
from scraper.standin import Fault
from tests.canned import typed
from tests.canned_blog import BLOG, SITE, Blog
from tests.canned_blog import Post as CannedPost
from tests.listed_site import NOW, asked, listed, newsroom, post

DAYS = 24.0


@pytest.mark.parametrize("trap", TRAPS)
def test_no_trap_loses_a_post(trap: str, tmp_path: Path) -> None:
    """Whatever the site does, every post it shows anywhere is due after one listing."""
    with listed(tmp_path, newsroom(POSTS, **TRAPS[trap])) as site:
        report, _ = site.turn()

        assert report.trouble is None
        assert site.due() == site.paths()


@pytest.mark.parametrize("trap", ["both feeds lead to a web page", "no feed, no sitemap, month pages cut short"])
def test_a_whole_crawl_loses_no_post_to_a_trap(trap: str, tmp_path: Path) -> None:
    """The short form of `python -m bench.traps`: listed, fetched, read and archived, and the archive sound."""
    found = asyncio.run(meet(trap, tmp_path))

    assert (found.held, found.unsound) == (POSTS, ())


def test_a_sitemap_that_repeats_its_first_page_ends_the_listing(tmp_path: Path) -> None:
    """A server that ignores the page's number is not asked for ever; what the feed names is due all the same."""
    with listed(tmp_path, newsroom(23, sitemap_posts=4, traps={"sitemap_repeats": True})) as site:
        _, hits = site.turn()

        assert site.due() == site.paths()
        assert sum(hit.path == "/sitemap.xml" for hit in hits) <= 9


def test_feed_and_sitemap_are_the_two_witnesses(tmp_path: Path) -> None:
    """An honest site costs its feed, its sitemap and the sitemap of static pages, and no page at all."""
    with listed(tmp_path, newsroom(9, pages=[post(90, permalink="/p/tentang.html")])) as site:
        _, hits = site.turn()
        found = site.archive.listings.newest(site.name)

        assert [hit.path for hit in hits] == ["/feeds/posts/summary", "/sitemap.xml", "/sitemap-pages.xml"]
        assert found is not None
        assert {source: count.named for source, count in found.sources.items()} == {
            "feed": 9,
            "sitemap": 9,
            "static": 1,
        }


def test_pages_are_asked_only_where_no_list_is_whole(tmp_path: Path) -> None:
    """With the feed closed a whole sitemap is enough: the home page is read for its archive widget, no month page is."""
    with listed(tmp_path, newsroom(9, feed="none", traps={"widget": "flat"})) as site:
        _, hits = site.turn()

        asked_pages = [hit.path for hit in hits if not hit.path.startswith(("/feeds/", "/sitemap"))]
        assert asked_pages == ["/"]


def test_month_pages_that_show_what_the_widget_counts_are_whole(tmp_path: Path) -> None:
    """Neither feed nor sitemap: the months the widget names are read, and no post's page; cut ones lead to the chain."""
    with listed(tmp_path, newsroom(9, feed="none", traps={"sitemap": False, "widget": "flat"})) as site:
        _, hits = site.turn()
        assert not [hit for hit in hits if hit.path.endswith(".html")]

        site.traps.month_posts = 2
        _, hits = site.turn(whole=True)
        found = site.archive.listings.newest(site.name)
        assert len([hit for hit in hits if hit.path.endswith(".html")]) >= 9
        assert found is not None
        assert found.sources["pages"].ended is None


def test_the_pager_of_lists_is_left_to_robots(tmp_path: Path) -> None:
    """/search is disallowed: its updated-max pager is never asked for, whichever fall-back is at work."""
    with listed(tmp_path, newsroom(23, feed="none", traps={"sitemap": False})) as site:
        _, hits = site.turn()

        assert not [hit for hit in hits if hit.path.startswith("/search")]


def test_a_passing_trouble_is_no_reason_to_read_pages(tmp_path: Path) -> None:
    """A feed and a sitemap that answer 503 today are the next run's task: no page is read, and the run says so."""
    with listed(tmp_path, newsroom(9)) as site:
        for path in ("/feeds/", "/sitemap"):
            site.standin.faults.append(Fault(path_prefix=path, status=503, headers={"Retry-After": "0"}, times=9))
        report, hits = site.turn()
        assert "http-5xx" in (report.trouble or "")
        assert not [hit for hit in hits if hit.path.endswith(("/", ".html"))]

        site.standin.faults.clear()
        report, _ = site.turn(hours=1)
        assert report.trouble is None
        assert site.due() == site.paths()


# between two listings


def settled(site: Any) -> None:
    """The site listed and every post held, so that nothing is due."""
    site.turn()
    site.hold()
    assert site.due() == set()


def test_an_unchanged_site_costs_one_poll(tmp_path: Path) -> None:
    """Two requests with robots.txt: the feed by update since the newest one seen; from the second on, a 304."""
    with listed(tmp_path, newsroom(9)) as site:
        settled(site)
        before = len(site.standin.log)
        _, first = site.turn(hours=1)
        _, second = site.turn(hours=2)
        assert len(site.standin.log) - before == 4

        assert [hit.path for hit in (*first, *second)] == ["/feeds/posts/summary"] * 2
        assert [hit.status for hit in (*first, *second)] == [200, 304]
        assert asked(second[0])["orderby"] == "updated"
        assert asked(second[0])["updated-min"] == (post(9).updated - timedelta(hours=1)).isoformat()
        assert site.due() == set()


def test_an_edit_of_an_old_post_is_found_in_one_request(tmp_path: Path) -> None:
    """The first listing is the baseline; then one poll names exactly the posts whose stamp moved, of whatever age."""
    with listed(tmp_path, newsroom(29, feed_posts=7)) as site:
        settled(site)
        site.posts[0] = msgspec.structs.replace(site.posts[0], updated=post(29).updated + timedelta(days=1))
        report, hits = site.turn(hours=1)

        assert len(hits) == 1
        assert report.discovery.updated == 1
        assert site.due() == {site.standin.newsroom.path(site.posts[0])}


def test_edits_of_one_second_are_all_found(tmp_path: Path) -> None:
    """Seventeen posts edited at once, more than an answer holds, half of them polled before the other half appears."""
    with listed(tmp_path, newsroom(30, feed_posts=5)) as site:
        settled(site)
        moment = post(30).updated + timedelta(days=1)
        for number in range(8):
            site.posts[number] = msgspec.structs.replace(site.posts[number], updated=moment)
        site.turn(hours=1)
        assert len(site.due()) == 8

        for number in range(8, 17):
            site.posts[number] = msgspec.structs.replace(site.posts[number], updated=moment)
        site.turn(hours=2)
        assert len(site.due()) == 17


def test_a_stamp_of_the_future_blinds_no_poll(tmp_path: Path) -> None:
    """A post dated years ahead does not keep the edits of today from being seen."""
    with listed(tmp_path, newsroom(9)) as site:
        site.posts[4] = msgspec.structs.replace(site.posts[4], updated=NOW + timedelta(days=900))
        settled(site)
        site.posts[0] = msgspec.structs.replace(site.posts[0], updated=NOW + timedelta(minutes=90))
        site.turn(hours=2)

        assert site.due() == {site.standin.newsroom.path(site.posts[0])}


def test_an_edit_that_moves_no_stamp_is_found_by_the_next_listing(tmp_path: Path) -> None:
    """A title changed under an old stamp: no poll can tell, the whole listing after a week compares what it says."""
    with listed(tmp_path, newsroom(9)) as site:
        settled(site)
        site.posts[2] = msgspec.structs.replace(site.posts[2], title="Air Pasang, Diralat")
        site.turn(hours=1)
        assert site.due() == set()

        site.turn(hours=7 * DAYS + 1)
        assert site.due() == {site.standin.newsroom.path(site.posts[2])}


def test_a_server_that_ignores_the_order_is_polled_all_the_same(tmp_path: Path) -> None:
    """Where neither order nor window by update is heeded, new posts are found, and the poll comes to an end."""
    with listed(tmp_path, newsroom(30, feed_posts=10, traps={"ignores_updates": True})) as site:
        settled(site)
        site.posts.append(post(31))
        _, hits = site.turn(hours=1)

        assert site.due() == {site.standin.newsroom.path(post(31))}
        assert len(hits) <= 8


def test_a_new_post_is_counted_against_the_total(tmp_path: Path) -> None:
    """News costs one small request more, for the total; where it fits, nothing is listed again."""
    with listed(tmp_path, newsroom(9)) as site:
        settled(site)
        site.posts.append(post(10))
        report, hits = site.turn(hours=1)

        assert report.discovery.new == 1
        assert [asked(hit)["max-results"] for hit in hits] == ["150", "1"]


def test_a_count_that_does_not_fit_lists_the_site_again(tmp_path: Path) -> None:
    """One post came and an old one went: the total tells, and a whole listing follows at once."""
    with listed(tmp_path, newsroom(9)) as site:
        settled(site)
        site.posts.append(post(10))
        del site.posts[0]
        _, hits = site.turn(hours=1)

        assert "/sitemap.xml" in {hit.path for hit in hits}


def test_a_post_that_vanishes_from_the_window_lists_the_site_again(tmp_path: Path) -> None:
    """The newest post is gone from the poll that must name it: the site is listed again, and the post is absent."""
    with listed(tmp_path, newsroom(9)) as site:
        settled(site)
        gone = site.posts.pop()
        site.turn(hours=1)
        absent = site.archive.absent(site.name)

        assert absent is not None
        assert absent.urls == (site.url(gone),)


def test_a_feed_that_closes_leaves_the_sitemap_to_poll(tmp_path: Path) -> None:
    """The poll meets 404: the site is listed again by its sitemap, which is all the next run asks."""
    with listed(tmp_path, newsroom(9)) as site:
        settled(site)
        site.standin.newsroom.feed = "none"
        report, _ = site.turn(hours=1)
        assert (report.feed_ended, report.trouble) == ("http-404", None)

        site.posts.append(post(10))
        _, hits = site.turn(hours=2)
        assert [hit.path for hit in hits] == ["/sitemap.xml"]
        assert site.due() == {site.standin.newsroom.path(post(10))}


def test_a_site_of_pages_alone_is_polled_at_its_home(tmp_path: Path) -> None:
    """Without feed and sitemap the home page names what is new."""
    with listed(tmp_path, newsroom(9, feed="none", traps={"sitemap": False, "widget": "flat"})) as site:
        settled(site)
        site.posts.append(post(10))
        _, hits = site.turn(hours=1)

        assert [hit.path for hit in hits] == ["/"]
        assert site.due() == {site.standin.newsroom.path(post(10))}


def test_a_whole_listing_comes_at_its_interval(tmp_path: Path) -> None:
    """After WHOLE_EVERY, and when everything is asked for, all lists are read again."""
    with listed(tmp_path, newsroom(3)) as site:
        settled(site)
        whole = [
            "/sitemap.xml" in {hit.path for hit in site.turn(hours=hours, **options)[1]}
            for hours, options in ((1, {}), (2, {"whole": True}), (24, {}), (3 + 7 * DAYS, {}))
        ]

        assert whole == [False, True, False, True]
        assert timedelta(days=7) == module.WHOLE_EVERY


def test_a_listing_that_was_broken_off_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that dies between two pages of the feed leaves no listing behind: the next lists whole, and polls later."""
    with listed(tmp_path, newsroom(23, feed_posts=10)) as site:
        noted = Listings.note

        def dies(*told: Any) -> None:
            noted(*told)
            raise KeyboardInterrupt

        monkeypatch.setattr(Listings, "note", dies)
        with pytest.raises(KeyboardInterrupt):
            site.turn()
        monkeypatch.undo()
        assert site.archive.listings.newest(site.name) is None

        site.turn(hours=1)
        assert site.due() == site.paths()
        assert site.archive.completeness(site.name).proven


def test_since_lists_a_window_and_proves_nothing(tmp_path: Path) -> None:
    """A first look at the posts since some day asks for no more, and is no listing."""
    with listed(tmp_path, newsroom(9)) as site:
        site.turn(since=post(7).published)

        assert len(site.due()) == 3
        assert site.archive.completeness(site.name).verdict == "never-listed"


def test_a_chain_without_links_is_not_taken_for_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A theme that prints no pager: the chain ends at its first page, and the link walk claims nothing."""
    from scraper.discovery import links

    monkeypatch.setattr(links, "pager", lambda *_: None)
    with listed(tmp_path, newsroom(23, feed="none", traps={"sitemap": False, "month_posts": 2})) as site:
        report, _ = site.turn()
        found = site.archive.listings.newest(site.name)

        assert found is not None
        assert found.sources["pages"].ended == "linked-only"
        assert "pages: linked-only" in (report.trouble or "")


def test_a_sitemap_of_another_form_of_the_host_names_no_post_twice(tmp_path: Path) -> None:
    """http in the feed, https and www. in the sitemap: each post is due once, at the address the feed gives."""
    blog = Blog([CannedPost(number) for number in range(3)])
    urls = "".join(f"<url><loc>{one.url.replace('http://', 'https://www.')}</loc></url>" for one in blog.posts)
    web = blog.web(places={"/sitemap.xml": typed("text/xml", f"<urlset>{urls}</urlset>")})
    site = Site(name="kilas.example", url=f"{SITE}/", blog_id=BLOG, added_at=NOW)

    async def note(archive: Archive) -> None:
        async with web.fetcher() as fetcher:
            await module.Listing(archive, site, SiteReport(), since=None, now=lambda: NOW).note_all(fetcher)

    with Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site)
        asyncio.run(note(archive))
        due = [url for (url,) in archive.db.conn.execute("SELECT url FROM frontier ORDER BY url")]
        assert due == [one.url for one in blog.posts]
        assert archive.completeness(site.name).proven


def test_edits_made_during_a_long_listing_are_the_next_polls(tmp_path: Path) -> None:
    """The baseline is no later than the listing's begin: a post edited after it was read, before another was, is seen."""
    with listed(tmp_path, newsroom(9)) as site:
        site.posts[8] = msgspec.structs.replace(site.posts[8], updated=NOW + timedelta(hours=2))
        settled(site)
        site.posts[0] = msgspec.structs.replace(site.posts[0], updated=NOW + timedelta(minutes=5))
        site.turn(hours=3)

        assert site.due() == {site.standin.newsroom.path(site.posts[0])}
