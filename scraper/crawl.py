"""The loop: discover, fetch, read, settle. Yields one Outcome per address.

Each site is walked by one task, in order, so that a host sees one request at a time; sites run beside each other. What
is written goes through the archive's one transaction per page, on one thread; fetching and reading stand outside it.
Kill the process anywhere: the next run finds what is still due and ends with the same archive.
"""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from extractors import FeedEntry, NotAnArticle, Page, read
from extractors.context import read_context
from extractors.urls import site_name
from scraper import frontier
from scraper.archive.captures import Capture
from scraper.archive.instants import instant
from scraper.archive.store import Archive, Site
from scraper.archive.visits import Visit
from scraper.config import Settings
from scraper.discovery import feeds, sitemaps
from scraper.errors import ArchiveUnusable, FetchError, Gone, Refused, UsageProblem
from scraper.frontier import Discovery, Due
from scraper.outcomes import Outcome, Verdict
from scraper.web.fetch import Fetched, Fetcher, Validators
from scraper.web.guard import is_loopback

CHUNK = 25  # pages whose feed texts are fetched together: one page of a full feed
SITES_AT_ONCE = 64  # each waits most of its time for its own host's delay
BATCH = 500  # addresses of a sitemap noted in one transaction
FAR = 4 * CHUNK  # feed entries walked in search of a chunk's texts before each is asked for by itself


class SiteReport(msgspec.Struct, kw_only=True):
    """What one site's turn brought. `foreign` counts addresses its feed named that are another site's, and were left
    alone. `feed_ended` is the reason (a word of REASONS) why its feed was not enough and the sitemap was asked;
    `trouble` a sentence on what kept the turn from being whole.
    """

    discovery: Discovery = Discovery(new=0, updated=0, known=0)
    foreign: int = 0
    feed_ended: str | None = None
    verdicts: Counter[Verdict] = msgspec.field(default_factory=Counter)
    trouble: str | None = None


class Crawl:
    """One run over some sites. `limit` bounds the pages visited per site; `since` skips posts published before it;
    `full` visits every known address, unconditionally. `reports` fills while `outcomes` is consumed.
    """

    def __init__(
        self,
        archive: Archive,
        settings: Settings,
        *,
        limit: int | None = None,
        since: datetime | None = None,
        full: bool = False,
        fetcher: Callable[..., Fetcher] = Fetcher,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._archive, self._settings = archive, settings
        self._limit, self._since, self._full = limit, since, full
        self._new_fetcher, self._now = fetcher, now
        self._run = 0
        self.reports: dict[str, SiteReport] = {}

    async def outcomes(self, sites: Sequence[Site]) -> AsyncIterator[Outcome]:
        """Every visit's outcome as it is settled. The run is closed after the last, or when the consumer leaves."""
        self._run = self._archive.start_run([site.name for site in sites], self._now())
        self.reports = {site.name: SiteReport() for site in sites}
        settled: asyncio.Queue[Outcome | None] = asyncio.Queue()
        crew = asyncio.create_task(self._crawl_all(sites, settled))
        whole = False
        try:
            while (outcome := await settled.get()) is not None:
                yield outcome
            await crew
            whole = True
        except BaseExceptionGroup as group:
            raise _first(group) from group
        finally:
            crew.cancel()
            await asyncio.gather(crew, return_exceptions=True)
            self._archive.end_run(self._run, self._now(), self.totals(), interrupted=not whole)

    @property
    def troubled(self) -> bool:
        """Whether some page failed, or some site could not be listed."""
        return any(report.trouble or report.verdicts["failed"] for report in self.reports.values())

    def totals(self) -> dict[str, int]:
        """Visits of the run by verdict, over all sites."""
        totals: Counter[str] = Counter()
        for report in self.reports.values():
            totals.update(report.verdicts)
        return dict(totals)

    async def _crawl_all(self, sites: Sequence[Site], settled: asyncio.Queue[Outcome | None]) -> None:
        turns = asyncio.Semaphore(SITES_AT_ONCE)
        try:
            async with AsyncExitStack() as stack, asyncio.TaskGroup() as crew:
                fetchers = {
                    loopback: await stack.enter_async_context(
                        self._new_fetcher(self._settings, allow_loopback=loopback)
                    )
                    for loopback in {site.loopback for site in sites}
                }
                for site in sites:
                    crew.create_task(self._crawl_site(site, fetchers[site.loopback], turns, settled))
        finally:
            settled.put_nowait(None)

    async def _crawl_site(
        self, site: Site, fetcher: Fetcher, turns: asyncio.Semaphore, settled: asyncio.Queue[Outcome | None]
    ) -> None:
        async with turns:
            report = self.reports[site.name]
            try:
                await self._discover(site, fetcher, report)
                await self._visit_due(site, fetcher, report, settled)
            except (ArchiveUnusable, UsageProblem):
                raise
            except Exception:  # noqa: BLE001 - a fault met at one site must not end the crawl of the others
                report.trouble = f"a fault of the program ended its turn:\n{traceback.format_exc()}"

    async def _visit_due(
        self, site: Site, fetcher: Fetcher, report: SiteReport, settled: asyncio.Queue[Outcome | None]
    ) -> None:
        pages = self._due(site)
        for start in range(0, len(pages), CHUNK):
            chunk = pages[start : start + CHUNK]
            texts = await self._feed_texts(site, fetcher, chunk)
            for page in chunk:
                visit = await self._visit(site, fetcher, page, texts)
                outcome = self._settle(visit)
                report.verdicts[outcome.verdict] += 1
                settled.put_nowait(outcome)

    async def _discover(self, site: Site, fetcher: Fetcher, report: SiteReport) -> None:
        """Notes the addresses the site names: from its feed, or from its sitemap where the feed is closed."""
        ended = None
        try:
            async for feed in feeds.walk(
                fetcher, site.url, delay=site.delay, published_min=self._since, blog_id=site.blog_id
            ):
                ended = feed.ended
                own = [entry for entry in feed.entries if _is_own(site, entry)]
                report.foreign += len(feed.entries) - len(own)
                report.discovery += frontier.discovered(self._archive, site.name, own, self._now())
            if ended is None:
                return
            report.feed_ended = ended
            await self._list(site, fetcher, report)
        except FetchError as error:
            report.trouble = str(error)

    async def _list(self, site: Site, fetcher: Fetcher, report: SiteReport) -> None:
        """Notes the posts of the site's sitemaps, in batches as they come. Raises FetchError after all there is."""
        batch: list[tuple[str, str | None]] = []

        def note() -> None:
            report.discovery += frontier.listed(self._archive, site.name, batch, self._now())
            batch.clear()

        try:
            async for found in sitemaps.walk(fetcher, site.url, delay=site.delay):
                if found.kind == "post" and self._wants(instant(found.lastmod)):
                    batch.append((found.url, found.lastmod))
                if len(batch) >= BATCH:
                    note()
        finally:
            note()

    def _wants(self, published: datetime | None) -> bool:
        """Whether a post of that time is asked for; one whose time is not known always is. A sitemap's lastmod is never
        before publication, so that it may stand for it.
        """
        return self._since is None or published is None or published >= self._since

    def _due(self, site: Site) -> list[Due]:
        pages = frontier.due(self._archive, site.name, at=self._now(), run=self._run, full=self._full)
        return [page for page in pages if self._wants(_published(page))][: self._limit]

    async def _feed_texts(self, site: Site, fetcher: Fetcher, chunk: Sequence[Due]) -> dict[str, str]:
        """The feed's own text of the chunk's posts, by post id: the second witness. Empty where the feed is short."""
        wanted = {page.entry.post_id for page in chunk if page.entry is not None and page.entry.post_id}
        times = [time for page in chunk if (time := _published(page)) is not None]
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

    async def _visit(self, site: Site, fetcher: Fetcher, due: Due, texts: dict[str, str]) -> Visit:
        """One address fetched and read; whatever fails becomes the visit's verdict and reason."""
        validators = None if self._full else Validators(etag=due.etag, last_modified=due.last_modified)
        entry = _with_text(due.entry, texts)
        updated = entry.updated if entry else None
        try:
            fetched = await fetcher.get(due.url, validators=validators, delay=site.delay)
        except FetchError as error:
            return Visit(
                run=self._run,
                url=due.url,
                site=site.name,
                at=self._now(),
                verdict=_verdict(error),
                reason=error.reason,
                status=error.status,
                detail=str(error),
                entry_updated=updated,
            )
        return self._read(site, due, entry, fetched)

    def _settle(self, visit: Visit) -> Outcome:
        """The visit written down. What cannot be written, for a fault of ours, becomes a failure with its traceback."""
        try:
            return self._archive.settle(visit)
        except ArchiveUnusable:
            raise
        except Exception:  # noqa: BLE001 - as for the extractors: one page's bug must not end the crawl
            detail = traceback.format_exc()
            return self._archive.settle(
                msgspec.structs.replace(visit, reading=None, verdict="failed", reason="extractor-bug", detail=detail)
            )

    def _read(self, site: Site, due: Due, entry: FeedEntry | None, fetched: Fetched) -> Visit:
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
        capture = _capture(fetched)
        page = Page(url=due.url, html=fetched.text, fetched_at=fetched.fetched_at, entry=entry, zone=site.zone)
        try:
            _refuse_another_page(site, page, fetched.final_url)
            reading = read(page)
        except NotAnArticle as refusal:
            return msgspec.structs.replace(
                visit, capture=capture, verdict="no-article", reason=refusal.reason, detail=str(refusal)
            )
        except Exception:  # noqa: BLE001 - a bug in one page is an outcome with its traceback; the crawl goes on
            detail = traceback.format_exc()
            return msgspec.structs.replace(
                visit, capture=capture, verdict="failed", reason="extractor-bug", detail=detail
            )
        return msgspec.structs.replace(visit, capture=capture, reading=reading, verdict=None)


def _refuse_another_page(site: Site, page: Page, final_url: str) -> None:
    """Raises NotAnArticle where the address led to another post than its feed entry's, or to another blog."""
    context = read_context(page.html)
    entry = page.entry
    if entry is not None and entry.post_id and context.post_id and entry.post_id != context.post_id:
        raise NotAnArticle("redirected", f"{final_url} shows post {context.post_id}, the feed names {entry.post_id}")
    if site.blog_id and context.blog_id and site.blog_id != context.blog_id:
        raise NotAnArticle("redirected", f"{final_url} is a page of blog {context.blog_id}, not of {site.name}")


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first of the errors that ended the crew; one is enough, and the caller knows what to do with it."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _is_own(site: Site, entry: FeedEntry) -> bool:
    """Whether a feed entry is the site's: by its host, or by the blog's id where the blog answers to several hosts."""
    return site_name(entry.url) == site.name or (site.blog_id is not None and entry.blog_id == site.blog_id)


def _verdict(error: FetchError) -> Verdict:
    if isinstance(error, Gone):
        return "gone"
    return "refused" if isinstance(error, Refused) else "failed"


def _published(due: Due) -> datetime | None:
    return instant(due.entry.published) if due.entry else None


def _with_text(entry: FeedEntry | None, texts: dict[str, str]) -> FeedEntry | None:
    if entry is None or entry.post_id is None or entry.post_id not in texts:
        return entry
    return msgspec.structs.replace(entry, content=texts[entry.post_id])


def _capture(fetched: Fetched) -> Capture:
    return Capture(
        body=fetched.body,
        headers=fetched.headers,
        status=fetched.status,
        final_url=fetched.final_url,
        fetched_at=fetched.fetched_at,
    )


async def fetch_page(url: str, settings: Settings, *, entry: FeedEntry | None = None) -> Page:
    """One address as a page to be read, fetched under all the rules of a crawl. Raises FetchError, UsageProblem."""
    async with Fetcher(settings, allow_loopback=is_loopback(urlsplit(url).hostname or "")) as fetcher:
        fetched = await fetcher.get(url)
    return Page(url=fetched.final_url, html=fetched.text, fetched_at=fetched.fetched_at, entry=entry)
