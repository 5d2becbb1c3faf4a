"""The archive as JSONL: one record a line, by seq, with a manifest that says what the file holds.

A file is written beside its target and takes its place when it is whole and on the disk: a reader sees the old file or
the new one. Whoever keeps the manifest's `last_seq` asks for the rest by it next time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from pathlib import Path
from typing import BinaryIO

import msgspec

from extractors.model import SCHEMA
from scraper.archive.history import records_as_of
from scraper.archive.instants import utc_text
from scraper.archive.optouts import withheld
from scraper.archive.privacy import spared
from scraper.archive.records import Extra, Record
from scraper.archive.store import Archive
from scraper.files import replacing, troubles_told

SUFFIX = ".manifest.json"


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for: one site or all; what came after a seq, or changed in the archive since a time."""

    site: str | None = None
    since_seq: int | None = None
    since_date: str | None = None
    as_of: str | None = None
    include_opted_out: bool = False
    include_private: bool = False
    with_: tuple[Extra, ...] = msgspec.field(default=(), name="with")


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an export holds. `count` is of lines, tombstones among them; the seqs are null where there is none."""

    schema: str
    archive: str
    created_at: str
    filters: Filters
    count: int
    tombstones: int
    first_seq: int | None
    last_seq: int | None
    sha256: str
    """Of the file's bytes."""


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
) -> Manifest:
    """The manifest of what was written to `target`: a path, which gets its manifest beside it, or an open stream.

    `since` is a seq (what came after it) or a time (what changed in the archive at it or later); `as_of` gives the
    records as they were held at that time, and no tombstones. What its owner opted out of stands there without its
    text, and no speaker whose name is not public is named, unless included. Raises NoSuchSite, and DiskFull; either
    leaves the target as it was.
    """
    if site is not None:
        archive.check_site(site)
    filters = Filters(
        site=site,
        since_seq=since if isinstance(since, int) else None,
        since_date=utc_text(since) if isinstance(since, datetime) else None,
        as_of=utc_text(as_of) if as_of is not None else None,
        include_opted_out=include_opted_out,
        include_private=include_private,
        with_=tuple(sorted(with_)),
    )
    with troubles_told(target):
        if not isinstance(target, Path):
            manifest = _write(archive, target, filters, at)
            target.flush()
            return manifest
        with replacing(target) as stream:
            manifest = _write(archive, stream, filters, at)
        with replacing(manifest_path(target)) as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        return manifest


def manifest_path(target: Path) -> Path:
    """Where the manifest of an export lies: 'x.jsonl' -> 'x.jsonl.manifest.json'."""
    return target.with_name(target.name + SUFFIX)


def _write(archive: Archive, stream: BinaryIO, filters: Filters, at: datetime) -> Manifest:
    count = tombstones = 0
    first = last = None
    whole = hashlib.sha256()
    with archive.snapshot():
        for seq, line, is_tombstone in _lines(archive, filters):
            stream.write(line)
            whole.update(line)
            count += 1
            tombstones += is_tombstone
            first, last = min(seq, first or seq), max(seq, last or seq)
    return Manifest(
        schema=SCHEMA,
        archive=archive.path.name,
        created_at=utc_text(at),
        filters=filters,
        count=count,
        tombstones=tombstones,
        first_seq=first,
        last_seq=last,
        sha256=whole.hexdigest(),
    )


def _lines(archive: Archive, filters: Filters) -> Iterator[tuple[int, bytes, bool]]:
    """seq, JSON line, whether it is a tombstone; by seq, which no two share."""
    encode = msgspec.json.Encoder().encode
    if filters.as_of is not None:
        for record in records_as_of(archive, datetime.fromisoformat(filters.as_of), site=filters.site):
            yield record["seq"], encode(_allowed(record, filters)) + b"\n", False
        return
    yield from _newest_lines(archive, filters)


def _newest_lines(archive: Archive, filters: Filters) -> Iterator[tuple[int, bytes, bool]]:
    since_date = datetime.fromisoformat(filters.since_date) if filters.since_date else None
    encode = msgspec.json.Encoder().encode
    records = (
        (record["seq"], encode(_allowed(record, filters)) + b"\n", False)
        for record in archive.records(
            site=filters.site, since_seq=filters.since_seq, since_date=since_date, with_=frozenset(filters.with_)
        )
    )
    removed = (
        (tombstone.seq, encode(tombstone) + b"\n", True)
        for tombstone in archive.tombstones(site=filters.site, since_seq=filters.since_seq, since_date=since_date)
    )
    yield from merge(records, removed)


def _allowed(record: Record, filters: Filters) -> Record:
    allowed = record if filters.include_private else spared(record)
    return allowed if filters.include_opted_out else withheld(allowed)
