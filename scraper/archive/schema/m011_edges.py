"""The lines at either end of articles' bodies, by which a site's promotion is told, of a sample of its articles.

They follow from the pages, as the articles do, and spare a crawl the reading of pages it has read before.
"""

from __future__ import annotations

from sqlite_utils import Database

# lines: a JSON list. An article that has no row was among its site's first by id later, or is of an earlier release.
EDGES = """
CREATE TABLE edges (
    article TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    lines TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""

STATEMENTS = (EDGES, "CREATE INDEX articles_site_id ON articles (site, id)")


def upgrade(db: Database) -> None:
    """The table, empty, and the index that gives a site's articles by id."""
    for statement in STATEMENTS:
        db.conn.execute(statement)
