"""Crawls that are killed, and what is left of them: `python -m bench.unbroken [--short]`, a part of `make torture`.

A crawl of a stand-in newsroom is killed with SIGKILL before each statement that writes to its archive, in turn, and at
random moments; `sites add` likewise; after some kills the write-ahead log is cut or garbled, as a power cut may leave
it. Then the command is given again. The archive must be sound, its digest that of a run nobody disturbed, and by the
newsroom's own log no page that was settled may have been asked for again, and one at most twice: the one in hand.

The points need no mark in the program: SQLite tells the child each statement before it runs it, so that a new one is
numbered by being there.
"""

from __future__ import annotations

import argparse
import asyncio
import filecmp
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec

from bench.newsrooms import Newsrooms, newsroom
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.newsrooms import add_sites
from scraper.standin import Newsroom, Post

NUMBERED = ("point", "add")  # kinds of trial that are killed before a write of a number
WRITES = (
    "BEGIN",
    "COMMIT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "REPLACE",
    "CREATE",
    "DROP",
    "ALTER",
    "PRAGMA user_version =",
)
LANES = 2  # kills that go on beside each other, each lane with a newsroom of its own
POSTS = 9
MOMENTS, CUTS = 200, 60  # how many random kills, and how many power cuts
FEEL = 10  # random kills between two looks at how long a whole run takes
SHORT = {"point": 6, "add": 3, "moment": 3, "cut": 3}  # how many of each in `make test`
KINDS = {
    "point": "before each of the {} writes of a crawl",
    "moment": "at a random moment of a crawl",
    "add": "before each of the {} writes of sites add",
    "cut": "at a random moment, and the power cut",
}
Step = Callable[[Path], Any]


class Trial(NamedTuple):
    """One kill: before the write of that number, or after so many shares of the time a whole run takes."""

    kind: str
    at: float
    seed: int = 0


class Result(NamedTuple):
    """What became of a trial; `wrong` is empty where everything was as it must be."""

    kind: str
    was_killed: bool
    settled: int
    again: int
    wrong: str


class Lane:
    """A newsroom served for the trials of one process, with the archives they start from and must end with.

    Every trial but one of `add` starts with a newsroom crawled before, in which posts were then added, edited and taken
    down, so that each kind of visit is met: new, changed, unchanged, not modified, gone.
    """

    def __init__(self, newsrooms: Newsrooms, folder: Path) -> None:
        self._newsrooms, self._folder = newsrooms, folder
        (self._url,) = newsrooms.urls
        before, after = _posts()
        self._base = folder / "base.db"
        newsrooms.put(before)
        self._add(self._base)
        self._crawl(self._base)
        newsrooms.put(after)
        _make_due(self._base)
        self.points = {kind: self._measure(kind) for kind in NUMBERED}
        self._wanted = {kind: self._digest(self._folder / f"{kind}.db") for kind in NUMBERED}
        self.feel()

    def run(self, trial: Trial) -> Result:
        """What became of one trial."""
        path = self._fresh("trial", trial.kind)
        self._newsrooms.hits()
        was_killed = self._killed(path, trial)
        if trial.kind == "cut" and filecmp.cmp(path, self._base, shallow=False):
            # Where the log was being written into the file, all of it is on the disk: SQLite sees to that first.
            _cut_power(path, Random(trial.seed))
        if trial.kind == "add":
            self._add(path)
            settled, before = set[str](), Counter[str]()
            self._newsrooms.hits()
        else:
            settled, before = _settled(path), self._pages()
        self._crawl(path)
        after = self._pages()
        again = sum((before + after).values()) - len(before + after)
        told = list(self._unlike(path, trial.kind))
        if twice := settled & {self._url + path for path in after}:
            told.append(f"settled and asked for again: {sorted(twice)}")
        if again > 1 and trial.kind != "cut":  # a power cut may take the last commits, and their pages are due again
            told.append(f"{again} pages asked for twice")
        return Result(trial.kind, was_killed, len(settled), again, "; ".join(told))

    def _unlike(self, path: Path, kind: str) -> Iterator[str]:
        """What tells the archive from the one wanted."""
        with Archive.open(path) as archive:
            yield from problems(archive)
            if archive.digest() != self._wanted["add" if kind == "add" else "point"]:
                yield "another digest"

    def _measure(self, kind: str) -> int:
        """How many writes a run of that kind makes that nobody disturbs; its archive stays as the one wanted."""
        path, count = self._fresh(kind, kind), 0

        def note(_number: int) -> None:
            nonlocal count
            count += 1

        with _statements(note):
            self._step(kind)(path)
        if kind == "add":
            self._crawl(path)
        return count

    def feel(self) -> None:
        """Takes the time of a whole run anew: the machine may be busier than it was."""
        self._seconds = {workers: self._timed(workers) for workers in (0, 1)}

    def _timed(self, workers: int) -> float:
        path, since = self._fresh("timed", "point"), time.monotonic()
        self._crawl(path, workers=workers)
        return time.monotonic() - since

    def _step(self, kind: str, *, workers: int = 0) -> Step:
        return self._add if kind == "add" else partial(self._crawl, workers=workers)

    def _fresh(self, name: str, kind: str) -> Path:
        path = self._folder / f"{name}.db"
        for old in self._folder.glob(f"{name}.db*"):
            old.unlink()
        if kind != "add":
            shutil.copyfile(self._base, path)
        return path

    def _killed(self, path: Path, trial: Trial) -> bool:
        """Whether the step was killed before it ended. At a random moment every other one has a worker beside it."""
        is_numbered, workers = trial.kind in NUMBERED, trial.seed % 2
        child = os.fork()
        if not child:
            _in_child(self._step(trial.kind, workers=workers), path, int(trial.at) if is_numbered else None)
        if not is_numbered:
            time.sleep(trial.at * self._seconds[workers])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)

    def _pages(self) -> Counter[str]:
        (hits,) = self._newsrooms.hits()
        return Counter(hit.path for hit in hits if hit.path.endswith(".html") and hit.method == "GET")

    def _add(self, path: Path) -> None:
        with Archive.open(path, create=True) as archive:
            added = asyncio.run(add_sites(archive, [self._url], Settings(), delay=0.0, allow_loopback=True))
            for one in added:
                if one.error is not None:
                    raise one.error

    @staticmethod
    def _crawl(path: Path, *, workers: int = 0) -> None:
        async def drain(archive: Archive) -> None:
            async for _ in Crawl(archive, Settings(workers=workers)).outcomes(archive.sites()):
                pass

        with Archive.open(path) as archive:
            asyncio.run(drain(archive))

    @staticmethod
    def _digest(path: Path) -> str:
        with Archive.open(path) as archive:
            return archive.digest()


def _posts() -> tuple[list[Post], list[Post]]:
    """A newsroom's posts before and after its day: two are new, one is edited, one is taken down."""
    *rest, edited, gone = newsroom(posts=POSTS).posts
    changed = msgspec.structs.replace(
        edited, body=f"{edited.body}<p>Tambahan dari redaksi.</p>", updated=datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
    )
    return [*rest[2:], edited, gone], [*rest, changed]


def _make_due(path: Path) -> None:
    """All that is known is due: the run meets pages that are as they were, and the one that is gone."""
    with Archive.open(path) as archive:
        archive.db.execute("UPDATE frontier SET state = 'due', due_at = '2026-01-01T00:00:00Z'")
        archive.db.execute("UPDATE frontier SET etag = NULL, last_modified = NULL WHERE rowid % 2")
        archive.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _settled(path: Path) -> set[str]:
    """The addresses whose visit in the run that was killed the archive holds."""
    with Archive.open(path) as archive:
        newest = "SELECT url FROM outcomes WHERE run = (SELECT max(id) FROM runs) AND outcome <> 'failed'"
        runs = archive.db.execute("SELECT count(*) FROM runs").fetchone()[0]
        return {url for (url,) in archive.db.execute(newest)} if runs > 1 else set()


def _cut_power(path: Path, random: Random) -> None:
    """The log as a power cut may leave it: its end missing, or never written right; and no shared memory."""
    Path(f"{path}-shm").unlink(missing_ok=True)
    log = Path(f"{path}-wal")
    size = log.stat().st_size if log.exists() else 0
    if not size:
        return
    at = random.randrange(size)
    if random.random() < 0.5:
        os.truncate(log, at)
        return
    with log.open("r+b") as whole:
        whole.seek(at)
        whole.write(random.randbytes(min(size - at, random.choice((1, 512, 4096, 100_000)))))


def _in_child(step: Step, path: Path, number: int | None) -> None:
    """The step done in a forked child, which never returns; killed before the write of that number."""

    def kill(reached: int) -> None:
        if reached == number:
            os.kill(os.getpid(), signal.SIGKILL)

    code = 1
    try:
        with _statements(kill):
            step(path)
        code = 0
    finally:
        os._exit(code)


@contextmanager
def _statements(note: Callable[[int], None]) -> Iterator[None]:
    """Tells `note` the number of each writing statement before it runs, on every connection opened meanwhile."""
    connect, numbers = sqlite3.connect, iter(range(1, sys.maxsize))

    def trace(statement: str) -> None:
        if statement.lstrip().startswith(WRITES):
            note(next(numbers))

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        made: sqlite3.Connection = connect(*arguments, **options)
        made.set_trace_callback(trace)
        return made

    sqlite3.connect = traced  # type: ignore[assignment]
    try:
        yield
    finally:
        sqlite3.connect = connect


def room() -> list[Newsroom]:
    """What a lane's newsroom is served from; its posts are put later."""
    return [newsroom(posts=POSTS)]


def trials(lane: Lane, number: int, *, short: bool, seed: int) -> list[Trial]:
    """A lane's share of all kills."""
    random = Random(f"{seed} {number}")
    moments = SHORT["moment"] if short else MOMENTS // LANES
    cuts = SHORT["cut"] if short else CUTS // LANES
    chosen = [
        Trial(kind, point)
        for kind, count in lane.points.items()
        for point in range(1 + number, count + 1, max(count // SHORT[kind], 1) if short else LANES)
    ]
    chosen += [Trial("moment", random.random(), random.randrange(2**32)) for _ in range(moments)]
    chosen += [Trial("cut", random.random(), random.randrange(2**32)) for _ in range(cuts)]
    return chosen


def run_lane(number: int, short: bool, seed: int) -> tuple[dict[str, int], list[tuple[Trial, Result]]]:
    """How many writes there are to be killed before, and what became of each trial of a lane."""
    with Newsrooms(room) as served, tempfile.TemporaryDirectory(prefix="kliping-unbroken-") as folder:
        lane = Lane(served, Path(folder))
        done = []
        for count, trial in enumerate(trials(lane, number, short=short, seed=seed)):
            if trial.kind not in NUMBERED and count % FEEL == 0:
                lane.feel()
            done.append((trial, lane.run(trial)))
        return lane.points, done


def main(arguments: list[str] | None = None) -> int:
    """Prints a row a kind of kill, then what went wrong; 1 where anything did."""
    parser = argparse.ArgumentParser(prog="python -m bench.unbroken", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--short", action="store_true", help="a handful of kills")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args(arguments)
    since, lanes = time.monotonic(), 1 if options.short else LANES
    with ProcessPoolExecutor(lanes, mp_context=get_context("spawn")) as pool:
        told = list(pool.map(run_lane, range(lanes), [options.short] * lanes, [options.seed] * lanes))
    done = [pair for _, results in told for pair in results]
    print(f"Killed and continued, {len(done)} times in {time.monotonic() - since:.0f} s (seed {options.seed}):")
    print(f"  {'':<44}{'kills':>7}{'too late':>10}{'settled':>9}{'twice':>7}{'wrong':>7}")
    for kind, name in KINDS.items():
        of_kind = [result for _, result in done if result.kind == kind]
        late = sum(not result.was_killed for result in of_kind)
        settled = sum(result.settled for result in of_kind) / max(len(of_kind), 1)
        again, wrong = max(result.again for result in of_kind), sum(bool(result.wrong) for result in of_kind)
        label = name.format(told[0][0].get(kind))
        print(f"  {label:<44}{len(of_kind):>7}{late:>10}{settled:>9.1f}{again:>7}{wrong:>7}")
    print("  settled: visits kept by then, on average; twice: pages asked for again, at most (the one in hand)")
    failures = [(trial, result.wrong) for trial, result in done if result.wrong]
    for trial, reason in failures[:20]:
        print(f"FAILED  {trial}: {reason}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
