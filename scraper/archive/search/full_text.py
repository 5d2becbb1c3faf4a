"""The full-text indexes: their words written once a transaction, and whether each holds those of its rows, no more and
no fewer.

FTS5's own 'integrity-check' takes the lock for writing and does not say which row is wrong. So the words are taken
apart again in a table of this connection's own, and both sides are compared row by row. Works where nothing may be
written.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names)

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

TOKENIZER = "unicode61 remove_diacritics 2"
BATCH = 2000  # rows taken apart at once
MASK = 2**61 - 1


class Index(NamedTuple):
    """A full-text index: its table, the table it covers with its integer key, and the columns."""

    name: str
    source: str
    key: str
    columns: tuple[str, ...]


ARTICLES = Index("articles_fts", "articles", "number", ("title", "body"))
QUOTES = Index("quotes_fts", "quotes", "id", ("text", "speaker"))


INDEXES = (ARTICLES, QUOTES)

PUT_OFF = " UNION ALL ".join(
    f"SELECT '{index.source}', coalesce(max({index.key}), 0) FROM {index.source}" for index in INDEXES
)
CAUGHT_UP = tuple(
    f"INSERT INTO {index.name} (rowid, {', '.join(index.columns)}) SELECT {index.key}, {', '.join(index.columns)}"
    f" FROM {index.source} WHERE {index.key} > (SELECT after FROM put_off WHERE source = '{index.source}') ORDER BY 1"
    for index in INDEXES
)


def put_off(connection: sqlite3.Connection) -> None:
    """Rows that the transaction adds from now on are indexed when it ends, all at once, by `catch_up`."""
    connection.execute(f"INSERT INTO put_off (source, after) {PUT_OFF}")


def catch_up(connection: sqlite3.Connection) -> None:
    """What was put off is indexed."""
    for statement in CAUGHT_UP:
        connection.execute(statement)
    connection.execute("DELETE FROM put_off")


def rebuild(connection: sqlite3.Connection) -> None:
    """Both indexes written anew from their tables, with what was put off, and without the segments of before."""
    for index in INDEXES:
        connection.execute(f"INSERT INTO {index.name} ({index.name}) VALUES ('rebuild')")
    connection.execute("DELETE FROM put_off")


def wrong_rows(connection: sqlite3.Connection, index: Index) -> Iterator[int]:
    """The keys of rows whose words are not those the index holds, by key; then of those only the index knows."""
    columns = ", ".join(index.columns)
    connection.execute(f"CREATE VIRTUAL TABLE temp.held_words USING fts5vocab (main, '{index.name}', 'instance')")
    connection.execute(f"CREATE VIRTUAL TABLE temp.fresh USING fts5 ({columns}, content='', tokenize='{TOKENIZER}')")
    connection.execute("CREATE VIRTUAL TABLE temp.fresh_words USING fts5vocab (temp, 'fresh', 'instance')")
    try:
        held = _sums(connection, "held_words")
        for keys in _batches(connection, index):
            fresh = _sums(connection, "fresh_words")
            yield from (key for key in keys if held.pop(key, 0) != fresh.get(key, 0))
        yield from sorted(held)
    finally:
        for table in ("held_words", "fresh_words", "fresh"):
            connection.execute(f"DROP TABLE temp.{table}")


def _batches(connection: sqlite3.Connection, index: Index) -> Iterator[list[int]]:
    """The keys of the rows that stand in `fresh` by turns."""
    columns, last = ", ".join(index.columns), -1
    while True:
        connection.execute("INSERT INTO temp.fresh (fresh) VALUES ('delete-all')")
        rows = connection.execute(
            f"SELECT {index.key}, {columns} FROM {index.source} WHERE {index.key} > ? ORDER BY 1 LIMIT {BATCH}", (last,)
        ).fetchall()
        if not rows:
            return
        places = ", ".join("?" * (len(index.columns) + 1))
        connection.executemany(f"INSERT INTO temp.fresh (rowid, {columns}) VALUES ({places})", rows)
        last = rows[-1][0]
        yield [row[0] for row in rows]


def _sums(connection: sqlite3.Connection, words: str) -> dict[int, int]:
    """Row -> a sum over its words with their places, which other words in other places do not share."""
    sums: defaultdict[int, int] = defaultdict(int)
    for word, row, column, place in connection.execute(f'SELECT term, doc, col, "offset" FROM temp.{words}'):
        sums[row] = (sums[row] + hash((word, column, place))) & MASK
    return sums
