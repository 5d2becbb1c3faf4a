"""Who copied whom over all archives of a fleet: what one archive that held them all would say.

Each archive knows the groups within itself and keeps the sketches of its texts (`scraper.archive.syndication`). Here
their keys are laid beside each other, a range of keys at a time, articles of two archives that share enough of them are
compared word by word, and the chains of sources are followed anew. Workers read the archives; one process gathers.

What comes out goes into the dataset as its own table, and not back into the archives: an archive stays a function of
the pages of its own sites, equal to one crawled alone, and its next comparison would undo it.

Pairs within an archive stand as it found them; a key that is no formula within each archive and is one over all is
still evidence there.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from heapq import merge
from itertools import combinations, groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, NoReturn

import msgspec

from scraper.archive import syndication
from scraper.archive.store import Archive
from scraper.archive.syndication import AGREEING, FORMULA, LEAST_SHARE, PAST, UNTIMED, Text
from scraper.errors import NothingDone
from scraper.fleet.parts import SPAN, Source
from scraper.reextract import Hiring

BANDS = f"{__name__}:serve_bands"
PAIRS = f"{__name__}:serve_pairs"
OWN = f"{__name__}:serve_own"
LIMIT = 3600.0  # seconds a chunk may take
RANGES = 64  # into which the keys are cut: each is read by one worker, from all archives
CHUNK = 32  # articles a worker compares at once
TEXTS = 500  # texts a worker keeps

Range = tuple[int, int]
Group = tuple[int, tuple[int, ...]]
"""An article and those it is to be compared with. Articles are numbered over all archives."""

TABLES = (
    "CREATE TABLE pairs (one INTEGER, two INTEGER, keys INTEGER, PRIMARY KEY (one, two)) WITHOUT ROWID",
    "CREATE TABLE shared (article INTEGER, other INTEGER, share REAL, PRIMARY KEY (article, other)) WITHOUT ROWID",
    """
    CREATE TABLE parts (article INTEGER PRIMARY KEY, id TEXT UNIQUE, at TEXT, source TEXT, share REAL, release REAL,
        paragraphs INTEGER, quotes INTEGER, origin TEXT, touched INTEGER DEFAULT 0)
    """,
)
PARTS = """
SELECT a.site, a.number + :shift, a.id, coalesce(a.published_at, :untimed), s.source, s.share, s.release_share,
    s.own_paragraphs, s.own_quotes, s.origin
FROM syndication s JOIN articles a ON a.id = s.article
"""
EARLIER = """
SELECT o.article, o.id, s.share FROM shared s JOIN parts o ON o.article = s.other
JOIN parts a ON a.article = s.article
WHERE s.article = ? AND (o.at, o.id) < (a.at, a.id) ORDER BY s.share DESC, o.at, o.id
"""
MOST = "SELECT max(s.share) FROM shared s JOIN parts o ON o.article = s.other WHERE s.article = ?"
ORIGINS = """
WITH RECURSIVE led (id, origin) AS (
    SELECT id, id FROM parts WHERE source IS NULL
    UNION ALL SELECT p.id, led.origin FROM led JOIN parts p ON p.source = led.id)
SELECT led.id, led.origin FROM led
"""


class Release(NamedTuple):
    """A row of `syndication` that is other than the article's own archive says."""

    article: str
    origin: str
    source: str | None
    share: float
    release_share: float
    own_paragraphs: int
    own_quotes: int


def releases(sources: Sequence[Source], hire: Hiring, scratch: Path) -> list[Release]:
    """The parts of articles in groups that go beyond their archive, by article. Every crawl ends by comparing its
    archive within itself; that is done before. `scratch` is a file that may grow.
    """
    told = [str(source.path.absolute()) for source in sources]
    with closing(sqlite3.connect(scratch, isolation_level=None)) as work:
        for statement in TABLES:
            work.execute(statement)
        work.execute("BEGIN")
        _gather_pairs(work, told, hire)
        _gather_parts(work, sources)
        _compare(work, told, hire)
        _write_sources(work, told, hire)
        found = list(_differing(work))
        work.execute("COMMIT")
    return found


def _gather_pairs(work: sqlite3.Connection, paths: Sequence[str], hire: Hiring) -> None:
    """Which articles of two archives share how many keys."""
    step = 2**64 // RANGES
    ranges = [(-(2**63) + at * step, -(2**63) + (at + 1) * step - 1) for at in range(RANGES)]
    with hire(BANDS, LIMIT) as crew:
        found: Iterable[list[tuple[int, int, int]]] = crew.work(
            [[one] for one in ranges],
            encode=lambda chunk: msgspec.msgpack.encode((paths, chunk)),
            decode=msgspec.msgpack.Decoder(list[list[tuple[int, int, int]]]).decode,
            lost=lambda one, words: _give_up(f"the keys from {one[0]}", words),
        )
        for pairs in found:
            work.executemany(
                "INSERT INTO pairs VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET keys = keys + excluded.keys", pairs
            )
    work.execute("DELETE FROM pairs WHERE keys < ?", (AGREEING,))


def _give_up(what: str, words: str) -> NoReturn:
    """A comparison without a part of it would be wrong, so there is none."""
    raise NothingDone(f"Comparing the archives failed at {what}, and nothing was written: {words}")


def serve_bands(sent: bytes) -> bytes:
    """The worker's side: archives and ranges of keys in; pairs of articles, and how many keys they share, out."""
    paths, ranges = msgspec.msgpack.decode(sent, type=tuple[list[str], list[Range]])
    return msgspec.msgpack.encode([_banded(paths, one) for one in ranges])


def _banded(paths: Sequence[str], keys: Range) -> list[tuple[int, int, int]]:
    counted: Counter[tuple[int, int]] = Counter()
    rows = merge(*(_keys(number, path, keys) for number, path in enumerate(paths)))
    for _, held in groupby(rows, key=itemgetter(0)):
        articles = [article for _, article in held]
        if 1 < len(articles) <= FORMULA + 1:
            counted.update(pair for pair in combinations(articles, 2) if pair[0] // SPAN != pair[1] // SPAN)
    return [(*pair, count) for pair, count in counted.items()]


def _keys(number: int, path: str, keys: Range) -> Iterator[tuple[int, int]]:
    with Archive.open(path, readonly=True) as archive:
        select = "SELECT key, article + ? FROM sketch_keys WHERE key BETWEEN ? AND ? ORDER BY key, article"
        yield from archive.db.conn.execute(select, (number * SPAN, *keys))


def _gather_parts(work: sqlite3.Connection, sources: Sequence[Source]) -> None:
    """What the archives themselves found: the part of every article of their own, and what it shares within them."""
    for number, source in enumerate(sources):
        shift = number * SPAN
        with Archive.open(source.path, readonly=True) as archive:
            rows = archive.db.conn.execute(PARTS, {"shift": shift, "untimed": UNTIMED})
            work.executemany(
                "INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
                (row for site, *row in rows if source.owns(site)),
            )
            work.executemany(
                "INSERT INTO shared VALUES (?, ?, ?)",
                archive.db.conn.execute("SELECT article + ?, other + ?, share FROM shared_texts", (shift, shift)),
            )


def _compare(work: sqlite3.Connection, paths: Sequence[str], hire: Hiring) -> None:
    """Articles that share keys, word by word."""
    rows = work.execute("SELECT one, two FROM pairs ORDER BY one, two").fetchall()
    groups = [(one, tuple(two for _, two in pairs)) for one, pairs in groupby(rows, key=itemgetter(0))]
    with hire(PAIRS, LIMIT) as crew:
        found: Iterable[tuple[int, int, float]] = crew.work(
            _chunks(groups),
            encode=lambda chunk: msgspec.msgpack.encode((paths, chunk)),
            decode=msgspec.msgpack.Decoder(list[tuple[int, int, float]]).decode,
            lost=lambda group, words: _give_up(f"article {group[0]}", words),
        )
        for row in found:
            work.execute("INSERT INTO shared VALUES (?, ?, ?)", row)
            work.execute("UPDATE parts SET touched = 1 WHERE article = ?", (row[0],))


def serve_pairs(sent: bytes) -> bytes:
    """The worker's side: archives and articles with those to compare them with in; what they share, both ways, out."""
    paths, groups = msgspec.msgpack.decode(sent, type=tuple[list[str], list[Group]])
    found = []
    with _texts(paths) as texts:
        for one, others in groups:
            for two in others:
                pair = syndication.shared(texts.text(one), texts.text(two))
                if pair is not None:
                    found += [(one, two, pair[0][1]), (two, one, pair[1][1])]
    return msgspec.msgpack.encode(found)


def _write_sources(work: sqlite3.Connection, paths: Sequence[str], hire: Hiring) -> None:
    """Where the text of each article that shares some beyond its archive came from, and what is its own."""
    asked: list[Group] = []
    for (article,) in work.execute("SELECT article FROM parts WHERE touched ORDER BY article").fetchall():
        (release,) = work.execute(MOST, (article,)).fetchone()
        if release is None:  # with what is left of a site that was moved alone
            continue
        before = work.execute(EARLIER, (article,)).fetchall()
        _, source, share = before[0] if before else (None, None, 0.0)
        is_copy = share >= LEAST_SHARE
        work.execute(
            "UPDATE parts SET source = ?, share = ?, release = ? WHERE article = ?",
            (source if is_copy else None, share if is_copy else 0.0, release, article),
        )
        if before:
            asked.append((article, tuple(other for other, *_ in before[:PAST])))
    with hire(OWN, LIMIT) as crew:
        found: Iterable[tuple[int, int, int]] = crew.work(
            _chunks(asked),
            encode=lambda chunk: msgspec.msgpack.encode((paths, chunk)),
            decode=msgspec.msgpack.Decoder(list[tuple[int, int, int]]).decode,
            lost=lambda group, words: _give_up(f"article {group[0]}", words),
        )
        for article, paragraphs, quotes in found:
            work.execute("UPDATE parts SET paragraphs = ?, quotes = ? WHERE article = ?", (paragraphs, quotes, article))


def serve_own(sent: bytes) -> bytes:
    """The worker's side: articles with those before them in; how many paragraphs and quotes are their own, out."""
    paths, groups = msgspec.msgpack.decode(sent, type=tuple[list[str], list[Group]])
    with _texts(paths) as texts:
        return msgspec.msgpack.encode(
            [
                (one, *syndication.own(texts.text(one), texts.quotes(one), [texts.text(other) for other in before]))
                for one, before in groups
            ]
        )


def _differing(work: sqlite3.Connection) -> Iterator[Release]:
    """The rows that are other than their archives' own."""
    work.execute("CREATE INDEX parts_source ON parts (source)")
    origins = work.execute(ORIGINS)
    for id_, origin in origins.fetchall():
        work.execute("UPDATE parts SET origin = ?, touched = 1 WHERE id = ? AND origin != ?", (origin, id_, origin))
    for row in work.execute(
        "SELECT id, origin, source, share, release, paragraphs, quotes FROM parts WHERE touched ORDER BY id"
    ):
        yield Release(*row)


def _chunks(groups: Sequence[Group]) -> Iterator[Sequence[Group]]:
    return (groups[at : at + CHUNK] for at in range(0, len(groups), CHUNK))


class _Texts:
    """Texts and quotes of articles of any of the archives."""

    def __init__(self, archives: Sequence[Archive]) -> None:
        self._archives = archives
        self.text = lru_cache(maxsize=TEXTS)(self._text)

    def _text(self, article: int) -> Text:
        number, row = divmod(article, SPAN)
        found = self._archives[number].db.conn.execute("SELECT body FROM articles WHERE number = ?", (row,)).fetchone()
        return Text(found[0])

    def quotes(self, article: int) -> list[str]:
        """What is quoted in it."""
        number, row = divmod(article, SPAN)
        return [text for (text,) in self._archives[number].db.conn.execute(syndication.QUOTES, (row,))]


@contextmanager
def _texts(paths: Sequence[str]) -> Iterator[_Texts]:
    archives = [Archive.open(path, readonly=True) for path in paths]
    try:
        yield _Texts(archives)
    finally:
        for archive in archives:
            archive.close()
