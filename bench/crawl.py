"""A whole crawl beside Scrapy's, in one run: `python -m bench.crawl [PAGES]`.

Same loopback server, same pages, no delays. Counted is the CPU time of all processes but the server's, start and end
included, per page: feed, sitemap, fetch, whole record and archive here; sitemap, fetch, what trafilatura or some
selectors give, and SQLite there. Then where ours goes: each stage, as one process without workers spends it over the
same newsrooms, the start of the processes, and what the whole crawl takes beside them.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.pageserver import PageServer
from extractors.urls import site_name
from scraper.archive import syndication
from scraper.archive.store import Archive, Site
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.crawl.listing import Listing
from scraper.crawl.reading import Readers
from scraper.crawl.visiting import Visiting
from scraper.repeating import Repeating
from scraper.web.fetch import Fetcher

ROUNDS = 3
NAMES = {
    "kliping": "Kliping: whole record, page, archive",
    "selectors": "Scrapy, some selectors, SQLite",
    "trafilatura": "Scrapy, trafilatura, SQLite",
}
GOALS = {"trafilatura": 6.0, "selectors": 1.8}
SETTINGS = Settings(delay=0.0)
STAGES = (
    (Listing, "note_all", "lists into the frontier"),
    (Fetcher, "get", "fetch: pages, feed, sitemap, robots.txt"),
    (Visiting, "feed_texts", "the feed's own texts"),
    (Readers, "read", "whole record"),
    (Archive, "settle", "archive, full-text index, kept page"),
    (Repeating, "lines", "lines that the site repeats"),
    (Repeating, "put_right", "lines that the site repeats"),
    (Listing, "conclude", "completeness"),
    (syndication, "update_some", "who copied whom"),
)


class Cost(NamedTuple):
    """What a crawl took: seconds of CPU over all its processes, seconds of the clock, and the rows it wrote."""

    cpu: float
    clock: float
    rows: int


def site(url: str) -> Site:
    """A newsroom as `kliping sites add` knows it."""
    return Site(
        name=site_name(url),
        url=f"{url}/",
        feed="full",
        sitemap=True,
        delay=0.0,
        loopback=True,
        added_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def crawl(db: Path, urls: list[str]) -> None:
    """The newsrooms crawled into a fresh archive, as `kliping crawl` does it."""
    with Archive.open(db, create=True) as archive:
        for url in urls:
            archive.add_site(site(url))
        asyncio.run(_drain(archive, SETTINGS, archive.sites()))


async def _drain(archive: Archive, settings: Settings, sites: Sequence[Site]) -> None:
    run = Crawl(archive, settings)
    async for outcome in run.outcomes(sites):
        if outcome.verdict != "new":
            print(outcome, file=sys.stderr)
    for report in run.reports.values():
        if report.trouble:
            print(report.trouble, file=sys.stderr)


def cost(program: str, db: Path, urls: list[str]) -> Cost:
    """What one crawl in a process of its own takes, its workers included."""
    module = "bench.crawl" if program == "kliping" else "bench.scrapycrawl"
    since = time.monotonic()
    child = subprocess.Popen([sys.executable, "-m", module, "--child", program, str(db), *urls])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"The crawl by {program} ended with code {child.returncode}.")
    with closing(sqlite3.connect(db)) as written:
        (rows,) = written.execute(f"SELECT count(*) FROM {'articles' if program == 'kliping' else 'items'}").fetchone()
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - since, rows)


def stages(folder: Path, urls: list[str], pages: int) -> dict[str, float]:
    """CPU milliseconds a page of each stage, in this process, one newsroom after another so that no two mix."""
    clock = _Clock()
    with Archive.open(folder / "stages.db", create=True) as archive, ExitStack() as patched:
        for owner, function, stage in STAGES:
            patched.enter_context(clock.timed(owner, function, stage))
        for url in urls:
            archive.add_site(site(url))
            asyncio.run(_drain(archive, msgspec.structs.replace(SETTINGS, workers=0), [site(url)]))
    return {stage: seconds * 1000 / pages for stage, seconds in clock.spent.items()}


class _Clock:
    """CPU seconds by stage. What a stage spends inside another is its own alone."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys((stage for *_, stage in STAGES), 0.0)
        self._running: list[str] = []
        self._since = 0.0

    @contextmanager
    def timed(self, owner: Any, function: str, stage: str) -> Iterator[None]:
        """Counts the calls of a function, or of a coroutine until it is done, as that stage's."""
        called = getattr(owner, function)

        def plain(*arguments: Any, **options: Any) -> Any:
            with self._in(stage):
                return called(*arguments, **options)

        async def awaited(*arguments: Any, **options: Any) -> Any:
            with self._in(stage):
                return await called(*arguments, **options)

        setattr(owner, function, awaited if inspect.iscoroutinefunction(called) else plain)
        try:
            yield
        finally:
            setattr(owner, function, called)

    @contextmanager
    def _in(self, stage: str) -> Iterator[None]:
        self._lap()
        self._running.append(stage)
        try:
            yield
        finally:
            self._lap()
            self._running.pop()

    def _lap(self) -> None:
        now = time.process_time()
        if self._running:
            self.spent[self._running[-1]] += now - self._since
        self._since = now


def starts(folder: Path) -> float:
    """CPU seconds that a crawl of no newsroom takes, and the workers' start."""
    since = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(SETTINGS.workers):
        subprocess.run([sys.executable, "-c", "import scraper.reading, scraper.worker"], check=True)
    until = resource.getrusage(resource.RUSAGE_CHILDREN)
    workers = until.ru_utime + until.ru_stime - since.ru_utime - since.ru_stime
    return workers + cost("kliping", folder / "nothing.db", []).cpu


def main(arguments: list[str] | None = None) -> int:
    """Prints each crawl's cost, the ratios beside their goals and the stages; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.crawl", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", nargs="?", type=int, default=1_000)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        _, db, *urls = options.child
        crawl(Path(db), urls)
        return 0
    with PageServer(options.pages) as server, tempfile.TemporaryDirectory(prefix="kliping-crawl-") as folder:
        kind = "stored real" if server.is_real else "own"
        print(f"{options.pages:,} {kind} pages of {server.mean / 1024:.0f} KiB on {len(server.urls)} hosts, by gzip.")
        costs = compared(Path(folder), server.urls, options.pages)
        spent = stages(Path(folder), server.urls, options.pages)
        started = starts(Path(folder)) * 1000 / options.pages
    ours = costs["kliping"]
    spent |= {"start of the processes": started}
    spent |= {"the way to the readers and back, the loop": ours - sum(spent.values())}
    met = True
    print(f"\n  {'':<36}{'CPU ms a page':>14}{'times ours':>12}{'goal':>7}")
    for program, cost_ in costs.items():
        ratio, goal = cost_ / ours, GOALS.get(program)
        met = met and (goal is None or ratio >= goal)
        print(f"  {NAMES[program]:<36}{cost_:>14.2f}{ratio:>12.2f}{goal or '':>7}")
    print(f"\n  {'Where ours goes':<44}{'CPU ms a page':>14}")
    for stage, milliseconds in spent.items():
        print(f"  {stage:<44}{milliseconds:>14.2f}")
    return 0 if met else 1


def compared(folder: Path, urls: list[str], pages: int) -> dict[str, float]:
    """CPU milliseconds a page of each program: the median of some rounds; trafilatura reads a quarter, once."""
    found: dict[str, list[float]] = {program: [] for program in NAMES}
    for number in range(ROUNDS):
        for program in NAMES:
            if program == "trafilatura" and number:
                continue
            asked = urls[: max(len(urls) // 4, 1)] if program == "trafilatura" else urls
            one = cost(program, folder / f"{program}-{number}.db", asked)
            wanted = pages * len(asked) // len(urls)
            if one.rows != wanted:
                raise RuntimeError(f"{program} wrote {one.rows} of {wanted} pages.")
            found[program].append(one.cpu * 1000 / wanted)
    return {program: statistics.median(costs) for program, costs in found.items()}


if __name__ == "__main__":
    sys.exit(main())
