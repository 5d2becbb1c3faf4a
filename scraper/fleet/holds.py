"""A shard taken from the store, worked on locally, and put back whole.

Each time a shard is put back it is a new file with a new generation number; which file counts is a row of the arbiter's
(`registry.py`), changed only where generation and holder are still those that were given out. A worker that was stopped
while another took its shard may do what it likes when it wakes: what it puts is a file that no row names.

While a shard is held, what its archive commits is copied to the store as it comes (`journal.py`). Who takes it after a
holder that died goes on from its last commit: no page is fetched again.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from scraper.archive import connection, schema
from scraper.archive.store import Archive
from scraper.errors import ArchiveUnusable, KlipingError
from scraper.fleet import journal
from scraper.fleet.shards import stem
from scraper.fleet.store import Store

KEPT = 3  # generations of a shard in the store: readers may be in the one before the last
NAME = re.compile(r"shard-\d{3}\.g(?P<generation>\d+)-[0-9a-f]+\.(?P<kind>db|wal)")


class ShardLost(ArchiveUnusable):
    """Another worker holds the shard now; what was done since is put nowhere."""


class Taken(msgspec.Struct, frozen=True):
    """What the arbiter tells of a shard that was given to a holder. `journal` is the holder whose commits since `file`
    was put lie beside it, if there may be any.
    """

    file: str
    generation: int
    journal: str | None


class SiteFact(msgspec.Struct, frozen=True):
    """What the queue must know of a site to tell when it is due: its schedule, and when its last whole turn began."""

    site: str
    told: str | None
    zone: str | None
    set_at: datetime | None
    last: datetime | None


class Put(msgspec.Struct, frozen=True, kw_only=True):
    """A shard's new file, as its holder tells of it. `journal`: whose commits may follow; None gives the shard back.
    `arrived`: a site that this shard holds from now on.
    """

    shard: int
    holder: str
    generation: int
    file: str
    journal: str | None
    facts: Sequence[SiteFact] = ()
    arrived: str | None = None


class Arbiter(Protocol):
    """Who says which file of a shard counts, and who holds it. Each method is one transaction."""

    def take(self, shard: int, holder: str) -> Taken:
        """Gives the shard to that holder, whoever held it."""

    def begin(self, shard: int, holder: str) -> None:
        """From now on the holder's commits lie beside the file. Raises ShardLost."""

    def put(self, put: Put) -> None:
        """The file counts from now on. Raises ShardLost where the holder or the generation is another."""


class Hold:
    """A shard that is held: `path` is its archive, `holder` the token that proves it. See `held`."""

    def __init__(self, store: Store, arbiter: Arbiter, shard: int, scratch: Path) -> None:
        self._store, self._arbiter, self._scratch = store, arbiter, scratch
        self._copied, self._parts = 0, 0
        self._generation = 0
        self.shard = shard
        self.holder = uuid.uuid4().hex[:12]
        self.path = scratch / f"{stem(shard)}.{self.holder}.db"
        self.arrived: str | None = None
        self.recovered = False

    def take(self) -> None:
        """The archive is at `path` as its last holder left it."""
        taken = self._arbiter.take(self.shard, self.holder)
        self._generation = taken.generation
        self._fetch(taken.file)
        self.recovered = taken.journal is not None and self._recover(f"{self._base}-{taken.journal}.wal-")
        if self.recovered or self._is_to_be_made_ready():
            with Archive.open(self.path):
                pass
            self._put(journal=self.holder)
        else:
            self._arbiter.begin(self.shard, self.holder)

    def gather(self) -> tuple[str, bytes] | None:
        """What was committed since this was last asked, after the name it is to have in the store; None for nothing.
        To be called where the archive is written, between two commits.
        """
        part = journal.committed(self.path, self._copied)
        if not part:
            return None
        name = f"{self._base}-{self.holder}.wal-{self._parts:06}"
        self._copied += len(part)
        self._parts += 1
        return name, part

    def copy_journal(self) -> None:
        """What was committed by now is in the store, too."""
        if (found := self.gather()) is not None:
            self.write(*found)

    def write(self, name: str, part: bytes) -> None:
        """Puts what was gathered into the store."""
        self._store.write(name, part)

    def put_back(self) -> None:
        """The archive is in the store under a new generation, and the shard anybody's. Raises ShardLost."""
        name = self._put(journal=None)
        self._stamp_of(name).write_text(self._store.stamp(name), "ascii")
        self.path.replace(self._scratch / name)  # it need not be fetched where it is taken here again
        self._sweep()

    def leave(self) -> None:
        """Nothing is put back; what was committed is kept in the journal, for the next holder."""
        with suppress(OSError, KlipingError):
            self.copy_journal()
        self._clear()

    @property
    def _base(self) -> str:
        return f"{stem(self.shard)}.g{self._generation}"

    def _fetch(self, name: str) -> None:
        """The file, from where it was put back here, if nobody wrote into the store's since."""
        kept, stamp = self._scratch / name, self._stamp_of(name)
        if kept.exists() and stamp.exists() and stamp.read_text("ascii") == self._store.stamp(name):
            kept.replace(self.path)
        else:
            self._store.get(name, self.path)

    def _stamp_of(self, name: str) -> Path:
        return self._scratch / f"{name}.stamp"

    def _put(self, *, journal: str | None) -> str:
        settle(self.path)
        name = f"{stem(self.shard)}.g{self._generation + 1}-{self.holder}.db"
        self._store.put(self.path, name)
        told = Put(
            shard=self.shard,
            holder=self.holder,
            generation=self._generation,
            file=name,
            journal=journal,
            facts=facts(self.path),
            arrived=self.arrived,
        )
        try:
            self._arbiter.put(told)
        except ShardLost:
            self._store.remove(name)
            raise
        self._generation += 1
        return name

    def _recover(self, prefix: str) -> bool:
        parts = self._store.names(prefix)
        with journal.log_of(self.path).open("wb") as log:
            for part in parts:
                log.write(self._store.read(part))
        return bool(parts)

    def _is_to_be_made_ready(self) -> bool:
        """Whether opening the archive writes to its file: it is of an earlier schema, or has no write-ahead log."""
        with closing(connection.connect(self.path, create=False, readonly=True).conn) as reader:
            (version,) = reader.execute("PRAGMA user_version").fetchone()
            (mode,) = reader.execute("PRAGMA journal_mode").fetchone()
        return bool(mode != "wal" or version < schema.VERSION)

    def _sweep(self) -> None:
        """Files of the shard that no reader can be in any more, and journals that were written into a file since."""
        for name in self._store.names(f"{stem(self.shard)}."):
            found = NAME.match(name)
            generation = int(found["generation"]) if found else 0
            age = self._generation - generation
            if age >= KEPT or (found and found["kind"] == "wal" and age > 0):
                self._store.remove(name)
        for path in self._scratch.glob(f"{stem(self.shard)}.g*.db*"):
            found = NAME.match(path.name)
            if found and int(found["generation"]) < self._generation:
                path.unlink(missing_ok=True)

    def _clear(self) -> None:
        for path in self._scratch.glob(f"{self.path.name}*"):
            path.unlink(missing_ok=True)


@contextmanager
def held(store: Store, arbiter: Arbiter, shard: int, scratch: Path) -> Iterator[Hold]:
    """The shard, taken; put back at the end. After an error it is not: its commits wait in the journal for whoever
    takes it next. Take it inside a job that has the lock of the shard. Raises ShardLost.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    hold = Hold(store, arbiter, shard, scratch)
    try:
        hold.take()
        yield hold
        hold.put_back()
    except BaseException:
        hold.leave()
        raise


@contextmanager
def opened(hold: Hold) -> Iterator[Archive]:
    """The held archive, to be written. Nothing is checkpointed until it is closed."""
    with Archive.open(hold.path) as archive, archive.writing():
        archive.db.conn.execute("PRAGMA wal_autocheckpoint = 0")
        try:
            yield archive
        finally:
            hold.copy_journal()


def settle(path: Path) -> None:
    """The archive is one whole file. Raises ArchiveUnusable."""
    with connection.troubles_told(path):
        journal.settle_into(path)
    for ending in ("-shm", ".lock"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def facts(path: Path) -> list[SiteFact]:
    """Every site that the archive crawls, with its schedule."""
    with Archive.open(path, readonly=True) as archive:
        rows = {row.site: row for row in archive.schedules()}
        sites = [site.name for site in archive.sites()]
    found = []
    for site in sites:
        row = rows.get(site)
        told = (row.told, row.zone, row.set_at, row.last) if row else (None, None, None, None)
        found.append(SiteFact(site, *told))
    return found
