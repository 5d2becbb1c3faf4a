"""A process that reads pages one at a time and can be killed while it does: a hang or a crash costs one page."""

from __future__ import annotations

import multiprocessing
import signal
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import FrameType, TracebackType
from typing import Literal, NamedTuple, TypeVar

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
    """Runs `task` on what it is given, in a process of its own that is started again after a hang or a crash.

    `task` gives None, or in words what is wrong; it must be importable. `limit` is in seconds of CPU: more is slow, and
    `patience` times as many seconds of the clock are a hang.
    """

    def __init__(self, task: Callable[[T], str | None], *, limit: float = 2.0, patience: float = 10.0) -> None:
        self._task = task
        self._limit = limit
        self._patience = patience
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop()

    def run(self, work: object) -> Verdict:
        """The verdict on one piece of work."""
        pipe = self._pipe or self._start()
        pipe.send(work)
        wait = self._limit * self._patience
        try:
            if pipe.poll(wait):
                return Verdict(*pipe.recv())
        except (EOFError, ConnectionResetError):
            code = self._stop()
            return Verdict("died", 0.0, f"the process ended with code {code}")
        self._stop()
        return Verdict("hang", wait, f"no answer within {wait:.0f} s")

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._task, self._limit), daemon=True)
        self._process.start()
        theirs.close()
        if not self._pipe.poll(60) or self._pipe.recv() != "ready":  # importing is no part of any page
            raise RuntimeError("The reading process did not start within 60 s; run it alone to see why.")
        return self._pipe

    def _stop(self) -> int | None:
        if self._process is None or self._pipe is None:
            return None
        self._pipe.close()
        self._process.join(0.2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        code = self._process.exitcode
        self._process.close()
        self._process = self._pipe = None
        return code


def _serve(pipe: Connection, task: Callable[[object], str | None], limit: float) -> None:
    late: list[str] = []

    def note(_signal: int, frame: FrameType | None) -> None:
        late.append("".join(traceback.format_stack(frame)))

    signal.signal(signal.SIGPROF, note)
    pipe.send("ready")
    while True:
        try:
            work = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        late.clear()
        signal.setitimer(signal.ITIMER_PROF, limit)
        start = time.process_time()
        try:
            told = task(work)
        except Exception:  # noqa: BLE001 - the fault that is looked for
            told = traceback.format_exc()
        seconds = time.process_time() - start
        signal.setitimer(signal.ITIMER_PROF, 0)
        slow = "".join(late[:1]) or "its last step took it over the limit"
        kind = "fault" if told else "slow" if seconds > limit else "sound"
        pipe.send((kind, seconds, told or (slow if kind == "slow" else "")))
