"""What is wrong is found and told with what to do: swapped themes, fallen fields, silent feeds, visits that are overdue."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import escape
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from extractors.skeleton import LOOKED_AT, SIZE, likeness, skeleton
from scraper import health, reextract
from scraper.archive.sites.templates import ALIKE, ENOUGH
from scraper.archive.store import Archive
from scraper.cli import main
from scraper.crawl import Crawl
from scraper.health import Finding
from scraper.newsrooms import add_sites
from scraper.outcomes import Outcome
from scraper.schedule import set_schedule
from scraper.standin import Newsroom, StandIn
from scraper.standin import site as standin_site
from scraper.standin.view import View
from tests.crawled import SETTINGS, newsroom
from tests.made_up import COUNT, DAY, HOUR, NAME, T0, MadeUp
from tests.shared import shared

POSTS = 16
SWAPPED = 8  # pages of a crawl that came on the old theme


def hostile(view: View) -> str:
    """A theme nobody has described: forty calls to buy, and every third word of the post with another beside it."""
    calls = "".join(
        f"<div class='x{n}'><b>Promo {n}</b> Beli sekarang, stok terbatas. <i>{escape(view.title)}</i></div>"
        for n in range(40)
    )
    words = re.sub(r"<[^>]*>", " ", view.post.body if view.post else "").split()
    body = " ".join(word if n % 3 else f"{word} promo" for n, word in enumerate(words[::4]))
    return (
        f"<!DOCTYPE html><html><head><title>{escape(view.title)}</title></head><body class='zz'><section class='lap'>"
        f"{calls}<div class='isi-baru'><p>{body}</p><p>Diskon besar hari ini untuk semua pembaca setia kami.</p></div>"
        "</section></body></html>"
    )


@pytest.fixture(autouse=True)
def _hostile_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(standin_site.THEMES, "hostile", hostile)


@contextmanager
def watched(path: Path, room: Newsroom) -> Iterator[tuple[Archive, StandIn]]:
    with StandIn(room) as standin, Archive.open(path, create=True) as archive:
        (added,) = asyncio.run(add_sites(archive, [standin.url], SETTINGS, delay=0, allow_loopback=True))
        assert added.error is None
        yield archive, standin


def crawl(archive: Archive, *, after: Callable[[int], None] = lambda _: None, **options: Any) -> list[Outcome]:
    """The outcomes of a crawl; `after` is called with the number of pages settled."""

    async def gather() -> list[Outcome]:
        found: list[Outcome] = []
        async for outcome in Crawl(archive, SETTINGS, **options).outcomes(archive.sites()):
            found.append(outcome)
            after(len(found))
        return found

    return asyncio.run(gather())


def swap(standin: StandIn, theme: str, at: int) -> Callable[[int], None]:
    """Changes the newsroom's theme once so many pages are settled."""

    def after(settled: int) -> None:
        if settled == at:
            standin.newsroom.theme = theme  # type: ignore[assignment]

    return after


def check(archive: Archive, at: datetime | None = None) -> tuple[Finding, ...]:
    return health.check(archive, at or datetime.now(UTC))


def kinds(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.subject) for finding in findings]


# the skeleton


CLASSIC = frozenset({"Simple", "Travel", "Ethereal", "Awesome Inc.", "Pretty Bookshelf"})  # Google's, of one markup


def test_pages_of_a_site_are_alike_and_of_two_themes_are_not() -> None:
    """On real pages: all posts of one site lie far above the bound, those of sites on other themes below it."""
    folder = shared("pages")
    pages = []
    for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] == "articles" and not row["site"].endswith("github.io"):  # a mirror of many blogs
            with gzip.open(folder / row["file"]) as page:
                shown = skeleton(page.read().decode("utf-8", "replace"))
            theme = row["theme_guess"]
            pages.append((row["site"], "classic" if theme in CLASSIC else theme, shown))
    within = [likeness(one[2], other[2]) for one, other in combinations(pages, 2) if one[0] == other[0]]
    between = [likeness(one[2], other[2]) for one, other in combinations(pages, 2) if one[1] != other[1]]

    assert (len(within) > 1000, len(between) > 500) == (True, True)
    assert min(within) > 0.9
    assert max(between) < ALIKE
    assert sorted(between)[len(between) * 9 // 10] < 0.1


def test_a_skeleton_costs_no_more_than_its_page_is_long() -> None:
    """Of a page that is all classes, or one endless attribute, only the beginning is looked at."""
    many = "<body>" + "".join(f"<p class='c{number}'>" for number in range(300_000))
    begun = time.process_time()

    assert len(skeleton(many)) == SIZE
    assert len(skeleton("<body class='" + "x" * 5_000_000)) == 1
    assert skeleton("<p>Banjir") == ()
    assert time.process_time() - begun < 1
    assert len(many) > 100 * LOOKED_AT


# swapped themes


@pytest.mark.parametrize("feed", ["summary", "none"])
def test_a_theme_swapped_while_a_site_is_crawled_publishes_no_bad_record(tmp_path: Path, feed: str) -> None:
    """Pages of the new theme fail one by one with their bytes kept; the crawl goes on, and there is one alarm."""
    room = newsroom(POSTS)
    room.feed = feed  # type: ignore[assignment]
    with watched(tmp_path / "a.db", room) as (archive, standin):
        outcomes = crawl(archive, after=swap(standin, "hostile", SWAPPED))
        bad = [outcome for outcome in outcomes if outcome.reason == "unknown-template"]

        assert len(outcomes) == POSTS
        assert POSTS - SWAPPED - 1 <= len(bad) <= POSTS - SWAPPED
        assert {record["theme"] for record in archive.records()} == {"kompaz"}
        (pages,) = archive.db.conn.execute(
            "SELECT count(*) FROM captures WHERE url IN (SELECT url FROM outcomes WHERE reason = 'unknown-template')"
        ).fetchone()
        assert pages == len(bad)
        (finding,) = check(archive)
        assert (finding.kind, f"{len(bad)} could not be read" in finding.told) == ("template", True)
        assert "kliping health --accept" in finding.advice


def test_what_is_held_stays_when_the_theme_is_swapped_later(tmp_path: Path) -> None:
    """A whole crawl after the swap changes no record, and marks no post as missing."""
    room = newsroom(POSTS)
    room.feed = "summary"
    with watched(tmp_path / "a.db", room) as (archive, standin):
        crawl(archive)
        held = list(archive.records())
        standin.newsroom.theme = "hostile"  # type: ignore[assignment]

        outcomes = crawl(archive, full=True)

        assert {outcome.reason for outcome in outcomes} == {"unknown-template"}
        assert list(archive.records()) == held
        assert crawl(archive) == [], "they wait a day before they are asked for again"


def test_a_full_feed_gives_the_text_and_the_alarm_comes_all_the_same(tmp_path: Path) -> None:
    """Where the feed holds the whole post its words are published; that the page cannot be read is told."""
    with watched(tmp_path / "a.db", newsroom(POSTS)) as (archive, standin):
        outcomes = crawl(archive, after=swap(standin, "hostile", SWAPPED))

        assert {outcome.verdict for outcome in outcomes} == {"new"}
        assert not [record for record in archive.records() if "promo" in record["body"].lower()]
        assert kinds(check(archive)) == [("template", "")]


def test_a_new_theme_that_is_read_well_becomes_the_sites_own(tmp_path: Path) -> None:
    """From one theme that is known to another: every page is published, and nobody is alarmed."""
    with watched(tmp_path / "a.db", newsroom(POSTS)) as (archive, standin):
        outcomes = crawl(archive, after=swap(standin, "contempo", SWAPPED))

        assert {outcome.verdict for outcome in outcomes} == {"new"}
        assert {record["theme"] for record in archive.records()} == {"kompaz", "contempo"}
        states = archive.db.conn.execute("SELECT state, read_well FROM templates ORDER BY id").fetchall()
        assert states == [("known", 0), ("known", ENOUGH)]
        assert check(archive) == ()


def test_a_new_site_is_never_in_quarantine(tmp_path: Path) -> None:
    """Without history there is nothing to be unlike: what its first pages show is its template."""
    room = newsroom(6)
    room.feed = "summary"
    with watched(tmp_path / "a.db", room) as (archive, standin):
        standin.newsroom.theme = "hostile"  # type: ignore[assignment]
        assert "unknown-template" not in {outcome.reason for outcome in crawl(archive)}
        assert check(archive) == ()


def test_a_person_accepts_a_template_and_its_pages_are_read_without_the_network(tmp_path: Path) -> None:
    """`health --accept` makes it known; a re-reading of the kept pages publishes what is on them."""
    room = newsroom(POSTS)
    room.feed = "summary"
    with watched(tmp_path / "a.db", room) as (archive, standin):
        crawl(archive, after=swap(standin, "hostile", SWAPPED))
        (site,) = archive.sites()
        waiting = POSTS - archive.counts().articles
        assert reextract.apply(archive, workers=0, now=lambda: datetime.now(UTC)).findings["found"] == 0
        asked = len(standin.log)

        done = CliRunner().invoke(main, ["health", "--accept", site.name, "--db", str(archive.path)])
        report = reextract.apply(archive, workers=0, now=lambda: datetime.now(UTC))

        assert (done.exit_code, done.output.split()[1]) == (0, str(waiting))
        assert report.findings["found"] == waiting
        assert archive.counts().articles == POSTS
        assert len(standin.log) == asked
        assert check(archive) == ()
        again = CliRunner().invoke(main, ["health", "--accept", site.name, "--db", str(archive.path)])
        assert (again.exit_code, "no template that is unknown" in again.output) == (3, True)


def test_an_archive_from_before_templates_learns_them_from_its_pages(tmp_path: Path) -> None:
    """A site crawled by an earlier version has habits at once: a swap since then is seen on the first page."""
    room = newsroom(POSTS)
    room.feed = "summary"
    with watched(tmp_path / "a.db", room) as (archive, standin):
        crawl(archive)
        archive.db.conn.execute("UPDATE captures SET template = NULL")
        archive.db.conn.execute("DELETE FROM templates")
        standin.newsroom.theme = "hostile"  # type: ignore[assignment]

        outcomes = crawl(archive, full=True)

        assert {outcome.reason for outcome in outcomes} == {"unknown-template"}


# fields, witnesses, silence, schedules, troubles


@pytest.mark.parametrize(
    ("spoil", "subject", "told"),
    [
        ("dateline_raw = NULL", "dateline", "0% tell their dateline; of the 100 before 100% did"),
        ("byline_reporter = NULL", "reporter", "tell their reporter"),
        ("published_precision = 'day'", "time of publication", "tell their time of publication"),
        ("word_count = 40", "body", "have a body of usual length"),
        ("witness_agreement = 0.5", "agreement", "agree with their feed by 88% or more"),
        ("witness_agreement = NULL, witness_feed = 'none'", "feed", "tell their feed"),
    ],
)
def test_what_is_no_longer_found_is_told_against_the_sites_own_history(
    tmp_path: Path, spoil: str, subject: str, told: str
) -> None:
    """Twenty new posts without what a hundred before had: the field, both shares, and a page to look at."""
    (finding,) = MadeUp(tmp_path / "a.db", spoil).check()

    assert (finding.kind, finding.subject, told in finding.told) == ("coverage", subject, True)
    assert f"kliping extract https://{NAME}/2026/03/0.html --explain" in finding.advice


@pytest.mark.parametrize(("spoil", "newest"), [("", 0), ("byline_reporter = NULL", 4), ("dateline_raw = NULL", COUNT)])
def test_what_always_varied_or_never_was_alarms_nobody(tmp_path: Path, spoil: str, newest: int) -> None:
    """A healthy site, a few posts without a byline, a field the site never had."""
    assert MadeUp(tmp_path / "a.db", spoil, newest=newest).check() == ()


def test_a_feed_that_fell_silent_is_told(tmp_path: Path) -> None:
    """A post an hour, and then none for days that the site was crawled on: the pause, and the longest before it."""
    made = MadeUp(tmp_path / "a.db")
    assert made.check(T0 + 9 * DAY) == (), "nobody looked meanwhile: a site that is not crawled is not silent"
    with Archive.open(made.path) as archive:
        made.turn(archive, T0 + 23 * HOUR)
        assert made.check(T0 + 9 * DAY) == ()
        made.turn(archive, T0 + 3 * DAY)

    (finding,) = made.check(T0 + 9 * DAY)
    assert finding.kind == "silent"
    assert "No new post for 3 days, since 2026-03-02T06:00:00Z; the longest pause" in finding.told


def test_a_site_that_was_given_up_before_it_was_added_is_no_news(tmp_path: Path) -> None:
    """An archive may well be made of a newsroom that is dead."""
    made = MadeUp(tmp_path / "a.db")
    with Archive.open(made.path) as archive:
        archive.db.conn.execute("UPDATE sites SET added_at = '2026-06-01T00:00:00Z'")
        made.turn(archive, T0 + 100 * DAY)

    assert made.check(T0 + 100 * DAY) == ()


def test_a_visit_that_is_overdue_is_told_unless_one_is_under_way(tmp_path: Path) -> None:
    """Two hours after the schedule wanted one; not while a run is at work on the site."""
    made = MadeUp(tmp_path / "a.db")
    with Archive.open(made.path) as archive:
        set_schedule(archive, NAME, "every 6h", "UTC", T0)
        assert made.check(T0 + 7 * HOUR) == ()
        (finding,) = made.check(T0 + 13 * HOUR)
        assert (finding.kind, "due at 2026-03-02T12:00:00Z by 'every 6h' and missed 1 times more" in finding.told) == (
            "overdue",
            True,
        )
        archive.start_run([NAME], T0 + 12.5 * HOUR)
        assert made.check(T0 + 13 * HOUR) == ()
        assert kinds(made.check(T0 + 19 * HOUR)) == [("overdue", "")], "that run was killed long ago"


def test_two_turns_in_a_row_that_were_not_whole_are_told(tmp_path: Path) -> None:
    """One may be an outage; the second says what it was."""
    made = MadeUp(tmp_path / "a.db")
    with Archive.open(made.path) as archive:
        made.turn(archive, T0 + HOUR, "none of its lists could be read to its end (feed: http-5xx)")
        assert made.check() == ()
        made.turn(archive, T0 + HOUR, "none of its lists could be read to its end (feed: http-5xx)")

    (finding,) = made.check()
    assert (finding.kind, finding.told) == (
        "trouble",
        "Its last 2 turns were not whole: none of its lists could be read to its end (feed: http-5xx)",
    )


def test_a_finding_is_new_once_and_remembered_until_it_is_gone(tmp_path: Path) -> None:
    """The first run that finds it alarms, later ones only say since when; mended and broken again, it alarms again."""
    made = MadeUp(tmp_path / "a.db", "dateline_raw = NULL")
    with Archive.open(made.path) as archive:
        found = health.check(archive, T0)
        assert len(health.note(archive, found, [NAME], T0)) == 1
        assert health.note(archive, found, [NAME], T0 + DAY) == ()
        assert health.check(archive, T0 + DAY)[0].since == "2026-03-02T06:00:00Z"
        assert health.note(archive, (), [NAME], T0 + DAY) == ()
        assert len(health.note(archive, found, [NAME], T0 + 2 * DAY)) == 1


def test_health_exits_with_1_and_says_what_to_do(tmp_path: Path) -> None:
    """For a person a sentence and an advice, for a program JSON; nothing wrong is 0, an unknown site 3."""
    made = MadeUp(tmp_path / "a.db", "dateline_raw = NULL")
    ask = ["health", NAME, "--db", str(made.path)]
    told, listed = CliRunner().invoke(main, ask), CliRunner().invoke(main, [*ask, "--json"])

    assert (told.exit_code, listed.exit_code) == (1, 1)
    assert told.output.startswith(f"{NAME}: coverage (dateline)\n  Of its 20 newest posts 0%")
    assert [finding["subject"] for finding in json.loads(listed.output)] == ["dateline"]
    assert CliRunner().invoke(main, ["health", "nowhere.example", "--db", str(made.path)]).exit_code == 3
    healthy = MadeUp(tmp_path / "b.db")
    assert CliRunner().invoke(main, ["health", "--db", str(healthy.path)]).output == "Nothing is wrong.\n"
