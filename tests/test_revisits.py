"""When a settled page is visited again: by its post's age, its site's habits, and whether a 304 would do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scraper.archive.addresses.revisits import STANDARD, Next, Revisits, Row, next_visit
from scraper.archive.store import Archive
from scraper.config import Settings
from scraper.frontier import discovered, due
from tests.factories import NOON, SITE, entry, post_url, reading, site, visit

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def upcoming(age: timedelta, *, edits: float | None = None, **changed: Any) -> Next:
    fields: dict[str, Any] = {
        "url": post_url(1),
        "state": "settled",
        "reason": None,
        "visited_at": NOON,
        "whole_at": NOON,
        "settled_stamp": None,
        "due_at": None,
        "born": NOON - age,
        "misses": 0,
        "attempts": 0,
        "status": "live",
        "home": post_url(1),
    }
    return next_visit(Row(**(fields | changed)), edits=edits)


def wait(age: timedelta, *, edits: float | None = None, **changed: Any) -> timedelta:
    at = upcoming(age, edits=edits, **changed).at
    assert at is not None
    return at - NOON


@pytest.mark.parametrize(
    ("age", "least"),
    [(HOUR, DAY), (DAY, DAY), (10 * DAY, 5 * DAY), (100 * DAY, 50 * DAY), (3000 * DAY, 180 * DAY), (-DAY, DAY)],
)
def test_the_older_a_post_the_rarer_its_visits(age: timedelta, least: timedelta) -> None:
    """Half its age, at least a day, at most 180; each address spread over a tenth more."""
    assert least <= wait(age) <= 1.1 * least


@pytest.mark.parametrize(("edits", "factor"), [(None, 1), (0.1, 1), (0.2, 0.5), (0.9, 0.5), (0.05, 2), (0.0, 2)])
def test_a_site_that_edits_much_is_visited_sooner(edits: float | None, factor: float) -> None:
    """A site that edits a tenth of its posts is as planned; twice the edits, half the wait, and the other way round."""
    usual = wait(40 * DAY)
    assert wait(40 * DAY, edits=edits) == pytest.approx(factor * usual, rel=0.001)


def test_equal_facts_give_equal_times() -> None:
    """The time of the next visit depends on nothing but what the archive holds; two addresses differ a little."""
    assert wait(40 * DAY) == wait(40 * DAY)
    assert wait(40 * DAY) != wait(40 * DAY, url=post_url(2), home=post_url(2))


def test_never_is_a_setting() -> None:
    """With KLIPING_REVISIT_WITHIN=0 no settled page is visited again by itself, only a missing one is checked."""
    row = Row(
        url="u", state="settled", reason=None, visited_at=NOON, whole_at=NOON, settled_stamp=None, due_at=None,
        born=NOON, misses=0, attempts=0, status="live", home="u",
    )  # fmt: skip
    never = next_visit(row, edits=None, revisits=Revisits.of(Settings(revisit_within=0)))
    assert never.at is None
    assert "KLIPING_REVISIT_WITHIN=0" in never.why
    missing = msgspec.structs.replace(row, state="gone", reason="http-404", misses=2, status="suspect")
    assert next_visit(missing, edits=None, revisits=Revisits.of(Settings(revisit_within=0))).at == NOON + 2 * DAY


@pytest.mark.parametrize(
    ("state", "reason"), [("no-article", "not-an-article"), ("refused", "scheme"), ("refused", "port")]
)
def test_what_will_not_change_waits_for_a_list(state: str, reason: str) -> None:
    """A page without an article, or one that may not be asked for, is not visited again by itself."""
    assert upcoming(DAY, state=state, reason=reason, status=None, home=None).at is None


def test_a_no_of_robots_is_asked_about_again() -> None:
    """A week later the rules are read again; that alone asks nothing of the site."""
    assert wait(DAY, state="refused", reason="robots", status=None, home=None) == 7 * DAY


@pytest.mark.parametrize("reason", ["http-403", "http-4xx", "gated", "too-large", "content-type"])
@pytest.mark.parametrize(("attempts", "days"), [(1, 1), (2, 2), (5, 16), (99, 180)])
def test_what_the_server_meant_is_asked_for_ever_more_rarely(reason: str, attempts: int, days: int) -> None:
    """A page that is forbidden or can never be kept is not asked for in each run, but after a day, two, four …"""
    refused = {"state": "failed", "reason": reason, "due_at": NOON, "attempts": attempts}
    assert wait(DAY, **refused) == days * DAY


@pytest.mark.parametrize("reason", ["timeout", "connection", "http-5xx", "http-429", "extractor-bug"])
def test_what_may_pass_is_due_in_the_next_run(reason: str) -> None:
    """However often it failed before."""
    assert wait(DAY, state="failed", reason=reason, due_at=NOON, attempts=99) == timedelta()


# through the archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """One post, an hour old when it was first read."""
    with Archive.open(tmp_path / "a.db", create=True) as opened:
        opened.add_site(site())
        discovered(opened, SITE, [fresh()], NOON)
        opened.settle(visit(opened.start_run([SITE], NOON), entry_updated=fresh().updated))
        yield opened


def fresh(**changed: Any) -> Any:
    return entry(**({"published": "2026-03-02T11:00:00Z", "updated": "2026-03-02T11:00:00Z"} | changed))


def asked(archive: Archive, at: datetime, **options: Any) -> list[tuple[str, str | None]]:
    return [(page.url, page.etag) for page in due(archive, SITE, at=at, **options)]


def test_a_young_post_is_due_after_a_day_and_asked_for_conditionally(archive: Archive) -> None:
    """Not before, and with the validators of its last answer: an unchanged page costs a 304."""
    assert asked(archive, NOON + 23 * HOUR) == []
    assert asked(archive, NOON + 27 * HOUR) == [(post_url(1), '"1"')]


def test_a_304_is_a_visit_but_no_proof(archive: Archive) -> None:
    """Thirty days after the page was last had whole it is asked for whole, however many 304s came between."""
    at = NOON
    whole = None
    while whole is None and at < NOON + 90 * DAY:
        at += 12 * HOUR
        for _, etag in asked(archive, at):
            if etag is None:
                whole = at
                continue
            run = archive.start_run([SITE], at)
            archive.settle(visit(run, at=at, capture=None, reading=None, verdict="not-modified", status=304))

    assert whole is not None
    assert whole - NOON > 30 * DAY


def test_a_304_does_not_answer_a_told_change(archive: Archive) -> None:
    """After a moved stamp was answered by a 304 the next visit comes soon, and asks for the whole page."""
    edited = fresh(updated="2026-04-20T08:00:00Z")
    at = NOON + 50 * DAY
    archive.settle(visit(archive.start_run([SITE], at - 2 * DAY), at=at - 2 * DAY))
    discovered(archive, SITE, [edited], at)
    run = archive.start_run([SITE], at)
    archive.settle(visit(run, at=at, capture=None, reading=None, verdict="not-modified", entry_updated=edited.updated))

    assert asked(archive, at + 30 * HOUR) == [(post_url(1), None)]


def test_habits_are_learnt_from_what_was_edited(tmp_path: Path) -> None:
    """With twenty posts, half of them edited, an old post is due in half the time."""
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site())
        run = archive.start_run([SITE], NOON)
        old = {"published": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z"}
        for number in range(1, 21):
            discovered(archive, SITE, [entry(number, **old)], NOON)
            archive.settle(visit(run, number, entry_updated=old["updated"]))
        later = NOON + 20 * DAY
        assert asked(archive, later) == []

        for number in range(1, 11):
            edited = reading(number, title=f"Judul Baru {number}")
            archive.settle(visit(archive.start_run([SITE], NOON), number, reading=edited))

        assert {url for url, _ in asked(archive, later)} == {post_url(number) for number in range(1, 21)}


def test_a_second_crawl_right_after_asks_for_nothing(archive: Archive) -> None:
    """The default is conservative: nothing that was just settled is due."""
    assert asked(archive, NOON + HOUR) == []
    assert Revisits.of(Settings()) == STANDARD
