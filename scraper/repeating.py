"""Lines that an owner or a script puts above and below every post of a site: found over its kept pages, and taken out.

A page alone cannot tell them; its site's other pages can (`extractors.repetition`). The set of a site's lines is worked
out from the edges of its sample of articles (`archive.edges`), which are written down as pages are read.

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

from extractors.repetition import repeated_lines
from scraper.archive.captures import DamagedCapture
from scraper.archive.sites import edges
from scraper.archive.sites.edges import Sampled
from scraper.archive.store import Archive
from scraper.archive.versions import rereadings
from scraper.archive.versions.rereadings import Kept
from scraper.archive.visits import as_of_site
from scraper.reading import Answered, Read, read_edges

FEWEST = 3  # pages; a sentence that an editor added to two of a small site's six posts is no promotion
EDGE = 1000  # characters at either end of a body that are searched for its lines
BATCH = 20  # articles put right in one transaction

TEXTS = f"""
SELECT a.id, a.capture, iif(:searched, substr(a.body, 1, {EDGE}) || char(10) || substr(a.body, -{EDGE}), ''),
    (SELECT json_group_array(r.text) FROM removals r WHERE r.article = a.id AND r.rule = 'repeated')
FROM articles a WHERE a.site = :site AND a.capture IS NOT NULL ORDER BY a.id
"""  # noqa: S608 - made of this module's own number

BROKEN_OFF = """
SELECT r.ended_at IS NULL FROM runs r, json_each(r.sites) s
WHERE s.value = ? AND r.id < ? AND r.kind = 'crawl' ORDER BY r.id DESC LIMIT 1
"""


class Reader(Protocol):
    """Who reads pages, here or in a worker."""

    async def read(self, answered: Answered) -> Read: ...


def repeated_of(archive: Archive, site: str) -> frozenset[str]:
    """The lines that stand at an edge of many of the site's kept posts, as today's rules read them; none below five."""
    sample = edges.sample(archive.db.conn, site)
    return repeated_lines((_edges(archive, one) for one in sample), fewest=FEWEST)


def repeated_by_site(archive: Archive) -> dict[str, frozenset[str]]:
    """The lines of every site of which articles are held, crawled or not; one without such lines is absent."""
    return {name: lines for name in sites_of(archive) if (lines := repeated_of(archive, name))}


def sites_of(archive: Archive) -> list[str]:
    """The sites of which articles are held, crawled or not, by name."""
    return [name for (name,) in archive.db.conn.execute("SELECT DISTINCT site FROM articles ORDER BY site")]


def _edges(archive: Archive, one: Sampled) -> tuple[str, ...]:
    try:
        return read_edges(_answered(archive, one.article, one.capture))
    except DamagedCapture:
        return ()


def _answered(archive: Archive, article: str, capture: int, *, repeated: frozenset[str] = frozenset()) -> Answered:
    """A kept page as it was answered. Raises DamagedCapture."""
    kept = archive.kept_page(article, capture)
    return answered_of(kept, archive.raw(kept.sha256), repeated=repeated)


def answered_of(kept: Kept, body: bytes, *, repeated: frozenset[str]) -> Answered:
    """A kept page as it was answered, with all that is known of it."""
    return Answered(
        url=kept.url,
        final_url=kept.final_url,
        body=body,
        content_type=next((value for name, value in kept.headers if name.lower() == "content-type"), None),
        fetched_at=kept.fetched_at,
        entry=kept.entry,
        zone=kept.zone,
        blog_id=kept.blog_id,
        site=kept.site,
        repeated=repeated,
    )


class Repeating:
    """The lines of one site in one run."""

    def __init__(self, archive: Archive, site: str, readers: Reader, *, run: int, now: Callable[[], datetime]) -> None:
        self._archive, self._site, self._readers = archive, site, readers
        self._run, self._now = run, now
        self._sampled: list[tuple[str, int]] = []
        self._lines: frozenset[str] = frozenset()

    async def lines(self) -> frozenset[str]:
        """What is known by now; worth asking again when pages were added."""
        sample = edges.sample(self._archive.db.conn, self._site)
        sampled = [(one.article, one.capture) for one in sample]
        if sampled != self._sampled:
            known = [one.lines for one in sample if one.lines is not None]
            unknown = [one for one in sample if one.lines is None]
            self._lines = repeated_lines([*known, *await self._read_edges(unknown)], fewest=FEWEST)
            self._sampled = sampled
        return self._lines

    async def _read_edges(self, sample: list[Sampled]) -> list[tuple[str, ...]]:
        """The edges of articles of which none are written down, read from their pages and written down now."""
        found = await asyncio.gather(*(self._read(one.article, one.capture, frozenset()) for one in sample))
        told = {article: _edges_read(read) for article, read in found}
        if told:
            with self._archive.transaction():
                for article, lines in told.items():
                    edges.keep(self._archive.db.conn, article, self._site, lines)
        return list(told.values())

    @property
    def is_owed(self) -> bool:
        """Whether the site's last crawl was broken off, so that its articles may still have to be put right."""
        last = self._archive.db.conn.execute(BROKEN_OFF, (self._site, self._run)).fetchone()
        return last is not None and bool(last[0])

    async def put_right(self) -> int:
        """How many articles were read again and say something else now."""
        lines = await self.lines()
        righted = 0
        wrong = list(self._wrong(lines))
        for start in range(0, len(wrong), BATCH):
            found = await asyncio.gather(*(self._read(*one, lines) for one in wrong[start : start + BATCH]))
            with self._archive.transaction():
                self._archive.index_last()
                righted += sum(self._replace(article, read) for article, read in found)
        return righted

    def _wrong(self, lines: frozenset[str]) -> Iterator[tuple[str, int]]:
        """Articles and captures of which a line may have to go, or to come back."""
        for article, capture, text, removed in self._archive.db.conn.execute(
            TEXTS, {"site": self._site, "searched": bool(lines)}
        ):
            if any(line in text for line in lines) or not lines.issuperset(msgspec.json.decode(removed)):
                yield article, capture

    async def _read(self, article: str, capture: int, lines: frozenset[str]) -> tuple[str, Read | None]:
        try:
            answered = _answered(self._archive, article, capture, repeated=lines)
        except DamagedCapture:
            return article, None
        return article, await self._readers.read(answered)

    def _replace(self, article: str, read: Read | None) -> bool:
        """Writes what was read in the place of what is held, where anything differs."""
        if read is None or read.reading is None or read.reading.article.id != article:
            return False
        connection, reading = self._archive.db.conn, as_of_site(self._site, read.reading)
        if rereadings.is_held(connection, reading):
            return False
        rereadings.replace(connection, self._run, reading, site=self._site, at=self._now())
        return True


def _edges_read(read: Read | None) -> tuple[str, ...]:
    return (read.reading.edges or ()) if read is not None and read.reading is not None else ()
