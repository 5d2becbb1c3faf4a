"""Who copied whom: articles that share their text, where the text came from, and what each added of its own.

A local newsroom's story is often a police press release that dozens of sites print. Every sentence of an article leaves
a MinHash sketch; articles that share sketches are compared word by word, and what they share is kept for each pair.
Compared are stretches of five words, so that a shuffled paragraph or a changed lede hides nothing.

An article's source is the earlier one that holds most of its text; where the chain of sources begins is the origin, and
all that lead to the same origin are one group. A round-up of two releases follows the one it took more from, and does
not make one group of them. All of it depends on texts and publication times alone, never on the order of the crawl.
"""

# ruff: noqa: S608  (the SQL is made of this module's own numbers; what comes from outside is always a parameter)

from __future__ import annotations

import hashlib
import re
import sqlite3
import struct
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from functools import cached_property, lru_cache
from itertools import chain
from typing import TypeAlias

import msgspec
from rensa import RMinHash

from scraper.archive.connection import troubles_told
from scraper.archive.store import Archive
from scraper.archive.visits import next_seq

STRETCH = 5  # words; four make strangers share set phrases, six lose sentences with one word changed
LEAST_WORDS = 40  # in common: fewer is a quotation or a formula of the trade
LEAST_SHARE = 0.2  # of the words of one of the two
SENTENCE = 8  # words; shorter sentences are formulas
PERMUTATIONS, ROWS = 8, 4  # two keys a sentence: one that is copied word for word is found by either
SEED = 1
SHINGLE = 3  # words of a sentence's sketch
AGREEING = 3  # keys two articles must share to be compared: those of more than one sentence
FORMULA = 300  # articles; a key that more share is a formula, and no evidence
BATCH = 200  # articles a transaction
COMPARE, SOURCE, GROUP = 1, 2, 3  # what an article waits for, in this order: `sketches.stale`
TEXTS = 300  # held as they are compared, some 0.15 MB each
PAST = 20  # earlier articles in which paragraphs and quotes are looked for
UNTIMED = "9999"  # sorts after every time: an article without one is never taken for a source

WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"[.!?]+[\"”’')]*\s|\n")
MARKED = re.compile(rb"\x01(?:\x00{0,%d}\x01)*" % (STRETCH - 1))
BAND = struct.Struct(f">{1 + ROWS}I")


Pair: TypeAlias = tuple[tuple[int, float], tuple[int, float]]
"""The words that each of two texts has in common with the other, and which share of its words they are."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """An article's part in its group. Shares are of its words, 0..1: `share` of those its source had before it,
    `release_share` of those that any other of the group has. Its own paragraphs and quotes stand in none before it.
    """

    article: str
    origin: str
    source: str | None
    share: float
    release_share: float
    own_paragraphs: int
    own_quotes: int


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A text and the articles that print it, by time; the first is where it was first seen."""

    origin: str
    title: str
    site: str
    published: str | None
    copies: int
    sites: int
    copied_share: float


class Text:
    """A text as it is compared: its words, how many each paragraph has, and its stretches, in order and as a set."""

    def __init__(self, body: str) -> None:
        paragraphs = [WORD.findall(paragraph) for paragraph in body.casefold().split("\n\n")]
        self.lengths = [len(words) for words in paragraphs]
        self.words = list(chain.from_iterable(paragraphs))
        self.stretches = _runs(self.words, STRETCH)
        self.different = frozenset(self.stretches)

    @cached_property
    def told(self) -> str:
        """The words in a row, to look for a quote in."""
        return f" {' '.join(self.words)} "

    def shared(self, stretches: Set[str]) -> int:
        """How many of the words stand in one of those stretches."""
        return _covered(self._marks(stretches)) if stretches else 0

    def own_paragraphs(self, stretches: Set[str]) -> int:
        """How many of the paragraphs have no more than half their words in those stretches."""
        marks, start, own = self._marks(stretches), 0, 0
        for length in self.lengths:
            own += 2 * _covered(marks[start : start + max(length - STRETCH + 1, 0)]) <= length
            start += length
        return own

    def _marks(self, stretches: Set[str]) -> bytes:
        """1 for each stretch that is among those, else 0."""
        return bytes(map(stretches.__contains__, self.stretches))


def shared(one: Text, two: Text) -> Pair | None:
    """How many words of each stand in the other too, and which share of all its words; None where it is too little to
    count.
    """
    common = one.different & two.different
    first, second = ((text.shared(common), text) for text in (one, two))
    pair = tuple((words, round(words / max(len(text.words), 1), 4)) for words, text in (first, second))
    if max(words for words, _ in pair) < LEAST_WORDS or max(share for _, share in pair) < LEAST_SHARE:
        return None
    return pair[0], pair[1]


def own(text: Text, quotes: Iterable[str], before: Sequence[Text]) -> tuple[int, int]:
    """How many of a text's paragraphs and quotes stand in none of those before it, of which there is one at least."""
    known = set[str]().union(*(text.different & other.different for other in before))
    spoken = (f" {' '.join(WORD.findall(quote.casefold()))} " for quote in quotes)
    return text.own_paragraphs(known), sum(not any(quote in other.told for other in before) for quote in spoken)


def update(archive: Archive) -> int:
    """The number of articles compared: those never compared, and those whose text or company changed since.

    Some hundred a transaction, so that what is done stays done; each article whose part changed takes a new seq. Hold
    `archive.writing()`.
    """
    compared = 0
    while (found := update_some(archive)) is not None:
        compared += found
    return compared


def update_some(archive: Archive) -> int | None:
    """One transaction's work: how many articles it compared, 0 where it wrote what follows from comparing; None where
    nothing is left to do.
    """
    with archive.transaction():
        stage, numbers = _pending(archive.db.conn)
        if not numbers:
            return None
        comparison = _Comparison(archive.db.conn)
        {COMPARE: comparison.compare, SOURCE: comparison.write_sources, GROUP: comparison.write_groups}[stage](numbers)
    return len(numbers) if stage == COMPARE else 0


def group_of(archive: Archive, article: str) -> list[Part]:
    """All of an article's group by time, the origin first; none for one not compared yet or unlike all others."""
    with troubles_told(archive.path):
        rows = archive.db.conn.execute(
            "SELECT s.article, s.origin, s.source, s.share, s.release_share, s.own_paragraphs, s.own_quotes"
            " FROM syndication s JOIN articles a ON a.id = s.article"
            " WHERE s.origin = (SELECT origin FROM syndication WHERE article = ?)"
            " ORDER BY s.source IS NOT NULL, a.published_at, s.article",
            (article,),
        ).fetchall()
    return [Part(**dict(zip(Part.__struct_fields__, row, strict=True))) for row in rows] if len(rows) > 1 else []


def groups(archive: Archive, *, site: str | None = None, limit: int = 20) -> list[Group]:
    """The groups with most copies; with `site`, those that site takes part in. Raises NoSuchSite."""
    if site is not None:
        archive.check_site(site)
    with troubles_told(archive.path):
        rows = archive.db.conn.execute(
            "SELECT origin, title, first_site, first_published_at, copies, sites, copied_share FROM press_releases"
            " WHERE :site IS NULL OR origin IN"
            " (SELECT s.origin FROM syndication s JOIN articles a ON a.id = s.article WHERE a.site = :site)"
            " ORDER BY copies DESC, origin LIMIT :limit",
            {"site": site, "limit": limit},
        ).fetchall()
    return [Group(**dict(zip(Group.__struct_fields__, row, strict=True))) for row in rows]


def sketch(body: str) -> set[int]:
    """The keys of a text: two for every sentence of eight words or more; equal sentences have equal keys."""
    keys: set[int] = set()
    for sentence in SENTENCE_END.split(body.casefold()):
        words = WORD.findall(sentence)
        if len(words) >= SENTENCE:
            minhash = RMinHash(PERMUTATIONS, SEED)
            minhash.update(_runs(words, SHINGLE))
            digest = minhash.digest()
            keys.update(_key(row, digest[row : row + ROWS]) for row in range(0, PERMUTATIONS, ROWS))
    return keys


def _key(row: int, band: Sequence[int]) -> int:
    digest = hashlib.blake2b(BAND.pack(row, *band), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _runs(words: Sequence[str], length: int) -> list[str]:
    """Every so many words in a row."""
    return list(map(" ".join, zip(*(words[at:] for at in range(length)), strict=False)))


def _covered(marks: bytes) -> int:
    """How many words stand in the stretches that are marked; stretches that meet or overlap are one run of words."""
    return sum(run.end() - run.start() + STRETCH - 1 for run in MARKED.finditer(marks))


def group_number(origin: str) -> int:
    """The number of the group that began with this article: of its id alone, so that equal archives agree."""
    return int.from_bytes(hashlib.blake2b(origin.encode(), digest_size=6).digest(), "big")


def _pending(connection: sqlite3.Connection) -> tuple[int, list[int]]:
    """The stage to go on with and the next articles in it. New articles have higher numbers than all that were
    compared, and come in order. All are compared before the first source is written, and all sources before groups, so
    that each is written once.
    """
    for stage in (COMPARE, SOURCE, GROUP):
        new = NEW if stage == COMPARE else ""
        rows = connection.execute(f"{STALE} {new} ORDER BY 1 LIMIT {BATCH}", (stage,))
        if numbers := [number for (number,) in rows]:
            return stage, numbers
    return GROUP, []


STALE = "SELECT article FROM sketches WHERE stale AND stale = ?"
NEW = "UNION ALL SELECT number FROM articles WHERE number > (SELECT coalesce(max(article), 0) FROM sketches)"

HOLDERS = f"SELECT article FROM sketch_keys WHERE key = ? LIMIT {FORMULA + 1}"

EARLIER = """
SELECT o.number, s.share FROM shared_texts s
JOIN articles o ON o.number = s.other JOIN articles a ON a.number = s.article
WHERE s.article = :number AND (coalesce(o.published_at, :untimed), o.id) < (coalesce(a.published_at, :untimed), a.id)
ORDER BY s.share DESC, coalesce(o.published_at, :untimed), o.id
"""

SOURCE_OF = """
INSERT OR REPLACE INTO syndication (article, origin, source, share, release_share, own_paragraphs, own_quotes)
SELECT a.id, coalesce(s.origin, a.id), (SELECT id FROM articles WHERE number = :source), :share, :release,
    :paragraphs, :quotes
FROM articles a LEFT JOIN syndication s ON s.article = a.id WHERE a.number = :number
"""

WHOLE = """
SELECT 1 + (length(body) - length(replace(body, char(10, 10), ''))) / 2,
    (SELECT count(*) FROM quotes q WHERE q.article = a.id)
FROM articles a WHERE number = ?
"""
"""The paragraphs and the quotes of an article: all its own, where none stands before it."""

QUOTES = "SELECT q.text FROM articles a JOIN quotes q ON q.article = a.id WHERE a.number = ?"

FOLLOWERS = """
WITH RECURSIVE led (id) AS (
    SELECT id FROM articles WHERE number IN (SELECT value FROM json_each(:numbers))
    UNION SELECT s.article FROM syndication s JOIN led ON s.source = led.id)
SELECT a.number FROM led JOIN articles a ON a.id = led.id ORDER BY a.number
"""

PART = """
WITH RECURSIVE back (id, source) AS (
    SELECT s.article, s.source FROM syndication s JOIN articles a ON a.id = s.article WHERE a.number = :number
    UNION SELECT s.article, s.source FROM syndication s JOIN back ON s.article = back.source)
SELECT s.article, (SELECT id FROM back WHERE source IS NULL), s.share,
    CASE WHEN s.source IS NOT NULL THEN 'copy'
        WHEN EXISTS (SELECT 1 FROM syndication f WHERE f.source = s.article) THEN 'origin' ELSE 'none' END
FROM syndication s JOIN articles a ON a.id = s.article WHERE a.number = :number
"""


class _Comparison:
    """One transaction's work: every text is read once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._read = lru_cache(maxsize=TEXTS)(Text)

    def compare(self, numbers: Sequence[int]) -> None:
        """The articles of those numbers compared with all others; they, and all that shared or share text with one of
        them, wait for their sources.
        """
        before = self._neighbours(numbers)
        for number in numbers:
            self._compare(number)
        self._wait(before | self._neighbours(numbers), SOURCE, unless=COMPARE)

    def write_sources(self, numbers: Sequence[int]) -> None:
        """Where the text of each came from; it, and all whose text came through it, wait for their groups."""
        for number in numbers:
            self._write_source(number)
        self._wait(numbers, GROUP)
        self._wait(self._followers(numbers), GROUP, unless=SOURCE)

    def write_groups(self, numbers: Sequence[int]) -> None:
        """The group of each, by the chain of sources."""
        for number in numbers:
            self._write_group(number)
        self._wait(numbers, 0)

    def _wait(self, numbers: Iterable[int], stage: int, *, unless: int | None = None) -> None:
        """Those articles wait for that stage; not those that wait for `unless` or an earlier one."""
        self._connection.executemany(
            "UPDATE sketches SET stale = :stage WHERE article = :number"
            " AND (:unless IS NULL OR stale = 0 OR stale > :unless)",
            [{"number": number, "stage": stage, "unless": unless} for number in numbers],
        )

    def _text(self, number: int) -> Text:
        """An article's text; articles that were copied to the letter have one together."""
        (body,) = self._connection.execute("SELECT body FROM articles WHERE number = ?", (number,)).fetchone()
        return self._read(body)

    def _neighbours(self, numbers: Sequence[int]) -> set[int]:
        """The articles that share text with one of those, as far as has been found."""
        found = self._connection.execute(
            "SELECT DISTINCT other FROM shared_texts WHERE article IN (SELECT value FROM json_each(?))",
            (msgspec.json.encode(numbers).decode(),),
        )
        return {other for (other,) in found}

    def _compare(self, number: int) -> None:
        """The article's sketch and all that it shares with others, written anew."""
        execute = self._connection.execute
        execute("DELETE FROM sketch_keys WHERE article = ?", (number,))
        execute("DELETE FROM shared_texts WHERE article = :number OR other = :number", {"number": number})
        (body,) = execute("SELECT body FROM articles WHERE number = ?", (number,)).fetchone()
        keys = sorted(sketch(body))
        self._keep_pairs(number, self._alike(keys))
        self._connection.executemany(
            "INSERT INTO sketch_keys (key, article) VALUES (?, ?)", [(key, number) for key in keys]
        )
        execute(
            f"INSERT INTO sketches (article, stale) VALUES (?, {SOURCE}) ON CONFLICT DO UPDATE SET stale = {SOURCE}",
            (number,),
        )

    def _alike(self, keys: Sequence[int]) -> list[int]:
        """The articles that share sketches enough to be compared word by word."""
        found = Counter[int]()
        for key in keys:
            rows = self._connection.execute(HOLDERS, (key,)).fetchall()
            if len(rows) <= FORMULA:
                found.update(chain.from_iterable(rows))
        return sorted(number for number, agreeing in found.items() if agreeing >= AGREEING)

    def _keep_pairs(self, number: int, others: Iterable[int]) -> None:
        """What the article shares with each of those, as it stands in either. One text is compared once, however many
        printed it.
        """
        text, found, rows = self._text(number), dict[Text, Pair | None](), list[tuple[int, int, int, float]]()
        for other in others:
            its = self._text(other)
            if its not in found:
                found[its] = shared(text, its)
            if pair := found[its]:
                rows += ((number, other, *pair[0]), (other, number, *pair[1]))
        self._connection.executemany("INSERT INTO shared_texts VALUES (?, ?, ?, ?)", rows)

    def _write_source(self, number: int) -> None:
        """Where the article's text came from, how much of it, and what is its own."""
        execute = self._connection.execute
        earlier = execute(EARLIER, {"number": number, "untimed": UNTIMED}).fetchall()
        source, share = earlier[0] if earlier else (None, 0.0)
        (release,) = execute(
            "SELECT coalesce(max(share), 0.0) FROM shared_texts WHERE article = ?", (number,)
        ).fetchone()
        paragraphs, quotes = self._own(number, [other for other, _ in earlier[:PAST]])
        execute(
            SOURCE_OF,
            {
                "number": number,
                "source": source if share >= LEAST_SHARE else None,
                "share": share if share >= LEAST_SHARE else 0.0,
                "release": release,
                "paragraphs": paragraphs,
                "quotes": quotes,
            },
        )

    def _own(self, number: int, earlier: Sequence[int]) -> tuple[int, int]:
        """How many of its paragraphs and quotes stand in none of the articles before it."""
        if not earlier:
            paragraphs, quotes = self._connection.execute(WHOLE, (number,)).fetchone()
            return paragraphs, quotes
        before = list(dict.fromkeys(map(self._text, earlier)))
        quotes = (quote for (quote,) in self._connection.execute(QUOTES, (number,)).fetchall())
        return own(self._text(number), quotes, before)

    def _followers(self, numbers: Sequence[int]) -> list[int]:
        """Those articles, and all whose text came through one of them."""
        asked = msgspec.json.encode(numbers).decode()
        return [number for (number,) in self._connection.execute(FOLLOWERS, {"numbers": asked})]

    def _write_group(self, number: int) -> None:
        """The article's group and its role there; a new seq where either, or the share, is another than before."""
        execute = self._connection.execute
        id_, origin, share, role = execute(PART, {"number": number}).fetchone()
        execute("UPDATE syndication SET origin = ? WHERE article = ?", (origin, id_))
        now = (group_number(origin), role, share)
        held = execute(
            "SELECT syndication_group, syndication_role, syndication_share FROM articles WHERE number = ?", (number,)
        ).fetchone()
        if held != now:
            execute(
                "UPDATE articles SET syndication_group = ?, syndication_role = ?, syndication_share = ?, seq = ?"
                " WHERE number = ?",
                (*now, next_seq(self._connection), number),
            )
