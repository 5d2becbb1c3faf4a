"""Taking one article out of the archive for good: every version, every capture, every index; a stub tells that it was.

The stub keeps id, address, time, reason and the hashes of the pages that went, so that holders of an export know what
to delete and the crawl never fetches it again. Pages that were compressed with one that went are encoded anew. The file
is rewritten at the end: nothing of the text is left in free pages, in the full-text index or in the log.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from scraper.archive.captures import CaptureShelf
from scraper.archive.connection import troubles_told
from scraper.archive.instants import utc_text
from scraper.archive.people.appearances import withdraw
from scraper.archive.people.register import forget_names
from scraper.archive.removal.stubs import absence
from scraper.archive.search import full_text
from scraper.archive.store import Archive
from scraper.archive.upkeep.deliveries import Delivery, deliveries_since
from scraper.archive.visits import next_seq
from scraper.errors import ArchiveLocked, NothingDone

STEPS = (
    """
    UPDATE frontier SET state = 'refused', last_error = 'redacted', due_at = NULL, entry = NULL, etag = NULL,
        last_modified = NULL, article = NULL
    WHERE url IN (SELECT url FROM redacted_urls WHERE id = :id)
    """,
    "UPDATE outcomes SET title = NULL, detail = NULL WHERE url IN (SELECT url FROM redacted_urls WHERE id = :id)",
    "DELETE FROM articles WHERE id = :id",
    "DELETE FROM captures WHERE sha256 IN (SELECT value FROM json_each(:sha256s))",
    "DELETE FROM reference_pages WHERE sha256 IN (SELECT value FROM json_each(:sha256s))",
    "DELETE FROM blobs WHERE sha256 IN (SELECT value FROM json_each(:sha256s))",
    "DELETE FROM labels WHERE name NOT IN (SELECT label FROM article_labels)",
)

URLS = """
SELECT url FROM articles WHERE id = :id UNION SELECT url FROM frontier WHERE article = :id
UNION SELECT c.url FROM extractions e JOIN captures c ON c.id = e.capture WHERE e.article = :id
UNION SELECT c.url FROM revisions r JOIN captures c ON c.id = r.capture WHERE r.article = :id
"""

PAGES = """
WITH gone AS (
    SELECT sha256, entry FROM captures
    WHERE url IN (SELECT value FROM json_each(:urls)) OR final_url IN (SELECT value FROM json_each(:urls)))
SELECT sha256 FROM gone UNION SELECT entry FROM gone WHERE entry IS NOT NULL ORDER BY 1
"""


class Redaction(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of the article, and what could not be reached: `deliveries` that may hold it, and the number of
    `mentions`, other pages of the archive in which its headline stands.
    """

    id: str
    url: str
    urls: tuple[str, ...]
    sha256s: tuple[str, ...]
    reason: str
    at: str
    deliveries: tuple[Delivery, ...]
    mentions: int


def redact(archive: Archive, url_or_id: str, *, reason: str, at: datetime) -> Redaction:
    """The article is taken out, and the file rewritten: on a large archive this takes minutes and as much free disk
    as the file is large. Hold `archive.writing()`. Raises NothingDone for an article that is not held.
    """
    record = archive.record(url_or_id)
    if record is None:
        raise NothingDone(absence(archive, url_or_id))
    connection, first_seen = archive.db.conn, _first_seen(archive, record["id"])
    with troubles_told(archive.path):
        connection.execute("PRAGMA secure_delete = ON")
        with archive.transaction():
            urls, sha256s = _take_out(connection, record, reason=reason, at=at)
        scrub(archive)
        deliveries = deliveries_since(connection, first_seen)
        mentions = _mentions(archive, record["title"])
    return Redaction(
        id=record["id"],
        url=record["url"],
        urls=urls,
        sha256s=sha256s,
        reason=reason,
        at=utc_text(at),
        deliveries=deliveries,
        mentions=mentions,
    )


def _first_seen(archive: Archive, article: str) -> str:
    found = archive.db.conn.execute("SELECT first_seen_at FROM articles WHERE id = ?", (article,)).fetchone()
    return str(found[0])


def _take_out(
    connection: sqlite3.Connection, record: dict[str, object], *, reason: str, at: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The article's addresses and the hashes of its pages, once the stub stands in its place."""
    id_, url, site = record["id"], record["url"], record["site"]
    urls = tuple(url for (url,) in connection.execute(URLS, {"id": id_}))
    addresses = msgspec.json.encode(urls).decode()
    sha256s = tuple(sha256 for (sha256,) in connection.execute(PAGES, {"urls": addresses}))
    hashes = msgspec.json.encode(sha256s).decode()
    capture = record["capture"]
    newest = capture["sha256"] if isinstance(capture, dict) else None
    connection.execute("PRAGMA defer_foreign_keys = ON")
    _free_dependents(connection, sha256s)
    connection.execute(
        "INSERT INTO redactions (id, url, site, urls, sha256s, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (id_, url, site, addresses, hashes, reason, utc_text(at)),
    )
    connection.execute(
        "INSERT INTO tombstones (seq, id, url, site, reason, at, sha256) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (next_seq(connection), id_, url, site, f"redacted: {reason}", utc_text(at), newest),
    )
    spoken = {name for (name,) in connection.execute("SELECT name FROM appearances WHERE article = ?", (id_,))}
    withdraw(connection, [str(id_)])
    for step in STEPS:
        connection.execute(step, {"id": id_, "sha256s": hashes})
    forget_names(connection, spoken, at=at)
    return urls, sha256s


def _free_dependents(connection: sqlite3.Connection, sha256s: tuple[str, ...]) -> None:
    """Pages that were compressed with one that goes no longer need it: the first of them takes its place."""
    shelf, going = CaptureShelf(connection), set(sha256s)
    for sha256 in sha256s:
        rows = connection.execute("SELECT sha256 FROM blobs WHERE dictionary = ? ORDER BY sha256", (sha256,)).fetchall()
        shelf.change_reference(sha256, [dependent for (dependent,) in rows if dependent not in going])


def scrub(archive: Archive) -> None:
    """The file rewritten: no byte of what was deleted stays in an index's old segments, in free pages or in the log.

    Raises ArchiveLocked where a reader keeps the log from being cut.
    """
    execute = archive.db.conn.execute
    with troubles_told(archive.path):
        full_text.rebuild(archive.db.conn)
        execute("VACUUM")
        (busy, _, _) = execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise ArchiveLocked(
            f"The article is taken out, but another process reads {archive.path}, so that old pages stay in its log;"
            " end that process and run 'kliping redact --scrub'."
        )


def _mentions(archive: Archive, title: str) -> int:
    """How many pages that stay show the headline, in a list of related posts or the like."""
    wanted = title.encode()
    hashes = archive.db.conn.execute("SELECT DISTINCT sha256 FROM captures").fetchall()
    return sum(wanted in archive.raw(sha256) for (sha256,) in hashes)
