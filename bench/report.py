"""One report of quality and speed beside the peers: `make bench`, or `python -m bench.report [--quick]`.

Writes bench/out/report.md with charts beside it, and the short table of the README between its marks; --quick takes few
pages, for trying the report out, and leaves the README alone. All figures of a report are of one run on one machine;
each bench runs alone too (bench.quality, bench.extract, bench.crawl …). Needs the shared test data (KLIPING_SHARED).
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

from bench import crawl, extract, fundusreader, newspleasereader, quality
from bench.pageserver import PageServer
from bench.quality import Suite
from bench.scorers import Scores
from bench.stored import MISSING, ROOT, SHARED

OUT = ROOT / "bench" / "out"
README = ROOT / "README.md"
BEGIN, END = "<!-- made by make bench -->\n", "<!-- made until here -->\n"
SHOWN = {"title": "title", "published, day": "day of publication", "author": "author", "labels": "labels",
         "body f1": "body F1 (word 4-grams)"}  # fmt: skip
OURS = {"Kliping", "bare parse"}
PEERS = ("trafilatura", "newspaper4k", "news-please", "fundus", "Scrapy")
AGAIN = "make bench"


class Size(NamedTuple):
    """How much is measured: `every` n-th page of those that speed is measured on; `pages` crawled, in `rounds`."""

    every: int
    pages: int


FULL, QUICK = Size(1, 1000), Size(10, 100)


class Results(NamedTuple):
    """What one run measured. `crawls`: CPU milliseconds a page by program."""

    suites: list[Suite]
    speeds: list[extract.Speed]
    crawls: dict[str, float]
    fundus: fundusreader.Known | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the report; 3 where the test data is not at hand."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few pages; the README is left as it is")
    quick = parser.parse_args(arguments).quick
    if not SHARED.is_dir():
        print(MISSING, file=sys.stderr)
        return 3
    found = measured(QUICK if quick else FULL)
    OUT.mkdir(parents=True, exist_ok=True)
    charts = drawn(found, OUT)
    page = "\n".join(report(found, charts, quick=quick))
    (OUT / "report.md").write_text(page, "utf-8")
    print(page)
    if not quick:
        README.write_text(with_table(README.read_text("utf-8"), "\n".join(short(found))), "utf-8")
    return 0


def measured(size: Size) -> Results:
    """Every bench, one after the other."""
    suites = [quality.page_gold(), quality.any_site(), *quality.quote_suites()]
    speeds = extract.speeds(extract.sample()[:: size.every])
    with PageServer(size.pages) as server, tempfile.TemporaryDirectory(prefix="kliping-report-") as folder:
        crawls = crawl.compared(Path(folder), server.urls, size.pages)
    return Results(suites, speeds, crawls, fundusreader.known())


def report(found: Results, charts: Iterable[str], *, quick: bool) -> Iterator[str]:
    """The lines of the report, as Markdown."""
    yield "# Kliping beside its peers\n"
    if quick:
        yield "**A quick run, on few pages: for trying the report out, not for citing.**\n"
    yield f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC. To repeat: `{AGAIN}`.\n"
    yield from machine()
    for suite in found.suites:
        yield f"\n## {suite.name[0].upper()}{suite.name[1:]}\n"
        yield from quality_table(suite)
    yield "\n## Speed of extraction\n"
    yield "CPU of one process, readers in turn on each page (news-please in its own, after the others); ratios are to"
    yield "a bare parse of the same page.\n"
    yield from table(
        ("reader", "ms a page", "median ratio", "p95 ratio"),
        ((one.reader, f"{one.milliseconds:.2f}", f"{one.median:.1f}", f"{one.p95:.1f}") for one in found.speeds),
    )
    yield "\n## A whole crawl on loopback\n"
    yield "CPU of all processes but the server's; Kliping also keeps each page, its claims and a full-text index.\n"
    ours = found.crawls["kliping"]
    yield from table(
        ("program", "CPU ms a page", "times Kliping's"),
        ((crawl.NAMES[name], f"{cost:.2f}", f"{cost / ours:.2f}") for name, cost in found.crawls.items()),
    )
    yield f"\n{fundus_told(found.fundus)}\n"
    yield from (f"![{chart.partition('.')[0]}]({chart})" for chart in charts)


def machine() -> Iterator[str]:
    """The machine and the versions of all that is compared."""
    facts = {
        "processor": cpu(), "cores": str(os.cpu_count()), "system": platform.platform(terse=True),
        "Python": platform.python_version(), "Kliping": version("kliping"),
    }  # fmt: skip
    for peer in PEERS:
        try:
            facts[peer] = version(peer)
        except PackageNotFoundError:
            apart = {"fundus": fundusreader.version, "news-please": newspleasereader.version}.get(peer)
            facts[peer] = (apart() if apart else None) or "not installed"
    yield from table(("", ""), facts.items())


def cpu() -> str:
    """The processor's model, as Linux tells it."""
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(": ")[2] for line in told.splitlines() if line.startswith("model name")), "unknown")


def quality_table(suite: Suite) -> Iterator[str]:
    """A row a score: ours, then each peer's."""
    peers = peers_of(suite)
    rows = (
        (name, f"{score.value:.3f}", *(_value(scores, name) for scores in peers.values()), score.counted)
        for name, score in suite.scores.items()
        if not name.endswith("by site")
    )
    yield from table(("", "Kliping", *peers, "of"), rows)


def peers_of(suite: Suite) -> dict[str, Scores]:
    """The peers' scores, over all pages."""
    return {name: scores for name, scores in suite.beside.items() if not name.endswith("by site")}


def _value(scores: Scores, name: str) -> str:
    return f"{scores[name].value:.3f}" if name in scores else "–"


def short(found: Results) -> Iterator[str]:
    """The README's part: the fields' table, then what speed costs, losses included."""
    gold = found.suites[0]
    peers = peers_of(gold)
    articles = gold.scores["articles found"].counted.partition("/")[2]
    yield from table(
        (f"{articles} real articles", "Kliping", *peers),
        (
            (told, f"{gold.scores[name].value:.2f}", *(f"{scores[name].value:.2f}" for scores in peers.values()))
            for name, told in SHOWN.items()
        ),
    )
    ratios = {one.reader: one.median for one in found.speeds}
    peers_ratios = ((name.partition(", "), ratio) for name, ratio in ratios.items() if name not in OURS)
    slower = (f"{name}{f' ({what})' * bool(what)} {ratio:.0f} ×" for (name, _, what), ratio in peers_ratios)
    costs = {name: found.crawls["kliping"] / cost for name, cost in found.crawls.items()}
    told = (
        f"Speed, whole record with claims, removals and quotes: {ratios['Kliping']:.1f} × a bare HTML parse of the same"
        f" page (median); {', '.join(slower)}. A whole crawl on loopback costs {costs['selectors']:.1f} × the CPU of"
        f" Scrapy with a few selectors, and {costs['trafilatura']:.2f} × that of Scrapy with trafilatura."
        f" {fundus_told(found.fundus)}"
    )
    yield "\n" + fill(told, 120, break_long_words=False, break_on_hyphens=False)


def fundus_told(known: fundusreader.Known | None) -> str:
    """A sentence on why fundus has no column."""
    if known is None:
        return "fundus is not installed (make bench gives it an environment of its own)."
    return (
        f"fundus reads the {known.publishers} outlets that are written into it and no others;"
        f" {known.sites} of the {known.asked} sites here are among them, so that it has no column."
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A Markdown table."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def with_table(readme: str, made: str) -> str:
    """The README with that between its marks. Raises ValueError where the marks are not there, once each."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{README} lacks the marks {BEGIN.strip()} and {END.strip()}.")
    return f"{before}{begin}{made}\n{end}{after}"


def drawn(found: Results, folder: Path) -> list[str]:
    """The charts' file names; none where matplotlib is not installed."""
    try:
        import matplotlib as plots
    except ImportError:
        print("matplotlib is not installed (requirements/bench.txt): no charts.", file=sys.stderr)
        return []
    plots.use("Agg")
    gold = found.suites[0]
    _draw_quality({"Kliping": gold.scores} | peers_of(gold), folder / "quality.png")
    _draw_bars({one.reader: one.median for one in found.speeds}, "times a bare parse", folder / "speed.png")
    costs = {crawl.NAMES[name]: cost for name, cost in found.crawls.items()}
    _draw_bars(costs, "CPU ms a page of a whole crawl", folder / "crawl.png")
    return ["quality.png", "speed.png", "crawl.png"]


def _draw_quality(columns: Mapping[str, Scores], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    width = 0.8 / len(columns)
    for number, (name, scores) in enumerate(columns.items()):
        places = [place + number * width for place in range(len(SHOWN))]
        axes.bar(places, [scores[key].value for key in SHOWN], width, label=name)
    axes.set_xticks([place + 0.4 - width / 2 for place in range(len(SHOWN))], list(SHOWN.values()))
    axes.set_ylabel("share right")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    figure.savefig(path, dpi=120)


def _draw_bars(values: Mapping[str, float], what: str, path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 0.6 * len(values) + 1), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(list(values), list(values.values()))
    axes.bar_label(bars, fmt="%.1f", padding=4)
    axes.invert_yaxis()
    axes.set_xlabel(f"{what} (logarithmic)")
    axes.set_xscale("log")
    axes.margins(x=0.1)  # room for the last number
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    sys.exit(main())
