"""`kliping why`: the whole story of one address; and the receipts of a run, for `kliping status --run`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import db_option, json_option

if TYPE_CHECKING:
    from scraper.archive.addresses.stories import Story, Visited
    from scraper.archive.sites.receipts import HostReceipt


@click.command()
@click.argument("url", metavar="URL|ID")
@json_option
@db_option
def why(url: str, as_json: bool, db: Path) -> None:
    """Tell the whole story of one address: who named it, what each visit found, when it is due next and why.

    \b
    Examples:
      kliping why https://www.example.com/2026/03/banjir.html
    """  # noqa: D301 - \b is click's own mark
    from scraper.archive.addresses.revisits import Revisits
    from scraper.archive.removal.stubs import redacted
    from scraper.archive.store import Archive
    from scraper.cli.paint import print_json
    from scraper.config import Settings
    from scraper.errors import NothingDone

    revisits = Revisits.of(Settings.from_environment())
    with Archive.open(db, readonly=True) as archive:
        story = archive.story(url, revisits=revisits)
        if story is None:
            raise NothingDone(
                redacted(archive, url) or f"Nothing ever named {url} to {db}; kliping status tells what it holds."
            )
    if as_json:
        print_json(story)
    else:
        paint_story(story)


def paint_story(story: Story) -> None:
    """The story in the order in which it happened, a line an event, and what comes next."""
    from scraper.cli.paint import console

    out = console()
    out.print(f"{story.url} ({story.site}): {story.state}", markup=False)
    if story.article is not None:
        held = story.article
        out.print(f"  {held.title}", markup=False)
        out.print(f"  {held.id}, {held.status}, revision {held.revision}, stands at {held.url}", markup=False)
        if held.opted_out:
            out.print(f"  its owner asks not to archive or mine it: {', '.join(held.opted_out)}", markup=False)
    for at, told in events(story):
        out.print(f"{at}  {told}", markup=False)
    upcoming = f"due at {story.due_at}" if story.due_at is not None else "not due by itself"
    out.print(f"{upcoming}: {story.due_why}", markup=False)


def events(story: Story) -> list[tuple[str, str]]:
    """When what happened, in order; of one moment the visit comes first, then what it brought."""
    told = [
        [(story.found_at, f"named by the {story.found_by}")],
        [(named.seen_at, f"last named by the {named.source}") for named in story.named_by],
        [(visit.at, _told(visit)) for visit in story.visits],
        [(seen.at, f"run {seen.run} saw: {seen.kind}") for seen in story.observations],
        [(kept.fetched_at, f"kept {kept.size:,} bytes, sha256 {kept.sha256[:16]}…") for kept in story.captures],
        [(revised.seen_at, f"revision {revised.revision}") for revised in story.revisions],
        [(one.at, f"{one.was}, then {one.status}: {one.reason}, at {one.url}") for one in story.states],
    ]
    return sorted(chain.from_iterable(told), key=itemgetter(0))


def _told(visit: Visited) -> str:
    """'run 3: gone (404), http-404: the server answered 404 Not Found'."""
    from scraper.outcomes import REASONS

    answer = f" ({visit.status})" if visit.status is not None else ""
    detail = (visit.detail or REASONS.get(visit.reason, "")).partition("\n")[0]
    return f"run {visit.run}: {visit.outcome}{answer}, {visit.reason}: {detail}"


def paint_receipts(run: int, receipts: Sequence[HostReceipt]) -> None:
    """A row a host: what it was asked in a run, and how fast."""
    from rich.table import Table

    from scraper.cli.paint import console

    if not receipts:
        console().print(f"Run {run} asked nobody anything, or is not known.", markup=False)
        return
    table = Table(box=None, pad_edge=False)
    for name in ("host", "requests", "smallest gap", "304", "429", "5xx", "retries", "bytes", "slowest", "robots.txt"):
        table.add_column(name, justify="left" if name in {"host", "robots.txt"} else "right")
    for host in receipts:
        gap = f"{host.smallest_gap:.2f} s" if host.smallest_gap is not None else "–"
        counts = (host.not_modified, host.throttled, host.overloaded, host.retries)
        table.add_row(
            host.host,
            str(host.requests),
            gap,
            *map(str, counts),
            f"{host.bytes:,}",
            f"{host.longest_answer:.2f} s",
            host.robots[:12] if host.robots else "none",
        )
    console().print(table)
