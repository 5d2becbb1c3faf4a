"""A whole crawl beside Scrapy's, in one run: `python -m bench.crawl [PAGES]`.

Same loopback server, same pages, no delays. Counted is the CPU time of all processes but the server's, start and end
included, per page: fetch, whole record and archive here; fetch, what trafilatura or some selectors give, and SQLite
there. Then, stage by stage in one process, where ours goes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench.pageserver import PageServer
from extractors import Reading
from extractors.urls import site_name
from scraper.archive.captures import Capture
from scraper.archive.store import Archive, Site
from scraper.archive.visits import Visit
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.discovery import sitemaps
from scraper.reading import Answered, decode_read, encode, serve
from scraper.web.fetch import Fetched, Fetcher

ROUNDS = 3
NAMES = {
    "kliping": "Kliping: whole record, page, archive",
    "selectors": "Scrapy, some selectors, SQLite",
    "trafilatura": "Scrapy, trafilatura, SQLite",
}
GOALS = {"trafilatura": 6.0, "selectors": 1.8}
SETTINGS = Settings(delay=0.0)


class Cost(NamedTuple):
    """What a crawl took: seconds of CPU over all its processes, seconds of the clock, and the rows it wrote."""

    cpu: float
    clock: float
    rows: int


def site(url: str) -> Site:
    """A newsroom known by its sitemap alone."""
    return Site(
        name=site_name(url),
        url=f"{url}/",
        feed="none",
        sitemap=True,
        delay=0.0,
        loopback=True,
        added_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def crawl(db: Path, urls: list[str]) -> None:
    """The newsrooms crawled into a fresh archive, as `kliping crawl` does it."""

    async def drain(archive: Archive) -> None:
        run = Crawl(archive, SETTINGS)
        async for outcome in run.outcomes(archive.sites()):
            if outcome.verdict != "new":
                print(outcome, file=sys.stderr)
        for report in run.reports.values():
            if report.trouble:
                print(report.trouble, file=sys.stderr)

    with Archive.open(db, create=True) as archive:
        for url in urls:
            archive.add_site(site(url))
        asyncio.run(drain(archive))


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


def stages(folder: Path, url: str) -> dict[str, float]:
    """CPU milliseconds a page of each stage, done one after another in this process over one newsroom's pages."""
    spent = {}
    since = time.process_time()
    fetched = asyncio.run(_fetched(url))
    pages = len(fetched)

    def lap(stage: str) -> None:
        nonlocal since
        spent[stage] = (time.process_time() - since) * 1000 / pages
        since = time.process_time()

    lap("fetch")
    sent = [encode(_answered(url, one)) for one in fetched]
    lap("to the reader")
    read = [serve(one) for one in sent]
    lap("whole record, both ways")
    readings = [decode_read(one).reading for one in read]
    lap("from the reader")
    with Archive.open(folder / "stages.db", create=True) as archive:
        archive.add_site(site(url))
        run = archive.start_run([site_name(url)], datetime.now(UTC))
        since = time.process_time()
        for one, reading in zip(fetched, readings, strict=True):
            archive.settle(_visit(run, url, one, reading))
        lap("archive, full-text index, kept page")
    return spent


async def _fetched(url: str) -> list[Fetched]:
    async with Fetcher(SETTINGS, allow_loopback=True) as fetcher:
        return [await fetcher.get(found.url) async for found in sitemaps.walk(fetcher, f"{url}/", delay=0.0)]


def _answered(url: str, fetched: Fetched) -> Answered:
    return Answered(
        url=fetched.url,
        final_url=fetched.final_url,
        body=fetched.body,
        content_type=fetched.header("content-type"),
        fetched_at=fetched.fetched_at,
        entry=None,
        zone=None,
        blog_id=None,
        site=site_name(url),
    )


def _visit(run: int, url: str, fetched: Fetched, reading: Reading | None) -> Visit:
    capture = Capture(
        body=fetched.body,
        headers=fetched.headers,
        status=fetched.status,
        final_url=fetched.final_url,
        fetched_at=fetched.fetched_at,
    )
    return Visit(run=run, url=fetched.url, site=site_name(url), at=fetched.fetched_at, capture=capture, reading=reading)


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
        spent = stages(Path(folder), server.urls[0])
    ours = costs["kliping"]
    met = True
    print(f"\n  {'':<36}{'CPU ms a page':>14}{'times ours':>12}{'goal':>7}")
    for program, cost_ in costs.items():
        ratio, goal = cost_ / ours, GOALS.get(program)
        met = met and (goal is None or ratio >= goal)
        print(f"  {NAMES[program]:<36}{cost_:>14.2f}{ratio:>12.2f}{goal or '':>7}")
    print("\n  Where ours goes, each stage alone in one process:")
    for stage, milliseconds in spent.items():
        print(f"  {stage:<36}{milliseconds:>14.2f}")
    return 0 if met else 1


def compared(folder: Path, urls: list[str], pages: int) -> dict[str, float]:
    """CPU milliseconds a page of each program: the median of some rounds, in turn. trafilatura gets one host, once."""
    found: dict[str, list[float]] = {program: [] for program in NAMES}
    for number in range(ROUNDS):
        for program in NAMES:
            if program == "trafilatura" and number:
                continue
            asked = urls[:1] if program == "trafilatura" else urls
            one = cost(program, folder / f"{program}-{number}.db", asked)
            wanted = pages * len(asked) // len(urls)
            if one.rows != wanted:
                raise RuntimeError(f"{program} wrote {one.rows} of {wanted} pages.")
            found[program].append(one.cpu * 1000 / wanted)
    return {program: statistics.median(costs) for program, costs in found.items()}


if __name__ == "__main__":
    sys.exit(main())
