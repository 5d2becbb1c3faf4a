"""`kliping fleet dataset | query | releases | warc`: many archives, and WARC files, as Parquet."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import json_option
from scraper.cli.query import Values

if TYPE_CHECKING:
    from scraper.reextract import Hiring

fleet_option = click.option(
    "--fleet",
    "root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/fleet"),
    envvar="KLIPING_FLEET",
    show_default=True,
    show_envvar=True,
    help="The fleet's folder.",
)
dataset_option = click.option(
    "--dataset",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The dataset's folder; 'dataset' in the fleet's if not told.",
)
on_option = click.option(
    "--on", "where", metavar="local|ADDRESS", help="Work on a Dask cluster: local, or tcp://HOST:8786."
)
workers_option = click.option("--workers", type=click.IntRange(1, 256), help="Processes; one a core if not told.")


@click.command()
@fleet_option
@dataset_option
@json_option
def dataset(root: Path, folder: Path | None, as_json: bool) -> None:
    """Bring the fleet's Parquet dataset up to date: by site and year, what changed alone.

    Without a change nothing is written. It holds what may be published, under the archive's names.

    \b
    Examples:
      kliping fleet dataset
    """  # noqa: D301 - \b is click's own mark
    from scraper.cli.paint import print_json
    from scraper.fleet.gathering import gather
    from scraper.fleet.shards import Shards

    told = gather(Shards.open(root), folder or root / "dataset")
    if as_json:
        print_json(told)
        return
    click.echo(
        f"{told.articles} articles of {told.shards} shards; {told.parts_written} parts written anew"
        f" ({told.rows} rows), {told.parts_gone} taken out; generation {told.generation}."
    )


@click.command()
@click.argument("asked", metavar="NAME|SQL")
@click.option("--param", "values", type=Values(), multiple=True, help="A parameter; one left out asks for anything.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for spreadsheets.")
@fleet_option
@dataset_option
@json_option
def query(
    asked: str,
    values: tuple[tuple[str, str], ...],
    as_csv: bool,
    root: Path,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Ask the dataset a question by its name (kliping query --list), or in SQL.

    \b
    Examples:
      kliping fleet query busiest_speakers --param since=2026-01-01
      kliping fleet query "SELECT site, count(*) FROM articles GROUP BY site"
    """  # noqa: D301 - \b is click's own mark
    from scraper.cli.answers import paint_answer, print_csv
    from scraper.cli.paint import print_json
    from scraper.fleet.questions import ask

    answer = ask(folder or root / "dataset", asked, dict(values))
    if as_json:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    elif as_csv:
        print_csv(answer)
    else:
        paint_answer(answer)


@click.command()
@fleet_option
@dataset_option
@on_option
@workers_option
def releases(root: Path, folder: Path | None, where: str | None, workers: int | None) -> None:
    """Find who copied whom across all shards, into the dataset's table of syndication.

    Each shard knows its own groups; here texts of different shards are compared.

    \b
    Examples:
      kliping fleet releases
    """  # noqa: D301 - \b is click's own mark
    from scraper.fleet.gathering import compare
    from scraper.fleet.shards import Shards

    with _hiring(where, workers) as hire:
        count = compare(Shards.open(root), folder or root / "dataset", hire)
    click.echo(f"{count} articles are in groups that go beyond their shard.")


@click.command()
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@click.option("-o", "target", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option(
    "--db",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An archive that knows the sites: their zones, and the lines that stand on all their pages.",
)
@on_option
@workers_option
@json_option
def warc(
    files: tuple[Path, ...], target: Path, db: Path | None, where: str | None, workers: int | None, as_json: bool
) -> None:
    """Read the posts in WARC files, of any number of hosts, to records in a Parquet folder.

    Records that are broken are passed over and told in OUTPUT.lost.jsonl.

    \b
    Examples:
      kliping fleet warc pages.warc.gz -o records
    """  # noqa: D301 - \b is click's own mark
    from scraper.archive.store import Archive
    from scraper.cli.paint import print_json
    from scraper.config import Settings
    from scraper.fleet import records, warcs

    known: dict[str, warcs.Known] = {}
    if db is not None:
        with Archive.open(db, readonly=True) as archive:
            known = warcs.known_sites(archive)
    with _hiring(where, workers) as hire:
        found = warcs.read_files(files, hire, known=known, max_bytes=Settings.from_environment().max_bytes)
        told = records.deliver(found, target)
    if as_json:
        print_json(told)
    else:
        click.echo(f"{told.articles} articles from {sum(told.reasons.values())} pages; {told.lost} records lost.")
        for reason, count in sorted(told.reasons.items()):
            click.echo(f"  {count} {reason}")
    sys.exit(1 if told.lost else 0)


@contextmanager
def _hiring(where: str | None, workers: int | None) -> Iterator[Hiring]:
    """Processes of this machine, or a Dask cluster's."""
    from scraper.crew import Crew

    if where is None:
        yield lambda task, limit: Crew(task, workers or os.cpu_count() or 1, limit=limit)
        return
    from scraper.fleet import rereading
    from scraper.fleet.crew import connected

    with connected(where, workers=workers) as client:
        yield rereading.hiring(client)
