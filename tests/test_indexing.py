"""Full-text indexes that are written once a transaction, and hold what is committed, no more and no less."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from scraper.archive.search.full_text import INDEXES, wrong_rows
from scraper.archive.store import Archive
from scraper.archive.versions.derivation import derive_the_rest
from tests.factories import BODY, NOON, minutes, reading, site, visit

WAITING = "SELECT count(*) FROM put_off"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site())
        archive.start_run([site().name], NOON)
        yield archive


def found(connection: sqlite3.Connection, word: str) -> list[int]:
    """The posts in which the full-text index finds a word."""
    rows = connection.execute(
        "SELECT a.post_id FROM articles_fts f JOIN articles a ON a.number = f.rowid WHERE articles_fts MATCH ?"
        " ORDER BY 1",
        (word,),
    )
    return [int(post) % 100 for (post,) in rows]


def wrong(archive: Archive) -> list[int]:
    """The rows of which an index holds other words than they have."""
    return [row for index in INDEXES for row in wrong_rows(archive.db.conn, index)]


def edited(number: int, word: str) -> str:
    return f"{BODY}\n\nKemudian {word}{number}."


def test_a_transaction_that_adds_edits_and_takes_out_leaves_a_true_index(archive: Archive) -> None:
    """Articles of before and of the transaction itself, each kept, edited or taken out in it."""
    for number in (1, 2, 3):
        archive.settle(visit(1, number))
    with archive.transaction():
        for number in (4, 5, 6):
            archive.settle(visit(1, number))
        for number in (2, 5):
            body = edited(number, "pelabuhan")
            told = reading(number, body=body, end_mark_at=len(body))
            assert archive.settle(visit(1, number, reading=told, at=NOON + minutes(5))).verdict == "changed"
        for number in (3, 6):
            archive.db.conn.execute("DELETE FROM articles WHERE post_id LIKE ?", (f"%0{number}",))
        archive.settle(visit(1, 7))

    assert found(archive.db.conn, "jembatan") == [1, 2, 4, 5, 7]
    assert found(archive.db.conn, "pelabuhan*") == [2, 5]
    assert wrong(archive) == []
    assert archive.db.execute(WAITING).fetchone() == (0,)


def test_a_transaction_that_breaks_off_leaves_nothing_waiting(archive: Archive) -> None:
    """What it added is in neither table nor index, and the next one begins afresh."""
    with suppress(ZeroDivisionError), archive.transaction():
        archive.settle(visit(1, 1))
        raise ZeroDivisionError
    archive.settle(visit(1, 2))

    assert found(archive.db.conn, "jembatan") == [2]
    assert wrong(archive) == []


def test_an_index_derived_anew_inside_a_transaction_holds_each_row_once(archive: Archive) -> None:
    """A row that waits when the indexes are rebuilt is not indexed a second time at the end."""
    archive.settle(visit(1, 1))
    with archive.transaction():
        archive.settle(visit(1, 2))
        derive_the_rest(archive.db.conn)

    assert wrong(archive) == []


def test_rows_written_by_sql_alone_are_indexed_at_once(archive: Archive) -> None:
    """Another program's UPDATE and DELETE reach the index, as they always did."""
    for number in (1, 2):
        archive.settle(visit(1, number))
    with closing(sqlite3.connect(archive.path, isolation_level=None)) as other:
        other.execute("PRAGMA foreign_keys = ON")
        other.execute("UPDATE articles SET title = 'Pelabuhan' WHERE post_id LIKE '%01'")
        other.execute("UPDATE quotes SET text = 'Dermaga' WHERE article LIKE '%01'")
        other.execute("DELETE FROM articles WHERE post_id LIKE '%02'")

        assert found(other, "pelabuhan") == [1]
        assert other.execute("SELECT count(*) FROM quotes_fts WHERE quotes_fts MATCH 'dermaga'").fetchone() == (1,)
    assert wrong(archive) == []
