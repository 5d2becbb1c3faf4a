"""A process that works on one piece at a time and may be lost: what hangs or crashes in it costs that piece alone.

Bytes go in and bytes come out, over a pipe of its own. The process ends when the pipe closes, however its owner ended,
and while it works a watchdog inside it, which needs neither its interpreter nor its owner, ends it at the time limit.
It is a program of its own (`python -m scraper.worker`), not a fork: it starts with one thread, nothing open and only
what its task imports, and never runs its owner's script a second time, as multiprocessing's spawn does.
"""

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from scraper.errors import NothingDone

START = 60.0  # seconds a worker may take to import its task: 0.3 on an idle machine
GRACE = 5.0  # seconds after the limit in which the watchdog of a stopped or swapped-out process should have fired
LEAVE = 1.0  # seconds a process gets to say its last words once its pipe is closed
WATCHDOG = "Timeout ("  # how faulthandler begins what it says before it ends the process
TOLD = 16 * 2**10  # bytes of a lost worker's last words that are kept: a traceback of any depth in use


class LostError(Exception):
    """A piece of work took its worker with it; the message holds the worker's last words, mostly a traceback."""


class HungError(LostError):
    """It took longer than the limit; the message says where it was."""


class DiedError(LostError):
    """It ended the process: a fault in C code, no memory, a signal from outside, an exception nobody caught."""


class Worker:
    """Runs a task, named 'package.module:function' and taking and giving bytes, in a process of its own.

    The process is started with the first piece, and anew after one that was lost. `limit` is in seconds of the clock.
    One thread at a time may `ask`; any may `kill`.
    """

    def __init__(self, task: str, *, limit: float) -> None:
        self._task, self._limit = task, limit
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the worker; closed with it

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process's number, while there is one."""
        return self._process.pid if self._process else None

    def ask(self, work: bytes) -> bytes:
        """What the task makes of a piece. Raises HungError or DiedError, and NothingDone where no process can be
        started.
        """
        pipe = self._deliver(work)
        answered = True
        try:
            answered = pipe.poll(self._limit + GRACE)
            if answered:
                return pipe.recv_bytes()
        except (EOFError, OSError):
            pass
        code, words = self._bury()
        if WATCHDOG in words or not answered:
            raise HungError(f"no answer within {self._limit:g} s\n{words}".strip())
        raise DiedError(f"the process ended with code {code}\n{words}".strip())

    def kill(self) -> None:
        """Ends the process at once; who waits for its answer gets a DiedError."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Ends the process and waits until it is gone."""
        self._bury()
        self._words.close()

    def _deliver(self, work: bytes) -> Connection:
        """Hands the piece over. A worker that was lost while it had nothing to do is no piece's fault."""
        if self._pipe is not None:
            try:
                self._clear_words()
                self._pipe.send_bytes(work)
                return self._pipe
            except OSError:
                self._bury()
        pipe = self._start()
        pipe.send_bytes(work)
        return pipe

    def _start(self) -> Connection:
        self._pipe, theirs = Pipe()
        self._clear_words()
        self._process = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-m", __name__, str(theirs.fileno()), self._task, repr(self._limit)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._words,
            pass_fds=(theirs.fileno(),),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            process_group=0,  # Ctrl-C is for the owner, who knows what to finish
        )
        theirs.close()
        try:
            ready = self._pipe.poll(START) and self._pipe.recv_bytes() == b""
        except (EOFError, OSError):
            ready = False
        if not ready:
            _, words = self._bury()
            raise NothingDone(
                f"The process for {self._task} did not start; try it without (KLIPING_WORKERS=0).\n{words}"
            )
        return self._pipe

    def _clear_words(self) -> None:
        self._words.seek(0)  # the process writes where this stands
        self._words.truncate(0)

    def _bury(self) -> tuple[int | None, str]:
        """The exit code and last words of the process, which is gone afterwards."""
        if self._process is None or self._pipe is None:
            return None, ""
        self._pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(LEAVE)
        self._process.kill()
        code = self._process.wait()
        self._process = self._pipe = None
        self._words.seek(0)
        return code, self._words.read(TOLD).decode("utf-8", "replace")


def main(pipe: Connection, task: Callable[[bytes], bytes], limit: float) -> None:
    """Works until the pipe closes."""
    faulthandler.enable()
    pipe.send_bytes(b"")
    while True:
        try:
            work = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        faulthandler.dump_traceback_later(limit, exit=True)
        answer = task(work)
        faulthandler.cancel_dump_traceback_later()
        try:
            pipe.send_bytes(answer)
        except OSError:
            return


def _named(task: str) -> Callable[[bytes], bytes]:
    module, _, function = task.partition(":")
    found: Callable[[bytes], bytes] = getattr(import_module(module), function)
    return found


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])), _named(sys.argv[2]), float(sys.argv[3]))
