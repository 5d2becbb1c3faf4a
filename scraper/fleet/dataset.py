"""All archives of a fleet as one Parquet dataset: by site and year, brought up to date by export sequence.

    <folder>/dataset.json                                         what is in it: the only word on which files count
             articles/site=kabarmuara.example/year=2026/g3-0.parquet
             quotes/…  article_labels/…  revisions/…  syndication/…
             people/shard=shard-000/g3.parquet                    tables that are of an archive and not of an article

Tables and columns are the archive's own, as it may be published (`scraper.analyst.view`): no article whose owner opted
out, no speaker whose name is not public. So questions asked of an archive can be asked here.

A part, the articles of one site and year, is written anew when an article of it changed, came or went. New files have
new names; the manifest that names them takes the place of the old one when all are on the disk. Whoever reads goes by
the manifest and sees the state before or after; the files of the state before stay until the next change.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from filelock import FileLock, Timeout

from scraper.archive.store import Archive
from scraper.errors import ArchiveLocked, NothingDone, UsageProblem
from scraper.files import troubles_told, write_whole
from scraper.fleet.duck import Columns, lines_read, writer
from scraper.fleet.parts import (
    OF_ARCHIVES,
    OF_ARTICLES,
    SPAN,
    YEAR,
    Part,
    Source,
    columns_of,
    digest_of,
    last_seq,
    part_digests,
    rows_of_archive,
    rows_of_parts,
    shown,
    stamp_of,
)
from scraper.fleet.releases import Release

if TYPE_CHECKING:
    import duckdb

MANIFEST = "dataset.json"
FORMAT = "kliping.dataset/1"
SHIFTED = {"articles": ("number",), "quotes": ("id",)}
"""Numbers that are unique within an archive; made so within the dataset by the archive's place among the shards."""

PEOPLE = {
    "quotes": "person",
    "appearances": "person",
    "people": "id",
    "person_names": "person",
    "person_roles": "person",
}
"""Where a person is named: each archive tells people apart for itself, so `sari-lembayung` of two are two."""

RELEASES, ALL = "releases", "*"
"""The table of what `scraper.fleet.releases` found, and whose it is."""

NO_YEAR = 0  # the year of an article whose day is not known


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the dataset; site and year are those of a part, None in a table that is of archives."""

    path: str
    table: str
    shard: str
    site: str | None = None
    year: int | None = None
    rows: int


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How far an archive is in the dataset: its last export number; of what changes without one, a digest by part and
    by table; the sites of which it held rows that were another's; and its file as it was, which tells at a glance that
    nothing changed.
    """

    seq: int
    parts: dict[str, str]
    tables: dict[str, str]
    strangers: tuple[str, ...]
    stamp: tuple[int, ...]


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """What `dataset.json` holds. `former` are the files of the state before."""

    schema: str = FORMAT
    generation: int = 0
    columns: dict[str, Columns] = {}
    shards: dict[str, State] = {}
    files: tuple[File, ...] = ()
    former: tuple[str, ...] = ()


class Refreshed(msgspec.Struct, frozen=True, kw_only=True):
    """What bringing a dataset up to date came to: parts written and taken out, rows written, articles in all."""

    generation: int
    shards: int
    parts_written: int
    parts_gone: int
    rows: int
    articles: int


def read_dataset(folder: Path) -> Dataset | None:
    """The manifest; None where there is none. Raises UsageProblem for one that is of something else."""
    try:
        found = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Dataset)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise UsageProblem(f"{folder / MANIFEST} cannot be read ({error}); name another folder.") from error
    if found.schema != FORMAT:
        raise UsageProblem(f"{folder / MANIFEST} is of another Kliping ({found.schema}); name another folder.")
    return found


def put_releases(folder: Path, found: Sequence[Release]) -> None:
    """The dataset with those rows in the place of what the archives say of these articles' groups. Raises NothingDone
    where there is no dataset.
    """
    held = read_dataset(folder)
    if held is None:
        raise NothingDone(f"{folder / MANIFEST} is not there; make the dataset first.")
    with troubles_told(folder), _scratch(folder) as scratch, ExitStack() as stack:
        work = _Refresh(folder, scratch, stack, held, held.columns, is_alone=True)
        work.put_releases(found)
        work.settle(held.shards)


def refresh(folder: Path, sources: Sequence[Source]) -> Refreshed:
    """The dataset in that folder as the archives are now; made if there is none. Without a change nothing is written.

    Raises MissingExtra, ArchiveLocked, UsageProblem for a folder that holds anything else, and DiskFull; each leaves it
    as it was.
    """
    held = read_dataset(folder)
    if held is None and folder.exists() and any(folder.iterdir()):
        raise UsageProblem(f"{folder} holds something else than a dataset; name another folder.")
    columns = columns_of(sources[0].path)
    if held is None:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / MANIFEST, msgspec.json.encode(Dataset()))  # whatever becomes of this: it is a dataset's
    if held is None or held.columns != columns or list(held.shards) != [source.name for source in sources]:
        held = Dataset(generation=held.generation if held else 0, files=held.files if held else ())
    with troubles_told(folder), _scratch(folder) as scratch, ExitStack() as stack:
        work = _Refresh(folder, scratch, stack, held, columns, is_alone=len(sources) == 1)
        for number, source in enumerate(sources):
            work.take(number, source)
        return work.settle()


class _Refresh:
    """One generation in the making."""

    def __init__(
        self,
        folder: Path,
        scratch: Path,
        stack: ExitStack,
        held: Dataset,
        columns: dict[str, Columns],
        *,
        is_alone: bool,
    ) -> None:
        self._folder, self._scratch, self._stack, self._held, self._columns = folder, scratch, stack, held, columns
        self._is_alone, self._generation = is_alone, held.generation + 1
        self._kept = {file.path: file for file in held.files} if held.columns else {}
        self._states: dict[str, State] = {}
        self._new: list[File] = []
        self._written = self._gone = 0

    @cached_property
    def _duck(self) -> duckdb.DuckDBPyConnection:
        return self._stack.enter_context(writer(self._scratch))

    def take(self, number: int, source: Source) -> None:
        """Writes what changed in an archive."""
        held, stamp = self._held.shards.get(source.name), stamp_of(source.path)
        if held is not None and held.stamp == stamp and self._owns_the_same(source, held):
            self._states[source.name] = held
            return
        with shown(source.path) as view, Archive.open(source.path, readonly=True) as archive:
            seq = last_seq(archive)
            parts, strangers = part_digests(view, source)
            changed = self._changed(archive, source, held, parts)
            tables = {table: digest_of(rows_of_archive(view, table, source)) for table in OF_ARCHIVES}
            self._drop(source, changed)
            self._gone += len(changed - parts.keys())
            self._write_parts(view, number, source, sorted(changed & parts.keys()))
            for table in OF_ARCHIVES:
                if held is None or held.tables[table] != tables[table]:
                    self._write_table(view, number, source, table)
        told = {_key(part): digest for part, digest in parts.items()}
        self._states[source.name] = State(seq=seq, parts=told, tables=tables, strangers=strangers, stamp=stamp)

    def put_releases(self, found: Sequence[Release]) -> None:
        """Writes what is known over all archives, in the place of what was known before."""
        self._kept = {path: file for path, file in self._kept.items() if file.table != RELEASES}
        lines = self._scratch / RELEASES
        lines.write_bytes(b"".join(msgspec.json.encode(row._asdict()) + b"\n" for row in found))
        if found:
            path = f"{RELEASES}/g{self._generation}.parquet"
            file = File(path=path, table=RELEASES, shard=ALL, rows=len(found))
            self._copy_whole(file, lines, self._columns["syndication"])

    def settle(self, states: dict[str, State] | None = None) -> Refreshed:
        """Puts the new state in the place of the old, if there is a change, and sweeps what is of neither."""
        self._states = self._states if states is None else states
        files = (*self._kept.values(), *self._new)
        before = {file.path for file in self._held.files}
        is_changed = {file.path for file in files} != before or self._held.columns != self._columns
        generation = self._generation if is_changed else self._held.generation
        if is_changed or self._states != self._held.shards:
            _sync(self._folder / file.path for file in self._new)
            former = tuple(sorted(before - {file.path for file in files})) if is_changed else self._held.former
            now = Dataset(generation=generation, columns=self._columns, shards=self._states, files=files, former=former)
            write_whole(self._folder / MANIFEST, msgspec.json.encode(now))
            _sweep(self._folder, {*former, *(file.path for file in files)})
        return Refreshed(
            generation=generation,
            shards=len(self._states),
            parts_written=self._written,
            parts_gone=self._gone,
            rows=sum(file.rows for file in self._new),
            articles=sum(file.rows for file in files if file.table == "articles"),
        )

    def _owns_the_same(self, source: Source, held: State) -> bool:
        """Whether no site was moved to this archive or from it."""
        sites = {file.site for file in self._kept.values() if file.shard == source.name and file.site is not None}
        return all(map(source.owns, sites)) and not any(map(source.owns, held.strangers))

    def _changed(self, archive: Archive, source: Source, held: State | None, parts: Mapping[Part, str]) -> set[Part]:
        """The parts to be written anew or taken out."""
        if held is None:
            return set(parts)
        known = {_key(part): part for part in (*parts, *self._parts_of(source.name))}
        differing = {known[key] for key in known if parts.get(known[key]) != held.parts.get(key)}
        execute = archive.db.conn.execute
        where = f"SELECT a.site, {YEAR} FROM articles a WHERE a.seq > ?"
        moved = {(site, year) for site, year in execute(where, (held.seq,)) if source.owns(site)}
        return differing | moved

    def _parts_of(self, shard: str) -> set[Part]:
        return {
            (file.site, file.year or NO_YEAR)
            for file in self._kept.values()
            if file.shard == shard and file.site is not None
        }

    def _drop(self, source: Source, parts: set[Part]) -> None:
        """The files of those parts, and of parts that are no longer there, count no more."""
        for file in list(self._kept.values()):
            if file.shard == source.name and (file.site, file.year) in parts:
                del self._kept[file.path]

    def _write_parts(self, view: sqlite3.Connection, number: int, source: Source, parts: Sequence[Part]) -> None:
        if not parts:
            return
        self._written += len(parts)
        for table in OF_ARTICLES:
            self._write(table, number, source, rows_of_parts(view, table, parts), extra=("site", "year"))

    def _write_table(self, view: sqlite3.Connection, number: int, source: Source, table: str) -> None:
        for path in [file.path for file in self._kept.values() if (file.table, file.shard) == (table, source.name)]:
            del self._kept[path]
        self._write(table, number, source, rows_of_archive(view, table, source))

    def _write(
        self, table: str, number: int, source: Source, rows: Iterable[tuple[Any, ...]], *, extra: Sequence[str] = ()
    ) -> None:
        """The rows as files of this generation; `extra` are columns before the table's own, by which it is split."""
        lines, counted = self._scratch / table, defaultdict[tuple[Any, ...], int](int)
        names = [name for name, _ in self._columns[table]]
        change = self._changer(table, names, number, source.name)
        encode = msgspec.json.Encoder().encode
        with lines.open("wb") as stream:
            for row in rows:
                counted[row[: len(extra)]] += 1
                told = dict(zip(names, change(list(row[len(extra) :])), strict=True))
                told |= {f"part_{name}": value for name, value in zip(extra, row, strict=False)}
                stream.write(encode(told) + b"\n")
        if not counted:
            return
        if extra:
            self._copy_split(table, source, lines, counted)
        else:
            path = f"{table}/shard={source.name}/g{self._generation}.parquet"
            file = File(path=path, table=table, shard=source.name, rows=counted[()])
            self._copy_whole(file, lines, self._columns[table])

    def _changer(self, table: str, names: list[str], number: int, shard: str) -> Callable[[list[Any]], list[Any]]:
        shifted = [names.index(name) for name in SHIFTED.get(table, ())]
        person = names.index(PEOPLE[table]) if table in PEOPLE and not self._is_alone else None

        def change(row: list[Any]) -> list[Any]:
            for at in shifted:
                row[at] += number * SPAN
            if person is not None and row[person] is not None:
                row[person] = f"{row[person]}@{shard}"
            return row

        return change

    def _copy_whole(self, file: File, lines: Path, columns: Columns) -> None:
        path = self._folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._duck.execute(
            f"COPY (SELECT * FROM {lines_read(columns)}) TO ? (FORMAT parquet, COMPRESSION zstd)",
            (str(lines), str(path)),
        )
        self._new.append(file)

    def _copy_split(self, table: str, source: Source, lines: Path, counted: Mapping[tuple[Any, ...], int]) -> None:
        """Files below site=…/year=…, in which a column `site` of the table's own stands in the path alone."""
        told = (*self._columns[table], ("part_site", "VARCHAR"), ("part_year", "BIGINT"))
        own = ", ".join(f'"{name}"' for name, _ in self._columns[table] if name != "site")
        name = f"g{self._generation}-{source.name}"
        self._duck.execute(
            f"COPY (SELECT {own}, part_site AS site, part_year AS year FROM {lines_read(told)}) TO ?"
            f" (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (site, year), OVERWRITE_OR_IGNORE,"
            f" FILENAME_PATTERN '{name}-{{i}}')",
            (str(lines), str(self._folder / table)),
        )
        for (site, year), rows in counted.items():
            place = Path(table) / f"site={quote(site, safe='')}" / f"year={year}"  # as DuckDB writes a folder's name
            for path in sorted(self._folder.joinpath(place).iterdir()):
                if not path.name.startswith(f"{name}-"):
                    continue
                self._new.append(
                    File(
                        path=(place / path.name).as_posix(),
                        table=table,
                        shard=source.name,
                        site=site,
                        year=year,
                        rows=rows,
                    )
                )
                rows = 0  # noqa: PLW2901 - a part of several files is counted once


def _key(part: Part) -> str:
    return f"{part[0]}/{part[1]}"


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder for what is needed on the way, and the right to write the dataset. Raises ArchiveLocked."""
    scratch = folder / ".scratch"
    try:
        with FileLock(folder / ".lock", timeout=0):
            shutil.rmtree(scratch, ignore_errors=True)  # of one that was killed
            scratch.mkdir()
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    except Timeout:
        raise ArchiveLocked(f"Another process writes the dataset in {folder}; wait for it to end.") from None


def _sync(paths: Iterable[Path]) -> None:
    for path in paths:
        with path.open("rb") as stream:
            os.fsync(stream.fileno())


def _sweep(folder: Path, kept: set[str]) -> None:
    """Takes out the files that no state names, and the folders that are empty then."""
    for path in sorted(folder.glob("[!.]*/**/*"), reverse=True):
        if path.is_file() and path.suffix == ".parquet" and path.relative_to(folder).as_posix() not in kept:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
