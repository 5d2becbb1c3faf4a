"""A fleet of workers on a real Postgres, under what befalls machines; held against a single machine's crawl."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.many import build
from bench.newsrooms import Newsrooms
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.cli import main as kliping
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.fleet.shards import Shards
from scraper.newsrooms import add_sites
from tests.fleet import postgres
from tests.fleet.postgres import Postgres

postgres.required()
try:
    from scraper.errors import MissingExtra
    from scraper.fleet.queue import Queue
    from scraper.fleet.registry import Registry
except MissingExtra as error:
    postgres.absent(str(error))
if postgres.programs() is None:
    postgres.absent("There is no Postgres on this machine")

ROOMS, POSTS, SHARDS, WORKERS = 32, 10, 16, 4
DELAY = 0.25  # seconds
LAG = 0.1  # seconds by which a busy machine may note a request late
LATE = 0.01  # of the requests that may be noted still later
HEARTBEAT = 0.5  # seconds; four missed, and a worker counts as dead
STOPPED = 8.0  # seconds that a worker is stopped, past its heartbeats
AWAY = 10.0  # seconds that Postgres is away
PATIENCE = 240.0  # seconds for all of it
READ_WHEN_ADDED = 7  # posts of each newsroom: two are looked at by the probe, five are read by the survey
TAKEN_DOWN = 3  # workers that lost the pages they had in hand: two killed, one stopped
IN_HAND = 4  # sites of a shard, at most, each with a page in hand or a commit that was not copied yet


class Workers:
    """Worker processes, each with a scratch folder and a log of its own."""

    def __init__(self, address: str, folder: Path) -> None:
        self._address, self._folder = address, folder
        self._made = 0
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        self._made += 1
        scratch = self._folder / f"worker-{self._made}"
        command = [sys.executable, "-m", "scraper", "fleet", "worker", "--scratch", str(scratch)]
        command += ["--heartbeat", str(HEARTBEAT), "--look", "* * * * * */2"]
        settings = {"KLIPING_POSTGRES": self._address, "KLIPING_WORKERS": "0", "KLIPING_DELAY": str(DELAY)}
        with self._log(self._made).open("wb") as log:
            process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        self.running.remove(process)

    def end(self) -> list[int]:
        """How those that run end, when they are asked to."""
        for process in self.running:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        return [process.wait(60) for process in self.running]

    def said(self) -> str:
        return "\n".join(self._log(number + 1).read_text("utf-8") for number in range(self._made))

    def _log(self, number: int) -> Path:
        return self._folder / f"worker-{number}.log"


class Fleet:
    """What the tests ask of a fleet that runs."""

    def __init__(self, served: Newsrooms, server: Postgres, workers: Workers, root: Path) -> None:
        self.served, self.server, self.workers, self.root = served, server, workers, root
        self.hits: list[list[Any]] = [[] for _ in served.urls]
        self.registry = Registry(server.address)

    def run(self, *arguments: str) -> str:
        told = CliRunner().invoke(kliping, ["fleet", *arguments, "--postgres", self.server.address])
        assert told.exit_code == 0, told.output
        return told.output

    def pages(self) -> int:
        """Pages of posts that all hosts were asked for by now."""
        for known, new in zip(self.hits, self.served.hits(), strict=True):
            known += new
        return sum(hit.path.endswith(".html") for hits in self.hits for hit in hits)

    def wait_for(self, what: str, done: Callable[[], bool], until: float) -> None:
        while not done():
            if time.monotonic() > until:
                raise AssertionError(f"{what} did not come in time.\n{self.workers.said()[-6000:]}")
            time.sleep(0.25)

    def is_idle(self) -> bool:
        queue = Queue(self.server.address)
        with queue.opened():
            counts = queue.counts()
        return not counts.get("todo") and not counts.get("doing")

    def is_published(self) -> bool:
        """Whether readers are told what is."""
        shards = Shards.open(self.root)
        files = [row.file for row in self.registry.shards()]
        return [path.name for path in shards.paths()] == files and shards.sites() == self.registry.sites()

    def is_crawled(self) -> bool:
        facts = self.registry.scheduled()
        return len(facts) == ROOMS and all(fact.last is not None for _, fact in facts) and self.is_idle()


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A fleet that crawled 32 newsrooms into 16 shards while its workers and its Postgres were taken down."""
    folder = tmp_path_factory.mktemp("fleet")
    root, until = folder / "shards", time.monotonic() + PATIENCE
    with Newsrooms(partial(build, ROOMS, POSTS)) as served, Postgres() as server:
        workers = Workers(server.address, folder)
        made = Fleet(served, server, workers, root)
        try:
            made.run("init", str(root), "--shards", str(SHARDS))
            (folder / "list").write_text("\n".join(served.urls), "utf-8")
            made.run("add", "--from", str(folder / "list"), "--schedule", "every 1d", "--allow-loopback")
            for _ in range(WORKERS):
                workers.start()
            take_down(made, until)
            made.wait_for("The end of the crawl", made.is_crawled, until)
            made.wait_for("The map", made.is_published, until)
            made.pages()
            yield made
        finally:
            made.registry.close()
            workers.end()


def take_down(fleet: Fleet, until: float) -> None:
    """Kills, stops and wakes what runs, as the crawl goes on."""
    pages = ROOMS * (POSTS + READ_WHEN_ADDED)
    fleet.wait_for("All newsrooms", lambda: len(fleet.registry.sites()) == ROOMS, until)
    fleet.workers.kill(fleet.workers.running[0])
    fleet.workers.start()
    fleet.wait_for("More pages", lambda: fleet.pages() > 0.4 * pages, until)
    stopped = fleet.workers.running[0]
    stopped.send_signal(signal.SIGSTOP)
    time.sleep(STOPPED)
    stopped.send_signal(signal.SIGCONT)
    fleet.wait_for("Half the pages", lambda: fleet.pages() > 0.6 * pages, until)
    fleet.server.kill()
    time.sleep(AWAY)
    fleet.server.start()
    fleet.wait_for("Most pages", lambda: fleet.pages() > 0.8 * pages, until)
    fleet.workers.kill(fleet.workers.running[1])
    fleet.workers.start()


def single(path: Path, urls: list[str]) -> str:
    """The digest of an archive into which one machine crawled those newsrooms."""
    settings = Settings(delay=0, provider_rate=1000, workers=0)

    async def crawl(archive: Archive) -> None:
        await add_sites(archive, urls, settings, delay=None, allow_loopback=True)
        async for _ in Crawl(archive, settings).outcomes(archive.sites()):
            pass

    with Archive.open(path, create=True) as archive:
        asyncio.run(crawl(archive))
        return archive.digest()


def digest(path: Path) -> str:
    with Archive.open(path, readonly=True) as archive:
        assert list(problems(archive)) == []
        return archive.digest()


def url_of(site: str) -> str:
    return f"http://{site}/"


def test_each_shard_equals_a_single_machines_crawl(fleet: Fleet, tmp_path: Path) -> None:
    """Whatever was killed, every shard is sound and has the digest of one machine's crawl of the same newsrooms."""
    shards = Shards.open(fleet.root)
    sites = shards.sites()
    assert len(sites) == ROOMS
    assert sites == fleet.registry.sites()

    for number, path in enumerate(shards.paths()):
        held = [url_of(site) for site, shard in sites.items() if shard == number]
        assert digest(path) == single(tmp_path / path.name, held), f"shard {number}"


def test_hosts_are_asked_no_sooner_than_their_delay(fleet: Fleet) -> None:
    """By the servers' logs no host was asked twice within its delay, whichever workers asked and however they ended, but
    for what a busy machine notes late; by the workers' receipts, never.
    """
    gaps = [
        later.at - sooner.at for hits in fleet.hits for sooner, later in pairwise(sorted(hits, key=lambda hit: hit.at))
    ]
    told = []
    for path in Shards.open(fleet.root).paths():
        with Archive.open(path, readonly=True) as archive:
            told += archive.db.conn.execute(
                "SELECT smallest_gap FROM receipts WHERE smallest_gap IS NOT NULL"
            ).fetchall()

    assert min(told)[0] >= DELAY
    assert sum(gap < DELAY - LAG for gap in gaps) <= LATE * len(gaps)
    assert sum(gaps) >= DELAY * len(gaps)


def test_no_page_is_fetched_again_but_those_in_hand(fleet: Fleet) -> None:
    """A worker that is killed costs the pages it had in hand; all others are fetched once, by the servers' logs."""
    fetched = Counter(
        (number, hit.path) for number, hits in enumerate(fleet.hits) for hit in hits if hit.path.endswith(".html")
    )
    assert len(fetched) == ROOMS * POSTS
    again = sum(fetched.values()) - ROOMS * POSTS - ROOMS * READ_WHEN_ADDED
    assert again <= TAKEN_DOWN * IN_HAND


def test_a_site_moves_with_all_that_is_kept_of_it(fleet: Fleet, tmp_path: Path) -> None:
    """A moved site leaves and finds archives with the digests they have where it was crawled there from the start."""
    sites = fleet.registry.sites()
    site, origin = next(iter(sites.items()))
    to = next(shard for shard in sites.values() if shard != origin)
    until = time.monotonic() + 60

    fleet.run("move", site, "--to", str(to))
    fleet.wait_for("The move", lambda: fleet.registry.shard_of(site) == to and fleet.is_idle(), until)
    fleet.wait_for("The map", fleet.is_published, until)

    paths = Shards.open(fleet.root).paths()
    left = [url_of(name) for name, shard in sites.items() if shard == origin and name != site]
    joined = [url_of(name) for name, shard in sites.items() if shard == to] + [url_of(site)]
    assert digest(paths[origin]) == single(tmp_path / "left.db", left)
    assert digest(paths[to]) == single(tmp_path / "joined.db", joined)


def test_workers_share_the_provider_s_budget(fleet: Fleet) -> None:
    """Turns of different hosts, booked by two workers at once, lie apart by the provider's interval."""
    other = Registry(fleet.server.address)
    try:
        for shard, registry in ((0, fleet.registry), (1, other)):
            registry.take(shard, f"test-{shard}")
        waits = [
            registry.turn(shard, f"test-{shard}", f"host-{number}.example", delay=0, interval=5.0)
            for number in range(3)
            for shard, registry in ((0, fleet.registry), (1, other))
        ]
    finally:
        other.close()

    assert [round(later - sooner) for sooner, later in pairwise(waits)] == [5] * 5


def test_stopped_workers_end_well(fleet: Fleet) -> None:
    """SIGTERM ends a worker with 0."""
    assert fleet.workers.end() == [0] * WORKERS
    fleet.workers.running.clear()
