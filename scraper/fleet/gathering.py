"""A fleet's archives gathered into its dataset: what the commands call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scraper.files import troubles_told
from scraper.fleet import dataset
from scraper.fleet.dataset import Refreshed
from scraper.fleet.parts import Source
from scraper.fleet.releases import releases
from scraper.fleet.shards import Shards
from scraper.reextract import Hiring


def sources(shards: Shards) -> tuple[Source, ...]:
    """The fleet's archives as they are. Of a site that was moved, the rows count that its recorded archive has."""
    held = shards.sites()

    def owning(number: int) -> Callable[[str], bool]:
        return lambda site: held.get(site, number) == number

    return tuple(Source(f"shard-{number:03}", path, owning(number)) for number, path in enumerate(shards.paths()))


def gather(shards: Shards, folder: Path) -> Refreshed:
    """The dataset in that folder, brought up to date; as `dataset.refresh`."""
    return dataset.refresh(folder, sources(shards))


def compare(shards: Shards, folder: Path, hire: Hiring) -> int:
    """How many articles are in groups that go beyond their archive, once the dataset says so."""
    scratch = folder.with_name(f".{folder.name}.releases")
    with troubles_told(folder):
        scratch.unlink(missing_ok=True)
        try:
            found = releases(sources(shards), hire, scratch)
        finally:
            scratch.unlink(missing_ok=True)
    dataset.put_releases(folder, found)
    return len(found)
