"""The archive as JSONL: one record a line, by seq, with a manifest that says what the file holds.

A file is written beside its target and takes its place when it is whole and on the disk: a reader sees the old file or
the new one. Whoever keeps the manifest's `last_seq` asks for the rest by it next time.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, get_args

import msgspec

from scraper.archive.records import Extra
from scraper.archive.store import Archive, Tombstone
from scraper.errors import UsageProblem
from scraper.export.contract import ArticleRecord
from scraper.export.manifest import Filters, Manifest, Tally, write_manifest
from scraper.export.placing import HashedStream, opened
from scraper.export.selection import all_by_seq

KEYS = ArticleRecord.__struct_fields__
"""A line's keys in the order of the contract."""

EXTRAS: tuple[Extra, ...] = get_args(Extra)


def export(
    archive: Archive,
    target: Path | BinaryIO,
    *,
    at: datetime,
    site: str | None = None,
    since: int | datetime | None = None,
    as_of: datetime | None = None,
    with_: frozenset[Extra] = frozenset(),
    include_opted_out: bool = False,
    include_private: bool = False,
    fields: tuple[str, ...] | None = None,
) -> Manifest:
    """`deliver`, with what is asked for as in Filters.asked."""
    filters = Filters.asked(
        site=site,
        since=since,
        as_of=as_of,
        with_=with_,
        include_opted_out=include_opted_out,
        include_private=include_private,
        fields=fields,
    )
    return deliver(archive, target, filters, at=at)


def deliver(archive: Archive, target: Path | BinaryIO, filters: Filters, *, at: datetime) -> Manifest:
    """The manifest of what was written to `target`: a path, which gets its manifest beside it, or an open stream.

    What its owner opted out of stands there without its text, and no speaker whose name is not public is named, unless
    included. Raises NoSuchSite, UsageProblem for a field that no record has, and DiskFull; each leaves the target as it
    was.
    """
    if filters.site is not None:
        archive.check_site(filters.site)
    extras = {*filters.with_, *(extra for extra in EXTRAS if extra in (filters.fields or ()))}
    filters = msgspec.structs.replace(filters, fields=_in_order(filters.fields), with_=tuple(sorted(extras)))
    tally = Tally()
    with opened(target) as stream:
        _write(archive, stream, filters, tally)
    manifest = tally.manifest(archive, filters, at=at, sha256=stream.sha256, form="jsonl")
    if isinstance(target, Path):
        write_manifest(target, manifest)
    return manifest


def _in_order(fields: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The fields in the order of the contract. Raises UsageProblem for one that no record has."""
    if fields is None:
        return None
    unknown = [name for name in fields if name not in KEYS]
    if unknown:
        raise UsageProblem(f"No record has the field {unknown[0]!r}; there are: {', '.join(KEYS)}.")
    return tuple(key for key in KEYS if key in fields)


def _write(archive: Archive, stream: HashedStream, filters: Filters, tally: Tally) -> None:
    encode = msgspec.json.Encoder().encode
    with archive.snapshot():
        for seq, one in all_by_seq(archive, filters):
            line: Any = one if isinstance(one, Tombstone) or filters.fields is None else _part(one, filters.fields)
            stream.write(encode(line) + b"\n")
            tally.count += 1
            tally.tombstones += isinstance(one, Tombstone)
            tally.meet(seq)


def _part(record: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {key: record[key] for key in fields if key in record}
