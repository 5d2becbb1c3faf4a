"""`kliping sites`: which newsrooms are archived."""

from __future__ import annotations

from pathlib import Path

import click

from scraper.cli.options import db_option, json_option


@click.group()
def sites() -> None:
    """Add, list, show and remove newsrooms."""


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
    """List the newsrooms of the archive."""
    from scraper.archive.store import Archive
    from scraper.cli.paint import paint_sites, print_json

    with Archive.open(db, readonly=True) as archive:
        found = archive.sites()
    if as_json:
        print_json(found)
    else:
        paint_sites(found)


@sites.command("show")
@click.argument("site")
@json_option
@db_option
def show(site: str, as_json: bool, db: Path) -> None:
    """Show what is known of one newsroom."""
    from scraper.archive.store import Archive
    from scraper.cli.paint import paint_site, print_json

    with Archive.open(db, readonly=True) as archive:
        found = archive.site(site)
    if as_json:
        print_json(found)
    else:
        paint_site(found)


@sites.command("remove")
@click.argument("site")
@click.option("--purge", is_flag=True, help="Delete its articles and captures too; exports get tombstones.")
@db_option
def remove(site: str, purge: bool, db: Path) -> None:
    """Stop archiving a newsroom. Its articles stay, unless --purge."""
    from datetime import UTC, datetime

    from scraper.archive.store import Archive

    with Archive.open(db) as archive, archive.writing():
        archive.remove_site(site, purge=purge, at=datetime.now(UTC))
    click.echo(f"{site}: removed" + (", with all its articles." if purge else "; its articles stay in the archive."))
