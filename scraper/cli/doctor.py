"""`kliping doctor`: how this machine and the archive fare, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from scraper.cli.options import db_option, json_option

if TYPE_CHECKING:
    from scraper.archive.upkeep.doctor import Weights
    from scraper.checkup import Checkup


@click.command()
@click.option("--optimize", is_flag=True, help="Merge the pieces of the full-text indexes first.")
@click.option("--vacuum", is_flag=True, help="Rewrite the file without its empty pages first; needs its size in disk.")
@json_option
@db_option
@click.pass_context
def doctor(context: click.Context, optimize: bool, vacuum: bool, as_json: bool, db: Path) -> None:
    """Tell whether Kliping can work here, how the archive fares as a file, and what puts right what is wrong.

    Looks at Python, SQLite, the folder, the clock, extras, contact, schedules and settings; then at the archive:
    damage, size, disk, log, indexes, backups. 'kliping verify' looks into every page and record; this takes seconds.

    Exit code 1: something must be done.

    \b
    Examples:
      kliping doctor
      kliping doctor --optimize --vacuum
    """  # noqa: D301 - \b is click's own mark
    from scraper.archive.store import Archive
    from scraper.archive.upkeep import doctor as room
    from scraper.checkup import check_up
    from scraper.cli.paint import print_json
    from scraper.config import Settings

    if optimize or vacuum:
        with Archive.open(db) as archive, archive.writing():
            if optimize:
                room.optimize(archive)
            if vacuum:
                room.vacuum(archive)
    expected = context.get_parameter_source("db") is not ParameterSource.DEFAULT
    told = check_up(db, Settings.from_environment(), now=datetime.now(UTC), expected=expected)
    print_json(told) if as_json else _paint(told)
    if not told.is_well:
        raise click.exceptions.Exit(1)


def _paint(told: Checkup) -> None:
    from scraper.cli.paint import console

    out = console()
    if told.weights is not None:
        for line in _weighed(told.weights):
            out.print(line, markup=False)
    for finding in told.findings:
        style = {"trouble": "bold red", "advice": "yellow"}.get(finding.gravity)
        out.print(f"{finding.gravity}: {finding.what} {finding.remedy}".rstrip(), markup=False, style=style)
    if told.is_well:
        out.print("Nothing must be done.")


def _weighed(weights: Weights) -> Iterator[str]:
    from scraper.archive.connection import megabytes

    yield f"{weights.path}: {megabytes(weights.size)}, schema {weights.schema}"
    yield f"  {weights.articles} articles; {megabytes(weights.disk_free)} of disk left"
    if weights.bodies:
        each = weights.kept / weights.bodies / 1000
        yield (
            f"  {weights.bodies} bodies of {megabytes(weights.raw)} kept in {megabytes(weights.kept)},"
            f" {each:.1f} KB each; {weights.references} serve others as reference"
        )
