"""What is said of a site's completeness: true for honest lists, for lying ones, and for lists that change their ways."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from scraper.archive.sites.completeness import Completeness
from scraper.cli import main
from scraper.standin import Newsroom
from tests.factories import failed, missed, visit
from tests.listed_site import NOW, Listed, listed, newsroom, post

WEEK = 7 * 24.0


def reports(site: Listed) -> Completeness:
    return site.archive.completeness(site.name)


def told(found: Completeness, *words: str) -> bool:
    """Whether one finding holds all the words."""
    return any(all(word in finding for word in words) for finding in found.findings)


def test_two_lists_that_agree_prove_a_site_complete(tmp_path: Path) -> None:
    """Feed and sitemap name the same nine posts, all are held: complete, month by month, in the table too."""
    with listed(tmp_path, newsroom(9)) as site:
        site.turn()
        assert reports(site).verdict == "incomplete"
        site.hold()
        site.turn(hours=1)
        found = reports(site)
        rows = site.archive.db.conn.execute(
            "SELECT month, held, feed, sitemap, archive_widget, missing FROM completeness ORDER BY month"
        ).fetchall()

    assert (found.verdict, found.proven, found.missing, found.findings) == ("complete", True, (), ())
    assert rows == [("2026-01", 0, 6, 6, None, 6), ("2026-02", 0, 3, 3, None, 3)]
    assert [(m.month, m.held, m.feed, m.sitemap, m.missing) for m in found.months] == [
        ("2026-02", 3, 3, 3, 0),
        ("2026-01", 6, 6, 6, 0),
    ]


def test_the_table_follows_what_a_turn_archived(tmp_path: Path) -> None:
    """After a turn that listed, the rows of `completeness` count what is held by then."""
    with listed(tmp_path, newsroom(9)) as site:
        site.turn()
        site.hold()
        site.turn(hours=1, whole=True)
        rows = site.archive.db.conn.execute("SELECT sum(held), sum(missing) FROM completeness").fetchone()

    assert rows == (9, 0)


def test_a_site_never_listed_is_called_so(tmp_path: Path) -> None:
    """Before its first crawl nothing is claimed, and nobody is absent."""
    with listed(tmp_path, newsroom(1)) as site:
        assert reports(site).verdict == "never-listed"
        assert site.archive.absent(site.name) is None


LIES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "the feed claims more than it gives": ({"traps": {"feed_total": 12}}, ("The feed", "claims 12 posts", "named 9")),
    "the feed claims less than it gives": (
        {"traps": {"feed_total": 4}, "feed_posts": 3},
        ("The feed", "claims 4 posts", "named 9"),
    ),
    "the feed hides posts": (
        {"traps": {"feed_lacks": frozenset({post(2).post_id, post(3).post_id})}},
        ("The feed", "lacks 2 posts"),
    ),
    "the sitemap lacks posts": (
        {"traps": {"sitemap_lacks": frozenset({post(5).post_id})}},
        ("The sitemap", "lacks 1 post"),
    ),
    "the feed is closed": ({"feed": "none"}, ("The feed", "could not be read", "http-404")),
    "there is no sitemap": ({"traps": {"sitemap": False}}, ("The sitemap", "could not be read", "http-404")),
}


@pytest.mark.parametrize("lie", LIES)
def test_lists_that_do_not_agree_prove_nothing(lie: str, tmp_path: Path) -> None:
    """Every post listed anywhere is held, and still completeness is not claimed: the report says what is wrong."""
    room, words = LIES[lie]
    with listed(tmp_path, newsroom(9, **room)) as site:
        site.turn()
        site.hold()
        found = reports(site)

        assert (found.verdict, found.proven) == ("unproven", False)
        assert told(found, *words)
        assert site.archive.absent(site.name) is None


def test_posts_that_a_list_lacks_are_named(tmp_path: Path) -> None:
    """A post the feed hides is named with the list that lacks it, held or not, and is missing only if not held."""
    hidden = post(3)
    with listed(tmp_path, newsroom(9, traps={"feed_lacks": frozenset({hidden.post_id})})) as site:
        site.turn()
        site.hold(one for one in site.posts if one.post_id != hidden.post_id)
        found = reports(site)

        (one,) = found.one_sided
        assert (one.url, one.lacking, one.held) == (site.url(hidden), ("feed",), False)
        (missing,) = found.missing
        assert (missing.url, missing.reason, missing.listed_by) == (site.url(hidden), "never fetched", ("sitemap",))


def test_each_missing_post_has_its_reason(tmp_path: Path) -> None:
    """Never fetched, failed, gone, refused, no article: each as its visit ended."""
    with listed(tmp_path, newsroom(6)) as site:
        site.turn()
        site.hold(site.posts[:1])
        run = site.archive.start_run([site.name], NOW)
        urls = [site.url(one) for one in site.posts]
        known = {"site": site.name, "reading": None, "capture": None}
        site.archive.settle(msgspec.structs.replace(failed(run), url=urls[1], site=site.name))
        site.archive.settle(msgspec.structs.replace(missed(run), url=urls[2], site=site.name))
        site.archive.settle(visit(run, url=urls[3], verdict="refused", reason="robots", **known))
        site.archive.settle(visit(run, url=urls[4], verdict="no-article", reason="needs-feed", **known))
        found = reports(site)

        assert {missing.url: missing.reason for missing in found.missing} == {
            urls[1]: "failed: timeout",
            urls[2]: "gone: http-404",
            urls[3]: "refused: robots",
            urls[4]: "no article: needs-feed",
            urls[5]: "never fetched",
        }


@pytest.mark.parametrize("form", ["tree", "flat", "menu"])
def test_the_archive_widget_is_a_witness(form: str, tmp_path: Path) -> None:
    """Without a sitemap the widget's counts per month bear the feed out, in each of its forms."""
    with listed(tmp_path, newsroom(9, traps={"sitemap": False, "widget": form})) as site:
        site.turn()
        site.hold()
        found = reports(site)

        assert found.verdict == "complete"
        assert [(m.month, m.archive_widget) for m in found.months] == [("2026-02", 3), ("2026-01", 6)]


def test_a_widget_that_counts_more_contradicts_the_feed(tmp_path: Path) -> None:
    """The feed alone hides a post, and there is no sitemap: the widget's number gives it away."""
    traps = {"sitemap": False, "widget": "flat", "feed_lacks": frozenset({post(4).post_id})}
    with listed(tmp_path, newsroom(9, traps=traps)) as site:
        site.turn()
        site.hold(one for one in site.posts if one.post_id != post(4).post_id)
        found = reports(site)

        assert found.verdict == "unproven"
        assert told(found, "archive widget counts 9 posts", "name 8")


def test_a_cap_that_changes_between_runs_is_told(tmp_path: Path) -> None:
    """36 entries an answer today, 54 next week: nothing is lost by it, and the report says that the cap moves."""
    with listed(tmp_path, newsroom(20, feed_posts=7)) as site:
        site.turn()
        site.hold()
        site.standin.newsroom.feed_posts = 9
        site.turn(hours=WEEK + 1)
        found = reports(site)

        assert found.verdict == "complete"
        assert told(found, "fullest answer held 9 entries", "7 in the listing before")


def test_a_feed_that_gives_less_than_last_time_is_told(tmp_path: Path) -> None:
    """A cap on the whole feed, total and all, with no sitemap: the posts named last week and not today are counted."""
    with listed(tmp_path, newsroom(9, traps={"sitemap": False})) as site:
        site.turn()
        site.hold()
        site.traps.feed_lacks = frozenset(one.post_id for one in site.posts[:4])
        site.turn(hours=WEEK + 1)
        found = reports(site)

        assert found.verdict == "unproven"
        assert told(found, "4 posts", "no list names now")
        assert site.archive.absent(site.name) is None


def test_a_post_that_left_a_proven_listing_is_absent(tmp_path: Path) -> None:
    """Feed and sitemap agree, and lack a post that is held: it is absent, since that listing."""
    with listed(tmp_path, newsroom(9)) as site:
        site.turn()
        site.hold()
        gone = site.posts.pop(3)
        site.turn(hours=WEEK + 1)
        absent = site.archive.absent(site.name)

        assert absent is not None
        assert absent.ids == (f"blogger:{site.standin.newsroom.blog_id}:{gone.post_id}",)
        assert absent.urls == (site.url(gone),)
        assert absent.listed_at == NOW + timedelta(hours=WEEK + 1)
        assert (reports(site).verdict, reports(site).absent) == ("complete", 1)


def test_a_site_that_is_emptied_proves_no_post_absent(tmp_path: Path) -> None:
    """Feed and sitemap agree on nothing at all: a blog suspended, or broken; its posts are not called absent by that."""
    with listed(tmp_path, newsroom(9)) as site:
        site.turn()
        site.hold()
        site.posts.clear()
        site.turn(hours=WEEK + 1)
        absent = site.archive.absent(site.name)

        assert (reports(site).verdict, reports(site).absent) == ("unproven", 9)
        assert told(reports(site), "name no post at all")
        assert absent is not None
        assert (absent.ids, absent.listed_at) == ((), NOW)


def test_a_post_that_comes_back_is_absent_no_longer(tmp_path: Path) -> None:
    """Named by a poll after the listing that lacked it, also under another address: the post's id counts."""
    with listed(tmp_path, newsroom(9)) as site:
        site.turn()
        site.hold()
        gone = site.posts.pop(3)
        site.turn(hours=WEEK + 1)
        back = msgspec.structs.replace(gone, slug="judul-baru", updated=NOW + timedelta(hours=WEEK + 2))
        site.posts.append(back)
        site.turn(hours=WEEK + 3)
        absent = site.archive.absent(site.name)

        assert absent is not None
        assert absent.ids == ()


def test_a_post_held_since_the_listing_is_not_absent(tmp_path: Path) -> None:
    """What was published after the listing began is no witness against it."""
    with listed(tmp_path, newsroom(9)) as site:
        site.turn()
        site.hold()
        site.hold([post(10)], hours=1)
        absent = site.archive.absent(site.name)

        assert absent is not None
        assert absent.ids == ()


def test_a_listing_that_proves_nothing_leaves_the_last_proof(tmp_path: Path) -> None:
    """The sitemap fails today: who is absent goes by the last proven listing, and by all that was named since."""
    with listed(tmp_path, newsroom(9)) as site:
        site.turn()
        site.hold()
        site.traps.sitemap = False
        site.posts.pop(3)
        site.turn(hours=WEEK + 1)
        absent = site.archive.absent(site.name)

        assert absent is not None
        assert (absent.ids, absent.listed_at) == ((), NOW)


def test_lists_may_name_a_post_under_several_addresses(tmp_path: Path) -> None:
    """http in one list and https in the other, www. or none: one post."""
    from scraper.archive.sites.listings import Listed as Named
    from scraper.archive.sites.listings import SourceCount

    with listed(tmp_path, newsroom(1)) as site:
        listings = site.archive.listings
        number = listings.begin(site.name, NOW)
        named = [
            Named(source="feed", url="https://www.kabar.example/2026/01/a.html", month="2026-01"),
            Named(source="sitemap", url="http://kabar.example/2026/01/a.html", month="2026-01"),
        ]
        listings.note(site.name, number, named, NOW)
        count = SourceCount(named=1)
        listings.end(number, {"feed": count, "sitemap": count}, NOW)
        found = site.archive.keep_completeness(site.name, NOW)

        assert found.proven
        assert len(found.missing) == 1


def test_a_post_published_during_the_listing_is_no_contradiction(tmp_path: Path) -> None:
    """It stands in the list that was read later, and not in the one read before."""
    with listed(tmp_path, newsroom(9)) as site:
        late = post(10, published=NOW, updated=NOW)
        site.traps.feed_lacks = frozenset({late.post_id})
        site.posts.append(late)
        site.turn()

        assert reports(site).proven


def test_months_are_the_blogs_own(tmp_path: Path) -> None:
    """A post of 31 January, 23:30 UTC is one of February in Jakarta, in every column."""
    late = post(1, published=post(1).published.replace(day=31, hour=23, minute=30))
    room: Newsroom = newsroom(0, traps={"widget": "flat"})
    room.posts.append(late)
    with listed(tmp_path, room) as site:
        site.turn()
        site.hold()
        (month,) = reports(site).months

        assert (month.month, month.held, month.feed, month.sitemap) == ("2026-02", 1, 1, 1)


def test_a_purged_site_leaves_no_listing(tmp_path: Path) -> None:
    """With the site go its listings and counts."""
    with listed(tmp_path, newsroom(9, traps={"widget": "flat", "sitemap": False})) as site:
        site.turn()
        site.archive.remove_site(site.name, purge=True, at=NOW)
        for table in ("listings", "listing_sources", "listed_posts", "widget_counts", "feed_polls", "completeness"):
            assert site.archive.db.conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


# the command


def test_the_command_names_what_is_missing_and_exits_1(tmp_path: Path) -> None:
    """For a person: the verdict, the months, each missing post; for a program the same as JSON."""
    with listed(tmp_path, newsroom(9)) as site:
        site.turn()
        site.hold(site.posts[1:])
        name, url = site.name, site.url(site.posts[0])
    arguments = ["completeness", name, "--db", str(tmp_path / "a.db")]
    told = CliRunner().invoke(main, arguments)
    read = CliRunner().invoke(main, [*arguments, "--json"])

    assert (told.exit_code, read.exit_code) == (1, 1)
    assert "not complete" in told.stdout
    assert f"{url}  never fetched (listed by feed, sitemap)" in told.stdout
    found = json.loads(read.stdout)
    assert (found["verdict"], found["proven"], found["total"]["missing"]) == ("incomplete", True, 1)
    assert found["missing"] == [
        {"url": url, "month": "2026-01", "reason": "never fetched", "listed_by": ["feed", "sitemap"]}
    ]


def test_the_command_exits_0_for_a_site_proven_complete(tmp_path: Path) -> None:
    """Exit code 0 is the certificate."""
    with listed(tmp_path, newsroom(2)) as site:
        site.turn()
        site.hold()
        name = site.name
    told = CliRunner().invoke(main, ["completeness", name, "--db", str(tmp_path / "a.db")])

    assert told.exit_code == 0
    assert "provably complete" in told.stdout


def test_an_unknown_site_is_told(tmp_path: Path) -> None:
    """A name the archive does not know ends with exit code 3."""
    with listed(tmp_path, newsroom(1)):
        pass
    assert CliRunner().invoke(main, ["completeness", "lain.example", "--db", str(tmp_path / "a.db")]).exit_code == 3
