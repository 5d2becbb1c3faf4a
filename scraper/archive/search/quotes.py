"""Finding quotes by the words said and the name of who says them.

What its owner opted out of is not found; a speaker whose name is not public is not named, and not found by it.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from scraper.archive.search.articles import OPTED_OUT, RANKED, WHO, Found, Narrowing, match_expression, prepared
from scraper.archive.store import Archive

SAID = f"q.person IN ({WHO})"
"""A narrowing to a person means the articles in which he speaks; of quotes, his own."""


class QuoteHit(msgspec.Struct, frozen=True, kw_only=True):
    """A quote found: where it stands in the body of which article, and who says it. `snippet` is `text` with the words
    found in square brackets.
    """

    article: str
    seq: int
    site: str
    url: str
    title: str
    published: str | None
    speaker: str | None
    role: str | None
    person: str | None
    confidence: float
    text: str
    start: int
    end: int
    snippet: str


MATCHES = f"""
SELECT f.rowid AS id, {{rank}} AS rank, a.published_at
FROM quotes_fts f CROSS JOIN quotes q ON q.id = f.rowid CROSS JOIN articles a ON a.id = q.article
WHERE quotes_fts MATCH :query AND {{narrowed}} AND (:all OR NOT {OPTED_OUT})
    AND (:private OR NOT EXISTS (SELECT 1 FROM appearances p
        WHERE p.article = q.article AND p.speaker = q.speaker AND p.private IS NOT NULL)
        OR f.rowid IN (SELECT rowid FROM quotes_fts WHERE quotes_fts MATCH '{{{{text}}}} : (' || :query || ')'))
ORDER BY f.rowid DESC LIMIT :ranked
"""

HITS = """
SELECT q.id, q.article, q.seq, a.site, a.url, a.title, a.published_at,
    iif(:private OR p.private IS NULL, q.speaker, q.role), q.role, q.person, q.confidence, q.text, q."start", q."end",
    snippet(quotes_fts, 0, '[', ']', '…', 64)
FROM quotes_fts JOIN quotes q ON q.id = quotes_fts.rowid JOIN articles a ON a.id = q.article
LEFT JOIN appearances p ON p.article = q.article AND p.speaker = q.speaker
WHERE quotes_fts MATCH :query AND quotes_fts.rowid BETWEEN :first AND :last
    AND +quotes_fts.rowid IN (SELECT value FROM json_each(:ids))
"""


def find_quotes(
    archive: Archive,
    query: str,
    narrowing: Narrowing = Narrowing(),  # noqa: B008 - frozen
    *,
    limit: int = 20,
    newest: bool = False,
    include_opted_out: bool = False,
    include_private: bool = False,
) -> Found:
    """The quotes in whose text or speaker all words of the query stand, by rank, or by publication with `newest`; of
    very many, among those archived last. The query is read as in `search.find`. Raises NoSuchSite.
    """
    if narrowing.site is not None:
        archive.check_site(narrowing.site)
    asked = match_expression(query)
    if asked is None:
        return Found(hits=[])
    condition, parameters = narrowing.condition(person=SAID)
    told = {
        **parameters,
        "query": asked,
        "all": include_opted_out,
        "private": include_private,
        "ranked": RANKED + 1,
    }
    sql = MATCHES.format(rank="0.0" if newest else "bm25(quotes_fts)", narrowed=condition)
    with archive.snapshot():
        connection = prepared(archive)
        rows = connection.execute(sql, told).fetchall()
        among = RANKED if len(rows) > RANKED else None
        rows = sorted(rows, key=_by_publication, reverse=True) if newest else sorted(rows, key=_by_rank)
        hits = _hits(connection, [id_ for id_, _, _ in rows[:limit]], told)
    return Found(hits=hits, ranked_among=among)


def _by_rank(row: tuple[int, float, str | None]) -> tuple[float, int]:
    return row[1], -row[0]


def _by_publication(row: tuple[int, float, str | None]) -> tuple[str, int]:
    return row[2] or "", row[0]


def _hits(connection: sqlite3.Connection, ids: Sequence[int], told: dict[str, Any]) -> list[QuoteHit]:
    """The quotes of those ids, in their order."""
    if not ids:
        return []
    wanted = {
        "query": told["query"],
        "private": told["private"],
        "first": min(ids),
        "last": max(ids),
        "ids": msgspec.json.encode(ids).decode(),
    }
    found = {
        id_: QuoteHit(**dict(zip(QuoteHit.__struct_fields__, row, strict=True)))
        for id_, *row in connection.execute(HITS, wanted)
    }
    return [found[id_] for id_ in ids]
