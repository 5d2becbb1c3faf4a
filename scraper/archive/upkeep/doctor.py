"""How an archive fares as a file: what it weighs, what it lacks, and what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from scraper.archive import schema
from scraper.archive.connection import megabytes, size_of, troubles_told
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import INDEXES, full_text_counts
from scraper.config import SETTINGS, Settings
from scraper.errors import ArchiveLocked

Gravity = Literal["trouble", "advice", "note"]

LOOSE = 0.2  # of the file in free pages, from which rewriting it is worth the time
LEAST_LOOSE = 10_000_000  # bytes
LONG_LOG = 64_000_000  # bytes; SQLite cuts the log at 4 MB where no reader keeps it from that
MANY_SEGMENTS = 40  # of a full-text index; a search looks into each, merging keeps some 15 a level
LITTLE_ROOM = 1_000_000_000  # bytes; a crawl of a large newsroom keeps some hundred megabytes


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something to know of an archive: a trouble, a piece of advice or a note; and what to do, '' for nothing."""

    gravity: Gravity
    what: str
    remedy: str = ""


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive's file holds, in bytes where nothing else is said. `raw` is of all bodies as they came, `kept`
    what they take; `references` counts the bodies that others are compressed with. `segments`: of each full-text index.
    """

    path: str
    schema: int
    size: int
    log: int
    free_pages: int
    disk_free: int
    articles: int
    bodies: int
    references: int
    raw: int
    kept: int
    segments: dict[str, int]


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """The weights of an archive, and all that was found, troubles first."""

    weights: Weights
    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing found is a trouble; advice and notes may stand."""
        return all(finding.gravity != "trouble" for finding in self.findings)


def examine(archive: Archive, settings: Settings) -> Examination:
    """How the archive fares. Reads the whole file once, and writes nothing."""
    with troubles_told(archive.path):
        weights = _weights(archive)
        found = [
            *_damage(archive),
            *_disk(weights),
            *_growth(weights),
            *_manners(archive, settings),
            *_copies(archive),
            *_circumstances(archive, weights, settings),
        ]
    order = ("trouble", "advice", "note")
    return Examination(weights=weights, findings=tuple(sorted(found, key=lambda finding: order.index(finding.gravity))))


def optimize(archive: Archive) -> None:
    """Each full-text index merged into one segment. Hold `archive.writing()`."""
    with archive.transaction():
        for index in INDEXES:
            archive.db.conn.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608 - our own names
    with troubles_told(archive.path):
        archive.db.conn.execute("PRAGMA optimize")


def vacuum(archive: Archive) -> None:
    """The file rewritten without free pages; needs as much free disk as it is large. Hold `archive.writing()`."""
    with troubles_told(archive.path):
        archive.db.conn.execute("VACUUM")
        archive.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _weights(archive: Archive) -> Weights:
    execute, path = archive.db.conn.execute, archive.path.resolve()
    log = path.with_name(f"{path.name}-wal")
    bodies, references, raw, kept = execute(
        "SELECT count(*), count(*) FILTER (WHERE dictionary IS NULL), coalesce(sum(size), 0),"
        " coalesce(sum(length(data)), 0) FROM blobs"
    ).fetchone()
    free, page = (execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_size"))
    return Weights(
        path=str(path),
        schema=execute("PRAGMA user_version").fetchone()[0],
        size=size_of(archive.db.conn),
        log=log.stat().st_size if log.exists() else 0,
        free_pages=free * page,
        disk_free=shutil.disk_usage(path.parent).free,
        articles=execute("SELECT count(*) FROM articles").fetchone()[0],
        bodies=bodies,
        references=references,
        raw=raw,
        kept=kept,
        segments={
            index: execute(f"SELECT count(DISTINCT segid) FROM {index}_idx").fetchone()[0]  # noqa: S608 - as above
            for index in INDEXES
        },
    )


def _damage(archive: Archive) -> Iterator[Finding]:
    (told,) = archive.db.conn.execute("PRAGMA quick_check(1)").fetchone()
    if told != "ok":
        yield Finding(
            gravity="trouble", what=f"The file is damaged: {told}.", remedy="Keep it, and restore a backup of it."
        )
    for told in full_text_counts(archive):
        yield Finding(gravity="trouble", what=told, remedy="Run 'kliping rebuild'.")


def _disk(weights: Weights) -> Iterator[Finding]:
    room = megabytes(weights.disk_free)
    if weights.disk_free < LITTLE_ROOM:
        yield Finding(gravity="trouble", what=f"The disk has {room} left.", remedy="Make room before the next crawl.")
    elif weights.disk_free < 2 * weights.size:
        yield Finding(
            gravity="advice",
            what=f"The disk has {room} left: too little for 'rebuild', which needs the archive's size twice.",
            remedy="Make room, or move the archive to a larger disk.",
        )


def _growth(weights: Weights) -> Iterator[Finding]:
    if weights.free_pages > max(LEAST_LOOSE, LOOSE * weights.size):
        yield Finding(
            gravity="advice",
            what=f"{megabytes(weights.free_pages)} of the file's {megabytes(weights.size)} hold nothing.",
            remedy="Run 'kliping doctor --vacuum' while no crawl runs.",
        )
    if weights.log > LONG_LOG:
        yield Finding(
            gravity="advice",
            what=f"The log beside the file is {megabytes(weights.log)} long: a reader keeps it from being cut.",
            remedy="End programs that hold the archive open for long.",
        )
    for index, segments in weights.segments.items():
        if segments > MANY_SEGMENTS:
            yield Finding(
                gravity="advice",
                what=f"The full-text index {index} is in {segments} pieces, and each search looks into all.",
                remedy="Run 'kliping doctor --optimize' while no crawl runs.",
            )


def _manners(archive: Archive, settings: Settings) -> Iterator[Finding]:
    beyond = [site.name for site in archive.sites() if not site.loopback]
    if beyond and not settings.contact:
        yield Finding(
            gravity="trouble",
            what=f"{len(beyond)} sites cannot be crawled: no contact is given for the user agent.",
            remedy="Set KLIPING_CONTACT to an e-mail or web address.",
        )


def _copies(archive: Archive) -> Iterator[Finding]:
    made = archive.db.conn.execute(
        "SELECT max(at) FROM deliveries WHERE kind = 'backup' AND place NOT LIKE '%.before-schema-%'"
        if _has_deliveries(archive)
        else "SELECT NULL"
    ).fetchone()[0]
    if made is None:
        yield Finding(gravity="advice", what="No backup was ever made.", remedy="Run 'kliping backup FILE'.")
    else:
        yield Finding(gravity="note", what=f"The last backup was made at {made}.")
    path = archive.path.resolve()
    for copy in sorted(path.parent.glob(f"{path.name}.before-schema-*")):
        yield Finding(
            gravity="note",
            what=f"{copy} is the archive as it was before an upgrade, {megabytes(copy.stat().st_size)}.",
            remedy="Delete it once the archive has proved itself: a redaction does not reach it.",
        )


def _has_deliveries(archive: Archive) -> bool:
    return bool(archive.db.conn.execute("SELECT 1 FROM sqlite_schema WHERE name = 'deliveries'").fetchone())


def _circumstances(archive: Archive, weights: Weights, settings: Settings) -> Iterator[Finding]:
    if weights.schema < schema.VERSION:
        yield Finding(
            gravity="note",
            what=f"The archive has schema {weights.schema}, this Kliping writes {schema.VERSION}.",
            remedy="The next command that writes brings it up to date, and keeps a copy of it as it is.",
        )
    if _is_held(archive):
        holder = _holder(archive.path.resolve())
        by = f"process {holder}" if holder is not None else "another process"
        yield Finding(gravity="note", what=f"The right to write is held by {by}.")
    changed = [f"{one.variable}={value}" for one in SETTINGS if (value := getattr(settings, one.name)) != one.default]
    if changed:
        yield Finding(gravity="note", what=f"Settings other than the default: {', '.join(changed)}.")


def _is_held(archive: Archive) -> bool:
    if not archive.path.resolve().with_name(f"{archive.path.resolve().name}.lock").exists():
        return False
    try:
        with archive.writing():
            return False
    except ArchiveLocked:
        return True


def _holder(path: Path) -> int | None:
    """The process that holds the archive's lock, as Linux tells it; None where it does not."""
    try:
        node = path.with_name(f"{path.name}.lock").stat().st_ino
        held = [line.split() for line in Path("/proc/locks").read_text("ascii").splitlines()]
    except OSError:
        return None
    return next((int(line[4]) for line in held if len(line) > 5 and line[5].endswith(f":{node}")), None)
