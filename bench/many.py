"""Many newsrooms crawled at once: `python -m bench.many [--newsrooms 50] [--posts 400] [--delay 0.25]`.

All stand-ins are served by one other process, whose logs are the witness: each host is asked one thing at a time, its
posts newest first and each once, never sooner after the last request than the delay allows. What the crawl and its
workers hold in memory is looked at all along.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.newsrooms import Newsrooms, newsroom
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.config import Settings
from scraper.newsrooms import add_sites
from scraper.standin import Hit, Newsroom

MOST = 300.0  # MiB of all processes
LAG = 0.1  # seconds: a gap between arrivals that is shorter than the delay by more counts as early
LATE = 0.02  # of a host's requests may follow one that a busy machine sent or noted so late; the starts keep the delay
WHOLE = 0.95  # of the delay, at least, lies between two requests of a host on average
LOOK = 0.5  # seconds between looks at the memory
WARM = 0.1  # of the pages, after which memory is to stay as it is


class Held(NamedTuple):
    """Memory of all processes of the crawl, in MiB, when so many pages were settled."""

    pages: int
    memory: float


def build(count: int, posts: int) -> list[Newsroom]:
    """Newsrooms with a blog number and posts of their own; the words are those of the invented ones, over and over."""
    return [_newsroom(number, posts) for number in range(count)]


def _newsroom(number: int, count: int) -> Newsroom:
    made = newsroom()
    base, blog = made.posts, 10**17 + number
    made.blog_id = str(blog)
    newest = base[0].published + timedelta(minutes=7 * number)
    made.posts = [
        msgspec.structs.replace(
            base[at % len(base)],
            slug=f"{base[at % len(base)].slug}-{at}",
            title=f"{base[at % len(base)].title} ({number}, {at})",
            post_id=str(blog * 10 + 10**18 + at * 10**4),
            published=newest - timedelta(hours=5 * at),
            updated=newest - timedelta(hours=5 * at),
            permalink="",
        )
        for at in range(count)
    ]
    return made


def crawled(db: Path, delay: float, pages: int) -> tuple[float, list[Held]]:
    """Seconds that `kliping crawl` takes for those pages, and its memory on the way."""
    since, looks = time.monotonic(), list[Held]()
    environment = {**os.environ, "KLIPING_DELAY": str(delay)}
    command = [sys.executable, "-m", "scraper", "crawl", "--db", str(db)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        lines, looked = 0, 0.0
        for line in child.stderr:
            lines += line.startswith("new ")
            if time.monotonic() - looked > LOOK and lines:
                looks.append(Held(lines, memory(child.pid)))
                looked = time.monotonic()
    if child.returncode or lines != pages:
        raise RuntimeError(f"The crawl archived {lines} of {pages} pages and ended with code {child.returncode}.")
    return time.monotonic() - since, looks


def memory(pid: int) -> float:
    """MiB of a process and all below it, what they share counted once (PSS)."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        threads = [task.name for task in Path(f"/proc/{pid}/task").iterdir() if task.name != str(pid)]
        for thread in threads:
            children += Path(f"/proc/{pid}/task/{thread}/children").read_text("ascii").split()
    except OSError:  # it ended between two looks
        return 0.0
    own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
    return own + sum(memory(int(child)) for child in children)


def strayed(hits: list[Hit], room: Newsroom, delay: float) -> list[str]:
    """What one host's log says against the crawl."""
    told = []
    pages = [hit.path for hit in hits if hit.path.endswith(".html")]
    wanted = [room.path(post) for post in room.newest_first()]
    if pages != wanted:
        told.append(f"{room.blog_id}: {len(pages)} pages, {len(set(pages))} different; not each once, newest first")
    between = gaps(hits)
    early = sum(gap < delay - LAG for gap in between)
    if early > LATE * len(between) or sum(between) < WHOLE * delay * len(between):
        told.append(f"{room.blog_id}: {early} of {len(between)} requests came early, {sum(between):.1f} s for all")
    return told


def gaps(hits: list[Hit]) -> list[float]:
    """Seconds from each request's arrival to the next."""
    return [later - earlier for earlier, later in pairwise(sorted(hit.at for hit in hits))]


def main(arguments: list[str] | None = None) -> int:
    """Prints what was crawled, how the hosts were treated and what was held; 1 where anything is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m bench.many", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--newsrooms", type=int, default=50)
    parser.add_argument("--posts", type=int, default=400)
    parser.add_argument("--delay", type=float, default=0.25, help="seconds between two requests to a host")
    options = parser.parse_args(arguments)
    pages = options.newsrooms * options.posts
    rooms = partial(build, options.newsrooms, options.posts)
    with Newsrooms(rooms) as served, tempfile.TemporaryDirectory(prefix="kliping-many-") as folder:
        db = Path(folder) / "many.db"
        with Archive.open(db, create=True) as archive:
            settings = Settings(delay=0.0)
            added = asyncio.run(add_sites(archive, served.urls, settings, delay=None, allow_loopback=True))
        wrong = [str(one.error) for one in added if one.error is not None]
        served.hits()
        seconds, looks = crawled(db, options.delay, pages)
        logs = served.hits()
        with Archive.open(db) as archive:
            wrong += problems(archive)
    for room, hits in zip(rooms(), logs, strict=True):
        wrong += strayed(hits, room, options.delay)
    warm = next((held for held in looks if held.pages >= WARM * pages), looks[-1])
    most = max(held.memory for held in looks)
    print(f"{options.newsrooms} newsrooms of {options.posts} posts at once: {pages:,} pages in {seconds:.0f} s.")
    print(f"  requests, by the servers' logs           {sum(map(len, logs)):>9,}")
    print(f"  delay a host, seconds                    {options.delay:>9.3f}")
    between = [gap for hits in logs for gap in gaps(hits)]
    early = sum(gap < options.delay - LAG for gap in between)
    print(f"  smallest gap at any host, seconds        {min(between):>9.3f}")
    print(f"  gaps shorter than the delay by {LAG:g} s     {early:>9,}")
    print(f"  memory at {warm.pages:>6,} pages, MiB of all      {warm.memory:>9.0f}")
    print(f"  memory at {looks[-1].pages:>6,} pages                  {looks[-1].memory:>9.0f}")
    print(f"  at most                                  {most:>9.0f}")
    if most > MOST:
        wrong.append(f"more than {MOST:g} MiB were held")
    for told in wrong:
        print(f"FAILED  {told}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
