"""`kliping backup`: the archive in one file of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from scraper.cli.options import db_option, json_option


@click.command()
@click.argument("target", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--digest", is_flag=True, help="Print the digest of what the backup holds too, as 'kliping verify' does.")
@json_option
@db_option
def backup(target: Path, digest: bool, as_json: bool, db: Path) -> None:
    """Write a checked copy of the archive to FILE, in the place of what was there. A crawl may go on meanwhile.

    The backup is an archive: read it with --db, or put it in the place of a lost one. The archive remembers where it
    lies, so that 'kliping redact' can tell that it still holds an article.

    \b
    Examples:
      kliping backup /mnt/disk/kliping.db
      kliping backup backup.db --digest
    """  # noqa: D301 - \b is click's own mark
    from scraper.archive.connection import megabytes
    from scraper.archive.upkeep.backup import back_up
    from scraper.cli.paint import print_json

    made = back_up(db, target, at=datetime.now(UTC), digest=digest)
    if as_json:
        print_json(made)
    else:
        click.echo(f"{made.articles} articles, {megabytes(made.size)}, checked: {target}")
        if made.digest is not None:
            click.echo(made.digest)
    if not made.noted:
        click.echo(f"{db} cannot be written: a later redaction will not tell of this backup.", err=True)
