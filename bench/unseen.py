"""Readings of pages whose theme nobody has described: `python -m bench.unseen`.

    python -m bench.unseen [--layouts] [--own] [--feed full|summary] [--failures NAME]

Gold pages, more stored pages as they are read undisguised, and with --own the pages written for this project, are read
with every layout and site switched off (left on with --layouts), then under each disguise: a field a column, a disguise
a row. 'wrong' counts values told that are not so: worse than none. --failures prints, of one disguise, what went wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, NamedTuple
from unittest.mock import patch

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bench.disguises import DISGUISES, Disguise, Sheet
from bench.scorers import Line, Scores, lines, page_scores
from bench.stored import MISSING, SHARED, html_of, own_pages, stored_pages
from extractors import FeedEntry, NotAnArticle, Page, blogger, extract, registry
from extractors.document import Document

MORE = 4  # pages of each site and theme beside the gold
FIELDS = ("title", "published", "author", "labels", "post id", "body f1", "pages f1 ≥ 0.99", "furniture kept out")
NONE = "non-articles"
PAGES = "pages f1 ≥ 0.99"


class Case(NamedTuple):
    """A page, what is true of it, and the words its body opens and ends with, by which its container is found."""

    html: str
    gold: Line


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the matrix; 3 where the stored pages are not at hand."""
    options = _options(arguments)
    if not SHARED.is_dir():
        print(MISSING, file=sys.stderr)
        return 3
    cases = [*_own()] if options.own else [*_gold(), *_stored()]
    chosen = {options.failures: DISGUISES[options.failures]} if options.failures else DISGUISES
    print(f"{len(cases)} pages; layouts {'on' if options.layouts else 'off'}; feed entry: {options.feed or 'none'}")
    print(f"{'':<24}{'found':>7}" + "".join(f"{_short(field):>9}" for field in (*FIELDS, NONE)) + "   wrong values")
    for name, disguise in chosen.items():
        sheets = [_sheet(case, disguise) for case in cases]
        with _switched(on=options.layouts):
            told = [{"input": sheet.gold["file"], **_record(_page(sheet, options.feed))} for sheet in sheets]
        gold = [sheet.gold for sheet in sheets]
        _print(name, told, gold)
        if options.failures:
            _explain(told, gold)
    return 0


def scores() -> Scores:
    """Fields and bodies of stored posts, layouts and sites off: as their themes print them, and all names gone."""
    cases = [*_gold(), *_stored()]
    found: Scores = {}
    for name in ("as it is", "stripped", "comments, stripped"):
        with _switched(on=True):
            sheets = [_sheet(case, DISGUISES[name]) for case in cases]
        with _switched(on=False):
            told = [{"input": sheet.gold["file"], **_record(_page(sheet, None))} for sheet in sheets]
        scored = page_scores(told, [sheet.gold for sheet in sheets])
        found |= {f"{name}: {_short(field)}": scored[field] for field in FIELDS if field != PAGES}
    return found


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.unseen", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--layouts", action="store_true", help="with the layouts and sites that there are")
    parser.add_argument("--own", action="store_true", help="the pages written for this project, of every theme")
    parser.add_argument("--feed", choices=("full", "summary"), help="with the post's feed entry at hand")
    parser.add_argument("--failures", choices=DISGUISES, metavar="NAME", help="one disguise, and what went wrong")
    return parser.parse_args(arguments)


@contextmanager
def _switched(*, on: bool) -> Iterator[None]:
    """All layouts and sites there, or none of them."""
    if on:
        yield
        return
    with patch.object(registry, "recognised", lambda _: iter(())), patch.object(registry, "site_for", lambda _: None):
        yield


def _gold() -> Iterator[Case]:
    for row in lines(SHARED / "gold" / "pages" / "gold.jsonl"):
        yield Case(html_of(SHARED / "pages" / row["file"]), row)


def _stored() -> Iterator[Case]:
    """More stored posts, each as it is read undisguised: of each site and theme a few."""
    known = {row["file"] for row in lines(SHARED / "gold" / "pages" / "gold.jsonl")}
    seen: Counter[tuple[str, str | None]] = Counter()
    for path in stored_pages():
        file = f"articles/{path.name}"
        host = path.name.partition("__")[0]
        case = _as_read(html_of(path), file, f"https://{host}/2020/01/x.html") if file not in known else None
        if case is not None and seen[host, case.gold["theme"]] < MORE:
            seen[host, case.gold["theme"]] += 1
            yield case


def _own() -> Iterator[Case]:
    for path in own_pages():
        wanted = json.loads((path.parent / "expected.json").read_text("utf-8"))
        case = _as_read(path.read_text("utf-8"), "/".join(path.parts[-3:-1]), wanted["url"])
        if case is not None:
            yield Case(case.html, case.gold | {"must_lack": wanted["lacks"]})


def _as_read(html: str, file: str, url: str) -> Case | None:
    """A page and its reading taken for the truth: what a disguise may not change."""
    try:
        article = extract(Page(url=url, html=html))
    except NotAnArticle:
        return None
    published = article.published.value if article.published else None
    dateline = article.dateline.raw if article.dateline else ""
    gold = {
        "id": file, "file": file, "url": url, "is_article": True, "title": article.title, "published": published,
        "author": article.byline.account, "labels": list(article.labels), "post_id": article.post_id,
        "body": f"{dateline}{article.body}\n\n{article.end_mark or ''}".strip(), "theme": article.theme,
        "must_lack": [],
    }  # fmt: skip
    return Case(html, gold)


def _sheet(case: Case, disguise: Disguise) -> Sheet:
    sheet = Sheet(case.html, partial(_container, case), case.gold)
    disguise(sheet)
    return sheet


def _page(sheet: Sheet, feed: str | None) -> Page:
    return Page(url=sheet.gold["url"] or "", html=sheet.html, entry=_entry(sheet, feed) if feed else None)


def _record(page: Page) -> Line:
    try:
        record: dict[str, Any] = msgspec.to_builtins(extract(page))
    except NotAnArticle as refusal:
        return {"error": refusal.reason, "told": str(refusal)}
    return record


def _entry(sheet: Sheet, form: str) -> FeedEntry | None:
    """The post as its feed would tell it."""
    gold = sheet.gold
    if not gold["is_article"]:
        return None
    told = {"url": gold["url"] or "", "title": gold["title"], "post_id": gold["post_id"]}
    if form == "summary":
        return FeedEntry(**told, summary=" ".join(gold["body"].split())[:398])
    return FeedEntry(**told, content="".join(f"<p>{part}</p>" for part in gold["body"].split("\n\n")))


def _container(case: Case, tree: LexborHTMLParser) -> LexborNode | None:
    """The element that holds the body, as the page's theme or the platform names it."""
    document = Document(Page(url=case.gold["url"] or "", html=case.html))
    own = next((layout.body for layout in registry.recognised(document)), ())
    root = tree.css_first(".widget.Blog") or tree.body
    found = (node for selector in (*own, *blogger.LAYOUT.body) for node in (root.css(selector) if root else ()))
    return next((node for node in found if node.text(deep=True).strip()), None)


@cache
def _short(field: str) -> str:
    return {"pages f1 ≥ 0.99": "≥ .99", "furniture kept out": "no leaks", NONE: "refused"}.get(field, field)


def _print(name: str, told: list[Line], gold: list[Line]) -> None:
    scores = page_scores(told, gold)
    cells = "".join(f"{scores[field].value:>9.3f}" for field in (*FIELDS, NONE))
    print(f"{name:<24}{scores['articles found'].value:>7.3f}{cells}   {_wrong(told, gold)}", flush=True)


def _wrong(told: list[Line], gold: list[Line]) -> str:
    """How often a field was told and is not so."""
    wrong: Counter[str] = Counter()
    for record, row in zip(told, gold, strict=True):
        if "error" not in record and row["is_article"]:
            wrong.update(field for field, (value, true) in _values(record, row).items() if value and value != true)
    return ", ".join(f"{field} {count}" for field, count in wrong.items())


def _values(record: Line, row: Line) -> dict[str, tuple[Any, Any]]:
    """What was told and what is true, field by field, in the same terms; times by their day."""
    published = record["published"]
    day = len("2026-03-02")
    return {
        "title": (record["title"].split(), (row["title"] or "").split()),
        "published": (published and published["value"][:day], row["published"] and row["published"][:day]),
        "author": (record["byline"]["account"], row.get("author")),
        "labels": (set(record["labels"]), set(row.get("labels") or [])),
        "post id": (record["post_id"], row["post_id"]),
    }


def _explain(told: list[Line], gold: list[Line]) -> None:
    for record, row in zip(told, gold, strict=True):
        if "error" in record:
            print(f"{row['file']}\n    {'' if row['is_article'] else 'rightly '}{record['error']}: {record['told']}")
            continue
        raw = (record["dateline"] or {}).get("raw") or ""
        lines_ = [f"{name}: {got!r}, not {true!r}" for name, (got, true) in _values(record, row).items() if got != true]
        said, true = (raw + record["body"]).split("\n\n"), row["body"].split("\n\n")
        more = [text[:150] for text in said if text not in true]
        less = [text[:150] for text in true if text not in said]
        lines_ += [f"+ {text}" for text in more[:6]] + [f"- {text}" for text in less[:6]]
        if lines_:
            print(f"{row['file']} ({record['extractor']})", *lines_, sep="\n    ")


if __name__ == "__main__":
    sys.exit(main())
