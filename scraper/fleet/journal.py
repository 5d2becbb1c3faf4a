"""What an archive committed since it was taken, as the bytes of SQLite's own write-ahead log.

While a shard is held nothing is checkpointed, so that its file stays, to the byte, the one that was taken, and its log
only grows. Copied to the store every second, the log is all that is lost with a worker less the last second: file and
log together give back every whole commit, by SQLite's own recovery.
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

from scraper.errors import ArchiveUnusable

HEADER = 32  # bytes of the log's header; https://www.sqlite.org/fileformat2.html#walformat
FRAME = struct.Struct(">IIII8x")  # page, size of the database after a commit or 0, two salts, and checksums
PAGE_SIZE = struct.Struct(">8xI")
SALTS = struct.Struct(">16xII")


def log_of(path: Path) -> Path:
    """The write-ahead log beside an archive."""
    return path.with_name(f"{path.name}-wal")


def committed(path: Path, since: int) -> bytes:
    """The bytes of the archive's log from `since` up to the end of its last whole commit; b'' where nothing is new.

    Raises ArchiveUnusable where the log was begun anew, which a held archive's is not.
    """
    try:
        with log_of(path).open("rb") as log:
            header = log.read(HEADER)
            if len(header) < HEADER:
                return b""
            log.seek(since)
            found = log.read()
    except FileNotFoundError:
        return b""
    (page_size,), salts = PAGE_SIZE.unpack_from(header), SALTS.unpack_from(header)
    length, at, end = FRAME.size + page_size, max(HEADER - since, 0), 0
    while at + length <= len(found):
        _, size, *own = FRAME.unpack_from(found, at)
        if tuple(own) != salts:
            break  # left of an earlier log
        at += length
        if size:
            end = at
    if since and not end and found and at == 0 and len(found) >= length:
        raise ArchiveUnusable(f"The log of {path} was begun anew while it was held; nothing is put back.")
    return found[:end]


def settle_into(path: Path) -> None:
    """The log is written into the archive's file, which is then all there is of it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        (told,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if busy or told != "ok":
        raise ArchiveUnusable(f"The archive {path} cannot be put back: {'it is in use' if busy else told}.")
