"""Taking a site out of the archive, so that nothing of it is left but tombstones for those who hold an export."""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import sqlite3
from datetime import datetime

from scraper.archive.instants import utc_text
from scraper.archive.visits import next_seq

REASON = "site-purged"

PURGED = "SELECT id FROM articles WHERE site = :site OR id IN (SELECT article FROM frontier WHERE site = :site)"

STEPS = (
    # what hangs on an article goes with it, by its foreign key
    f"DELETE FROM articles WHERE id IN ({PURGED})",
    "DELETE FROM observations WHERE site = :site",
    "DELETE FROM outcomes WHERE site = :site",
    "DELETE FROM frontier WHERE site = :site",
    "DELETE FROM reference_pages WHERE site = :site",
    "DELETE FROM captures WHERE site = :site",
    "DELETE FROM sites WHERE name = :site",
    "DELETE FROM labels WHERE name NOT IN (SELECT label FROM article_labels)",
    # a reference page stays while a page that is kept was compressed with it
    """
    DELETE FROM blobs WHERE sha256 NOT IN (SELECT sha256 FROM captures) AND sha256 NOT IN (
        SELECT b.dictionary FROM blobs b JOIN captures c USING (sha256) WHERE b.dictionary IS NOT NULL)
    """,
    "DELETE FROM reference_pages WHERE sha256 NOT IN (SELECT sha256 FROM blobs)",
)


def purge_site(connection: sqlite3.Connection, site: str, at: datetime) -> None:
    """Everything of the site goes, a tombstone for each article stays. The caller begins and ends the transaction."""
    connection.execute(
        "INSERT INTO tombstones (seq, id, url, site, reason, at, sha256)"
        " SELECT :first - 1 + row_number() OVER (ORDER BY a.seq), a.id, a.url, :site, :reason, :at, c.sha256"
        f" FROM articles a LEFT JOIN captures c ON c.id = a.capture WHERE a.id IN ({PURGED})",
        {"site": site, "first": next_seq(connection), "reason": REASON, "at": utc_text(at)},
    )
    connection.execute("PRAGMA defer_foreign_keys = ON")  # references among blobs are whole again at the commit
    for step in STEPS:
        connection.execute(step, {"site": site})
