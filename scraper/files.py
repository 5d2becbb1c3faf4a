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
        with made_new(temporary) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def made_new(path: Path, *, mode: int = 0o666) -> BinaryIO:
    """A file opened to be written that nobody laid there before: what a killed run left is removed, and a link is not
    followed, so that nobody who may write to a folder we share turns our writing elsewhere. Raises OSError.
    """
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), "wb")


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


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a file found in a folder is a link to elsewhere: who fills the folder must not choose what is read."""
    return path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())
