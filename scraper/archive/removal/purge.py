"""Taking a site out of the archive, so that nothing of it is left but tombstones for those who hold an export.

What other sites hold stays whole: their articles, the pages these were read from, the pages those were compressed with.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from scraper.archive.instants import utc_text
from scraper.archive.people.appearances import withdraw
from scraper.archive.visits import next_seq

REASON = "site-purged"

STEPS = (
    # an address of another site that showed one of its articles is to be read again
    """
    UPDATE frontier SET state = 'due', due_at = :at, etag = NULL, last_modified = NULL
    WHERE site != :site AND article IN (SELECT id FROM articles WHERE site = :site)
    """,
    # what hangs on an article goes with it, by its foreign key
    "DELETE FROM articles WHERE site = :site",
    "DELETE FROM observations WHERE site = :site",
    "DELETE FROM outcomes WHERE site = :site",
    "DELETE FROM frontier WHERE site = :site",
    "DELETE FROM reference_pages WHERE site = :site",
    "DELETE FROM site_opt_outs WHERE site = :site",
    "DELETE FROM listed_posts WHERE site = :site",
    "DELETE FROM listings WHERE site = :site",
    "DELETE FROM widget_counts WHERE site = :site",
    "DELETE FROM feed_polls WHERE site = :site",
    "DELETE FROM completeness WHERE site = :site",
    # a page that an article of another site was read from is that site's now
    """
    UPDATE captures SET site = (
        SELECT a.site FROM extractions e JOIN articles a ON a.id = e.article WHERE e.capture = captures.id)
    WHERE site = :site AND id IN (SELECT capture FROM extractions)
    """,
    "DELETE FROM captures WHERE site = :site",
    "DELETE FROM templates WHERE site = :site",
    "DELETE FROM turns WHERE site = :site",
    "DELETE FROM schedules WHERE site = :site",
    "DELETE FROM alarms WHERE site = :site",
    "DELETE FROM sites WHERE name = :site",
    "DELETE FROM labels WHERE name NOT IN (SELECT label FROM article_labels)",
    # a reference page stays while a page that is kept was compressed with it
    """
    WITH RECURSIVE needed (sha256) AS (
        SELECT sha256 FROM captures UNION SELECT entry FROM captures WHERE entry IS NOT NULL
        UNION SELECT b.dictionary FROM blobs b JOIN needed USING (sha256) WHERE b.dictionary IS NOT NULL)
    DELETE FROM blobs WHERE sha256 NOT IN (SELECT sha256 FROM needed)
    """,
    "DELETE FROM reference_pages WHERE sha256 NOT IN (SELECT sha256 FROM blobs)",
)


def purge_site(connection: sqlite3.Connection, site: str, at: datetime, reason: str = REASON) -> None:
    """Everything of the site goes, a tombstone for each article stays. The caller begins and ends the transaction."""
    connection.execute(
        "INSERT INTO tombstones (seq, id, url, site, reason, at, sha256)"
        " SELECT :first - 1 + row_number() OVER (ORDER BY a.seq), a.id, a.url, :site, :reason, :at, c.sha256"
        " FROM articles a LEFT JOIN captures c ON c.id = a.capture WHERE a.site = :site",
        {"site": site, "first": next_seq(connection), "reason": reason, "at": utc_text(at)},
    )
    withdraw(connection, [id_ for (id_,) in connection.execute("SELECT id FROM articles WHERE site = ?", (site,))])
    connection.execute("PRAGMA defer_foreign_keys = ON")  # references among blobs are whole again at the commit
    for step in STEPS:
        connection.execute(step, {"site": site, "at": utc_text(at)})
