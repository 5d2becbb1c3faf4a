"""A connection to an archive file: the file's identity, SQLite's modes, transactions, and its errors in our words.

This is the only module that opens a database. No sqlite3.OperationalError or DatabaseError that tells of the file's
state (locked, full, damaged, not ours) leaves it under its own name; errors that tell of a bug do.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlite_utils import Database

from scraper.archive import schema
from scraper.errors import ArchiveLocked, ArchiveUnusable, DiskFull, ForeignArchive, NewerArchive

BUSY_TIMEOUT = 30.0  # seconds to wait for another connection's write; one page's transaction takes milliseconds
CACHE = 64 * 1024  # KiB of pages held in memory: the upper levels of the full-text index of some 100,000 articles
LOG = 4000  # pages, 16 MB, that the log holds before they are written into the file; with SQLite's own 1000 many pages
# are written there several times over, and one commit an article costs 0.2 ms more

OWNER_ALONE = 0o600  # the rights of an archive and its copies

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
    """An open archive, its tables brought up to date unless `readonly`; then the file as it was is kept beside it.

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
            _make_file(path)
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


def _make_file(path: Path) -> None:
    """An empty file for its owner alone, where there is none: an archive holds what is published nowhere. SQLite gives
    the files beside it the same rights.
    """
    with suppress(OSError):  # there is one, or there can be none, which SQLite tells in its own words
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE))


def _ready(connection: sqlite3.Connection, path: Path, *, create: bool, readonly: bool) -> Database:
    """The connection, once the file is known for an archive: nothing is written to a file that is not."""
    fresh = _identify(connection, path)
    if fresh and (readonly or not create):
        raise ArchiveUnusable(f"The file {path} is empty; make an archive of it with 'kliping sites add URL'.")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cell_size_check = ON")  # a file of a stranger's may be made to be misread
    connection.execute(f"PRAGMA cache_size = -{CACHE}")
    if not readonly:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG}")
        # Under WAL a killed process loses nothing; a power cut may lose the last commits, never the archive.
        connection.execute("PRAGMA synchronous = NORMAL")
    db = Database(connection, execute_plugins=False)
    if not readonly and _version(connection) < schema.VERSION:
        _migrate(db, None if fresh else path.resolve())
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


NOTED = """
INSERT INTO deliveries (kind, place, at, records, last_seq)
SELECT 'backup', ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), count(*), max(seq) FROM articles
"""
"""A copy beside the archive is one that a later redaction does not reach, and must tell of."""


def _migrate(db: Database, path: Path | None) -> None:
    """All pending migrations and the file's new identity in one transaction: a file is never half an archive. One that
    holds something already, at `path`, is copied first. Raises DiskFull where there is no room for that.
    """
    with transaction(db):
        if _version(db.conn) == schema.VERSION:
            return  # another process was quicker
        kept = None
        if path is not None:
            kept = path.with_name(f"{path.name}.before-schema-{schema.VERSION}")
            # of the same connection, within its transaction, SQLite would wait for itself
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as reader:
                write_copy(reader, kept)
        schema.MIGRATIONS.apply(db)
        if kept is not None:
            db.conn.execute(NOTED, (str(kept),))
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


def write_copy(connection: sqlite3.Connection, target: Path) -> None:
    """Writes the archive, as it is at one moment, to a file of its own that takes the place of `target` once it is
    whole, checked and on the disk. Others may read and write the archive meanwhile.

    Raises DiskFull where the disk has too little room, before a byte is written; ArchiveUnusable.
    """
    needed, free = size_of(connection), shutil.disk_usage(target.parent).free
    if needed > free:
        raise DiskFull(
            f"A copy of the archive needs {megabytes(needed)} beside {target}, the disk has {megabytes(free)} left;"
            " make room and run the command again."
        )
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        temporary.unlink(missing_ok=True)
        _make_file(temporary)
        with troubles_told(target), closing(sqlite3.connect(temporary, isolation_level=None)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # a copy is one file, with no log beside it
            (told,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if told != "ok":
            raise ArchiveUnusable(f"The copy for {target} is damaged: {told}; 'kliping verify' tells what is wrong.")
        _settle_on_disk(temporary)
        temporary.replace(target)
        _settle_on_disk(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def size_of(connection: sqlite3.Connection) -> int:
    """The bytes of the archive's file once its log is written into it."""
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * size)


def megabytes(count: int) -> str:
    """1500000 -> '1.5 MB'."""
    return f"{count / 1e6:,.1f} MB"


def _settle_on_disk(path: Path) -> None:
    """What was written to the file or folder is there after a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
