"""Every table of articles derived anew from kept pages and what was noted of each visit.

Kept as they are: sites, runs, captures, visits and what they observed, which capture each revision was read from, what
people decided of persons, and redactions. Derived: what articles say, quotes and all lists, claims, removals, the
records and edits of revisions, people, full text, who copied whom. With the rules that wrote it the result equals the
archive, by digest: a test of the archive as much as a cure.

It is made in a copy beside the archive, checked there, and put in its place in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import msgspec

from scraper.archive import syndication
from scraper.archive.captures import DamagedCapture
from scraper.archive.connection import troubles_told
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.archive.versions import derivation
from scraper.archive.versions.derivation import Revisions
from scraper.archive.visits import as_of_site
from scraper.crew import Crew
from scraper.errors import ArchiveUnusable
from scraper.reading import Read, read_answer
from scraper.repeating import answered_of, repeated_by_site

TASK = f"{__name__}:serve"
CHUNK = 16  # articles a worker is asked for at once
LIMIT = 240.0  # seconds a chunk may take
BATCH = 50  # articles between two looks at the readers

History = tuple[str, Revisions]
Repeated = dict[str, frozenset[str]]
"""The lines that a site repeats above and below its posts, by site."""

Asked = tuple[str, list[History], Repeated]
"""The archive's path, and what is to be read."""


class Rebuilt(msgspec.Struct, kw_only=True):
    """What came of it. `equal`: the derived archive has the digest of the one before. `unread` counts articles that
    keep what they had, because their pages give no reading; `samples` says why for the first of them.
    """

    articles: int = 0
    unread: int = 0
    samples: list[str] = []
    before: str = ""
    after: str = ""
    replaced: bool = False

    @property
    def equal(self) -> bool:
        """Whether the tables made anew have the digest of those that stood."""
        return self.before == self.after


class _Readings(msgspec.Struct):
    """What the pages of one article's revisions gave: the reading by revision, or why there is none."""

    article: str
    read: dict[int, Read]


def rebuild(archive: Archive, *, workers: int, check: bool) -> Rebuilt:
    """What came of deriving everything anew; with `check`, the archive is left as it is. Needs as much free disk as the
    archive is large, twice where it is replaced. Hold `archive.writing()`. Raises ArchiveUnusable, and leaves the
    archive alone, where the result is not sound.
    """
    done = Rebuilt(before=archive.digest())
    with _copy(archive) as copy:
        repeated = repeated_by_site(copy)
        for readings in _readings(copy, workers, repeated):
            _derive(copy, readings, done)
        with copy.transaction():
            derivation.derive_the_rest(copy.db.conn)
        syndication.update(copy)
        for problem in problems(copy):
            raise ArchiveUnusable(
                f"What was derived of {archive.path} is not sound, and was not put in place: {problem}"
            )
        done.after = copy.digest()
        if not check:
            with troubles_told(archive.path):
                copy.db.conn.backup(archive.db.conn)
            done.replaced = True
    return done


@contextmanager
def _copy(archive: Archive) -> Iterator[Archive]:
    """A copy beside the archive, gone afterwards."""
    path = archive.path.with_name(f".{archive.path.name}.rebuild")
    _remove(path)
    try:
        with troubles_told(path):
            archive.db.conn.execute("VACUUM INTO ?", (str(path),))
        with Archive.open(path) as copy:
            yield copy
    finally:
        _remove(path)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


def _derive(copy: Archive, batch: list[_Readings], done: Rebuilt) -> None:
    with copy.transaction():
        copy.index_last()
        for one in batch:
            readings = {revision: read.reading for revision, read in one.read.items() if read.reading is not None}
            same = {revision: reading for revision, reading in readings.items() if reading.article.id == one.article}
            derivation.derive(copy.db.conn, one.article, same)
            done.articles += 1
            if len(same) < len(one.read):
                done.unread += 1
                lost = next((read for read in one.read.values() if read.reading is None), None)
                why = f"{lost.reason}: {lost.detail}" if lost is not None else "its page gives another id"
                done.samples = [*done.samples, f"{one.article}: {why}"][:3]


def _readings(archive: Archive, workers: int, repeated: Repeated) -> Iterator[list[_Readings]]:
    """The readings of every article's revisions, in batches. With no workers they are read here."""
    histories = derivation.histories(archive.db.conn)
    if workers:
        found = _read_beside(archive, list(histories), workers, repeated)
    else:
        found = (_read(archive, one, repeated) for one in histories)
    while batch := list(islice(found, BATCH)):
        yield batch


def _read_beside(archive: Archive, histories: list[History], workers: int, repeated: Repeated) -> Iterator[_Readings]:
    chunks = [histories[at : at + CHUNK] for at in range(0, len(histories), CHUNK)]
    path = str(archive.path.absolute())
    with Crew(TASK, min(workers, len(chunks) or 1), limit=LIMIT) as crew:
        yield from crew.work(
            chunks,
            encode=lambda chunk: msgspec.msgpack.encode((path, chunk, repeated)),
            decode=msgspec.msgpack.Decoder(list[_Readings]).decode,
            lost=_lost,
        )


def _lost(history: History, words: str) -> _Readings:
    article, revisions = history
    lost = Read(verdict="failed", reason="extractor-crash", detail=words)
    return _Readings(article, {revision: lost for revision, _ in revisions})


def serve(sent: bytes) -> bytes:
    """The worker's side: what is asked in, readings out. The copy is written meanwhile; its pages are not."""
    path, chunk, repeated = msgspec.msgpack.decode(sent, type=Asked)
    with Archive.open(path, readonly=True) as archive:
        return msgspec.msgpack.encode([_read(archive, one, repeated) for one in chunk])


def _read(archive: Archive, history: History, repeated: Repeated) -> _Readings:
    article, revisions = history
    read = {revision: _read_page(archive, article, capture, repeated) for revision, capture in revisions}
    return _Readings(article, read)


def _read_page(archive: Archive, article: str, capture: int | None, repeated: Repeated) -> Read:
    if capture is None:
        return Read(verdict="failed", reason="no-capture", detail="no page of it was kept")
    try:
        kept = archive.kept_page(article, capture)
        lines = repeated.get(kept.site, frozenset())
        read = read_answer(answered_of(kept, archive.raw(kept.sha256), repeated=lines))
    except DamagedCapture as damage:
        return Read(verdict="failed", reason="damaged", detail=str(damage))
    if read.reading is None:
        return read
    return msgspec.structs.replace(read, reading=as_of_site(kept.site, read.reading))
