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
from datetime import datetime, timedelta

import msgspec

from extractors.model import FeedEntry, Reading
from extractors.skeleton import Skeleton
from scraper.archive.addresses import frontier, states
from scraper.archive.captures import Capture, CaptureShelf
from scraper.archive.instants import utc_text
from scraper.archive.people import appearances
from scraper.archive.people.speakers import telling_of
from scraper.archive.records import ARTICLE_COLUMNS, ArticleRow, Record, row_of, select_records, write_lists
from scraper.archive.removal.stubs import forgotten
from scraper.archive.sites import optouts, templates
from scraper.archive.versions.edits import edits, state_of
from scraper.archive.versions.revisions import changes, wording
from scraper.outcomes import Outcome, Verdict

FOREIGN = "foreign-identity"
"""The reason why a reading is not kept."""

MOVED = "moved"
"""The reason of a visit that found a held post at another address than before."""

OVERLAY = "content-warning"
"""The observation of a page that shows its whole post under a warning."""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What one visit to one address brought. With no `reading`, `verdict` says how it ended.

    `entry` is the feed's that stood beside the page; `entry_updated` the feed's stamp that made the address due, where
    None means the one the frontier holds. `etag` and
    `last_modified` are the answer's, for the next conditional request. `opt_outs` are what the page says
    against being kept; `has_overlay`: a content warning lies over its post. `skeleton` is the page's, None where its
    template plays no part. `at` is aware.
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
    entry: FeedEntry | None = None
    entry_updated: str | None = None
    opt_outs: tuple[str, ...] = ()
    has_overlay: bool = False
    skeleton: Skeleton | None = None

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


class Suspicion(msgspec.Struct, frozen=True):
    """When a held post counts as gone: after two checks that far apart, where the site's newest whole listing lacks
    it, as `is_absent` says of an article's id.
    """

    gone_after: timedelta
    is_absent: states.IsAbsent


def settle(connection: sqlite3.Connection, shelf: CaptureShelf, visit: Visit, suspicion: Suspicion) -> Outcome:
    """The outcome of a visit, after writing all of it. The caller has begun the transaction, and ends it."""
    if visit.reading is not None and forgotten(connection, url=visit.url, article=visit.reading.article.id):
        visit = msgspec.structs.replace(visit, reading=None, capture=None, verdict="refused", reason="redacted")
    template, visit = _judged(connection, shelf, visit)
    capture = _keep_capture(shelf, visit)
    if capture is not None and template is not None:
        templates.mark(connection, capture, template)
    if visit.reading is not None:
        reading = as_of_site(visit.site, visit.reading)
        settled = _settle_reading(connection, visit, reading, capture)
        _supersede(connection, visit, reading)
    else:
        settled = _settle_verdict(connection, visit, suspicion)
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
    frontier.visited(connection, visit, outcome, settled.article)
    return outcome


def _judged(connection: sqlite3.Connection, shelf: CaptureShelf, visit: Visit) -> tuple[int | None, Visit]:
    """The template of the page, and the visit; one whose page came on a template not known here has failed."""
    if visit.reading is None and visit.reason not in templates.UNREADABLE:
        return None, visit
    ruling = templates.judge(connection, shelf, visit.site, visit.skeleton, visit.reading, at=visit.at)
    if ruling.is_trusted:
        return ruling.template, visit
    told = "The template of the page is new to its site, and nothing bears out what was read; its bytes are kept."
    failed = msgspec.structs.replace(visit, reading=None, verdict="failed", reason=templates.UNKNOWN, detail=told)
    return ruling.template, failed


def as_of_site(site: str, reading: Reading) -> Reading:
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
    return shelf.keep(visit.capture, url=visit.url, site=visit.site, theme=theme, entry=visit.entry)


def _settle_reading(connection: sqlite3.Connection, visit: Visit, reading: Reading, capture: int | None) -> _Settled:
    id_, title = reading.article.id, reading.article.title
    held = _held(connection, id_)
    if held is None:
        _write_article(connection, visit, reading, capture)
        optouts.keep_page(connection, id_, visit.opt_outs, visit.at)
        _observe_overlay(connection, visit, id_)
        return _Settled("new", visit.reason, article=id_, title=title)
    if held.row.site != visit.site and held.is_crawled:
        told = f"The page calls itself {id_}, an article of {held.row.site} in this archive; that one was left alone."
        return _Settled("failed", FOREIGN, told, title=title)
    if _stands_elsewhere(connection, visit, reading, held):
        return _Settled("unchanged", MOVED, f"the article stands at {held.row.url}", id_, title)
    _observe_overlay(connection, visit, id_)
    differs = optouts.keep_page(connection, id_, visit.opt_outs, visit.at)
    verdict, detail = _compare(connection, visit, reading, held, capture)
    if differs and verdict == "unchanged" and detail is None and held.status == "live":
        _take_seq(connection, visit, id_)
        detail = "the text is the same; differing: what its owner allows"
    reason = _settle_state(connection, visit, reading, held)
    return _Settled(verdict, reason, detail, id_, title)


def _settle_state(connection: sqlite3.Connection, visit: Visit, reading: Reading, held: _Held) -> str:
    """The visit's reason, after noting that the post is back, or has moved."""
    has_moved = _bare(reading.article.url) != _bare(held.row.url)
    if held.status != "live":
        back = states.Finding(article=held.row.id, run=visit.run, url=visit.url, at=visit.at, reason="ok")
        states.shown(connection, back, was=held.status)
    if has_moved:
        left = states.Finding(article=held.row.id, run=visit.run, url=held.row.url, at=visit.at, reason=MOVED)
        states.moved(connection, left, was="live")
    return MOVED if has_moved else visit.reason


def _bare(url: str) -> str:
    """An address without what changes when a site moves to https or drops its www."""
    return url.partition("://")[2].removeprefix("www.")


def _supersede(connection: sqlite3.Connection, visit: Visit, reading: Reading) -> None:
    """An article known by its address alone has moved where that address leads to another: the two are one post."""
    id_, _ = _article_at(connection, visit.url, visit.site)
    if id_ is None or id_ == reading.article.id or not id_.startswith("url:") or reading.article.url == visit.url:
        return
    (was,) = connection.execute("SELECT status FROM articles WHERE id = ?", (id_,)).fetchone()
    if was == "moved":
        return
    left = states.Finding(article=id_, run=visit.run, url=visit.url, at=visit.at, reason=MOVED)
    states.superseded(connection, left, was=was, seq=next_seq(connection))


def _compare(
    connection: sqlite3.Connection, visit: Visit, reading: Reading, held: _Held, capture: int | None
) -> tuple[Verdict, str | None]:
    """The verdict on an article that is held, and for one whose text is the same the names of what else differs."""
    row = row_of(reading.article)
    before, after = wording(held.row), wording(row)
    if not before.same(after):
        revision = held.revision + 1
        (superseded,) = select_records(connection, "a.id = ?", (row.id,))
        done = edits(state_of(superseded), state_of(_as_record(reading)))
        told = {**changes(before, after), "edits": msgspec.to_builtins(done)}
        silent = held.row.updated_at == row.updated_at and all(edit.kind != "correction" for edit in done)
        _keep_superseded(connection, held, superseded)
        _write_revision(connection, visit, row, revision, capture, told=told, silent=silent)
        update_article(connection, visit, reading, revision, capture)
        return "changed", None
    differing = _differing(connection, reading)
    if differing:
        update_article(connection, visit, reading, held.revision, capture)
        return "unchanged", f"the text is the same; differing: {', '.join(differing)}"
    if held.status != "live":
        _take_seq(connection, visit, row.id)
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


def _settle_verdict(connection: sqlite3.Connection, visit: Visit, suspicion: Suspicion) -> _Settled:
    """How a visit ended that brought no article, after noting what that tells of the one held at the address."""
    assert visit.verdict is not None
    article, title = _article_at(connection, visit.url, visit.site)
    _observe(connection, visit, article, suspicion)
    detail = visit.detail
    if article is None and (home := _home_of(connection, visit.url)) is not None:
        detail = f"{detail or ''} Its post stands at {home} by now.".strip()
    return _Settled(visit.verdict, visit.reason, detail, article, title)


def _home_of(connection: sqlite3.Connection, url: str) -> str | None:
    """Where the article stands that this address showed before it moved."""
    found = connection.execute(
        "SELECT a.url FROM frontier f JOIN articles a ON a.id = f.article WHERE f.url = ? AND a.url != f.url", (url,)
    ).fetchone()
    return found[0] if found else None


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
    read = _as_record(reading)
    return [key for key, value in read.items() if held[key] != value and key != "schema"]


def _as_record(reading: Reading) -> Record:
    """The article's part of the record, as it would come out of the archive."""
    record: Record = msgspec.json.decode(msgspec.json.encode(reading.article))
    return record


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
    persons = appearances.settle(connection, telling_of(reading.article), instead=False)
    write_lists(connection, reading, persons, instead=False)
    _write_extraction(connection, visit, reading, 1, capture)


def update_article(
    connection: sqlite3.Connection, visit: Visit, reading: Reading, revision: int, capture: int | None
) -> None:
    """The article as it reads now, with all that hangs on it, under a new seq."""
    write_reading(connection, reading)
    connection.execute(
        "UPDATE articles SET seq = ?, status = 'live', revision = ?, capture = coalesce(?, capture), changed_at = ?"
        " WHERE id = ?",
        (next_seq(connection), revision, capture, utc_text(visit.at), reading.article.id),
    )
    _write_extraction(connection, visit, reading, revision, capture)


def write_reading(connection: sqlite3.Connection, reading: Reading) -> None:
    """All that a page tells of an article that is held, in the place of what was held of it."""
    row = row_of(reading.article)
    assignments = ", ".join(f"{column} = ?" for column in ARTICLE_COLUMNS)
    connection.execute(f"UPDATE articles SET {assignments} WHERE id = ?", (*msgspec.structs.astuple(row), row.id))
    persons = appearances.settle(connection, telling_of(reading.article), instead=True)
    write_lists(connection, reading, persons, instead=True)


def _take_seq(connection: sqlite3.Connection, visit: Visit, article: str) -> None:
    """The article, of which something else than its text changed, is exported anew."""
    connection.execute(
        "UPDATE articles SET status = 'live', seq = ?, changed_at = ? WHERE id = ?",
        (next_seq(connection), utc_text(visit.at), article),
    )


def _write_extraction(
    connection: sqlite3.Connection, visit: Visit, reading: Reading, revision: int, capture: int | None
) -> None:
    article = reading.article
    connection.execute(
        "INSERT INTO extractions (article, revision, capture, extractor, run, made_at) VALUES (?, ?, ?, ?, ?, ?)",
        (article.id, revision, capture, article.extractor, visit.run, utc_text(visit.at)),
    )


def _keep_superseded(connection: sqlite3.Connection, held: _Held, record: Record) -> None:
    """The old state moves to the revision it belongs to; the current one stands in the article alone."""
    connection.execute(
        "UPDATE revisions SET title = ?, body = ?, record = ? WHERE article = ? AND revision = ?",
        (held.row.title, held.row.body, msgspec.json.encode(record).decode(), held.row.id, held.revision),
    )


def _write_revision(
    connection: sqlite3.Connection,
    visit: Visit,
    row: ArticleRow,
    revision: int,
    capture: int | None,
    *,
    told: dict[str, object] | None = None,
    silent: bool | None = None,
) -> None:
    connection.execute(
        "INSERT INTO revisions (article, revision, seen_at, updated_at, changes, body_hash, capture, silent)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.id,
            revision,
            utc_text(visit.at),
            row.updated_at,
            msgspec.json.encode(told).decode() if told is not None else None,
            wording(row).sha256,
            capture,
            silent,
        ),
    )


def _article_at(connection: sqlite3.Connection, url: str, site: str) -> tuple[str | None, str | None]:
    """Id and title of the site's article whose address this is today, else Nones."""
    found = connection.execute(
        "SELECT id, title FROM articles WHERE url = ? AND site = ? ORDER BY seq DESC LIMIT 1", (url, site)
    ).fetchone()
    return (found[0], found[1]) if found else (None, None)


def _observe(connection: sqlite3.Connection, visit: Visit, article: str | None, suspicion: Suspicion) -> None:
    """What a visit without a reading tells of the address, and of the article held there."""
    kind = visit.verdict if visit.verdict == "not-modified" else visit.reason
    if kind != "not-modified" and kind not in states.SUSPICIOUS:
        return
    observation = _write_observation(connection, visit, article, kind)
    if article is None:
        return
    finding = states.Finding(
        article=article, run=visit.run, url=visit.url, at=visit.at, reason=kind, observation=observation
    )
    if kind in states.SUSPICIOUS:
        states.missed(
            connection,
            finding,
            seq=next_seq(connection),
            gone_after=suspicion.gone_after,
            is_absent=suspicion.is_absent,
        )
        return
    (status,) = connection.execute("SELECT status FROM articles WHERE id = ?", (article,)).fetchone()
    if status != "live":
        _take_seq(connection, visit, article)
        states.shown(connection, finding, was=status)


def _observe_overlay(connection: sqlite3.Connection, visit: Visit, article: str) -> None:
    if visit.has_overlay:
        _write_observation(connection, visit, article, OVERLAY)


def _write_observation(connection: sqlite3.Connection, visit: Visit, article: str | None, kind: str) -> int:
    return int(
        connection.execute(
            "INSERT INTO observations (run, url, site, article, kind, at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
            (visit.run, visit.url, visit.site, article, kind, utc_text(visit.at)),
        ).fetchone()[0]
    )


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
