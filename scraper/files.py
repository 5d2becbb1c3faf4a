"""Files that are whole or not there: written beside their place, and put into it once they are on the disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scraper.errors import DiskFull, UsageProblem


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A stream that becomes the file `target` once all is written and on the disk; on an error nothing is left."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def troubles_told(target: Path | BinaryIO) -> Iterator[None]:
    """What the system says against writing there, as DiskFull or UsageProblem."""
    try:
        yield
    except BrokenPipeError:
        raise  # the reader has seen enough
    except OSError as error:
        place = target if isinstance(target, Path) else "the output"
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(f"No room to write {place}: the disk is full; make room or choose another place.") from error
        raise UsageProblem(f"Cannot write {place}: {error.strerror}; choose another place.") from error


def write_whole(target: Path, content: bytes) -> None:
    """The file with that content. Raises DiskFull, UsageProblem."""
    with troubles_told(target), replacing(target) as stream:
        stream.write(content)
