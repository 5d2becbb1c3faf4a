"""The archive as Parquet: a folder of tables, each split by site and year of publication, types stated.

    <folder>/articles/site=kabarmuara.example/year=2026/part-0.parquet
             quotes/…  event_dates/…  images/…  links/…  embeds/…  revisions/…
             tombstones/part-0.parquet

DuckDB writes it, from lines of JSON and with no extension but those built into it. An instant is a TIMESTAMP WITH TIME
ZONE; where only the day is known `published_at` is null, and `published_on` has it: no day is widened to midnight.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; paths are always parameters)

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from scraper.archive.store import Archive, Tombstone
from scraper.errors import DiskFull, MissingExtra, UsageProblem
from scraper.export.flat import INSTANT, TABLES, Column, Row, extras_of, rows, tombstone_row
from scraper.export.manifest import Filters, Manifest, Part, Tally, read_manifest, write_manifest
from scraper.export.placing import replacing_folder, scratch_folder
from scraper.export.selection import all_by_seq
from scraper.files import troubles_told

if TYPE_CHECKING:
    import duckdb

ALL = ("articles", "quotes", "event_dates", "images", "links", "embeds", "revisions", "tombstones")
"""The tables of a folder; labels stand in `articles` as a list."""

LONGEST_LINE = 2**30  # bytes of a row as JSON; DuckDB stops at 16 MB if not told
BUFFERED = 20_000  # rows that wait in memory for their partitions; DuckDB's own 524,288 are 2 GB of articles
SETTINGS = {
    "threads": 1,  # so that two exports of the same rows are the same bytes
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "TimeZone": "UTC",
    "partitioned_write_flush_threshold": BUFFERED,
}


def deliver(archive: Archive, target: Path | BinaryIO, filters: Filters, *, at: datetime) -> Manifest:
    """The manifest of the folder written at `target`; `filters.table` writes that table alone.

    A folder of an earlier export is replaced. Increments are as in the CSV. Raises MissingExtra, NoSuchSite,
    UsageProblem for a place that holds anything else, and DiskFull; each leaves the target as it was.
    """
    if not isinstance(target, Path):
        raise UsageProblem("A Parquet export is a folder: name it by -o.")
    duck = _duckdb()
    if filters.site is not None:
        archive.check_site(filters.site)
    _refuse_strangers(target)
    tables = ALL if filters.table is None else (filters.table,)
    filters = msgspec.structs.replace(filters, with_=extras_of(tables))
    tally = Tally()
    with troubles_told(target), scratch_folder(target) as scratch, replacing_folder(target) as folder:
        _write_lines(archive, scratch, filters, tables, tally)
        try:
            with closing(duck.connect(":memory:", config={"temp_directory": str(scratch)})) as connection:
                _set(connection)
                for table in tables:
                    write_table(connection, table, scratch / table, folder / table)
        except duck.IOException as error:
            raise DiskFull(f"DuckDB cannot write {target}: {error}") from error
        files = tuple(_parts(folder))
    listing = "".join(f"{part.sha256}  {part.path}\n" for part in files)
    sha256 = hashlib.sha256(listing.encode()).hexdigest()
    manifest = tally.manifest(archive, filters, at=at, sha256=sha256, form="parquet", files=files)
    write_manifest(target, manifest)
    return manifest


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("A Parquet export", "parquet") from None
    return duckdb


def _refuse_strangers(target: Path) -> None:
    """Raises UsageProblem where something else than an earlier export would be replaced."""
    if not target.exists():
        return
    held = read_manifest(target)
    if not target.is_dir() or held is None or held.format != "parquet":
        raise UsageProblem(f"{target} exists and is no export of Kliping's; name another folder by -o.")


def _set(connection: duckdb.DuckDBPyConnection) -> None:
    for name, value in SETTINGS.items():
        told = f"'{value}'" if isinstance(value, str) else str(value).lower()
        connection.execute(f"SET {name} = {told}")


def _write_lines(archive: Archive, scratch: Path, filters: Filters, tables: tuple[str, ...], tally: Tally) -> None:
    """One file of JSON lines a table, all of one moment."""
    encode = msgspec.json.Encoder().encode
    with ExitStack() as stack:
        streams = {table: stack.enter_context((scratch / table).open("wb")) for table in tables}
        stack.enter_context(archive.snapshot())
        for seq, one in all_by_seq(archive, filters):
            tally.meet(seq)
            if isinstance(one, Tombstone):
                tally.tombstones += 1
                if "tombstones" in streams:
                    streams["tombstones"].write(encode(named("tombstones", tombstone_row(one))) + b"\n")
                continue
            tally.count += 1
            for table, stream in streams.items():
                if table != "tombstones":
                    for row in rows(table, one, archive, as_of=filters.as_of):
                        stream.write(encode(named(table, row)) + b"\n")


def named(table: str, row: Row) -> dict[str, Any]:
    """The row as a line of JSON has it."""
    return {column.name: _typed(column, value) for column, value in zip(TABLES[table], row, strict=True)}


def _typed(column: Column, value: Any) -> Any:
    """The value, or None for a day or local time where an instant is meant."""
    if column.type == "TIMESTAMPTZ" and value is not None and not (len(value) == INSTANT and value.endswith("Z")):
        return None
    return value


def write_table(connection: duckdb.DuckDBPyConnection, table: str, lines: Path, folder: Path) -> None:
    """A file of such lines as the table's folder."""
    columns = TABLES[table]
    stated = ", ".join(f"'{column.name}': '{column.type}'" for column in columns)
    read = (
        f"SELECT * {', year(published_on) AS year' if table != 'tombstones' else ''} FROM read_json(?,"
        f" format = 'newline_delimited', maximum_object_size = {LONGEST_LINE}, columns = {{{stated}}})"
    )
    is_split = table != "tombstones" and lines.stat().st_size > 0
    options = "FORMAT parquet, COMPRESSION zstd"
    if is_split:
        split = f"{options}, PARTITION_BY (site, year), FILENAME_PATTERN 'part-{{i}}'"
        connection.execute(f"COPY ({read}) TO ? ({split})", (str(lines), str(folder)))
        return
    folder.mkdir()
    connection.execute(f"COPY ({read}) TO ? ({options})", (str(lines), str(folder / "part-0.parquet")))


def _parts(folder: Path) -> Iterable[Part]:
    for path in sorted(folder.rglob("*.parquet")):
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        yield Part(path=path.relative_to(folder).as_posix(), bytes=path.stat().st_size, sha256=sha256)
