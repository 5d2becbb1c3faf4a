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
from collections.abc import Iterable, Sequence, Set
from functools import cached_property, lru_cache
from itertools import chain

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
TEXTS = 300  # held as they are compared, some 0.15 MB each
PAST = 20  # earlier articles in which paragraphs and quotes are looked for
UNTIMED = "9999"  # sorts after every time: an article without one is never taken for a source

WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"[.!?]+[\"”’')]*\s|\n")
MARKED = re.compile(rb"\x01(?:\x00{0,%d}\x01)*" % (STRETCH - 1))
BAND = struct.Struct(f">{1 + ROWS}I")


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


def shared(one: Text, two: Text) -> tuple[tuple[int, float], tuple[int, float]] | None:
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
    while (found := update_some(archive)) == BATCH:
        compared += found
    return compared + found


def update_some(archive: Archive) -> int:
    """The number of articles compared in one transaction; BATCH where more may be left."""
    with archive.transaction():
        numbers = _pending(archive.db.conn)
        _Comparison(archive.db.conn).take(numbers)
    return len(numbers)


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


def _pending(connection: sqlite3.Connection) -> list[int]:
    """The next articles to compare. New ones have higher numbers than all that were compared, and come in order."""
    rows = connection.execute(
        "SELECT article FROM sketches WHERE stale"
        " UNION ALL SELECT number FROM articles WHERE number > (SELECT coalesce(max(article), 0) FROM sketches)"
        " ORDER BY 1 LIMIT ?",
        (BATCH,),
    )
    return [number for (number,) in rows]


ALIKE = f"""
WITH asked AS MATERIALIZED (SELECT value AS key FROM json_each(:keys)), told AS MATERIALIZED (
    SELECT k.key, k.article, count(*) OVER (PARTITION BY k.key) AS held
    FROM asked CROSS JOIN sketch_keys k ON k.key = asked.key)
SELECT article FROM told WHERE held <= {FORMULA} GROUP BY article HAVING count(*) >= {AGREEING} ORDER BY article
"""

EARLIER = """
SELECT o.number, s.share FROM shared_texts s
JOIN articles o ON o.number = s.other JOIN articles a ON a.number = s.article
WHERE s.article = :number AND (coalesce(o.published_at, :untimed), o.id) < (coalesce(a.published_at, :untimed), a.id)
ORDER BY s.share DESC, coalesce(o.published_at, :untimed), o.id
"""

SOURCE = """
INSERT INTO syndication (article, origin, source, share, release_share, own_paragraphs, own_quotes)
SELECT id, id, (SELECT id FROM articles WHERE number = :source), :share, :release,
    coalesce(:paragraphs, 0), coalesce(:quotes, 0)
FROM articles WHERE number = :number
ON CONFLICT (article) DO UPDATE SET source = excluded.source, share = excluded.share,
    release_share = excluded.release_share, own_paragraphs = coalesce(:paragraphs, own_paragraphs),
    own_quotes = coalesce(:quotes, own_quotes)
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
        self._text = lru_cache(maxsize=TEXTS)(self._read_text)

    def take(self, numbers: Sequence[int]) -> None:
        """The articles of those numbers compared with all others, and every part written that this touches."""
        compared, before = set(numbers), self._neighbours(numbers)
        for number in numbers:
            self._compare(number)
        after = self._neighbours(numbers)
        touched = compared | before | after
        for number in touched:
            past_is_new = number in before - after or not compared.isdisjoint({number, *self._earlier(number)})
            self._write_source(number, self._own(number) if past_is_new else None)
        for number in self._followers(touched):
            self._write_part(number)

    def _read_text(self, number: int) -> Text:
        (body,) = self._connection.execute("SELECT body FROM articles WHERE number = ?", (number,)).fetchone()
        return Text(body)

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
        for other in self._alike(keys):
            self._keep_pair(number, other)
        self._connection.executemany(
            "INSERT INTO sketch_keys (key, article) VALUES (?, ?)", [(key, number) for key in keys]
        )
        execute("INSERT INTO sketches (article, stale) VALUES (?, 0) ON CONFLICT DO UPDATE SET stale = 0", (number,))

    def _alike(self, keys: Sequence[int]) -> list[int]:
        """The articles that share sketches enough to be compared word by word."""
        found = self._connection.execute(ALIKE, {"keys": msgspec.json.encode(keys).decode()})
        return [number for (number,) in found]

    def _keep_pair(self, one: int, two: int) -> None:
        pair = shared(self._text(one), self._text(two))
        if pair is not None:
            rows = [(one, two, *pair[0]), (two, one, *pair[1])]
            self._connection.executemany("INSERT INTO shared_texts VALUES (?, ?, ?, ?)", rows)

    def _earlier(self, number: int) -> list[int]:
        """The articles before this one that share its text, most of it first."""
        return [other for (other, _) in self._connection.execute(EARLIER, {"number": number, "untimed": UNTIMED})]

    def _own(self, number: int) -> tuple[int, int]:
        """How many of its paragraphs and quotes stand in no article before it."""
        before = [self._text(other) for other in self._earlier(number)[:PAST]]
        if not before:
            paragraphs, quotes = self._connection.execute(WHOLE, (number,)).fetchone()
            return paragraphs, quotes
        quotes = (quote for (quote,) in self._connection.execute(QUOTES, (number,)).fetchall())
        return own(self._text(number), quotes, before)

    def _write_source(self, number: int, own: tuple[int, int] | None) -> None:
        """Where the article's text came from and how much of it; what is `own` too, where that was counted anew."""
        execute = self._connection.execute
        source, share = execute(EARLIER, {"number": number, "untimed": UNTIMED}).fetchone() or (None, 0.0)
        (release,) = execute(
            "SELECT coalesce(max(share), 0.0) FROM shared_texts WHERE article = ?", (number,)
        ).fetchone()
        paragraphs, quotes = own or (None, None)
        execute(
            SOURCE,
            {
                "number": number,
                "source": source if share >= LEAST_SHARE else None,
                "share": share if share >= LEAST_SHARE else 0.0,
                "release": release,
                "paragraphs": paragraphs,
                "quotes": quotes,
            },
        )

    def _followers(self, numbers: set[int]) -> list[int]:
        """Those articles, and all whose text came through one of them."""
        asked = msgspec.json.encode(sorted(numbers)).decode()
        return [number for (number,) in self._connection.execute(FOLLOWERS, {"numbers": asked})]

    def _write_part(self, number: int) -> None:
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
