"""New rules over kept pages, no network: what they would change, told like a pull request; then done, or taken back.

Pages are read on all cores, each worker with the archive open for reading; what they find is compared there, so that
only what differs comes back. One process writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

import msgspec

from extractors.model import Article, Reading
from extractors.repetition import repeated_lines
from extractors.skeleton import Skeleton
from scraper.archive.captures import Capture, DamagedCapture
from scraper.archive.records import Record
from scraper.archive.sites import edges, templates
from scraper.archive.store import Archive
from scraper.archive.versions import rereadings
from scraper.archive.versions.rereadings import Kept
from scraper.archive.visits import Visit, as_of_site
from scraper.crew import Crew, Working
from scraper.errors import NothingDone
from scraper.reading import read_answer
from scraper.repeating import FEWEST, answered_of, sites_of

Finding = Literal["same", "differs", "found", "lost", "renamed", "failed"]
"""What became of a page: `found` where none was before, `lost` where rules read nothing any more, `renamed` where they
give the article another id. The last three are told and change nothing.
"""

Change = Literal["filled", "emptied", "changed"]

Page = tuple[str | None, int]
"""Article and capture."""

TASK = f"{__name__}:serve"
CHUNK = 64  # pages a worker is asked for at once, at most
CHUNKS = 32  # of few pages, so that no worker is without work
LIMIT = 120.0  # seconds a chunk may take
BATCH = 50  # articles a transaction
SAMPLES = 3
FIELDS = (*(field for field in Article.__struct_fields__ if field != "schema"), "removed", "claims")


Hiring = Callable[[str, float], AbstractContextManager[Working]]
"""Workers for a task, each given so many seconds a chunk."""

Repeated = dict[str, frozenset[str]]
"""Site -> the lines that stand on many of its pages."""

Reader = Callable[[Sequence[Page], Repeated], Iterator["Reread"]]


class Difference(msgspec.Struct, frozen=True):
    """One field of one article, before and after."""

    change: Change
    before: Any
    after: Any


class Reread(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one page. `reading` is there where something is to be written; `edges` are those it has today."""

    finding: Finding
    url: str
    site: str
    article: str | None
    capture: int
    differences: dict[str, Difference] = {}
    reading: Reading | None = None
    edges: tuple[str, ...] = ()
    skeleton: Skeleton | None = None
    reason: str = "ok"
    detail: str | None = None


class FieldReport(msgspec.Struct, kw_only=True):
    """What would become of one field over all articles; `samples` are of articles' addresses and differences."""

    same: int = 0
    filled: int = 0
    emptied: int = 0
    changed: int = 0
    samples: list[tuple[str, Difference]] = []


class Report(msgspec.Struct, kw_only=True):
    """What new rules do to the archive. `reasons` are of pages lost or failed; `worst` the articles hit most."""

    findings: Counter[Finding] = msgspec.field(default_factory=Counter)
    reasons: Counter[str] = msgspec.field(default_factory=Counter)
    fields: dict[str, FieldReport] = msgspec.field(default_factory=lambda: {name: FieldReport() for name in FIELDS})
    worst: list[tuple[float, Reread]] = []

    def add(self, one: Reread) -> None:
        """Count one page read again in."""
        self.findings[one.finding] += 1
        if one.finding in {"lost", "failed", "renamed"}:
            self.reasons[one.reason] += 1
        if one.article is not None and one.finding in {"same", "differs"}:
            for name, field in self.fields.items():
                self._add_field(field, one, one.differences.get(name))
        if one.finding not in {"same", "found"}:
            self.worst = sorted([*self.worst, (_harm(one), one)], key=lambda pair: (-pair[0], pair[1].url))[:SAMPLES]

    def merge(self, other: Report) -> None:
        """Adds what another archive's re-reading came to."""
        self.findings += other.findings
        self.reasons += other.reasons
        for name, field in self.fields.items():
            told = other.fields[name]
            for change in ("same", "filled", "emptied", "changed"):
                setattr(field, change, getattr(field, change) + getattr(told, change))
            field.samples = [*field.samples, *told.samples][:SAMPLES]
        self.worst = sorted([*self.worst, *other.worst], key=lambda pair: (-pair[0], pair[1].url))[:SAMPLES]

    @staticmethod
    def _add_field(field: FieldReport, one: Reread, difference: Difference | None) -> None:
        if difference is None:
            field.same += 1
            return
        setattr(field, difference.change, getattr(field, difference.change) + 1)
        if len(field.samples) < SAMPLES:
            field.samples.append((one.url, difference))


def compare(archive: Archive, *, site: str | None = None, workers: int, hire: Hiring | None = None) -> Report:
    """What today's rules would change, over every kept page. Nothing is written. Raises NoSuchSite."""
    report = Report()
    for one in reread(archive, site=site, workers=workers, hire=hire):
        report.add(one)
    return report


def begin(archive: Archive, *, site: str | None = None, at: datetime) -> int:
    """The number of the run that reads again: of one that was broken off over the same sites, or of a new one."""
    sites = [site] if site is not None else [one.name for one in archive.sites()]
    with archive.transaction():
        return rereadings.begin(archive.db.conn, sites, at)


def apply(
    archive: Archive,
    *,
    site: str | None = None,
    workers: int,
    now: Callable[[], datetime],
    hire: Hiring | None = None,
) -> Report:
    """What was changed, once it is. One that was broken off goes on where it was: what is done differs no more.

    Hold `archive.writing()`. Raises NoSuchSite.
    """
    report, connection = Report(), archive.db.conn
    run = begin(archive, site=site, at=now())
    found = reread(archive, site=site, workers=workers, hire=hire)
    while batch := list(islice(found, BATCH)):
        with archive.transaction():
            archive.index_last()
            for one in batch:
                _write(archive, run, one, now())
                report.add(one)
    with archive.transaction():
        edges.forget(connection, site)
    archive.end_run(run, now(), {str(finding): count for finding, count in report.findings.items()})
    return report


def revert(archive: Archive, *, at: datetime) -> tuple[int, int]:
    """How many articles have the reading of before the last re-reading, and how many were read anew since and keep it.

    Hold `archive.writing()`. Raises NothingDone where there is nothing to take back.
    """
    run = rereadings.last_applied(archive.db.conn)
    if run is None:
        raise NothingDone(f"No re-reading stands in {archive.path}: there is nothing to take back.")
    with archive.transaction():
        archive.index_last()
        return rereadings.revert(archive.db.conn, run, at=at)


def reread(archive: Archive, *, site: str | None, workers: int, hire: Hiring | None = None) -> Iterator[Reread]:
    """Every kept page read again, in the order in which they were kept. With no workers they are read here; `hire`
    brings others than processes of this machine.
    """
    if site is not None:
        archive.check_site(site)
    pages = rereadings.pages(archive.db.conn, site)
    with _reader(archive, min(workers, len(pages) // CHUNKS + 1), hire) as read:
        repeated, done = _sampled(archive, sites_of(archive) if site is None else [site], read)
        rest = read([page for page in pages if page not in done], repeated)
        for page in pages:
            yield done.pop(page) if page in done else next(rest)


@contextmanager
def _reader(archive: Archive, workers: int, hire: Hiring | None) -> Iterator[Reader]:
    """What reads pages, in their order: here, or in workers."""
    if not workers and hire is None:
        yield lambda pages, repeated: (one for chunk in _chunks(pages) for one in _read_chunk(archive, chunk, repeated))
        return
    path, decode = str(archive.path.absolute()), msgspec.msgpack.Decoder(list[Reread]).decode
    with hire(TASK, LIMIT) if hire is not None else Crew(TASK, workers, limit=LIMIT) as crew:
        yield lambda pages, repeated: crew.work(
            _chunks(pages),
            encode=lambda chunk: msgspec.msgpack.encode((path, chunk, repeated)),
            decode=decode,
            lost=lambda page, words: _failed(*page, words),
        )


def _chunks(pages: Sequence[Page]) -> list[Sequence[Page]]:
    size = min(CHUNK, len(pages) // CHUNKS + 1)
    return [pages[at : at + size] for at in range(0, len(pages), size)]


def _sampled(archive: Archive, sites: Iterable[str], read: Reader) -> tuple[Repeated, dict[Page, Reread]]:
    """The lines that stand on many pages of each site, as today's rules read its sample, and those of the sample's
    pages that are done with. They are read with the lines that were written down before, which seldom change.
    """
    samples = {site: edges.sample(archive.db.conn, site) for site in sites}
    before = {
        site: repeated_lines((one.lines or () for one in sample), fewest=FEWEST) for site, sample in samples.items()
    }
    pages = [(one.article, one.capture) for sample in samples.values() for one in sample]
    shown: dict[Page, tuple[str, ...]] = {}
    same: dict[Page, Reread] = {}
    for page, one in zip(pages, read(pages, before), strict=True):
        shown[page] = one.edges
        if one.finding == "same":  # what differs may be large, and is read once more
            same[page] = one
    now = {
        site: repeated_lines((shown[one.article, one.capture] for one in sample), fewest=FEWEST)
        for site, sample in samples.items()
    }
    return now, {page: one for page, one in same.items() if now.get(one.site) == before.get(one.site)}


def serve(sent: bytes) -> bytes:
    """The worker's side: path, chunk and the sites' repeated lines in, what was found out."""
    path, chunk, repeated = msgspec.msgpack.decode(sent, type=tuple[str, list[Page], Repeated])
    return msgspec.msgpack.encode(_read_chunk(_opened(path), chunk, repeated))


@lru_cache(maxsize=1)
def _opened(path: str) -> Archive:
    return Archive.open(path, readonly=True)


def _read_chunk(archive: Archive, chunk: Sequence[Page], repeated: Repeated) -> list[Reread]:
    held = {
        record["id"]: record
        for record in rereadings.records_of(archive.db.conn, [article for article, _ in chunk if article])
    }
    return [_reread(archive, article, capture, held.get(article or ""), repeated) for article, capture in chunk]


def _reread(archive: Archive, article: str | None, capture: int, held: Record | None, repeated: Repeated) -> Reread:
    try:
        kept = archive.kept_page(article, capture)
        lines = repeated.get(kept.site, frozenset())
        read = read_answer(answered_of(kept, archive.raw(kept.sha256), repeated=lines))
    except DamagedCapture as damage:
        return _failed(article, capture, str(damage), reason="damaged")
    one = Reread(finding="same", url=kept.url, site=kept.site, article=article, capture=capture)
    if read.reading is None:
        finding: Finding = "same" if held is None else "failed" if read.verdict == "failed" else "lost"
        return msgspec.structs.replace(one, finding=finding, reason=read.reason, detail=read.detail)
    if held is None:
        if not templates.trusts(archive.db.conn, kept.site, read.skeleton, read.reading):
            return msgspec.structs.replace(one, reason=templates.UNKNOWN)
        return msgspec.structs.replace(one, finding="found", reading=read.reading, skeleton=read.skeleton)
    reading = as_of_site(kept.site, read.reading)
    one = msgspec.structs.replace(one, edges=reading.edges or ())
    if reading.article.id != article:
        return msgspec.structs.replace(one, finding="renamed", reason="renamed", detail=reading.article.id)
    differences = _differences(held, reading)
    if not differences:
        return one
    return msgspec.structs.replace(one, finding="differs", differences=differences, reading=reading)


def _failed(article: str | None, capture: int, detail: str, reason: str = "extractor-crash") -> Reread:
    return Reread(
        finding="failed",
        url=f"capture {capture}",
        site="",
        article=article,
        capture=capture,
        reason=reason,
        detail=detail,
    )


def _differences(held: Record, reading: Reading) -> dict[str, Difference]:
    now: Record = _as_json(reading.article) | _as_json({"removed": reading.removals, "claims": reading.claims})
    return {
        field: Difference(_change(held[field], now[field]), held[field], now[field])
        for field in FIELDS
        if held[field] != now[field]
    }


def _as_json(value: Any) -> Record:
    """What JSON makes of it: lists of tuples."""
    told: Record = msgspec.json.decode(msgspec.json.encode(value))
    return told


def _change(before: Any, after: Any) -> Change:
    if _is_empty(before):
        return "filled"
    return "emptied" if _is_empty(after) else "changed"


def _is_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_empty(item) for item in value.values())
    return value is None or value in ("", [])


def _harm(one: Reread) -> float:
    """How much an article loses: a whole one most, then emptied fields, then words of its body."""
    if one.finding != "differs":
        return 100.0
    emptied = sum(difference.change == "emptied" for difference in one.differences.values())
    body = one.differences.get("body")
    return 10.0 * emptied + (_words_lost(body) if body is not None else 0.0) + 0.1 * len(one.differences)


def _words_lost(body: Difference) -> float:
    before, after = Counter(body.before.split()), Counter(body.after.split())
    return 10.0 * ((before - after).total() + (after - before).total()) / max(before.total() + after.total(), 1)


def _write(archive: Archive, run: int, one: Reread, at: datetime) -> None:
    if one.reading is None:
        return
    if one.finding == "differs":
        rereadings.replace(archive.db.conn, run, one.reading, site=one.site, at=at)
        return
    kept = archive.kept_page(one.article, one.capture)
    visit = _visit(run, kept, archive.raw(kept.sha256), one.reading)
    archive.settle(msgspec.structs.replace(visit, skeleton=one.skeleton))


def _visit(run: int, kept: Kept, body: bytes, reading: Reading) -> Visit:
    """A page on which an article was found at last, as if it had been when it was fetched."""
    capture = Capture(
        body=body, status=kept.status, headers=kept.headers, final_url=kept.final_url, fetched_at=kept.fetched_at
    )
    return Visit(
        run=run, url=kept.url, site=kept.site, at=kept.fetched_at, capture=capture, reading=reading, entry=kept.entry
    )
