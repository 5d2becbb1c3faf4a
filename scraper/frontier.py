"""What is due: which of the addresses that feeds and sitemaps name are worth a visit.

An address never seen is due. One whose feed stamp differs from that of its last settled visit is due again, whatever
came of that visit. A failed one comes due in the next run. The rest is visited again by age and habits, as
`scraper.archive.addresses.revisits` has it, or when somebody asks for everything.

An address belongs to the crawled site whose host it has, else to the crawled site that named it first: whatever a feed
says, it takes no address away from another site.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from datetime import datetime

import msgspec

from extractors.model import FeedEntry
from extractors.urls import canonical, site_name
from scraper.archive.addresses.frontier import Due, Known, Sighting
from scraper.archive.addresses.revisits import STANDARD, Revisits
from scraper.archive.instants import instant_text, stamp
from scraper.archive.store import Archive

__all__ = ["Discovery", "Due", "discovered", "due", "listed"]


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the addresses a feed or sitemap named were unknown, changed since their visit, or neither; those of
    another site are among the last.
    """

    new: int
    updated: int
    known: int

    def __add__(self, other: Discovery) -> Discovery:
        return Discovery(new=self.new + other.new, updated=self.updated + other.updated, known=self.known + other.known)


def discovered(archive: Archive, site: str, entries: Sequence[FeedEntry], at: datetime) -> Discovery:
    """What a page of a feed brought, after noting it in one transaction. Each entry is kept with its address."""
    sightings = [
        Sighting(
            url=canonical(entry.url),
            stamp=stamp(entry.updated),
            published_at=instant_text(entry.published),
            entry=entry,
        )
        for entry in entries
    ]
    return _note(archive, site, sightings, at)


def listed(archive: Archive, site: str, urls: Iterable[tuple[str, str | None]], at: datetime) -> Discovery:
    """What a sitemap brought: pairs of address and lastmod, noted in one transaction.

    Where a feed entry is held for the address its stamp is trusted and the sitemap's lastmod is not compared with it.
    """
    sightings = [
        Sighting(url=canonical(url), stamp=stamp(lastmod), published_at=instant_text(lastmod)) for url, lastmod in urls
    ]
    return _note(archive, site, sightings, at)


def due(
    archive: Archive,
    site: str,
    *,
    at: datetime,
    run: int | None = None,
    full: bool = False,
    revisits: Revisits = STANDARD,
) -> list[Due]:
    """The addresses of a site worth a visit, newest post first. `full` means all that are known.

    With `run`, what that run has visited already is left out: a run may ask again and again until nothing is left.
    """
    return archive.frontier_due(site, at=at, run=run, full=full, revisits=revisits)


def _note(archive: Archive, site: str, sightings: Sequence[Sighting], at: datetime) -> Discovery:
    distinct = {sighting.url: sighting for sighting in reversed(sightings)}  # of two the first, a feed's newest, counts
    with archive.transaction():
        others = {crawled.name for crawled in archive.sites()} - {site}
        held = archive.frontier_known(list(distinct))
        own = [sighting for url, sighting in distinct.items() if not _is_anothers(url, site, held.get(url), others)]
        new = [sighting for sighting in own if sighting.url not in held]
        updated = [sighting for sighting in own if sighting.url in held and _moved(sighting, site, held[sighting.url])]
        archive.frontier_note(site, [*new, *updated], at)
    return Discovery(new=len(new), updated=len(updated), known=len(distinct) - len(new) - len(updated))


def _is_anothers(url: str, site: str, held: Known | None, others: Set[str]) -> bool:
    """Whether the address is one of the other sites': by its host, or because that site named it first."""
    host = site_name(url)
    if host == site:
        return False
    return host in others or (held is not None and held.site in others)


def _moved(sighting: Sighting, site: str, held: Known) -> bool:
    """Whether the sighting tells of something the archive has not yet settled for this site, or brings the first
    witness.
    """
    if held.site != site:
        return True
    if (held.entry is None) != (sighting.entry is None):
        return held.entry is None
    if held.entry is not None and sighting.entry is not None and _tells_otherwise(sighting.entry, held.entry):
        return True
    if sighting.stamp is None:
        return False
    seen = held.settled_stamp if held.visited else held.stamp
    return sighting.stamp != seen


def _tells_otherwise(entry: FeedEntry, held: FeedEntry) -> bool:
    """Whether a post's entry differs in what its readers see: an edit that did not move the stamp. What either lacks is
    not compared: the feed's forms carry more and less.
    """
    both = [
        (entry.title, held.title),
        (entry.labels, held.labels),
        (entry.summary, held.summary),
    ]
    return any(new and old and new != old for new, old in both)
