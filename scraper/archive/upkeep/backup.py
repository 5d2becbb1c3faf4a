"""A backup: the whole archive in one file of its own, made while a crawl may be writing."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from scraper.archive.connection import write_copy
from scraper.archive.instants import utc_text
from scraper.archive.store import Archive
from scraper.archive.upkeep.deliveries import Delivery, note_delivery
from scraper.errors import ArchiveUnusable, UsageProblem


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was made and checked. `sha256` is of the file's bytes; `digest` the archive's, where asked for.

    `noted`: the archive remembers it, so that a later redaction can tell of it.
    """

    path: str
    at: str
    size: int
    articles: int
    last_seq: int | None
    sha256: str
    digest: str | None
    noted: bool


def back_up(path: Path, target: Path, *, at: datetime, digest: bool = False) -> Backup:
    """The backup of the archive at `path`, once it is whole at `target`, in the place of what was there.

    Raises UsageProblem for a target that cannot be one, DiskFull, ArchiveUnusable; all leave the target as it was.
    """
    if target.exists() and (not target.is_file() or target.samefile(path)):
        raise UsageProblem(f"A backup cannot take the place of {target}; name another file.")
    try:
        with Archive.open(path, readonly=True) as archive:
            write_copy(archive.db.conn, target)
    except OSError as error:
        raise UsageProblem(f"{target} cannot be written: {error.strerror}; name another file.") from error
    with Archive.open(target, readonly=True) as copy:
        articles, last = _held(copy)
        told = copy.digest() if digest else None
    made = Backup(
        path=str(target.resolve()),
        at=utc_text(at),
        size=target.stat().st_size,
        articles=articles,
        last_seq=last,
        sha256=_sha256(target),
        digest=told,
        noted=False,
    )
    return msgspec.structs.replace(made, noted=_note(path, made))


def _held(archive: Archive) -> tuple[int, int | None]:
    articles, last = archive.db.conn.execute(
        "SELECT (SELECT count(*) FROM articles), max(seq) FROM"
        " (SELECT max(seq) AS seq FROM articles UNION ALL SELECT max(seq) FROM tombstones)"
    ).fetchone()
    return int(articles), last


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _note(path: Path, made: Backup) -> bool:
    delivery = Delivery(
        kind="backup",
        place=made.path,
        at=made.at,
        records=made.articles,
        last_seq=made.last_seq,
        sha256=made.sha256,
    )
    try:
        return note_delivery(path, delivery)
    except ArchiveUnusable:
        return False
