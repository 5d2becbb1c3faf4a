"""The pages of a crawl read beside it: in worker processes, each of which may be lost with the page it reads.

Workers are started one by one, when a page waits and none is idle: a polite crawl of one site has one.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from scraper.reading import TASK, Answered, Read, bug, decode_read, encode, read_answer
from scraper.worker import DiedError, HungError, Worker


class Readers:
    """Up to `count` workers that read pages, each within `limit` seconds; with none, pages are read where it stands.

    `async with Readers(2, limit=20) as readers`. `task` is scraper.reading's own, or one that stands in for it.
    """

    def __init__(self, count: int, *, limit: float, task: str = TASK) -> None:
        self._task, self._limit = task, limit
        self._turns = asyncio.Semaphore(count)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="reader") if count else None
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers.difference(self._idle):
            worker.kill()
        if self._threads is not None:
            self._threads.shutdown()
        for worker in self._workers:
            worker.close()

    async def read(self, answered: Answered) -> Read:
        """What the page says. One that is too slow, or ends its worker, has failed for that reason."""
        if self._threads is None:
            return read_answer(answered)
        async with self._turns:
            worker = self._idle.pop() if self._idle else self._hire()
            asked = asyncio.get_running_loop().run_in_executor(self._threads, self._ask, worker, answered)
            read = await asked  # cancelled, the worker is still at it: it is not given back
            self._idle.append(worker)
            return read

    def _hire(self) -> Worker:
        worker = Worker(self._task, limit=self._limit)
        self._workers.add(worker)
        return worker

    @staticmethod
    def _ask(worker: Worker, answered: Answered) -> Read:
        try:
            return decode_read(worker.ask(encode(answered)))
        except HungError as lost:
            return Read(verdict="failed", reason="time-limit", detail=str(lost))
        except DiedError as lost:
            return Read(verdict="failed", reason="extractor-crash", detail=str(lost))
        except ValueError:  # what the feed says of the page cannot be told in bytes: half a surrogate pair
            return bug()
