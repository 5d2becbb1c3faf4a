"""A connection that shows an archive as it may be published, under the names of its own tables, and writes nothing.

Raw tables hold what leaves the archive nowhere else: the texts of owners who opted out, the names of speakers told by
initials or as children. So whoever may type SQL gets a view for every table: rows and names held back are not in it,
and tables of the archive's inner workings are closed. SQLite's authorizer keeps it so. It cannot tell a view from a
subquery that bears its name, therefore the file itself is attached under a name that nobody can guess; all that the
authorizer refuses is read as NULL, since an error would tell that name.
"""

# ruff: noqa: S608  (the SQL is made of this module's own names and those the archive itself has)

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path

from scraper.archive import connection, schema
from scraper.errors import ArchiveUnusable

OPEN = """
completeness listing_sources listings receipts runs schedules shared_texts site_opt_outs sites turns widget_counts
""".split()
"""Tables shown whole: they hold no text of an article."""

LISTS = (
    "article_labels claims embeds event_dates images links opt_outs observations removals states syndication".split()
)
"""Tables whose rows are each of one article; without those of an opted-out one."""

HIDDEN = """
SELECT article FROM {raw}.opt_outs
UNION SELECT a.id FROM {raw}.site_opt_outs s JOIN {raw}.articles a ON a.site = s.site
"""

# By site and number, which the indexes hold: a sorted list of the newest then needs no row of the table
SHOWN_ARTICLE = """
site NOT IN (SELECT site FROM {raw}.site_opt_outs)
AND number NOT IN (SELECT h.number FROM {raw}.opt_outs o JOIN {raw}.articles h ON h.id = o.article)
"""

IS_PRIVATE = """
EXISTS (SELECT 1 FROM {raw}.appearances p WHERE p.article = q.article AND p.speaker = q.speaker
AND p.private IS NOT NULL)
"""

IS_QUOTED = f"EXISTS (SELECT 1 FROM {{raw}}.quotes q WHERE q.person = p.KEY AND q.article NOT IN ({HIDDEN}))"

VIEWS = {
    "articles": f"SELECT * FROM {{raw}}.articles WHERE {SHOWN_ARTICLE}",
    "quotes": f"""
        SELECT id, article, seq, text, "start", "end", CASE WHEN {IS_PRIVATE} THEN role ELSE speaker END AS speaker,
            person, role, CASE WHEN {IS_PRIVATE} THEN NULL ELSE mention END AS mention, cue, kind, resolved_by,
            confidence
        FROM {{raw}}.quotes q WHERE article NOT IN ({HIDDEN})
    """,
    "appearances": f"""
        SELECT article, speaker, role, kind, name, apart, site, place, body, office, day, person
        FROM {{raw}}.appearances WHERE private IS NULL AND article NOT IN ({HIDDEN})
    """,
    "people": f"SELECT * FROM {{raw}}.people p WHERE {IS_QUOTED.replace('KEY', 'id')}",
    "person_names": f"SELECT * FROM {{raw}}.person_names p WHERE {IS_QUOTED.replace('KEY', 'person')}",
    "person_roles": f"SELECT * FROM {{raw}}.person_roles p WHERE {IS_QUOTED.replace('KEY', 'person')}",
    "labels": f"""
        SELECT name FROM {{raw}}.labels l
        WHERE EXISTS (SELECT 1 FROM {{raw}}.article_labels a WHERE a.label = l.name AND a.article NOT IN ({HIDDEN}))
    """,
    "revisions": f"""
        SELECT article, revision, seen_at, updated_at, silent, changes, body_hash, title, body
        FROM {{raw}}.revisions WHERE article NOT IN ({HIDDEN})
    """,
    "captures": """
        SELECT id, url, site, final_url, fetched_at, status, sha256 FROM {raw}.captures
        WHERE site NOT IN (SELECT site FROM {raw}.site_opt_outs)
    """,
    "frontier": f"""
        SELECT url, site, state, due_at, attempts, last_error, published_at, article, discovered_at, seen_at, run,
            visited_at, whole_at, misses
        FROM {{raw}}.frontier WHERE article IS NULL OR article NOT IN ({HIDDEN})
    """,
    "outcomes": "SELECT id, run, url, site, outcome, reason, status, at FROM {raw}.outcomes",
    "extractions": "SELECT id, article, revision, capture, extractor, run, made_at FROM {raw}.extractions",
    "templates": "SELECT id, site, state, read_well, seen_at FROM {raw}.templates",
}

SEARCHABLE = "articles_fts"
"""The only full-text index that may be asked; that of the quotes knows names that are held back."""

WORDS_ONLY = {"rowid", SEARCHABLE, "rank"}  # of the index; its other columns would give the texts back
INNER = {f"{SEARCHABLE}_{part}" for part in ("idx", "docsize", "config")}
"""What the index reads of itself. By these names a person reaches closed views."""

TELLING = {"snippet", "highlight", "load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"}
"""Functions that give texts back from the index, or reach outside."""

PRAGMAS = {"data_version", "foreign_key_list", "index_info", "index_list", "index_xinfo", "schema_version"}
PRAGMAS |= {"table_info", "table_xinfo"}
FREE_TABLES = {"json_each", "json_tree", "sqlite_master"} | {f"pragma_{name}" for name in PRAGMAS}
"""Readable in the empty database `main`: functions that give rows, and a list of nothing."""

HARMLESS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE}
CLOSED_NAMES = {"opted_out", "redacted_urls"}  # views of the archive that only its own work needs


def open_view(path: Path) -> sqlite3.Connection:
    """The archive at that path, read-only, its rows as they may be published.

    Reads go on while a crawl writes. Raises ArchiveUnusable (or one of its kind) for a file that is no archive, one of
    an older Kliping included: its tables are brought up to date by opening it for writing.
    """
    with connection.troubles_told(path):
        _check(path)
        view = sqlite3.connect(":memory:", uri=True, timeout=connection.BUSY_TIMEOUT, isolation_level=None)
        try:
            raw = f"archive_{secrets.token_hex(16)}"
            view.execute(f"ATTACH ? AS {raw}", (f"{path.absolute().as_uri()}?mode=ro",))
            view.execute(f"PRAGMA {raw}.cache_size = -{connection.CACHE}")
            _make_views(view, raw)
            view.set_authorizer(_Guard(raw))
        except BaseException:
            view.close()
            raise
    return view


def names(view: sqlite3.Connection) -> list[str]:
    """What the connection shows, by name."""
    return sorted(str(name) for (name,) in view.execute("SELECT name FROM shown"))


def definition(name: str) -> str | None:
    """How a table is shown, for people; None for one shown as the archive has it."""
    sql = VIEWS.get(name)
    return None if sql is None else " ".join(sql.format(raw="archive").split())


def _check(path: Path) -> None:
    held = connection.connect(path, create=False, readonly=True).conn
    try:
        (version,) = held.execute("PRAGMA user_version").fetchone()
    finally:
        held.close()
    if version < schema.VERSION:
        raise ArchiveUnusable(
            f"The archive {path} was made by an older Kliping; any command that writes to it, such as"
            f" 'kliping syndication --db {path}', brings it up to date."
        )


def _make_views(view: sqlite3.Connection, raw: str) -> None:
    kinds = dict(view.execute(f"SELECT name, type FROM {raw}.sqlite_master WHERE type IN ('table', 'view')"))
    selects = {name: f"SELECT * FROM {{raw}}.{name}" for name in OPEN}
    selects |= {name: f"SELECT * FROM {{raw}}.{name} WHERE article NOT IN ({HIDDEN})" for name in LISTS}
    selects |= VIEWS
    shown = list(selects)
    for name, select in selects.items():
        view.execute(f"CREATE TEMP VIEW {name} AS {select.format(raw=raw)}")
    for name, kind in kinds.items():
        if name in CLOSED_NAMES or (
            kind == "table" and name not in {*shown, SEARCHABLE} and not name.startswith("sqlite_")
        ):
            view.execute(f'CREATE TEMP VIEW "{name}" AS SELECT NULL AS closed WHERE 0')
    for name, sql in view.execute(f"SELECT name, sql FROM {raw}.sqlite_master WHERE type = 'view'").fetchall():
        if name not in CLOSED_NAMES:  # read over the views made so far: what these hold back, it holds back
            view.execute(sql.replace("CREATE VIEW", "CREATE TEMP VIEW", 1))
            shown.append(name)
    view.execute("CREATE TEMP TABLE shown (name TEXT PRIMARY KEY) STRICT")
    view.executemany("INSERT INTO shown (name) VALUES (?)", [(name,) for name in set(shown)])


class _Guard:
    """The authorizer: what a statement may do. A column it refuses is read as NULL."""

    def __init__(self, raw: str) -> None:
        self._raw = raw

    def __call__(self, action: int, one: str | None, two: str | None, schema: str | None, view: str | None) -> int:
        if action in HARMLESS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ:
            return sqlite3.SQLITE_OK if self._may_read(one or "", two or "", schema, view) else sqlite3.SQLITE_IGNORE
        if action == sqlite3.SQLITE_FUNCTION:
            return sqlite3.SQLITE_DENY if (two or "").lower() in TELLING else sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA:
            return sqlite3.SQLITE_OK if (one or "").lower() in PRAGMAS else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_UPDATE:  # how SQLite announces that a function giving rows is set up
            return sqlite3.SQLITE_OK if (one, schema) == ("sqlite_master", "main") else sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_DENY

    def _may_read(self, table: str, column: str, schema: str | None, view: str | None) -> bool:
        if schema == self._raw:
            if table == SEARCHABLE:
                return column.lower() in WORDS_ONLY
            return view is not None or table in INNER
        if schema == "temp":
            return not table.startswith("sqlite_")
        return table in FREE_TABLES
