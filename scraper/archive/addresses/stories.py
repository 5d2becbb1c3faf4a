"""The whole story of one address: who named it, what each visit found, what became of its post, when it is due next."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

import msgspec

from scraper.archive.addresses.frontier import edit_rate, row_of
from scraper.archive.addresses.revisits import Revisits, next_visit
from scraper.archive.addresses.states import Change, changes_of
from scraper.archive.instants import utc_text
from scraper.archive.sites.listings import Absent, bare
from scraper.archive.sites.optouts import signals_of

T = TypeVar("T", bound=msgspec.Struct)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """One list of the site that names the address, and when it last did."""

    source: str
    seen_at: str


class Visited(msgspec.Struct, frozen=True, kw_only=True):
    """One visit, as it was settled. `status` is the HTTP status."""

    at: str
    run: int
    outcome: str
    reason: str
    status: int | None
    detail: str | None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One capture: the bytes a page had, when first; `size` in bytes."""

    fetched_at: str
    status: int
    final_url: str
    size: int
    sha256: str


class Revised(msgspec.Struct, frozen=True, kw_only=True):
    """One wording of the article, and when it was first seen."""

    seen_at: str
    revision: int
    updated_at: str | None


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit saw of the address beside an article: a 304, a 404, a gate, a content warning."""

    at: str
    run: int
    kind: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The article the address shows or showed. `url` is where it stands; `opted_out` what its owner asks for."""

    id: str
    title: str
    url: str
    status: str
    revision: int
    seq: int
    first_seen_at: str
    opted_out: tuple[str, ...] = ()


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the archive knows of an address. Times are UTC texts. `found_by` is the list that named it, and
    `named_by` those that did since.

    `due_at` is None where it is not due by itself; `due_why` says why then, or why not.
    """

    url: str
    site: str
    state: str
    found_at: str
    found_by: str
    named_by: tuple[Named, ...]
    published_at: str | None
    stamp: str | None
    due_at: str | None
    due_why: str
    article: Held | None
    visits: tuple[Visited, ...]
    captures: tuple[Kept, ...]
    revisions: tuple[Revised, ...]
    states: tuple[Change, ...]
    observations: tuple[Observed, ...]


FOUND = """
SELECT f.url, f.site, f.state, f.discovered_at, f.entry IS NOT NULL, f.published_at, f.stamp, f.article
FROM frontier f LEFT JOIN articles a ON a.id = f.article
WHERE f.url IN (:key, :address) OR f.article = :key ORDER BY f.url = a.url DESC, f.rowid DESC LIMIT 1
"""
"""By address first as given; an article's id leads to the address where it stands."""

NAMED = "SELECT source, seen_at FROM listed_posts WHERE site = ? AND address = ? ORDER BY seen_at, source"
VISITED = "SELECT at, run, outcome, reason, status, detail FROM outcomes WHERE url = ? ORDER BY id"
OBSERVED = "SELECT at, run, kind FROM observations WHERE url = ? ORDER BY id"
REVISED = "SELECT seen_at, revision, updated_at FROM revisions WHERE article = ? ORDER BY revision"
KEPT = """
SELECT c.fetched_at, c.status, c.final_url, b.size, b.sha256 FROM captures c JOIN blobs b USING (sha256)
WHERE c.url = ? ORDER BY c.id
"""


def story(
    connection: sqlite3.Connection,
    key: str,
    address: str,
    revisits: Revisits,
    absent_from: Callable[[str], Absent | None],
) -> Story | None:
    """The story of the address, in either form, or of the article with that id; None for one never heard of.

    `absent_from` tells what the lists of a site do not name.
    """
    found = connection.execute(FOUND, {"key": key, "address": address}).fetchone()
    if found is None:
        return None
    url, site, state, found_at, has_entry, published, stamp, article = found
    row = row_of(connection, url, absent_from(site))
    assert row is not None, url
    named_by = _read(connection, Named, NAMED, site, bare(url))
    found_by = "feed" if has_entry else next((named.source for named in named_by), "sitemap")
    upcoming = next_visit(row, edits=edit_rate(connection, site), revisits=revisits)
    return Story(
        url=url,
        site=site,
        state=state,
        found_at=found_at,
        found_by=found_by,
        named_by=named_by,
        published_at=published,
        stamp=stamp,
        due_at=utc_text(upcoming.at) if upcoming.at is not None else None,
        due_why=upcoming.why,
        article=_held(connection, article) if article is not None else None,
        visits=_read(connection, Visited, VISITED, url),
        captures=_read(connection, Kept, KEPT, url),
        revisions=_read(connection, Revised, REVISED, article),
        states=changes_of(connection, article) if article is not None else (),
        observations=_read(connection, Observed, OBSERVED, url),
    )


def _held(connection: sqlite3.Connection, article: str) -> Held:
    row = connection.execute(
        "SELECT id, title, url, status, revision, seq, first_seen_at FROM articles WHERE id = ?", (article,)
    ).fetchone()
    signals = signals_of(connection, [article]).get(article, [])
    return Held(**dict(zip(Held.__struct_fields__, (*row, tuple(signals)), strict=True)))


def _read(connection: sqlite3.Connection, kind: type[T], sql: str, *parameters: str | None) -> tuple[T, ...]:
    """The rows, in their order, as structs of that kind, whose fields are the columns."""
    rows = connection.execute(sql, parameters)
    return tuple(kind(**dict(zip(kind.__struct_fields__, row, strict=True))) for row in rows)
