"""What a worker does with a shard it has taken: crawl what is due in it, add a site, receive one that moves, drop one
that left. Each is one job; done twice it comes to the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from extractors.urls import site_name
from scraper import schedule
from scraper.archive.store import Archive
from scraper.conclusion import conclude
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.fleet.holds import Hold, held, opened
from scraper.fleet.moving import copy_site, drop_site
from scraper.fleet.registry import Registry
from scraper.fleet.store import Store
from scraper.newsrooms import add_sites
from scraper.web.fetch import Fetcher
from scraper.web.pace import Leave, Sleep

TURN = 1800.0  # seconds; a crawl that takes longer puts its shard back, and others have their turn before it goes on
COPY = 1.0  # seconds between two looks for commits that no outcome tells of


class Work:
    """The jobs of one worker, one at a time. `say` is told what happens, `turn` is in seconds."""

    def __init__(
        self,
        registry: Registry,
        store: Store,
        settings: Settings,
        scratch: Path,
        *,
        say: Callable[[str], None],
        turn: float = TURN,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._registry, self._store, self._settings, self._scratch = registry, store, settings, scratch
        self._say, self._turn, self._now = say, turn, now
        self._stop: Callable[[], object] | None = None

    def stop(self) -> None:
        """Ends the crawl in hand after the page it is at. May be called from any thread, at any time."""
        if (stop := self._stop) is not None:
            stop()

    def clear(self) -> None:
        """The scratch folder holds nothing that a worker of before had in hand; to be called before the first job."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        for path in self._scratch.glob("shard-???.????????????.db*"):
            path.unlink(missing_ok=True)

    def crawl(self, shard: int) -> None:
        """What is due in the shard is crawled. Raises ShardLost where another worker takes it meanwhile."""
        with held(self._store, self._registry, shard, self._scratch) as hold, opened(hold) as archive:
            asyncio.run(self._crawl(hold, archive))

    def add(self, shard: int, address: str, told: str | None, delay: float | None, *, loopback: bool) -> None:
        """The newsroom at that address is probed, and held by the shard with that schedule."""
        with held(self._store, self._registry, shard, self._scratch) as hold, opened(hold) as archive:
            fetcher = self._fetcher(hold)
            (added,) = asyncio.run(
                add_sites(archive, [address], self._settings, delay=delay, allow_loopback=loopback, fetcher=fetcher)
            )
            if added.error is not None or added.site is None:
                self._say(f"{address}: {added.error}")
                return
            name = added.site.name
            if (other := self._registry.assign(name, shard)) != shard:
                drop_site(archive, name, self._now())
                self._say(f"{name}: shard {other} has it already.")
                return
            if told is not None:
                schedule.set_schedule(archive, name, told, None, self._now())
            self._say(f"{name}: added to shard {shard}.")

    def receive(self, site: str, origin: int, to: int) -> None:
        """The site is held by the shard `to`, with all that the shard it comes from holds of it."""
        if self._registry.shard_of(site) == to:
            return
        source = self._scratch / f".moving-{site_name(f'http://{site}').replace(':', '-')}.db"
        with held(self._store, self._registry, to, self._scratch) as hold, opened(hold) as archive:
            hold.arrived = site
            self._store.get(self._registry.shards()[origin].file, source)
            copy_site(source, archive, site, self._now())
        for path in self._scratch.glob(f"{source.name}*"):
            path.unlink()
        self._say(f"{site}: moved from shard {origin} to {to}.")

    def drop(self, site: str, shard: int) -> None:
        """What the shard holds of a site that another has is gone."""
        if self._registry.shard_of(site) == shard:
            return
        with held(self._store, self._registry, shard, self._scratch) as hold, opened(hold) as archive:
            drop_site(archive, site, self._now())

    async def _crawl(self, hold: Hold, archive: Archive) -> None:
        names = self._registry.crawled(hold.shard)
        sites = [archive.site(one.site) for one in schedule.due(archive, self._now()) if one.site in names]
        if not sites:
            return
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        crawl = Crawl(archive, self._settings, fetcher=self._fetcher(hold), now=self._now)
        self._stop = partial(loop.call_soon_threadsafe, crawl.stop)
        timer = loop.call_later(self._turn, crawl.stop)
        copying = asyncio.create_task(_copy(hold, woken))
        try:
            async for _ in crawl.outcomes(sites):
                woken.set()
        finally:
            self._stop = None
            timer.cancel()
            copying.cancel()
            await asyncio.gather(copying, return_exceptions=True)
        said = await conclude(
            archive,
            crawl.number,
            [site.name for site in sites],
            self._settings,
            at=self._now(),
            report_file=None,
            metrics_file=None,
            telling=not crawl.stopped,
        )
        totals = ", ".join(f"{count} {verdict}" for verdict, count in crawl.totals().items()) or "nothing new"
        for sentence in [f"shard {hold.shard}: {len(sites)} sites, {totals}.", *said]:
            self._say(sentence)

    def _fetcher(self, hold: Hold) -> Callable[..., Fetcher]:
        return partial(Fetcher, leave=leave_of(self._registry, hold, self._settings.provider_rate))


def leave_of(registry: Registry, hold: Hold, provider_rate: float, *, sleep: Sleep = asyncio.sleep) -> Leave:
    """Leave for each request of a held shard: no other worker asks the host, or too much of its provider, at the time.

    It raises ShardLost once another holds the shard, before a request is sent.
    """
    interval = 1 / provider_rate if provider_rate > 0 else 0.0

    async def leave(host: str, delay: float, shared: bool) -> None:
        book: Callable[[], float] = partial(
            registry.turn, hold.shard, hold.holder, host, delay=delay, interval=interval if shared else 0.0
        )
        wait = await asyncio.to_thread(book)
        if wait > 0:
            await sleep(wait)
            await asyncio.to_thread(registry.confirm, hold.shard, hold.holder)

    return leave


async def _copy(hold: Hold, woken: asyncio.Event) -> None:
    """Copies what is committed, when an outcome tells of it and every COPY seconds."""
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), COPY)
        woken.clear()
        if (found := hold.gather()) is not None:
            writing: Awaitable[None] = asyncio.to_thread(hold.write, *found)
            await asyncio.shield(writing)
