"""The loop: discover, fetch, read, settle. Yields one Outcome per address.

Each site is walked by one task, in order, so that a host sees one request at a time; sites run beside each other. What
is written goes through the archive's one transaction per page, on one thread; fetching and reading stand outside it.
Kill the process anywhere: the next run finds what is still due and ends with the same archive.
"""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime, timedelta

import msgspec

from scraper import frontier
from scraper.archive import syndication
from scraper.archive.addresses.revisits import Revisits
from scraper.archive.store import Archive, Site
from scraper.archive.visits import Visit
from scraper.config import Settings
from scraper.crawl.listing import Listing, is_wanted
from scraper.crawl.manners import keep_manners
from scraper.crawl.reading import Readers
from scraper.crawl.report import SiteReport, turn_of
from scraper.crawl.visiting import CHUNK, Visiting, published
from scraper.errors import ArchiveUnusable, NothingDone, UsageProblem
from scraper.frontier import Due
from scraper.outcomes import Outcome
from scraper.repeating import Repeating
from scraper.web.fetch import Fetcher

PATIENCE = 3.0  # seconds that pages in hand have when the crawl is asked to stop
SITES_AT_ONCE = 64  # each waits most of its time for its own host's delay


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
        readers: Callable[..., Readers] = Readers,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._archive, self._settings = archive, settings
        self._limit, self._since, self._full = limit, since, full
        self._new_fetcher, self._new_readers, self._now = fetcher, readers, now
        self._run = 0
        self._stopping: asyncio.Event | None = None
        self.stopped = False
        self.reports: dict[str, SiteReport] = {}

    @property
    def number(self) -> int:
        """The run's, once it has begun; 0 before."""
        return self._run

    def stop(self) -> None:
        """Asks a crawl that is under way to end: pages in hand are settled, if they take no longer than PATIENCE, and
        no other is begun. To be called on the crawl's own event loop.
        """
        self.stopped = True
        if self._stopping is not None:
            self._stopping.set()

    async def outcomes(self, sites: Sequence[Site]) -> AsyncIterator[Outcome]:
        """Every visit's outcome as it is settled. The run is closed after the last, or when the consumer leaves.

        A site named twice has one turn. Raises ArchiveLocked while another crawl writes to the archive.
        """
        sites = list({site.name: site for site in sites}.values())
        with self._archive.writing():
            async with aclosing(self._settled(sites)) as outcomes:
                async for outcome in outcomes:
                    yield outcome

    async def _settled(self, sites: Sequence[Site]) -> AsyncGenerator[Outcome]:
        self._run = self._archive.start_run([site.name for site in sites], self._now())
        self.reports = {site.name: SiteReport() for site in sites}
        settled: asyncio.Queue[Outcome | None] = asyncio.Queue()
        crew = asyncio.create_task(self._crawl_all(sites, settled))
        self._stopping = asyncio.Event()
        stopper = asyncio.create_task(self._stop_in_time(crew))
        whole = False
        try:
            while (outcome := await settled.get()) is not None:
                yield outcome
            if self.stopped:
                return
            await crew
            while syndication.update_some(self._archive) is not None:
                await asyncio.sleep(0)  # in which a request to stop is heard
                if self.stopped:
                    return
            whole = True
        except BaseExceptionGroup as group:
            raise _first(group) from group
        finally:
            stopper.cancel()
            crew.cancel()
            await asyncio.gather(crew, stopper, return_exceptions=True)
            self._archive.end_run(self._run, self._now(), self.totals(), interrupted=not whole)

    async def _stop_in_time(self, crew: asyncio.Task[None]) -> None:
        assert self._stopping is not None
        if self.stopped:  # asked before it began
            self._stopping.set()
        await self._stopping.wait()
        await asyncio.wait([crew], timeout=PATIENCE)
        crew.cancel()

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
                readers = await stack.enter_async_context(
                    self._new_readers(self._settings.workers, limit=self._settings.read_limit)
                )
                for site in sites:
                    crew.create_task(self._crawl_site(site, fetchers[site.loopback], readers, turns, settled))
        finally:
            settled.put_nowait(None)

    async def _crawl_site(
        self,
        site: Site,
        fetcher: Fetcher,
        readers: Readers,
        turns: asyncio.Semaphore,
        settled: asyncio.Queue[Outcome | None],
    ) -> None:
        async with turns:
            if self.stopped:
                return
            report, begun = self.reports[site.name], self._now()
            report.stage = "listing"
            try:
                listing = Listing(self._archive, site, report, since=self._since, now=self._now, whole=self._full)
                await listing.note_all(fetcher)
                keep_manners(self._archive, self._run, fetcher)
                await self._visit_due(site, fetcher, readers, report, settled)
                if self.stopped:
                    return
                listing.conclude()
            except (NothingDone, UsageProblem):
                raise
            except Exception:  # noqa: BLE001 - a fault met at one site must not end the crawl of the others
                report.trouble = f"a fault of the program ended its turn:\n{traceback.format_exc()}"
            finally:
                report.stage = "done"
                keep_manners(self._archive, self._run, fetcher)
            self._archive.keep_turn(turn_of(site.name, self._run, report, begun, self._now()))

    async def _visit_due(
        self,
        site: Site,
        fetcher: Fetcher,
        readers: Readers,
        report: SiteReport,
        settled: asyncio.Queue[Outcome | None],
    ) -> None:
        pages = self._due(site)
        report.stage, report.due = "visiting", len(pages)
        visiting = Visiting(site, fetcher, readers, run=self._run, full=self._full, now=self._now)
        repeating = Repeating(self._archive, site.name, readers, run=self._run, now=self._now)
        for start in range(0, len(pages), CHUNK):
            if self.stopped:
                return
            chunk = pages[start : start + CHUNK]
            texts = await visiting.feed_texts(chunk)
            visiting.repeated = await repeating.lines()
            for page in chunk:
                if self.stopped:
                    break
                outcome = self._settle(await visiting.visit(page, texts))
                report.add(outcome)
                settled.put_nowait(outcome)
            keep_manners(self._archive, self._run, fetcher)
        if not self.stopped and (pages or repeating.is_owed):
            await repeating.put_right()

    def _due(self, site: Site) -> list[Due]:
        revisits = Revisits.of(self._settings)
        pages = frontier.due(
            self._archive, site.name, at=self._now(), run=self._run, full=self._full, revisits=revisits
        )
        return [page for page in pages if is_wanted(published(page), self._since)][: self._limit]

    def _settle(self, visit: Visit) -> Outcome:
        """The visit written down. What cannot be written, for a fault of ours, becomes a failure with its traceback."""
        try:
            return self._archive.settle(visit, gone_after=timedelta(hours=self._settings.gone_after))
        except ArchiveUnusable:
            raise
        except Exception:  # noqa: BLE001 - as for the extractors: one page's bug must not end the crawl
            detail = traceback.format_exc()
            return self._archive.settle(
                msgspec.structs.replace(visit, reading=None, verdict="failed", reason="extractor-bug", detail=detail)
            )


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first of the errors that ended the crew; one is enough, and the caller knows what to do with it."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
