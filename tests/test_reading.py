"""Pages read in worker processes: a reader that hangs or dies costs one page, and nothing else changes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest

from bench.stored import own_pages
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.crawl.reading import Readers
from scraper.errors import ArchiveLocked, NothingDone
from scraper.outcomes import Outcome
from scraper.reading import Answered, decode_read, encode, read_answer, serve
from scraper.standin import StandIn
from scraper.worker import DiedError, HungError, Worker
from tests.faulty_reader import TASK
from tests.test_crawl import archive_of, newsroom

FAULTS = {
    "hang": ("time-limit", "faulty_reader.py"),
    "sleep": ("time-limit", "faulty_reader.py"),
    "crash": ("extractor-crash", "Segmentation fault"),
    "killed": ("extractor-crash", "ended with code -9"),
    "memory": ("extractor-crash", "MemoryError"),
    "bug": ("extractor-bug", "ZeroDivisionError: a bug"),
}
LIMIT = 1.0  # seconds; a sound page takes some milliseconds
GONE = 30.0  # seconds within which a process must be gone; it takes milliseconds, but on a machine that is busy


def answered(body: bytes, name: str = "x") -> Answered:
    return Answered(
        url=f"https://www.kabar.example/2026/03/{name}.html",
        final_url=f"https://www.kabar.example/2026/03/{name}.html",
        body=body,
        content_type="text/html; charset=UTF-8",
        fetched_at=datetime(2026, 3, 2, 3, 4, 5, 678901, tzinfo=UTC),
        entry=None,
        zone="Asia/Jakarta",
        blog_id=None,
        site="kabar.example",
    )


@pytest.fixture
def muara() -> Iterator[StandIn]:
    with StandIn(newsroom("kabarmuara.example", posts=2 * len(FAULTS))) as standin:
        yield standin


def crawl(archive: Archive, *, task: str = TASK, limit: float = LIMIT, workers: int = 2) -> list[Outcome]:
    async def gather() -> list[Outcome]:
        settings = Settings(workers=workers, read_limit=limit)
        run = Crawl(archive, settings, readers=partial(Readers, task=task))
        return [outcome async for outcome in run.outcomes(archive.sites())]

    return asyncio.run(gather())


def test_each_page_that_takes_its_reader_down_costs_itself_alone(tmp_path: Path, muara: StandIn) -> None:
    """Hanging, crashing, killed and failing readers each fail one page, with the place where it was; every other page
    is archived, and the failed ones are due again.
    """
    posts = muara.newsroom.posts
    for at, fault in enumerate(FAULTS):
        posts[2 * at] = msgspec.structs.replace(posts[2 * at], slug=fault)
    with archive_of(tmp_path / "a.db", muara) as archive:
        outcomes = crawl(archive)
        (captures,) = archive.db.execute("SELECT count(*) FROM captures WHERE url LIKE '%.html'").fetchone()
        again = crawl(archive, task="scraper.reading:serve")

    failed = {
        outcome.url.rpartition("/")[2].removesuffix(".html"): outcome
        for outcome in outcomes
        if outcome.verdict != "new"
    }
    assert {name: outcome.reason for name, outcome in failed.items()} == {
        name: reason for name, (reason, _) in FAULTS.items()
    }
    for name, (_, told) in FAULTS.items():
        assert told in str(failed[name].detail), name
    assert len(outcomes) == captures == 2 * len(FAULTS), "the page that failed is kept all the same"
    assert sorted(outcome.verdict for outcome in again) == ["new"] * len(FAULTS)


def test_records_are_the_same_with_and_without_workers(tmp_path: Path, muara: StandIn) -> None:
    """An archive crawled with two workers has the digest of one crawled in one process."""
    digests = []
    for workers in (0, 2):
        with archive_of(tmp_path / f"{workers}.db", muara) as archive:
            crawl(archive, task="scraper.reading:serve", workers=workers, limit=20)
            digests.append(archive.digest())

    assert digests[0] == digests[1]


def test_what_a_page_says_survives_the_way_through_a_worker() -> None:
    """Every page of ours, sent as bytes and read, comes back equal in every field to what is read where it stands."""
    for path in own_pages():
        work = answered(path.read_bytes())
        assert decode_read(serve(encode(work))) == read_answer(work), path


def test_a_text_that_is_none_is_a_bug_of_its_page() -> None:
    """Half a surrogate pair, which JSON may hold and UTF-8 may not, fails the page and not the worker."""
    from scraper import reading

    made = reading.Read(verdict="no-article", reason="ok", detail="\ud83d")
    told = msgspec.structs.replace(answered(b""), zone="x")
    real = reading.read_answer
    try:
        reading.read_answer = lambda _: made  # type: ignore[assignment]
        read = decode_read(serve(encode(told)))
    finally:
        reading.read_answer = real

    assert (read.verdict, read.reason) == ("failed", "extractor-bug")
    assert "UnicodeEncodeError" in str(read.detail)


def test_a_worker_is_replaced_after_it_was_lost() -> None:
    """The next piece gets a new process; one that was lost idle costs no piece at all."""
    with Worker(TASK, limit=LIMIT) as worker:
        with pytest.raises(HungError, match="no answer within 1 s"):
            worker.ask(encode(answered(b"", "hang")))
        first = decode_read(worker.ask(encode(answered(b""))))
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(DiedError, match="ended with code -9"):
            worker.ask(encode(answered(b"", "killed")))
        assert decode_read(worker.ask(encode(answered(b"")))) == first


def test_a_worker_that_cannot_start_is_told_in_a_sentence() -> None:
    """A task that cannot be loaded ends the crawl, with the reason, and fails no page."""
    told = r"KLIPING_WORKERS=0[\s\S]*No module named 'tests.no_such_module'"
    with Worker("tests.no_such_module:fail", limit=LIMIT) as worker, pytest.raises(NothingDone, match=told):
        worker.ask(b"")


OWNER = """
import sys
from contextlib import suppress
from scraper.reading import encode
from scraper.worker import HungError, Worker
from tests.test_reading import TASK, answered

idle, busy = Worker(TASK, limit=60), Worker(TASK, limit=float(sys.argv[1]))
for worker in (idle, busy):
    while not worker.pid:  # a page that takes no time may still meet a machine that has none
        with suppress(HungError):
            worker.ask(encode(answered(b"")))
print(idle.pid, busy.pid, flush=True)
busy.ask(encode(answered(b"", "hang")))
"""


def test_no_worker_outlives_its_owner() -> None:
    """When the owner is killed, an idle worker ends at once and one that hangs at its limit; none is left behind."""
    with subprocess.Popen([sys.executable, "-c", OWNER, "1.0"], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        workers = [int(word) for word in owner.stdout.readline().split()]
        owner.kill()

    assert len(workers) == 2
    assert [pid for pid in workers if not is_gone(pid, within=LIMIT + GONE)] == []


def is_gone(pid: int, *, within: float) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        status = Path(f"/proc/{pid}/stat")
        with suppress(FileNotFoundError, ProcessLookupError):
            if status.read_text().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.02)
                continue
        return True
    return False


def test_a_crawl_that_is_left_ends_its_workers(tmp_path: Path, muara: StandIn) -> None:
    """A consumer that leaves in the middle, with a page in a reader's hands, leaves no process and a sound archive."""
    posts = muara.newsroom.posts
    posts[3] = msgspec.structs.replace(posts[3], slug="sleep")

    async def leave(archive: Archive) -> None:
        run = Crawl(archive, Settings(read_limit=60), readers=partial(Readers, task=TASK))
        outcomes = run.outcomes(archive.sites())
        for _ in range(3):
            await anext(outcomes)
        await asyncio.sleep(0.2)  # the fourth page is with its reader by now
        await outcomes.aclose()  # type: ignore[attr-defined]

    with archive_of(tmp_path / "a.db", muara) as archive:
        since = time.monotonic()
        asyncio.run(leave(archive))
        assert time.monotonic() - since < GONE
        assert list(problems(archive)) == []
        assert archive.counts().articles == 3
        assert len(crawl(archive, task="scraper.reading:serve")) == len(posts) - 3


def test_two_crawls_of_one_archive_do_not_meet(tmp_path: Path, muara: StandIn) -> None:
    """The second is told so in one sentence before it asks for anything; a site named twice has one turn."""

    async def meet(archive: Archive) -> list[Outcome]:
        with Archive.open(archive.path) as other:
            first = Crawl(archive, Settings(workers=0)).outcomes([*archive.sites(), *archive.sites()])
            outcomes = [await anext(first)]
            with pytest.raises(ArchiveLocked, match="Another crawl is writing"):
                await anext(Crawl(other, Settings(workers=0)).outcomes(other.sites()))
            outcomes += [outcome async for outcome in first]
        return outcomes

    with archive_of(tmp_path / "a.db", muara) as archive:
        outcomes = asyncio.run(meet(archive))

    assert len(outcomes) == len({outcome.url for outcome in outcomes}) == len(muara.newsroom.posts)


def test_what_failed_under_a_clock_that_ran_ahead_is_due(tmp_path: Path, muara: StandIn) -> None:
    """A page that is due in ten years is due today: no retry waits so long, the clock had run ahead."""
    with archive_of(tmp_path / "a.db", muara) as archive:
        crawl(archive, workers=0)
        archive.db.execute("UPDATE frontier SET state = 'failed', due_at = '2099-01-01T00:00:00Z'")

        assert len(crawl(archive, workers=0)) == len(muara.newsroom.posts)
