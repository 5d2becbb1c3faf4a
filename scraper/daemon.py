"""The daemon: scheduled crawls in one process that stays.

APScheduler wakes it at each site's next moment. Every LOOK it looks at the archive by itself: for schedules that
changed, for sites that were due while another crawl held the archive, and for a clock that was set, which no timer
survives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from scraper import schedule
from scraper.archive.store import Archive, Site
from scraper.errors import KlipingError, NothingDone, UsageProblem
from scraper.schedule import Schedule, Standing

try:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler
    from apscheduler.triggers.base import BaseTrigger
except ImportError as error:
    raise NothingDone(
        "The daemon needs APScheduler: pip install 'kliping[daemon]'. 'kliping run --due' does not."
    ) from error

LOOK = 60.0  # seconds between two looks at the archive

Crawling = Callable[[Archive, Sequence[Site]], Awaitable[object]]
"""Crawls those sites into the archive, whose `writing()` is held."""


class Moments(BaseTrigger):  # type: ignore[misc]
    """A site's schedule as APScheduler asks for it, whose own cron trigger takes the 1 of a Monday for a Tuesday."""

    def __init__(self, of: Schedule) -> None:
        self.schedule = of

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return self.schedule.after(max(previous, now) if previous is not None else now)


class Daemon:
    """Crawls the sites of an archive as their schedules want it. `now` gives aware UTC, `say` is told what happens."""

    def __init__(
        self,
        path: Path,
        crawling: Crawling,
        *,
        say: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._path, self._crawling, self._say, self._now = path, crawling, say, now
        self._turn = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._failure: KlipingError | None = None
        self._said: str | None = None
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def stop(self) -> None:
        """To be called on the event loop; a crawl under way is to be stopped beside."""
        self._stopping.set()

    async def serve(self) -> None:
        """Until it is stopped. Raises what no further try would mend: UsageProblem, and an archive that is none."""
        with Archive.open(self._path) as archive:
            self._say(schedule.nothing_due(archive, self._now()))
        self._scheduler.start()
        try:
            while not self._stopping.is_set():
                await self.look()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), LOOK)
        finally:
            self._scheduler.shutdown(wait=False)
        async with self._turn:  # what is under way comes to its end
            pass
        if self._failure is not None:
            raise self._failure

    @property
    def timers(self) -> dict[str, datetime]:
        """When each scheduled site is crawled next, while it serves."""
        return {job.id: job.next_run_time for job in self._scheduler.get_jobs()}

    async def look(self) -> None:
        """The timers are those of the archive's schedules, by the clock as it is; what is due is crawled."""
        try:
            with Archive.open(self._path) as archive:
                self._set_timers(schedule.standings(archive, self._now()))
            await self.run_due()
        except KlipingError as error:
            self._tell(error)

    async def run_due(self) -> None:
        """Everything that is due is crawled in one run; nothing where another crawl is under way, here or elsewhere."""
        if self._stopping.is_set():
            return
        try:
            async with self._turn:
                with Archive.open(self._path) as archive:
                    await self._crawl(archive, schedule.due(archive, self._now()))
        except KlipingError as error:
            self._tell(error)

    async def _crawl(self, archive: Archive, found: Sequence[Standing]) -> None:
        if not found:
            return
        with archive.writing():
            for standing in found:
                if standing.missed:
                    self._say(standing.told_missed)
            await self._crawling(archive, [archive.site(standing.site) for standing in found])
        self._said = None

    def _tell(self, error: KlipingError) -> None:
        """A trouble that may pass is told once, however often it is met; any other ends the daemon."""
        if isinstance(error, UsageProblem):
            self._failure = error
            self._stopping.set()
        elif str(error) != self._said:
            self._said = str(error)
            self._say(f"{error} It is tried again every {LOOK:g} seconds.")

    def _set_timers(self, standings: Sequence[Standing]) -> None:
        wanted = {standing.site: standing for standing in standings}
        timers = self.timers
        for site in timers.keys() - wanted.keys():
            self._scheduler.remove_job(site)
        for site, standing in wanted.items():
            if timers.get(site) != standing.upcoming:
                trigger = Moments(standing.schedule)
                self._scheduler.add_job(self.run_due, trigger, id=site, name=site, replace_existing=True)
