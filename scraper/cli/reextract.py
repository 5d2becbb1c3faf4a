"""`kliping reextract`: new rules over kept pages."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from scraper.cli.options import db_option, json_option

if TYPE_CHECKING:
    from scraper.reextract import Report, Reread

SHOWN = 76  # characters of a value, from
BEFORE = 20  # characters before the first that differs
Mode = Literal["dry-run", "apply", "revert"]


@click.command()
@click.option("--dry-run", "mode", flag_value="dry-run", default=True, help="Only say what would change (default).")
@click.option("--apply", "mode", flag_value="apply", help="Write it: new extractions, not new revisions.")
@click.option("--revert", "mode", flag_value="revert", help="Take the last one back.")
@click.option("--site", help="Only this newsroom.")
@click.option("--workers", type=click.IntRange(0, 256), help="Processes that read; one a core if not told.")
@click.option("--on", "where", metavar="local|ADDRESS", help="Read on a Dask cluster: local, or tcp://HOST:8786.")
@click.option("--fleet", type=click.Path(file_okay=False, path_type=Path), help="All shards of the fleet in a folder.")
@click.option(
    "--postgres", metavar="ADDRESS", envvar="KLIPING_POSTGRES", show_envvar=True, help="The fleet's Postgres."
)
@click.option(
    "--scratch",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/fleet-reread"),
    show_default=True,
    help="Where shards are worked on; Dask workers see it too.",
)
@json_option
@db_option
def reextract(
    mode: Mode,
    site: str | None,
    workers: int | None,
    where: str | None,
    fleet: Path | None,
    postgres: str | None,
    scratch: Path,
    as_json: bool,
    db: Path,
) -> None:
    """Read every kept page again with today's rules, without the network.

    The dry run reads like a pull request: per field how many values stay, are filled, emptied or changed, with samples
    and the articles hit worst. Applying can be interrupted and run again, and taken back.

    \b
    Examples:
      kliping reextract --site kilas24news.com
      kliping reextract --apply
    """  # noqa: D301 - \b is click\'s own mark
    from scraper import reextract as room
    from scraper.archive.store import Archive
    from scraper.cli.paint import print_json

    count = workers if workers is not None else os.cpu_count() or 1
    if where is not None or fleet is not None:
        shelf = (fleet, postgres, scratch)
        _reextract_beyond(mode, where, shelf, db, site=site, workers=workers, as_json=as_json)
        return
    if mode == "revert":
        with Archive.open(db) as archive, archive.writing():
            restored, passed = room.revert(archive, at=datetime.now(UTC))
        _say_reverted(restored, passed)
        return
    if mode == "dry-run":
        with Archive.open(db, readonly=True) as archive:
            report = room.compare(archive, site=site, workers=count)
    else:
        with Archive.open(db) as archive, archive.writing():
            report = room.apply(archive, site=site, workers=count, now=lambda: datetime.now(UTC))
    print_json(report) if as_json else _paint(report, applied=mode == "apply")


def _reextract_beyond(
    mode: Mode,
    where: str | None,
    shelf: tuple[Path | None, str | None, Path],
    db: Path,
    *,
    site: str | None,
    workers: int | None,
    as_json: bool,
) -> None:
    """On a cluster, or over a fleet, or both."""
    from scraper.cli.paint import print_json
    from scraper.fleet import rereading
    from scraper.fleet.crew import LOCAL, connected

    fleet, postgres, scratch = shelf
    alone = nullcontext([rereading.in_place(db)])
    with alone if fleet is None else rereading.places(fleet, postgres, scratch, site=site) as held:
        if mode == "revert":
            _say_reverted(*rereading.revert(held, at=datetime.now(UTC)))
            return
        with connected(where or LOCAL, workers=workers) as client:
            hire = rereading.hiring(client)
            if mode == "dry-run":
                report = rereading.compare([place.path for place in held], hire, site=site)
            else:
                report = rereading.apply(held, hire, site=site, now=lambda: datetime.now(UTC))
    print_json(report) if as_json else _paint(report, applied=mode == "apply")


def _say_reverted(restored: int, passed: int) -> None:
    click.echo(f"{restored} articles read as before; {passed} were read anew since and stay as they are.")


def _paint(report: Report, *, applied: bool) -> None:
    from scraper.cli.paint import add_row, console, new_table

    out, findings = console(), report.findings
    done = "Changed" if applied else "Would change"
    out.print(
        f"{findings.total()} pages read again. {done}: {findings['differs']} articles; {findings['same']} stay as they"
        f" are; {findings['found']} pages show an article for the first time.",
        markup=False,
    )
    for reason, count in report.reasons.most_common():
        out.print(f"  {count} left as they were: {reason}", markup=False)
    if not findings["differs"]:
        return
    table = new_table("field", "same", "filled", "emptied", "changed")
    for name, field in report.fields.items():
        if field.filled or field.emptied or field.changed:
            add_row(table, name, *(str(count) for count in (field.same, field.filled, field.emptied, field.changed)))
    out.print(table)
    for name, field in report.fields.items():
        for url, difference in field.samples:
            out.print(f"\n{name} {difference.change}: {url}", markup=False)
            _paint_pair(difference.before, difference.after)
    out.print("\nHit worst:", style="bold")
    for _, one in report.worst:
        out.print(f"  {one.url}: {_harm(one)}", markup=False)


def _paint_pair(before: Any, after: Any) -> None:
    from scraper.cli.paint import console

    out, texts = console(), [_text(value) for value in (before, after)]
    start = max(len(os.path.commonprefix(texts)) - BEFORE, 0)  # noqa: RUF071 - of texts, which is what it compares
    for sign, style, text in zip("-+", ("red", "green"), texts, strict=True):
        shown = ("…" if start else "") + text[start : start + SHOWN] + ("…" if len(text) > start + SHOWN else "")
        out.print(f"  {sign} {shown}", markup=False, style=style)


def _harm(one: Reread) -> str:
    if one.finding != "differs":
        return f"{one.finding} ({one.reason})"
    return ", ".join(f"{name} {difference.change}" for name, difference in one.differences.items())


def _text(value: Any) -> str:
    import msgspec

    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text.replace("\n", "⏎")
