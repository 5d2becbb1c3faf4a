"""Re-reading on a Dask cluster of separate processes that are killed: nothing lost, nothing else than one machine finds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from tests.fleet.dask_processes import DEADLY, SLOW, Processes, connected_to, required, wait

required()
pytest.importorskip("distributed", reason="Dask is not installed: pip install 'kliping[fleet]'")

from scraper import reextract  # noqa: E402
from scraper.archive.store import Archive  # noqa: E402
from scraper.cli import main  # noqa: E402
from scraper.errors import NothingDone  # noqa: E402
from scraper.fleet import rereading, warcs  # noqa: E402
from scraper.fleet.crew import DaskCrew, connected  # noqa: E402
from scraper.fleet.parts import Source  # noqa: E402
from scraper.fleet.releases import releases  # noqa: E402
from scraper.fleet.shards import Shards, shard_name  # noqa: E402
from scraper.reextract import Hiring  # noqa: E402
from scraper.standin import StandIn  # noqa: E402
from tests import test_fleet_dataset as quick  # noqa: E402
from tests.crawled import copied, crawl, newsroom  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")  # Dask's own threads close their sockets when they please
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
POSTS = 12
SHARDS = 2


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crawled") / "a.db"
    with StandIn(newsroom(POSTS)) as standin:
        crawl(path, standin)
    return path


@pytest.fixture
def fleet(crawled: Path, tmp_path: Path) -> Shards:
    """Two shards whose titles today's rules read otherwise."""
    shards = Shards.create(tmp_path / "fleet", SHARDS)
    for path in shards.paths():
        path.unlink()
        spoil(copied(crawled, path))
    return shards


def spoil(path: Path) -> Path:
    with Archive.open(path) as archive:
        archive.db.conn.execute("UPDATE articles SET title = upper(title)")
    return path


def digests(shards: Shards) -> list[str]:
    found = []
    for path in shards.paths():
        with Archive.open(path, readonly=True) as archive:
            found.append(archive.digest())
    return found


def alone(crawled: Path, folder: Path) -> str:
    """The digest after one machine read a shard again."""
    with Archive.open(spoil(copied(crawled, folder / "alone.db"))) as archive, archive.writing():
        reextract.apply(archive, workers=0, now=lambda: NOW)
        return archive.digest()


def slowly(client: Any) -> Hiring:
    """Workers whose every chunk takes a while, of two pages each."""
    hire = rereading.hiring(client)
    return lambda task, limit: hire(SLOW, limit)


def written(shards: Shards) -> int:
    """How many articles were read anew by now."""
    count = 0
    for path in shards.paths():
        with Archive.open(path, readonly=True) as archive:
            (found,) = archive.db.conn.execute(
                "SELECT count(*) FROM extractions e JOIN runs r ON r.id = e.run WHERE r.kind = 'reextract'"
            ).fetchone()
            count += found
    return count


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reextract, "CHUNK", 1)
    monkeypatch.setattr(reextract, "BATCH", 2)


def meanwhile(until: Callable[[], object], do: Callable[[], object]) -> Thread:
    """Does something in a thread of its own, once it is time."""

    def work() -> None:
        wait(until)
        do()

    thread = Thread(target=work)
    thread.start()
    return thread


def test_a_cluster_reads_what_one_process_reads(crawled: Path, fleet: Shards, tmp_path: Path) -> None:
    """Dry run, apply and taking back over two shards: findings, digests and the state before, as on one machine."""
    before = digests(fleet)
    with Processes(tmp_path, workers=2) as processes, connected_to(processes) as client:
        hire = rereading.hiring(client)  # type: ignore[arg-type]
        assert rereading.compare(fleet.paths(), hire).findings == {"differs": SHARDS * POSTS}
        assert digests(fleet) == before
        assert rereading.apply(fleet.paths(), hire, now=lambda: NOW).findings == {"differs": SHARDS * POSTS}
        assert digests(fleet) == [alone(crawled, tmp_path)] * SHARDS
        assert rereading.compare(fleet.paths(), hire).findings == {"same": SHARDS * POSTS}
    assert rereading.revert(fleet.paths(), at=NOW) == (SHARDS * POSTS, 0)
    assert digests(fleet) == before
    with pytest.raises(NothingDone):
        rereading.revert(fleet.paths(), at=NOW)


def test_a_worker_that_is_killed_costs_its_tasks_alone(crawled: Path, fleet: Shards, tmp_path: Path) -> None:
    """kill -9 in the middle: the other worker reads its pages too, and the shards equal one machine's."""
    with Processes(tmp_path, workers=2) as processes, connected_to(processes) as client:
        killer = meanwhile(lambda: written(fleet) >= 2, processes.workers[0].kill)
        report = rereading.apply(fleet.paths(), slowly(client), now=lambda: NOW)
        killer.join()
        assert processes.workers[0].wait(10) == -9
    assert report.findings == {"differs": SHARDS * POSTS}
    assert digests(fleet) == [alone(crawled, tmp_path)] * SHARDS


def test_a_scheduler_that_is_killed_is_told_and_the_next_pass_goes_on(
    crawled: Path, fleet: Shards, tmp_path: Path
) -> None:
    """kill -9 of the scheduler ends the command with one sentence; run again, it is one pass, and taken back whole."""
    before = digests(fleet)
    with Processes(tmp_path, workers=2) as processes:
        scheduler = processes.scheduler
        assert scheduler is not None
        with connected_to(processes) as client:
            killer = meanwhile(lambda: written(fleet) >= 2, scheduler.kill)
            start = time.monotonic()
            with pytest.raises(NothingDone, match=r"scheduler tcp://.* is lost; what was written stays"):
                rereading.apply(fleet.paths(), slowly(client), now=lambda: NOW)
            assert time.monotonic() - start < 60
            killer.join()
    done = written(fleet)
    assert 2 <= done < SHARDS * POSTS
    with Processes(tmp_path, workers=2) as processes, connected_to(processes) as client:
        later = datetime(2026, 6, 1, 13, 0, tzinfo=UTC)
        report = rereading.apply(fleet.paths(), rereading.hiring(client), now=lambda: later)  # type: ignore[arg-type]
    assert report.findings["differs"] == SHARDS * POSTS - done
    assert digests(fleet) == [alone(crawled, tmp_path)] * SHARDS
    assert rereading.revert(fleet.paths(), at=later) == (SHARDS * POSTS, 0)
    assert digests(fleet) == before


def test_a_piece_that_keeps_killing_its_worker_is_lost_alone(tmp_path: Path) -> None:
    """Each time it takes a whole Dask worker with it; the pieces beside it are answered."""
    with Processes(tmp_path, workers=2, is_watched=True) as processes, connected_to(processes) as client:
        found = list(
            DaskCrew(client, DEADLY, limit=60).work(  # type: ignore[arg-type]
                [[1, -2, 3], [4, 5], [6], [7]],
                encode=msgspec.msgpack.encode,
                decode=msgspec.msgpack.Decoder(list[int | str]).decode,
                lost=lambda number, words: f"{number} lost, {words[:23]}",
            )
        )
    assert found == [2, "-2 lost, its workers were killed", 6, 8, 10, 12, 14]


def test_files_and_groups_are_read_by_a_cluster_as_here(tmp_path: Path, crawled: Path) -> None:
    """Records of a WARC file and groups over all shards are equal, whoever reads."""
    sources = [
        Source(shard_name(n), quick.fill(tmp_path / shard_name(n), lambda name, n=n: quick.shard_of(name) == n))  # type: ignore[misc]
        for n in range(quick.SHARDS)
    ]
    target = tmp_path / "a.warc.gz"
    with Archive.open(crawled, readonly=True) as archive:
        quick.write_warc(archive, target, quick.Filters.asked(), at=NOW)
    with connected("local", workers=2) as client:
        hire = rereading.hiring(client)
        told = list(warcs.read_files([target], hire, max_bytes=quick.LARGEST))
        groups = releases(sources, hire, tmp_path / "dask.db")
    assert told == list(warcs.read_files([target], quick.here, max_bytes=quick.LARGEST))
    assert groups == releases(sources, quick.here, tmp_path / "here.db")
    assert groups


def test_the_command_reads_a_fleet_on_a_local_cluster(fleet: Shards) -> None:
    """`kliping reextract --fleet DIR --on local` counts the pages of all shards; an address where nobody is says so."""
    root = str(fleet.root)
    dry = CliRunner().invoke(main, ["reextract", "--fleet", root, "--on", "local", "--workers", "2", "--json"])
    assert dry.exit_code == 0, dry.output
    assert msgspec.json.decode(dry.stdout)["findings"] == {"differs": SHARDS * POSTS}
    nobody = CliRunner().invoke(main, ["reextract", "--fleet", root, "--on", "tcp://127.0.0.1:9"])
    assert nobody.exit_code == 3
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in nobody.stderr
