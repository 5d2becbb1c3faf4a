"""A Dask scheduler and workers as processes of their own, to be killed; and the tasks their tests give them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec
import pytest

from scraper import reextract

REQUIRED = "KLIPING_FLEET_TEST"
"""Set by `make fleet-test`: without the engines these tests fail there, and are left out elsewhere."""

ROOT = Path(__file__).resolve().parents[2]
SLOW = f"{__name__}:serve_slowly"
DEADLY = f"{__name__}:serve_deadly"
PAUSE = 0.4  # seconds a chunk takes at least, so that there is a middle to be killed in
PATIENCE = 60.0  # seconds


def required() -> None:
    """Leaves the module's tests out where nobody asked for a fleet."""
    if not os.environ.get(REQUIRED):
        pytest.skip("a fleet's processes are not started here; 'make fleet-test' does", allow_module_level=True)


def serve_slowly(sent: bytes) -> bytes:
    """A re-reading that takes its time."""
    time.sleep(PAUSE)
    return reextract.serve(sent)


def serve_deadly(sent: bytes) -> bytes:
    """Numbers doubled; a negative one takes the Dask worker with it, whose child this is."""
    numbers = msgspec.msgpack.decode(sent, type=list[int])
    if min(numbers) < 0:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(PATIENCE)
    return msgspec.msgpack.encode([2 * number for number in numbers])


class Processes:
    """A scheduler and its workers. `is_watched`: a nanny starts a worker anew that was killed."""

    def __init__(self, folder: Path, *, workers: int, is_watched: bool = False) -> None:
        self._folder, self._count, self._is_watched = folder, workers, is_watched
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def __enter__(self) -> Self:
        told = self._folder / f"scheduler-{time.monotonic_ns()}.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", str(told))
        wait(lambda: told.exists() and told.stat().st_size > 0)
        self.address = msgspec.json.decode(told.read_bytes())["address"]
        for number in range(self._count):
            self.workers.append(
                self._start(
                    "worker", self.address, "--nthreads", "1", "--nworkers", "1", "--memory-limit", "0",
                    "--nanny" if self._is_watched else "--no-nanny", "--local-directory", str(self._folder / f"w{number}"),
                )
            )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.workers, self.scheduler):
            if process is not None and process.poll() is None:
                process.terminate()
        for process in (*self.workers, self.scheduler):
            if process is not None:
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _start(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
            "DASK_DISTRIBUTED__ADMIN__LOG_FORMAT": "%(message)s",
        }
        command = [sys.executable, "-m", "dask", what, *arguments, "--host", "127.0.0.1", "--no-dashboard"]
        with (self._folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


def wait(until: Callable[[], object]) -> None:
    """Returns once it is so; fails after a while."""
    deadline = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


@contextmanager
def connected_to(processes: Processes) -> Iterator[object]:
    """A client, once all workers are there."""
    from scraper.fleet.crew import connected

    with connected(processes.address) as client:
        client.wait_for_workers(len(processes.workers), timeout=PATIENCE)
        yield client
