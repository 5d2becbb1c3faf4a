"""What is derived of an article from its kept pages, written anew: its row, its lists, its revisions' states and edits.

Which page each revision was read from, and when, is history and stays; so do number, seq and state. A revision whose
page gives no reading any more keeps what it has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from itertools import groupby

import msgspec

from extractors.model import Reading
from scraper.archive.people import appearances
from scraper.archive.records import Record, select_records
from scraper.archive.search import full_text
from scraper.archive.versions.edits import edits, state_of
from scraper.archive.versions.revisions import changes, wording_of
from scraper.archive.visits import next_seq, write_reading

Revisions = list[tuple[int, int | None]]
"""Revision and capture, oldest first; the newest revision's is the page the article was read from last."""

STATES = """
SELECT a.id, r.revision, iif(r.revision = a.revision, coalesce(a.capture, r.capture), r.capture)
FROM articles a JOIN revisions r ON r.article = a.id ORDER BY a.number, r.revision
"""

COMPARED = """
DELETE FROM syndication; DELETE FROM shared_texts; DELETE FROM sketch_keys; DELETE FROM sketches
"""


def histories(connection: sqlite3.Connection) -> Iterator[tuple[str, Revisions]]:
    """Every article with the pages of its revisions, in the order in which they were archived."""
    rows = connection.execute(STATES).fetchall()
    for article, revisions in groupby(rows, key=lambda row: row[0]):
        yield article, [(revision, capture) for _, revision, capture in revisions]


def derive(connection: sqlite3.Connection, article: str, readings: Mapping[int, Reading]) -> None:
    """The article written anew from the readings of its revisions. What reads otherwise than before takes a new seq."""
    (held,) = select_records(connection, "a.id = ?", (article,))
    states: dict[int, Record] = {}
    newest = held["revision"]
    for revision, record, title, body in connection.execute(
        "SELECT revision, record, title, body FROM revisions WHERE article = ? ORDER BY revision", (article,)
    ).fetchall():
        before = held if revision == newest else _state(held, record, title, body)
        read = readings.get(revision)
        states[revision] = before if read is None else {**before, **_as_record(read)}
        if revision != newest:
            _write_superseded(connection, article, revision, states[revision])
    if newest in readings:
        _write_newest(connection, held, readings[newest])
    for revision in sorted(states):
        if revision - 1 in states:
            _write_edits(connection, article, revision, states[revision - 1], states[revision])


def derive_the_rest(connection: sqlite3.Connection) -> None:
    """People and full text, which follow from the articles; and nothing is known of who copied whom."""
    appearances.fill(connection)
    full_text.rebuild(connection)
    for statement in COMPARED.split(";"):
        connection.execute(statement)


def _as_record(reading: Reading) -> Record:
    record: Record = msgspec.json.decode(msgspec.json.encode(reading.article))
    return record


def _state(held: Record, record: str | None, title: str | None, body: str | None) -> Record:
    """A superseded state as it was kept: whole, or by title and body alone in an archive of an earlier release."""
    if record is not None:
        state: Record = msgspec.json.decode(record)
        return state
    return {**held, "title": title, "body": body, "quotes": []}


def _write_superseded(connection: sqlite3.Connection, article: str, revision: int, state: Record) -> None:
    connection.execute(
        "UPDATE revisions SET title = ?, body = ?, record = ?, body_hash = ? WHERE article = ? AND revision = ?",
        (
            state["title"],
            state["body"],
            msgspec.json.encode(state).decode(),
            wording_of(state).sha256,
            article,
            revision,
        ),
    )


def _write_newest(connection: sqlite3.Connection, held: Record, reading: Reading) -> None:
    write_reading(connection, reading)
    article = reading.article.id
    connection.execute(
        "UPDATE revisions SET body_hash = ? WHERE article = ? AND revision = ?",
        (wording_of(_as_record(reading)).sha256, article, held["revision"]),
    )
    (now,) = select_records(connection, "a.id = ?", (article,))
    if now != held:
        connection.execute("UPDATE articles SET seq = ? WHERE id = ?", (next_seq(connection), article))


def _stamp(record: Record) -> str | None:
    updated: dict[str, str] | None = record["updated"]
    return updated["value"] if updated else None


def _write_edits(connection: sqlite3.Connection, article: str, revision: int, old: Record, new: Record) -> None:
    """What was done between two states, in the terms of today."""
    done = edits(state_of(old), state_of(new))
    told = {**changes(wording_of(old), wording_of(new)), "edits": msgspec.to_builtins(done)}
    silent = _stamp(old) == _stamp(new) and all(edit.kind != "correction" for edit in done)
    connection.execute(
        "UPDATE revisions SET changes = ?, silent = ? WHERE article = ? AND revision = ?",
        (msgspec.json.encode(told).decode(), silent, article, revision),
    )
