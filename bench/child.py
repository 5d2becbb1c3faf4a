"""A reading tried in a worker: how long it took, whether a law broke, and where it was when its time was up."""

from __future__ import annotations

import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from types import FrameType, TracebackType
from typing import Literal, NamedTuple, TypeVar

from scraper.worker import DiedError, HungError, Worker

Kind = Literal["sound", "slow", "fault", "hang", "died"]
T = TypeVar("T")


class Verdict(NamedTuple):
    """How a page went: `seconds` of the child's CPU (of the clock for a hang); `told` is the traceback or the broken
    law, and of a slow page where it was when its time was up.
    """

    kind: Kind
    seconds: float
    told: str = ""

    @property
    def signature(self) -> str:
        """What tells one fault from another: its kind, its last words and where it was raised."""
        places = [line.strip() for line in self.told.splitlines() if line.strip().startswith("File ")]
        last = self.told.strip().rpartition("\n")[2][:80]
        return " · ".join(part for part in (self.kind, last, places[-1] if places else "") if part)


class Child:
    """Runs `task` on what it is given, in a worker.

    `task` gives None, or in words what is wrong; it must be importable. `limit` is in seconds of CPU: more is slow, and
    `patience` times as many seconds of the clock are a hang. `home` is a module that has `tried` and imports what the
    tasks need: a worker is ready once it is there, so that no first input pays for it.
    """

    def __init__(
        self, task: Callable[[T], str | None], *, limit: float = 2.0, patience: float = 10.0, home: str = __name__
    ) -> None:
        self._task = _address(task)
        self._limit = limit
        self._wait = limit * patience
        self._worker = Worker(f"{home}:tried", limit=self._wait)

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._worker.close()

    def run(self, work: object) -> Verdict:
        """The verdict on one piece of work."""
        try:
            return Verdict(*pickle.loads(self._worker.ask(pickle.dumps((self._task, self._limit, work)))))
        except HungError as lost:
            return Verdict("hang", self._wait, str(lost))
        except DiedError as lost:
            return Verdict("died", 0.0, str(lost))


def _address(task: Callable[[T], str | None]) -> tuple[str, str]:
    """Where a worker finds the task: that of a program run by `python -m` by the program's real name."""
    main = sys.modules["__main__"].__spec__
    module = main.name if task.__module__ == "__main__" and main is not None else task.__module__
    return module, task.__name__


def tried(sent: bytes) -> bytes:
    """The worker's side: a verdict for a task, its limit and a piece of work."""
    (module, name), limit, work = pickle.loads(sent)
    task = getattr(import_module(module), name)
    late: list[str] = []

    def note(_signal: int, frame: FrameType | None) -> None:
        late.append("".join(traceback.format_stack(frame)))

    signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, limit)
    start = time.process_time()
    try:
        told = task(work)
    except Exception:  # noqa: BLE001 - the fault that is looked for
        told = traceback.format_exc()
    seconds = time.process_time() - start
    signal.setitimer(signal.ITIMER_PROF, 0)
    slow = "".join(late[:1]) or "its last step took it over the limit"
    kind: Kind = "fault" if told else "slow" if seconds > limit else "sound"
    return pickle.dumps((kind, seconds, told or (slow if kind == "slow" else "")))
