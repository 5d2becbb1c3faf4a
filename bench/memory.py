"""The memory of a process that reads page after page: `python -m bench.memory --pages 100000`, in a process of its own.

A tenth of the pages is taken as the time in which a process fills its caches; what it holds more at the end is growth.
"""

from __future__ import annotations

import argparse
import sys
from itertools import cycle, islice
from pathlib import Path

from bench.peers import kliping
from bench.stored import html_of, own_pages, stored_pages

NOW, MOST = "VmRSS", "VmHWM"
TENTHS = 10


def held(what: str) -> float:
    """MiB that this process holds now, or held at most: Linux's own count (rusage tells the parent's peak as well)."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines())
    return int(status[what].split()[0]) / 1024


def main(arguments: list[str] | None = None) -> int:
    """Reads the pages over and over; prints what the process held before, at each tenth of the way, and at most."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=int, default=10_000, help="how many are read")
    count = max(parser.parse_args(arguments).pages, TENTHS)
    pages = stored_pages() or own_pages()
    marks = {count * tenth // TENTHS for tenth in range(1, TENTHS + 1)}
    print(f"Memory over {count:,} pages ({len(pages)} stored ones, over and over), MiB:")
    print(f"  {'before':>12}{held(NOW):>8.0f}", flush=True)
    told: list[float] = []
    for number, path in enumerate(islice(cycle(pages), count), start=1):
        kliping(html_of(path))
        if number in marks:
            told.append(held(NOW))
            print(f"  {number:>12,}{told[-1]:>8.0f}", flush=True)
    print(f"  {'at most':>12}{held(MOST):>8.0f}")
    print(f"  {'growth':>12}{told[-1] - told[0]:>8.0f}   after the first tenth")
    return 0


if __name__ == "__main__":
    sys.exit(main())
