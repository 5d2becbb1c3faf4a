"""A fleet's engines: `python -m bench.fleet [ROWS]` measures re-reading at one and two Dask workers, what a job of the
queue costs, and writing, refreshing and asking a dataset of ROWS rows (1,000,000 unless told) over all its tables.

Pages are this project's own, articles invented. Rates by the clock are of this machine as busy as it is, those of the
CPU count all processes that took part; efficiency is told by both.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec
import psutil
from procrastinate import App, PsycopgConnector

from bench.archive import TOGETHER, answered, say, settle
from bench.invented import BEGIN, SITES, Invention, sites
from bench.stored import own_pages
from scraper.analyst.queries import queries
from scraper.archive import syndication
from scraper.archive.captures import Capture
from scraper.archive.store import Archive, Site
from scraper.archive.visits import Visit, as_of_site
from scraper.crew import Crew
from scraper.fleet import rereading
from scraper.fleet.crew import connected
from scraper.fleet.dataset import put_releases, refresh
from scraper.fleet.parts import Source
from scraper.fleet.questions import NOT_HERE, ask
from scraper.fleet.queue import Queue, lock_of
from scraper.fleet.registry import Registry
from scraper.fleet.releases import releases
from scraper.reading import read_answer
from tests.fleet.postgres import Postgres, programs

ROWS = 1_000_000
AN_ARTICLE = 31  # rows of all tables that an invented article makes
SHARDS = 4
SITE = "kabar.example"
PAGES = 4800  # read again
POST = 10**18  # the first post's id
WARM = 128  # pages before, so that every worker is at work
ROUNDS = 3
JOBS = 500
NEW = 100  # articles that come before the dataset is refreshed
ALL_SITES = 10_000 * 20_000  # articles that 10,000 sites of 20,000 posts hold


class Spent(NamedTuple):
    """Seconds: of this process's and its children's CPU, and of the clock."""

    cpu: float
    clock: float


def spent(work: Callable[[], object]) -> Spent:
    """What the work takes, processes that end in it included."""
    cpu, clock = _cpu(), time.perf_counter()
    work()
    return Spent(_cpu() - cpu, time.perf_counter() - clock)


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main() -> int:
    """Prints what was measured; everything lies in a folder that goes afterwards."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if programs() is None:
        print("no Postgres here: what its queue costs is left out ('make fleet-test' installs one)")
    else:
        queue()
    with tempfile.TemporaryDirectory() as name:
        reread(Path(name))
        lake(Path(name), rows // AN_ARTICLE)
    return 0


def queue() -> None:
    """What a job of the queue and a turn before a request cost with a Postgres of this machine's."""
    with Postgres() as server:
        registry = Registry(server.address)
        registry.create("/nowhere", [f"shard-{number:03}.db" for number in range(SHARDS)])
        jobs = Queue(server.address)
        with jobs.opened():
            jobs.create()
        made, ended = asyncio.run(_jobs(server.address))
        say("a job that does nothing, made", f"{made * 1000:.1f} ms", "by the clock")
        say("... taken and ended", f"{ended * 1000:.1f} ms", "by the clock, one worker, jobs of many shards")
        registry.take(0, "bench")
        turn = partial(registry.turn, 0, "bench", "kabar.example", delay=0, interval=0.001)
        turns = spent(lambda: [turn() for _ in range(JOBS)])
        say("a turn booked before a request", f"{turns.clock / JOBS * 1000:.1f} ms",
            f"by the clock; {turns.cpu / JOBS * 1000:.2f} of the worker's CPU")  # fmt: skip
        registry.close()


async def _jobs(address: str) -> tuple[float, float]:
    """Seconds by the clock that making a job takes, and taking and ending it."""
    app = App(connector=PsycopgConnector(conninfo=address))

    @app.task(name="nothing")
    async def nothing(shard: int) -> None:
        pass

    async with app.open_async():
        begun = time.perf_counter()
        for number in range(JOBS):
            await nothing.configure(lock=lock_of(number)).defer_async(shard=number)
        made = time.perf_counter()
        await app.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False)
        return (made - begun) / JOBS, (time.perf_counter() - made) / JOBS


def reread(folder: Path) -> None:
    """Two shards of kept pages read again, by one worker and by two, in turn."""
    shards = [_pages(folder / f"pages-{number}.db", PAGES // 2) for number in range(2)]
    warm = _pages(folder / "warm.db", WARM)
    asked = [answered(number, page.read_bytes()) for number, page in enumerate(own_pages())]
    plain = spent(lambda: [read_answer(one) for one in asked])
    say("plain reading of the same pages", f"{len(asked) / plain.cpu:,.0f}/s", "a CPU-second")
    taken: dict[int, list[Spent]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for workers, times in taken.items():
            times.append(_reread(shards, warm, workers))
    clock = {workers: median(one.clock for one in times) for workers, times in taken.items()}
    cpu = {workers: median(one.cpu for one in times) for workers, times in taken.items()}
    for workers in taken:
        say(
            f"re-reading, {workers} Dask worker{'s' * (workers > 1)}",
            f"{PAGES / clock[workers]:,.0f}/s",
            f"by the clock; {PAGES / cpu[workers]:,.0f} a CPU-second of all processes",
        )
    say("efficiency of two workers, by the clock", f"{clock[1] / clock[2] / 2:.0%}", "goal 85 %, on an idle machine")
    say("efficiency of two workers, by the CPU", f"{cpu[1] / cpu[2]:.0%}", "what a page costs with one and with two")


def _reread(shards: list[Path], warm: Path, workers: int) -> Spent:
    """What the re-reading takes of a cluster that has begun to work."""
    with connected("local", workers=workers) as client:
        hire = rereading.hiring(client)
        rereading.compare([warm], hire)  # each worker has its process and its lexicons then
        clock, cpu = time.perf_counter(), _cpu_of_all()
        rereading.compare(shards, hire)
        return Spent(_cpu_of_all() - cpu, time.perf_counter() - clock)


def _cpu_of_all() -> float:
    """CPU-seconds of this process and all below it that live."""
    here = psutil.Process()
    return sum(sum(one.cpu_times()[:2]) for one in (here, *here.children(recursive=True)))


def _pages(path: Path, count: int) -> Path:
    """An archive of that many kept pages, the project's own over and over, each at an address of its own."""
    bodies = [page.read_bytes() for page in own_pages()]
    with Archive.open(path, create=True) as archive:
        archive.add_site(Site(name=SITE, url=f"https://{SITE}/", added_at=BEGIN))
        run = archive.start_run([SITE], BEGIN)
        settle(archive, _visits(run, bodies, count))
    return path


def _visits(run: int, bodies: list[bytes], count: int) -> Iterator[Visit]:
    """Every page as a crawl of the site would have kept it, so that reading it again changes nothing."""
    known = {number: read_answer(answered(number, body)).reading for number, body in enumerate(bodies)}
    posts = [(number, one.article.post_id) for number, one in known.items() if one and one.article.post_id]
    for number in range(count):
        of, post = posts[number % len(posts)]
        url, body = f"https://{SITE}/2025/01/{number}.html", bodies[of].replace(post.encode(), b"%d" % (POST + number))
        reading = read_answer(msgspec.structs.replace(answered(of, body), url=url, final_url=url)).reading
        assert reading is not None
        yield Visit(
            run=run,
            url=url,
            site=SITE,
            at=BEGIN,
            capture=Capture(body=body, status=200, final_url=url, fetched_at=BEGIN),
            reading=as_of_site(SITE, reading),
        )


def lake(folder: Path, articles: int) -> None:
    """A dataset of that many invented articles in some shards."""
    sources = [Source(f"shard-{n:03}", folder / f"shard-{n:03}.db") for n in range(SHARDS)]
    for number, source in enumerate(sources):
        _fill(source.path, number, articles)
    target = folder / "dataset"
    made = spent(lambda: refresh(target, sources))
    with_rows = _rows(target)
    size = sum(path.stat().st_size for path in target.rglob("*.parquet"))
    say("dataset written", f"{with_rows / made.cpu:,.0f} rows/s", f"{with_rows:,} rows, {articles:,} articles, CPU")
    say("dataset, bytes an article", f"{size / articles:,.0f}", f"{size / 2**20:,.0f} MiB in all")
    say(
        "refreshed without a change", f"{spent(lambda: refresh(target, sources)).cpu * 1000:,.0f} ms", "nothing written"
    )
    _add(sources[0].path, articles)
    told = refresh(target, sources)
    say(f"refreshed after {NEW} articles", f"{told.rows:,} rows", f"{told.parts_written} parts of a site and year")
    with_releases(folder, target, sources, articles)
    print("  questions with a name, ms of CPU on all cores, the connection made anew (median of three)")
    for name, asked in queries().items():
        if name not in NOT_HERE:
            took = median(spent(lambda: ask(target, name, asked.example)).cpu for _ in range(3))  # noqa: B023
            print(f"    {name:<28}{took * 1000:>8,.0f}")
    say("to 200 M articles, by arithmetic", f"{ALL_SITES * size / articles / 2**40:,.1f} TiB", "an extrapolation")
    hours = ALL_SITES / (articles / made.cpu) / 3600
    say("first writing of these, CPU-hours", f"{hours:,.0f}", "an extrapolation; shards are written side by side")


def with_releases(folder: Path, target: Path, sources: list[Source], articles: int) -> None:
    """Groups over all shards, by two processes of this machine."""
    found = []
    took = spent(
        lambda: found.extend(releases(sources, lambda task, limit: Crew(task, 2, limit=limit), folder / "scratch.db"))
    )
    put_releases(target, found)
    say(
        "groups over all shards", f"{articles / took.cpu:,.0f}/s", f"articles a CPU-second; {len(found):,} reach beyond"
    )


def _fill(path: Path, shard: int, articles: int) -> None:
    with Archive.open(path, create=True) as archive, archive.writing():
        for site in sites():
            archive.add_site(site)
        run = archive.start_run(["kabar0.example"], BEGIN)
        visits = (one for one in islice(Invention().visits(run), articles) if _shard(one.site) == shard)
        while batch := list(islice(visits, TOGETHER)):
            settle(archive, batch)
        syndication.update(archive)


def _add(path: Path, articles: int) -> None:
    """A few more of the same."""
    with Archive.open(path) as archive:
        run = archive.start_run(["kabar0.example"], BEGIN)
        more = islice(Invention(2).visits(run), articles, articles + NEW * SHARDS)
        settle(archive, [one for one in more if _shard(one.site) == 0])


def _shard(site: str) -> int:
    return int(site.removeprefix("kabar").removesuffix(".example")) * SHARDS // SITES


def _rows(target: Path) -> int:
    from scraper.fleet.dataset import read_dataset

    held = read_dataset(target)
    return sum(file.rows for file in held.files) if held is not None else 0


if __name__ == "__main__":
    sys.exit(main())
