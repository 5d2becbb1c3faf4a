"""How a fleet begins: empty archives at its place, a row for each in Postgres."""

from __future__ import annotations

import tempfile
from pathlib import Path

from scraper.errors import NothingDone
from scraper.fleet.holds import facts
from scraper.fleet.queue import publish
from scraper.fleet.registry import Registry
from scraper.fleet.shards import Shards, read_map
from scraper.fleet.store import store_at


def found(registry: Registry, place: str, count: int) -> int:
    """The number of shards of the fleet that is at that place from now on; one that lies in a folder there already is
    taken as it is, sites and all. Raises NothingDone where this Postgres has another.
    """
    if "://" in place:
        with tempfile.TemporaryDirectory(prefix="kliping-fleet-") as folder:
            shards = Shards.create(Path(folder) / "new", count)
            registry.create(place, [path.name for path in shards.paths()])
            store = store_at(place)
            for path, row in zip(shards.paths(), registry.shards(), strict=True):
                if path.name == row.file and path.name not in store.names(path.name):
                    store.put(path, path.name)
            publish(registry, store)
        return count
    root = Path(place).absolute()
    try:
        read_map(root)
    except NothingDone:
        Shards.create(root, count)
    made = read_map(root)
    registry.create(str(root), made.shards)
    for site, shard in made.sites.items():
        registry.assign(site, shard)
    for shard, file in enumerate(made.shards):
        held = facts(root / file)
        for fact in held:
            registry.assign(fact.site, shard)  # of an archive that was put there; one in the map stays where that says
        registry.note(shard, held)
    publish(registry, store_at(str(root)))
    return len(made.shards)
