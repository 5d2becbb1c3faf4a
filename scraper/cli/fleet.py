"""`kliping fleet`: many archives crawled by many workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli import dataset
from scraper.cli.options import json_option

if TYPE_CHECKING:
    from scraper.fleet.queue import Queue
    from scraper.fleet.registry import Registry

SCRATCH = Path("data/fleet-work")

postgres_option = click.option(
    "--postgres",
    metavar="ADDRESS",
    envvar="KLIPING_POSTGRES",
    show_envvar=True,
    required=True,
    help="The fleet's Postgres: postgresql://user@host/database.",
)


@click.group()
def fleet() -> None:
    """Crawl with many workers into many archives. For thousands of sites; one machine does without (docs/scale.md).

    \b
    Examples:
      kliping fleet init /mnt/fleet --shards 64
      kliping fleet worker
    """  # noqa: D301 - \b is click's own mark


@fleet.command()
@click.argument("place", metavar="PLACE")
@click.option("--shards", type=click.IntRange(1, 1000), default=16, show_default=True, help="How many archives.")
@postgres_option
def init(place: str, shards: int, postgres: str) -> None:
    """Make a fleet: its empty archives in PLACE, its tables in Postgres.

    PLACE is a folder that all workers see, or an address that fsspec knows. A folder with a fleet in it is taken as it
    is. Needs the extra: pip install 'kliping[fleet]'.

    \b
    Examples:
      kliping fleet init /mnt/fleet --shards 64
      kliping fleet init s3://newsrooms/fleet --shards 64
    """  # noqa: D301 - \b is click's own mark
    from scraper.fleet.founding import found

    with _fleet(postgres) as (queue, registry):
        queue.create()
        count = found(registry, place, shards)
    click.echo(f"A fleet of {count} shards in {place}. Next: kliping fleet add URL; kliping fleet worker")


@fleet.command()
@click.argument("url", required=False)
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list of addresses (one a line) or an OPML file.",
)
@click.option("--schedule", "told", default="every 6h", show_default=True, help="When they are to be crawled.")
@click.option("--delay", type=click.FloatRange(min=0), help="Seconds between two requests to this host.")
@click.option("--allow-loopback", is_flag=True, help="Allow an address on this machine (a stand-in, a test).")
@postgres_option
def add(
    url: str | None, source: Path | None, told: str, delay: float | None, allow_loopback: bool, postgres: str
) -> None:
    """Have newsrooms probed by the workers and held by the shards their names give.

    \b
    Examples:
      kliping fleet add https://www.example.com/
      kliping fleet add --from newsrooms.opml --schedule "every 1h"
    """  # noqa: D301 - \b is click's own mark
    from datetime import UTC, datetime

    from scraper.errors import UsageProblem
    from scraper.newsrooms import read_addresses
    from scraper.schedule import read_schedule

    if (url is None) == (source is None):
        raise UsageProblem("Name one address, or give --from FILE.")
    read_schedule(told, "UTC", datetime.now(UTC))
    addresses = [url] if url is not None else read_addresses(source or Path())
    with _fleet(postgres) as (queue, registry):
        for address in addresses:
            shard = queue.add(registry, address, told=told, delay=delay, loopback=allow_loopback)
            click.echo(f"{address}: shard {shard} is to hold it; a worker probes it.")


@fleet.command()
@click.option(
    "--scratch",
    type=click.Path(file_okay=False, path_type=Path),
    default=SCRATCH,
    show_default=True,
    help="A folder of this worker's own, on a local disk, with room for the shards it works on.",
)
@click.option(
    "--heartbeat",
    type=click.FloatRange(0.2, 600),
    default=10.0,
    show_default=True,
    help="Seconds between two signs of life; after four missed ones others take over. The same for all workers.",
)
@click.option("--look", default="* * * * *", show_default=True, help="Cron: when due shards are looked for.")
@click.option("--turn", type=click.FloatRange(1), default=1800.0, show_default=True, help="Longest crawl in seconds.")
@postgres_option
def worker(scratch: Path, heartbeat: float, look: str, turn: float, postgres: str) -> None:
    """Stay and take jobs, a shard at a time; ends on SIGTERM or Ctrl-C, after the page in hand.

    Start as many as there are processors and addresses to crawl from, each with a scratch folder of its own, and have
    whatever starts them start them again.

    \b
    Examples:
      kliping fleet worker --scratch /var/lib/kliping/worker-1
    """  # noqa: D301 - \b is click's own mark
    import asyncio
    import signal

    from scraper.config import Settings
    from scraper.fleet.queue import FleetWorker
    from scraper.fleet.registry import Registry
    from scraper.fleet.store import store_at
    from scraper.fleet.work import Work

    registry = Registry(postgres)
    say = lambda told: click.echo(told, err=True)  # noqa: E731
    store = store_at(registry.place())
    work = Work(registry, store, Settings.from_environment(), scratch, say=say, turn=turn)

    async def serve() -> None:
        served = FleetWorker(postgres, registry, store, work, say=say, heartbeat=heartbeat, look=look)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, served.stop)
        await served.serve()

    try:
        asyncio.run(serve())
    finally:
        registry.close()


@fleet.command()
@json_option
@postgres_option
def status(as_json: bool, postgres: str) -> None:
    """Show shards, jobs and workers.

    \b
    Examples:
      kliping fleet status
    """  # noqa: D301 - \b is click's own mark
    from scraper.cli.paint import add_row, console, new_table, print_json

    with _fleet(postgres) as (queue, registry):
        place, shards, jobs, workers = registry.place(), registry.shards(), queue.counts(), queue.workers()
        sites = registry.sites()
    if as_json:
        print_json({"place": place, "shards": shards, "jobs": jobs, "heartbeats": workers, "sites": sites})
        return
    out = console()
    told = ", ".join(f"{count} {name}" for name, count in jobs.items()) or "none"
    ages = ", ".join(f"{age:.0f} s ago" for age in workers) or "none"
    out.print(f"{place}: {len(sites)} sites. Jobs: {told}. Workers' signs of life: {ages}.", markup=False)
    table = new_table("shard", "sites", "generation", "put back", "held since")
    for row in shards:
        put, taken = (f"{at:%Y-%m-%d %H:%M:%S}" if at else "–" for at in (row.put_at, row.taken_at))
        add_row(table, str(row.shard), str(row.sites), str(row.generation), put, taken if row.holder else "–")
    out.print(table)


@fleet.command()
@click.argument("site")
@click.option("--to", type=click.IntRange(min=0), required=True, help="The shard that is to hold it.")
@postgres_option
def move(site: str, to: int, postgres: str) -> None:
    """Have a site moved to another shard, with all that is kept of it.

    \b
    Examples:
      kliping fleet move kilas24news.com --to 7
    """  # noqa: D301 - \b is click's own mark
    with _fleet(postgres) as (queue, registry):
        origin = queue.move(registry, site, to)
    if origin == to:
        click.echo(f"Shard {to} holds {site} already.")
    else:
        click.echo(f"{site} is to go from shard {origin} to {to}; workers do it, and 'kliping fleet status' tells.")


@contextmanager
def _fleet(postgres: str) -> Iterator[tuple[Queue, Registry]]:
    from scraper.fleet.queue import Queue
    from scraper.fleet.registry import Registry

    queue, registry = Queue(postgres), Registry(postgres, patience=0)
    try:
        registry.check()
        with queue.opened():
            yield queue, registry
    finally:
        registry.close()


for _command in (dataset.dataset, dataset.query, dataset.releases, dataset.warc):
    fleet.add_command(_command)
