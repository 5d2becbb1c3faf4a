"""Kept pages as they are read again, and readings put in the place of others, or taken back.

A re-reading is a run of its own kind. It changes what the archive says of an article, never what the newsroom did: no
revision is written, status and capture stay. The reading that was there before is kept with its extraction, whole, so
that `revert` can put it back. Exports see each change as a new seq.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from extractors.model import Article, Claim, FeedEntry, Reading, Removal
from scraper.archive.captures import CaptureShelf, decode, encode
from scraper.archive.instants import instant, utc_text
from scraper.archive.people.appearances import withdraw
from scraper.archive.records import Extra, Record, row_of, select_records
from scraper.archive.versions.revisions import wording
from scraper.archive.visits import Visit, next_seq, update_article

REVERTED = "reading-taken-back"
"""The reason of the tombstone of an article that only a re-reading found."""

WHOLE: frozenset[Extra] = frozenset({"removed", "claims"})
"""The extras without which a record is no whole reading."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A kept page and what is known of it beside: all that its reading depends on. `article` is None for a page on
    which none was found. `entry` is None where the feed told nothing of it.
    """

    article: str | None
    capture: int
    url: str
    site: str
    final_url: str
    headers: tuple[tuple[str, str], ...]
    status: int
    fetched_at: datetime
    sha256: str
    zone: str | None
    blog_id: str | None
    entry: FeedEntry | None


KEPT = """
SELECT :article, c.id, c.url, c.site, c.final_url, c.headers, c.status, c.fetched_at, c.sha256, s.zone, s.blog_id,
    (SELECT entry FROM frontier WHERE url = c.url)
FROM captures c LEFT JOIN sites s ON s.name = c.site WHERE c.id = :capture
"""

PAGES = """
SELECT a.id, a.capture FROM articles a WHERE a.capture IS NOT NULL AND (:site IS NULL OR a.site = :site)
UNION ALL
SELECT NULL, max(c.id) FROM frontier f JOIN captures c ON c.url = f.url
WHERE (f.state = 'no-article' AND f.article IS NULL OR f.last_error = 'unknown-template')
    AND (:site IS NULL OR f.site = :site) GROUP BY f.url
ORDER BY 2
"""
"""The page of every article, and the newest of every address that showed none, or that is in quarantine."""


def pages(connection: sqlite3.Connection, site: str | None) -> list[tuple[str | None, int]]:
    """Article and capture of every page that can be read again, in the order in which they were kept."""
    return connection.execute(PAGES, {"site": site}).fetchall()


def kept(connection: sqlite3.Connection, shelf: CaptureShelf, article: str | None, capture: int) -> Kept:
    """A kept page with all its reading depends on. Raises DamagedCapture."""
    found = connection.execute(KEPT, {"article": article, "capture": capture}).fetchone()
    id_, number, url, site, final_url, headers, status, fetched_at, sha256, zone, blog_id, entry = found
    at = instant(fetched_at)
    assert at is not None, fetched_at  # written by utc_text
    beside = shelf.entry(number)
    if beside is None and entry is not None:
        beside = msgspec.json.decode(entry, type=FeedEntry)  # of an archive that kept no entry's text
    return Kept(
        article=id_,
        capture=number,
        url=url,
        site=site,
        final_url=final_url,
        headers=msgspec.json.decode(headers, type=tuple[tuple[str, str], ...]),
        status=status,
        fetched_at=at,
        sha256=sha256,
        zone=zone,
        blog_id=blog_id,
        entry=beside,
    )


def begin(connection: sqlite3.Connection, sites: Sequence[str], at: datetime) -> int:
    """The number of the run that reads again: of one that was broken off over the same sites, or of a new one."""
    told = msgspec.json.encode(sites).decode()
    broken_off = connection.execute(
        "SELECT id FROM runs WHERE kind = 'reextract' AND sites = ? AND ended_at IS NULL AND reverted_at IS NULL"
        " AND id = (SELECT max(id) FROM runs WHERE kind = 'reextract')",
        (told,),
    ).fetchone()
    if broken_off is not None:
        return int(broken_off[0])
    found = connection.execute(
        "INSERT INTO runs (sites, started_at, kind) VALUES (?, ?, 'reextract') RETURNING id", (told, utc_text(at))
    )
    return int(found.fetchone()[0])


def is_held(connection: sqlite3.Connection, reading: Reading) -> bool:
    """Whether the archive says the same of the article, claims and removals included; also where it holds none."""
    for held in records_of(connection, [reading.article.id]):
        return reading_of(held) == msgspec.structs.replace(reading, edges=None)
    return True


def replace(connection: sqlite3.Connection, run: int, reading: Reading, *, site: str, at: datetime) -> None:
    """The reading in the place of the one held, which is kept with its extraction."""
    article = reading.article.id
    (held,) = select_records(connection, "a.id = ?", (article,), with_=WHOLE)
    _keep_superseded(connection, article, held)
    _write(connection, run, reading, held, site=site, at=at)


def revert(connection: sqlite3.Connection, run: int, *, at: datetime) -> tuple[int, int]:
    """How many articles have their former reading again, and how many keep the newer one, because they were read anew
    since. An article that only the run found goes, and leaves a tombstone.
    """
    restored = passed = 0
    newest = "SELECT article, max(id) AS id FROM extractions GROUP BY article"
    rows = connection.execute(
        f"SELECT e.id, e.article, n.id FROM extractions e JOIN ({newest}) n USING (article) WHERE e.run = ?", (run,)
    ).fetchall()
    for extraction, article, last in rows:
        if last != extraction:
            passed += 1
            continue
        _take_back(connection, run, article, extraction, at=at)
        restored += 1
    connection.execute("UPDATE runs SET reverted_at = ? WHERE id = ?", (utc_text(at), run))
    return restored, passed


def last_applied(connection: sqlite3.Connection) -> int | None:
    """The number of the newest re-reading that stands; None where there is none."""
    found = connection.execute("SELECT max(id) FROM runs WHERE kind = 'reextract' AND reverted_at IS NULL").fetchone()
    return int(found[0]) if found[0] is not None else None


class Pass(NamedTuple):
    """A re-reading's run: when it began, and whether it came to its end and stands."""

    run: int
    started_at: str
    is_ended: bool
    is_reverted: bool


def newest(connection: sqlite3.Connection, *, standing: bool = False) -> Pass | None:
    """The newest re-reading, or the newest that was not taken back; None where there is none."""
    found = connection.execute(
        "SELECT id, started_at, ended_at IS NOT NULL, reverted_at IS NOT NULL FROM runs"
        " WHERE kind = 'reextract' AND (reverted_at IS NULL OR NOT ?) ORDER BY id DESC LIMIT 1",
        (standing,),
    ).fetchone()
    return None if found is None else Pass(found[0], found[1], bool(found[2]), bool(found[3]))


def reading_of(record: Record) -> Reading:
    """The reading that a record with its claims and removals was written from."""
    return Reading(
        article=msgspec.convert(record, Article, strict=False),
        claims=msgspec.convert(record["claims"], dict[str, tuple[Claim, ...]]),
        removals=msgspec.convert(record["removed"], tuple[Removal, ...]),
    )


def _keep_superseded(connection: sqlite3.Connection, article: str, held: Record) -> None:
    connection.execute(
        "UPDATE extractions SET superseded = ? WHERE id = (SELECT max(id) FROM extractions WHERE article = ?)",
        (encode(msgspec.json.encode(held)), article),
    )


def _write(
    connection: sqlite3.Connection, run: int, reading: Reading, held: Record, *, site: str, at: datetime
) -> None:
    """The reading's rows; what the archive alone decides (status, revision, capture) stays as it is."""
    id_ = reading.article.id
    (capture,) = connection.execute("SELECT capture FROM articles WHERE id = ?", (id_,)).fetchone()
    visit = Visit(run=run, url=reading.article.url, site=site, at=at, reading=reading)
    update_article(connection, visit, reading, held["revision"], capture)
    connection.execute("UPDATE articles SET status = ? WHERE id = ?", (held["status"], id_))
    connection.execute(
        "UPDATE revisions SET body_hash = ? WHERE article = ? AND revision = ?",
        (wording(row_of(reading.article)).sha256, id_, held["revision"]),
    )


def _take_back(connection: sqlite3.Connection, run: int, article: str, extraction: int, *, at: datetime) -> None:
    before = connection.execute(
        "SELECT id, run, superseded FROM extractions WHERE article = ? AND id < ? ORDER BY id DESC LIMIT 1",
        (article, extraction),
    ).fetchone()
    if before is None:
        _remove(connection, article, at)
        return
    former, former_run, superseded = before
    (held,) = select_records(connection, "a.id = ?", (article,))
    _write(connection, former_run, reading_of(msgspec.json.decode(decode(superseded))), held, site=held["site"], at=at)
    # the one that is back stands as it stood, without the row that was just written for it
    connection.execute("DELETE FROM extractions WHERE article = ? AND id >= ?", (article, extraction))
    connection.execute("UPDATE extractions SET superseded = NULL WHERE id = ?", (former,))


def _remove(connection: sqlite3.Connection, article: str, at: datetime) -> None:
    connection.execute(
        "INSERT INTO tombstones (seq, id, url, site, reason, at, sha256) SELECT ?, a.id, a.url, a.site, ?, ?, c.sha256"
        " FROM articles a LEFT JOIN captures c ON c.id = a.capture WHERE a.id = ?",
        (next_seq(connection), REVERTED, utc_text(at), article),
    )
    connection.execute("UPDATE frontier SET state = 'no-article', article = NULL WHERE article = ?", (article,))
    withdraw(connection, [article])
    connection.execute("DELETE FROM articles WHERE id = ?", (article,))


def records_of(connection: sqlite3.Connection, articles: Iterable[str]) -> Iterator[Record]:
    """The whole records of those articles."""
    asked = msgspec.json.encode(list(articles)).decode()
    return select_records(connection, "a.id IN (SELECT value FROM json_each(?))", (asked,), with_=WHOLE)
