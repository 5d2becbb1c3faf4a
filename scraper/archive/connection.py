"""A connection to an archive file: the file's identity, SQLite's modes, transactions, and its errors in our words.

This is the only module that opens a database. No sqlite3.OperationalError or DatabaseError that tells of the file's
state (locked, full, damaged, not ours) leaves it under its own name; errors that tell of a bug do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from scraper.archive import schema
from scraper.errors import ArchiveLocked, ArchiveUnusable, DiskFull, ForeignArchive, NewerArchive

BUSY_TIMEOUT = 30.0  # seconds to wait for another connection's write; one page's transaction takes milliseconds
CACHE = 64 * 1024  # KiB of pages held in memory: the upper levels of the full-text index of some 100,000 articles

TROUBLES: dict[int, tuple[type[ArchiveUnusable], str]] = {
    sqlite3.SQLITE_BUSY: (ArchiveLocked, "is locked by another program; wait for it to end, or end it"),
    sqlite3.SQLITE_LOCKED: (ArchiveLocked, "is locked by another program; wait for it to end, or end it"),
    sqlite3.SQLITE_FULL: (DiskFull, "cannot grow: the disk is full; make room and run the command again"),
    sqlite3.SQLITE_NOTADB: (ForeignArchive, "is not an SQLite database; name another file with --db"),
    sqlite3.SQLITE_CORRUPT: (ArchiveUnusable, "is damaged; keep the file and restore a backup"),
    sqlite3.SQLITE_CANTOPEN: (ArchiveUnusable, "cannot be opened; check that its folder exists and may be read"),
    sqlite3.SQLITE_READONLY: (ArchiveUnusable, "may not be written; check the rights of the file and its folder"),
    sqlite3.SQLITE_PERM: (ArchiveUnusable, "may not be opened; check the rights of the file and its folder"),
    sqlite3.SQLITE_IOERR: (ArchiveUnusable, "cannot be read or written: the disk reports an error; check the disk"),
}

PRIMARY = 0xFF  # the low byte of an error code, without the extended code
WITHOUT_WAL = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
"""How SQLite says that it may not make the files a reader of a write-ahead log needs beside the database."""


@contextmanager
def troubles_told(path: Path) -> Iterator[None]:
    """SQLite's errors about the file, raised as the ArchiveUnusable family with the file's name and what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        kind = TROUBLES.get(code & PRIMARY) if code is not None else None
        if kind is None:
            raise
        raise kind[0](f"The archive {path} {kind[1]}. ({error})") from error


def connect(path: Path, *, create: bool, readonly: bool) -> Database:
    """An open archive, its tables brought up to date unless `readonly`.

    An absent or empty file becomes a fresh archive only if `create`. One in a folder that may not be written is read as
    a file that nobody changes, if it is whole. Raises ForeignArchive for another program's database, NewerArchive for
    one whose schema is ahead of this program, ArchiveUnusable for what cannot be opened.
    """
    if not path.exists() and not create:
        raise ArchiveUnusable(
            f"There is no archive at {path}; make one with 'kliping sites add URL', or name it by --db."
        )
    with troubles_told(path):
        if create:
            _make_folder(path.parent)
        if not readonly:
            return _open(path, "mode=rwc" if create else "mode=rw", create=create, readonly=False)
        try:
            return _open(path, "mode=ro", create=False, readonly=True)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & PRIMARY not in WITHOUT_WAL or not _is_whole(path):
                raise
            return _open(path, "mode=ro&immutable=1", create=False, readonly=True)


def _open(path: Path, query: str, *, create: bool, readonly: bool) -> Database:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{query}", uri=True, timeout=BUSY_TIMEOUT, isolation_level=None
    )
    try:
        return _ready(connection, path, create=create, readonly=readonly)
    except BaseException:
        connection.close()
        raise


def _is_whole(path: Path) -> bool:
    """Whether all commits are in the file itself: none waits in a write-ahead log beside it."""
    log = path.resolve().with_name(f"{path.resolve().name}-wal")
    return not log.exists() or log.stat().st_size == 0


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveUnusable(f"The folder {folder} cannot be made: {error.strerror}; name another by --db.") from error


def _ready(connection: sqlite3.Connection, path: Path, *, create: bool, readonly: bool) -> Database:
    """The connection, once the file is known for an archive: nothing is written to a file that is not."""
    fresh = _identify(connection, path)
    if fresh and (readonly or not create):
        raise ArchiveUnusable(f"The file {path} is empty; make an archive of it with 'kliping sites add URL'.")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE}")
    if not readonly:
        connection.execute("PRAGMA journal_mode = WAL")
        # Under WAL a killed process loses nothing; a power cut may lose the last commits, never the archive.
        connection.execute("PRAGMA synchronous = NORMAL")
    db = Database(connection, execute_plugins=False)
    if not readonly and _version(connection) < schema.VERSION:
        _migrate(db)
    return db


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _identify(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is empty; raises for another program's database and for a newer Kliping's."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application == schema.APPLICATION_ID:
        version, known = _version(connection), schema.VERSION
        if version > known:
            raise NewerArchive(
                f"The archive {path} was written by a newer Kliping (schema {version}, this one knows {known});"
                " upgrade Kliping to use it."
            )
        return False
    if application or connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
        raise ForeignArchive(f"The file {path} is another program's database; name another file with --db.")
    return True


def _migrate(db: Database) -> None:
    """All pending migrations and the file's new identity in one transaction: a file is never half an archive."""
    with transaction(db):
        schema.MIGRATIONS.apply(db)
        db.conn.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        db.conn.execute(f"PRAGMA user_version = {schema.VERSION}")


@contextmanager
def transaction(db: Database) -> Iterator[sqlite3.Connection]:
    """One transaction that may write from its first statement on: all of it is kept, or nothing.

    BEGIN IMMEDIATE, unlike `Database.atomic()`, takes the write lock where waiting for it is still possible.
    """
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db.conn
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:  # SQLite ends the transaction by itself after some errors
            db.conn.execute("ROLLBACK")
        raise
