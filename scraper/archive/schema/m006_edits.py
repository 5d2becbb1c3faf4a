"""Revisions that can be read as they were: the whole record of a superseded state, and whether an edit was silent."""

from __future__ import annotations

from sqlite_utils import Database

# record: the article's part of the record as it stood, JSON; NULL for the newest, which stands in `articles`
# silent: the newsroom neither moved its own 'updated' time nor printed a correction
STATEMENTS = (
    "ALTER TABLE revisions ADD COLUMN record TEXT",
    "ALTER TABLE revisions ADD COLUMN silent INTEGER",
    "DROP VIEW silent_edits",
    """
    CREATE VIEW silent_edits AS
    SELECT r.article, a.site, a.url, r.revision, r.seen_at, r.changes,
        r.updated_at IS NOT p.updated_at AS stamp_moved, coalesce(r.silent, r.updated_at IS p.updated_at) AS silent,
        p.title AS old_title, p.body AS old_body
    FROM revisions r JOIN articles a ON a.id = r.article
    JOIN revisions p ON p.article = r.article AND p.revision = r.revision - 1
    """,
    """
    CREATE VIEW edits AS
    SELECT r.article, a.site, a.url, a.title, r.revision, r.seen_at, r.silent, e.value ->> 'kind' AS kind,
        e.value ->> 'before' AS before, e.value ->> 'after' AS after, e.value ->> 'softened' AS softened
    FROM revisions r JOIN articles a ON a.id = r.article, json_each(r.changes, '$.edits') e
    """,
)


def upgrade(db: Database) -> None:
    """The columns `record` and `silent`, and the views `silent_edits` and `edits`."""
    for statement in STATEMENTS:
        db.conn.execute(statement)
