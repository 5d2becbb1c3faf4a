"""What the archive holds, counted: in all, and for each site with how its last crawl went."""

# ruff: noqa: S608  (the SQL is made of this module's own names)

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec


class SiteCount(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive holds of one site. Times are UTC texts; `outcomes` are those of its last run."""

    site: str
    articles: int
    quotes: int
    first_published: str | None
    last_published: str | None
    due: int
    failed: int
    last_run: int | None
    last_run_at: str | None
    outcomes: dict[str, int]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive holds, in all and site by site."""

    articles: int
    quotes: int
    captures: int
    sites: tuple[SiteCount, ...]


def count(connection: sqlite3.Connection, sites: Iterable[str]) -> Counts:
    """The numbers of the whole archive, and of those sites."""
    articles, quotes, captures = (
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("articles", "quotes", "captures")
    )
    counted = tuple(_count_site(connection, site) for site in sites)
    return Counts(articles=articles, quotes=quotes, captures=captures, sites=counted)


def _count_site(connection: sqlite3.Connection, site: str) -> SiteCount:
    execute = connection.execute
    articles, first, last = execute(
        "SELECT count(*), min(published_at), max(published_at) FROM articles WHERE site = ?", (site,)
    ).fetchone()
    (quotes,) = execute(
        "SELECT count(*) FROM quotes WHERE article IN (SELECT id FROM articles WHERE site = ?)", (site,)
    ).fetchone()
    due, failed = execute(
        "SELECT count(*) FILTER (WHERE state = 'due'), count(*) FILTER (WHERE state = 'failed')"
        " FROM frontier WHERE site = ?",
        (site,),
    ).fetchone()
    run = execute(
        "SELECT id, started_at FROM runs WHERE kind = 'crawl'"
        " AND EXISTS (SELECT 1 FROM json_each(sites) WHERE value = ?) ORDER BY id DESC LIMIT 1",
        (site,),
    ).fetchone()
    run_id, run_at = run or (None, None)
    outcomes = execute(
        "SELECT outcome, count(*) FROM outcomes WHERE run = ? AND site = ? GROUP BY outcome", (run_id, site)
    )
    return SiteCount(
        site=site,
        articles=articles,
        quotes=quotes,
        first_published=first,
        last_published=last,
        due=due,
        failed=failed,
        last_run=run_id,
        last_run_at=run_at,
        outcomes=dict(outcomes.fetchall()),
    )
