"""The rows of the frontier: every address ever seen, what is known of it, and which are due.

What makes an address due is decided in `scraper.frontier`; here it is only kept and found.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from extractors.model import FeedEntry
from scraper.archive.addresses.revisits import FEWEST_POSTS, Revisits, Row, is_due, may_be_conditional
from scraper.archive.addresses.states import SUSPICIOUS
from scraper.archive.instants import instant, stamp, utc_text
from scraper.archive.sites.listings import Absent
from scraper.outcomes import Outcome, Verdict

if TYPE_CHECKING:
    from scraper.archive.visits import Visit

STATES: dict[Verdict, str] = {
    "new": "settled",
    "changed": "settled",
    "unchanged": "settled",
    "not-modified": "settled",
    "no-article": "no-article",
    "gone": "gone",
    "refused": "refused",
    "failed": "failed",
}
"""How the frontier holds an address after each verdict, but for a refusal that may pass: that one counts as failed."""

LASTING = frozenset({"robots", "scheme", "port", "redacted"})
"""Reasons of a refusal that the next run would meet again."""


class Known(msgspec.Struct, frozen=True):
    """What the frontier holds of one address. `stamp` is the newest sighting's, `settled_stamp` the last visit's, and
    `entry` the feed's, without its content.
    """

    site: str
    stamp: str | None
    settled_stamp: str | None
    entry: FeedEntry | None
    visited: bool


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """An address to be written as due. `published_at` orders the visits; `entry` is None where a sitemap named it."""

    url: str
    stamp: str | None
    published_at: str | None
    entry: FeedEntry | None = None


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """An address to visit, with the feed entry that stands witness, without its content, and the validators of its
    last answer.
    """

    url: str
    entry: FeedEntry | None
    etag: str | None
    last_modified: str | None


def known(connection: sqlite3.Connection, urls: Sequence[str]) -> dict[str, Known]:
    """What is held of those addresses; one never seen is absent."""
    rows = connection.execute(
        "SELECT url, site, stamp, settled_stamp, entry, run IS NOT NULL FROM frontier"
        " WHERE url IN (SELECT value FROM json_each(?))",
        (msgspec.json.encode(urls).decode(),),
    )
    return {
        url: Known(site, stamp, settled, _entry(entry), bool(visited))
        for url, site, stamp, settled, entry, visited in rows
    }


def note(connection: sqlite3.Connection, site: str, sightings: Iterable[Sighting], at: str) -> None:
    """Those addresses are due from now on. An entry once held stays where the new sighting brings none.

    An address that was another site's until now keeps no validators: its page is to be sent whole for this one.
    """
    connection.executemany(
        "INSERT INTO frontier (url, site, state, due_at, stamp, published_at, entry, discovered_at)"
        " SELECT :url, :site, 'due', :at, :stamp, :published_at, :entry, :at"
        " WHERE :url NOT IN (SELECT url FROM redacted_urls)"
        " ON CONFLICT (url) DO UPDATE SET site = excluded.site, state = 'due', due_at = excluded.due_at,"
        " stamp = coalesce(excluded.stamp, stamp), published_at = coalesce(excluded.published_at, published_at),"
        " entry = coalesce(excluded.entry, entry), etag = iif(site = excluded.site, etag, NULL),"
        " last_modified = iif(site = excluded.site, last_modified, NULL)",
        (
            {
                "url": sighting.url,
                "site": site,
                "at": at,
                "stamp": sighting.stamp,
                "published_at": sighting.published_at,
                "entry": _entry_text(sighting.entry),
            }
            for sighting in sightings
        ),
    )


def _entry_text(entry: FeedEntry | None) -> str | None:
    if entry is None:
        return None
    return msgspec.json.encode(msgspec.structs.replace(entry, content=None)).decode()


def due(
    connection: sqlite3.Connection,
    site: str,
    *,
    at: datetime,
    run: int | None,
    full: bool,
    revisits: Revisits,
    absent: Absent | None,
) -> list[Due]:
    """The addresses of a site to visit, newest post first; with `full`, all of them.

    What was visited in `run` already is left out, so that a list may be asked for piece by piece. The validators are
    given only where a 304 would do.
    """
    edits = edit_rate(connection, site)
    rows = [
        row
        for row in _rows(
            connection, "f.site = :site AND (f.run IS NULL OR f.run IS NOT :run)", absent, site=site, run=run
        )
        if full or is_due(row, at, edits=edits, revisits=revisits)
    ]
    wanted = msgspec.json.encode([row.url for row in rows]).decode()
    kept = connection.execute(
        "SELECT url, entry, etag, last_modified FROM frontier WHERE url IN (SELECT value FROM json_each(?))", (wanted,)
    )
    answers = {url: kept_of for url, *kept_of in kept}
    return [_due(row, *answers[row.url], conditional=may_be_conditional(row, at)) for row in rows]


def _due(row: Row, entry: str | None, etag: str | None, modified: str | None, *, conditional: bool) -> Due:
    return Due(
        url=row.url,
        entry=_entry(entry),
        etag=etag if conditional else None,
        last_modified=modified if conditional else None,
    )


def row_of(connection: sqlite3.Connection, url: str, absent: Absent | None) -> Row | None:
    """What decides when an address is due next; None for one never seen."""
    return next(iter(_rows(connection, "f.url = :url", absent, url=url)), None)


def edit_rate(connection: sqlite3.Connection, site: str) -> float | None:
    """The share of a site's posts that were edited after they were first read; None while they are too few to tell."""
    posts, edited = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE revision > 1) FROM articles WHERE site = ?", (site,)
    ).fetchone()
    return edited / posts if posts >= FEWEST_POSTS else None


ROWS = """
SELECT f.url, f.state, f.last_error, f.visited_at, f.whole_at, f.settled_stamp, f.due_at, f.misses, f.attempts,
    a.status, a.url, f.published_at, f.stamp, f.discovered_at, f.article
FROM frontier f LEFT JOIN articles a ON a.id = f.article
WHERE {where} ORDER BY f.published_at DESC NULLS LAST, f.url
"""


def _rows(connection: sqlite3.Connection, where: str, absent: Absent | None, **parameters: object) -> list[Row]:
    """The rows of the frontier that meet a condition, newest post first."""
    unnamed = frozenset(absent.ids) if absent is not None else frozenset()
    listed_at = absent.listed_at if absent is not None else None
    return [_row(columns, listed_at, unnamed) for columns in connection.execute(ROWS.format(where=where), parameters)]


def _row(columns: tuple[Any, ...], listed_at: datetime | None, unnamed: frozenset[str]) -> Row:
    *told, published, stamp, found, article = columns
    url, state, reason, visited, whole, settled, due_at, misses, attempts, status, home = told
    return Row(
        url=url,
        state=state,
        reason=reason,
        visited_at=instant(visited),
        whole_at=instant(whole),
        settled_stamp=instant(settled),
        due_at=instant(due_at),
        born=_born(published, stamp, found),
        misses=misses,
        attempts=attempts,
        status=status,
        home=home,
        listed_at=listed_at,
        is_listed=article not in unnamed,
    )


def _born(published: str | None, stamp: str | None, discovered: str) -> datetime:
    """The later of a post's publication and last update; where neither is known, when its address was found."""
    told = [moment for moment in (instant(published), instant(stamp)) if moment is not None]
    found = instant(discovered)
    assert found is not None, discovered  # written by utc_text
    return max(told, default=found)


FRONTIER_AFTER = """
INSERT INTO frontier (url, site, state, due_at, attempts, last_error, stamp, settled_stamp, etag, last_modified,
    article, discovered_at, seen_at, visited_at, whole_at, misses, run)
VALUES (:url, :site, :state, :due_at, :failed, :error, :stamp, iif(:failed, NULL, :stamp), :etag, :last_modified,
    :article, :at, :seen_at, :at, iif(:answered, :at, NULL), :missed, :run)
ON CONFLICT (url) DO UPDATE SET
    site = excluded.site,
    state = excluded.state,
    due_at = excluded.due_at,
    attempts = iif(:failed, attempts + 1, 0),
    last_error = excluded.last_error,
    settled_stamp = iif(:failed, settled_stamp, coalesce(:stamp, stamp)),
    etag = iif(:answered, excluded.etag, etag),
    last_modified = iif(:answered, excluded.last_modified, last_modified),
    article = coalesce(excluded.article, article),
    seen_at = coalesce(excluded.seen_at, seen_at),
    visited_at = excluded.visited_at,
    whole_at = coalesce(excluded.whole_at, whole_at),
    misses = CASE WHEN :missed THEN misses + 1 WHEN :failed THEN misses ELSE 0 END,
    run = excluded.run
"""


def _state(outcome: Outcome) -> str:
    if outcome.verdict == "refused" and outcome.reason not in LASTING:
        return "failed"
    return STATES[outcome.verdict]


def visited(connection: sqlite3.Connection, visit: Visit, outcome: Outcome, article: str | None) -> None:
    """Writes the address as it is after a visit. A failure leaves stamp and validators as the last good answer set
    them.
    """
    state, at = _state(outcome), utc_text(visit.at)
    failed = state == "failed"
    connection.execute(
        FRONTIER_AFTER,
        {
            "url": visit.url,
            "site": visit.site,
            "state": state,
            "due_at": at if failed else None,
            "failed": failed,
            "error": None if state == "settled" else outcome.reason,
            "missed": state == "gone" or outcome.reason in SUSPICIOUS,
            "stamp": stamp(visit.entry_updated),
            "answered": outcome.verdict in {"new", "changed", "unchanged", "no-article"},
            "etag": visit.etag,
            "last_modified": visit.last_modified,
            "article": article,
            "at": at,
            "seen_at": at if state == "settled" else None,
            "run": visit.run,
        },
    )


def _entry(text: str | None) -> FeedEntry | None:
    return msgspec.json.decode(text, type=FeedEntry) if text is not None else None
