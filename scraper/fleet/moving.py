"""A site moved from one archive to another with all that is kept of it, so that both have the digests they would have
had if it had always been there.

Rows are copied table by table. What an archive numbers for itself (runs, captures, templates, listings, observations,
export numbers) takes new numbers in the old order, and whatever names a number is given the new one. Kept pages are
copied as they lie, with those they were compressed with. Not copied is what follows from the rest, and is made anew:
full-text indexes by their triggers, people by the rule over all standings, syndication by comparing. What was decided
by hand about people belongs to an archive and not to a site, and stays.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from scraper.archive import syndication
from scraper.archive.people.appearances import assign
from scraper.archive.removal.purge import purge_site
from scraper.archive.store import Archive
from scraper.archive.visits import next_seq

REASON = "site-moved"
"""Of the tombstones in the archive that a site left: who holds an export of that archive learns of it."""

OF_SITE = "t.site = :site"
OF_ARTICLES = "t.article IN (SELECT id FROM origin.articles WHERE site = :site)"
CAPTURES = f"""
t.site = :site OR t.id IN (
    SELECT capture FROM origin.articles WHERE site = :site
    UNION SELECT capture FROM origin.revisions t WHERE {OF_ARTICLES}
    UNION SELECT capture FROM origin.extractions t WHERE {OF_ARTICLES})
"""
RUNS = f"""
t.id IN (SELECT run FROM origin.outcomes WHERE site = :site UNION SELECT run FROM origin.turns WHERE site = :site
    UNION SELECT run FROM origin.observations WHERE site = :site
    UNION SELECT run FROM origin.frontier WHERE site = :site
    UNION SELECT run FROM origin.receipts WHERE host IN (:site, 'www.' || :site)
    UNION SELECT run FROM origin.extractions t WHERE {OF_ARTICLES} UNION SELECT run FROM origin.states t
    WHERE {OF_ARTICLES})
"""

NUMBERED = {
    "runs": RUNS,
    "templates": OF_SITE,
    "captures": CAPTURES,
    "reference_pages": OF_SITE,
    "listings": OF_SITE,
    "observations": OF_SITE,
    "outcomes": OF_SITE,
    "extractions": OF_ARTICLES,
    "states": OF_ARTICLES,
    "quotes": OF_ARTICLES,
}
"""Tables whose `id` is the archive's own, and which of their rows go with a site; in an order that references allow."""

NAMED = {
    "sites": "t.name = :site",
    "schedules": OF_SITE,
    "site_opt_outs": OF_SITE,
    "widget_counts": OF_SITE,
    "feed_polls": OF_SITE,
    "completeness": OF_SITE,
    "turns": OF_SITE,
    "alarms": OF_SITE,
    "listing_sources": "t.listing IN (SELECT id FROM origin.listings WHERE site = :site)",
    "listed_posts": OF_SITE,
    "receipts": "t.host IN (:site, 'www.' || :site)",
    "redactions": OF_SITE,
    "frontier": OF_SITE,
    **dict.fromkeys(
        ("article_labels", "images", "links", "embeds", "event_dates", "claims", "removals", "revisions", "opt_outs"),
        OF_ARTICLES,
    ),
    "edges": OF_ARTICLES,
    "appearances": OF_ARTICLES,
}
"""Tables whose rows are known by names that are the same everywhere."""

MADE_ANEW = frozenset(
    {"people", "person_names", "person_roles", "sketches", "sketch_keys", "shared_texts", "syndication"}
)
STAY = frozenset({"person_decisions", "person_merges", "person_splits", "deliveries", "put_off", "_sqlite_migrations"})
APART = frozenset({"blobs", "labels", "articles", "tombstones"})
"""Copied by statements of their own."""

REFERENCES = {
    "run": "runs",
    "capture": "captures",
    "template": "templates",
    "listing": "listings",
    "observation": "observations",
}
"""Columns that hold a number of the archive's own, and the table it is of."""

BLOBS = f"""
WITH RECURSIVE needed (sha256) AS (
    SELECT t.sha256 FROM origin.captures t WHERE {CAPTURES}
    UNION SELECT t.entry FROM origin.captures t WHERE t.entry IS NOT NULL AND ({CAPTURES})
    UNION SELECT sha256 FROM origin.reference_pages WHERE site = :site
    UNION SELECT b.dictionary FROM origin.blobs b JOIN needed USING (sha256) WHERE b.dictionary IS NOT NULL)
INSERT OR IGNORE INTO main.blobs (sha256, size, dictionary, data)
SELECT sha256, size, dictionary, data FROM origin.blobs WHERE sha256 IN (SELECT sha256 FROM needed)
"""

LABELS = f"""
INSERT OR IGNORE INTO main.labels SELECT DISTINCT label FROM origin.article_labels t WHERE {OF_ARTICLES}
"""

SEQS = """
INSERT INTO temp.moved_seqs SELECT old, :seq - 1 + row_number() OVER (ORDER BY old) FROM (
    SELECT seq AS old FROM origin.articles WHERE site = :site
    UNION ALL SELECT seq FROM origin.tombstones WHERE site = :site AND reason != :reason)
"""
"""Articles and tombstones keep the order in which they changed."""


def copy_site(source: Path, target: Archive, site: str, at: datetime) -> None:
    """The site with all that `source` holds of it is in `target` too, in the place of what was there of it, and the
    texts it brought are compared. Hold `target.writing()`. Raises NoSuchSite for one that is not there.
    """
    with Archive.open(source, readonly=True) as origin:
        origin.site(site)
    connection = target.db.conn
    connection.execute("ATTACH ? AS origin", (f"{source.absolute().as_uri()}?mode=ro",))
    try:
        with target.transaction():
            connection.execute("PRAGMA defer_foreign_keys = ON")
            if connection.execute("SELECT 1 FROM main.sites WHERE name = ?", (site,)).fetchone():
                purge_site(connection, site, at, reason=REASON)
            _copy(connection, site)
    finally:
        connection.execute("DETACH origin")
    syndication.update(target)


def drop_site(archive: Archive, site: str, at: datetime) -> None:
    """What the archive holds of the site goes, for it is held elsewhere. Hold `archive.writing()`."""
    with archive.transaction():
        purge_site(archive.db.conn, site, at, reason=REASON)
    syndication.update(archive)


def _copy(connection: sqlite3.Connection, site: str) -> None:
    values = {"site": site, "reason": REASON, "seq": next_seq(connection)}
    for table in [*NUMBERED, "articles", "seqs"]:
        connection.execute(f"DROP TABLE IF EXISTS temp.moved_{table}")
        connection.execute(f"CREATE TEMP TABLE moved_{table} (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)")
    connection.execute(SEQS, values)
    for table, where in NUMBERED.items():
        connection.execute(
            f"INSERT INTO temp.moved_{table} SELECT t.id, coalesce((SELECT max(id) FROM main.{table}), 0)"
            f" + row_number() OVER (ORDER BY t.id) FROM origin.{table} t WHERE {where}",
            values,
        )
    # a page that both hold already is the same capture
    connection.execute(
        "INSERT OR REPLACE INTO temp.moved_captures SELECT t.id, m.id FROM origin.captures t"
        f" JOIN main.captures m USING (url, sha256) WHERE {CAPTURES}",
        values,
    )
    connection.execute(BLOBS, values)
    connection.execute(LABELS, values)
    for table in ("runs", "templates", "captures"):
        _copy_numbered(connection, table, values)
    _copy_articles(connection, values)
    for table in NUMBERED:
        if table not in {"runs", "templates", "captures"}:
            _copy_numbered(connection, table, values)
    for table, where in NAMED.items():
        columns = _columns(connection, table)
        chosen = ", ".join(_moved(table, column) for column in columns)
        connection.execute(
            f"INSERT OR REPLACE INTO main.{table} ({_quoted(columns)}) SELECT {chosen} FROM origin.{table} t"
            f" WHERE {where}",
            values,
        )
    connection.execute("UPDATE frontier SET article = NULL WHERE article NOT IN (SELECT id FROM articles)")
    _settle_people(connection, values)


def _copy_articles(connection: sqlite3.Connection, values: dict[str, object]) -> None:
    """The articles under new export numbers, not compared yet, and the tombstones of those that went before."""
    columns = [column for column in _columns(connection, "articles") if column != "number"]
    told = {
        "seq": "(SELECT new FROM temp.moved_seqs WHERE old = t.seq)",
        **dict.fromkeys(("syndication_group", "syndication_role", "syndication_share"), "NULL"),
    }
    chosen = ", ".join(told.get(column) or _moved("articles", column) for column in columns)
    connection.execute(
        f"INSERT INTO main.articles ({_quoted(columns)}) SELECT {chosen} FROM origin.articles t WHERE {OF_SITE}"
        " ORDER BY t.seq",
        values,
    )
    connection.execute(
        "INSERT INTO main.tombstones SELECT s.new, id, url, site, t.reason, at, sha256 FROM origin.tombstones t"
        " JOIN temp.moved_seqs s ON s.old = t.seq WHERE site = :site AND t.reason != :reason",
        values,
    )


def _copy_numbered(connection: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    columns = _columns(connection, table)
    chosen = ", ".join("m.new" if column == "id" else _moved(table, column) for column in columns)
    connection.execute(
        f"INSERT OR IGNORE INTO main.{table} ({_quoted(columns)}) SELECT {chosen} FROM origin.{table} t"
        f" JOIN temp.moved_{table} m ON m.old = t.id ORDER BY t.id",
        values,
    )


def _moved(table: str, column: str) -> str:
    """The expression that gives a copied column's value."""
    if table in {"quotes", "appearances"} and column == "person":
        return "NULL"
    if table == "runs" and column == "sites":
        return "json_array(:site)"
    of = REFERENCES.get(column)
    return f"(SELECT new FROM temp.moved_{of} WHERE old = t.{column})" if of else f't."{column}"'


def _settle_people(connection: sqlite3.Connection, values: dict[str, object]) -> None:
    """Whose the copied appearances are, by the rule over all standings of their names."""
    groups = {
        (name, apart)
        for name, apart in connection.execute(
            f"SELECT DISTINCT name, coalesce(apart, '') FROM origin.appearances t WHERE {OF_ARTICLES}"
            " AND private IS NULL",
            values,
        )
    }
    assign(connection, groups, set())


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [name for (_, name, *_) in connection.execute(f"PRAGMA main.table_info({table})")]


def _quoted(columns: list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
