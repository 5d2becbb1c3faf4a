"""Where exports go: streams whose bytes are hashed, and folders that appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scraper.files import replacing, troubles_told


class HashedStream:
    """A stream that knows the sha256 of all that was written to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._whole = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Bytes written, as the stream below counts them."""
        self._whole.update(data)
        return self._stream.write(data)

    def flush(self) -> None:
        """Hand on what the stream below holds back."""
        self._stream.flush()

    @property
    def sha256(self) -> str:
        """Hex digest of all that was written so far."""
        return self._whole.hexdigest()


@contextmanager
def opened(target: Path | BinaryIO) -> Iterator[HashedStream]:
    """What is to be written to: the file `target`, which appears once it is whole, or the open stream.

    Raises DiskFull and UsageProblem; either leaves the target as it was.
    """
    with troubles_told(target):
        if isinstance(target, Path):
            with replacing(target) as stream:
                yield HashedStream(stream)
        else:
            yield HashedStream(target)
            target.flush()


@contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """An empty folder that becomes `target` once all in it is written and on the disk; on an error nothing is left.

    A folder cannot take another's place in one step: for a moment there is none.
    """
    temporary, former = _beside(target), _beside(target).with_suffix(".former")
    try:
        temporary.mkdir()
        yield temporary
        for path in temporary.rglob("*"):
            _settle(path)
        if target.exists():
            target.replace(former)
        try:
            temporary.replace(target)
        except OSError:
            if former.exists():
                former.replace(target)
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(former, ignore_errors=True)


@contextmanager
def scratch_folder(target: Path) -> Iterator[Path]:
    """A folder beside `target` for what is needed on the way; gone afterwards."""
    folder = _beside(target).with_suffix(".scratch")
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}")


def _settle(path: Path) -> None:
    if path.is_file():
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
