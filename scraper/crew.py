"""Workers beside each other: chunks of work in, what became of each piece out, in the order of the pieces."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from queue import SimpleQueue
from types import TracebackType
from typing import Protocol, Self, TypeVar

from scraper.worker import LostError, Worker

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4  # chunks a worker that wait, or are done and not yet taken: bounds the memory


class Working(Protocol):
    """Whoever does chunks of work, here or elsewhere, as `Crew.work` says."""

    def work(
        self,
        chunks: Iterable[Sequence[T]],
        *,
        encode: Callable[[Sequence[T]], bytes],
        decode: Callable[[bytes], list[R]],
        lost: Callable[[T, str], R],
    ) -> Iterator[R]: ...


class Crew:
    """`count` workers for one task, each given at most `limit` seconds a chunk."""

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

    def work(
        self,
        chunks: Iterable[Sequence[T]],
        *,
        encode: Callable[[Sequence[T]], bytes],
        decode: Callable[[bytes], list[R]],
        lost: Callable[[T, str], R],
    ) -> Iterator[R]:
        """What became of each piece, in order. A chunk that took its worker with it is tried piece by piece, so that it
        costs one piece: `lost` says what became of that, by the worker's last words.
        """
        left = iter(chunks)
        asked: deque[tuple[Sequence[T], Future[bytes | LostError]]] = deque()
        while True:
            for chunk in islice(left, AHEAD * self._count - len(asked)):
                asked.append((chunk, self._threads.submit(self._ask, encode(chunk))))
            if not asked:
                return
            chunk, answer = asked.popleft()
            found = answer.result()
            if isinstance(found, bytes):
                yield from decode(found)
                continue
            for piece in chunk:
                alone = self._ask(encode([piece])) if len(chunk) > 1 else found
                yield from decode(alone) if isinstance(alone, bytes) else [lost(piece, str(alone))]

    def _ask(self, work: bytes) -> bytes | LostError:
        worker = self._idle.get()
        try:
            return worker.ask(work)
        except LostError as lost:
            return lost
        finally:
            self._idle.put(worker)
