"""The archive as it is shown to whoever may type SQL: complete but for what is not published, and read-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper.analyst.view import names, open_view
from scraper.archive.store import Archive
from scraper.errors import ArchiveUnusable
from tests.newsdesk import CHILD, OPTED_OUT, build

OPTED_OUT_WORDS = ("Hamdan Sulaiman", "bukan untuk disimpan", "Menolak Diarsipkan", "Rahasia Dapur")
CHILD_NAME = "Rafiandi"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("desk") / "desk.db")


@pytest.fixture
def view(desk: Path) -> Iterator[sqlite3.Connection]:
    opened = open_view(desk)
    yield opened
    opened.close()


def raw(path: Path, sql: str) -> list[tuple[object, ...]]:
    with Archive.open(path, readonly=True) as archive:
        return list(archive.db.conn.execute(sql).fetchall())


def test_no_text_of_an_opted_out_article_is_in_any_table(view: sqlite3.Connection, desk: Path) -> None:
    """Whichever table is read, no cell holds a word of an article whose owner asked not to have it archived."""
    assert raw(desk, f"SELECT 1 FROM articles WHERE url LIKE '%{OPTED_OUT}%'")
    for name in names(view):
        for row in view.execute(f'SELECT * FROM "{name}"'):
            told = " ".join(str(cell) for cell in row)
            assert not any(words in told for words in OPTED_OUT_WORDS), name


def test_no_list_of_speakers_names_a_child(view: sqlite3.Connection, desk: Path) -> None:
    """A speaker told as a child is nobody's name in quotes, people or what is gathered from them; the text stays."""
    assert raw(desk, f"SELECT 1 FROM quotes WHERE speaker LIKE '%{CHILD_NAME}%'")

    for name in ("quotes", "quotes_by_person", "people", "person_names", "appearances"):
        columns = [row[1] for row in view.execute(f"PRAGMA table_info({name})")]
        texts = {"text"} & set(columns)
        for row in view.execute(f"SELECT * FROM {name}"):
            assert not any(
                CHILD_NAME in str(cell) for column, cell in zip(columns, row, strict=True) if column not in texts
            )
    assert view.execute("SELECT count(*) FROM articles WHERE url LIKE ?", (f"%{CHILD}%",)).fetchone() == (1,)
    assert view.execute(
        "SELECT count(*) FROM quotes WHERE text LIKE 'Saya pegang batang%' AND speaker IS NULL"
    ).fetchone() == (1,)


def test_everything_else_is_there(view: sqlite3.Connection, desk: Path) -> None:
    """Of the other articles every row of articles and quotes is shown, under the names of the archive's columns."""
    ((held,),) = raw(desk, "SELECT count(*) FROM articles")
    assert view.execute("SELECT count(*) FROM articles").fetchone() == (held - 1,)
    for name in ("articles", "quotes", "syndication", "states", "sites"):
        with Archive.open(desk, readonly=True) as archive:
            columns = {row[1] for row in archive.db.conn.execute(f"PRAGMA table_info({name})")}
        assert {row[1] for row in view.execute(f"PRAGMA table_info({name})")} == columns


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT data FROM blobs",
        "SELECT record FROM main.revisions",
        "SELECT * FROM main.quotes",
        "WITH quotes AS (SELECT * FROM main.quotes) SELECT * FROM quotes",
        "SELECT sql FROM sqlite_temp_master",
        "SELECT sql FROM temp.sqlite_schema",
        "SELECT * FROM pragma_database_list",
        "PRAGMA database_list",
        "SELECT title, body FROM articles_fts WHERE articles_fts MATCH 'arsip OR disimpan'",
        "SELECT snippet(articles_fts, 1, '', '', '', 64) FROM articles_fts WHERE articles_fts MATCH 'disimpan'",
        "SELECT highlight(articles_fts, 1, '', '') FROM articles_fts WHERE articles_fts MATCH 'disimpan'",
        "SELECT * FROM quotes_fts",
        "SELECT * FROM articles_fts_data",
        "SELECT * FROM articles_fts_idx",
        "SELECT superseded FROM extractions",
        "SELECT headers FROM captures",
        "SELECT entry FROM frontier",
    ],
)
def test_the_raw_tables_cannot_be_reached(view: sqlite3.Connection, sql: str) -> None:
    """What lies behind the shown tables gives an error or nothing: by schema, by alias, by index, by SQLite's own lists."""
    rows: list[tuple[object, ...]] = []
    told = ""
    try:
        rows = view.execute(sql).fetchall()
    except sqlite3.DatabaseError as error:
        told = str(error)

    assert "archive_" not in told
    assert all(cell is None for row in rows for cell in row)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM articles",
        "UPDATE quotes SET text = ''",
        "DROP VIEW quotes",
        "CREATE TEMP VIEW other AS SELECT 1",
        "ATTACH ':memory:' AS other",
        "PRAGMA writable_schema = 1",
        "SELECT load_extension('x')",
        "VACUUM INTO '/tmp/never.db'",
    ],
)
def test_nothing_is_written_or_opened(view: sqlite3.Connection, sql: str) -> None:
    """No statement writes, opens a file or loads code."""
    with pytest.raises(sqlite3.DatabaseError):
        view.execute(sql)


def test_search_by_words_finds_no_opted_out_article(view: sqlite3.Connection) -> None:
    """The full-text index leads to articles that are shown, and to no other."""
    found = "SELECT a.title FROM articles_fts f JOIN articles a ON a.number = f.rowid WHERE articles_fts MATCH ?"

    assert view.execute(found, ("banjir",)).fetchall()
    assert view.execute(found, ("diarsipkan",)).fetchall() == []


def test_reading_goes_on_while_a_crawl_writes(desk: Path, view: sqlite3.Connection) -> None:
    """A view opened before a write sees it afterwards, and never waits for the one who writes."""
    before = view.execute("SELECT count(*) FROM runs").fetchone()[0]
    with Archive.open(desk) as archive, archive.transaction():
        archive.db.conn.execute("INSERT INTO runs (sites, started_at) VALUES ('[]', '2026-01-01T00:00:00Z')")
        assert view.execute("SELECT count(*) FROM runs").fetchone()[0] == before
    assert view.execute("SELECT count(*) FROM runs").fetchone()[0] == before + 1


def test_an_older_archive_is_refused_with_the_cure(desk: Path, tmp_path: Path) -> None:
    """A file whose tables are of an older Kliping is not half shown: the sentence says how to bring it up to date."""
    old = tmp_path / "old.db"
    with Archive.open(desk) as archive:
        archive.db.conn.execute("VACUUM INTO ?", (str(old),))
    connection = sqlite3.connect(old)
    connection.execute("PRAGMA user_version = 1")
    connection.close()

    with pytest.raises(ArchiveUnusable, match="older Kliping"):
        open_view(old)
