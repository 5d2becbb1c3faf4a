"""`kliping import`: pages from files into the archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import db_option, json_option
from scraper.cli.terminal import one_line

if TYPE_CHECKING:
    from scraper.importing.intake import Imported


@click.command("import")
@click.argument("files", metavar="FILE|FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", help="The address of the one saved page, or of the blog an export is of.")
@json_option
@db_option
def import_(files: tuple[Path, ...], url: str | None, as_json: bool, db: Path) -> None:
    """Bring saved pages, WARC and WACZ files and Blogger exports into the archive, without the network.

    Their posts are read and kept as a crawl's. A site that is not known is added and not crawled. Importing a file
    again changes nothing.

    \b
    Examples:
      kliping import pages.wacz
      kliping import saved/ --db data/old.db
      kliping import feed.atom --url https://www.example.com/
    """  # noqa: D301 - \b is click\'s own mark
    import asyncio

    from scraper.archive.store import Archive
    from scraper.config import Settings
    from scraper.errors import NothingDone
    from scraper.importing.files import findings
    from scraper.importing.intake import Intake

    settings = Settings.from_environment()
    found = findings(files, url=url, max_bytes=settings.max_bytes)
    with Archive.open(db, create=True) as archive:
        intake = Intake(archive, settings)

        async def watch() -> None:
            async for imported in intake.outcomes(found):
                _show(imported, as_json=as_json)

        asyncio.run(watch())
    if not intake.verdicts:
        raise NothingDone(f"No post was found; {intake.passed} parts of the files are none by their own word.")
    counted = ", ".join(f"{count} {verdict}" for verdict, count in sorted(intake.verdicts.items()))
    click.echo(f"{counted}; {intake.passed} parts of the files are no posts.", err=True)
    if intake.verdicts["failed"]:
        raise click.exceptions.Exit(1)


def _show(imported: Imported, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        click.echo(msgspec.json.encode(imported).decode())
        return
    outcome = imported.outcome
    told = outcome.title or outcome.detail or ""
    reason = "" if outcome.reason == "ok" else f" ({outcome.reason})"
    line = f"{outcome.verdict}{reason}  {outcome.url}  {told.splitlines()[-1] if told else ''}"
    click.echo(one_line(line).rstrip())
