"""Finding articles by their words: any text a person types, the best matches first."""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import re
from typing import Any

import msgspec

from scraper.archive.connection import troubles_told
from scraper.archive.store import Archive

RANK = "bm25(5.0, 1.0)"  # a word of the headline counts as five of the body
SNIPPET = "snippet(articles_fts, -1, '[', ']', '…', 24)"  # 24 words around those found, which stand in brackets

OPTED_OUT = (
    "(EXISTS (SELECT 1 FROM opt_outs WHERE article = a.id) OR EXISTS (SELECT 1 FROM site_opt_outs WHERE site = a.site))"
)

WORDS = re.compile(r'"([^"]*)"|(\S+)')
SPEAKABLE = re.compile(r"\w")


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """An article found. `snippet` is the stretch of title or body that fits best, its words in square brackets; empty
    where the owner opted out of showing the text, unless asked for.
    """

    id: str
    site: str
    url: str
    title: str
    published: str | None
    status: str
    opted_out: bool
    snippet: str


def search(
    archive: Archive,
    query: str,
    *,
    site: str | None = None,
    limit: int = 20,
    newest: bool = False,
    include_opted_out: bool = False,
) -> list[SearchHit]:
    """The articles that hold all words of the query, by rank, or by their publication with `newest`.

    "words in double quotes" must stand side by side; a word that ends in * matches its beginnings. No other sign means
    anything, so that no text is a mistake; a query without a letter or digit finds nothing. Accents play no part.
    Raises NoSuchSite.
    """
    if site is not None:
        archive.check_site(site)
    asked = match_expression(query)
    if asked is None:
        return []
    order = "a.published_at DESC NULLS LAST" if newest else "rank"
    with troubles_told(archive.path):
        rows = archive.db.conn.execute(
            f"SELECT a.id, a.site, a.url, a.title, a.published_at, a.status, {OPTED_OUT}, {SNIPPET}"
            " FROM articles_fts JOIN articles a ON a.number = articles_fts.rowid"
            " WHERE articles_fts MATCH :query AND rank MATCH :rank AND (:site IS NULL OR a.site = :site)"
            f" ORDER BY {order} LIMIT :limit",
            {"query": asked, "rank": RANK, "site": site, "limit": limit},
        ).fetchall()
    return [_hit(row, include_opted_out=include_opted_out) for row in rows]


def _hit(row: tuple[Any, ...], *, include_opted_out: bool) -> SearchHit:
    *told, opted_out, snippet = row
    shown = snippet if include_opted_out or not opted_out else ""
    return SearchHit(**dict(zip(SearchHit.__struct_fields__, (*told, bool(opted_out), shown), strict=True)))


def match_expression(query: str) -> str | None:
    """The query in FTS5's language, every word quoted; None where it holds no word."""
    terms = []
    for phrase, word in WORDS.findall(query.replace("\0", " ")):
        term = phrase or word
        if not SPEAKABLE.search(term):
            continue
        prefix = "*" if word.endswith("*") else ""
        terms.append('"' + term.replace('"', '""') + '"' + prefix)
    return " ".join(terms) or None
