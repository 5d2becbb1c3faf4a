"""`kliping completeness`: what a site lists beside what is held, and every post that is missing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import db_option, json_option

if TYPE_CHECKING:
    from scraper.archive.sites.completeness import Completeness, Month

NAMED = 50  # posts named one by one for a person; --json names all


@click.command()
@click.argument("site")
@json_option
@db_option
def completeness(site: str, as_json: bool, db: Path) -> None:
    """Tell whether every post of a newsroom is held, and how that is known.

    Month by month: articles held, posts the feed names, the sitemap names, the archive widget counts. Each missing post
    is named with its reason. Complete is said only where lists that do not stem from one another name the same posts.

    Exit code 0: provably complete. 1: posts are missing, or nothing proves that none is.

    \b
    Examples:
      kliping completeness kilas24news.com
      kliping completeness kilas24news.com --json
    """  # noqa: D301 - \b is click's own mark
    from scraper.archive.store import Archive
    from scraper.cli.paint import print_json

    with Archive.open(db, readonly=True) as archive:
        found = archive.completeness(site)
    if as_json:
        print_json(found)
    else:
        _paint(found)
    if found.verdict != "complete":
        raise click.exceptions.Exit(1)


def _paint(found: Completeness) -> None:
    from scraper.archive.sites.completeness import VERDICTS
    from scraper.cli.paint import add_row, console, new_table

    out = console()
    out.print(f"{found.site}: {VERDICTS[found.verdict]}.", markup=False)
    if found.total is None:
        return
    out.print(f"Listed {found.listed_at:%Y-%m-%d %H:%M} UTC.", markup=False)
    for finding in found.findings:
        out.print(f"- {finding}", markup=False)
    if found.absent:
        out.print(f"- {found.absent} articles held are listed no longer; they stay in the archive.", markup=False)
    table = new_table("month", "held", "feed", "sitemap", "archive widget", "missing")
    for month in (*found.months, found.total):
        add_row(table, *_cells(month))
    out.print(table)
    reasons = Counter(post.reason for post in found.missing)
    for reason, count in reasons.most_common():
        out.print(f"missing, {reason}: {count}", markup=False)
    for post in found.missing[:NAMED]:
        out.print(f"  {post.url}  {post.reason} (listed by {', '.join(post.listed_by)})", markup=False)
    for one in found.one_sided[:NAMED]:
        out.print(f"  {one.url}  not listed by {', '.join(one.lacking)}", markup=False)
    if max(len(found.missing), len(found.one_sided)) > NAMED:
        out.print(f"Only {NAMED} of each kind are named here; --json names all.", markup=False)


def _cells(month: Month) -> list[str]:
    counts = (month.held, month.feed, month.sitemap, month.archive_widget, month.missing)
    return [month.month or "unknown", *("–" if count is None else str(count) for count in counts)]
