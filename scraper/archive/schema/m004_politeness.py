"""What the crawl's manners leave behind: receipts by run and host, opt-outs, the states a post went through, and when
each address was last visited, last had whole, and how often in a row it was missing.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    """
    CREATE TABLE receipts (
        run INTEGER NOT NULL REFERENCES runs (id),
        host TEXT NOT NULL,
        requests INTEGER NOT NULL,
        unconnected INTEGER NOT NULL,
        retries INTEGER NOT NULL,
        not_modified INTEGER NOT NULL,
        throttled INTEGER NOT NULL,
        overloaded INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        smallest_gap REAL,
        longest_answer REAL NOT NULL,
        robots TEXT,
        PRIMARY KEY (run, host)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE opt_outs (
        article TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        signal TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        PRIMARY KEY (article, signal)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE site_opt_outs (
        site TEXT NOT NULL,
        signal TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        PRIMARY KEY (site, signal)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE VIEW opted_out AS
    SELECT article, signal FROM opt_outs
    UNION SELECT a.id, s.signal FROM site_opt_outs s JOIN articles a ON a.site = s.site
    """,
    """
    CREATE TABLE states (
        id INTEGER PRIMARY KEY,
        article TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        run INTEGER NOT NULL REFERENCES runs (id),
        url TEXT NOT NULL,
        was TEXT NOT NULL,
        status TEXT NOT NULL,
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        observation INTEGER
    ) STRICT
    """,
    "CREATE INDEX states_article ON states (article)",
    "ALTER TABLE frontier ADD COLUMN visited_at TEXT",
    "ALTER TABLE frontier ADD COLUMN whole_at TEXT",
    "ALTER TABLE frontier ADD COLUMN misses INTEGER NOT NULL DEFAULT 0",
    """
    UPDATE frontier SET visited_at = coalesce((SELECT max(at) FROM outcomes o WHERE o.url = frontier.url), seen_at),
        whole_at = (SELECT max(at) FROM outcomes o WHERE o.url = frontier.url
            AND outcome IN ('new', 'changed', 'unchanged', 'no-article')),
        misses = state IN ('gone', 'no-article')
    WHERE run IS NOT NULL
    """,
    """
    INSERT INTO states (article, run, url, was, status, reason, at, observation)
    SELECT a.id, o.run, a.url, 'live', 'suspect', o.kind, o.at, o.id
    FROM articles a JOIN observations o
        ON o.id = (SELECT max(id) FROM observations WHERE article = a.id AND kind IN ('http-404', 'http-410'))
    WHERE a.status = 'suspect'
    """,
    "DROP VIEW gone",
    """
    CREATE VIEW gone AS
    SELECT a.id, a.site, a.status, a.published_at, a.title, a.url,
        (SELECT max(seen_at) FROM frontier WHERE article = a.id) AS last_seen_at,
        (SELECT max(at) FROM observations WHERE article = a.id AND kind NOT IN ('not-modified', 'content-warning'))
            AS missed_at
    FROM articles a WHERE a.status IN ('suspect', 'gone')
    """,
)


def upgrade(db: Database) -> None:
    """The tables and columns of the crawl's manners, filled from what earlier runs left."""
    for statement in STATEMENTS:
        db.conn.execute(statement)
