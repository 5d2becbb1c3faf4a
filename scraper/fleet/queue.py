"""The fleet's queue: Procrastinate on Postgres. The only module that knows it.

A job names a shard and carries its lock, so that one worker at a time is at a shard. What keeps the fleet going is one
periodic job, `look`: it gives the jobs of workers that died to others, makes a crawl of each shard in which a site is
due by its schedule, and writes down for readers which files and sites the shards have now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import msgspec

from scraper import schedule
from scraper.archive.sites.schedules import ScheduleRow
from scraper.errors import KlipingError, MissingExtra, NothingDone, UsageProblem
from scraper.fleet.holds import ShardLost
from scraper.fleet.registry import Away, Registry
from scraper.fleet.shards import MAP, Map, hashed, site_of
from scraper.fleet.store import Store
from scraper.fleet.work import Work

try:
    from procrastinate import App, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
    from procrastinate.exceptions import AlreadyEnqueued, ProcrastinateException
    from procrastinate.jobs import Job, Status
    from procrastinate.worker import Worker
except ImportError as error:
    raise MissingExtra("A fleet of workers", "fleet") from error

LOOK = "* * * * *"  # cron: every minute, which is a small part of the five between two visits that a schedule may ask
HEARTBEAT = 10.0  # seconds
MISSED = 4  # heartbeats after which a worker counts as dead
POLL = 2.0  # seconds between two looks for a job, while there is none
TRIES = 5  # of a job that fails; the waits between are 2, 4, 8, 16 seconds
DAY = 24  # hours for which jobs that are over are kept
AGAIN = 1.0  # seconds after which a worker whose queue broke off begins anew


class TakingJobs(Worker):  # type: ignore[misc]
    """Procrastinate's worker, which ends by itself when it loses Postgres; the crawl in hand is asked to end with it,
    so that it is put back before others take its worker for dead.
    """

    ending: Callable[[], None]

    def stop(self) -> None:
        self.ending()
        super().stop()


class Queue:
    """The fleet's jobs, for those who only make them: the command line."""

    def __init__(self, address: str) -> None:
        self._app = App(connector=SyncPsycopgConnector(conninfo=address, timeout=10.0))

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Raises NothingDone where Postgres cannot be had."""
        try:
            with self._app.open():
                yield
        except (ProcrastinateException, Away) as error:
            raise NothingDone(f"The fleet's Postgres cannot be used: {error}") from error

    def create(self) -> None:
        """The queue's own tables, where they are not there."""
        if not self._app.check_connection():
            self._app.schema_manager.apply_schema()

    def add(self, registry: Registry, address: str, *, told: str | None, delay: float | None, loopback: bool) -> int:
        """The shard that the newsroom is going to be added to, by a job."""
        site = site_of(address)
        shard = registry.sites().get(site, hashed(site, len(registry.shards())))
        self._defer("add", shard, f"add:{site}", address=address, told=told, delay=delay, loopback=loopback)
        return shard

    def move(self, registry: Registry, site: str, to: int) -> int:
        """The shard that the site is going to leave, by jobs. Raises NoSuchSite, UsageProblem."""
        count, origin = len(registry.shards()), registry.shard_of(site)
        if not 0 <= to < count:
            raise UsageProblem(f"The fleet has the shards 0 to {count - 1}, and no {to}.")
        if origin != to:
            self._defer("detain", origin, f"move:{site}", site=site, to=to)
        return origin

    def counts(self) -> dict[str, int]:
        """Jobs by how they stand: todo, doing, succeeded, failed…"""
        rows = self._app.connector.get_sync_connector().execute_query_all(
            query="SELECT status::text AS status, count(*) AS jobs FROM procrastinate_jobs GROUP BY 1 ORDER BY 1"
        )
        return {row["status"]: row["jobs"] for row in rows}

    def workers(self) -> list[float]:
        """Seconds since each worker's last heartbeat."""
        rows = self._app.connector.get_sync_connector().execute_query_all(
            query="SELECT extract(epoch FROM now() - last_heartbeat)::float8 AS age FROM procrastinate_workers"
        )
        return [row["age"] for row in rows]

    def _defer(self, task: str, shard: int, once: str, **values: Any) -> None:
        with suppress(AlreadyEnqueued):
            self._app.configure_task(task, lock=lock_of(shard), queueing_lock=once).defer(shard=shard, **values)


class FleetWorker:
    """A worker: takes jobs until it is stopped. It outlives its Postgres, and comes back to it."""

    def __init__(
        self,
        address: str,
        registry: Registry,
        store: Store,
        work: Work,
        *,
        say: Callable[[str], None],
        heartbeat: float = HEARTBEAT,
        look: str = LOOK,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._registry, self._store, self._work = registry, store, work
        self._say, self._heartbeat, self._now = say, heartbeat, now
        self._dead = MISSED * heartbeat
        self._stopped = asyncio.Event()
        self._worker: TakingJobs | None = None
        self._app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=4, timeout=self._dead))
        self._name_tasks(look)

    def stop(self) -> None:
        """The page in hand is finished, the shard put back, and no other job begun. To be called on the event loop."""
        self._stopped.set()
        if self._worker is not None:
            self._worker.stop()

    async def serve(self) -> None:
        """Until it is stopped."""
        self._work.clear()
        while not self._stopped.is_set():
            try:
                async with self._app.open_async():
                    await self._take_jobs()
            except (ProcrastinateException, Away, OSError) as error:
                self._say(f"The fleet's Postgres broke off ({error}); trying again.")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), AGAIN)

    async def _take_jobs(self) -> None:
        self._worker = TakingJobs(
            app=self._app,
            name="kliping",
            concurrency=1,
            listen_notify=False,  # a listener that loses its connection takes the worker with it
            fetch_job_polling_interval=min(POLL, self._heartbeat),
            install_signal_handlers=False,
            update_heartbeat_interval=self._heartbeat,
            stalled_worker_timeout=self._dead,
        )
        self._worker.ending = self._work.stop
        if not self._stopped.is_set():
            await self._worker.run()

    def _name_tasks(self, look: str) -> None:
        work, retry = self._work, RetryStrategy(max_attempts=TRIES, exponential_wait=2, retry_exceptions={KlipingError})
        register = self._app.task

        def crawl(shard: int) -> None:
            self._do(lambda: work.crawl(shard))

        def add(shard: int, address: str, told: str | None, delay: float | None, loopback: bool) -> None:
            self._do(lambda: work.add(shard, address, told, delay, loopback=loopback))

        async def detain(shard: int, site: str, to: int) -> None:
            await asyncio.to_thread(self._registry.detain, site, to)
            await self._defer("receive", to, f"move:{site}", site=site, origin=shard)

        async def receive(shard: int, site: str, origin: int) -> None:
            await asyncio.to_thread(self._do, lambda: work.receive(site, origin, shard))
            await self._defer("drop", origin, f"drop:{site}", site=site)

        def drop(shard: int, site: str) -> None:
            self._do(lambda: work.drop(site, shard))

        for task in (crawl, add, detain, receive, drop):
            register(name=task.__name__, retry=retry)(task)
        looking = register(name="look", queueing_lock="look")(self._look)
        self._app.periodic(cron=look)(looking)

    def _do(self, job: Callable[[], None]) -> None:
        """The job; one whose shard went to another worker is over, for that worker has a job of its own."""
        try:
            job()
        except ShardLost as lost:
            self._say(str(lost))

    async def _look(self, timestamp: int) -> None:
        await self._replace_the_dead()
        now = self._now()
        scheduled = await asyncio.to_thread(self._registry.scheduled)
        for shard in dict.fromkeys(shard for shard, fact in scheduled if _is_due(fact, now)):
            await self._defer("crawl", shard, f"crawl:{shard}")
        await asyncio.to_thread(publish, self._registry, self._store)
        await self._app.job_manager.delete_old_jobs(
            nb_hours=DAY, include_failed=True, include_cancelled=True, include_aborted=True
        )

    async def _replace_the_dead(self) -> None:
        """Each job of a worker without heartbeat is over, and a new one in its place: should the old worker wake, it
        cannot end the job of the one that follows it.
        """
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self._dead):
            with suppress(ProcrastinateException):  # another look was quicker
                await manager.finish_job(job=job, status=Status.ABORTED, delete_job=False)
                if job.task_name != "look":
                    await self._again(job)
                    self._say(f"{job.call_string}: its worker died, another goes on.")

    async def _again(self, job: Job) -> None:
        with suppress(AlreadyEnqueued):
            task = self._app.configure_task(job.task_name, lock=job.lock, queueing_lock=job.queueing_lock)
            await task.defer_async(**job.task_kwargs)

    async def _defer(self, task: str, shard: int, once: str, **values: Any) -> None:
        with suppress(AlreadyEnqueued):
            configured = self._app.configure_task(task, lock=lock_of(shard), queueing_lock=once)
            await configured.defer_async(shard=shard, **values)


def lock_of(shard: int) -> str:
    """The name of the lock that all jobs of a shard carry."""
    return f"shard:{shard}"


def publish(registry: Registry, store: Store) -> None:
    """`fleet.json` tells the files and sites as Postgres has them; it is left alone where it does already."""
    found = Map(shards=tuple(row.file for row in registry.shards()), sites=registry.sites())
    told = msgspec.json.format(msgspec.json.encode(found, order="sorted"), indent=1)
    if MAP not in store.names(MAP) or store.read(MAP) != told:
        store.write(MAP, told)


def _is_due(fact: Any, now: datetime) -> bool:
    row = ScheduleRow(site=fact.site, told=fact.told, zone=fact.zone, set_at=fact.set_at, last=fact.last)
    return schedule.standing_of(row, now).due_since is not None
