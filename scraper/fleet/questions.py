"""A fleet's dataset asked in SQL: DuckDB views under the archive's names, so that a question asked of an archive can be
asked of all of them.

DuckDB reads SQLite's SQL but for a few words, which are put into its own before it is asked: parameters are `$name`,
LIKE heeds case where SQLite's does not, and hints for SQLite's planner mean nothing here.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

from scraper.analyst.queries import PARAMETER, Answer, Query, queries
from scraper.errors import MissingExtra, NothingDone, UsageProblem
from scraper.fleet.dataset import MANIFEST, RELEASES, Dataset, read_dataset
from scraper.fleet.parts import OF_ARTICLES

if TYPE_CHECKING:
    import duckdb

TIME_LIMIT = 600.0  # seconds

NOT_HERE = {
    "words_in_articles": "it asks the full-text index, which an archive has and a dataset has not",
    "crawl_outcomes": "visits and runs are the crawl's own and stay in the archives",
}
"""Questions with names that cannot be asked of a dataset, and why."""

MACROS = (
    """
    CREATE MACRO sqlite_date(told) AS substr(CAST(told AS VARCHAR), 1, 10), (told, step) AS
        strftime(CAST(substr(CAST(told AS VARCHAR), 1, 10) AS DATE) + CAST(ltrim(step, '+') AS INTERVAL), '%Y-%m-%d')
    """,
    "CREATE MACRO iif(test, one, other) AS CASE WHEN test THEN one ELSE other END",
)
"""Functions of SQLite's that DuckDB has not, or has otherwise."""

VIEWS = {
    "labels": "SELECT DISTINCT label AS name FROM article_labels",
    "latest": """
        SELECT id, site, published_at, title, dateline_place, byline_reporter, word_count, status, url
        FROM articles ORDER BY published_at DESC NULLS LAST
    """,
    "edits": """
        SELECT r.article, a.site, a.url, a.title, r.revision, r.seen_at, r.silent, e.value ->> 'kind' AS kind,
            e.value ->> 'before' AS before, e.value ->> 'after' AS after,
            CAST(CAST(e.value ->> 'softened' AS BOOLEAN) AS INTEGER) AS softened
        FROM revisions r JOIN articles a ON a.id = r.article, json_each(r.changes, '$.edits') e
    """,
    "silent_edits": """
        SELECT r.article, a.site, a.url, r.revision, r.seen_at, r.changes,
            CAST(r.updated_at IS DISTINCT FROM p.updated_at AS INTEGER) AS stamp_moved,
            coalesce(r.silent, CAST(r.updated_at IS NOT DISTINCT FROM p.updated_at AS INTEGER)) AS silent,
            p.title AS old_title, p.body AS old_body
        FROM revisions r JOIN articles a ON a.id = r.article
        JOIN revisions p ON p.article = r.article AND p.revision = r.revision - 1
    """,
    "press_releases": """
        SELECT s.origin, any_value(o.title) AS title, any_value(o.site) AS first_site,
            any_value(o.published_at) AS first_published_at, count(*) - 1 AS copies,
            count(DISTINCT a.site) AS sites, round(avg(s.share) FILTER (WHERE s.source IS NOT NULL), 3) AS copied_share
        FROM syndication s JOIN articles a ON a.id = s.article JOIN articles o ON o.id = s.origin
        GROUP BY s.origin HAVING count(*) > 1 ORDER BY copies DESC
    """,
    "quotes_by_person": """
        SELECT p.name AS person_name, q.person, q.speaker, q.role, q.text, q.kind, q.confidence,
            a.site, a.published_at, a.title, a.url, q.article, q.seq
        FROM quotes q JOIN people p ON p.id = q.person JOIN articles a ON a.id = q.article
    """,
}
"""The archive's own views, in DuckDB's words; `gone` and `field_coverage` need what is not here."""

OVER_ALL = """
SELECT * FROM ({own}) s WHERE NOT EXISTS (SELECT 1 FROM ({over_all}) r WHERE r.article = s.article)
UNION ALL SELECT r.* FROM ({over_all}) r WHERE EXISTS (SELECT 1 FROM articles a WHERE a.id = r.article)
"""
"""What the archives say of each article's group, and what is known over all of them in its place."""

TEXT = re.compile(r"('(?:[^']|'')*'|--[^\n]*)")
WORDS = (
    (PARAMETER, r"$\1"),
    (re.compile(r"\bLIKE\b", re.IGNORECASE), "ILIKE"),
    (re.compile(r"\bdate\(", re.IGNORECASE), "sqlite_date("),
    (re.compile(r"\bCROSS\s+JOIN\s+(\w+(?:\s+AS)?(?:\s+\w+)?)\s+ON\b", re.IGNORECASE), r"JOIN \1 ON"),
    (re.compile(r"(?<=\s)\+(?=[a-z_]+\.)"), ""),
    (
        re.compile(r"\bavg\(((?:[^()]|\([^()]*\))*?\s(?:IS|=|EXISTS)\s(?:[^()]|\([^()]*\))*)\)"),
        r"avg(CAST(\1 AS INTEGER))",
    ),
)
"""What SQLite says, and what DuckDB says in its place."""


@contextmanager
def opened(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with a view for every table of the dataset, of the state it has now; it reads no other file and
    writes nothing. Raises NothingDone where there is no dataset, and MissingExtra.
    """
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("Asking a fleet's dataset", "fleet") from None
    dataset = read_dataset(folder)
    if dataset is None or not dataset.columns:
        raise NothingDone(f"{folder / MANIFEST} is not there; make the dataset with 'kliping fleet dataset'.")
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with closing(duckdb.connect(":memory:", config=settings)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for macro in MACROS:
            connection.execute(macro)
        for table in dataset.columns:
            connection.execute(f"CREATE VIEW {table} AS {_select(folder, dataset, table)}")
        if any(file.table == RELEASES for file in dataset.files):
            own, over_all = (_select(folder, dataset, table) for table in ("syndication", RELEASES))
            connection.execute(f"CREATE OR REPLACE VIEW syndication AS {OVER_ALL.format(own=own, over_all=over_all)}")
        for name, select in VIEWS.items():
            connection.execute(f"CREATE VIEW {name} AS {select}")
        _lock(connection, folder)
        yield connection


def translated(sql: str) -> str:
    """The SQL as DuckDB understands it; texts in quotation marks and comments stay as they are."""
    parts = TEXT.split(sql)
    for at in range(0, len(parts), 2):
        for found, word in WORDS[:3]:
            parts[at] = found.sub(word, parts[at])
    whole = "".join(parts)
    for found, word in WORDS[3:]:
        whole = found.sub(word, whole)
    return whole


def ask(folder: Path, asked: str, values: Mapping[str, str] | None = None, *, time_limit: float = TIME_LIMIT) -> Answer:
    """What the dataset answers to a question with a name, or to SQL; parameters without a value ask for anything.

    Raises UsageProblem for a name, SQL or parameter that is wrong, NothingDone for a question that cannot be asked here
    or takes longer than the limit (seconds).
    """
    import duckdb

    query, values = queries().get(asked), values or {}
    if query is None and " " not in asked.strip():
        raise UsageProblem(f"There is no query {asked!r}; kliping query --list names them all, or write SQL.")
    if query is not None and query.name in NOT_HERE:
        raise NothingDone(f"The query {query.name} cannot be asked of a dataset: {NOT_HERE[query.name]}.")
    sql = query.sql if query is not None else asked
    given = _values(query, sql, values)
    with opened(folder) as connection:
        clock = Timer(time_limit, connection.interrupt)
        clock.start()
        try:
            cursor = connection.execute(translated(sql), given)
            return Answer(tuple(name for name, *_ in cursor.description), tuple(cursor.fetchall()))
        except duckdb.InterruptException as error:
            raise NothingDone(f"The question took more than {time_limit:g} s; narrow it down.") from error
        except duckdb.Error as error:
            raise UsageProblem(f"DuckDB cannot answer this: {error}") from error
        finally:
            clock.cancel()


def _values(query: Query | None, sql: str, values: Mapping[str, str]) -> dict[str, Any]:
    known = (
        query.parameters
        if query is not None
        else tuple(dict.fromkeys(name for part in TEXT.split(sql)[::2] for name in PARAMETER.findall(part)))
    )
    unknown = sorted(values.keys() - set(known))
    if unknown:
        raise UsageProblem(f"The question has no parameter {unknown[0]!r}; it has {', '.join(known) or 'none'}.")
    return dict.fromkeys(known, "") | dict(values)


def _select(folder: Path, dataset: Dataset, table: str) -> str:
    columns = dataset.columns["syndication" if table == RELEASES else table]
    names = ", ".join(f'"{name}"' for name, _ in columns)
    files = [str((folder / file.path).absolute()) for file in dataset.files if file.table == table]
    if not files:
        return "SELECT " + ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns) + " WHERE false"
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in files)
    if table not in OF_ARTICLES:
        return f"SELECT {names} FROM read_parquet([{listed}], hive_partitioning = false)"
    split = "hive_partitioning = true, hive_types = {'site': VARCHAR, 'year': BIGINT}"
    return f"SELECT {names} FROM read_parquet([{listed}], {split})"


def _lock(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """No other folder is read from now on, and no setting changed."""
    place = str(folder.absolute()).replace("'", "''")
    connection.execute(f"SET allowed_directories = ['{place}/']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
