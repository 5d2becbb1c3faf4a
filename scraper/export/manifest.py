"""What an export was asked for, and what it holds: the manifest that lies beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Self

import msgspec
from msgspec import UNSET, UnsetType

from extractors.model import SCHEMA
from scraper.archive.instants import utc_text
from scraper.archive.records import Extra
from scraper.archive.store import Archive
from scraper.files import replacing

SUFFIX = ".manifest.json"


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for: one site or all; what came after a seq, or changed in the archive since a time; of a flat
    form the table, of the lines' keys a choice.
    """

    site: str | None = None
    since_seq: int | None = None
    since_date: str | None = None
    as_of: str | None = None
    include_opted_out: bool = False
    include_private: bool = False
    with_: tuple[Extra, ...] = msgspec.field(default=(), name="with")
    table: str | None = None
    fields: tuple[str, ...] | None = None

    @classmethod
    def asked(
        cls,
        *,
        site: str | None = None,
        since: int | datetime | None = None,
        as_of: datetime | None = None,
        with_: frozenset[Extra] = frozenset(),
        include_opted_out: bool = False,
        include_private: bool = False,
        table: str | None = None,
        fields: tuple[str, ...] | None = None,
    ) -> Self:
        """The filters. `since` is a seq (what came after it) or a time (what changed in the archive at it or later);
        `as_of` means the records as they were held at that time, and no tombstones.
        """
        return cls(
            site=site,
            since_seq=since if isinstance(since, int) else None,
            since_date=utc_text(since) if isinstance(since, datetime) else None,
            as_of=utc_text(as_of) if as_of is not None else None,
            include_opted_out=include_opted_out,
            include_private=include_private,
            with_=tuple(sorted(with_)),
            table=table,
            fields=fields,
        )


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an export that is a folder; `path` is relative to it."""

    path: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an export holds. `count` is of lines, tombstones among them; of rows of a table, of articles in a folder of
    tables, of captures in a WARC. `tombstones`: of the same range, also where they are no lines of this export. The
    seqs are null where there is none.
    """

    schema: str = SCHEMA
    format: str = "jsonl"
    archive: str
    created_at: str
    filters: Filters
    count: int
    tombstones: int
    first_seq: int | None
    last_seq: int | None
    sha256: str
    """Of the file's bytes; of a folder, of what `sha256sum` prints of its files, by path."""
    files: tuple[Part, ...] | UnsetType = UNSET


class Tally:
    """How many lines or rows were written, tombstones met, and between which seqs; filled while writing."""

    def __init__(self) -> None:
        self.count = self.tombstones = 0
        self.first: int | None = None
        self.last: int | None = None

    def meet(self, seq: int) -> None:
        """Counts a record or tombstone into the range of seqs."""
        self.first = seq if self.first is None else min(seq, self.first)
        self.last = seq if self.last is None else max(seq, self.last)

    def manifest(
        self,
        archive: Archive,
        filters: Filters,
        *,
        at: datetime,
        sha256: str,
        form: str,
        files: tuple[Part, ...] | UnsetType = UNSET,
    ) -> Manifest:
        """The manifest of what was written."""
        return Manifest(
            format=form,
            archive=archive.path.name,
            created_at=utc_text(at),
            filters=filters,
            count=self.count,
            tombstones=self.tombstones,
            first_seq=self.first,
            last_seq=self.last,
            sha256=sha256,
            files=files,
        )


def manifest_path(target: Path) -> Path:
    """Where the manifest of an export lies: 'x.jsonl' -> 'x.jsonl.manifest.json'."""
    return target.with_name(target.name + SUFFIX)


def write_manifest(target: Path, manifest: Manifest) -> None:
    """Puts the manifest beside the export."""
    with replacing(manifest_path(target)) as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")


def read_manifest(target: Path) -> Manifest | None:
    """The manifest beside an export; None where there is none that can be read."""
    try:
        return msgspec.json.decode(manifest_path(target).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return None
