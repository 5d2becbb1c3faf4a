"""Finding articles by their words: any text a person types, the best matches first, or the newest.

Both orders answer in milliseconds however many articles hold the words. By rank only the RANKED matches that were
archived last are weighed, and where they are to be narrowed only LOOKED_AT are looked at, and the answer says so; what
few are found then are followed by the newest of the rest. By publication, few matches are sorted; of many, the articles
are walked from the newest on, and the index is asked which of them match: the answer is the same, only sooner.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from extractors.quotes.identity import name_key
from scraper.archive.store import Archive

RANKED = 2000  # matches; ranking them takes 25 ms among 1 M articles, ranking half a million took seconds
LOOKED_AT = 50_000  # matches of which it is asked whether they are what is meant besides: 0.1 s; of half a million, one
RAREST = 200  # matches that are looked up and sorted at once, in 0.4 ms
SORTED = 2000  # matches that are looked up and sorted, in 4 ms, where the walk's first steps found too few
STEP = 256  # articles of the walk's first step, 0.1 ms; each next one is twice as long
LONG_STEP = 4096  # the step before which it is asked whether sorting is quicker
GAP = 64  # numbers between two articles of a step that are still asked for in one question
SNIPPET = "snippet(articles_fts, -1, '[', ']', '…', 24)"  # 24 words around those found, which stand in brackets

OPTED_OUT = (
    "(EXISTS (SELECT 1 FROM opt_outs WHERE article = a.id) OR EXISTS (SELECT 1 FROM site_opt_outs WHERE site = a.site))"
)

WORDS = re.compile(r'"([^"]*)"|(\S+)')
SPEAKABLE = re.compile(r"\w")
AFTER = "~"  # sorts behind every continuation of a time: '2026-03-05~' after '2026-03-05T23:59:59Z'


WHO = """
SELECT id FROM people WHERE id = :person
    OR length(:name) > 2 AND instr('-' || substr(id, 1, instr(id || '~', '~') - 1) || '-', :name)
UNION SELECT person FROM appearances WHERE person IS NOT NULL AND name IN
    (SELECT name FROM person_merges WHERE length(:name) > 2 AND instr('-' || name || '-', :name))
"""
"""A person's id begins with the key of his name; of who was merged by hand, with that of one of his names."""

SPEAKING = f"a.id IN (SELECT article FROM appearances WHERE person IN ({WHO}))"
LABELLED = """
EXISTS (SELECT 1 FROM article_labels l
    WHERE l.article = a.id AND (l.label = :label OR casefold(l.label) = :label))
"""


class Narrowing(msgspec.Struct, frozen=True, kw_only=True):
    """What matches must be besides. `published_from` and `published_until`, both inclusive, are ISO days or times in
    UTC; `person` is the id of one, or a name: whoever has those words in that order in his; `label` in any case.
    """

    site: str | None = None
    published_from: str | None = None
    published_until: str | None = None
    person: str | None = None
    label: str | None = None

    def condition(self, *, person: str = SPEAKING) -> tuple[str, dict[str, str]]:
        """A condition on an article `a` in SQL, '1' for none, and its parameters; `person` is the condition on who."""
        told = {
            "a.site = :site": ("site", self.site),
            "a.published_at >= :from": ("from", self.published_from),
            "a.published_at <= :until": ("until", f"{self.published_until}{AFTER}" if self.published_until else None),
            person: ("person", self.person),
            LABELLED: ("label", self.label.casefold() if self.label else None),
        }
        given = {sql: named for sql, named in told.items() if named[1] is not None}
        parameters = {name: value for name, value in given.values() if value is not None}
        if self.person is not None:
            parameters["name"] = f"-{name_key(self.person)}-"
        return " AND ".join(given) or "1", parameters

    @property
    def is_narrow(self) -> bool:
        """Whether few articles are meant, so that they are looked up before the walk, not on it."""
        return self.person is not None


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


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a search gave. `ranked_among` is the number of matches that were weighed where there are more, else None;
    `matches` the number of all, None where that was not counted.
    """

    hits: list[Any]
    ranked_among: int | None = None
    matches: int | None = None

    @property
    def note(self) -> str | None:
        """A sentence that says which matches were weighed; None where all were."""
        if self.ranked_among is None:
            return None
        rest = f"{self.matches:,} matches" if self.matches is not None else "more matches"
        return f"Ranked among the newest {self.ranked_among:,} of {rest}; name more words, a site or dates for others."


def search(
    archive: Archive,
    query: str,
    *,
    site: str | None = None,
    limit: int = 20,
    newest: bool = False,
    include_opted_out: bool = False,
) -> list[SearchHit]:
    """The articles that `find` finds."""
    narrowing = Narrowing(site=site)
    return find(archive, query, narrowing, limit=limit, newest=newest, include_opted_out=include_opted_out).hits


def find(
    archive: Archive,
    query: str,
    narrowing: Narrowing = Narrowing(),  # noqa: B008 - frozen
    *,
    limit: int = 20,
    newest: bool = False,
    include_opted_out: bool = False,
) -> Found:
    """The articles that hold all words of the query, by rank, or by their publication with `newest`.

    "words in double quotes" must stand side by side; a word that ends in * matches its beginnings. No other sign means
    anything, so that no text is a mistake; a query without a letter or digit finds nothing. Accents play no part.
    Raises NoSuchSite.
    """
    if narrowing.site is not None:
        archive.check_site(narrowing.site)
    asked = match_expression(query)
    if asked is None:
        return Found(hits=[])
    with archive.snapshot():
        connection = prepared(archive)
        if newest:
            numbers, among, matches = _newest(connection, asked, narrowing, limit), None, None
        else:
            numbers, among, matches = _best(connection, asked, narrowing, limit)
        hits = _hits(connection, numbers, asked, include_opted_out=include_opted_out)
    return Found(hits=hits, ranked_among=among, matches=matches)


def prepared(archive: Archive) -> sqlite3.Connection:
    """The archive's connection, on which SQL can fold case as Python does."""
    connection = archive.db.conn
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
    return connection


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


# a word of the headline counts as five of the body
BEST = """
SELECT number FROM (
    SELECT f.rowid AS number, bm25(articles_fts, 5.0, 1.0) AS rank FROM articles_fts f {join}
    WHERE articles_fts MATCH :query AND f.rowid >= :oldest {narrowed} ORDER BY f.rowid DESC LIMIT :ranked)
ORDER BY rank, number DESC
"""


def _best(
    connection: sqlite3.Connection, asked: str, narrowing: Narrowing, limit: int
) -> tuple[list[int], int | None, int | None]:
    """The numbers of the best articles; of how many matches they are the best, and how many there are, where not all
    were weighed.
    """
    condition, parameters = narrowing.condition()
    is_whole = condition == "1"
    sql = BEST.format(
        join="" if is_whole else "CROSS JOIN articles a ON a.number = f.rowid",
        narrowed="" if is_whole else f"AND {condition}",
    )
    oldest = 0 if is_whole else _oldest(connection, asked)
    rows = connection.execute(sql, {**parameters, "query": asked, "ranked": RANKED, "oldest": oldest}).fetchall()
    numbers = [number for (number,) in rows[:limit]]
    if len(rows) < RANKED and not oldest:
        return numbers, None, None
    if len(rows) < limit:  # those further back are rare, and the newest of them are found from the other side
        further = _newest(connection, asked, narrowing, limit)
        return [*numbers, *(number for number in further if number not in numbers)][:limit], len(rows), None
    if not is_whole:
        return numbers, len(rows), None
    (matches,) = connection.execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?", (asked,)).fetchone()
    return numbers, (RANKED if matches > RANKED else None), (matches if matches > RANKED else None)


def _oldest(connection: sqlite3.Connection, asked: str) -> int:
    """The number of the last match that is looked at; 0 where all are."""
    found = connection.execute(f"{FEW} OFFSET ?", (asked, 1, LOOKED_AT - 1)).fetchone()
    return found[0] if found else 0


FEW = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? ORDER BY rowid DESC LIMIT ?"
AMONG = """
SELECT a.number FROM articles a WHERE a.number IN (SELECT value FROM json_each(:numbers)) AND {condition}
ORDER BY a.published_at DESC, a.number DESC LIMIT :limit
"""
WALK = "SELECT a.number FROM articles a WHERE {condition} ORDER BY {sign}a.published_at DESC, a.number DESC"
MATCHING = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? AND rowid BETWEEN ? AND ?"


def _newest(connection: sqlite3.Connection, asked: str, narrowing: Narrowing, limit: int) -> list[int]:
    """The numbers of the articles published last; those without a time come last."""
    condition, parameters = narrowing.condition()
    told = {**parameters, "limit": limit}
    few = _few(connection, asked, RAREST)
    if few is not None:
        return _sorted(connection, few, condition, told)
    walk = connection.execute(WALK.format(condition=condition, sign="+" if narrowing.is_narrow else ""), parameters)
    found: list[int] = []
    step = STEP
    while len(found) < limit and (rows := walk.fetchmany(step)):
        found += _step(connection, asked, rows)
        step *= 2
        if step == LONG_STEP and len(found) < limit and (few := _few(connection, asked, SORTED)) is not None:
            return _sorted(connection, few, condition, told)
    return found[:limit]


def _few(connection: sqlite3.Connection, asked: str, most: int) -> list[int] | None:
    """The numbers of all articles that match; None where they are more than that."""
    found = [number for (number,) in connection.execute(FEW, (asked, most + 1))]
    return found if len(found) <= most else None


def _sorted(connection: sqlite3.Connection, numbers: Sequence[int], condition: str, told: dict[str, Any]) -> list[int]:
    told = {**told, "numbers": msgspec.json.encode(numbers).decode()}
    return [number for (number,) in connection.execute(AMONG.format(condition=condition), told)]


def _step(connection: sqlite3.Connection, asked: str, rows: Sequence[tuple[int]]) -> list[int]:
    """Those of the articles walked over that match, in their order."""
    numbers = [number for (number,) in rows]
    matching: set[int] = set()
    for first, last in _ranges(sorted(numbers)):
        matching.update(number for (number,) in connection.execute(MATCHING, (asked, first, last)))
    return [number for number in numbers if number in matching]


def _ranges(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The stretches of numbers without a large gap: first and last of each."""
    if not numbers:
        return
    first = last = numbers[0]
    for number in numbers[1:]:
        if number - last > GAP:
            yield first, last
            first = number
        last = number
    yield first, last


HITS = f"""
SELECT a.number, a.id, a.site, a.url, a.title, a.published_at, a.status, {OPTED_OUT}, {SNIPPET}
FROM articles_fts JOIN articles a ON a.number = articles_fts.rowid
WHERE articles_fts MATCH ? AND articles_fts.rowid BETWEEN ? AND ?
    AND +articles_fts.rowid IN (SELECT value FROM json_each(?))
"""
"""One question for all: asked for a single row, the index is opened anew, which takes as long as reading 500."""


def _hits(
    connection: sqlite3.Connection, numbers: Sequence[int], asked: str, *, include_opted_out: bool
) -> list[SearchHit]:
    """The articles of those numbers, in their order."""
    if not numbers:
        return []
    wanted = (asked, min(numbers), max(numbers), msgspec.json.encode(numbers).decode())
    found = {}
    for number, *told, opted_out, snippet in connection.execute(HITS, wanted):
        shown = snippet if include_opted_out or not opted_out else ""
        found[number] = SearchHit(
            **dict(zip(SearchHit.__struct_fields__, (*told, bool(opted_out), shown), strict=True))
        )
    return [found[number] for number in numbers]
