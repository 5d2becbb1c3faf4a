"""Who copied whom: sketches of every text, what two articles share, and each article's part in its group.

Triggers keep the truth without the crawl's help: an article whose text or time changed, or one that shared its text
with an article that went, is stale until it is compared again.
"""

# ruff: noqa: S608  (the SQL is of this module alone)

from __future__ import annotations

from sqlite_utils import Database

SKETCHES = """
CREATE TABLE sketches (
    article INTEGER PRIMARY KEY REFERENCES articles (number) ON DELETE CASCADE,
    stale INTEGER NOT NULL
) STRICT
"""

SKETCH_KEYS = """
CREATE TABLE sketch_keys (
    key INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE,
    PRIMARY KEY (key, article)
) STRICT, WITHOUT ROWID
"""

# words: of the article that stand in the other too; share: of all its words
SHARED_TEXTS = """
CREATE TABLE shared_texts (
    article INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE,
    words INTEGER NOT NULL,
    share REAL NOT NULL,
    PRIMARY KEY (article, other)
) STRICT, WITHOUT ROWID
"""

# source: the earlier article most of the text was taken from; origin: where the chain of sources begins
SYNDICATION = """
CREATE TABLE syndication (
    article TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    origin TEXT NOT NULL,
    source TEXT,
    share REAL NOT NULL,
    release_share REAL NOT NULL,
    own_paragraphs INTEGER NOT NULL,
    own_quotes INTEGER NOT NULL
) STRICT, WITHOUT ROWID
"""

STALE = "UPDATE sketches SET stale = 1 WHERE article IN (SELECT other FROM shared_texts WHERE article = old.number)"

STATEMENTS = (
    SKETCHES,
    SKETCH_KEYS,
    SHARED_TEXTS,
    SYNDICATION,
    "CREATE INDEX sketches_stale ON sketches (article) WHERE stale",
    "CREATE INDEX sketch_keys_article ON sketch_keys (article)",
    "CREATE INDEX shared_texts_other ON shared_texts (other)",
    "CREATE INDEX syndication_origin ON syndication (origin)",
    "CREATE INDEX syndication_source ON syndication (source)",
    f"""
    CREATE TRIGGER articles_sketch_update AFTER UPDATE OF body, published_at ON articles
    WHEN old.body IS NOT new.body OR old.published_at IS NOT new.published_at
    BEGIN UPDATE sketches SET stale = 1 WHERE article = old.number; {STALE}; END
    """,
    f"CREATE TRIGGER articles_sketch_delete BEFORE DELETE ON articles BEGIN {STALE}; END",
    """
    CREATE VIEW press_releases AS
    SELECT s.origin, o.title, o.site AS first_site, o.published_at AS first_published_at, count(*) - 1 AS copies,
        count(DISTINCT a.site) AS sites, round(avg(s.share) FILTER (WHERE s.source IS NOT NULL), 3) AS copied_share
    FROM syndication s JOIN articles a ON a.id = s.article JOIN articles o ON o.id = s.origin
    GROUP BY s.origin HAVING count(*) > 1 ORDER BY copies DESC
    """,
)


def upgrade(db: Database) -> None:
    """The tables, indexes, triggers and the view `press_releases`."""
    for statement in STATEMENTS:
        db.conn.execute(statement)
