"""What a site names: its feed's entries, or its sitemap's addresses where the feed is closed, noted in the frontier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from extractors import FeedEntry
from extractors.urls import site_name
from scraper import frontier
from scraper.archive.instants import instant
from scraper.archive.store import Archive, Site
from scraper.crawl.report import SiteReport
from scraper.discovery import feeds, sitemaps
from scraper.errors import FetchError
from scraper.web.fetch import Fetcher

BATCH = 500  # addresses of a sitemap noted in one transaction


class Listing:
    """One site's addresses, as they are listed into the frontier. `since` leaves out posts published before it."""

    def __init__(
        self, archive: Archive, site: Site, report: SiteReport, *, since: datetime | None, now: Callable[[], datetime]
    ) -> None:
        self._archive, self._site, self._report = archive, site, report
        self._since, self._now = since, now

    async def note_all(self, fetcher: Fetcher) -> None:
        """Everything the feed names is noted, and what the sitemap names where the feed does not reach. What kept the
        list from being whole is the report's `trouble`.
        """
        site, ended = self._site, None
        try:
            async for feed in feeds.walk(
                fetcher, site.url, delay=site.delay, published_min=self._since, blog_id=site.blog_id
            ):
                ended = feed.ended
                own = [entry for entry in feed.entries if _is_own(site, entry)]
                self._report.foreign += len(feed.entries) - len(own)
                self._report.discovery += frontier.discovered(self._archive, site.name, own, self._now())
            if ended is None:
                return
            self._report.feed_ended = ended
            await self._note_sitemap(fetcher)
        except FetchError as error:
            self._report.trouble = str(error)

    async def _note_sitemap(self, fetcher: Fetcher) -> None:
        """Notes the posts of the site's sitemaps, in batches as they come. Raises FetchError after all there is."""
        batch: list[tuple[str, str | None]] = []

        def note() -> None:
            self._report.discovery += frontier.listed(self._archive, self._site.name, batch, self._now())
            batch.clear()

        try:
            async for found in sitemaps.walk(fetcher, self._site.url, delay=self._site.delay):
                if found.kind == "post" and is_wanted(instant(found.lastmod), self._since):
                    batch.append((found.url, found.lastmod))
                if len(batch) >= BATCH:
                    note()
        finally:
            note()


def is_wanted(published: datetime | None, since: datetime | None) -> bool:
    """Whether a post of that time is asked for; one whose time is not known always is. A sitemap's lastmod is never
    before publication, so that it may stand for it.
    """
    return since is None or published is None or published >= since


def _is_own(site: Site, entry: FeedEntry) -> bool:
    """Whether a feed entry is the site's: by its host, or by the blog's id where the blog answers to several hosts."""
    return site_name(entry.url) == site.name or (site.blog_id is not None and entry.blog_id == site.blog_id)
