"""Workers beside each other: pieces of work in, what became of each out, in the order of the pieces."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from scraper.worker import LostError, Worker

AHEAD = 4  # pieces a worker that wait, or are done and not yet taken: bounds the memory


class Crew:
    """`count` workers for one task, each given at most `limit` seconds a piece."""

    def __init__(self, task: str, count: int, *, limit: float) -> None:
        self._task, self._count, self._limit = task, count, limit
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for _ in range(self._count):
            worker = Worker(self._task, limit=self._limit)
            self._stack.callback(worker.close)
            self._idle.put(worker)
        self._threads = self._stack.enter_context(ThreadPoolExecutor(self._count, thread_name_prefix="crew"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def work(self, pieces: Iterable[bytes]) -> Iterator[bytes | LostError]:
        """The task's answer to each piece, or how the worker that had it was lost."""
        left = iter(pieces)
        asked: deque[Future[bytes | LostError]] = deque()
        while True:
            asked += [self._threads.submit(self.ask, piece) for piece in islice(left, AHEAD * self._count - len(asked))]
            if not asked:
                return
            yield asked.popleft().result()

    def ask(self, piece: bytes) -> bytes | LostError:
        """The answer to one piece, as soon as a worker is idle."""
        worker = self._idle.get()
        try:
            return worker.ask(piece)
        except LostError as lost:
            return lost
        finally:
            self._idle.put(worker)
