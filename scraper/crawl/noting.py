"""What a site's lists name, noted as it comes: in the frontier for a visit, in the listing as evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from extractors import FeedEntry
from extractors.urls import canonical, site_name
from scraper import frontier
from scraper.archive.instants import instant, instant_text, stamp
from scraper.archive.sites.completeness import url_month
from scraper.archive.sites.listings import Listed, Source, SourceCount, bare
from scraper.archive.store import Archive, Site
from scraper.crawl.report import SiteReport
from scraper.discovery import sitemaps
from scraper.errors import FetchError
from scraper.web.fetch import Fetcher

BATCH = 500  # addresses of a sitemap noted in one transaction


class Noting:
    """The notes of one site's turn. `listing` is the number of the listing they belong to, 0 for none; `newest` the
    newest update a feed told, a UTC text. `since` leaves out what a sitemap says was last changed before it.
    """

    def __init__(
        self, archive: Archive, site: Site, report: SiteReport, *, since: datetime | None, now: Callable[[], datetime]
    ) -> None:
        self._archive, self._site, self._report = archive, site, report
        self._since, self._now = since, now
        self._urls: dict[str, str] | None = None
        self.listing = 0
        self.newest: str | None = None

    def entries(self, entries: Iterable[FeedEntry]) -> int:
        """The number of a feed's entries that are the site's own, once noted."""
        site, at = self._site, self._now()
        told = list(entries)
        own = [entry for entry in told if _is_own(site, entry)]
        self._report.foreign += len(told) - len(own)
        if self._urls is not None:
            self._urls |= {bare(url): url for url in (canonical(entry.url) for entry in own)}
        stamps = [moment for entry in own if (moment := instant_text(entry.updated))]
        self.newest = max([*stamps, self.newest or ""]) or None
        with self._archive.transaction():
            self._report.discovery += frontier.discovered(self._archive, site.name, own, at)
            if self.listing:
                listed = [_listed(entry, site.zone) for entry in own]
                self._archive.listings.note(site.name, self.listing, listed, at)
        return len(own)

    async def sitemap(self, fetcher: Fetcher) -> SourceCount:
        """The posts of the site's sitemaps, noted in batches as they come."""
        site, named, ended = self._site, 0, None
        batch: list[tuple[str, str | None]] = []
        try:
            async for found in sitemaps.walk(fetcher, site.url, delay=site.delay):
                if found.kind == "post" and is_wanted(instant(found.lastmod), self._since):
                    batch.append((found.url, found.lastmod))
                if len(batch) == BATCH:
                    named += self.urls("sitemap", batch)
                    batch.clear()
        except FetchError as error:
            ended = error.reason
        named += self.urls("sitemap", batch)
        return SourceCount(named=named, ended=ended)

    def urls(self, source: Source, urls: Sequence[tuple[str, str | None]]) -> int:
        """The number of addresses that a list other than the feed names, each with its last change, once noted."""
        name, at = self._site.name, self._now()
        known = [(self._as_known(url), lastmod) for url, lastmod in urls]
        if not known:
            return 0
        with self._archive.transaction():
            self._report.discovery += frontier.listed(self._archive, name, known, at)
            if self.listing:
                listed = [
                    Listed(source=source, url=url, month=url_month(url), stamp=stamp(lastmod)) for url, lastmod in known
                ]
                self._archive.listings.note(name, self.listing, listed, at)
        return len(known)

    def _as_known(self, url: str) -> str:
        """A post's address as the feed writes it, else under the site's own scheme and host: a sitemap may name another
        form of both, and each would be a second visit to the same page.
        """
        if self._urls is None:
            self._urls = self._archive.listings.urls(self._site.name)
        place = canonical(url)
        if known := self._urls.get(bare(place)):
            return known
        if site_name(place) != self._site.name:
            return place
        return urljoin(self._site.url, urlsplit(place).path)


def is_wanted(published: datetime | None, since: datetime | None) -> bool:
    """Whether a post of that time is asked for; one whose time is not known always is. A sitemap's lastmod is never
    before publication, so that it may stand for it.
    """
    return since is None or published is None or published >= since


def _is_own(site: Site, entry: FeedEntry) -> bool:
    """Whether a feed entry is the site's: by its host, or by the blog's id where the blog answers to several hosts."""
    return site_name(entry.url) == site.name or (site.blog_id is not None and entry.blog_id == site.blog_id)


def _listed(entry: FeedEntry, zone: str | None) -> Listed:
    return Listed(
        source="feed",
        url=canonical(entry.url),
        post_id=entry.post_id,
        month=_month(entry.published, zone) or url_month(entry.url),
        published_at=instant_text(entry.published),
        stamp=instant_text(entry.updated),
    )


def _month(published: str | None, zone: str | None) -> str | None:
    """'YYYY-MM' on the blog's clock: as the stamp is written, but for one in UTC, which feeds in RSS form give."""
    try:
        moment = datetime.fromisoformat(published or "")
        if moment.utcoffset() == timedelta(0) and zone:
            moment = moment.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        return None
    return f"{moment:%Y-%m}"
