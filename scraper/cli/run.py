"""`kliping run --due`: the scheduled crawl, for a systemd timer or cron."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from scraper.cli.crawling import report_options
from scraper.cli.options import db_option


@click.command()
@click.option("--due", is_flag=True, required=True, help="Crawl the newsrooms that are due by their schedules.")
@report_options
@db_option
def run(due: bool, report: Path | None, metrics: Path | None, db: Path) -> None:
    """Crawl what is due by schedule, once; for a systemd timer or cron that calls it every few minutes.

    A visit missed while the machine was off is caught up once, and told. Where another crawl is writing to the archive
    nothing is done (exit code 3): the next call finds the sites still due.

    \b
    Examples:
      kliping sites schedule kilas24news.com "every 6h"
      kliping run --due --metrics /var/lib/node_exporter/kliping.prom
    """  # noqa: D301 - \b is click's own mark
    from scraper import schedule
    from scraper.archive.store import Archive
    from scraper.cli.crawling import Runner, run_once
    from scraper.config import Settings

    runner = Runner(Settings.from_environment(), report=report, metrics=metrics)
    with Archive.open(db) as archive:
        found = schedule.due(archive, datetime.now(UTC))
        if not found:
            click.echo(schedule.nothing_due(archive, datetime.now(UTC)), err=True)
            return
        for standing in found:
            if standing.missed:
                click.echo(standing.told_missed, err=True)
        run_once(runner, archive, [archive.site(standing.site) for standing in found])
