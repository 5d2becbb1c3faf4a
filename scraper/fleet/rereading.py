"""New rules over the kept pages of many archives: read by Dask, written by one process, taken back as one.

All archives take part in one pass, told by the moment it began, which every archive's run bears. So one that was broken
off goes on with the archives that are not done, and what is taken back is that pass and no earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scraper import reextract
from scraper.archive.instants import instant, utc_text
from scraper.archive.store import Archive
from scraper.archive.versions import rereadings
from scraper.errors import NoSuchSite, NothingDone, UsageProblem
from scraper.fleet.crew import DaskCrew
from scraper.fleet.shards import MAP, Shards, shard_name
from scraper.reextract import Hiring, Report

if TYPE_CHECKING:
    from distributed import Client

    from scraper.fleet.registry import Registry
    from scraper.fleet.store import Store


class Place(NamedTuple):
    """An archive: the file that is read, and the right to write it."""

    path: Path
    writing: Callable[[], AbstractContextManager[Archive]]


def hiring(client: Client) -> Hiring:
    """The client's cluster as workers, for `scraper.reextract`."""

    @contextmanager
    def hire(task: str, limit: float) -> Iterator[DaskCrew]:
        yield DaskCrew(client, task, limit=limit)

    return hire


def compare(paths: Sequence[Path], hire: Hiring, *, site: str | None = None) -> Report:
    """What today's rules would change in all the archives. Nothing is written."""
    report = Report()
    for path in paths:
        with Archive.open(path, readonly=True) as archive:
            report.merge(reextract.compare(archive, site=site, workers=0, hire=hire))
    return report


def apply(
    archives: Sequence[Path | Place], hire: Hiring, *, site: str | None = None, now: Callable[[], datetime]
) -> Report:
    """What was changed in all the archives, once it is; one archive is written after the other. A pass that was broken
    off goes on, and tells what was left to do. Raises ArchiveLocked where another writes to one of them.
    """
    report, places = Report(), _as_places(archives)
    at = _broken_off(places) or now()
    for place in places:
        with place.writing() as archive:
            if not _is_done(archive, at):
                reextract.begin(archive, site=site, at=at)
    for place in places:
        with place.writing() as archive:
            if not _is_done(archive, at):
                report.merge(reextract.apply(archive, site=site, workers=0, hire=hire, now=now))
    return report


def revert(archives: Sequence[Path | Place], *, at: datetime) -> tuple[int, int]:
    """How many articles of all the archives have the reading of before the last pass, and how many were read anew since
    and keep it. Raises NothingDone where there is nothing to take back.
    """
    standing = [(place, began) for place in _as_places(archives) if (began := _began(place.path)) is not None]
    if not standing:
        raise NothingDone("No re-reading stands in any of the archives: there is nothing to take back.")
    last, restored, passed = max(began for _, began in standing), 0, 0
    for place, began in standing:
        if began == last:
            with place.writing() as archive:
                some, others = reextract.revert(archive, at=at)
            restored, passed = restored + some, passed + others
    return restored, passed


def in_place(path: Path) -> Place:
    """An archive that is written where it lies."""

    @contextmanager
    def writing() -> Iterator[Archive]:
        with Archive.open(path) as archive, archive.writing():
            yield archive

    return Place(path, writing)


def in_store(store: Store, registry: Registry, shard: int, path: Path, scratch: Path) -> Place:
    """A shard of a fleet that runs on Postgres: taken from its holder, worked on in the folder `scratch`, which the
    Dask workers must see, and put back as its next generation.
    """

    @contextmanager
    def writing() -> Iterator[Archive]:
        from scraper.fleet.holds import held, opened

        with held(store, registry, shard, scratch) as hold, opened(hold) as archive:
            yield archive

    return Place(path, writing)


def _as_places(given: Sequence[Path | Place]) -> list[Place]:
    return [in_place(one) if isinstance(one, Path) else one for one in given]


def _broken_off(places: Sequence[Place]) -> datetime | None:
    """When the pass began that some archive has not come to the end of."""
    begun = []
    for place in places:
        with Archive.open(place.path, readonly=True) as archive:
            found = rereadings.newest(archive.db.conn)
        if found is not None and not found.is_ended and not found.is_reverted:
            begun.append(found.started_at)
    return instant(max(begun)) if begun else None


def _is_done(archive: Archive, at: datetime) -> bool:
    found = rereadings.newest(archive.db.conn)
    return found is not None and found.is_ended and found.started_at == utc_text(at)


def _began(path: Path) -> str | None:
    with Archive.open(path, readonly=True) as archive:
        found = rereadings.newest(archive.db.conn, standing=True)
    return None if found is None else found.started_at


@contextmanager
def places(root: Path, postgres: str | None, scratch: Path, *, site: str | None) -> Iterator[list[Place]]:
    """The archives of the fleet in a folder, or that of one site. One that runs on Postgres is written through it: its
    files are never changed, and what is written into one by hand is in no later generation.

    Raises NoSuchSite; UsageProblem, once one of a fleet that runs on Postgres is to be written without it.
    """
    shards = Shards.open(root)
    wanted = dict(enumerate(shards.paths()))
    if site is not None:
        shard = shards.sites().get(site)
        if shard is None:
            raise NoSuchSite(f"The fleet in {root} knows no site {site!r}; {root / MAP} names those it has.")
        wanted = {shard: wanted[shard]}
    if postgres is None:
        yield [in_place(path) if path.name == shard_name(n) else _locked(root, path) for n, path in wanted.items()]
        return
    from scraper.fleet.registry import Registry
    from scraper.fleet.store import store_at

    registry = Registry(postgres, patience=0)
    try:
        store = store_at(registry.place())
        yield [in_store(store, registry, number, path, scratch) for number, path in wanted.items()]
    finally:
        registry.close()


def _locked(root: Path, path: Path) -> Place:
    """A file that is read alone."""

    def refuse() -> AbstractContextManager[Archive]:
        raise UsageProblem(f"The fleet in {root} runs on Postgres, and its shards are written through it: --postgres.")

    return Place(path, refuse)
