"""`kliping sites`: which newsrooms are archived."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import db_option, json_option

if TYPE_CHECKING:
    from scraper.archive.store import Site


@click.group()
def sites() -> None:
    """Add, list, show, schedule and remove newsrooms.

    \b
    Examples:
      kliping sites add https://www.example.com/
      kliping sites list
    """  # noqa: D301 - click wants the backspace itself


@sites.command("add")
@click.argument("url", required=False)
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list of addresses (one a line) or an OPML file.",
)
@click.option("--delay", type=click.FloatRange(min=0), help="Seconds between two requests to this host.")
@click.option("--allow-loopback", is_flag=True, help="Allow an address on this machine (a stand-in, a test).")
@db_option
def add(url: str | None, source: Path | None, delay: float | None, allow_loopback: bool, db: Path) -> None:  # fmt: skip
    """Probe a newsroom and remember it: platform, blog id, feed, sitemap, robots, time zone, theme.

    Then its five newest posts are read, page beside feed: field by field what was found, where, and how sure that is,
    and below it what is missing and what to do about it.

    \b
    Examples:
      kliping sites add https://www.example.com/
      kliping sites add --from newsrooms.opml
    """  # noqa: D301 - click wants the backspace itself
    import asyncio

    from scraper.archive.store import Archive
    from scraper.cli.paint import paint_added
    from scraper.config import Settings
    from scraper.errors import UsageProblem
    from scraper.newsrooms import add_sites, read_addresses

    if (url is None) == (source is None):
        raise UsageProblem("Name one address, or give --from FILE.")
    addresses = [url] if url is not None else read_addresses(source or Path())
    settings = Settings.from_environment()
    with Archive.open(db, create=True) as archive:
        added = asyncio.run(add_sites(archive, addresses, settings, delay=delay, allow_loopback=allow_loopback))
    failures = paint_added(added)
    if failures:
        raise click.exceptions.Exit(failures[0].exit_code if len(failures) == len(added) else 1)


@sites.command("list")
@json_option
@db_option
def list_(as_json: bool, db: Path) -> None:
    """List the newsrooms of the archive.

    \b
    Examples:
      kliping sites list --json
    """  # noqa: D301 - click wants the backspace itself
    from scraper.archive.store import Archive
    from scraper.cli.paint import paint_sites, print_json

    with Archive.open(db, readonly=True) as archive:
        found, schedules = archive.sites(), {row.site: row.told for row in archive.schedules()}
    if as_json:
        print_json([_with_schedule(site, schedules.get(site.name)) for site in found])
    else:
        paint_sites(found, schedules)


@sites.command("show")
@click.argument("site")
@json_option
@db_option
def show(site: str, as_json: bool, db: Path) -> None:
    """Show what is known of one newsroom.

    \b
    Examples:
      kliping sites show kilas24news.com
    """  # noqa: D301 - click wants the backspace itself
    from scraper.archive.store import Archive
    from scraper.cli.paint import paint_site, print_json
    from scraper.schedule import schedule_of

    with Archive.open(db, readonly=True) as archive:
        found = _with_schedule(archive.site(site), schedule_of(archive, site, datetime.now(UTC)))
    print_json(found) if as_json else paint_site(found)


def _with_schedule(site: Site, schedule: object) -> dict[str, object]:
    import msgspec

    return {**msgspec.structs.asdict(site), "schedule": schedule}


@sites.command("schedule")
@click.argument("site")
@click.argument("when", required=False)
@click.option("--zone", help="Time zone of a cron expression; the newsroom's own by default, UTC where none is known.")
@db_option
def schedule(site: str, when: str | None, zone: str | None, db: Path) -> None:
    """Say when a newsroom is to be crawled by 'kliping run --due' or 'kliping daemon'.

    WHEN is a cron expression or "every 30m", "every 6h", "every 1d"; "never" takes the schedule away. Without WHEN it
    is shown.

    \b
    Examples:
      kliping sites schedule kilas24news.com "every 6h"
      kliping sites schedule kilas24news.com "0 6 * * 1-5" --zone Asia/Jakarta
    """  # noqa: D301 - click wants the backspace itself
    from scraper.archive.store import Archive
    from scraper.schedule import schedule_of, set_schedule

    with Archive.open(db) as archive:
        if when is not None:
            set_schedule(archive, site, when, zone, datetime.now(UTC))
        told = schedule_of(archive, site, datetime.now(UTC))
    click.echo(f"{site}: {told or 'no schedule'}")


@sites.command("remove")
@click.argument("site")
@click.option("--purge", is_flag=True, help="Delete its articles and captures too; exports get tombstones.")
@db_option
def remove(site: str, purge: bool, db: Path) -> None:
    """Stop archiving a newsroom. Its articles stay, unless --purge.

    \b
    Examples:
      kliping sites remove kilas24news.com
      kliping sites remove kilas24news.com --purge
    """  # noqa: D301 - click wants the backspace itself
    from scraper.archive.store import Archive

    with Archive.open(db) as archive, archive.writing():
        archive.remove_site(site, purge=purge, at=datetime.now(UTC))
    click.echo(f"{site}: removed" + (", with all its articles." if purge else "; its articles stay in the archive."))
