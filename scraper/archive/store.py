"""The archive: one SQLite file behind one class, its sites, runs, visits, frontier and records.

Reading needs no lock and goes on while another process writes. A crawl holds `writing()`, so that there is one at a
time. Every method that changes something is one transaction of its own, or part of the caller's `transaction()`.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from filelock import FileLock, Timeout
from sqlite_utils import Database

from extractors.urls import canonical
from scraper.archive import connection, counts, visits
from scraper.archive.addresses import frontier, stories
from scraper.archive.addresses.revisits import STANDARD, Revisits
from scraper.archive.addresses.states import GONE_AFTER
from scraper.archive.addresses.stories import Story
from scraper.archive.captures import Capture, CaptureShelf
from scraper.archive.counts import Counts
from scraper.archive.instants import instant, utc_text
from scraper.archive.records import Extra, Record, select_records
from scraper.archive.removal.purge import purge_site
from scraper.archive.search import full_text
from scraper.archive.sites import completeness, optouts, receipts, schedules, turns
from scraper.archive.sites.completeness import Completeness
from scraper.archive.sites.listings import Absent, Listings
from scraper.archive.sites.receipts import HostReceipt
from scraper.archive.sites.schedules import ScheduleRow
from scraper.archive.sites.turns import Turn
from scraper.archive.versions import rereadings
from scraper.archive.visits import Visit
from scraper.errors import ArchiveLocked, ArchiveUnusable, NoSuchSite, NothingDone
from scraper.outcomes import Outcome

TOMBSTONE = "kliping.tombstone/1"
ROBOTS_SHELF = "robots.txt"  # as a theme: such files are compressed with each other, not with pages


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A site the archive crawls: its name is the host without www. `delay` is in seconds, None for the setting's.

    `feed` is full, summary, jump or none; `total` the number of posts the feed told when the site was last probed;
    `zone` an IANA time zone. `loopback` allows its address on this machine. `removed_at`: no longer crawled, kept.
    """

    name: str
    url: str
    platform: str | None = None
    blog_id: str | None = None
    title: str | None = None
    feed: str | None = None
    total: int | None = None
    sitemap: bool = False
    robots: bool = False
    zone: str | None = None
    theme: str | None = None
    language: str | None = None
    generator: str | None = None
    delay: float | None = None
    loopback: bool = False
    added_at: datetime
    removed_at: datetime | None = None


SITE_COLUMNS = Site.__struct_fields__


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a record that was taken out; its encoding is a line of the export."""

    schema: str = TOMBSTONE
    id: str
    url: str
    seq: int
    status: str = "removed"
    reason: str
    at: str
    sha256: str | None
    """Of the raw page the record was read from."""


class Archive:
    """An open archive. Bound to the thread that opened it; a context manager that closes."""

    def __init__(self, db: Database, path: Path) -> None:
        self.path = path
        self._db = db
        self._connection = db.conn
        self._shelf = CaptureShelf(db.conn)
        self._absent_ids: tuple[tuple[str, int], frozenset[str]] | None = None
        self._indexes_last = False
        self._lock = FileLock(f"{path.resolve()}.lock", timeout=0)

    @classmethod
    def open(cls, path: Path | str, *, create: bool = False, readonly: bool = False) -> Self:
        """The archive at `path`, its tables brought up to date unless `readonly`.

        An absent or empty file becomes a fresh archive only if `create`. `readonly` reads in a read-only folder too.
        Raises ForeignArchive, NewerArchive,
        ArchiveLocked, DiskFull or ArchiveUnusable, each saying what to do.
        """
        path = Path(path)
        return cls(connection.connect(path, create=create, readonly=readonly), path)

    def close(self) -> None:
        """Give the file back. Also at the end of a `with` block."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def db(self) -> Database:
        """The database itself, for questions this class has no method for. Write nothing through it."""
        return self._db

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The right to crawl into this archive; raises ArchiveLocked at once while another holds it. Inside another
        `writing()` of this Archive it is part of that one.

        The lock is a file beside the archive, whichever link led to it, and ends with the process, however it ends.
        Reads need none.
        """
        lock = self._lock
        try:
            lock.acquire()
        except Timeout:
            raise ArchiveLocked(
                f"Another crawl is writing to {self.path}; wait for it to end, or name another archive with --db."
            ) from None
        except OSError as error:
            raise ArchiveUnusable(f"{lock.lock_file} cannot be made: {error.strerror}; check its folder.") from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is kept together or not at all. Inside another it is part of that one."""
        with connection.troubles_told(self.path):
            if self._connection.in_transaction:
                yield
                return
            with connection.transaction(self._db):
                try:
                    yield
                    if self._indexes_last:
                        full_text.catch_up(self._connection)
                finally:
                    self._indexes_last = False

    def index_last(self) -> None:
        """The words of articles that the transaction under way writes are indexed when it ends, all at once."""
        if not self._indexes_last:
            full_text.put_off(self._connection)
            self._indexes_last = True

    # sites

    def add_site(self, site: Site) -> None:
        """Holds the site from now on; one held already, or removed, is replaced by this.

        Raises NothingDone where another site that is crawled is the same blog: its articles have one home.
        """
        with self.transaction():
            self._refuse_second_name(site)
            self._write_site(site)

    def _refuse_second_name(self, site: Site) -> None:
        for other in self.sites():
            if site.blog_id and other.blog_id == site.blog_id and other.name != site.name:
                raise NothingDone(
                    f"{site.name} is the blog {site.blog_id}, which this archive crawls as {other.name}; to crawl it"
                    f" under the new name, run 'kliping sites remove {other.name}' first."
                )

    def _write_site(self, site: Site) -> None:
        values = [utc_text(value) if isinstance(value, datetime) else value for value in msgspec.structs.astuple(site)]
        updates = ", ".join(f"{column} = excluded.{column}" for column in SITE_COLUMNS[1:])
        with self.transaction():
            self._connection.execute(
                f"INSERT INTO sites ({', '.join(SITE_COLUMNS)}) VALUES ({', '.join('?' * len(SITE_COLUMNS))})"
                f" ON CONFLICT (name) DO UPDATE SET {updates}",
                values,
            )

    def site(self, name: str) -> Site:
        """The site of that name, removed or not. Raises NoSuchSite."""
        found = self._sites("name = ?", name)
        if not found:
            raise self._no_such_site(name)
        return found[0]

    def check_site(self, name: str) -> None:
        """Raises NoSuchSite for a name no site has or had here. One removed is known, and one purged by its tombstones:
        an export of it tells what was taken out.
        """
        known = "SELECT 1 FROM sites WHERE name = ? UNION ALL SELECT 1 FROM tombstones WHERE site = ? LIMIT 1"
        if not self._read(known, (name, name)):
            raise self._no_such_site(name)

    def _no_such_site(self, name: str) -> NoSuchSite:
        return NoSuchSite(
            f"The archive {self.path} knows no site {name!r}; 'kliping sites list' names those it has, and"
            " 'kliping sites add URL' adds one."
        )

    def sites(self) -> tuple[Site, ...]:
        """The sites that are crawled, by name."""
        return self._sites("removed_at IS NULL")

    def _sites(self, where: str, *parameters: str) -> tuple[Site, ...]:
        rows = self._read(f"SELECT {', '.join(SITE_COLUMNS)} FROM sites WHERE {where} ORDER BY name", parameters)
        return tuple(msgspec.convert(dict(zip(SITE_COLUMNS, row, strict=True)), Site, strict=False) for row in rows)

    def remove_site(self, name: str, *, purge: bool = False, at: datetime) -> None:
        """The site is crawled no longer. Its articles stay; with `purge` all of it goes, and tombstones stay."""
        self.site(name)
        with self.transaction():
            if purge:
                purge_site(self._connection, name, at)
            else:
                self._connection.execute("UPDATE sites SET removed_at = ? WHERE name = ?", (utc_text(at), name))

    # runs and visits

    def start_run(self, sites: Iterable[str], at: datetime) -> int:
        """The number of a new run over those sites."""
        with self.transaction():
            row = (msgspec.json.encode(list(sites)).decode(), utc_text(at))
            found = self._connection.execute("INSERT INTO runs (sites, started_at) VALUES (?, ?) RETURNING id", row)
            return int(found.fetchone()[0])

    def end_run(self, run: int, at: datetime, summary: dict[str, int], *, interrupted: bool = False) -> None:
        """Keeps what the run came to, its visits by verdict. An interrupted one gets no end: a run without `ended_at`
        was broken off, and if it has no summary either, killed.
        """
        with self.transaction():
            self._connection.execute(
                "UPDATE runs SET ended_at = ?, summary = ? WHERE id = ?",
                (None if interrupted else utc_text(at), msgspec.json.encode(summary).decode(), run),
            )

    def settle(self, visit: Visit, *, gone_after: timedelta = GONE_AFTER) -> Outcome:
        """The outcome of a visit, once everything it brought is written: all of it in one commit, or nothing.

        `gone_after` lies between two checks that miss a post before it may count as gone.
        """
        suspicion = visits.Suspicion(gone_after, lambda article: article in self._absent_in(visit.site, visit.run))
        with self.transaction():
            self.index_last()
            return visits.settle(self._connection, self._shelf, visit, suspicion)

    def _absent_in(self, site: str, run: int) -> frozenset[str]:
        """The ids absent from the site's newest whole listing; asked for once a run, which lists before it visits."""
        if self._absent_ids is None or self._absent_ids[0] != (site, run):
            absent = self.absent(site)
            self._absent_ids = ((site, run), frozenset(absent.ids if absent else ()))
        return self._absent_ids[1]

    def keep_turn(self, turn: Turn) -> None:
        """Writes down how a site's turn went, once it is over."""
        with self.transaction():
            turns.keep(self._connection, turn)

    def turns(self, run: int) -> tuple[Turn, ...]:
        """The turns of a run that came to their end, by site."""
        with connection.troubles_told(self.path):
            return turns.of_run(self._connection, run)

    def last_turns(self, site: str, count: int, *, before: int | None = None) -> tuple[Turn, ...]:
        """A site's newest turns, newest first; only those before the run `before`, where it is given."""
        with connection.troubles_told(self.path):
            return turns.newest(self._connection, site, count, before=before)

    # schedules

    def schedule(self, row: ScheduleRow) -> None:
        """Sets when the site is to be crawled, in the place of what was set before."""
        with self.transaction():
            schedules.keep(self._connection, row)

    def unschedule(self, site: str) -> None:
        """The site has no schedule from now on."""
        with self.transaction():
            schedules.forget(self._connection, site)

    def schedules(self) -> tuple[ScheduleRow, ...]:
        """The schedules of the sites that are crawled, by site."""
        with connection.troubles_told(self.path):
            return schedules.rows(self._connection)

    # the crawl's manners

    def keep_receipt(self, run: int, counts: HostReceipt) -> None:
        """Adds what a host was asked, since it was last told, to its receipt of the run."""
        with self.transaction():
            receipts.keep(self._connection, run, counts)

    def receipts(self, run: int) -> tuple[HostReceipt, ...]:
        """What each host was asked in a run, by name."""
        with connection.troubles_told(self.path):
            return receipts.of_run(self._connection, run)

    def keep_robots(self, site: str, capture: Capture, *, url: str, signals: Sequence[str]) -> None:
        """Keeps a version of a site's robots.txt as a capture, and what it opts out of."""
        with self.transaction():
            if capture.body:
                self._shelf.keep(capture, url=url, site=site, theme=ROBOTS_SHELF)
            seq = visits.next_seq(self._connection)
            optouts.keep_site(self._connection, site, signals, capture.fetched_at, seq=seq)

    # the frontier's rows; the policy over them is scraper.frontier

    def frontier_known(self, urls: Sequence[str]) -> dict[str, frontier.Known]:
        """What the frontier holds of those addresses."""
        return frontier.known(self._connection, urls)

    def frontier_note(self, site: str, sightings: Iterable[frontier.Sighting], at: datetime) -> None:
        """Those addresses are due."""
        with self.transaction():
            frontier.note(self._connection, site, sightings, utc_text(at))

    def frontier_due(
        self, site: str, *, at: datetime, run: int | None, full: bool, revisits: Revisits = STANDARD
    ) -> list[frontier.Due]:
        """The addresses of a site to visit."""
        with connection.troubles_told(self.path):
            absent = self.absent(site)
            return frontier.due(self._connection, site, at=at, run=run, full=full, revisits=revisits, absent=absent)

    def story(self, url: str, *, revisits: Revisits = STANDARD) -> Story | None:
        """All the archive knows of an address, or of the article with that id; None where it knows nothing."""
        with self.snapshot():
            return stories.story(self._connection, url, canonical(url), revisits, self.absent)

    # listings: what the sites' own lists named

    @property
    def listings(self) -> Listings:
        """What was listed of each site, and when."""
        return Listings(self._connection, self.transaction)

    def absent(self, site: str) -> Absent | None:
        """The articles of a site that its newest proven listing did not name, nor any list since, and the time of that
        listing. None where no listing was ever proven: then absence tells nothing.
        """
        with connection.troubles_told(self.path):
            return self.listings.absent(site)

    def completeness(self, site: str) -> Completeness:
        """What is held of a site beside what it lists: month by month, and each missing post. Raises NoSuchSite."""
        zone = self.site(site).zone
        with connection.troubles_told(self.path):
            return completeness.completeness(self._connection, self.listings, site, zone)

    def keep_completeness(self, site: str, at: datetime) -> Completeness:
        """The same, after writing it down: the table `completeness`, and whether the newest listing is proven."""
        with self.transaction():
            found = self.completeness(site)
            completeness.write(self._connection, found, at)
            if (newest := self.listings.newest(site)) is not None:
                self.listings.prove(newest.id, proven=found.proven)
        return found

    # reading

    def record(self, url_or_id: str, *, with_: frozenset[Extra] = frozenset()) -> Record | None:
        """The record of the article with that id, or at that address however it is written (`?m=1`, a fragment); None
        where none is held.
        """
        with connection.troubles_told(self.path):
            found = select_records(
                self._connection,
                "a.id = :key OR a.url IN (:key, :address)"
                " OR a.id IN (SELECT article FROM frontier WHERE url IN (:key, :address))",
                {"key": url_or_id, "address": canonical(url_or_id)},
                order="a.seq DESC",
                with_=with_,
            )
            return next(found, None)

    def records(
        self,
        *,
        site: str | None = None,
        since_seq: int | None = None,
        since_date: datetime | None = None,
        with_: frozenset[Extra] = frozenset(),
    ) -> Iterator[Record]:
        """The records by seq: those after `since_seq`, those that changed in the archive at `since_date` or later."""
        where, parameters = _filters("a.", "changed_at", site, since_seq, since_date)
        with connection.troubles_told(self.path):
            yield from select_records(self._connection, where, parameters, with_=with_)

    def tombstones(
        self, *, site: str | None = None, since_seq: int | None = None, since_date: datetime | None = None
    ) -> Iterator[Tombstone]:
        """What was taken out of the archive, by seq, filtered as `records` are."""
        where, parameters = _filters("", "at", site, since_seq, since_date)
        rows = self._read(
            f"SELECT id, url, seq, reason, at, sha256 FROM tombstones WHERE {where} ORDER BY seq", parameters
        )
        for id_, url, seq, reason, at, sha256 in rows:
            yield Tombstone(id=id_, url=url, seq=seq, reason=reason, at=at, sha256=sha256)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment, whatever another process writes meanwhile."""
        with connection.troubles_told(self.path):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def digest(self) -> str:
        """A sha256 that equal archives share, whatever the order, number and times of their visits.

        Over all records by id without seq, seen and fetched_at, one JSON line each, then over address and hash of
        every capture.
        """
        whole = hashlib.sha256()
        with self.snapshot():
            for record in select_records(self._connection, order="a.id"):
                del record["seq"]
                if record["capture"] is not None:
                    del record["capture"]["fetched_at"]
                whole.update(msgspec.json.encode(record) + b"\n")
            for capture in self._connection.execute("SELECT url, sha256 FROM captures ORDER BY url, sha256"):
                whole.update(msgspec.json.encode(capture) + b"\n")
        return whole.hexdigest()

    def newest_page(self, site: str) -> tuple[datetime, bytes] | None:
        """The page of the site that was captured last, and when; None where none is held. Raises DamagedCapture."""
        rows = self._read(
            "SELECT fetched_at, sha256 FROM captures WHERE site = ? AND status = 200 AND url NOT LIKE '%/robots.txt'"
            " ORDER BY id DESC LIMIT 1",
            (site,),
        )
        if not rows or (at := instant(rows[0][0])) is None:
            return None
        return at, self.raw(rows[0][1])

    def raw(self, sha256: str) -> bytes:
        """The raw bytes of a captured page. Raises DamagedCapture, naming what is missing or damaged."""
        with connection.troubles_told(self.path):
            return self._shelf.body(sha256)

    def kept_page(self, article: str | None, capture: int) -> rereadings.Kept:
        """A kept page with all that its reading depends on. Raises DamagedCapture."""
        with connection.troubles_told(self.path):
            return rereadings.kept(self._connection, self._shelf, article, capture)

    def counts(self) -> Counts:
        """What the archive holds, in all and for each site that is crawled."""
        with self.snapshot():
            return counts.count(self._connection, [site.name for site in self.sites()])

    def _read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with connection.troubles_told(self.path):
            return self._connection.execute(sql, parameters).fetchall()


def _filters(
    alias: str, changed: str, site: str | None, since_seq: int | None, since_date: datetime | None
) -> tuple[str, list[Any]]:
    """A WHERE clause and its parameters."""
    asked: list[tuple[str, Any]] = [
        (f"{alias}site = ?", site),
        (f"{alias}seq > ?", since_seq),
        (f"{alias}{changed} >= ?", utc_text(since_date) if since_date else None),
    ]
    given = [(condition, value) for condition, value in asked if value is not None]
    return " AND ".join(condition for condition, _ in given) or "1", [value for _, value in given]
