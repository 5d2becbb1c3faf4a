"""Everything the first release needs: sites, runs, captures, articles and what hangs on them, frontier, full text."""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

SITES = """
CREATE TABLE sites (
    name TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    platform TEXT,
    blog_id TEXT,
    title TEXT,
    feed TEXT,
    total INTEGER,
    sitemap INTEGER NOT NULL,
    robots INTEGER NOT NULL,
    zone TEXT,
    theme TEXT,
    language TEXT,
    generator TEXT,
    delay REAL,
    loopback INTEGER NOT NULL,
    added_at TEXT NOT NULL,
    removed_at TEXT
) STRICT
"""

RUNS = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    sites TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    summary TEXT
) STRICT
"""

BLOBS = """
CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    dictionary TEXT REFERENCES blobs (sha256),
    data BLOB NOT NULL
) STRICT
"""

REFERENCE_PAGES = """
CREATE TABLE reference_pages (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    theme TEXT,
    sha256 TEXT NOT NULL REFERENCES blobs (sha256)
) STRICT
"""

CAPTURES = """
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    site TEXT NOT NULL,
    final_url TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES blobs (sha256),
    UNIQUE (url, sha256)
) STRICT
"""

ARTICLES = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    seq INTEGER NOT NULL UNIQUE,
    site TEXT NOT NULL,
    url TEXT NOT NULL,
    blog_id TEXT,
    post_id TEXT,
    title TEXT NOT NULL,
    dateline_raw TEXT,
    dateline_place TEXT,
    dateline_outlet TEXT,
    dateline_at INTEGER,
    byline_reporter TEXT,
    byline_editor TEXT,
    byline_initials TEXT,
    account TEXT,
    published_at TEXT,
    published_value TEXT,
    published_precision TEXT,
    published_zone TEXT,
    published_source TEXT,
    published_raw TEXT,
    updated_at TEXT,
    updated_value TEXT,
    updated_precision TEXT,
    updated_zone TEXT,
    updated_source TEXT,
    updated_raw TEXT,
    language TEXT,
    section TEXT,
    lead TEXT NOT NULL,
    body TEXT NOT NULL,
    end_mark TEXT,
    end_mark_at INTEGER,
    extractor TEXT NOT NULL,
    platform TEXT,
    theme TEXT,
    witness_feed TEXT NOT NULL,
    witness_agreement REAL,
    word_count INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('live', 'suspect', 'gone', 'moved')),
    revision INTEGER NOT NULL,
    capture INTEGER REFERENCES captures (id),
    syndication_group INTEGER,
    syndication_role TEXT CHECK (syndication_role IN ('origin', 'copy', 'none')),
    syndication_share REAL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT
"""

QUOTES = """
CREATE TABLE quotes (
    id INTEGER PRIMARY KEY,
    article TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    text TEXT NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    speaker TEXT,
    role TEXT,
    mention TEXT,
    cue TEXT,
    kind TEXT NOT NULL,
    resolved_by TEXT NOT NULL,
    confidence REAL NOT NULL,
    UNIQUE (article, seq)
) STRICT
"""


def _list_of(name: str, columns: str) -> str:
    """The table of one list an article carries, in order: clustered by article, gone with it."""
    return (
        f"CREATE TABLE {name} (article TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,"
        f" seq INTEGER NOT NULL, {columns}, PRIMARY KEY (article, seq)) STRICT, WITHOUT ROWID"
    )


LISTS = (
    "CREATE TABLE labels (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    _list_of("article_labels", "label TEXT NOT NULL REFERENCES labels (name)"),
    _list_of("images", "url TEXT NOT NULL, original_url TEXT NOT NULL, alt TEXT, caption TEXT"),
    _list_of("links", "url TEXT NOT NULL, text TEXT NOT NULL, kind TEXT NOT NULL"),
    _list_of("embeds", "url TEXT NOT NULL, kind TEXT NOT NULL"),
    _list_of(
        "event_dates",
        "raw TEXT NOT NULL, date TEXT NOT NULL, weekday TEXT NOT NULL,"
        ' "start" INTEGER NOT NULL, "end" INTEGER NOT NULL',
    ),
    _list_of(
        "claims",
        "field TEXT NOT NULL, value TEXT NOT NULL, raw TEXT NOT NULL, source TEXT NOT NULL, rule TEXT NOT NULL,"
        " chosen INTEGER NOT NULL",
    ),
    _list_of("removals", "rule TEXT NOT NULL, text TEXT NOT NULL"),
)

REVISIONS = """
CREATE TABLE revisions (
    article TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    updated_at TEXT,
    changes TEXT,
    body_hash TEXT NOT NULL,
    capture INTEGER REFERENCES captures (id),
    title TEXT,
    body TEXT,
    PRIMARY KEY (article, revision)
) STRICT
"""

EXTRACTIONS = """
CREATE TABLE extractions (
    id INTEGER PRIMARY KEY,
    article TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    capture INTEGER REFERENCES captures (id),
    extractor TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id),
    made_at TEXT NOT NULL
) STRICT
"""

OBSERVATIONS = """
CREATE TABLE observations (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    url TEXT NOT NULL,
    site TEXT NOT NULL,
    article TEXT REFERENCES articles (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT
"""

OUTCOMES = """
CREATE TABLE outcomes (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    url TEXT NOT NULL,
    site TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    status INTEGER,
    at TEXT NOT NULL,
    title TEXT,
    detail TEXT
) STRICT
"""

FRONTIER = """
CREATE TABLE frontier (
    url TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'settled', 'no-article', 'gone', 'refused', 'failed')),
    due_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    stamp TEXT,
    settled_stamp TEXT,
    published_at TEXT,
    entry TEXT,
    etag TEXT,
    last_modified TEXT,
    article TEXT REFERENCES articles (id) ON DELETE SET NULL,
    discovered_at TEXT NOT NULL,
    seen_at TEXT,
    run INTEGER REFERENCES runs (id)
) STRICT
"""

TOMBSTONES = """
CREATE TABLE tombstones (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    site TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    sha256 TEXT
) STRICT
"""

INDEXES = (
    "CREATE INDEX articles_url ON articles (url)",
    "CREATE INDEX articles_site ON articles (site, published_at)",
    "CREATE INDEX articles_site_seq ON articles (site, seq)",
    "CREATE INDEX articles_capture ON articles (capture)",
    "CREATE INDEX article_labels_label ON article_labels (label)",
    "CREATE INDEX quotes_speaker ON quotes (speaker)",
    "CREATE INDEX blobs_dictionary ON blobs (dictionary) WHERE dictionary IS NOT NULL",
    "CREATE INDEX captures_sha256 ON captures (sha256)",
    "CREATE INDEX reference_pages_site ON reference_pages (site, theme)",
    "CREATE INDEX revisions_capture ON revisions (capture)",
    "CREATE INDEX extractions_article ON extractions (article)",
    "CREATE INDEX extractions_capture ON extractions (capture)",
    "CREATE INDEX observations_article ON observations (article)",
    "CREATE INDEX outcomes_url ON outcomes (url)",
    "CREATE INDEX outcomes_run ON outcomes (run, site)",
    "CREATE INDEX frontier_site ON frontier (site, state)",
    "CREATE INDEX frontier_article ON frontier (article)",
)


def _full_text(table: str, key: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """An external-content FTS5 index over a table, with the triggers that follow it.

    An update that leaves the indexed columns alone leaves the index alone too.
    """
    index, names = f"{table}_fts", ", ".join(columns)
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("old", "new"))
    differs = " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns)
    forget = f"INSERT INTO {index} ({index}, rowid, {names}) VALUES ('delete', old.{key}, {old})"
    learn = f"INSERT INTO {index} (rowid, {names}) VALUES (new.{key}, {new})"
    options = f"content='{table}', content_rowid='{key}', tokenize='unicode61 remove_diacritics 2'"
    return (
        f"CREATE VIRTUAL TABLE {index} USING fts5 ({names}, {options})",
        f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {learn}; END",
        f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {forget}; END",
        f"CREATE TRIGGER {index}_update AFTER UPDATE OF {names} ON {table} WHEN {differs} BEGIN {forget}; {learn}; END",
    )


VIEWS = (
    """
    CREATE VIEW latest AS
    SELECT id, site, published_at, title, dateline_place, byline_reporter, word_count, status, url
    FROM articles ORDER BY published_at DESC
    """,
    """
    CREATE VIEW gone AS
    SELECT a.id, a.site, a.status, a.published_at, a.title, a.url,
        (SELECT max(seen_at) FROM frontier WHERE article = a.id) AS last_seen_at,
        (SELECT max(at) FROM observations WHERE article = a.id AND kind IN ('http-404', 'http-410')) AS missed_at
    FROM articles a WHERE a.status IN ('suspect', 'gone')
    """,
    # stamp_moved = 0: the newsroom's own 'updated' time did not tell of the edit
    """
    CREATE VIEW silent_edits AS
    SELECT r.article, a.site, a.url, r.revision, r.seen_at, r.changes,
        r.updated_at IS NOT p.updated_at AS stamp_moved, p.title AS old_title, p.body AS old_body
    FROM revisions r JOIN articles a ON a.id = r.article
    JOIN revisions p ON p.article = r.article AND p.revision = r.revision - 1
    """,
    """
    CREATE VIEW field_coverage AS
    SELECT site, count(*) AS articles,
        round(avg(dateline_raw IS NOT NULL), 3) AS dateline,
        round(avg(byline_reporter IS NOT NULL), 3) AS reporter,
        round(avg(account IS NOT NULL), 3) AS account,
        round(avg(published_at IS NOT NULL), 3) AS published,
        round(avg(published_precision IN ('second', 'minute')), 3) AS published_time,
        round(avg(updated_at IS NOT NULL), 3) AS updated,
        round(avg(language IS NOT NULL), 3) AS language,
        round(avg(EXISTS (SELECT 1 FROM article_labels WHERE article = articles.id)), 3) AS labels,
        round(avg(EXISTS (SELECT 1 FROM quotes WHERE article = articles.id)), 3) AS quotes,
        round(avg(EXISTS (SELECT 1 FROM images WHERE article = articles.id)), 3) AS images,
        round(avg(witness_agreement), 3) AS witness_agreement
    FROM articles GROUP BY site
    """,
    """
    CREATE VIEW quotes_by_person AS
    SELECT q.speaker, q.role, q.text, q.kind, q.confidence, a.site, a.published_at, a.title, a.url, q.article, q.seq
    FROM quotes q JOIN articles a ON a.id = q.article
    WHERE q.speaker IS NOT NULL ORDER BY q.speaker, a.published_at
    """,
)


def upgrade(db: Database) -> None:
    """The tables, indexes, triggers and views of schema 1."""
    _execute(db, (SITES, RUNS, BLOBS, REFERENCE_PAGES, CAPTURES, ARTICLES, QUOTES, *LISTS, REVISIONS, EXTRACTIONS))
    _execute(db, (OBSERVATIONS, OUTCOMES, FRONTIER, TOMBSTONES, *INDEXES))
    _execute(db, _full_text("articles", "number", ("title", "body")))
    _execute(db, _full_text("quotes", "id", ("text", "speaker")))
    _execute(db, VIEWS)


def _execute(db: Database, statements: Iterable[str]) -> None:
    for statement in statements:
        db.conn.execute(statement)
