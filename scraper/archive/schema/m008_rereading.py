"""What a kept page is read again with, and readings that a later one took the place of.

With its feed entry, text and all, beside each capture, a page can be read again exactly as it was; compressed with the
page as dictionary an entry takes some hundred bytes.
"""

from __future__ import annotations

from sqlite_utils import Database

# captures.entry: the newest feed entry that stood beside the page
# extractions.superseded: the whole reading, compressed JSON, once a re-reading has taken its place
# runs.kind: crawl or reextract; reverted_at: when a re-reading was taken back
STATEMENTS = (
    "ALTER TABLE captures ADD COLUMN entry TEXT REFERENCES blobs (sha256)",
    "ALTER TABLE extractions ADD COLUMN superseded BLOB",
    "ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'crawl'",
    "ALTER TABLE runs ADD COLUMN reverted_at TEXT",
    "CREATE INDEX captures_entry ON captures (entry) WHERE entry IS NOT NULL",
    "CREATE INDEX extractions_run ON extractions (run)",
)


def upgrade(db: Database) -> None:
    """Those columns and their indexes."""
    for statement in STATEMENTS:
        db.conn.execute(statement)
