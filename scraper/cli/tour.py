"""What `kliping demo` prints: the newsrooms, a story with what it rests on, an edit, a copied text, who is quoted most,
and what to try next.
"""

from __future__ import annotations

import os
import shutil
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from scraper.archive.versions.edits import told
from scraper.cli.paint import add_row, console, new_table, paint_record

if TYPE_CHECKING:
    from scraper.demo import Copy, Demo

SPEAKERS = "SELECT speaker, count(*) AS quotes FROM quotes GROUP BY speaker ORDER BY quotes DESC LIMIT 10"


def paint_demo(db: Path, demo: Demo) -> None:
    """The tour of what the demo crawled."""
    titles = {site.name: site.title or site.name for site in demo.sites}
    _paint_newsrooms(demo)
    _head("A story, and what each field rests on")
    paint_record(_shortened(demo.record))
    _paint_edited(demo)
    _head("Printed twice")
    _paint_copies(demo.copies, titles)
    _head("Quoted most")
    _paint_people(demo)
    _head("Next")
    for command in _next(db, demo):
        console().print(f"  {command}", markup=False)


def _head(text: str) -> None:
    console().print()
    console().print(Text(text, style="bold cyan"))


def _paint_newsrooms(demo: Demo) -> None:
    table = new_table("newsroom", "theme", "articles", "quotes", "first", "last")
    sites = {site.name: site for site in demo.sites}
    for count in demo.counts.sites:
        site = sites[count.site]
        days = ((day or "–")[:10] for day in (count.first_published, count.last_published))
        add_row(table, site.title, site.theme or "?", str(count.articles), str(count.quotes), *days)
    console().print(table)


def _shortened(record: dict[str, Any]) -> dict[str, Any]:
    """The record with its lead in the place of its body."""
    others = record["body"].count("\n\n")
    return {**record, "body": f"{record['lead']}\n[{others} more paragraphs]"}


def _paint_edited(demo: Demo) -> None:
    """What was done to a story between the two crawls."""
    for old, new in pairwise(demo.edited):
        _head(f"Edited after it was first archived: “{old.record['title']}”")
        for edit in new.edits:
            console().print(f"  {told(edit)}", markup=False)


def _paint_copies(copies: list[Copy], titles: dict[str, str]) -> None:
    table = new_table("published", "newsroom", "shared", "own paragraphs", "own quotes", "title")
    for copy in copies:
        part, record = copy.part, copy.record
        add_row(
            table,
            _minute(record["published"]["value"]),
            titles[record["site"]],
            "origin" if part.source is None else f"{part.share:.0%}",
            "–" if part.source is None else str(part.own_paragraphs),
            "–" if part.source is None else str(part.own_quotes),
            record["title"],
        )
    console().print(table)


def _minute(moment: str) -> str:
    """'2026-03-18T15:20:00-04:00' -> '2026-03-18 15:20 -04:00'."""
    return f"{moment[:10]} {moment[11:16]} {moment[19:]}"


def _paint_people(demo: Demo) -> None:
    table = new_table("name", "last role", "quotes", "articles")
    for one in demo.people:
        add_row(table, one.name, one.role or "–", str(one.quotes), str(one.articles))
    console().print(table)


def _next(db: Path, demo: Demo) -> tuple[str, ...]:
    kliping = _beside("kliping")
    return (
        f"{kliping} search --db {db} banjir",
        f"{kliping} show --db {db} --diff {demo.edited[0].record['id']}",
        f"{kliping} people list --db {db}",
        f"{kliping} export --db {db} -o {db.with_suffix('.jsonl')}",
        f"{_beside('sqlite-utils')} {db} '{SPEAKERS}' --table",
        f"{kliping} standin --db {db}",
    )


def _beside(program: str) -> str:
    """How to call a program installed with this one: its bare name where the PATH leads to it, else where it lies."""
    here = Path(sys.argv[0]).with_name(program)
    found = shutil.which(program)
    if found is not None and Path(found).resolve() == here.resolve():
        return program
    return os.path.relpath(here) if here.exists() else program
