"""A small archive crawled from an invented newsroom, and copies of it to work on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from scraper.archive.store import Archive
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.newsrooms import add_sites
from scraper.standin import Newsroom, StandIn

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "newsrooms"
SETTINGS = Settings(delay=0, provider_rate=1000, workers=0)


def newsroom(posts: int, domain: str = "kabarmuara.example") -> Newsroom:
    """The first posts of an invented newsroom."""
    found = Newsroom.load(FIXTURES / domain)
    del found.posts[posts:]
    return found


def crawl(path: Path, standin: StandIn, *, only_add: bool = False) -> None:
    """The newsroom added if it is not known yet, and crawled, into the archive at that path."""
    asyncio.run(_crawl(path, standin.url, only_add=only_add))


async def _crawl(path: Path, url: str, *, only_add: bool) -> None:
    with Archive.open(path, create=True) as archive:
        if not archive.sites():
            (added,) = await add_sites(archive, [url], SETTINGS, delay=0, allow_loopback=True)
            assert added.site is not None
        if only_add:
            return
        async for _ in Crawl(archive, SETTINGS).outcomes(archive.sites()):
            pass


def copied(original: Path, copy: Path) -> Path:
    """A copy of an archive, whole at once."""
    with Archive.open(original) as archive:
        archive.db.conn.execute("VACUUM INTO ?", (str(copy),))
    return copy
