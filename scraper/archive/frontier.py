"""The rows of the frontier: every address ever seen, what is known of it, and which are due.

What makes an address due is decided in `scraper.frontier`; here it is only kept and found.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from extractors.model import FeedEntry


class Known(msgspec.Struct, frozen=True):
    """What the frontier holds of one address. `stamp` is the newest sighting's, `settled_stamp` the last visit's."""

    url: str
    stamp: str | None
    settled_stamp: str | None
    has_entry: bool
    visited: bool


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """An address to be written as due. `published_at` orders the visits; `entry` is None where a sitemap named it."""

    url: str
    stamp: str | None
    published_at: str | None
    entry: FeedEntry | None = None


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """An address to visit, with the feed entry that stands witness and the validators of its last answer.

    `entry` is without content. `attempts` counts the failures since the last visit that succeeded.
    """

    url: str
    entry: FeedEntry | None
    etag: str | None
    last_modified: str | None
    attempts: int


def known(connection: sqlite3.Connection, urls: Sequence[str]) -> dict[str, Known]:
    """What is held of those addresses; one never seen is absent."""
    rows = connection.execute(
        "SELECT url, stamp, settled_stamp, entry IS NOT NULL, run IS NOT NULL FROM frontier"
        " WHERE url IN (SELECT value FROM json_each(?))",
        (msgspec.json.encode(urls).decode(),),
    )
    return {row[0]: Known(row[0], row[1], row[2], bool(row[3]), bool(row[4])) for row in rows}


def note(connection: sqlite3.Connection, site: str, sightings: Iterable[Sighting], at: str) -> None:
    """Those addresses are due from now on. An entry once held stays where the new sighting brings none."""
    connection.executemany(
        "INSERT INTO frontier (url, site, state, due_at, stamp, published_at, entry, discovered_at)"
        " VALUES (:url, :site, 'due', :at, :stamp, :published_at, :entry, :at)"
        " ON CONFLICT (url) DO UPDATE SET site = excluded.site, state = 'due', due_at = excluded.due_at,"
        " stamp = coalesce(excluded.stamp, stamp), published_at = coalesce(excluded.published_at, published_at),"
        " entry = coalesce(excluded.entry, entry)",
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
    connection: sqlite3.Connection, site: str, *, at: str, run: int | None, limit: int | None, full: bool
) -> list[Due]:
    """The addresses of a site to visit, newest post first; with `full`, all of them.

    What was visited in `run` already is left out, so that a list may be asked for piece by piece.
    """
    rows = connection.execute(
        "SELECT url, entry, etag, last_modified, attempts FROM frontier"
        " WHERE site = :site AND (:full OR (state IN ('due', 'failed') AND due_at <= :at))"
        " AND (run IS NULL OR run IS NOT :run)"
        " ORDER BY published_at DESC NULLS LAST, url LIMIT coalesce(:limit, -1)",
        {"site": site, "full": full, "at": at, "run": run, "limit": limit},
    )
    return [
        Due(url=url, entry=_entry(entry), etag=etag, last_modified=modified, attempts=attempts)
        for url, entry, etag, modified, attempts in rows
    ]


def _entry(text: str | None) -> FeedEntry | None:
    return msgspec.json.decode(text, type=FeedEntry) if text is not None else None
