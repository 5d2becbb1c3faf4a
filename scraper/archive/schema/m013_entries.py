"""Feed entries that a newer one took the place of, and that nothing names any more, go; what writes captures now takes
them out itself.
"""

from __future__ import annotations

from sqlite_utils import Database

ORPHANS = """
DELETE FROM blobs WHERE sha256 NOT IN (
    SELECT sha256 FROM captures UNION SELECT entry FROM captures WHERE entry IS NOT NULL
    UNION SELECT sha256 FROM reference_pages UNION SELECT dictionary FROM blobs WHERE dictionary IS NOT NULL)
"""


def upgrade(db: Database) -> None:
    """Blobs that nothing leads to are taken out."""
    db.conn.execute(ORPHANS)
