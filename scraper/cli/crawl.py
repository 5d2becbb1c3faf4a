"""`kliping crawl`: fetch what is due, extract, archive."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from scraper.cli.crawling import report_options
from scraper.cli.options import db_option


@click.command()
@click.argument("names", metavar="[SITE]...", nargs=-1)
@click.option("--limit", type=click.IntRange(min=1), help="Visit at most this many pages of each site.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Skip posts published before this day (UTC).")
@click.option("--full", is_flag=True, help="Visit every known address again, not only those that are due.")
@report_options
@db_option
def crawl(
    names: tuple[str, ...],
    limit: int | None,
    since: datetime | None,
    full: bool,
    report: Path | None,
    metrics: Path | None,
    db: Path,
) -> None:
    """Crawl newsrooms: those named, or all of the archive.

    Polite by default: one request at a time and 2 seconds between two to one host, 4 requests a second over all blogs,
    robots.txt obeyed. Beyond this machine it needs KLIPING_CONTACT, an address that goes into the user agent.

    \b
    Examples:
      kliping crawl
      kliping crawl kilas24news.com --since 2026-03-01
    """  # noqa: D301 - \b is click\'s own mark
    from scraper.archive.store import Archive
    from scraper.cli.crawling import Runner, run_once
    from scraper.config import Settings
    from scraper.errors import NoSuchSite

    runner = Runner(Settings.from_environment(), report=report, metrics=metrics)
    with Archive.open(db) as archive:
        sites = [archive.site(name) for name in dict.fromkeys(names)] or list(archive.sites())
        if not sites:
            raise NoSuchSite(f"The archive {db} has no sites yet; add one with: kliping sites add URL")
        for site in sites:
            if site.removed_at is not None:
                raise NoSuchSite(
                    f"{site.name} was removed and is no longer crawled; add it again: kliping sites add {site.url}"
                )
        run_once(runner, archive, sites, limit=limit, since=since and since.replace(tzinfo=UTC), full=full)
