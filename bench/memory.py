"""The memory of a process that reads page after page: `python -m bench.memory 10000`, in a process of its own."""

from __future__ import annotations

import sys
from itertools import cycle, islice
from pathlib import Path

from bench.peers import kliping
from bench.stored import MISSING, html_of, stored_pages

NOW, MOST = "VmRSS", "VmHWM"


def held(what: str) -> float:
    """MiB that this process holds now, or held at most: Linux's own count (rusage tells the parent's peak as well)."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines())
    return int(status[what].split()[0]) / 1024


def main() -> int:
    """Reads the stored pages over and over; prints what the process held before, on the way, after, and at most."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    stored = stored_pages()
    if not stored:
        print(MISSING, file=sys.stderr)
        return 3
    print(f"Memory over {count:,} pages ({len(stored)} stored ones, over and over), MiB:")
    print(f"  {'before':>12}{held(NOW):>8.0f}")
    for number, path in enumerate(islice(cycle(stored), count), start=1):
        kliping(html_of(path))
        if number in {count // 10, count // 2, count}:
            print(f"  {number:>12,}{held(NOW):>8.0f}", flush=True)
    print(f"  {'at most':>12}{held(MOST):>8.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
