"""A fleet's shards without its Postgres: where sites belong, what fences a worker that comes too late, what moves."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.newsrooms import newsroom
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.errors import ArchiveLocked, NothingDone, UsageProblem
from scraper.fleet import moving
from scraper.fleet.holds import Arbiter, Put, ShardLost, Taken, held, opened
from scraper.fleet.shards import Shards, hashed
from scraper.fleet.store import Bucket, Folder, Store
from scraper.newsrooms import add_sites
from scraper.standin import StandIn
from scraper.web.pace import Pace

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Died(Exception):
    """Ends a hold as a killed worker does, for whoever looks at the store."""


class Desk(Arbiter):
    """An arbiter of one shard, as the registry is in Postgres."""

    def __init__(self) -> None:
        self.file, self.generation = "shard-000.db", 0
        self.holder: str | None = None
        self.journal: str | None = None

    def take(self, shard: int, holder: str) -> Taken:
        self.holder = holder
        return Taken(self.file, self.generation, self.journal)

    def begin(self, shard: int, holder: str) -> None:
        self._check(holder)
        self.journal = holder

    def put(self, put: Put) -> None:
        self._check(put.holder)
        if put.generation != self.generation:
            raise ShardLost("another generation")
        self.file, self.generation, self.journal = put.file, put.generation + 1, put.journal
        self.holder = None if put.journal is None else put.holder

    def _check(self, holder: str) -> None:
        if self.holder != holder:
            raise ShardLost("another holder")


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    root = tmp_path / "fleet"
    Shards.create(root, 1)
    if request.param == "folder":
        yield Folder(root)
        return
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed: a bucket is not tried")
    bucket = Bucket("memory://fleet-of-shards")
    bucket.put(root / "shard-000.db", "shard-000.db")
    yield bucket
    fsspec.filesystem("memory").rm("/fleet-of-shards", recursive=True)


def runs(archive: Archive) -> int:
    return int(archive.db.conn.execute("SELECT count(*) FROM runs").fetchone()[0])


def test_a_site_is_assigned_by_its_name_alone() -> None:
    """The shard of a host is the same in every process, and for www. and all that stands behind the host."""
    program = "from scraper.fleet.shards import hashed; print(hashed('kabarmuara.example', 16))"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert int(other.stdout) == hashed("kabarmuara.example", 16) == hashed("KabarMuara.example", 16)


def test_the_map_keeps_where_a_site_was_put(tmp_path: Path) -> None:
    """A site that was assigned is found by whoever opens the fleet later, and where it was moved to."""
    made = Shards.create(tmp_path, 4)
    first = made.shard_of("https://www.kabarmuara.example/2026/03/x.html")

    assert Shards.open(tmp_path).sites() == {"kabarmuara.example": first}
    made.move("kabarmuara.example", (first + 1) % 4)
    assert Shards.open(tmp_path).shard_of("WWW.kabarmuara.example") == (first + 1) % 4
    assert [path.name for path in made.paths()] == [f"shard-00{number}.db" for number in range(4)]


def test_a_fleet_is_made_once_and_found_where_it_is(tmp_path: Path) -> None:
    """No fleet takes the place of another, none is opened where none is, and no site goes to a shard that is not."""
    made = Shards.create(tmp_path, 2)

    with pytest.raises(UsageProblem, match="holds a fleet already"):
        Shards.create(tmp_path, 2)
    with pytest.raises(NothingDone, match="no fleet"):
        Shards.open(tmp_path / "elsewhere")
    with pytest.raises(UsageProblem, match="no 2"):
        made.move("kabarmuara.example", 2)
    with made.held(0), pytest.raises(ArchiveLocked), made.held(0):
        pass


def test_a_shard_is_put_back_under_a_new_generation(store: Store, tmp_path: Path) -> None:
    """What a holder wrote is what the next one takes; old generations and journals are swept in time."""
    desk = Desk()
    for turn in range(5):
        with held(store, desk, 0, tmp_path / "scratch") as hold, opened(hold) as archive:
            assert runs(archive) == turn
            archive.start_run(["kabarmuara.example"], NOW)

    names = store.names("shard-000")
    assert desk.generation == 5
    assert [name.split("-")[1] for name in names] == ["000.g3", "000.g4", "000.g5"]
    assert desk.file == names[-1]


def test_a_file_that_was_written_into_is_fetched_again(tmp_path: Path) -> None:
    """A worker that keeps a copy of what it put back goes on from the store's file where somebody wrote into that."""
    Shards.create(tmp_path / "fleet", 1)
    store, desk = Folder(tmp_path / "fleet"), Desk()
    with held(store, desk, 0, tmp_path / "scratch") as hold, opened(hold) as archive:
        archive.start_run(["kabarmuara.example"], NOW)
    with Archive.open(tmp_path / "fleet" / desk.file) as archive:
        archive.start_run(["by.hand"], NOW)

    with held(store, desk, 0, tmp_path / "scratch") as hold, opened(hold) as archive:
        assert runs(archive) == 2


def test_a_holder_that_died_is_followed_from_its_last_commit(store: Store, tmp_path: Path) -> None:
    """What a killed worker committed and copied is in the archive of the next, on another disk; what was under way is
    not.
    """
    desk = Desk()
    with suppress(Died), held(store, desk, 0, tmp_path / "one") as hold, opened(hold) as archive:
        archive.start_run(["kabarmuara.example"], NOW)
        hold.copy_journal()
        archive.start_run(["kabarmuara.example"], NOW)
        hold.copy_journal()
        with archive.transaction():
            archive.start_run(["kabarmuara.example"], NOW)
            hold.copy_journal()
            raise Died

    with held(store, desk, 0, tmp_path / "two") as hold, opened(hold) as archive:
        assert hold.recovered
        assert runs(archive) == 2
    assert desk.generation == 2  # what was recovered, and what was put back


def test_a_holder_that_comes_too_late_puts_nothing_back(store: Store, tmp_path: Path) -> None:
    """A worker that was stopped while another took its shard finds that it lost it, and leaves no file that counts."""
    desk = Desk()
    counted = ""
    with pytest.raises(ShardLost), held(store, desk, 0, tmp_path / "stopped") as stopped:  # noqa: PT012
        with held(store, desk, 0, tmp_path / "next") as hold, opened(hold) as other:
            other.start_run(["kabarmuara.example"], NOW)
            counted = hold.holder
        with opened(stopped) as archive:
            archive.start_run(["late.example"], NOW)

    assert counted in desk.file
    assert [name for name in store.names("shard-000.g") if stopped.holder in name and name.endswith(".db")] == []
    with held(store, desk, 0, tmp_path / "after") as hold, opened(hold) as archive:
        assert archive.db.conn.execute("SELECT sites FROM runs").fetchall() == [('["kabarmuara.example"]',)]


def test_a_crawl_asks_for_leave_before_each_request() -> None:
    """A pace that several crawls share asks for leave instead of keeping a budget of its own, and ends where it fails."""
    asked: list[tuple[str, float, bool]] = []

    async def leave(host: str, delay: float, shared: bool) -> None:
        asked.append((host, delay, shared))
        if len(asked) == 2:
            raise ShardLost("gone")

    async def take_turns() -> None:
        pace = Pace(provider_rate=0.001, clock=lambda: 0.0, sleep=_no_sleep, leave=leave)
        for host in ("a.example", "b.example"):
            async with pace.turn(host, delay=2.0):
                pass

    with pytest.raises(ShardLost):
        asyncio.run(take_turns())
    assert asked == [("a.example", 2.0, True), ("b.example", 2.0, True)]


async def _no_sleep(seconds: float) -> None:
    raise AssertionError(f"slept {seconds} s")


def test_a_moved_site_leaves_the_archives_that_would_be_without_the_move(tmp_path: Path) -> None:
    """Copied, both archives' digests are those of crawls into them; dropped and brought back, too; all stay sound."""
    with StandIn(newsroom(posts=6)) as one, StandIn(newsroom("harborcourier.example", posts=4)) as two:
        both = crawled(tmp_path / "both.db", [one.url, two.url])
        crawled(tmp_path / "one.db", [one.url])
        left = crawled(tmp_path / "two.db", [two.url])
        site = one.url.removeprefix("http://").rstrip("/")

    with Archive.open(tmp_path / "two.db") as archive, archive.writing():
        for _ in range(2):  # done twice it comes to the same
            moving.copy_site(tmp_path / "one.db", archive, site, NOW)
            assert archive.digest() == both
        assert list(problems(archive)) == []
        moving.drop_site(archive, site, NOW)
        assert archive.digest() == left
        moving.copy_site(tmp_path / "one.db", archive, site, NOW)
        assert archive.digest() == both
        assert list(problems(archive)) == []
        assert {stone.reason for stone in archive.tombstones()} == {moving.REASON}


def test_every_table_is_told_how_it_moves(tmp_path: Path) -> None:
    """No table of an archive is forgotten by a move: it is copied, made anew, or the archive's own."""
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        rows = archive.db.conn.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        tables = {name for (name,) in rows if "_fts" not in name}

    known = moving.NUMBERED.keys() | moving.NAMED.keys() | moving.MADE_ANEW | moving.STAY | moving.APART
    assert tables == known


def test_one_machine_needs_none_of_the_engines() -> None:
    """The crawl, its archive and its commands import neither Postgres nor the queue, Dask, DuckDB or fsspec."""
    engines = ["psycopg", "procrastinate", "dask", "distributed", "duckdb", "fsspec", "fastwarc"]
    rooms = ["crawl", "newsrooms", "reextract", "schedule", "conclusion", "archive.store", "cli"]
    imports = "".join(f"import scraper.{room}\n" for room in rooms)
    program = f"import sys\n{imports}print([name for name in {engines!r} if name in sys.modules])"

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert printed.stdout.strip() == "[]"


def crawled(path: Path, urls: list[str]) -> Any:
    """The digest of an archive with those newsrooms."""
    settings = Settings(delay=0, provider_rate=1000, workers=0)

    async def crawl(archive: Archive) -> None:
        await add_sites(archive, urls, settings, delay=None, allow_loopback=True)
        async for _ in Crawl(archive, settings).outcomes(archive.sites()):
            pass

    with Archive.open(path, create=True) as archive:
        asyncio.run(crawl(archive))
        return archive.digest()
