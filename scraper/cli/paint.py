"""What commands print for people: tables and records on a terminal, plain text in a pipe. Colour only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from extractors import Reading
from scraper.archive.counts import Counts
from scraper.archive.people.register import Decision, PersonFile, PersonLine
from scraper.archive.search.articles import SearchHit
from scraper.archive.search.quotes import QuoteHit
from scraper.archive.store import Site
from scraper.cli.terminal import CONTROLS, harmless
from scraper.errors import KlipingError
from scraper.newsrooms import Added
from scraper.recording import Recorded
from scraper.site_module import module_path
from scraper.survey import Survey

NARROWEST = 100  # columns of a table in a pipe, where no terminal gives a width


class Screen(Console):
    """A console on which no text steers the terminal: only rich's own sequences reach it."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control is None and CONTROLS.search(segment.text):
                yield Segment(harmless(segment.text), segment.style)
            else:
                yield segment


def console(*, stderr: bool = False) -> Console:
    """Where to print: at the terminal's width, or unwrapped into a pipe."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else NARROWEST
    return Screen(file=stream, width=width, highlight=False, soft_wrap=not stream.isatty())


def print_json(value: Any) -> None:
    """Indented JSON on standard output."""
    told = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    sys.stdout.write(f"{escaped(told) if sys.stdout.isatty() else told}\n")


def escaped(told: str) -> str:
    """The same JSON, with what could steer a terminal in JSON's own escapes."""
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", told)


def paint_added(added: Iterable[Added]) -> list[KlipingError]:
    """A line an address, and what its newest posts gave; returns the errors, which are told on stderr."""
    failures = []
    for one in added:
        if one.site is not None:
            console().print(f"{one.site.name}: added. {_describe(one.site)}", markup=False)
        if one.survey is not None:
            paint_survey(one.survey)
        if one.error is not None:
            console(stderr=True).print(f"kliping: {one.address}: {one.error}", markup=False)
            failures.append(one.error)
    return failures


def paint_survey(survey: Survey) -> None:
    """A row a field over the posts read, then what could not be read and what is missing."""
    out, read = console(), len(survey.articles)
    if survey.samples:
        out.print(f"Read {read} of its {len(survey.samples)} newest posts, page beside feed:", markup=False)
    if survey.fields:
        table = new_table("field", "found", "from", "how sure", "example")
        for field in survey.fields:
            sources = ", ".join(
                name if count == field.found else f"{name} {count}" for name, count in field.sources.items()
            )
            add_row(table, field.name, f"{field.found}/{read}", sources or "–", field.sure or "–", field.example or "–")
        out.print(table)
    for sample in survey.samples:
        if sample.reading is None:
            out.print(f"  not read: {sample.url}: {sample.told}", markup=False)
    for advice in survey.advice:
        out.print(f"  {advice}", markup=False)


def paint_recorded(recorded: Recorded, module: str | None) -> None:
    """On stdout the folder's name, or the module; on stderr what the person is to do next."""
    out, aside = console(), console(stderr=True)
    if module is None:
        out.print(str(recorded.folder), markup=False)
    else:
        sys.stdout.write(module)
        aside.print(
            f"Recorded {recorded.folder}. The module belongs into {module_path(recorded.page.url)}.", markup=False
        )
    if recorded.page.entry is None:
        aside.print("No feed entry could be had: the page stands alone, without a second witness.", markup=False)
    aside.print(
        f"{recorded.folder / 'expected.json'} says what today's rules read, right or wrong. Hold it against the page,"
        " field by field, and correct it: only then is it an expectation.",
        markup=False,
    )


def _describe(site: Site) -> str:
    posts = f"{site.total} posts" if site.total is not None else "posts not counted"
    feed = {"none": "no feed (the sitemap is used)"}.get(site.feed or "none", f"{site.feed} feed")
    parts = [f"blog {site.blog_id or 'id unknown'}", posts, feed, f"zone {site.zone or 'unknown'}"]
    if site.theme:
        parts.append(f"theme {site.theme}")
    if site.delay is not None:
        parts.append(f"delay {site.delay:g} s")
    return ", ".join(parts) + "."


def paint_sites(sites: Sequence[Site], schedules: Mapping[str, str]) -> None:
    """The sites as a table."""
    table = new_table("site", "title", "feed", "posts", "zone", "theme", "language", "schedule")
    for site in sites:
        total = str(site.total) if site.total is not None else "?"
        add_row(
            table,
            site.name,
            site.title,
            site.feed or "none",
            total,
            site.zone or "?",
            site.theme or "?",
            site.language or "?",
            schedules.get(site.name, "–"),
        )
    console().print(table)


def paint_site(facts: Mapping[str, object]) -> None:
    """What is known of one site, a line a fact."""
    _pairs(facts.items())


def paint_hits(hits: Sequence[SearchHit]) -> None:
    """Articles found: title, where and when, the words around the match."""
    out = console()
    for hit in hits:
        out.print(Text(hit.title, style="bold"))
        out.print(f"  {hit.site} · {hit.published or 'no date'} · {hit.url}", markup=False, style="dim")
        out.print(f"  {hit.snippet}", markup=False)
    if not hits:
        out.print("Nothing found.")


def paint_quote_hits(hits: Sequence[QuoteHit]) -> None:
    """Quotes found: the words, who says them, in which story."""
    out = console()
    for hit in hits:
        out.print(f"“{hit.snippet}”", markup=False)
        role = f", {hit.role}" if hit.role and hit.role != hit.speaker else ""
        out.print(f"  — {hit.speaker or 'speaker not known'}{role}", markup=False)
        out.print(f"  {hit.site} · {hit.published or 'no date'} · {hit.url}", markup=False, style="dim")
    if not hits:
        out.print("Nothing found.")


def paint_people(people: Sequence[PersonLine]) -> None:
    """People as a table, ids first."""
    table = new_table("id", "name", "last role", "quotes", "articles", "first", "last")
    table.columns[0].no_wrap = True  # to be copied into the next command
    for one in people:
        counts = (str(one.quotes), str(one.articles))
        add_row(table, one.id, one.name, one.role or "–", *counts, one.first_seen or "–", one.last_seen or "–")
    console().print(table)


def paint_person(person: PersonFile) -> None:
    """Names, roles over time, where met, then what was said."""
    out = console()
    out.print(Text(person.name, style="bold"))
    names = ", ".join(f"{name.name} ({name.count})" for name in person.names)
    places = ", ".join(f"{one.site}{f', {one.place}' if one.place else ''} ({one.articles})" for one in person.places)
    _pairs([("id", person.id), ("kind", person.kind), ("written", names), ("met at", places)])
    for role in person.roles:
        out.print(f"  {role.first_seen or '?'} – {role.last_seen or '?'}  {role.role} ({role.count})", markup=False)
    for quote in person.quotes:
        out.print(f"  “{quote.text}”", markup=False)
        out.print(f"    {quote.day or 'no date'} · {quote.role or 'no role'} · {quote.url}", markup=False, style="dim")


def paint_decisions(decisions: Sequence[Decision]) -> None:
    """Decisions made by hand about people, as a table."""
    table = new_table("number", "kind", "of", "made", "undone")
    for one in decisions:
        add_row(table, str(one.id), one.kind, one.told, one.made_at, one.undone_at or "–")
    console().print(table)


def paint_status(counts: Counts) -> None:
    """What the archive holds, in all and by site."""
    console().print(f"{counts.articles} articles, {counts.quotes} quotes, {counts.captures} captures.")
    table = new_table("site", "articles", "quotes", "first", "last", "due", "failed", "last run", "its outcomes")
    for site in counts.sites:
        outcomes = ", ".join(f"{count} {verdict}" for verdict, count in site.outcomes.items())
        add_row(
            table,
            site.site,
            str(site.articles),
            str(site.quotes),
            (site.first_published or "–")[:10],
            (site.last_published or "–")[:10],
            str(site.due),
            str(site.failed),
            site.last_run_at or "never",
            outcomes or "–",
        )
    console().print(table)


def paint_record(record: dict[str, Any]) -> None:
    """One article for reading: what was decided about it first, then its text."""
    out = console()
    out.print(Text(record["title"], style="bold"))
    _pairs(_facts(record))
    out.print()
    out.print(record["body"], markup=False)
    if record["quotes"]:
        out.print()
        out.print(Text("Quotes", style="bold"))
        for quote in record["quotes"]:
            out.print(f"  “{quote['text']}”", markup=False)
            out.print(f"    {_attribution(quote)}", markup=False, style="dim")
    for removal in record.get("removed", ()):
        out.print(f"  removed ({removal['rule']}): {removal['text']}", markup=False, style="dim")
    _paint_claims(out, record.get("claims", {}))


def _facts(record: dict[str, Any]) -> Iterable[tuple[str, object]]:
    yield from ((key, record[key]) for key in ("url", "id", "site"))
    if record["dateline"]:
        place, outlet = record["dateline"]["place"], record["dateline"]["outlet"]
        yield "dateline", f"{place or '–'} ({outlet or 'no outlet'})"
    for key in ("published", "updated"):
        moment = record[key]
        if moment:
            yield key, f"{moment['value']}  ({moment['precision']}, from {moment['source']})"
    byline = ", ".join(f"{role} {name}" for role, name in record["byline"].items() if name)
    yield "byline", byline or None
    yield "labels", ", ".join(record["labels"]) or None
    dates = (f"{date['date']} ({date['raw']}, weekday {date['weekday']})" for date in record["event_dates"])
    yield "event dates", "; ".join(dates) or None
    yield "extractor", record["extractor"]
    witness = record["witness"]
    yield "witness", f"{witness['feed']} feed, agreement {witness['agreement']}" if witness["feed"] != "none" else None
    if "status" in record:
        yield "status", f"{record['status']}, revision {record['revision']}"


def _attribution(quote: dict[str, Any]) -> str:
    if not quote["speaker"]:
        return "speaker not known"
    role = f", {quote['role']}" if quote["role"] and quote["role"] != quote["speaker"] else ""
    return f"— {quote['speaker']}{role}  (by {quote['resolved_by']}, confidence {quote['confidence']:.2f})"


def explain(reading: Reading) -> None:
    """A reading field by field: which claim won, which lost; then what was removed."""
    record = msgspec.to_builtins(reading.article)
    assert isinstance(record, dict)
    removals = [msgspec.to_builtins(removal) for removal in reading.removals]
    claims = {field: [msgspec.to_builtins(claim) for claim in claims] for field, claims in reading.claims.items()}
    paint_record({**record, "removed": removals, "claims": claims})


def _paint_claims(out: Console, claims: dict[str, list[dict[str, Any]]]) -> None:
    if not claims:
        return
    out.print()
    table = new_table("field", "", "value", "source", "rule")
    for field, rivals in claims.items():
        for claim in rivals:
            add_row(table, field, "won" if claim["chosen"] else "lost", claim["value"], claim["source"], claim["rule"])
    out.print(table)


def new_table(*columns: str) -> Table:
    """An empty table in the house's style."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def add_row(table: Table, *cells: str | None) -> None:
    """A row of plain text: what a site calls itself is no markup."""
    table.add_row(*(Text(cell or "") for cell in cells))


def _pairs(pairs: Iterable[tuple[str, object]]) -> None:
    out = console()
    for name, value in pairs:
        if value is not None:
            out.print(f"{name + ':':<12} {value}", markup=False)
