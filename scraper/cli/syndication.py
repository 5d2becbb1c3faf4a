"""`kliping syndication`: who copied whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import db_option, json_option

if TYPE_CHECKING:
    from scraper.archive.store import Archive
    from scraper.archive.syndication import Group, Part


@click.command()
@click.argument("article", metavar="[URL|ID]", required=False)
@click.option("--site", help="Only texts that this newsroom printed.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@json_option
@db_option
def syndication(article: str | None, site: str | None, limit: int, as_json: bool, db: Path) -> None:
    """Show who printed the same text: the most copied ones, or all that share an article's.

    Every crawl ends by comparing what it brought. SHARE is how much of a copy stood in its source before it, OWN what
    it added: paragraphs and quotes that stand in no earlier one.

    \b
    Examples:
      kliping syndication --site kilas24news.com
      kliping syndication https://www.kilas24news.com/2025/12/razia.html
    """  # noqa: D301 - \b is click\'s own mark
    from scraper.archive import syndication as room
    from scraper.archive.removal.stubs import absence
    from scraper.archive.store import Archive
    from scraper.cli.paint import print_json
    from scraper.errors import NothingDone

    with Archive.open(db, readonly=True) as archive:
        if article is None:
            groups = room.groups(archive, site=site, limit=limit)
            print_json(groups) if as_json else _paint_groups(groups)
            return
        record = archive.record(article)
        if record is None:
            raise NothingDone(absence(archive, article))
        parts = room.group_of(archive, record["id"])
        print_json(parts) if as_json else _paint_parts(archive, parts)


def _paint_groups(groups: list[Group]) -> None:
    from scraper.cli.paint import add_row, console, new_table

    if not groups:
        console().print("No text was printed twice.")
        return
    table = new_table("copies", "sites", "copied", "first seen", "at", "title")
    for group in groups:
        add_row(
            table,
            str(group.copies),
            str(group.sites),
            f"{group.copied_share:.0%}",
            (group.published or "?")[:16],
            group.site,
            group.title,
        )
    console().print(table)


def _paint_parts(archive: Archive, parts: list[Part]) -> None:
    from scraper.cli.paint import add_row, console, new_table

    if not parts:
        console().print("No other article of the archive shares its text.")
        return
    table = new_table("published", "site", "share", "own paragraphs", "own quotes", "title")
    for part in parts:
        record = archive.record(part.article)
        assert record is not None
        published = record["published"]["value"] if record["published"] else "?"
        add_row(
            table,
            published[:16],
            record["site"],
            "origin" if part.source is None else f"{part.share:.0%}",
            str(part.own_paragraphs),
            str(part.own_quotes),
            record["title"],
        )
    console().print(table)
