"""What a site names: its lists asked in order, and what proves them kept.

A whole listing asks for all posts, in this order:

1. the feed, which knows every post's identity and times;
2. the sitemap, asked in any case: the second witness, without which the first can claim what it likes;
3. the home page, where those two do not agree: its archive widget counts the posts of each month;
4. only where neither could be read to its end, and not for a trouble that may pass: the month pages, whole if they
   show what the widget counts; else the chain of older links, whole if it comes to an end; else whatever the pages
   link to, which is never known to be whole.

Between two such listings a poll will do (`scraper.crawl.polling`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

from scraper.archive.captures import DamagedCapture
from scraper.archive.instants import utc_text
from scraper.archive.sites.completeness import url_month
from scraper.archive.sites.listings import ListingRow, Poll, Source, SourceCount
from scraper.archive.store import Archive, Site
from scraper.crawl.noting import Noting, is_wanted
from scraper.crawl.polling import PASSING, Polling
from scraper.crawl.report import SiteReport
from scraper.discovery import feeds, links, pages, sitemaps
from scraper.errors import FetchError
from scraper.web.fetch import Fetcher

__all__ = ["Listing", "is_wanted"]

WHOLE_EVERY = timedelta(
    days=7
)  # between two whole listings: no poll tells of a post deleted, or listed under an old date


class Listing:
    """One site's addresses, as they are listed into the frontier. `since` leaves out posts published before it; `whole`
    lists everything though a poll would do.
    """

    def __init__(
        self,
        archive: Archive,
        site: Site,
        report: SiteReport,
        *,
        since: datetime | None,
        now: Callable[[], datetime],
        whole: bool = False,
    ) -> None:
        self._archive, self._site, self._report = archive, site, report
        self._since, self._now, self._whole = since, now, whole
        self._noting = Noting(archive, site, report, since=since, now=now)
        self._counts: dict[Source, SourceCount] = {}

    async def note_all(self, fetcher: Fetcher) -> None:
        """Everything the site names is noted, or what is new of it where a poll will do. What kept the list from being
        whole is the report's `trouble`.
        """
        last = self._archive.listings.newest(self._site.name)
        try:
            if last is None and self._since is not None:
                await self._note_window(fetcher)
            elif last is None or self._is_due(last) or not await self._poll(fetcher, last):
                await self._list(fetcher)
        except FetchError as error:
            self._report.trouble = str(error)

    def conclude(self) -> None:
        """What the turn's visits tell of the listing: the archive widget of the newest page, and what is held now."""
        news, name = self._report.discovery, self._site.name
        if not (self._counts or news.new or news.updated or self._report.verdicts):
            return  # an unchanged site: what was counted last time still holds
        with self._archive.transaction():
            if (page := self._newest_page()) is not None:
                read_at, body = page
                if counts := links.archive_counts(body.decode("utf-8", "replace"), self._site.url):
                    self._archive.listings.keep_widget(name, counts, read_at)
            self._archive.keep_completeness(name, self._now())

    def _newest_page(self) -> tuple[datetime, bytes] | None:
        try:
            return self._archive.newest_page(self._site.name)
        except DamagedCapture:  # told by 'kliping verify'; the count can wait for another page
            return None

    def _is_due(self, last: ListingRow) -> bool:
        """Whether a whole listing is to be made: asked for, by age, or because the last one met a passing trouble."""
        reasons = {count.ended for source, count in last.sources.items() if source != "static"}
        is_old = last.ended_at is None or self._now() - last.ended_at >= WHOLE_EVERY
        return self._whole or is_old or (None not in reasons and not reasons.isdisjoint(PASSING))

    async def _poll(self, fetcher: Fetcher, last: ListingRow) -> bool:
        return await Polling(self._archive, self._site, self._noting, self._now).poll(fetcher, last)

    async def _note_window(self, fetcher: Fetcher) -> None:
        """The first look at a site of which only the posts since some day are wanted: it lists nothing whole."""
        site = self._site
        async for feed in feeds.walk(
            fetcher, site.url, delay=site.delay, published_min=self._since, blog_id=site.blog_id
        ):
            if feed.ended is None:
                self._noting.entries(feed.entries)
                continue
            self._report.feed_ended = feed.ended
            if (ended := (await self._noting.sitemap(fetcher)).ended) is not None:
                self._report.trouble = f"neither its feed ({feed.ended}) nor its sitemap ({ended}) is to be had."

    async def _list(self, fetcher: Fetcher) -> None:
        """Steps 1 to 4 of the module's docstring."""
        begun, name = self._now(), self._site.name
        self._noting.listing = self._archive.listings.begin(name, begun)
        self._noting.newest = None
        feed = self._counts["feed"] = await self._list_feed(fetcher)
        self._counts["sitemap"] = await self._noting.sitemap(fetcher)
        if not self._agree() and feed.ended not in PASSING:
            await self._list_pages(fetcher)
        await self._list_static(fetcher)
        self._report.feed_ended = feed.ended
        self._keep(begun)
        if not self._whole_lists():
            told = ", ".join(f"{source}: {count.ended}" for source, count in self._counts.items())
            self._report.trouble = f"none of its lists could be read to its end ({told}); see 'kliping completeness'."

    def _keep(self, begun: datetime) -> None:
        """The end of the listing, what it proves, and where polls go on: edits made during the walk are theirs."""
        listings, name, feed = self._archive.listings, self._site.name, self._counts["feed"]
        with self._archive.transaction():
            listings.end(self._noting.listing, self._counts, self._now())
            if feed.named:
                newest = self._noting.newest and min(self._noting.newest, utc_text(begun))
                listings.keep_poll(name, Poll(newest=newest, total=feed.total), self._now())
            else:
                listings.forget_poll(name)
            self._archive.keep_completeness(name, self._now())

    def _whole_lists(self) -> list[Source]:
        return [source for source, count in self._counts.items() if count.ended is None and source != "static"]

    def _agree(self) -> bool:
        """Whether feed and sitemap were both read to their end and name the same posts."""
        return self._whole_lists() == ["feed", "sitemap"] and self._archive.listings.agree(
            self._site.name, "feed", "sitemap", since=self._noting.listing
        )

    async def _list_feed(self, fetcher: Fetcher) -> SourceCount:
        site, named, answers, most = self._site, 0, 0, 0
        total, ended = None, None
        async for feed in feeds.walk(fetcher, site.url, delay=site.delay, blog_id=site.blog_id):
            if feed.ended is not None:
                ended = feed.ended
                break
            answers, most = answers + 1, max(most, feed.received)
            total = feed.total if feed.total is not None else total
            named += self._noting.entries(feed.entries)
        return SourceCount(named=named, total=total, most=most if answers > 1 else None, ended=ended)

    async def _list_static(self, fetcher: Fetcher) -> None:
        """Counts the static pages, where there is a sitemap to expect the other beside: pages are no posts."""
        if self._counts["sitemap"].ended is None:
            static = await sitemaps.static_pages(fetcher, self._site.url, delay=self._site.delay)
            self._counts["static"] = SourceCount(named=len(static))

    async def _list_pages(self, fetcher: Fetcher) -> None:
        """Steps 3 and 4: the home page's archive widget, and where no list is whole, the lists made from pages."""
        try:
            home = await pages.home(fetcher, self._site.url, self._site.delay)
        except FetchError as error:
            self._counts["pages"] = SourceCount(named=0, ended=error.reason)
            return
        widget = links.archive_counts(home, self._site.url)
        if widget:
            self._archive.listings.keep_widget(self._site.name, widget, self._now())
        if self._whole_lists():
            return
        found: set[str] = set()
        ended = await self._gather_months(fetcher, home, widget, found)
        if ended is not None:
            ended = await self._gather_chain(fetcher, home, found)
        if ended is not None:
            await self._gather(pages.walk(fetcher, self._site.url, self._site.delay), found)
            ended = "linked-only"
        self._counts["pages"] = SourceCount(named=len(found), ended=ended)

    async def _gather_months(self, fetcher: Fetcher, home: str, widget: dict[str, int], found: set[str]) -> str | None:
        """None where every month, or closed year, shows at least the posts that the widget counts for it."""
        site = self._site
        walk = pages.months(fetcher, site.url, home, self._now().year, site.delay)
        ended = await self._gather(walk, found)
        shown = Counter(url_month(url) or "" for url in found)
        for month in [month for month in shown if month not in widget]:
            shown[month[:4]] += shown[month]
        if ended is None and not (widget and all(shown[period] >= posts for period, posts in widget.items())):
            return "pages-short"
        return ended

    async def _gather_chain(self, fetcher: Fetcher, home: str, found: set[str]) -> str | None:
        """The chain of lists from the home page, which robots.txt mostly forbids; else that of posts, both ways from
        the newest known. One that comes to its end and lacks a post found otherwise is a theme without links.
        """
        site, on_lists, on_posts = self._site, set[str](), set[str]()
        ended = await self._gather(pages.chain(fetcher, site.url, site.url, site.delay), on_lists)
        found |= on_lists
        if ended is None and on_lists == found:
            return None
        if not (shown := links.posts(home, site.url)):
            return ended or "pages-short"
        newer = await self._gather(pages.chain(fetcher, site.url, shown[0], site.delay, way="newer"), on_posts)
        older = await self._gather(pages.chain(fetcher, site.url, shown[0], site.delay), on_posts)
        found |= on_posts
        return newer or older or (None if on_posts == found else "pages-short")

    async def _gather(self, walk: AsyncIterator[Sequence[str]], found: set[str]) -> str | None:
        """The reason that ended a walk over pages, None for its own end; what it names is noted, and in `found`."""
        try:
            async for urls in walk:
                fresh = [url for url in dict.fromkeys(urls) if url not in found]
                found.update(fresh)
                self._noting.urls("pages", [(url, None) for url in fresh])
        except FetchError as error:
            return error.reason
        return None
