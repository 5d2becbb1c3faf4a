"""The main job in one go: two stand-in newsrooms on loopback, crawled over real HTTP into an archive, and shown.

They are crawled twice. In between a day passes, as the newsrooms' folders `next-day` tell it: a story is edited, and
both print the same press release.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from scraper.archive import syndication
from scraper.archive.counts import Counts
from scraper.archive.people import register
from scraper.archive.people.register import PersonLine
from scraper.archive.records import Record
from scraper.archive.store import Archive, Site
from scraper.archive.syndication import Part
from scraper.archive.versions.history import Revision, revisions
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.errors import KlipingError, UsageProblem
from scraper.newsrooms import add_sites
from scraper.outcomes import Outcome
from scraper.standin import Newsroom, StandIn, fixtures_dir, read_post

SHOWN_WORDS = 240  # of the record printed, so that it fits a screen
SHOWN_PEOPLE = 5
DELAY = 0.05  # seconds between two requests, for this machine's own server only; real sites get 2


class Copy(msgspec.Struct, frozen=True):
    """An article's part in a text that was printed more than once."""

    part: Part
    record: Record


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to show: `record` with many quotes, the states of a story that was `edited`, the text that was
    printed twice, and who is quoted most.
    """

    sites: tuple[Site, ...]
    counts: Counts
    record: Record
    edited: list[Revision]
    copies: list[Copy]
    people: list[PersonLine]


def newsrooms() -> list[Newsroom]:
    """The invented newsrooms that come with the program."""
    return [Newsroom.load(folder) for folder in sorted((fixtures_dir() / "newsrooms").iterdir()) if folder.is_dir()]


def pass_a_day(newsroom: Newsroom) -> None:
    """The newsroom as it is the next day: posts edited, posts added."""
    folder = fixtures_dir() / "newsrooms" / newsroom.domain / "next-day"
    come = [read_post(path) for path in sorted(folder.glob("*.html"))]
    changed = {post.post_id for post in come}
    newsroom.posts[:] = [*(post for post in newsroom.posts if post.post_id not in changed), *come]


async def crawl_newsrooms(db: Path, watch: Callable[[Outcome], None]) -> Demo:
    """Both newsrooms served, added and crawled into a fresh archive at `db`, and again a day later; what came of it.

    Raises UsageProblem where `db` is an archive of real newsrooms, ForeignArchive where it is none.
    """
    _make_room(db)
    with ExitStack() as stack:
        standins = [stack.enter_context(StandIn(newsroom)) for newsroom in newsrooms()]
        archive = stack.enter_context(Archive.open(db, create=True))
        settings = Settings.from_environment()
        addresses = [standin.url for standin in standins]
        for added in await add_sites(archive, addresses, settings, delay=DELAY, allow_loopback=True):
            if added.error is not None:
                raise added.error
        await _crawl(archive, settings, watch)
        for standin in standins:
            pass_a_day(standin.newsroom)
        await _crawl(archive, settings, watch)
        return _shown(archive)


async def _crawl(archive: Archive, settings: Settings, watch: Callable[[Outcome], None]) -> None:
    crawl = Crawl(archive, settings)
    async for outcome in crawl.outcomes(archive.sites()):
        watch(outcome)
    for name, report in crawl.reports.items():
        if report.trouble:
            raise KlipingError(f"The demo could not list {name}: {report.trouble}")


def _make_room(db: Path) -> None:
    """Removes an earlier demo's archive; refuses to touch anything else that has the name."""
    if not db.exists():
        return
    with Archive.open(db, readonly=True) as archive, archive.writing():
        others = [site.name for site in archive.sites() if not site.loopback]
    if others:
        raise UsageProblem(
            f"{db} archives real newsrooms ({others[0]} …), which the demo would replace; name another --db."
        )
    for leftover in (db, *(Path(f"{db}{suffix}") for suffix in ("-wal", "-shm"))):
        leftover.unlink(missing_ok=True)


def _shown(archive: Archive) -> Demo:
    records = {record["id"]: record for record in archive.records()}
    edited = next((id_ for id_, record in records.items() if record["revision"] > 1), None)
    groups = syndication.groups(archive, limit=1)
    if edited is None or not groups:
        raise KlipingError("The demo archived no edited or no copied story: this is a fault of the program.")
    parts = syndication.group_of(archive, groups[0].origin)
    return Demo(
        sites=archive.sites(),
        counts=archive.counts(),
        record=_showpiece(list(records.values())),
        edited=revisions(archive, edited),
        copies=[Copy(part, records[part.article]) for part in parts],
        people=register.people(archive)[:SHOWN_PEOPLE],
    )


def _showpiece(records: Sequence[Record]) -> Record:
    """An Indonesian record of moderate length with a dateline and the most attributed quotes by different people."""
    fitting = [
        record
        for record in records
        if record["dateline"] and record["language"] == "id" and record["word_count"] <= SHOWN_WORDS
    ]
    if not fitting:
        raise KlipingError("The demo archived no record to show: this is a fault of the program.")
    return max(fitting, key=_richness)


def _richness(record: Record) -> tuple[int, int, str]:
    named = [quote for quote in record["quotes"] if quote["speaker"] and quote["role"]]
    return len({quote["speaker"] for quote in named}), len(named), record["url"]
