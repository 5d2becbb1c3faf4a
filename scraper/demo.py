"""The main job in one go: two stand-in newsrooms on loopback, crawled over real HTTP into an archive, and shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from scraper.archive.records import Record
from scraper.archive.store import Archive, Counts, Site
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.errors import KlipingError, UsageProblem
from scraper.newsrooms import add_sites
from scraper.outcomes import Outcome
from scraper.standin import Newsroom, StandIn, fixtures_dir

SHOWN_WORDS = 240  # of the record printed in full, so that it fits a screen
DELAY = 0.05  # seconds between two requests, for this machine's own server only; real sites get 2


def newsrooms() -> list[Newsroom]:
    """The invented newsrooms that come with the program."""
    return [Newsroom.load(folder) for folder in sorted((fixtures_dir() / "newsrooms").iterdir()) if folder.is_dir()]


async def crawl_newsrooms(db: Path, watch: Callable[[Outcome], None]) -> tuple[tuple[Site, ...], Counts, Record]:
    """Both newsrooms served, added and crawled into a fresh archive at `db`: its sites, counts, and one record with
    many quotes. Raises UsageProblem where `db` is an archive of real newsrooms, ForeignArchive where it is none.
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
        crawl = Crawl(archive, settings)
        with archive.writing():
            async for outcome in crawl.outcomes(archive.sites()):
                watch(outcome)
        for name, report in crawl.reports.items():
            if report.trouble:
                raise KlipingError(f"The demo could not list {name}: {report.trouble}")
        return archive.sites(), archive.counts(), _showpiece(archive)


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


def _showpiece(archive: Archive) -> Record:
    """An Indonesian record of moderate length with a dateline and the most attributed quotes by different people."""
    records: Sequence[Record] = [
        record
        for record in archive.records()
        if record["dateline"] and record["language"] == "id" and record["word_count"] <= SHOWN_WORDS
    ]
    if not records:
        raise KlipingError("The demo archived no record to show: this is a fault of the program.")
    return max(records, key=_richness)


def _richness(record: Record) -> tuple[int, int, str]:
    named = [quote for quote in record["quotes"] if quote["speaker"] and quote["role"]]
    return len({quote["speaker"] for quote in named}), len(named), record["url"]
