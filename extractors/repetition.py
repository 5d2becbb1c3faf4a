"""What stands on many pages of one site is not the story: promotional lines an owner adds to every post."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from extractors.furniture import may_be_promotion

EDGE = 4  # lines at either end of a body that are looked at
FEWEST_PAGES = 5  # below that, repetition proves nothing
SHARE = 0.3  # of a site's pages that must carry a line


def edges(lines: Sequence[str]) -> tuple[str, ...]:
    """Of a body's lines those at either end that could be promotion, each once."""
    return tuple(filter(may_be_promotion, dict.fromkeys((*lines[:EDGE], *lines[-EDGE:]))))


def repeated_lines(edges: Iterable[Collection[str]], *, fewest: int = 2) -> frozenset[str]:
    """The lines that stand at an edge on at least 30 % of a site's pages, from the edge lines of each page; none below
    five pages, and none that fewer than `fewest` carry.
    """
    pages = list(edges)
    if len(pages) < FEWEST_PAGES:
        return frozenset()
    counts = Counter(line for page in pages for line in page)
    enough = max(fewest, SHARE * len(pages))
    return frozenset(line for line, count in counts.items() if count >= enough)
