"""Commands that read the archive: export, search, show, status, verify."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import (
    Extra,
    Extras,
    Instant,
    Moment,
    Names,
    Since,
    db_option,
    json_option,
    opted_out_option,
    private_option,
)

if TYPE_CHECKING:
    from scraper.export.manifest import Manifest

FORMATS = {"jsonl": "jsonl", "csv": "delimited", "parquet": "parquet", "warc": "warc", "wacz": "wacz"}
"""Forms of an export, and the modules of scraper.export that write them."""

TABLES = (
    "articles", "labels", "quotes", "event_dates", "images", "links", "embeds", "removals", "claims", "revisions",
    "tombstones",
)  # fmt: skip


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write here, not to stdout.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="jsonl", show_default=True)
@click.option("--site", help="Only this newsroom.")
@click.option(
    "--since", type=Since(), help="Only what came after this export number, or changed since this date (UTC)."
)
@click.option("--as-of", type=Instant(), help="The archive as it was at this time (UTC): states since then left out.")
@click.option("--with", "extras", type=Extras(), default="", help="Comma-separated extras: claims, removed, seen.")
@click.option("--fields", type=Names(), help="Comma-separated keys (jsonl) or columns (csv): only these.")
@click.option("--table", type=click.Choice(TABLES), help="This table alone (csv: articles if not told; parquet: all).")
@opted_out_option
@private_option
@db_option
def export(
    output: Path | None,
    form: str,
    site: str | None,
    since: int | datetime | None,
    as_of: datetime | None,
    extras: frozenset[Extra],
    fields: tuple[str, ...] | None,
    table: str | None,
    include_opted_out: bool,
    include_private: bool,
    db: Path,
) -> None:
    """Export the archive: records as JSON lines or as tables (csv, parquet), kept pages as warc or wacz.

    A file or folder is written whole or not at all, with a manifest (count, export numbers, sha256) beside it.

    \b
    Examples:
      kliping export -o articles.jsonl
      kliping export --site kilas24news.com --with claims,removed | head -1
      kliping export --format csv --table quotes -o quotes.csv
      kliping export --format parquet -o newsrooms
    """  # noqa: D301 - \b is click\'s own mark
    from importlib import import_module

    from scraper.archive.store import Archive
    from scraper.batch import standard_output
    from scraper.export.manifest import Filters

    if as_of is not None and (since is not None or extras):
        raise click.UsageError("--as-of stands alone: claims, removals and export numbers are those of today.")
    _refuse_strange_options(form, since=since, extras=extras, fields=fields, table=table)
    filters = Filters.asked(
        site=site,
        since=since,
        as_of=as_of,
        with_=extras,
        include_opted_out=include_opted_out,
        include_private=include_private,
        fields=fields,
        table=table,
    )
    writer = import_module(f"scraper.export.{FORMATS[form]}")
    target = output if output is not None else standard_output()
    with Archive.open(db, readonly=True) as archive:
        manifest: Manifest = writer.deliver(archive, target, filters, at=datetime.now(UTC))
    if output is not None:
        counted = {"csv": "rows", "warc": "captures", "wacz": "captures"}.get(form, "records")
        click.echo(f"{manifest.count} {counted} to {output}", err=True)
        _note_export(db, output, manifest)


def _refuse_strange_options(
    form: str,
    *,
    since: int | datetime | None,
    extras: frozenset[Extra],
    fields: tuple[str, ...] | None,
    table: str | None,
) -> None:
    """Raises UsageError for an option that means nothing in this form."""
    asked = {"--with": bool(extras), "--fields": fields is not None, "--table": table is not None}
    meant = {"jsonl": {"--with", "--fields"}, "csv": {"--fields", "--table"}, "parquet": {"--table"}}
    for option, given in asked.items():
        if given and option not in meant.get(form, set()):
            raise click.UsageError(f"{option} means nothing for --format {form}.")
    if form in {"warc", "wacz"} and isinstance(since, int):
        raise click.UsageError(f"--since takes a date for --format {form}: kept pages have times, no export numbers.")


def _note_export(db: Path, output: Path, manifest: Manifest) -> None:
    from scraper.archive.upkeep.deliveries import Delivery, note_delivery

    delivery = Delivery(
        kind="export",
        place=str(output.resolve()),
        at=manifest.created_at,
        records=manifest.count,
        last_seq=manifest.last_seq,
        sha256=manifest.sha256,
    )
    if not note_delivery(db, delivery):
        click.echo(f"{db} cannot be written: a later redaction will not tell of this export.", err=True)


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--site", help="Only this newsroom.")
@click.option("--from", "published_from", type=Moment(), help="Published on this day (UTC) or later.")
@click.option("--until", "published_until", type=Moment(), help="Published on this day (UTC) or before.")
@click.option("--person", metavar="NAME|ID", help="Only where this person is quoted; with --quotes, his own.")
@click.option("--label", help="Only articles with this label.")
@click.option("--quotes", is_flag=True, help="Find quotes, by words said or the speaker's name, instead of articles.")
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True)
@click.option("--newest", is_flag=True, help="Newest first, instead of best first.")
@opted_out_option
@private_option
@json_option
@db_option
def search(
    query: tuple[str, ...],
    site: str | None,
    published_from: str | None,
    published_until: str | None,
    person: str | None,
    label: str | None,
    quotes: bool,
    limit: int,
    newest: bool,
    include_opted_out: bool,
    include_private: bool,
    as_json: bool,
    db: Path,
) -> None:
    """Find articles by words of their title and text, or quotes. Any text is a query; accents and case do not matter.

    \b
    Examples:
      kliping search banjir
      kliping search --newest --label Serang kapolres razia
      kliping search --quotes --person "Sari Lembayung" jembatan
    """  # noqa: D301 - \b is click\'s own mark
    from functools import partial

    from scraper.archive.search.articles import Narrowing, find
    from scraper.archive.search.quotes import find_quotes
    from scraper.archive.store import Archive
    from scraper.cli.paint import paint_hits, paint_quote_hits, print_json

    narrowing = Narrowing(
        site=site, published_from=published_from, published_until=published_until, person=person, label=label
    )
    ask = partial(find_quotes, include_private=include_private) if quotes else find
    with Archive.open(db, readonly=True) as archive:
        found = ask(
            archive, " ".join(query), narrowing, limit=limit, newest=newest, include_opted_out=include_opted_out
        )
    if as_json:
        print_json(found.hits)
    elif quotes:
        paint_quote_hits(found.hits)
    else:
        paint_hits(found.hits)
    if found.note is not None:
        click.echo(found.note, err=True)


@click.command()
@click.argument("article", metavar="URL|ID")
@click.option("--claims", is_flag=True, help="Which claims stood against each other, field by field.")
@click.option("--removed", is_flag=True, help="What was taken out of the body, and by which rule.")
@click.option("--raw", is_flag=True, help="The page as it was fetched.")
@click.option("--diff", is_flag=True, help="What the newsroom edited, revision by revision.")
@opted_out_option
@private_option
@json_option
@db_option
def show(
    article: str,
    claims: bool,
    removed: bool,
    raw: bool,
    diff: bool,
    include_opted_out: bool,
    include_private: bool,
    as_json: bool,
    db: Path,
) -> None:
    """Show one article of the archive.

    \b
    Examples:
      kliping show https://www.example.com/2026/03/banjir.html
      kliping show --diff blogger:4820175936610284573:6842981932485094115
      kliping show --claims --removed --json https://www.example.com/2026/03/banjir.html
    """  # noqa: D301 - \b is click's own mark
    from scraper.archive.people.privacy import spared
    from scraper.archive.removal.stubs import absence
    from scraper.archive.sites.optouts import OPTED_OUT, withheld
    from scraper.archive.store import Archive
    from scraper.archive.versions.history import revisions
    from scraper.cli.paint import paint_record, print_json
    from scraper.errors import NothingDone

    wanted: dict[Extra, bool] = {"claims": claims, "removed": removed}
    extras = frozenset(extra for extra, asked in wanted.items() if asked)
    with Archive.open(db, readonly=True) as archive:
        record = archive.record(article, with_=extras)
        if record is None:
            raise NothingDone(absence(archive, article))
        if not include_opted_out:
            if (raw or diff) and OPTED_OUT in record:
                raise NothingDone(
                    f"The owner of {record['url']} asks not to archive or mine it ({', '.join(record[OPTED_OUT])});"
                    " to see the text all the same, add --include-opted-out."
                )
            record = withheld(record)
        record = record if include_private else spared(record)
        if raw:
            sys.stdout.buffer.write(archive.raw(record["capture"]["sha256"]))
            return
        states = revisions(archive, record["id"]) if diff else []
    if diff:
        from scraper.cli.revisions import paint_revisions

        print_json(states) if as_json else paint_revisions(states)
        return
    if as_json:
        print_json(record)
    else:
        paint_record(record)


@click.command()
@click.option("--run", type=click.IntRange(min=1), help="The manners of this run: what each host was asked, how fast.")
@json_option
@db_option
def status(run: int | None, as_json: bool, db: Path) -> None:
    """Show what the archive holds and how the last run went; with --run, what that run asked of each host.

    \b
    Examples:
      kliping status
      kliping status --run 12 --json
    """  # noqa: D301 - \b is click's own mark
    from scraper.archive.store import Archive
    from scraper.cli.paint import paint_status, print_json
    from scraper.cli.why import paint_receipts
    from scraper.reports import report

    with Archive.open(db, readonly=True) as archive:
        counts = archive.counts()
        told = report(archive, run) if run is not None else None
    if told is not None:
        print_json(told) if as_json else paint_receipts(told.run, told.hosts)
        return
    if as_json:
        print_json(counts)
    else:
        paint_status(counts)


@click.command()
@click.option(
    "--digest", is_flag=True, help="Print a sha256 over all records and captures; equal archives have equal ones."
)
@db_option
def verify(digest: bool, db: Path) -> None:
    """Check the archive's integrity.

    \b
    Examples:
      kliping verify
      kliping verify --digest --db backup.db
    """  # noqa: D301 - \b is click's own mark
    from scraper.archive.store import Archive
    from scraper.archive.upkeep.soundness import problems
    from scraper.errors import KlipingError

    with Archive.open(db, readonly=True) as archive:
        if digest:
            click.echo(archive.digest())
            return
        found = list(problems(archive))
    for problem in found:
        click.echo(problem)
    if found:
        raise KlipingError(f"{db} is not sound: {len(found)} problems, told above.")
    click.echo(f"{db}: sound.")
