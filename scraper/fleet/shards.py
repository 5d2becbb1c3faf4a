"""The shards of a fleet: N ordinary archives in one folder, and the map that says which holds a site.

The map is a file beside the shards (`fleet.json`) and no table of the queue's: whoever only reads a fleet, to count or
to query, needs no Postgres. It is replaced as a whole, so that a reader sees it before or after a change. A site is
assigned by a hash that is the same on every machine, and recorded, so that it stays where it is whatever is moved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec
from filelock import FileLock, Timeout

from extractors.urls import site_name
from scraper.archive.store import Archive
from scraper.errors import ArchiveLocked, ArchiveUnusable, NothingDone, UsageProblem
from scraper.files import write_whole

MAP = "fleet.json"
FORMAT = "kliping.fleet/1"
MOST = 1000  # shards; their names carry three digits
PATIENCE = 10.0  # seconds to wait for another who changes the map, which takes milliseconds


class Map(msgspec.Struct, frozen=True, kw_only=True):
    """What `fleet.json` holds: the file of each shard in order, and the shard of each site."""

    schema: str = FORMAT
    shards: tuple[str, ...]
    sites: dict[str, int] = {}


class Shards:
    """A fleet's folder. Several processes may use it at once; the map is read anew by every question."""

    def __init__(self, root: Path, count: int) -> None:
        self.root = root
        self.count = count

    @classmethod
    def create(cls, root: Path | str, count: int) -> Self:
        """A new fleet of that many empty archives. Raises UsageProblem for a folder that holds one already."""
        root = Path(root)
        if not 1 <= count <= MOST:
            raise UsageProblem(f"A fleet has 1 to {MOST} shards, not {count}.")
        if (root / MAP).exists():
            raise UsageProblem(f"{root} holds a fleet already; name another folder.")
        names = tuple(shard_name(number) for number in range(count))
        for name in names:
            Archive.open(root / name, create=True).close()
        write_map(root, Map(shards=names))
        return cls(root, count)

    @classmethod
    def open(cls, root: Path | str) -> Self:
        """The fleet in that folder. Raises NothingDone where there is none."""
        root = Path(root)
        return cls(root, len(read_map(root).shards))

    def paths(self) -> tuple[Path, ...]:
        """The shards' files in order, for reading. A fleet that runs on Postgres puts a new file in the place of one
        that changed, and keeps the old one for a while: ask again for each pass, and once within one.
        """
        return tuple(self.root / name for name in read_map(self.root).shards)

    def sites(self) -> Mapping[str, int]:
        """The recorded map: the shard of each site, by name. What a shard holds of any other site is of a move that
        was broken off, and is to be left out.
        """
        return read_map(self.root).sites

    def shard_of(self, host: str) -> int:
        """The shard of a site, recorded if it was not. `host` may be an address; `www.` plays no part."""
        name = site_of(host)
        known = read_map(self.root).sites.get(name)
        if known is not None:
            return known
        with self._changing() as found:
            shard = found.sites.get(name, hashed(name, self.count))
            write_map(self.root, msgspec.structs.replace(found, sites={**found.sites, name: shard}))
        return shard

    def move(self, site: str, to: int) -> None:
        """The map says from now on that the site is held by shard `to`; its rows are moved by `scraper.fleet.moving`.

        Raises UsageProblem for a shard that is not there.
        """
        if not 0 <= to < self.count:
            raise UsageProblem(f"The fleet has the shards 0 to {self.count - 1}, and no {to}.")
        with self._changing() as found:
            write_map(self.root, msgspec.structs.replace(found, sites={**found.sites, site_of(site): to}))

    @contextmanager
    def held(self, shard: int) -> Iterator[Path]:
        """The shard's file, to be written: nobody else crawls into it meanwhile. Raises ArchiveLocked.

        For a fleet without Postgres; one that runs on it has `scraper.fleet.store`.
        """
        with Archive.open(self.paths()[shard]) as archive, archive.writing():
            yield archive.path

    @contextmanager
    def _changing(self) -> Iterator[Map]:
        try:
            with FileLock(self.root / f".{MAP}.lock", timeout=PATIENCE):
                yield read_map(self.root)
        except Timeout:
            raise ArchiveLocked(f"Another process changes {self.root / MAP}; try again.") from None


def site_of(host: str) -> str:
    """A site's name: 'https://www.Kabar.example/2026/' and 'WWW.kabar.example' -> 'kabar.example'."""
    return site_name(host if "://" in host else f"http://{host}")


def hashed(site: str, count: int) -> int:
    """The shard a site is assigned to, by its name alone: the same on every machine and in every process."""
    return int.from_bytes(hashlib.blake2b(site.lower().encode(), digest_size=8).digest()) % count


def shard_name(number: int) -> str:
    """0 -> 'shard-000.db'."""
    return f"{stem(number)}.db"


def stem(number: int) -> str:
    """0 -> 'shard-000': what the names of all files of a shard begin with."""
    return f"shard-{number:03}"


def read_map(root: Path) -> Map:
    """The map as it is. Raises NothingDone where there is none, ArchiveUnusable for one that cannot be read."""
    try:
        found = msgspec.json.decode((root / MAP).read_bytes(), type=Map)
    except FileNotFoundError:
        raise NothingDone(f"There is no fleet in {root}; make one with 'kliping fleet init'.") from None
    except (OSError, msgspec.DecodeError) as error:
        raise ArchiveUnusable(f"{root / MAP} cannot be read ({error}); restore it from a backup.") from error
    if found.schema != FORMAT:
        raise ArchiveUnusable(f"{root / MAP} is of another Kliping ({found.schema}); upgrade Kliping to use it.")
    return found


def write_map(root: Path, found: Map) -> None:
    """The map, in the place of the one before, once it is whole and on the disk."""
    write_whole(root / MAP, msgspec.json.format(msgspec.json.encode(found, order="sorted"), indent=1))
