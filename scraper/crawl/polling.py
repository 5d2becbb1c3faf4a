"""Between two whole listings: what is new at a site, for as few requests as it takes.

An open feed is asked by update since the newest one seen, a closed one's sitemap is read, and a site without both is
looked at by its home page. A poll that does not add up is no poll: the site is to be listed again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from extractors.urls import canonical
from scraper.archive.instants import instant, utc_text
from scraper.archive.sites.listings import ListingRow, Poll, bare
from scraper.archive.store import Archive, Site
from scraper.crawl.noting import Noting
from scraper.discovery import feeds, links, pages
from scraper.errors import FetchError
from scraper.web.fetch import Fetcher, Validators

OVERLAP = timedelta(hours=1)  # a poll goes back behind the newest update seen: ties, and answers that came late
LONG_AGO = datetime(1999, 1, 1, tzinfo=UTC)  # before Blogger: the poll of a feed that tells no updates
PASSING = frozenset({"timeout", "connection", "unresolvable", "robots-unreachable", "http-429", "http-5xx"})
"""Reasons that end a list today and perhaps not tomorrow: the next run asks again."""


class Polling:
    """The poll of one site; what it brings goes through the site's notes."""

    def __init__(self, archive: Archive, site: Site, noting: Noting, now: Callable[[], datetime]) -> None:
        self._archive, self._site, self._noting, self._now = archive, site, noting, now

    async def poll(self, fetcher: Fetcher, last: ListingRow) -> bool:
        """Whether a poll brought all that is new since the listing `last`. Raises FetchError for what may pass."""
        state = self._archive.listings.poll(self._site.name)
        self._noting.listing = last.id
        try:
            if state is not None:
                return await self._poll_feed(fetcher, last, state)
            if last.sources["sitemap"].ended is None:
                return (await self._noting.sitemap(fetcher)).ended is None
            home = await pages.home(fetcher, self._site.url, self._site.delay)
        except FetchError as error:
            if error.reason in PASSING:
                raise
            return False
        self._noting.urls("pages", [(url, None) for url in links.posts(home, self._site.url)])
        return True

    async def _poll_feed(self, fetcher: Fetcher, last: ListingRow, state: Poll) -> bool:
        """As `poll`. The feed is not believed where it lacks a post it named before, or counts otherwise than the posts
        that came since the last poll explain: something was deleted, or listed under an old date.
        """
        site, listings = self._site, self._archive.listings
        newest = instant(state.newest)
        since = min(newest, self._now()) - OVERLAP if newest else LONG_AGO  # a stamp of the future blinds no poll
        changes = await feeds.changed(
            fetcher,
            site.url,
            since,
            last=state.address,
            validators=Validators(etag=state.etag, last_modified=state.last_modified),
            delay=site.delay,
            blog_id=site.blog_id,
        )
        if changes.unchanged:
            return True
        named = {bare(canonical(entry.url)) for entry in changes.entries}
        before = {post.address for post in listings.posts(site.name, since=last.id) if post.source == "feed"}
        vanished = listings.stamped(site.name, since=utc_text(since), listing=last.id) - named if newest else set()
        new, total = len(named - before), state.total
        if new and total is not None:
            total = await feeds.total(fetcher, site.url, delay=site.delay, blog_id=site.blog_id)
        self._keep(changes, state, total)
        return not vanished and (total is None or state.total is None or total == state.total + new)

    def _keep(self, changes: feeds.Changes, state: Poll, total: int | None) -> None:
        """What the poll brought, and where the next goes on: together, so that a run that dies polls again."""
        self._noting.newest = state.newest
        validators = changes.validators or Validators()
        with self._archive.transaction():
            self._noting.entries(changes.entries)
            kept = Poll(
                newest=self._noting.newest,
                total=total,
                address=changes.address,
                etag=validators.etag,
                last_modified=validators.last_modified,
            )
            self._archive.listings.keep_poll(self._site.name, kept, self._now())
