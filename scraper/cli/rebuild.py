"""`kliping rebuild`: everything derived anew from kept pages."""

from __future__ import annotations

import os
from pathlib import Path

import click

from scraper.cli.options import db_option


@click.command()
@click.option("--check", is_flag=True, help="Only say whether the result equals the archive; exit code 1 if not.")
@click.option("--workers", type=click.IntRange(0, 256), help="Processes that read; one a core if not told.")
@db_option
def rebuild(check: bool, workers: int | None, db: Path) -> None:
    """Derive every table of articles anew from kept pages: a cure for a damaged archive, or a test of a whole one.

    Sites, runs, visits, captures, merged people and redactions are kept. The result is made beside the archive,
    checked, and put in its place in one transaction; a reader never sees half of it.

    \b
    Examples:
      kliping rebuild --check
      kliping rebuild --workers 4
    """  # noqa: D301 - \b is click's own mark
    from scraper.archive.store import Archive
    from scraper.errors import KlipingError
    from scraper.rebuild import rebuild as derive

    count = workers if workers is not None else os.cpu_count() or 1
    with Archive.open(db) as archive, archive.writing():
        done = derive(archive, workers=count, check=check)
    told = "equals" if done.equal else "does not equal"
    click.echo(f"{done.articles} articles derived; the result {told} the archive before.")
    if done.unread:
        click.echo(f"{done.unread} keep what they had, their pages give no reading:")
        for sample in done.samples:
            click.echo(f"  {sample}")
    if check and not done.equal:
        raise KlipingError(f"{db} is not what its pages give under today's rules; 'kliping reextract' shows where.")
