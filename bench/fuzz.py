"""Broken pages, thousands of them, against the laws of reading: `make fuzz`.

    python -m bench.fuzz [SECONDS] [--seed N]      600 s where not told; the seed is printed, and gives the same pages again

The stored real pages where they are at hand, else our own theme pages, mutated. A page must be read, or refused with a
reason, within 2 s of CPU, and every law of bench/laws.py must hold. What fails is made small and kept in bench/out/.
"""

from __future__ import annotations

import argparse
import hashlib
import heapq
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from bench.child import Child, Verdict
from bench.laws import broken, lost, reading_of
from bench.mutate import FLOODS, mutated
from bench.stored import ROOT, html_of, own_pages, stored_pages
from extractors import FeedEntry, Page

OUT = ROOT / "bench" / "out"
LIMIT = 2.0  # seconds of CPU a page
SHRINKING = 30.0  # seconds for making one failure small
KEPT = 20  # failures kept; after so many different ones the rest is only counted
URLS = (
    "https://www.kabar.example/2026/03/x.html", "", "http://[", "https://kilas24news.com/2026/03/x.html", "file:///tmp/x.html", "x" * 5_000,
    "https://kabar.example/2026/13/%ff.html?m=1#c", "http://xn--/2026/03/x.html", "https://kabar.example:99999/2026/03/x.html",
)  # fmt: skip


def fault(page: Page) -> str | None:
    """What is wrong with the reading of a page, in words; None where every law holds."""
    reading = reading_of(page)
    return broken(reading) if reading is not None else None


def conserves(page: Page) -> str | None:
    """As `fault`, for the conservation law: apart, so that its own parse is not in the page's seconds."""
    return lost(page.html)


def pages(seed: int, sources: list[Path]) -> Callable[[], Page]:
    """Gives another broken page at each call, the same row of them for the same seed and sources."""
    random = Random(seed)

    def another() -> Page:
        html, other = (html_of(path) for path in random.choices(sources, k=2))
        if random.random() < 0.05:
            html = (
                random.randbytes(random.choice((10, 1_000, 100_000))).decode("utf-8", "replace")
                + html[: random.choice((0, 5_000))]
            )
        html = mutated(html, random, other)
        entry = _entry(random, other) if random.random() < 0.15 else None
        url = URLS[0] if random.random() < 0.8 else random.choice(URLS)
        repeated = frozenset(random.choices(FLOODS, k=3)) if random.random() < 0.1 else frozenset()
        return Page(
            url=url, html=html, entry=entry, repeated=repeated, zone=random.choice((None, "Asia/Jakarta", "Mars/X"))
        )

    return another


def _entry(random: Random, other: str) -> FeedEntry:
    at = other.find("post-body")
    content = mutated(other[max(at - 12, 0) : at + 8_000], random, other, times=2)
    stamp = random.choice((None, "2026-03-02T10:00:00.000+07:00", "2026-13-40T99:00:00Z", "", "Senin"))
    texts = random.choice(((content, None), (None, content[:400]), (None, None), ("", "")))
    return FeedEntry(
        url=random.choice(URLS),
        title=content[:40],
        published=stamp,
        updated=stamp,
        author="Rina",
        content=texts[0],
        summary=texts[1],
    )


def shrunk(html: str, fails: Callable[[str], bool], *, seconds: float = SHRINKING) -> str:
    """The shortest page found within so many seconds that still fails: pieces are left out, ever smaller ones."""
    until = time.monotonic() + seconds
    size = len(html) // 2
    while size and time.monotonic() < until:
        at = 0
        while at < len(html) and time.monotonic() < until:
            shorter = html[:at] + html[at + size :]
            if fails(shorter):
                html = shorter
            else:
                at += size
        size //= 2
    return html


def main(arguments: list[str] | None = None) -> int:
    """Tries pages for the time given; prints what was tried and what failed; 1 where anything did."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("seconds", nargs="?", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args(arguments)
    sources = [path for kind in ("articles", "listing", "error") for path in stored_pages(kind)] or own_pages()
    print(f"Seed {options.seed}, {len(sources)} pages to break, {options.seconds:.0f} s.", flush=True)
    failures = Failures(OUT)
    slowest: list[tuple[float, int, int]] = []
    another, tried, until = pages(options.seed, sources), 0, time.monotonic() + options.seconds
    with Child(fault, limit=LIMIT) as reader, Child(conserves, limit=10 * LIMIT) as witness:
        while time.monotonic() < until:
            page = another()
            tried += 1
            verdict = reader.run(page)
            heapq.heappush(slowest, (verdict.seconds, len(page.html), tried))
            slowest = heapq.nlargest(5, slowest)
            heapq.heapify(slowest)
            if verdict.kind != "sound":
                failures.add(page, verdict, reader)
            elif (verdict := witness.run(page)).kind != "sound":
                failures.add(page, verdict, witness)
    print(f"{tried} pages tried.\nSlowest, in seconds of CPU:")
    for spent, size, number in sorted(slowest, reverse=True):
        print(f"  {spent:6.2f}   page {number}, {size / 1024:,.0f} KiB")
    return failures.told()


class Failures:
    """The different failures met, each with its smallest page in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: Counter[str] = Counter()

    def add(self, page: Page, verdict: Verdict, child: Child) -> None:
        """Counts the failure; one not seen before is made small and kept."""
        name = _place(verdict)
        self._seen[name] += 1
        if self._seen[name] > 1 or len(self._seen) > KEPT:
            return
        small = page
        if verdict.kind == "fault":  # a slow page, or one that hangs, costs too much to be tried hundreds of times
            html = shrunk(page.html, lambda html: _place(child.run(_with(page, html))) == name)
            small = _with(page, html)
        self._folder.mkdir(parents=True, exist_ok=True)
        stem = f"{verdict.kind}-{hashlib.sha256(name.encode()).hexdigest()[:10]}"
        kept = self._folder / f"{stem}.html"
        kept.write_text(small.html, "utf-8", errors="surrogatepass")
        given = f"url: {page.url[:200]!r}\nentry: {page.entry!r}\nrepeated: {sorted(page.repeated)!r}\nzone: {page.zone!r}\n"
        kept.with_suffix(".txt").write_text(f"{name}\n{given}\n{verdict.told}", "utf-8", errors="backslashreplace")
        print(f"FAILED  {name}\n        {kept.relative_to(ROOT)} ({len(small.html):,} characters)", flush=True)

    def told(self) -> int:
        """Prints the failures with their counts; the exit code."""
        for name, count in self._seen.most_common():
            print(f"{count:5} × {name}")
        print("" if self._seen else "Nothing failed.")
        return 1 if self._seen else 0


def _place(verdict: Verdict) -> str:
    """A failure's name: numbers aside, which change as the page is made small."""
    return re.sub(r"\d+", "n", verdict.signature)


def _with(page: Page, html: str) -> Page:
    return Page(url=page.url, html=html, entry=page.entry, repeated=page.repeated, zone=page.zone)


if __name__ == "__main__":
    sys.exit(main())
