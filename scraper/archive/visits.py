"""The one transaction: everything a visit to an address brought, settled together or not at all.

Capture, article with all that hangs on it, revision, extraction, observation, outcome and the frontier's state are one
commit. The archive alone decides whether an article is new, changed or unchanged.

An article belongs to the site whose visit brought it, and no other crawled site's visit touches it; one of a site that
is crawled no longer goes to the site that brings it again. It stands at one address: a second that shows it too (an old
permalink that redirects, a double entry of the feed) changes nothing in it.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from extractors.model import Reading
from scraper.archive.captures import Capture, CaptureShelf
from scraper.archive.instants import stamp, utc_text
from scraper.archive.records import ARTICLE_COLUMNS, ArticleRow, row_of, select_records, write_lists
from scraper.archive.revisions import changes, wording
from scraper.outcomes import Outcome, Verdict

STATES: dict[Verdict, str] = {
    "new": "settled",
    "changed": "settled",
    "unchanged": "settled",
    "not-modified": "settled",
    "no-article": "no-article",
    "gone": "gone",
    "refused": "refused",
    "failed": "failed",
}
"""How the frontier holds an address after each verdict, but for a refusal that may pass: that one counts as failed."""

LASTING = frozenset({"robots", "scheme", "port"})
"""Reasons of a refusal that the next run would meet again."""

FOREIGN = "foreign-identity"
"""The reason why a reading is not kept."""

MISSING = frozenset({"http-404", "http-410"})
"""Reasons that put a held article under suspicion."""

OBSERVED = MISSING | {"error-page", "gated"}
"""Reasons that are kept as an observation, beside the outcome of the run."""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What one visit to one address brought. With no `reading`, `verdict` says how it ended.

    `entry_updated` is the feed's stamp that made the address due; None means the one the frontier holds. `etag` and
    `last_modified` are the answer's, for the next conditional request. `at` is aware.
    """

    run: int
    url: str
    site: str
    at: datetime
    capture: Capture | None = None
    reading: Reading | None = None
    verdict: Verdict | None = None
    reason: str = "ok"
    status: int | None = None
    detail: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    entry_updated: str | None = None

    def __post_init__(self) -> None:
        if (self.reading is None) == (self.verdict is None):
            raise ValueError(f"a visit has either a reading or a verdict, not both or none: {self.url}")


class _Held(msgspec.Struct, frozen=True):
    """The article row a visit finds in the archive. `is_crawled`: its site is one the archive still crawls."""

    status: str
    revision: int
    is_crawled: bool
    row: ArticleRow


class _Settled(msgspec.Struct, frozen=True):
    """What became of a visit: how it ended, and the article that stands at its address."""

    verdict: Verdict
    reason: str
    detail: str | None = None
    article: str | None = None
    title: str | None = None


def settle(connection: sqlite3.Connection, shelf: CaptureShelf, visit: Visit) -> Outcome:
    """The outcome of a visit, after writing all of it. The caller has begun the transaction, and ends it."""
    capture = _keep_capture(shelf, visit)
    if visit.reading is not None:
        settled = _settle_reading(connection, visit, _as_of(visit.site, visit.reading), capture)
    else:
        settled = _settle_verdict(connection, visit)
    outcome = Outcome(
        url=visit.url,
        verdict=settled.verdict,
        reason=settled.reason,
        status=_status(visit),
        at=visit.at,
        site=visit.site,
        title=settled.title,
        detail=settled.detail,
    )
    _write_outcome(connection, visit.run, outcome)
    _write_frontier(connection, visit, outcome, settled.article)
    return outcome


def _as_of(site: str, reading: Reading) -> Reading:
    """The reading as the site's own, also where the blog answers under the host of an earlier name."""
    if reading.article.site == site:
        return reading
    return msgspec.structs.replace(reading, article=msgspec.structs.replace(reading.article, site=site))


def _status(visit: Visit) -> int | None:
    if visit.status is None and visit.capture is not None:
        return visit.capture.status
    return visit.status


def next_seq(connection: sqlite3.Connection) -> int:
    """The next export sequence number. What takes the highest is never deleted without a tombstone that is higher."""
    return int(
        connection.execute(
            "SELECT 1 + max(coalesce((SELECT max(seq) FROM articles), 0),"
            " coalesce((SELECT max(seq) FROM tombstones), 0))"
        ).fetchone()[0]
    )


def _keep_capture(shelf: CaptureShelf, visit: Visit) -> int | None:
    if visit.capture is None or not visit.capture.body:
        return None
    theme = visit.reading.article.theme if visit.reading else None
    return shelf.keep(visit.capture, url=visit.url, site=visit.site, theme=theme)


def _settle_reading(connection: sqlite3.Connection, visit: Visit, reading: Reading, capture: int | None) -> _Settled:
    id_, title = reading.article.id, reading.article.title
    held = _held(connection, id_)
    if held is None:
        _write_article(connection, visit, reading, capture)
        return _Settled("new", visit.reason, article=id_, title=title)
    if held.row.site != visit.site and held.is_crawled:
        told = f"The page calls itself {id_}, an article of {held.row.site} in this archive; that one was left alone."
        return _Settled("failed", FOREIGN, told, title=title)
    if _stands_elsewhere(connection, visit, reading, held):
        return _Settled("unchanged", visit.reason, f"the article stands at {held.row.url}", id_, title)
    verdict, detail = _compare(connection, visit, reading, held, capture)
    return _Settled(verdict, visit.reason, detail, id_, title)


def _compare(
    connection: sqlite3.Connection, visit: Visit, reading: Reading, held: _Held, capture: int | None
) -> tuple[Verdict, str | None]:
    """The verdict on an article that is held, and for one whose text is the same the names of what else differs."""
    row = row_of(reading.article)
    before, after = wording(held.row), wording(row)
    if not before.same(after):
        revision = held.revision + 1
        _keep_superseded(connection, held)
        _write_revision(connection, visit, row, revision, capture, told=changes(before, after))
        _update_article(connection, visit, reading, revision, capture)
        return "changed", None
    differing = _differing(connection, reading)
    if differing:
        _update_article(connection, visit, reading, held.revision, capture)
        return "unchanged", f"the text is the same; differing: {', '.join(differing)}"
    if held.status != "live":
        _set_status(connection, row.id, "live", visit.at)
    return "unchanged", None


STANDS_ELSEWHERE = """
SELECT 1 FROM frontier home LEFT JOIN frontier here ON here.url = :here
WHERE home.url = :home AND home.site = :site AND home.article = :article
    AND home.state NOT IN ('gone', 'no-article', 'refused') AND (:read_at = home.url OR home.rowid > here.rowid)
"""
"""An article's home is the address that entered the frontier last of those that show it: a changed permalink, and of
several in one page of a feed the one it names first. One that shows nothing is a home no longer, nor one that shows
another article by now.
"""


def _stands_elsewhere(connection: sqlite3.Connection, visit: Visit, reading: Reading, held: _Held) -> bool:
    """Whether the article has its home at another address than the one that was visited."""
    if visit.url == held.row.url:
        return False
    asked = {
        "here": visit.url,
        "home": held.row.url,
        "site": visit.site,
        "article": held.row.id,
        "read_at": reading.article.url,
    }
    return connection.execute(STANDS_ELSEWHERE, asked).fetchone() is not None


def _settle_verdict(connection: sqlite3.Connection, visit: Visit) -> _Settled:
    """How a visit ended that brought no article, after noting what that tells of the one held at the address."""
    assert visit.verdict is not None
    article, title = _article_at(connection, visit.url, visit.site)
    _observe(connection, visit, article)
    return _Settled(visit.verdict, visit.reason, visit.detail, article, title)


def _held(connection: sqlite3.Connection, article: str) -> _Held | None:
    found = connection.execute(
        "SELECT status, revision, EXISTS (SELECT 1 FROM sites WHERE name = site AND removed_at IS NULL),"
        f" {', '.join(ARTICLE_COLUMNS)} FROM articles WHERE id = ?",
        (article,),
    ).fetchone()
    return _Held(found[0], found[1], bool(found[2]), ArticleRow(*found[3:])) if found else None


def _differing(connection: sqlite3.Connection, reading: Reading) -> list[str]:
    """The keys of the record in which the article read differs from the one held."""
    (held,) = select_records(connection, "a.id = ?", (reading.article.id,))
    read: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(reading.article))
    return [key for key, value in read.items() if held[key] != value and key != "schema"]


def _write_article(connection: sqlite3.Connection, visit: Visit, reading: Reading, capture: int | None) -> None:
    """An article that was not held, with all that hangs on it and its first revision."""
    row, at = row_of(reading.article), utc_text(visit.at)
    own = ("seq", "status", "revision", "capture", "first_seen_at", "changed_at")
    columns = (*ARTICLE_COLUMNS, *own)
    connection.execute(
        f"INSERT INTO articles ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        (*msgspec.structs.astuple(row), next_seq(connection), "live", 1, capture, at, at),
    )
    _write_revision(connection, visit, row, 1, capture)
    write_lists(connection, reading, instead=False)
    _write_extraction(connection, visit, reading, 1, capture)


def _update_article(
    connection: sqlite3.Connection, visit: Visit, reading: Reading, revision: int, capture: int | None
) -> None:
    """The article as it reads now, with all that hangs on it."""
    row = row_of(reading.article)
    assignments = ", ".join(f"{column} = ?" for column in ARTICLE_COLUMNS)
    connection.execute(
        f"UPDATE articles SET {assignments}, seq = ?, status = 'live', revision = ?, capture = coalesce(?, capture),"
        " changed_at = ? WHERE id = ?",
        (*msgspec.structs.astuple(row), next_seq(connection), revision, capture, utc_text(visit.at), row.id),
    )
    write_lists(connection, reading, instead=True)
    _write_extraction(connection, visit, reading, revision, capture)


def _set_status(connection: sqlite3.Connection, article: str, status: str, at: datetime) -> None:
    connection.execute(
        "UPDATE articles SET status = ?, seq = ?, changed_at = ? WHERE id = ?",
        (status, next_seq(connection), utc_text(at), article),
    )


def _write_extraction(
    connection: sqlite3.Connection, visit: Visit, reading: Reading, revision: int, capture: int | None
) -> None:
    article = reading.article
    connection.execute(
        "INSERT INTO extractions (article, revision, capture, extractor, run, made_at) VALUES (?, ?, ?, ?, ?, ?)",
        (article.id, revision, capture, article.extractor, visit.run, utc_text(visit.at)),
    )


def _keep_superseded(connection: sqlite3.Connection, held: _Held) -> None:
    """The old title and body move to the revision they belong to; the current ones stand in the article alone."""
    connection.execute(
        "UPDATE revisions SET title = ?, body = ? WHERE article = ? AND revision = ?",
        (held.row.title, held.row.body, held.row.id, held.revision),
    )


def _write_revision(
    connection: sqlite3.Connection,
    visit: Visit,
    row: ArticleRow,
    revision: int,
    capture: int | None,
    *,
    told: dict[str, object] | None = None,
) -> None:
    connection.execute(
        "INSERT INTO revisions (article, revision, seen_at, updated_at, changes, body_hash, capture)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            row.id,
            revision,
            utc_text(visit.at),
            row.updated_at,
            msgspec.json.encode(told).decode() if told is not None else None,
            wording(row).sha256,
            capture,
        ),
    )


def _article_at(connection: sqlite3.Connection, url: str, site: str) -> tuple[str | None, str | None]:
    """Id and title of the site's article whose address this is today, else Nones."""
    found = connection.execute(
        "SELECT id, title FROM articles WHERE url = ? AND site = ? ORDER BY seq DESC LIMIT 1", (url, site)
    ).fetchone()
    return (found[0], found[1]) if found else (None, None)


def _observe(connection: sqlite3.Connection, visit: Visit, article: str | None) -> None:
    """What a visit without a reading tells of the address, and of the article held there."""
    kind = visit.verdict if visit.verdict == "not-modified" else visit.reason
    if kind != "not-modified" and kind not in OBSERVED:
        return
    connection.execute(
        "INSERT INTO observations (run, url, site, article, kind, at) VALUES (?, ?, ?, ?, ?, ?)",
        (visit.run, visit.url, visit.site, article, kind, utc_text(visit.at)),
    )
    if article is None:
        return
    (status,) = connection.execute("SELECT status FROM articles WHERE id = ?", (article,)).fetchone()
    if kind in MISSING and status == "live":
        _set_status(connection, article, "suspect", visit.at)
    if kind == "not-modified" and status != "live":
        _set_status(connection, article, "live", visit.at)


def _write_outcome(connection: sqlite3.Connection, run: int, outcome: Outcome) -> None:
    connection.execute(
        "INSERT INTO outcomes (run, url, site, outcome, reason, status, at, title, detail)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run,
            outcome.url,
            outcome.site,
            outcome.verdict,
            outcome.reason,
            outcome.status,
            utc_text(outcome.at),
            outcome.title,
            outcome.detail,
        ),
    )


FRONTIER_AFTER = """
INSERT INTO frontier (url, site, state, due_at, attempts, last_error, stamp, settled_stamp, etag, last_modified,
    article, discovered_at, seen_at, run)
VALUES (:url, :site, :state, :due_at, :failed, :error, :stamp, iif(:failed, NULL, :stamp), :etag, :last_modified,
    :article, :at, :seen_at, :run)
ON CONFLICT (url) DO UPDATE SET
    site = excluded.site,
    state = excluded.state,
    due_at = excluded.due_at,
    attempts = iif(:failed, attempts + 1, 0),
    last_error = excluded.last_error,
    settled_stamp = iif(:failed, settled_stamp, coalesce(:stamp, stamp)),
    etag = iif(:answered, excluded.etag, etag),
    last_modified = iif(:answered, excluded.last_modified, last_modified),
    article = coalesce(excluded.article, article),
    seen_at = coalesce(excluded.seen_at, seen_at),
    run = excluded.run
"""


def _state(outcome: Outcome) -> str:
    if outcome.verdict == "refused" and outcome.reason not in LASTING:
        return "failed"
    return STATES[outcome.verdict]


def _write_frontier(connection: sqlite3.Connection, visit: Visit, outcome: Outcome, article: str | None) -> None:
    """The address's state after the visit. A failure leaves stamp and validators as the last good answer set them."""
    state, at = _state(outcome), utc_text(visit.at)
    failed = state == "failed"
    connection.execute(
        FRONTIER_AFTER,
        {
            "url": visit.url,
            "site": visit.site,
            "state": state,
            "due_at": at if failed else None,
            "failed": failed,
            "error": None if state == "settled" else outcome.reason,
            "stamp": stamp(visit.entry_updated),
            "answered": outcome.verdict in {"new", "changed", "unchanged", "no-article"},
            "etag": visit.etag,
            "last_modified": visit.last_modified,
            "article": article,
            "at": at,
            "seen_at": at if state == "settled" else None,
            "run": visit.run,
        },
    )
