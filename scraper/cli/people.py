"""`kliping people`: who is quoted, and who is one person."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from scraper.cli.options import db_option, json_option


@click.group()
def people() -> None:
    """List, show, merge and split the people quoted in the archive.

    Who is one person is told from name, body of the role, place and site; where that leaves a doubt there are two. A
    merge or a split is kept as a decision of its own, wins over the rule, and can be undone.

    \b
    Examples:
      kliping people list
      kliping people show sari-lembayung
    """  # noqa: D301 - click wants the backspace itself


@people.command("list")
@click.option("--search", metavar="TEXT", help="Only those in whose name words begin so.")
@click.option("--site", help="Only those this newsroom quotes.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@json_option
@db_option
def list_(search: str | None, site: str | None, limit: int, as_json: bool, db: Path) -> None:
    """List the people quoted, those with most quotes first.

    \b
    Examples:
      kliping people list --limit 10
      kliping people list --search sari --site kabarmuara.example
    """  # noqa: D301 - click wants the backspace itself
    from scraper.archive.people.register import people as find
    from scraper.archive.store import Archive
    from scraper.cli.paint import paint_people, print_json

    with Archive.open(db, readonly=True) as archive:
        found = find(archive, search=search, site=site, limit=limit)
    if as_json:
        print_json(found)
    else:
        paint_people(found)


@people.command()
@click.argument("person", metavar="ID")
@json_option
@db_option
def show(person: str, as_json: bool, db: Path) -> None:
    """Show a person: names, roles over time, where met, quotes.

    \b
    Examples:
      kliping people show sari-lembayung
    """  # noqa: D301 - click wants the backspace itself
    from scraper.archive.people.register import person as find
    from scraper.archive.store import Archive
    from scraper.cli.paint import paint_person, print_json

    with Archive.open(db, readonly=True) as archive:
        found = find(archive, person)
    if as_json:
        print_json(found)
    else:
        paint_person(found)


@people.command()
@click.argument("persons", metavar="ID ID...", nargs=-1, required=True)
@db_option
def merge(persons: tuple[str, ...], db: Path) -> None:
    """Make several people one, under the first's id.

    \b
    Examples:
      kliping people merge sari-lembayung sari-lembayung-putri
    """  # noqa: D301 - click wants the backspace itself
    from scraper.archive.people.register import merge as decide
    from scraper.archive.store import Archive

    with Archive.open(db) as archive:
        _tell(decide(archive, persons, at=datetime.now(UTC)))


@people.command()
@click.argument("person", metavar="ID")
@click.option("--site", help="What this newsroom quotes.")
@click.option("--place", help="What stands under this dateline.")
@click.option("--role", help="What is said in this role.")
@click.option("--article", metavar="URL|ID", help="What is said in this article.")
@db_option
def split(person: str, site: str | None, place: str | None, role: str | None, article: str | None, db: Path) -> None:
    """Part a person in two: what meets all the options is another of the same name, in articles to come too.

    \b
    Examples:
      kliping people split sari-lembayung --site kabarmuara.example
    """  # noqa: D301 - click wants the backspace itself
    from scraper.archive.people.register import split as decide
    from scraper.archive.store import Archive

    now = datetime.now(UTC)
    with Archive.open(db) as archive:
        _tell(decide(archive, person, site=site, place=place, role=role, article=article, at=now))


@people.command()
@json_option
@db_option
def decisions(as_json: bool, db: Path) -> None:
    """List the merges and splits made by hand.

    \b
    Examples:
      kliping people decisions
    """  # noqa: D301 - click wants the backspace itself
    from scraper.archive.people.register import decisions as find
    from scraper.archive.store import Archive
    from scraper.cli.paint import paint_decisions, print_json

    with Archive.open(db, readonly=True) as archive:
        found = find(archive)
    if as_json:
        print_json(found)
    else:
        paint_decisions(found)


@people.command()
@click.argument("decision", metavar="NUMBER", type=int)
@db_option
def undo(decision: int, db: Path) -> None:
    """Take a merge or a split back.

    \b
    Examples:
      kliping people undo 3
    """  # noqa: D301 - click wants the backspace itself
    from scraper.archive.people.register import undo as take_back
    from scraper.archive.store import Archive

    with Archive.open(db) as archive:
        take_back(archive, decision, at=datetime.now(UTC))
    click.echo(f"Decision {decision} is undone.")


def _tell(decision: int) -> None:
    click.echo(f"Decision {decision}; 'kliping people undo {decision}' takes it back.")
