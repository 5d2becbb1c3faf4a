"""What an archive gives to a fleet's dataset: its rows as they may be published, by site and year, and what tells that
they changed.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from scraper.analyst.view import open_view
from scraper.archive.store import Archive
from scraper.fleet.duck import TYPES, Columns

OF_ARTICLES = (
    "articles quotes appearances article_labels images links embeds event_dates claims removals revisions states"
    " syndication"
).split()
"""Tables split by site and year of publication. The first has its articles' own rows."""

OF_ARCHIVES = "people person_names person_roles sites completeness".split()
"""Tables that are written anew, an archive's share of them at once, when any of it changed."""

SPAN = 2**40  # numbers that each archive has to itself
YEAR = "CAST(coalesce(substr(a.published_value, 1, 4), '0') AS INTEGER)"

Part = tuple[str, int]
"""Site and year."""


class Source(NamedTuple):
    """An archive: what it is called, where it lies, and whether a site that it holds rows of is its own."""

    name: str
    path: Path
    owns: Callable[[str], bool] = lambda site: True


def columns_of(path: Path) -> dict[str, Columns]:
    """The tables' columns as the archive shows them."""
    with closing(open_view(path)) as view:
        view.set_authorizer(None)
        return {
            table: tuple((name, TYPES[kind]) for _, name, kind, *_ in view.execute(f"PRAGMA table_info({table})"))
            for table in (*OF_ARTICLES, *OF_ARCHIVES)
        }


@contextmanager
def shown(path: Path) -> Iterator[sqlite3.Connection]:
    """The archive as it may be published, all of one moment. No question of others is asked here, so nobody guards."""
    with closing(open_view(path)) as view:
        view.set_authorizer(None)
        view.execute("BEGIN")
        yield view


def last_seq(archive: Archive) -> int:
    """The highest export number of the archive, tombstones included."""
    (seq,) = archive.db.conn.execute(
        "SELECT max(coalesce((SELECT max(seq) FROM articles), 0), coalesce((SELECT max(seq) FROM tombstones), 0))"
    ).fetchone()
    return int(seq)


def part_digests(view: sqlite3.Connection, source: Source) -> tuple[dict[Part, str], tuple[str, ...]]:
    """Every part of the archive, with a digest of which articles are in it and of what changes without a number; and
    the sites of which it holds rows that are not its own.
    """
    strangers = set[str]()
    digests: dict[Part, Any] = defaultdict(lambda: hashlib.blake2b(digest_size=12))
    for select in (
        f"SELECT a.site, {YEAR}, a.id FROM articles a ORDER BY a.site, a.id",
        f"""
        SELECT a.site, {YEAR}, s.article, s.speaker, s.person
        FROM articles a CROSS JOIN appearances s ON s.article = a.id ORDER BY a.site, a.id, s.speaker
        """,
        f"""
        SELECT a.site, {YEAR}, y.* FROM articles a CROSS JOIN syndication y ON y.article = a.id
        WHERE y.release_share > 0 ORDER BY a.site, a.id
        """,
    ):
        for site, year, *rest in view.execute(select):
            if source.owns(site):
                digests[site, year].update(repr(rest).encode())
            else:
                strangers.add(site)
    return {part: digest.hexdigest() for part, digest in digests.items()}, tuple(sorted(strangers))


def rows_of_parts(view: sqlite3.Connection, table: str, parts: Sequence[Part]) -> Iterator[tuple[Any, ...]]:
    """Site and year, then the table's columns, of every row of those parts."""
    years: dict[str, list[int]] = defaultdict(list)
    for site, year in parts:
        years[site].append(year)
    joined = "" if table == "articles" else f"CROSS JOIN {table} t ON t.article = a.id"
    of = "a" if table == "articles" else "t"
    for site, wanted in years.items():
        yield from view.execute(
            f"SELECT a.site, {YEAR}, {of}.* FROM articles a {joined}"
            f" WHERE a.site = ? AND {YEAR} IN (SELECT value FROM json_each(?)) ORDER BY a.published_at, a.id",
            (site, msgspec.json.encode(wanted).decode()),
        )


def rows_of_archive(view: sqlite3.Connection, table: str, source: Source) -> Iterator[tuple[Any, ...]]:
    """The rows of a table that is of the archive, but those of sites that another holds."""
    cursor = view.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
    names = [name for name, *_ in cursor.description]
    at = {"sites": names.index("name") if "name" in names else None}.get(
        table, names.index("site") if "site" in names else None
    )
    return (row for row in cursor if at is None or source.owns(row[at]))


def digest_of(rows: Iterable[tuple[Any, ...]]) -> str:
    """A digest that equal rows share."""
    whole = hashlib.blake2b(digest_size=12)
    for row in rows:
        whole.update(repr(row).encode())
    return whole.hexdigest()


def stamp_of(path: Path) -> tuple[int, ...]:
    """Size and time of change of the archive's file and of its log."""
    found = []
    for name in (path, path.with_name(f"{path.name}-wal")):
        try:
            told = name.stat()
        except FileNotFoundError:
            found += [0, 0]
        else:
            found += [told.st_size, told.st_mtime_ns if told.st_size else 0]
    return tuple(found)
