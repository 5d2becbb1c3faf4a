"""Whether an archive is sound: SQLite's own checks, the hash of every kept page, every word of the full-text indexes,
and the laws its records obey.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scraper.archive.captures import DamagedCapture, decode
from scraper.archive.records import Record
from scraper.archive.search import full_text
from scraper.archive.store import Archive
from scraper.archive.versions.revisions import wording_of

INDEXES = ("articles_fts", "quotes_fts")

HISTORY = {
    "The export number of article {} is that of a tombstone too.": """
        SELECT id FROM articles WHERE seq IN (SELECT seq FROM tombstones)
    """,
    "The article {} is held under an export number before its own tombstone's.": """
        SELECT a.id FROM articles a WHERE a.seq < (SELECT max(t.seq) FROM tombstones t WHERE t.id = a.id)
    """,
    "The article {} was redacted, and is held.": "SELECT id FROM articles WHERE id IN (SELECT id FROM redactions)",
    "A page of the redacted address {} is held.": """
        SELECT DISTINCT url FROM captures WHERE url IN (SELECT url FROM redacted_urls)
    """,
    "The revisions of article {} are not numbered from 1 to its own.": """
        SELECT a.id FROM articles a JOIN revisions r ON r.article = a.id GROUP BY a.id
        HAVING min(r.revision) != 1 OR max(r.revision) != a.revision OR count(*) != a.revision
    """,
    "The article {} has no revision.": "SELECT id FROM articles WHERE id NOT IN (SELECT article FROM revisions)",
}
"""What no archive has whose history is whole: the sentence that tells of it, and the question that finds it."""

PEOPLE = {
    "The quote {} is not of the person its speaker is.": """
        SELECT q.article || ', number ' || q.seq FROM quotes q
        LEFT JOIN appearances a ON a.article = q.article AND a.speaker = q.speaker AND q.speaker IS NOT q.role
        WHERE q.person IS NOT a.person
    """,
    "The speaker {} is somebody though not public, or nobody though public.": """
        SELECT speaker || ' of ' || article FROM appearances WHERE (person IS NULL) != (private IS NOT NULL)
    """,
    "The speaker {} speaks nowhere.": """
        SELECT a.speaker || ' of ' || a.article FROM appearances a
        WHERE NOT EXISTS (SELECT 1 FROM quotes q WHERE q.article = a.article AND q.speaker = a.speaker)
    """,
    "The names of the person {} are not those of its appearances.": """
        SELECT id FROM people p WHERE name NOT IN (SELECT name FROM person_names WHERE person = p.id)
        OR (SELECT coalesce(sum(count), 0) FROM person_names WHERE person = p.id)
            IS NOT (SELECT count(*) FROM appearances WHERE person = p.id)
    """,
    "The roles or days of the person {} are not those of its appearances.": """
        SELECT id FROM people p WHERE (SELECT coalesce(sum(count), 0) FROM person_roles WHERE person = p.id)
            IS NOT (SELECT count(role) FROM appearances WHERE person = p.id)
        OR (first_seen, last_seen) IS NOT (SELECT min(day), max(day) FROM appearances WHERE person = p.id)
    """,
}
"""What no sound archive has: the sentence that tells of it, and the question that finds it."""


def problems(archive: Archive) -> Iterator[str]:
    """What is wrong, a sentence each, naming the place; nothing for a sound archive. Reads every capture, all of one
    moment: a crawl may go on.
    """
    with archive.snapshot():
        yield from _of_the_file(archive)
        yield from _of_words(archive)
        yield from _of_pages(archive)
        yield from _of_records(archive)
        yield from _of_revisions(archive)
        yield from _of_rows(archive)


def _of_the_file(archive: Archive) -> Iterator[str]:
    execute = archive.db.conn.execute
    for (told,) in execute("PRAGMA integrity_check"):
        if told != "ok":
            yield f"SQLite: {told}"
    for table, row, parent, _ in execute("PRAGMA foreign_key_check"):
        yield f"Row {row} of {table} points to a row of {parent} that is not there."
    yield from full_text_counts(archive)


def full_text_counts(archive: Archive) -> Iterator[str]:
    """The full-text indexes that do not cover as many rows as there are."""
    for index in INDEXES:
        source = index.removesuffix("_fts")
        (indexed,), (rows,) = (
            archive.db.conn.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
            for name in (f"{index}_docsize", source)
        )
        if indexed != rows:
            yield f"The full-text index {index} covers {indexed} rows, {source} has {rows}."


def _of_words(archive: Archive) -> Iterator[str]:
    """Rows that are not indexed by their words; an index that covers another number of rows is told already."""
    connection = archive.db.conn
    for index in (full_text.ARTICLES, full_text.QUOTES):
        for row in full_text.wrong_rows(connection, index):
            yield f"The full-text index {index.name} does not hold the words of row {row} of {index.source}."


def _of_pages(archive: Archive) -> Iterator[str]:
    """Kept bodies that cannot be had back, and former readings that cannot."""
    connection = archive.db.conn
    for sha256, size in connection.execute("SELECT sha256, size FROM blobs ORDER BY rowid").fetchall():
        try:
            if len(archive.raw(sha256)) != size:
                yield f"The kept page {sha256} is not of {size} bytes, as is noted."
        except DamagedCapture as damage:
            yield str(damage)
    for id_, superseded in connection.execute("SELECT id, superseded FROM extractions WHERE superseded IS NOT NULL"):
        try:
            decode(superseded)
        except DamagedCapture:
            yield f"The former reading kept with extraction {id_} cannot be decompressed."


def _of_records(archive: Archive) -> Iterator[str]:
    """The laws of the record: quotes and dates stand where it says; dateline and end mark put back give the text that
    the newest revision is known by.
    """
    hashes = dict(
        archive.db.conn.execute(
            "SELECT r.article, r.body_hash FROM revisions r JOIN articles a ON a.id = r.article"
            " AND a.revision = r.revision"
        )
    )
    for record in archive.records():
        place = f"Article {record['id']}"
        yield from (f"{place}: {broken}" for broken in _broken_laws(record))
        if hashes.get(record["id"], "") != wording_of(record).sha256:
            yield f"{place}: with dateline and end mark put back it is not the text its revision is known by."


def _broken_laws(record: Record) -> Iterator[str]:
    body = record["body"]
    for quote in record["quotes"]:
        if body[quote["start"] : quote["end"]] != quote["text"]:
            yield f"the quote at {quote['start']} is not what stands there."
    for date in record["event_dates"]:
        if body[date["start"] : date["end"]] != date["raw"]:
            yield f"the date at {date['start']} is not what stands there."
    ends = [record["dateline"]["at"] if record["dateline"] else 0, record["end_mark_at"] or 0]
    if not all(0 <= at <= len(body) for at in ends):
        yield "its dateline or end mark stands outside the body."


def _of_revisions(archive: Archive) -> Iterator[str]:
    """The same laws of the states that were kept whole."""
    for article, revision, kept, known in archive.db.conn.execute(
        "SELECT article, revision, record, body_hash FROM revisions WHERE record IS NOT NULL"
    ):
        record: Record = msgspec.json.decode(kept)
        place = f"Article {article}, revision {revision}"
        yield from (f"{place}: {broken}" for broken in _broken_laws(record))
        if wording_of(record).sha256 != known:
            yield f"{place}: with dateline and end mark put back it is not the text it is known by."


def _of_rows(archive: Archive) -> Iterator[str]:
    """The laws of export numbers, revisions and redactions; and of people: each has names, and its quotes, names, roles
    and days are those of its appearances.
    """
    for sentence, question in {**HISTORY, **PEOPLE}.items():
        for (place,) in archive.db.conn.execute(question):
            yield sentence.format(place)
