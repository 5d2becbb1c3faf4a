"""Extraction, measured: speed beside the bare parse and beside peers, time by stage, hard pages, memory: `make bench`.

    python -m bench.extract [speed] [stages] [torture] [memory]      all four where none is named

Speed is CPU milliseconds a page and, what counts, ratios page by page to the bare parse of the same page, in one
process with one allocator. Readers take turns on each page, so that a drift of the machine meets all alike. Needs the
shared test data (KLIPING_SHARED), but for torture.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bench import newspleasereader, peers, stages, torture
from bench.child import Child
from bench.laws import broken, reading_of
from bench.stored import MISSING, ROOT, html_of, stored_pages
from extractors import Page

ROUNDS = 3  # the fastest of which counts
PAGES = 60  # every n-th of the stored pages, so that the slowest peer ends within minutes
LIMIT = 2.0  # seconds of CPU that any page may take
READERS: dict[str, Callable[[str], object]] = {
    "bare parse": peers.bare_parse,
    "Kliping": peers.kliping,
    "trafilatura, text only": peers.trafilatura_text,
    "trafilatura, metadata": peers.trafilatura_metadata,
    "newspaper4k": peers.newspaper,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables asked for; 3 where they need pages that are not at hand."""
    parts = {"speed": _speed, "stages": _stages, "torture": _torture, "memory": _memory}
    parser = argparse.ArgumentParser(prog="python -m bench.extract", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[*parts, []], metavar="|".join(parts))
    asked = parser.parse_args(arguments).parts or list(parts)
    missing = [name for name in asked if name != "torture"] if not stored_pages() else []
    for name in asked:
        if name not in missing:
            parts[name]()
            print(flush=True)
    if missing:
        print(f"{MISSING} Left out: {', '.join(missing)}.", file=sys.stderr)
    return 3 if missing else 0


def sample() -> list[str]:
    """Every n-th of the stored pages, some PAGES in all."""
    stored = stored_pages()
    return [html_of(path) for path in stored[:: max(1, len(stored) // PAGES)]]


def _speed() -> None:
    pages = sample()
    print(f"{len(pages)} real Blogger pages, mean {sum(map(len, pages)) / len(pages) / 1024:.0f} KiB")
    print(f"{'reader':<24}{'ms a page':>10}{'median ratio':>14}{'p95 ratio':>11}{'sum ratio':>11}")
    for one in speeds(pages):
        print(f"{one.reader:<24}{one.milliseconds:>10.2f}{one.median:>14.1f}{one.p95:>11.1f}{one.whole:>11.1f}")


class Speed(NamedTuple):
    """CPU milliseconds a page of a reader, and its ratios to the bare parse: median and p95 over pages, and of sums."""

    reader: str
    milliseconds: float
    median: float
    p95: float
    whole: float


def speeds(pages: Sequence[str]) -> list[Speed]:
    """How fast each reader at hand is on those pages."""
    costs = measured(pages, {name: reader for name, reader in READERS.items() if _installed(name, reader)})
    if newspleasereader.version() is not None:
        costs["news-please"] = [
            min(float(newspleasereader.ask(html, peers.NOWHERE)["seconds"]) for _ in range(ROUNDS)) for html in pages
        ]
    bare = costs["bare parse"]
    found = []
    for name, cost in costs.items():
        ratios = sorted(one / base for one, base in zip(cost, bare, strict=True))
        p95 = ratios[int(0.95 * (len(ratios) - 1))]
        whole = sum(cost) / sum(bare)
        found.append(Speed(name, 1000 * statistics.mean(cost), statistics.median(ratios), p95, whole))
    return found


def measured(pages: Sequence[str], readers: dict[str, Callable[[str], object]]) -> dict[str, list[float]]:
    """Seconds of CPU by reader and page, the fastest round of each."""
    costs: dict[str, list[float]] = {name: [] for name in readers}
    for html in pages:
        for name, reader in readers.items():
            costs[name].append(min(_cpu(reader, html) for _ in range(ROUNDS)))
    return costs


def _installed(name: str, reader: Callable[[str], object]) -> bool:
    try:
        reader("<p>")
    except ImportError:
        print(f"{name} is not installed (requirements/bench.txt) and left out.", file=sys.stderr)
        return False
    except Exception:  # noqa: BLE001 - what a peer makes of an empty page is its own
        pass
    return True


def _cpu(reader: Callable[[str], object], html: str) -> float:
    start = time.process_time()
    try:
        reader(html)
    except Exception as error:  # noqa: BLE001 - a peer's failure on a page is its own, and told
        print(f"{reader.__name__}: {type(error).__name__}", file=sys.stderr)
    return time.process_time() - start


def _stages() -> None:
    print("Kliping's time by stage, share of the whole")
    for stage, share in stages.shares(sample(), rounds=20).items():
        print(f"{stage:<24}{share:>10.1%}")


def _torture() -> None:
    """Each hard page in a child that can be killed, with its seconds and how it ended."""
    print(f"{'hard page':<32}{'MiB':>7}{'seconds':>9}")
    with Child(hard, limit=LIMIT) as child:
        for name, build in torture.PAGES.items():
            html = build()
            verdict = child.run(html)
            told = {"sound": "", "slow": f"   SLOW, more than {LIMIT:.0f} s"}.get(
                verdict.kind, f"   {verdict.kind.upper()} {verdict.told.strip().rpartition(chr(10))[2][:80]}"
            )
            print(f"{name:<32}{len(html) / 2**20:>7.1f}{verdict.seconds:>9.2f}{told}", flush=True)


def hard(html: str) -> str | None:
    """What is wrong with the reading of a hard page; None for one that is sound or refused."""
    reading = reading_of(Page(url=peers.NOWHERE, html=html))
    return broken(reading) if reading is not None else None


def _memory() -> None:
    subprocess.run([sys.executable, "-m", "bench.memory", "--pages", "10000"], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
