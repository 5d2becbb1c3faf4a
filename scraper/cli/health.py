"""`kliping health`: what is wrong with the newsrooms of an archive, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import db_option, json_option

if TYPE_CHECKING:
    from scraper.health import Finding


@click.command()
@click.argument("names", metavar="[SITE]...", nargs=-1)
@click.option(
    "--accept", metavar="SITE", help="The new template of this newsroom is read right: publish what is on it."
)
@json_option
@db_option
def health(names: tuple[str, ...], accept: str | None, as_json: bool, db: Path) -> None:
    """Tell what is wrong with the newsrooms of the archive, and what to do about it.

    Each is held against its own history: fields that are no longer found, bodies that shrank, page and feed that no
    longer agree, a theme that changed, a feed that fell silent, a visit that is overdue, turns that were not whole.

    Exit code 0: nothing is wrong. 1: something is.

    \b
    Examples:
      kliping health
      kliping health --accept kilas24news.com
    """  # noqa: D301 - \b is click's own mark
    from scraper import health as room
    from scraper.archive.store import Archive
    from scraper.cli.paint import print_json

    if accept is not None:
        with Archive.open(db) as archive, archive.writing():
            pages = room.accept(archive, accept, datetime.now(UTC))
        click.echo(
            f"{accept}: {pages} pages are due for it; without the network: kliping reextract --apply --site {accept}"
        )
        return
    with Archive.open(db, readonly=True) as archive:
        sites = [archive.site(name).name for name in names] or None
        found = room.check(archive, datetime.now(UTC), sites)
    print_json(found) if as_json else _paint(found)
    if found:
        raise click.exceptions.Exit(1)


def _paint(found: Sequence[Finding]) -> None:
    from scraper.cli.paint import console

    out = console()
    for finding in found:
        subject = f" ({finding.subject})" if finding.subject else ""
        since = f" since {finding.since}" if finding.since else ""
        out.print(f"{finding.site}: {finding.kind}{subject}{since}", markup=False, style="bold")
        out.print(f"  {finding.told}", markup=False)
        out.print(f"  {finding.advice}", markup=False)
    if not found:
        out.print("Nothing is wrong.")
