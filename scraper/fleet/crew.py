"""A crew whose workers are Dask's: the seam of `scraper.crew`, over as many machines as a scheduler has.

Each Dask worker hands its pieces to a process of its own (`scraper.worker`), as the crew of one machine does: a page
that hangs or crashes costs itself, with the same words, and no Dask worker. One that is killed from outside costs its
pieces in hand, which Dask gives to another. Pieces whose workers keep being killed are tried one by one with nothing
beside them, since a piece may only have waited at the worker that another took with it.

The only module of the project that imports Dask. Workers need Kliping, and the archives under the same paths.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from scraper.crew import AHEAD
from scraper.errors import MissingExtra, NothingDone
from scraper.worker import LostError, Worker

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

T = TypeVar("T")
R = TypeVar("R")

LOCAL = "local"
CONNECT = 15.0  # seconds a scheduler gets to answer at first
LOOK = 2.0  # seconds between two looks at whether anybody works
FORSAKEN = 60.0  # seconds without a worker, or without a scheduler, after which nobody is waited for any longer
SETTINGS = {
    "distributed.comm.timeouts.connect": f"{CONNECT:.0f}s",
    "distributed.scheduler.allowed-failures": 3,  # workers that a piece may take with it before it is tried alone
    "distributed.client.scheduler-info-interval": "2s",
    "distributed.worker.profile.enabled": False,  # it looks at each worker a hundred times a second
}

_here = threading.local()


class Condemned(str):
    """Last words of a piece whose workers were killed: by itself, or by one that was with it."""

    __slots__ = ()


class DaskCrew:
    """Workers for one task, each given at most `limit` seconds a chunk; as many as the client's scheduler has."""

    def __init__(self, client: Client, task: str, *, limit: float) -> None:
        self._client, self._task, self._limit = client, task, limit

    def work(
        self,
        chunks: Iterable[Sequence[T]],
        *,
        encode: Callable[[Sequence[T]], bytes],
        decode: Callable[[bytes], list[R]],
        lost: Callable[[T, str], R],
    ) -> Iterator[R]:
        """What became of each piece, in order, as `scraper.crew.Crew.work` gives it. Raises NothingDone where the
        scheduler or all workers are lost.
        """
        left = iter(chunks)
        asked: deque[tuple[Sequence[T], Future[bytes | str]]] = deque()
        try:
            while True:
                for chunk in islice(left, max(AHEAD * max(self._threads(), 1) - len(asked), 0)):
                    asked.append((chunk, self._submit(encode(chunk))))
                if not asked:
                    return
                chunk, future = asked.popleft()
                found = self._result(future)
                if isinstance(found, bytes):
                    yield from decode(found)
                    continue
                if is_condemned := isinstance(found, Condemned):
                    for _, beside in asked:
                        self._wait(beside)
                for piece in chunk:
                    is_to_be_tried = is_condemned or len(chunk) > 1
                    alone = self._result(self._submit(encode([piece]))) if is_to_be_tried else found
                    yield from decode(alone) if isinstance(alone, bytes) else [lost(piece, str(alone))]
        finally:
            for _, future in asked:
                future.release()

    def _threads(self) -> int:
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        return sum(one["nthreads"] for one in workers.values())

    def _submit(self, work: bytes) -> Future[bytes | str]:
        return self._client.submit(ask, self._task, self._limit, work, pure=False)

    def _result(self, future: Future[bytes | str]) -> bytes | str:
        """What the workers made of it; the last words of one that was lost, as text."""
        from distributed.scheduler import KilledWorker

        self._wait(future)
        try:
            found: bytes | str = future.result()
        except KilledWorker as killed:
            return Condemned(f"its workers were killed: {killed}")
        except (CancelledError, OSError):
            raise _lost(self._client) from None
        future.release()
        return found

    def _wait(self, future: Future[bytes | str]) -> None:
        """Returns once it is done or given up. Raises NothingDone where nobody is left to do it."""
        from distributed import wait

        forsaken_at = time.monotonic() + FORSAKEN
        while True:
            try:
                wait([future], timeout=LOOK)
            except TimeoutError:
                if self._client.status != "running":
                    raise _lost(self._client) from None
                if self._threads():
                    forsaken_at = time.monotonic() + FORSAKEN
                elif time.monotonic() > forsaken_at:
                    raise NothingDone(
                        f"The Dask scheduler {_address(self._client)} has had no worker for {FORSAKEN:.0f} s; start"
                        " some and run the command again: it goes on where it was."
                    ) from None
            except (CancelledError, OSError):
                raise _lost(self._client) from None
            else:
                return


def ask(task: str, limit: float, work: bytes) -> bytes | str:
    """The Dask worker's side: a piece given to this thread's process; the last words of one that was lost."""
    held: dict[tuple[str, float], Worker] = _here.__dict__.setdefault("workers", {})
    worker = held.get((task, limit)) or held.setdefault((task, limit), Worker(task, limit=limit))
    try:
        return worker.ask(work)
    except LostError as lost:
        return str(lost)


@contextmanager
def connected(where: str, *, workers: int | None = None) -> Iterator[Client]:
    """A client of the scheduler at that address ('tcp://host:8786'), or of a cluster of `workers` processes made for
    it on this machine ('local'). Raises MissingExtra, and NothingDone where no scheduler answers.
    """
    try:
        import dask
        from distributed import Client
    except ImportError:
        raise MissingExtra("Work on a Dask cluster", "fleet") from None
    with dask.config.set(SETTINGS):
        if where == LOCAL:
            count = workers or os.cpu_count() or 1
            with _cluster(count) as cluster, Client(cluster) as client:
                yield client
            return
        try:
            client = Client(where, timeout=CONNECT)
        except (OSError, TimeoutError, ValueError) as error:
            raise NothingDone(f"No Dask scheduler answers at {where}; start one with 'dask scheduler'.") from error
        try:
            yield client
        finally:
            client.close()


def _cluster(count: int) -> LocalCluster:
    from distributed import LocalCluster

    try:
        return LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.ERROR,
        )
    except RuntimeError as error:
        raise NothingDone(
            f"Dask cannot start {count} workers here: {error}; read without it, or with fewer."
        ) from error


def _lost(client: Client) -> NothingDone:
    return NothingDone(
        f"The Dask scheduler {_address(client)} is lost; what was written stays. Start it anew and run the command"
        " again: it goes on where it was."
    )


def _address(client: Client) -> str:
    return str(client.scheduler.address) if client.scheduler is not None else "of this machine"
