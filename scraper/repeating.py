"""Lines that an owner or a script puts above and below every post of a site: found over its kept pages, and taken out.

A page alone cannot tell them; its site's other pages can (`extractors.repetition`). The set of a site's lines is worked
out from the kept pages of the SAMPLE articles with the smallest ids. Ids are random numbers, so that the sample is as
good as drawn by lot, and a new post seldom changes it.

The set grows while a new site is crawled, so a page may be read before its lines are known. Therefore each turn of a
site ends with `Repeating.put_right`: articles whose text still begins or ends with a line of the set, or lacks one that
is no longer in it, are read again from their kept pages, in their place, with no revision: the newsroom changed
nothing. What an archive says in the end is thus a function of the pages it keeps, whatever the order of the visits and
wherever a run was broken off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

import msgspec

from extractors.model import Page
from extractors.repetition import edge_lines, repeated_lines
from scraper.archive import rereadings
from scraper.archive.captures import DamagedCapture
from scraper.archive.rereadings import Kept
from scraper.archive.store import Archive
from scraper.reading import Answered, Read
from scraper.web.decode import decode

SAMPLE = 40  # articles whose pages are looked at: a line on 30 % of a site's is on 30 ± 15 % of them
FEWEST = 3  # pages; a sentence that an editor added to two of a small site's six posts is no promotion
EDGE = 1000  # characters at either end of a body that are searched for its lines
BATCH = 20  # articles put right in one transaction

Edges = dict[tuple[str, int], frozenset[str]]

HELD = "SELECT id, capture FROM articles WHERE site = ? AND capture IS NOT NULL ORDER BY id LIMIT ?"
TEXTS = f"""
SELECT a.id, a.capture, substr(a.body, 1, {EDGE}) || char(10) || substr(a.body, -{EDGE}),
    (SELECT json_group_array(r.text) FROM removals r WHERE r.article = a.id AND r.rule = 'repeated')
FROM articles a WHERE a.site = ? AND a.capture IS NOT NULL ORDER BY a.id
"""  # noqa: S608 - made of this module's own number

BROKEN_OFF = """
SELECT r.ended_at IS NULL FROM runs r, json_each(r.sites) s
WHERE s.value = ? AND r.id < ? AND r.kind = 'crawl' ORDER BY r.id DESC LIMIT 1
"""


class Reader(Protocol):
    """Who reads pages, here or in a worker."""

    async def read(self, answered: Answered) -> Read: ...


def repeated_of(archive: Archive, site: str, known: Edges | None = None) -> frozenset[str]:
    """The lines that stand at an edge of many of the site's kept posts; none below five. `known` keeps what was read of
    a page for the next time.
    """
    edges: Edges = {} if known is None else known
    sample = archive.db.conn.execute(HELD, (site, SAMPLE)).fetchall()
    for article, capture in sample:
        if (article, capture) not in edges:
            edges[article, capture] = _edges(archive, article, capture)
    return repeated_lines((edges[article, capture] for article, capture in sample), fewest=FEWEST)


def _edges(archive: Archive, article: str, capture: int) -> frozenset[str]:
    try:
        kept = archive.kept_page(article, capture)
        html = decode(archive.raw(kept.sha256), _content_type(kept))
    except DamagedCapture:
        return frozenset()
    return edge_lines(Page(url=kept.url, html=html, fetched_at=kept.fetched_at))


def answered_of(kept: Kept, body: bytes, *, repeated: frozenset[str]) -> Answered:
    """A kept page as it was answered, with all that is known of it."""
    return Answered(
        url=kept.url,
        final_url=kept.final_url,
        body=body,
        content_type=_content_type(kept),
        fetched_at=kept.fetched_at,
        entry=kept.entry,
        zone=kept.zone,
        blog_id=kept.blog_id,
        site=kept.site,
        repeated=repeated,
    )


def _content_type(kept: Kept) -> str | None:
    return next((value for name, value in kept.headers if name.lower() == "content-type"), None)


class Repeating:
    """The lines of one site in one run."""

    def __init__(self, archive: Archive, site: str, readers: Reader, *, run: int, now: Callable[[], datetime]) -> None:
        self._archive, self._site, self._readers = archive, site, readers
        self._run, self._now = run, now
        self._edges: Edges = {}

    def lines(self) -> frozenset[str]:
        """What is known by now; worth asking again when pages were added."""
        return repeated_of(self._archive, self._site, self._edges)

    @property
    def is_owed(self) -> bool:
        """Whether the site's last crawl was broken off, so that its articles may still have to be put right."""
        last = self._archive.db.conn.execute(BROKEN_OFF, (self._site, self._run)).fetchone()
        return last is not None and bool(last[0])

    async def put_right(self) -> int:
        """How many articles were read again and say something else now."""
        lines = self.lines()
        righted = 0
        wrong = list(self._wrong(lines))
        for start in range(0, len(wrong), BATCH):
            found = await asyncio.gather(*(self._read(*one, lines) for one in wrong[start : start + BATCH]))
            with self._archive.transaction():
                righted += sum(self._replace(article, read) for article, read in found)
        return righted

    def _wrong(self, lines: frozenset[str]) -> Iterator[tuple[str, int]]:
        """Articles and captures of which a line may have to go, or to come back."""
        for article, capture, text, removed in self._archive.db.conn.execute(TEXTS, (self._site,)):
            if any(line in text for line in lines) or not lines.issuperset(msgspec.json.decode(removed)):
                yield article, capture

    async def _read(self, article: str, capture: int, lines: frozenset[str]) -> tuple[str, Read | None]:
        try:
            kept = self._archive.kept_page(article, capture)
            body = self._archive.raw(kept.sha256)
        except DamagedCapture:
            return article, None
        return article, await self._readers.read(answered_of(kept, body, repeated=lines))

    def _replace(self, article: str, read: Read | None) -> bool:
        """Writes what was read in the place of what is held, where the text differs."""
        if read is None or read.reading is None or read.reading.article.id != article:
            return False
        held = self._archive.record(article)
        if held is None or held["body"] == read.reading.article.body:
            return False
        rereadings.replace(self._archive.db.conn, self._run, read.reading, site=self._site, at=self._now())
        return True
