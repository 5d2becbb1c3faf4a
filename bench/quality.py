"""Scores on real pages and texts and on our own, beside the peers in one run, against the floors: `make quality`.

    python -m bench.quality                             tables; exit 1 where a score is below its floor
    python -m bench.quality --update                    also pins what was reached; floors rise, none falls
    python -m bench.quality --update --allow-regression WHY    lowers what fell, and writes WHY beside it

Real pages need the shared test data (KLIPING_SHARED): without it, our own pages are scored, and the exit code is 3.
Shares come with counts, and a mean over sites beside the mean over pages: on 29 articles one miss is 3.4 %.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from bench import feedgold, floors, own, stories, unseen
from bench.peers import installed
from bench.quotes import judged, sure_scores
from bench.scorers import (
    Line,
    Score,
    Scores,
    body_scores,
    kliping_lines,
    lines,
    page_scores,
    peer_lines,
    quote_scores,
)
from bench.stored import MISSING, ROOT, SHARED

FLOORS = ROOT / "bench" / "floors.json"
DAY = len("2026-03-02")


class Suite(NamedTuple):
    """Kliping's scores under one heading; `beside` holds the columns printed beside them, which have no floors."""

    name: str
    scores: Scores
    beside: dict[str, Scores]


def main(arguments: list[str] | None = None) -> int:
    """Prints every table; 1 where a score is below its floor, 3 where the real pages are not at hand."""
    options = _options(arguments)
    suites = [
        Suite("own newsrooms", own.newsroom_scores(), {}),
        Suite("own theme pages", own.layout_scores(), {}),
        Suite("own stories, quotes in marks", stories.marked_scores(), {}),
        Suite("own stories, indirect speech", stories.indirect_scores(), {}),
    ]
    if SHARED.is_dir():
        suites = [
            page_gold(),
            Suite("feed gold", feedgold.scores(), {}),
            _unseen(),
            any_site(),
            *quote_suites(),
            *suites,
        ]
    pinned = floors.load(FLOORS)
    for suite in suites:
        _print(suite, pinned)
    measured = {suite.name: {name: score.value for name, score in suite.scores.items()} for suite in suites}
    fallen = floors.falls(pinned, measured)
    print()
    for fall in fallen:
        print(f"BELOW  {fall}")
    if options.update:
        return _update(pinned, measured, fallen, options.allow_regression)
    if not SHARED.is_dir():
        print(MISSING, file=sys.stderr)
        return 3
    print("" if fallen else "No score is below its floor.")
    return 1 if fallen else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--update", action="store_true", help="pin what was reached; floors rise, none falls")
    parser.add_argument("--allow-regression", metavar="WHY", help="with --update: lower what fell, WHY beside it")
    options = parser.parse_args(arguments)
    if options.allow_regression and not options.update:
        parser.error("--allow-regression goes with --update")
    return options


def _update(pinned: floors.Pinned, measured: floors.Values, fallen: list[floors.Fall], why: str | None) -> int:
    if fallen and not why:
        print("No floor is changed: mend what fell, or say why it may with --allow-regression WHY.", file=sys.stderr)
        return 1
    floors.save(FLOORS, floors.raised(pinned, measured, lower=why))
    print(f"Pinned in {FLOORS.relative_to(ROOT)}.")
    return 0


def page_gold() -> Suite:
    """The hand-read pages: each reader's scores over all pages, and their mean over sites."""
    gold = lines(SHARED / "gold" / "pages" / "gold.jsonl")
    rows = [{"path": str(SHARED / "pages" / row["file"]), "url": row["url"] or ""} for row in gold]
    told = {"Kliping": kliping_lines("extract", rows)} | {peer.name: peer_lines(peer, rows) for peer in installed()}
    scored = {name: (_with_day(records, gold), _by_site(records, gold)) for name, records in told.items()}
    ours, by_site = scored.pop("Kliping")
    beside = {"by site": by_site}
    for name, (whole, sites) in scored.items():
        beside |= {name: whole, f"{name.split()[0]}, by site": sites}
    return Suite("page gold", ours | {f"{name}, by site": score for name, score in by_site.items()}, beside)


def _with_day(told: list[Line], gold: list[Line]) -> Scores:
    """The scores, and how often the day of publication is right: peers tell no clock time."""
    days = page_scores(told, [row | {"published": row["published"] and row["published"][:DAY]} for row in gold])
    scores = page_scores(told, gold)
    return {"articles found": scores.pop("articles found"), "published, day": days["published"]} | scores


def _by_site(told: list[Line], gold: list[Line]) -> Scores:
    """Each score's mean over sites, every site counting once; sites without an article say nothing of its fields."""
    sites: dict[str, list[Line]] = defaultdict(list)
    for row in gold:
        if row["is_article"]:
            sites[Path(row["file"]).name.partition("__")[0]].append(row)
    scores = [_with_day(told, rows) for rows in sites.values()]
    names = [name for name in scores[0] if name not in {"non-articles", "furniture kept out"}]
    return {name: Score(sum(one[name].value for one in scores) / len(scores), f"{len(scores)} sites") for name in names}


def _unseen() -> Suite:
    """The same pages, and more, read as if nobody had described their themes."""
    return Suite("unseen themes", unseen.scores(), {})


def any_site() -> Suite:
    """Half of the article-extraction-benchmark: pages of any system, beside trafilatura's own score."""
    gold = SHARED / "benchmarks" / "aeb" / "ground-truth.json"
    rows = [
        {"path": str(path), "url": ""} for path in sorted((SHARED / "benchmarks" / "aeb" / "html").glob("*.html.gz"))
    ]
    ours = body_scores(kliping_lines("extract", rows), gold)
    beside = {peer.name: body_scores(peer_lines(peer, rows), gold) for peer in installed()}
    (theirs,) = (scores for name, scores in beside.items() if name.startswith("trafilatura"))
    ours["f1 over trafilatura's"] = Score(ours["f1"].value - theirs["f1"].value)
    return Suite("article-extraction-benchmark, half", ours, beside)


def quote_suites() -> list[Suite]:
    """The quotes of the annotated texts, and those that are told sure."""
    suites = []
    for name, kind, options in (
        ("quotes, Indonesian", "dev", ("--lang", "id")),
        ("quotes, English", "dev", ("--lang", "en")),
        ("quotes, composed texts", "composed", ()),
    ):
        gold = SHARED / "gold" / "quotes" / kind
        told = kliping_lines("quotes", lines(gold / "texts.jsonl"))
        suites.append(Suite(name, quote_scores(told, gold, *options), {}))
    return [*suites, Suite("quotes told sure", sure_scores([*judged("dev"), *judged("composed")]), {})]


def _print(suite: Suite, pinned: floors.Pinned) -> None:
    """One table: a score a line, its count and floor, and what stands beside it."""
    columns = suite.beside
    print(f"\n{suite.name}")
    print(
        f"  {'':<32}{'Kliping':>9}{'':>13}{'floor':>8}  "
        + "".join(f"{_heading(name):>{_width(name)}}" for name in columns)
    )
    for name, score in suite.scores.items():
        if name.removesuffix(", by site") != name and columns:
            continue
        floor = floors.floor_of(pinned, suite.name, name)
        line = f"  {name:<32}{score.value:>9.4f}{score.counted:>13}{'–' if floor is None else f'{floor:.3f}':>8}  "
        for column, scores in columns.items():
            told = f"{scores[name].value:.4f}" if name in scores else "–"
            line += f"{told:>{_width(column)}}"
        print(line + ("   BELOW" if floor is not None and score.value < floor - floors.SLACK else ""))


def _heading(column: str) -> str:
    return "by site" if column.endswith("by site") else column


def _width(column: str) -> int:
    return len(_heading(column)) + 3


if __name__ == "__main__":
    sys.exit(main())
