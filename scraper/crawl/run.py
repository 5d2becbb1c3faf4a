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
from datetime import UTC, datetime

import msgspec

from scraper import frontier
from scraper.archive.store import Archive, Site
from scraper.archive.visits import Visit
from scraper.config import Settings
from scraper.crawl.listing import Listing, is_wanted
from scraper.crawl.report import SiteReport
from scraper.crawl.visiting import CHUNK, Visiting, published
from scraper.errors import ArchiveUnusable, UsageProblem
from scraper.frontier import Due
from scraper.outcomes import Outcome
from scraper.web.fetch import Fetcher

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
                await Listing(self._archive, site, report, since=self._since, now=self._now).note_all(fetcher)
                await self._visit_due(site, fetcher, report, settled)
            except (ArchiveUnusable, UsageProblem):
                raise
            except Exception:  # noqa: BLE001 - a fault met at one site must not end the crawl of the others
                report.trouble = f"a fault of the program ended its turn:\n{traceback.format_exc()}"

    async def _visit_due(
        self, site: Site, fetcher: Fetcher, report: SiteReport, settled: asyncio.Queue[Outcome | None]
    ) -> None:
        pages = self._due(site)
        visiting = Visiting(site, fetcher, run=self._run, full=self._full, now=self._now)
        for start in range(0, len(pages), CHUNK):
            chunk = pages[start : start + CHUNK]
            texts = await visiting.feed_texts(chunk)
            for page in chunk:
                outcome = self._settle(await visiting.visit(page, texts))
                report.verdicts[outcome.verdict] += 1
                settled.put_nowait(outcome)

    def _due(self, site: Site) -> list[Due]:
        pages = frontier.due(self._archive, site.name, at=self._now(), run=self._run, full=self._full)
        return [page for page in pages if is_wanted(published(page), self._since)][: self._limit]

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


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first of the errors that ended the crew; one is enough, and the caller knows what to do with it."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
