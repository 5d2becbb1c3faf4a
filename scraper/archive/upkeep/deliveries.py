"""Copies of the archive that left it, exports and backups: remembered for whoever must be told of a redaction."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from scraper.archive.store import Archive
from scraper.errors import ArchiveUnusable


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A copy of the archive, or of a part, that was made: an export or a backup, and where it was written."""

    kind: str
    place: str
    at: str
    records: int
    last_seq: int | None
    sha256: str | None


def note_delivery(path: Path, delivery: Delivery) -> bool:
    """Whether the export or backup could be noted in the archive at `path`, for whoever must be told of a redaction;
    not where the archive may only be read.
    """
    try:
        archive = Archive.open(path)
    except ArchiveUnusable:
        return False
    with archive, archive.transaction():
        archive.db.conn.execute(
            "INSERT INTO deliveries (kind, place, at, records, last_seq, sha256)"
            " VALUES (:kind, :place, :at, :records, :last_seq, :sha256)",
            msgspec.structs.asdict(delivery),
        )
    return True


def deliveries_since(connection: sqlite3.Connection, since: str) -> tuple[Delivery, ...]:
    """The copies made at that time (UTC text) or later, oldest first."""
    rows = connection.execute(
        "SELECT kind, place, at, records, last_seq, sha256 FROM deliveries WHERE at >= ? ORDER BY id", (since,)
    )
    return tuple(Delivery(**dict(zip(Delivery.__struct_fields__, row, strict=True))) for row in rows)
