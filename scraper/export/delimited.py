"""A table of the archive as CSV (RFC 4180, UTF-8): a header, then one row each, in the order of the articles' seq.

A list in a cell is JSON; what is not known is an empty cell; true and false are 1 and 0, as in the archive. A text
stands as it was published, also one that begins with '=': a spreadsheet must be told to import texts as texts.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from scraper.archive.store import Archive, Tombstone
from scraper.errors import UsageProblem
from scraper.export.flat import TABLES, Row, extras_of, rows, tombstone_row
from scraper.export.manifest import Filters, Manifest, Tally, write_manifest
from scraper.export.placing import HashedStream, opened
from scraper.export.selection import all_by_seq


class _Encoded:
    """Takes the texts that csv writes, and passes on their bytes."""

    def __init__(self, stream: HashedStream) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(text.encode("utf-8", "replace"))


def deliver(archive: Archive, target: Path | BinaryIO, filters: Filters, *, at: datetime) -> Manifest:
    """The manifest of the table `filters.table` (articles, where none is named) written to `target`: a path, which gets
    its manifest beside it, or an open stream. `filters.fields` chooses columns, in the table's order.

    An increment of a list holds all rows of every article that changed: whoever keeps a copy deletes those of the
    articles that an increment of `articles` names, and of `tombstones`, and adds these. Raises NoSuchSite, UsageProblem
    for a column that is not there, and DiskFull; each leaves the target as it was.
    """
    if filters.site is not None:
        archive.check_site(filters.site)
    table = filters.table or "articles"
    names = _chosen(table, filters.fields)
    filters = msgspec.structs.replace(filters, table=table, with_=extras_of([table]), fields=filters.fields and names)
    tally = Tally()
    with opened(target) as stream:
        _write(archive, stream, filters, names, tally)
    manifest = tally.manifest(archive, filters, at=at, sha256=stream.sha256, form="csv")
    if isinstance(target, Path):
        write_manifest(target, manifest)
    return manifest


def _chosen(table: str, fields: tuple[str, ...] | None) -> tuple[str, ...]:
    names = tuple(column.name for column in TABLES[table])
    unknown = [name for name in fields or () if name not in names]
    if unknown:
        raise UsageProblem(f"The table {table} has no column {unknown[0]!r}; there are: {', '.join(names)}.")
    return names if fields is None else tuple(name for name in names if name in fields)


def _write(archive: Archive, stream: HashedStream, filters: Filters, names: tuple[str, ...], tally: Tally) -> None:
    table = filters.table or "articles"
    chosen = _chooser(table, names)
    writer = csv.writer(_Encoded(stream))
    writer.writerow(names)
    with archive.snapshot():
        for seq, one in all_by_seq(archive, filters):
            tally.meet(seq)
            tally.tombstones += isinstance(one, Tombstone)
            for row in _rows(table, one, archive, filters):
                writer.writerow([_cell(value) for value in chosen(row)])
                tally.count += 1


def _rows(table: str, one: Any, archive: Archive, filters: Filters) -> list[Row]:
    if isinstance(one, Tombstone):
        return [tombstone_row(one)] if table == "tombstones" else []
    if table == "tombstones":
        return []
    return list(rows(table, one, archive, as_of=filters.as_of))


def _chooser(table: str, names: tuple[str, ...]) -> Callable[[Row], Row]:
    places = [number for number, column in enumerate(TABLES[table]) if column.name in names]
    if len(places) == 1:
        return lambda row: (row[places[0]],)
    return itemgetter(*places)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return msgspec.json.encode(value).decode() if isinstance(value, list | tuple) else value
