"""New rules over kept pages, no network: what they would change, told like a pull request; then done, or taken back.

Pages are read on all cores, each worker with the archive open for reading; what they find is compared there, so that
only what differs comes back. One process writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

import msgspec

from extractors.model import Article, Reading
from extractors.skeleton import Skeleton
from scraper.archive.captures import Capture, DamagedCapture
from scraper.archive.records import Record
from scraper.archive.sites import edges, templates
from scraper.archive.store import Archive
from scraper.archive.versions import rereadings
from scraper.archive.versions.rereadings import Kept
from scraper.archive.visits import Visit, as_of_site
from scraper.crew import Crew
from scraper.errors import NothingDone
from scraper.reading import read_answer
from scraper.repeating import answered_of, repeated_by_site, repeated_of

Finding = Literal["same", "differs", "found", "lost", "renamed", "failed"]
"""What became of a page: `found` where none was before, `lost` where rules read nothing any more, `renamed` where they
give the article another id. The last three are told and change nothing.
"""

Change = Literal["filled", "emptied", "changed"]

Page = tuple[str | None, int]
"""Article and capture."""

TASK = f"{__name__}:serve"
CHUNK = 16  # pages a worker is asked for at once
LIMIT = 120.0  # seconds a chunk may take
BATCH = 50  # articles a transaction
SAMPLES = 3
FIELDS = (*(field for field in Article.__struct_fields__ if field != "schema"), "removed", "claims")


Repeated = dict[str, frozenset[str]]
"""Site -> the lines that stand on many of its pages."""


class Difference(msgspec.Struct, frozen=True):
    """One field of one article, before and after."""

    change: Change
    before: Any
    after: Any


class Reread(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one page. `reading` is there where something is to be written."""

    finding: Finding
    url: str
    site: str
    article: str | None
    capture: int
    differences: dict[str, Difference] = {}
    reading: Reading | None = None
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

    @staticmethod
    def _add_field(field: FieldReport, one: Reread, difference: Difference | None) -> None:
        if difference is None:
            field.same += 1
            return
        setattr(field, difference.change, getattr(field, difference.change) + 1)
        if len(field.samples) < SAMPLES:
            field.samples.append((one.url, difference))


def compare(archive: Archive, *, site: str | None = None, workers: int) -> Report:
    """What today's rules would change, over every kept page. Nothing is written. Raises NoSuchSite."""
    report = Report()
    for one in reread(archive, site=site, workers=workers):
        report.add(one)
    return report


def apply(archive: Archive, *, site: str | None = None, workers: int, now: Callable[[], datetime]) -> Report:
    """What was changed, once it is. One that was broken off goes on where it was: what is done differs no more.

    Hold `archive.writing()`. Raises NoSuchSite.
    """
    report, connection = Report(), archive.db.conn
    sites = [site] if site is not None else [one.name for one in archive.sites()]
    with archive.transaction():
        run = rereadings.begin(connection, sites, now())
    found = reread(archive, site=site, workers=workers)
    while batch := list(islice(found, BATCH)):
        with archive.transaction():
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
        return rereadings.revert(archive.db.conn, run, at=at)


def reread(archive: Archive, *, site: str | None, workers: int) -> Iterator[Reread]:
    """Every kept page read again, in the order in which they were kept. With no workers they are read here."""
    if site is not None:
        archive.check_site(site)
    pages = rereadings.pages(archive.db.conn, site)
    repeated = {site: repeated_of(archive, site)} if site is not None else repeated_by_site(archive)
    chunks = [pages[at : at + CHUNK] for at in range(0, len(pages), CHUNK)]
    if not workers:
        for chunk in chunks:
            yield from _read_chunk(archive, chunk, repeated)
        return
    path = str(archive.path.absolute())
    with Crew(TASK, min(workers, len(chunks) or 1), limit=LIMIT) as crew:
        yield from crew.work(
            chunks,
            encode=lambda chunk: msgspec.msgpack.encode((path, chunk, repeated)),
            decode=msgspec.msgpack.Decoder(list[Reread]).decode,
            lost=lambda page, words: _failed(*page, words),
        )


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
    now: Record = msgspec.json.decode(msgspec.json.encode(reading.article))
    now["removed"] = msgspec.to_builtins(reading.removals, str_keys=True)
    now["claims"] = msgspec.to_builtins(reading.claims)
    found = {}
    for field in FIELDS:
        before, after = held[field], _plain(now[field])
        if before != after:
            found[field] = Difference(_change(before, after), before, after)
    return found


def _plain(value: Any) -> Any:
    """Tuples as the lists that JSON makes of them."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value


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
