"""Extraction speed beside the bare parse and beside peers, same real pages, one run, one process: `make bench`.

Figures are CPU milliseconds a page and, what counts, ratios page by page to the bare parse of the same page. Readers
take turns on each page, so that a drift of the machine meets all alike. Needs the shared test data (KLIPING_SHARED).
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from extractors import NotAnArticle, Page, read

SHARED = Path(os.environ.get("KLIPING_SHARED", Path(__file__).resolve().parents[2] / "shared"))
ROUNDS = 3  # the fastest of which counts
PAGES = 60  # every n-th of the stored pages, so that the slowest peer ends within minutes

Reader = Callable[[str], object]


def kliping(html: str) -> object:
    """The whole record: claims, removals, quotes."""
    try:
        return read(Page(url="https://kabar.example/2026/03/x.html", html=html))
    except NotAnArticle:
        return None


def trafilatura_text(html: str) -> object:
    import trafilatura

    return trafilatura.extract(html, include_comments=False)


def trafilatura_metadata(html: str) -> object:
    import trafilatura

    return trafilatura.bare_extraction(html, with_metadata=True, include_comments=False)


def newspaper(html: str) -> object:
    import newspaper

    article = newspaper.Article("https://kabar.example/2026/03/x.html", fetch_images=False)
    article.download(input_html=html)
    article.parse()
    return article


READERS: dict[str, Reader] = {
    "bare parse": LexborHTMLParser,
    "kliping": kliping,
    "trafilatura, text only": trafilatura_text,
    "trafilatura, metadata": trafilatura_metadata,
    "newspaper4k": newspaper,
}


def main() -> int:
    """Prints the table."""
    stored = sorted((SHARED / "pages" / "articles").glob("*.html.gz"))
    if not stored:
        print(f"No real pages below {SHARED}; set KLIPING_SHARED.", file=sys.stderr)
        return 3
    pages = [gzip.decompress(path.read_bytes()).decode("utf-8", "replace") for path in stored[:: len(stored) // PAGES]]
    costs: dict[str, list[float]] = {name: [] for name in READERS}
    for name, reader in READERS.items():
        try:
            reader(pages[0])
        except ImportError:
            print(f"{name} is not installed and left out.", file=sys.stderr)
            del costs[name]
    for html in pages:
        for name, cost in costs.items():
            cost.append(min(_cpu(READERS[name], html) for _ in range(ROUNDS)))
    bare = costs["bare parse"]
    print(f"{len(pages)} real Blogger pages, mean {sum(map(len, pages)) / len(pages) / 1024:.0f} KiB\n")
    print(f"{'reader':<24}{'ms a page':>10}{'median ratio':>14}{'p95 ratio':>11}{'sum ratio':>11}")
    for name, cost in costs.items():
        ratios = sorted(one / base for one, base in zip(cost, bare, strict=True))
        p95 = ratios[int(0.95 * (len(ratios) - 1))]
        median, whole = statistics.median(ratios), sum(cost) / sum(bare)
        print(f"{name:<24}{1000 * statistics.mean(cost):>10.2f}{median:>14.1f}{p95:>11.1f}{whole:>11.1f}")
    return 0


def _cpu(reader: Reader, html: str) -> float:
    start = time.process_time()
    try:
        reader(html)
    except Exception as error:  # noqa: BLE001 - a peer's failure on a page is its own, and told
        print(f"{reader.__name__}: {type(error).__name__}", file=sys.stderr)
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
