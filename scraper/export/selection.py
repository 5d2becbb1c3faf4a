"""What an export may hold: records and tombstones by seq, as asked for and as their owners allow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import merge

from scraper.archive.people.privacy import spared
from scraper.archive.records import Record
from scraper.archive.sites.optouts import withheld
from scraper.archive.store import Archive, Tombstone
from scraper.archive.versions.history import records_as_of
from scraper.export.manifest import Filters


def records(archive: Archive, filters: Filters) -> Iterator[Record]:
    """The records by seq, each as it may be published."""
    if filters.as_of is not None:
        found = records_as_of(archive, datetime.fromisoformat(filters.as_of), site=filters.site)
    else:
        found = archive.records(
            site=filters.site,
            since_seq=filters.since_seq,
            since_date=_date(filters.since_date),
            with_=frozenset(filters.with_),
        )
    return (_allowed(record, filters) for record in found)


def tombstones(archive: Archive, filters: Filters) -> Iterator[Tombstone]:
    """What was taken out of the archive, by seq; nothing of an archive as it was."""
    if filters.as_of is not None:
        return iter(())
    return archive.tombstones(site=filters.site, since_seq=filters.since_seq, since_date=_date(filters.since_date))


def all_by_seq(archive: Archive, filters: Filters) -> Iterator[tuple[int, Record | Tombstone]]:
    """Records and tombstones by seq, which no two share."""
    held: Iterator[tuple[int, Record | Tombstone]] = ((record["seq"], record) for record in records(archive, filters))
    if filters.as_of is not None:
        return held
    removed: Iterator[tuple[int, Record | Tombstone]] = (
        (tombstone.seq, tombstone) for tombstone in tombstones(archive, filters)
    )
    return merge(held, removed, key=lambda one: one[0])


def _date(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _allowed(record: Record, filters: Filters) -> Record:
    allowed = record if filters.include_private else spared(record)
    return allowed if filters.include_opted_out else withheld(allowed)
