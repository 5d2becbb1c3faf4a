"""Stands in for the reading of pages, in worker processes: an address tells what goes wrong with its page."""

from __future__ import annotations

import ctypes
import os
import signal
import time

import msgspec

from scraper.reading import Answered, bug, serve

TASK = f"{__name__}:fail"


def fail(sent: bytes) -> bytes:
    """As scraper.reading.serve, but for addresses that end in hang, sleep, crash, killed, memory or bug."""
    url = msgspec.msgpack.decode(sent, type=Answered).url
    match url.rpartition("/")[2].removesuffix(".html"):
        case "hang":
            while True:
                pass
        case "sleep":
            time.sleep(600)
        case "crash":
            ctypes.string_at(0)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "memory":
            raise MemoryError
        case "bug":
            try:
                raise ZeroDivisionError("a bug")
            except ZeroDivisionError:
                return msgspec.msgpack.encode(bug())
    return serve(sent)
