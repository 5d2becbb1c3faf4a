"""`kliping redact`: one article taken out for good."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import db_option, json_option

if TYPE_CHECKING:
    from scraper.archive.removal.redaction import Redaction


@click.command()
@click.argument("article", metavar="[URL|ID]", required=False)
@click.option("--reason", help="Why; kept with the stub and in the export's tombstone.")
@click.option("--scrub", is_flag=True, help="Only rewrite the file, where another process kept that from being done.")
@json_option
@db_option
def redact(article: str | None, reason: str | None, scrub: bool, as_json: bool, db: Path) -> None:
    """Take an article out of the archive for good: every version, capture and index.

    A stub stays (id, address, time, reason, hashes of its pages), exports get a tombstone, and no crawl fetches it
    again. Exports and backups made before cannot be reached; they are listed. There is no way back.

    \b
    Examples:
      kliping redact https://www.example.com/2026/01/x.html --reason "asked by the person named"
    """  # noqa: D301 - \b is click\'s own mark
    from scraper.archive.removal import redaction as room
    from scraper.archive.store import Archive
    from scraper.cli.paint import print_json

    if not scrub and (article is None or not reason):
        raise click.UsageError("Name an article and give a --reason.")
    with Archive.open(db) as archive, archive.writing():
        if article is None or reason is None:
            room.scrub(archive)
            return
        done = room.redact(archive, article, reason=reason, at=datetime.now(UTC))
    if as_json:
        print_json(done)
    else:
        _paint(done)


def _paint(done: Redaction) -> None:
    from scraper.cli.paint import console

    out = console()
    out.print(
        f"Taken out: {done.id} with {len(done.sha256s)} captured pages of {len(done.urls)} addresses.", markup=False
    )
    for delivery in done.deliveries:
        out.print(f"  out of reach: the {delivery.kind} of {delivery.at} at {delivery.place}", markup=False)
    if done.mentions:
        out.print(
            f"  {done.mentions} captured pages of other articles show its headline, in lists of related posts and the"
            " like; they were left as they are.",
            markup=False,
        )
