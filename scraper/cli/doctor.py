"""`kliping doctor`: how the archive fares as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import db_option, json_option

if TYPE_CHECKING:
    from scraper.archive.upkeep.doctor import Examination


@click.command()
@click.option("--optimize", is_flag=True, help="Merge the pieces of the full-text indexes first.")
@click.option("--vacuum", is_flag=True, help="Rewrite the file without its empty pages first; needs its size in disk.")
@json_option
@db_option
def doctor(optimize: bool, vacuum: bool, as_json: bool, db: Path) -> None:
    """Tell how the archive fares as a file: damage, size, disk, log, indexes, backups, settings; and what to do.

    'kliping verify' looks into every page and record; this takes seconds. Exit code 1: something must be done.
    """
    from scraper.archive.store import Archive
    from scraper.archive.upkeep import doctor as room
    from scraper.cli.paint import print_json
    from scraper.config import Settings

    if optimize or vacuum:
        with Archive.open(db) as archive, archive.writing():
            if optimize:
                room.optimize(archive)
            if vacuum:
                room.vacuum(archive)
    with Archive.open(db, readonly=True) as archive:
        told = room.examine(archive, Settings.from_environment())
    print_json(told) if as_json else _paint(told)
    if not told.is_well:
        raise click.exceptions.Exit(1)


def _paint(told: Examination) -> None:
    from scraper.archive.connection import megabytes
    from scraper.cli.paint import console

    out, weights = console(), told.weights
    out.print(f"{weights.path}: {megabytes(weights.size)}, schema {weights.schema}", markup=False)
    out.print(f"  {weights.articles} articles; {megabytes(weights.disk_free)} of disk left", markup=False)
    if weights.bodies:
        each = weights.kept / weights.bodies / 1000
        out.print(
            f"  {weights.bodies} bodies of {megabytes(weights.raw)} kept in {megabytes(weights.kept)},"
            f" {each:.1f} KB each; {weights.references} serve others as reference",
            markup=False,
        )
    for finding in told.findings:
        style = {"trouble": "bold red", "advice": "yellow"}.get(finding.gravity)
        out.print(f"{finding.gravity}: {finding.what} {finding.remedy}".rstrip(), markup=False, style=style)
