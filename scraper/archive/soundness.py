"""Whether an archive is sound: SQLite's own checks, every capture's hash, and the laws its records obey."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.archive.captures import DamagedCapture
from scraper.archive.connection import troubles_told
from scraper.archive.store import Archive

INDEXES = ("articles_fts", "quotes_fts")

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
    """What is wrong, a sentence each, naming the place; nothing for a sound archive. Reads every capture."""
    with troubles_told(archive.path):
        yield from _of_the_file(archive)
        yield from _of_captures(archive)
        yield from _of_records(archive)
        yield from _of_people(archive)


def _of_the_file(archive: Archive) -> Iterator[str]:
    execute = archive.db.conn.execute
    for (told,) in execute("PRAGMA integrity_check"):
        if told != "ok":
            yield f"SQLite: {told}"
    for table, row, parent, _ in execute("PRAGMA foreign_key_check"):
        yield f"Row {row} of {table} points to a row of {parent} that is not there."
    for index in INDEXES:
        source = index.removesuffix("_fts")
        (indexed,), (rows,) = (
            execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
            for name in (f"{index}_docsize", source)
        )
        if indexed != rows:
            yield f"The full-text index {index} covers {indexed} rows, {source} has {rows}."


def _of_captures(archive: Archive) -> Iterator[str]:
    for (sha256,) in archive.db.conn.execute(
        "SELECT sha256 FROM captures UNION SELECT entry FROM captures WHERE entry IS NOT NULL ORDER BY 1"
    ).fetchall():
        try:
            archive.raw(sha256)
        except DamagedCapture as damage:
            yield str(damage)


def _of_records(archive: Archive) -> Iterator[str]:
    """The laws of offsets: a quote and a date stand in the body where the record says."""
    for record in archive.records():
        body, place = record["body"], record["id"]
        for quote in record["quotes"]:
            if body[quote["start"] : quote["end"]] != quote["text"]:
                yield f"Article {place}: the quote at {quote['start']} is not what stands there."
        for date in record["event_dates"]:
            if body[date["start"] : date["end"]] != date["raw"]:
                yield f"Article {place}: the date at {date['start']} is not what stands there."
        ends = [record["dateline"]["at"] if record["dateline"] else 0, record["end_mark_at"] or 0]
        if not all(0 <= at <= len(body) for at in ends):
            yield f"Article {place}: its dateline or end mark stands outside the body."


def _of_people(archive: Archive) -> Iterator[str]:
    """The laws of people: each has names, and its quotes, names, roles and days are those of its appearances."""
    for sentence, question in PEOPLE.items():
        for (place,) in archive.db.conn.execute(question):
            yield sentence.format(place)
