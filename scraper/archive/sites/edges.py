"""The edge lines of a site's sample of articles, kept with what was read of them (`extractors.repetition`).

The sample are the SAMPLE articles with the smallest ids. Ids are random numbers, so that it is as good as drawn by lot,
and a new post seldom changes it.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

import msgspec

SAMPLE = 40  # articles whose edges are looked at: a line on 30 % of a site's is on 30 ± 15 % of them

# only an article that is in the sample as it stands is written down: there is no telling who will be in it later
KEPT = f"""
INSERT INTO edges (article, lines) SELECT :article, :lines
WHERE (SELECT count(*) FROM (SELECT 1 FROM articles WHERE site = :site AND id < :article LIMIT {SAMPLE})) < {SAMPLE}
ON CONFLICT (article) DO UPDATE SET lines = excluded.lines
"""  # noqa: S608 - made of this module's own number

SAMPLED = """
SELECT a.id, a.capture, e.lines FROM articles a LEFT JOIN edges e ON e.article = a.id
WHERE a.site = ? AND a.capture IS NOT NULL ORDER BY a.id LIMIT ?
"""


class Sampled(NamedTuple):
    """An article of a site's sample, the capture it was read from, and its edges where they are known."""

    article: str
    capture: int
    lines: tuple[str, ...] | None


def keep(connection: sqlite3.Connection, article: str, site: str, lines: tuple[str, ...] | None) -> None:
    """Writes down an article's edges, in the place of those held; None forgets them."""
    if lines is None:
        connection.execute("DELETE FROM edges WHERE article = ?", (article,))
        return
    connection.execute(KEPT, {"article": article, "site": site, "lines": msgspec.json.encode(lines).decode()})


def sample(connection: sqlite3.Connection, site: str) -> list[Sampled]:
    """The site's sample as it stands, by id."""
    return [
        Sampled(article, capture, None if lines is None else msgspec.json.decode(lines, type=tuple[str, ...]))
        for article, capture, lines in connection.execute(SAMPLED, (site, SAMPLE))
    ]


def forget(connection: sqlite3.Connection, site: str | None) -> None:
    """Takes out what rules of before wrote down, of one site or all: it is read anew when it is asked for."""
    connection.execute(
        "DELETE FROM edges WHERE :site IS NULL OR article IN (SELECT id FROM articles WHERE site = :site)",
        {"site": site},
    )
