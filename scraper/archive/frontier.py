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

    site: str
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
        "SELECT url, site, stamp, settled_stamp, entry IS NOT NULL, run IS NOT NULL FROM frontier"
        " WHERE url IN (SELECT value FROM json_each(?))",
        (msgspec.json.encode(urls).decode(),),
    )
    return {
        url: Known(site, stamp, settled, bool(has_entry), bool(visited))
        for url, site, stamp, settled, has_entry, visited in rows
    }


def note(connection: sqlite3.Connection, site: str, sightings: Iterable[Sighting], at: str) -> None:
    """Those addresses are due from now on. An entry once held stays where the new sighting brings none.

    An address that was another site's until now keeps no validators: its page is to be sent whole for this one.
    """
    connection.executemany(
        "INSERT INTO frontier (url, site, state, due_at, stamp, published_at, entry, discovered_at)"
        " VALUES (:url, :site, 'due', :at, :stamp, :published_at, :entry, :at)"
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


def due(connection: sqlite3.Connection, site: str, *, at: str, run: int | None, full: bool) -> list[Due]:
    """The addresses of a site to visit, newest post first; with `full`, all of them.

    What was visited in `run` already is left out, so that a list may be asked for piece by piece.
    """
    rows = connection.execute(
        "SELECT url, entry, etag, last_modified FROM frontier"
        " WHERE site = :site AND (:full OR (state IN ('due', 'failed') AND due_at <= :at))"
        " AND (run IS NULL OR run IS NOT :run)"
        " ORDER BY published_at DESC NULLS LAST, url",
        {"site": site, "full": full, "at": at, "run": run},
    )
    return [Due(url=url, entry=_entry(entry), etag=etag, last_modified=modified) for url, entry, etag, modified in rows]


def _entry(text: str | None) -> FeedEntry | None:
    return msgspec.json.decode(text, type=FeedEntry) if text is not None else None
