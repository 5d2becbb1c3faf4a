"""A small newsroom on loopback, an archive that knows it, and listings of it at times the test chooses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from extractors.urls import site_name
from scraper.archive.store import Archive, Site
from scraper.config import Settings
from scraper.crawl.listing import Listing
from scraper.crawl.report import SiteReport
from scraper.standin import Hit, Newsroom, Post, StandIn
from scraper.standin.traps import Traps
from scraper.web.fetch import Fetcher
from tests.factories import reading, visit

BLOG = "1234567890123456789"
FIRST = datetime(2026, 1, 3, 1, 30, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def post(number: int, **changes: Any) -> Post:
    """Post `number`, published every fifth day, updated two hours later."""
    published = FIRST + timedelta(days=5 * (number - 1))
    fields: dict[str, Any] = {
        "slug": f"air-pasang-{number}",
        "title": f"Air Pasang, Hari {number}",
        "post_id": str(7_000_000_000_000_000_000 + number),
        "published": published,
        "updated": published + timedelta(hours=2),
        "body": f"<p>Tambak Rejo - Air pasang naik semalam, kali ke-{number}.</p>",
    }
    return Post(**{**fields, **changes})


def newsroom(posts: int, *, traps: dict[str, Any] | None = None, **changes: Any) -> Newsroom:
    """A newsroom of that many posts, with those traps."""
    fields: dict[str, Any] = {
        "blog_id": BLOG,
        "title": "Warta Tambak",
        "description": "Kabar dari tambak",
        "domain": "wartatambak.example",
        "theme": "kompaz",
        "language": "id",
        "zone": "Asia/Jakarta",
        "posts": [post(number) for number in range(1, posts + 1)],
        "traps": Traps(**(traps or {})),
    }
    return Newsroom(**{**fields, **changes})


async def no_time(_: float) -> None:
    """A sleep that takes none."""
    await asyncio.sleep(0)


class Listed:
    """One stand-in and its site in an archive. `turn` lists it as a crawl would, `hold` archives posts unread."""

    def __init__(self, archive: Archive, standin: StandIn) -> None:
        self.archive, self.standin = archive, standin
        self.name = site_name(standin.url)
        archive.add_site(
            Site(
                name=self.name,
                url=f"{standin.url}/",
                platform="blogger",
                blog_id=BLOG,
                feed="full",
                zone="Asia/Jakarta",
                delay=0.0,
                loopback=True,
                added_at=FIRST,
            )
        )

    @property
    def site(self) -> Site:
        return self.archive.site(self.name)

    @property
    def posts(self) -> list[Post]:
        return self.standin.newsroom.posts

    @property
    def traps(self) -> Traps:
        return self.standin.newsroom.traps

    def turn(self, *, hours: float = 0, **options: Any) -> tuple[SiteReport, list[Hit]]:
        """The listing's report, and what the server was asked, robots.txt aside; `hours` after NOW."""
        report, before = SiteReport(), len(self.standin.log)
        at = NOW + timedelta(hours=hours)

        async def note() -> None:
            async with Fetcher(Settings(attempts=1), allow_loopback=True, sleep=no_time) as fetcher:
                listing = Listing(self.archive, self.site, report, **{"since": None, "now": lambda: at, **options})
                await listing.note_all(fetcher)
                listing.conclude()

        asyncio.run(note())
        return report, [hit for hit in self.standin.log[before:] if hit.path != "/robots.txt"]

    def url(self, post: Post) -> str:
        return self.standin.url + self.standin.newsroom.path(post)

    def hold(self, posts: Iterable[Post] | None = None, *, hours: float = 0) -> None:
        """Those posts, or all, become articles of the archive."""
        run = self.archive.start_run([self.name], NOW)
        for one in list(self.posts if posts is None else posts):
            read = reading(
                id=f"blogger:{BLOG}:{one.post_id}",
                site=self.name,
                url=self.url(one),
                blog_id=BLOG,
                post_id=one.post_id,
            )
            at = NOW + timedelta(hours=hours)
            self.archive.settle(visit(run, url=self.url(one), site=self.name, at=at, reading=read, capture=None))

    def due(self) -> set[str]:
        """Paths of the addresses that wait for a visit."""
        rows = self.archive.db.conn.execute("SELECT url FROM frontier WHERE site = ? AND state = 'due'", (self.name,))
        return {url.removeprefix(self.standin.url) for (url,) in rows}

    def paths(self) -> set[str]:
        """Paths of the posts there are."""
        return {self.standin.newsroom.path(one) for one in self.posts}


@contextmanager
def listed(folder: Path, room: Newsroom) -> Iterator[Listed]:
    with StandIn(room) as standin, Archive.open(folder / "a.db", create=True) as archive:
        yield Listed(archive, standin)


def asked(hit: Hit) -> dict[str, str]:
    """A request's parameters."""
    return {name: values[0] for name, values in parse_qs(hit.query).items()}
