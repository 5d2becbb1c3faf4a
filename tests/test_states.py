"""The states of a held post: live, suspect, gone, back, moved; by what each comes, and what it leaves behind."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from bench.hostile import OVERLAY, site_of, sized
from scraper.archive.sites.listings import Listed
from scraper.archive.store import Archive
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.frontier import discovered, due
from scraper.outcomes import Outcome, Verdict
from scraper.standin import Fault, Newsroom, StandIn, fixtures_dir
from scraper.standin.site import Site as Page
from scraper.web.fetch import Fetcher
from tests.factories import NOON, SITE, entry, post_url, reading, site, visit

DAY = timedelta(days=1)
ID = reading().article.id


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """One post, held and live."""
    with Archive.open(tmp_path / "kliping.db", create=True) as opened:
        opened.add_site(site())
        discovered(opened, SITE, [entry()], NOON)
        opened.settle(visit(opened.start_run([SITE], NOON), entry_updated=entry().updated))
        yield opened


def check(archive: Archive, at: datetime, reason: str = "http-404", number: int = 1, **more: Any) -> Outcome:
    """A visit in a run of its own that did not bring the post."""
    verdict: Verdict = {"http-404": "gone", "http-410": "gone", "http-403": "failed", "gated": "failed"}.get(
        reason, "no-article"
    )  # type: ignore[assignment]
    run = archive.start_run([SITE], at)
    return archive.settle(visit(run, number, at=at, capture=None, reading=None, verdict=verdict, reason=reason), **more)


def read(archive: Archive, at: datetime, number: int = 1, **changed: Any) -> Outcome:
    """A visit in a run of its own that brought the post."""
    return archive.settle(visit(archive.start_run([SITE], at), number, at=at, **changed))


def listed(archive: Archive, at: datetime, *numbers: int, proven: bool = True) -> None:
    """A whole listing of the site that named those posts."""
    listing = archive.listings.begin(SITE, at)
    posts = [Listed(source="feed", url=post_url(number), post_id=entry(number).post_id) for number in numbers]
    archive.listings.note(SITE, listing, posts, at)
    archive.listings.end(listing, {}, at)
    archive.listings.prove(listing, proven=proven)


def status(archive: Archive) -> str:
    return str(record(archive)["status"])


def record(archive: Archive) -> dict[str, Any]:
    held = archive.record(ID)
    assert held is not None
    return held


def changes(archive: Archive) -> list[tuple[str, str, str]]:
    story = archive.story(ID)
    assert story is not None
    return [(change.was, change.status, change.reason) for change in story.states]


def urls(archive: Archive, at: datetime) -> list[str]:
    return [page.url for page in due(archive, SITE, at=at)]


@pytest.mark.parametrize(
    "reason", ["http-404", "http-410", "http-403", "error-page", "redirected-home", "redirected", "gated"]
)
def test_a_missing_or_closed_page_makes_its_post_suspect(archive: Archive, reason: str) -> None:
    """Each sign of absence is one change: one new export number, one row of states, and the record kept whole."""
    before = record(archive)

    check(archive, NOON + DAY, reason)
    check(archive, NOON + DAY, reason)

    after = record(archive)
    assert changes(archive) == [("live", "suspect", reason)]
    assert {key for key in after if after[key] != before[key]} == {"status", "seq"}
    assert (after["status"], after["seq"]) == ("suspect", before["seq"] + 1)


@pytest.mark.parametrize("reason", ["timeout", "http-5xx", "connection", "not-an-article", "extractor-bug"])
def test_a_failure_tells_nothing_of_a_post(archive: Archive, reason: str) -> None:
    """A server in trouble, or a page that is not understood, puts no post under suspicion."""
    check(archive, NOON + DAY, reason)

    assert (status(archive), changes(archive)) == ("live", [])


def test_a_post_is_gone_when_no_list_names_it_and_two_checks_missed_it(archive: Archive) -> None:
    """Both together, the checks a day apart: gone, with one new export number, and nothing of it deleted."""
    check(archive, NOON + DAY)
    listed(archive, NOON + DAY)
    before = record(archive)

    check(archive, NOON + 2 * DAY)

    after = record(archive)
    assert (after["status"], after["seq"]) == ("gone", before["seq"] + 1)
    assert (after["body"], after["quotes"], after["revision"]) == (before["body"], before["quotes"], 1)
    assert changes(archive) == [("live", "suspect", "http-404"), ("suspect", "gone", "http-404")]
    assert list(archive.tombstones()) == []


@pytest.mark.parametrize(
    ("first", "second", "apart", "names", "proven"),
    [
        ("http-404", "http-404", DAY - timedelta(minutes=1), (), True),  # too soon after the first
        ("http-404", "http-404", DAY, (1,), True),  # a list still names it
        ("http-404", "http-404", DAY, (), False),  # the list may not be whole
        ("http-404", "gated", DAY, (), True),  # the second check met a gate, not an absence
        ("gated", "http-404", DAY, (), True),  # so did the first
        ("http-403", "http-403", DAY, (), True),  # closed to us, whatever the lists say
    ],
)
def test_less_than_that_leaves_a_post_suspect(
    archive: Archive, first: str, second: str, apart: timedelta, names: tuple[int, ...], proven: bool
) -> None:
    """A check too soon, a list that names the post or is not proven, a closed door: none of them makes it gone."""
    check(archive, NOON + DAY, first)
    listed(archive, NOON + DAY, *names, proven=proven)

    check(archive, NOON + DAY + apart, second)

    assert status(archive) == "suspect"


def test_the_time_between_the_checks_is_a_setting(archive: Archive) -> None:
    """With six hours between two checks, six hours are enough."""
    check(archive, NOON)
    listed(archive, NOON + timedelta(minutes=1))

    check(archive, NOON + timedelta(hours=6), gone_after=timedelta(hours=6))

    assert status(archive) == "gone"


@pytest.mark.parametrize("is_gone", [False, True])
@pytest.mark.parametrize("edited", [False, True])
def test_a_post_that_shows_again_is_back(archive: Archive, *, is_gone: bool, edited: bool) -> None:
    """Suspect or gone, the same or edited: one visit that reads the post brings it back, with one new number."""
    check(archive, NOON + DAY)
    if is_gone:
        listed(archive, NOON + DAY)
        check(archive, NOON + 2 * DAY)
    before = record(archive)

    changed = {"reading": reading(title="Jembatan Ditutup Lagi")} if edited else {}
    outcome = read(archive, NOON + 3 * DAY, **changed)

    assert outcome.verdict == ("changed" if edited else "unchanged")
    assert (status(archive), record(archive)["seq"]) == ("live", before["seq"] + 1)
    assert changes(archive)[-1] == ("gone" if is_gone else "suspect", "live", "ok")


def test_a_suspicion_that_was_lifted_counts_no_more(archive: Archive) -> None:
    """After a post came back, a new absence begins anew: the checks of the first one do not make it gone."""
    check(archive, NOON + DAY)
    read(archive, NOON + 2 * DAY)
    listed(archive, NOON + 2 * DAY)

    check(archive, NOON + 3 * DAY)
    assert status(archive) == "suspect"

    check(archive, NOON + 4 * DAY)
    assert status(archive) == "gone"


def test_a_clock_set_back_makes_no_post_gone(archive: Archive) -> None:
    """A first check noted in the future is no day before a second one now; a real day later it counts."""
    check(archive, NOON + 10 * DAY)
    listed(archive, NOON + timedelta(minutes=1))

    check(archive, NOON + timedelta(hours=1))
    assert status(archive) == "suspect"
    check(archive, NOON + timedelta(hours=2))
    assert status(archive) == "suspect"

    check(archive, NOON + timedelta(hours=26))
    assert status(archive) == "gone"


def test_what_was_visited_in_the_future_is_due(archive: Archive) -> None:
    """After the clock was set back nothing waits for the day at which it stood."""
    check(archive, NOON + 100 * DAY)

    assert urls(archive, NOON + DAY) == [post_url(1)]


def test_a_change_of_state_is_kept_whole_or_not_at_all(archive: Archive) -> None:
    """Broken off in the last of its writes, a change leaves no trace; made again, it is the same."""
    digest = archive.digest()
    archive.db.execute("CREATE TRIGGER broken BEFORE INSERT ON states BEGIN SELECT RAISE(ABORT, 'killed'); END")

    with pytest.raises(sqlite3.IntegrityError, match="killed"):
        check(archive, NOON + DAY)

    assert archive.digest() == digest
    assert archive.db.execute("SELECT count(*) FROM observations").fetchone() == (0,)
    archive.db.execute("DROP TRIGGER broken")
    check(archive, NOON + DAY)
    assert (status(archive), len(changes(archive))) == ("suspect", 1)


def moved_reading(number: int = 2) -> dict[str, Any]:
    """The first post under the address of another."""
    return {"reading": reading(1, url=post_url(number))}


def test_a_post_with_a_new_slug_has_moved(archive: Archive) -> None:
    """The same post id at another address: one record, live there; the story tells from where."""
    discovered(archive, SITE, [entry(2, post_id=entry(1).post_id)], NOON + DAY)

    outcome = read(archive, NOON + DAY, 2, **moved_reading())

    story = archive.story(post_url(1))
    assert (outcome.verdict, outcome.reason) == ("unchanged", "moved")
    assert (record(archive)["url"], status(archive)) == (post_url(2), "live")
    assert changes(archive) == [("live", "moved", "moved")]
    assert story is not None
    assert story.states[0].url == post_url(1)
    assert story.article is not None
    assert story.article.url == post_url(2)
    assert story.due_at is None
    assert post_url(2) in story.due_why


def test_the_old_address_of_a_moved_post_says_so(archive: Archive) -> None:
    """Whether it leads there or is missing, the old address's outcome names the new one, and the post stays live."""
    discovered(archive, SITE, [entry(2, post_id=entry(1).post_id)], NOON + DAY)
    read(archive, NOON + DAY, 2, **moved_reading())

    leads = read(archive, NOON + 2 * DAY, 1, **moved_reading())
    missing = check(archive, NOON + 3 * DAY)

    assert (leads.verdict, leads.reason) == ("unchanged", "moved")
    assert post_url(2) in (leads.detail or "")
    assert (missing.verdict, missing.reason) == ("gone", "http-404")
    assert post_url(2) in (missing.detail or "")
    assert status(archive) == "live"


def test_a_post_known_by_its_address_alone_is_superseded_by_the_one_it_leads_to(tmp_path: Path) -> None:
    """Without a post id the address is the identity: the record of the old one becomes 'moved' and stays."""
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site())
        old = reading(1, id="url:1", post_id=None, blog_id=None)
        new = reading(1, id="url:2", post_id=None, blog_id=None, url=post_url(2))
        run = archive.start_run([SITE], NOON)
        archive.settle(visit(run, 1, reading=old))

        archive.settle(visit(archive.start_run([SITE], NOON + DAY), 1, at=NOON + DAY, reading=new))
        archive.settle(visit(archive.start_run([SITE], NOON + 2 * DAY), 1, at=NOON + 2 * DAY, reading=new))

        records = list(archive.records())
        assert [(one["id"], one["status"]) for one in records] == [("url:2", "live"), ("url:1", "moved")]


def test_a_missing_post_is_checked_again_though_its_stamp_did_not_move(archive: Archive) -> None:
    """A day after it was first missed, then after twice as long: whatever the feed says of it."""
    check(archive, NOON + DAY)
    assert urls(archive, NOON + 2 * DAY - timedelta(seconds=1)) == []
    assert urls(archive, NOON + 2 * DAY) == [post_url(1)]

    check(archive, NOON + 2 * DAY)
    assert urls(archive, NOON + 4 * DAY - timedelta(seconds=1)) == []
    assert urls(archive, NOON + 4 * DAY) == [post_url(1)]


def test_a_listed_post_that_never_was_there_is_tried_for_two_months(archive: Archive) -> None:
    """A 404 on a post that a list names is tried again, six times in all; then only a list brings it back."""
    discovered(archive, SITE, [entry(5)], NOON)
    at, tried = NOON, 0
    while at < NOON + 100 * DAY:
        if post_url(5) in urls(archive, at):
            check(archive, at, number=5)
            tried += 1
        at += timedelta(hours=12)

    assert tried == 6


def test_a_post_that_no_list_names_any_more_is_checked_at_once(archive: Archive) -> None:
    """A whole listing without a live post makes it due, whole; one that was visited since then waits for its time."""
    assert urls(archive, NOON + timedelta(hours=2)) == []

    listed(archive, NOON + timedelta(hours=1))

    (page,) = due(archive, SITE, at=NOON + timedelta(hours=2))
    story = archive.story(ID)
    assert (page.url, page.etag) == (post_url(1), None)
    assert story is not None
    assert "names it no longer" in story.due_why
    read(archive, NOON + timedelta(hours=2))
    assert urls(archive, NOON + timedelta(hours=3)) == []


def test_a_gone_post_that_is_listed_again_is_checked_at_once(archive: Archive) -> None:
    """A whole listing that names it makes it due long before its next check; what is missing still stays gone."""
    check(archive, NOON + DAY)
    listed(archive, NOON + DAY)
    check(archive, NOON + 2 * DAY)
    assert urls(archive, NOON + 3 * DAY) == []

    listed(archive, NOON + 2 * DAY + timedelta(hours=1), 1)

    assert urls(archive, NOON + 3 * DAY) == [post_url(1)]
    check(archive, NOON + 3 * DAY)
    assert urls(archive, NOON + 3 * DAY + timedelta(hours=1)) == []
    assert status(archive) == "gone"


def test_a_check_of_a_suspect_asks_for_the_whole_page(archive: Archive) -> None:
    """No validators go with it: a 304 would say that the page is as it was, and not that the post is there."""
    check(archive, NOON + DAY)

    (page,) = due(archive, SITE, at=NOON + 2 * DAY)
    assert (page.etag, page.last_modified) == (None, None)


def test_an_older_archives_suspects_are_taken_over(tmp_path: Path) -> None:
    """A post that an archive of the first schema holds as suspect has its row of states, and can become gone."""
    from sqlite_utils import Database

    from scraper.archive.connection import transaction
    from scraper.archive.schema import m004_politeness

    with Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site())
        archive.settle(visit(archive.start_run([SITE], NOON)))
        check(archive, NOON + DAY)
        connection: sqlite3.Connection = archive.db.conn
        for name in ("receipts", "opt_outs", "site_opt_outs", "states"):
            connection.execute(f"DROP TABLE {name}")
        connection.execute("DROP VIEW opted_out")
        for column in ("visited_at", "whole_at", "misses"):
            connection.execute(f"ALTER TABLE frontier DROP COLUMN {column}")

        with transaction(Database(connection)):
            m004_politeness.upgrade(Database(connection))

        assert changes(archive) == [("live", "suspect", "http-404")]
        listed(archive, NOON + DAY)
        check(archive, NOON + 2 * DAY)
        assert status(archive) == "gone"


# through a crawl


def test_a_deleted_post_goes_from_live_to_gone_by_crawling(tmp_path: Path) -> None:
    """Missed, then named by no whole listing either: gone, and kept; put back, the next listing brings it back."""
    newsroom = Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")
    newsroom.posts[:] = newsroom.newest_first()[:4]
    seen = ["live"]
    with StandIn(newsroom) as standin, Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site_of(standin))
        crawl_at(archive, NOON)
        deleted = newsroom.posts.pop(1)
        for day in range(1, 30):
            if day == 12:
                newsroom.posts.insert(1, deleted)
            crawl_at(archive, NOON + day * DAY)
            (held,) = (one for one in archive.records() if one["post_id"] == deleted.post_id)
            if held["status"] not in seen[-1:]:
                seen.append(held["status"])
        story = archive.story(held["id"])

    assert seen == ["live", "suspect", "gone", "live"]
    assert story is not None
    first, second = (datetime.fromisoformat(change.at) for change in story.states[:2])
    assert second - first >= DAY
    assert held["body"]


def crawl_at(archive: Archive, at: datetime) -> None:
    async def crawl() -> None:
        fetcher = partial(Fetcher, now=lambda: at)
        run = Crawl(archive, Settings(workers=0, delay=0), fetcher=fetcher, now=lambda: at)
        async for _ in run.outcomes(archive.sites()):
            pass

    asyncio.run(crawl())


@pytest.mark.parametrize("lost", ["robots", "server"])
def test_an_outage_makes_no_post_suspect(tmp_path: Path, lost: str) -> None:
    """A day on which robots.txt or everything fails leaves each post live, and every address as it was."""
    newsroom = Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")
    newsroom.posts[:] = newsroom.newest_first()[:2]
    with StandIn(newsroom) as standin, Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site_of(standin))
        crawl_at(archive, NOON)
        prefix = "/robots.txt" if lost == "robots" else "/"
        standin.faults.append(Fault(path_prefix=prefix, status=503, headers={"Retry-After": "0"}, times=999))

        crawl_at(archive, NOON + 200 * DAY)

        assert {one["status"] for one in archive.records()} == {"live"}
        assert archive.db.execute("SELECT count(*) FROM states").fetchone() == (0,)


def test_a_post_under_a_warning_is_read_whole(tmp_path: Path) -> None:
    """The overlay is noted, and the record is the one of the page without it."""
    newsroom = Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")
    newsroom.posts[:] = newsroom.newest_first()[:1]
    path = newsroom.path(newsroom.posts[0])
    with StandIn(newsroom) as standin, Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site_of(standin))
        crawl_at(archive, NOON)
        (plain,) = archive.records()
        warned = Page(newsroom, standin.url).answer(path).body.encode().replace(b"<body", OVERLAY + b"<body", 1)
        standin.faults.append(Fault(path_prefix=path, script=lambda out: _send(out, warned), times=9))

        crawl_at(archive, NOON + 400 * DAY)

        (record,) = archive.records()
        story = archive.story(plain["id"])
        assert (record["body"], record["quotes"], record["status"]) == (plain["body"], plain["quotes"], "live")
        assert story is not None
        assert [one.kind for one in story.observations] == ["content-warning"]


def _send(out: BinaryIO, page: bytes) -> None:
    out.write(sized(page))
