"""What was taken out for good, and where copies of the archive went that a redaction cannot reach."""

from __future__ import annotations

from sqlite_utils import Database

# urls, sha256s: JSON lists; the addresses are never fetched again, the hashes tell holders of a copy what to delete
REDACTIONS = """
CREATE TABLE redactions (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    site TEXT NOT NULL,
    urls TEXT NOT NULL,
    sha256s TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""

# kind: export or backup. last_seq: the highest export number it holds
DELIVERIES = """
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    place TEXT NOT NULL,
    at TEXT NOT NULL,
    records INTEGER NOT NULL,
    last_seq INTEGER,
    sha256 TEXT
) STRICT
"""

REDACTED_URLS = "CREATE VIEW redacted_urls AS SELECT j.value AS url, r.id FROM redactions r, json_each(r.urls) j"


def upgrade(db: Database) -> None:
    """The tables `redactions` and `deliveries`, and the view `redacted_urls`."""
    for statement in (REDACTIONS, DELIVERIES, REDACTED_URLS):
        db.conn.execute(statement)
