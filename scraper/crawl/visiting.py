"""One address fetched and read: whatever comes of it is a Visit, for the archive to settle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from extractors import FeedEntry, Page
from scraper.archive.captures import Capture
from scraper.archive.instants import instant
from scraper.archive.store import Site
from scraper.archive.visits import Visit
from scraper.config import Settings
from scraper.crawl.reading import Readers
from scraper.discovery import feeds
from scraper.errors import FetchError, Gone, Refused
from scraper.frontier import Due
from scraper.outcomes import Verdict
from scraper.reading import Answered
from scraper.web.fetch import Fetched, Fetcher, Validators
from scraper.web.guard import is_loopback
from scraper.web.optout import header_signals

CHUNK = 25  # pages whose feed texts are fetched together: one page of a full feed
FAR = 4 * CHUNK  # feed entries walked in search of a chunk's texts before each is asked for by itself


class Visiting:
    """Visits to one site's addresses in one run. `full` asks for every page whole, whatever the server sent before."""

    def __init__(
        self,
        site: Site,
        fetcher: Fetcher,
        readers: Readers,
        *,
        run: int,
        full: bool,
        now: Callable[[], datetime],
    ) -> None:
        self._site, self._fetcher, self._readers = site, fetcher, readers
        self._run, self._full, self._now = run, full, now
        self.repeated: frozenset[str] = frozenset()
        """Lines known by now to stand on many pages of the site."""

    async def feed_texts(self, chunk: Sequence[Due]) -> dict[str, str]:
        """The feed's own text of the chunk's posts, by post id: the second witness. Empty where the feed is short."""
        site, fetcher = self._site, self._fetcher
        wanted = {page.entry.post_id for page in chunk if page.entry is not None and page.entry.post_id}
        times = [time for page in chunk if (time := published(page)) is not None]
        if site.feed not in {"full", "jump"} or not wanted or not times:
            return {}
        texts: dict[str, str] = {}
        window = {"published_min": min(times), "published_max": max(times) + timedelta(seconds=1)}
        try:
            walked = 0
            async for entry in feeds.contents(fetcher, site.url, delay=site.delay, blog_id=site.blog_id, **window):
                walked += 1
                if entry.post_id in wanted and entry.content:
                    texts[entry.post_id] = entry.content
                if wanted <= texts.keys() or walked >= FAR:
                    break
        except FetchError:
            pass  # the page is witness enough; the run goes on
        for post_id in sorted(wanted - texts.keys()):
            alone = await feeds.post(fetcher, site.url, post_id, delay=site.delay)
            if alone is not None and alone.content:
                texts[post_id] = alone.content
        return texts

    async def visit(self, due: Due, texts: dict[str, str]) -> Visit:
        """One address fetched and read; whatever fails becomes the visit's verdict and reason."""
        validators = None if self._full else Validators(etag=due.etag, last_modified=due.last_modified)
        entry = _with_text(due.entry, texts)
        updated = entry.updated if entry else None
        try:
            fetched = await self._fetcher.get(due.url, validators=validators, delay=self._site.delay)
        except FetchError as error:
            return Visit(
                run=self._run,
                url=due.url,
                site=self._site.name,
                at=self._now(),
                verdict=_verdict(error),
                reason=error.reason,
                status=error.status,
                detail=str(error),
                entry_updated=updated,
            )
        return await self._read(due, entry, fetched)

    async def _read(self, due: Due, entry: FeedEntry | None, fetched: Fetched) -> Visit:
        site = self._site
        visit = Visit(
            run=self._run,
            url=due.url,
            site=site.name,
            at=fetched.fetched_at,
            verdict="not-modified",
            status=fetched.status,
            etag=fetched.validators.etag,
            last_modified=fetched.validators.last_modified,
            entry_updated=entry.updated if entry else None,
        )
        if fetched.status == 304:
            return visit
        answered = _answered(site, due, entry, fetched)
        read = await self._readers.read(msgspec.structs.replace(answered, repeated=self.repeated))
        return msgspec.structs.replace(
            visit,
            entry=entry,
            capture=_capture(fetched),
            reading=read.reading,
            verdict=read.verdict,
            reason=read.reason,
            detail=read.detail,
            opt_outs=(*header_signals(fetched.headers), *read.opt_outs),
            has_overlay=read.has_overlay,
            skeleton=read.skeleton,
        )


def published(due: Due) -> datetime | None:
    """When the post was published, as its feed entry says."""
    return instant(due.entry.published) if due.entry else None


async def fetch_page(url: str, settings: Settings, *, entry: FeedEntry | None = None) -> Page:
    """One address as a page to be read, fetched under all the rules of a crawl. Raises FetchError, UsageProblem."""
    async with Fetcher(settings, allow_loopback=is_loopback(urlsplit(url).hostname or "")) as fetcher:
        fetched = await fetcher.get(url)
    return Page(url=fetched.final_url, html=fetched.text, fetched_at=fetched.fetched_at, entry=entry)


def _verdict(error: FetchError) -> Verdict:
    if isinstance(error, Gone):
        return "gone"
    return "refused" if isinstance(error, Refused) else "failed"


def _with_text(entry: FeedEntry | None, texts: dict[str, str]) -> FeedEntry | None:
    if entry is None or entry.post_id is None or entry.post_id not in texts:
        return entry
    return msgspec.structs.replace(entry, content=texts[entry.post_id])


def _answered(site: Site, due: Due, entry: FeedEntry | None, fetched: Fetched) -> Answered:
    return Answered(
        url=due.url,
        final_url=fetched.final_url,
        body=fetched.body,
        content_type=fetched.header("content-type"),
        fetched_at=fetched.fetched_at,
        entry=entry,
        zone=site.zone,
        blog_id=site.blog_id,
        site=site.name,
    )


def _capture(fetched: Fetched) -> Capture:
    return Capture(
        body=fetched.body,
        headers=fetched.headers,
        status=fetched.status,
        final_url=fetched.final_url,
        fetched_at=fetched.fetched_at,
    )
