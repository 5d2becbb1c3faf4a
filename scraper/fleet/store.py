"""Where a fleet's files lie: a folder on a shared filesystem, or a bucket by fsspec. Files are written once and never
changed; which of them counts is told elsewhere (`holds.py`), so that one written too late does no harm.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Protocol

from scraper.errors import ArchiveUnusable, MissingExtra
from scraper.files import replacing


class Store(Protocol):
    """Files by name, all in one place. Raises ArchiveUnusable for one that is not there."""

    def put(self, source: Path, name: str) -> None:
        """That file as `name`."""
        ...

    def get(self, name: str, target: Path) -> None:
        """What is kept as `name`, as that file."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """That content as `name`."""
        ...

    def read(self, name: str) -> bytes:
        """The content of what is kept as `name`."""
        ...

    def names(self, prefix: str) -> list[str]:
        """What is kept whose names begin so, sorted."""
        ...

    def remove(self, name: str) -> None:
        """Nothing is kept as `name` any more."""
        ...

    def stamp(self, name: str) -> str:
        """What tells whether somebody wrote into what is kept as `name`."""
        ...


class Folder:
    """A folder; what is put is on the disk before it is told of."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, source: Path, name: str) -> None:
        """That file as `name`."""
        with source.open("rb") as given, replacing(self._root / name) as stream:
            shutil.copyfileobj(given, stream, 1 << 20)

    def get(self, name: str, target: Path) -> None:
        """What is kept as `name`, as that file."""
        try:
            shutil.copyfile(self._root / name, target)
        except FileNotFoundError:
            raise _missing(name, self._root) from None

    def write(self, name: str, content: bytes) -> None:
        """That content as `name`."""
        with replacing(self._root / name) as stream:
            stream.write(content)

    def read(self, name: str) -> bytes:
        """The content of what is kept as `name`."""
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            raise _missing(name, self._root) from None

    def names(self, prefix: str) -> list[str]:
        """What is kept whose names begin so, sorted."""
        return sorted(entry.name for entry in os.scandir(self._root) if entry.name.startswith(prefix))

    def remove(self, name: str) -> None:
        """Nothing is kept as `name` any more."""
        (self._root / name).unlink(missing_ok=True)

    def stamp(self, name: str) -> str:
        """Size and time of the last change."""
        try:
            found = (self._root / name).stat()
        except FileNotFoundError:
            raise _missing(name, self._root) from None
        return f"{found.st_size} {found.st_mtime_ns}"


class Bucket:
    """A place that fsspec knows: s3://bucket/fleet, gs://…, memory://…"""

    def __init__(self, address: str) -> None:
        try:
            import fsspec
        except ImportError as error:
            raise MissingExtra(f"A fleet at {address}", "fleet") from error
        self._files: Any
        self._files, self._root = fsspec.url_to_fs(address.rstrip("/"))
        self._files.makedirs(self._root, exist_ok=True)

    def put(self, source: Path, name: str) -> None:
        """That file as `name`."""
        self._files.put_file(str(source), self._at(name))

    def get(self, name: str, target: Path) -> None:
        """What is kept as `name`, as that file."""
        try:
            self._files.get_file(self._at(name), str(target))
        except FileNotFoundError:
            raise _missing(name, self._root) from None

    def write(self, name: str, content: bytes) -> None:
        """That content as `name`."""
        self._files.pipe_file(self._at(name), content)

    def read(self, name: str) -> bytes:
        """The content of what is kept as `name`."""
        try:
            return bytes(self._files.cat_file(self._at(name)))
        except FileNotFoundError:
            raise _missing(name, self._root) from None

    def names(self, prefix: str) -> list[str]:
        """What is kept whose names begin so, sorted."""
        self._files.invalidate_cache()
        found = (str(path).rpartition("/")[2] for path in self._files.ls(self._root, detail=False))
        return sorted(name for name in found if name.startswith(prefix))

    def remove(self, name: str) -> None:
        """Nothing is kept as `name` any more."""
        try:
            self._files.rm_file(self._at(name))
        except FileNotFoundError:
            return

    def stamp(self, name: str) -> str:
        """What the file system tells of the file's size, version and times."""
        try:
            found = self._files.info(self._at(name))
        except FileNotFoundError:
            raise _missing(name, self._root) from None
        return " ".join(str(found.get(key)) for key in ("size", "ETag", "etag", "mtime", "created"))

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"


def store_at(place: str) -> Store:
    """The store at that folder, or at an address that fsspec knows."""
    return Bucket(place) if "://" in place else Folder(Path(place))


def _missing(name: str, root: object) -> ArchiveUnusable:
    return ArchiveUnusable(f"{root} has no {name}, which the fleet's Postgres tells of; restore it from a backup.")
