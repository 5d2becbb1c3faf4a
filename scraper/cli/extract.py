"""`kliping extract` and `kliping quotes`: pages and texts to records, touching no archive."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("source", required=False)
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Read pages named by lines {"path", "url"?, "entry"?, "fetched_at"?}; paths relative to this file.',
)
@click.option("--url", default="", help="The address of the page, where the file alone does not tell it.")
@click.option(
    "--entry",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The post's feed entry, as a JSON file.",
)
@click.option("--explain", is_flag=True, help="Print, field by field, which claims stood against each other.")
def extract(source: str | None, batch: Path | None, url: str, entry: Path | None, explain: bool) -> None:  # fmt: skip
    """Read pages and print one JSON record a line.

    SOURCE is an HTML file (plain or .gz), a folder of them, a web address, or - for standard input. A single page
    without an article ends with exit code 1 and the reason; in a folder or batch it is a line {"input", "error",
    "reason"}.

    \b
    Examples:
      kliping extract page.html --url https://www.example.com/2026/03/x.html
      kliping extract pages/ > records.jsonl
      kliping extract --explain page.html
    """  # noqa: D301 - \b is click\'s own mark
    from scraper import batch as batches
    from scraper.errors import UsageProblem

    if (source is None) == (batch is None):
        raise UsageProblem("Name one page, folder or address, or give --batch FILE.")
    if (batch is not None or Path(source or "").is_dir()) and (url or entry or explain):
        raise UsageProblem("--url, --entry and --explain are for one page; a batch names url and entry line by line.")
    if batch is not None:
        lines = batches.records(batches.pages_of_batch(batch), batch.parent)
    elif Path(source or "").is_dir():
        lines = batches.records(batches.pages_of_folder(Path(source or "")))
    else:
        _extract_one(source or "", url, entry, explain)
        return
    for line in lines:
        batches.write_line(line)


def _extract_one(source: str, url: str, entry: Path | None, explain: bool) -> None:
    from extractors import NotAnArticle, read
    from scraper import batch as batches
    from scraper.errors import KlipingError, UsageProblem

    named = batches.PageInput(path=source, url=url, entry=str(entry) if entry else None)
    if source.startswith(("http://", "https://")):
        if url or entry:
            raise UsageProblem("--url and --entry are for a file; an address is read as it answers.")
        import asyncio

        from scraper.config import Settings
        from scraper.crawl import fetch_page

        page = asyncio.run(fetch_page(source, Settings.from_environment()))
    else:
        page = batches.load_page(named, stdin=sys.stdin.buffer)
    try:
        reading = read(page)
    except NotAnArticle as refusal:
        raise KlipingError(f"{source} holds no article ({refusal.reason}): {refusal}.") from None
    if explain:
        from scraper.cli.paint import explain as paint_explanation

        paint_explanation(reading)
    else:
        batches.write_line({"input": source, **batches.record_of(reading)})


@click.command()
@click.argument("source", required=False)
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Read texts from lines {"id", "text", "published"?, "lang"?}; one line each is printed.',
)
@click.option("--lang", help="The text's language (id or en); guessed where not given.")
@click.option("--published", help="ISO date of publication, which supplies years that dates leave out.")
@click.option("--explain", is_flag=True, help="Print for each quote its span, the sieve that spoke and the rivals.")
@click.option("--json", "as_json", is_flag=True, help="With --explain: one JSON object.")
def quotes(
    source: str | None, batch: Path | None, lang: str | None, published: str | None, explain: bool, as_json: bool
) -> None:
    """Read plain text and print its quotes, dateline, event dates and end mark as one JSON object.

    SOURCE is a text file or - for standard input. Offsets count code points of the text as given. A quote's kind is
    direct, mixed (a piece of speech inside the writer's sentence) or indirect (a clause without marks); what stands in
    marks and is no speech is shown by --explain.

    \b
    Examples:
      kliping quotes story.txt --lang id
      kliping quotes story.txt --explain
      kliping quotes --batch stories.jsonl > quotes.jsonl
    """  # noqa: D301 - \b is click\'s own mark
    from scraper import batch as batches
    from scraper.errors import UsageProblem

    if (source is None) == (batch is None):
        raise UsageProblem("Name one text file (or -), or give --batch FILE.")
    if explain and batch is not None:
        raise UsageProblem("--explain is for one text.")
    _check_language(lang)
    if batch is not None:
        for item in batches.texts_of_batch(batch):
            found = batches.quotes_of(item.text, language=item.lang or lang, published=item.published or published)
            batches.write_line({"id": item.id, **found})
        return
    raw = sys.stdin.buffer.read() if source == "-" else batches.read_bytes(Path(source or ""))
    text = raw.decode("utf-8-sig", "replace")
    if explain:
        _explain_quotes(text, lang, as_json=as_json)
        return
    batches.write_line(batches.quotes_of(text, language=lang, published=published))


def _check_language(lang: str | None) -> None:
    from extractors.quotes.vocabulary import languages
    from scraper.errors import UsageProblem

    if lang is not None and lang not in languages():
        raise UsageProblem(f"There is no lexicon for {lang!r}; --lang takes {', '.join(languages())}.")


def _explain_quotes(text: str, lang: str | None, *, as_json: bool) -> None:
    from extractors.quotes import read_quotes
    from scraper.cli.paint import print_json
    from scraper.cli.rulings import paint_rulings, plain

    reading = read_quotes(text, language=lang)
    if as_json:
        print_json(plain(reading))
    else:
        paint_rulings(reading)
