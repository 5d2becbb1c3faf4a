"""What to do next, told from the state an archive is in: for `kliping` without a command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from scraper import health, schedule
from scraper.archive import schema
from scraper.archive.store import Archive
from scraper.errors import ArchiveUnusable

ADD = "kliping sites add https://www.example.com/"
CONTACT = "export KLIPING_CONTACT=you@example.org"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A command to type, and what it is good for."""

    command: str
    why: str


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence on how things stand, and the steps that make sense from there, the most useful first."""

    told: str
    steps: tuple[Step, ...]


def outlook(db: Path, *, contact: str, now: datetime) -> Outlook:
    """How the archive at `db` stands and what to do next; `contact` is that of the user agent, '' for none."""
    if not db.exists():
        return Outlook(told=f"There is no archive yet ({db}).", steps=tuple(_beginning(contact)))
    try:
        with Archive.open(db, readonly=True) as archive:
            return _of(archive, contact, now) if _is_current(archive) else _outdated(db)
    except ArchiveUnusable as error:
        return Outlook(told=str(error), steps=(Step(command="kliping doctor", why="says what is wrong with it"),))


def _beginning(contact: str) -> Iterator[Step]:
    yield Step(command="kliping demo", why="crawls two invented newsrooms on this machine and shows what is kept")
    if not contact:
        yield Step(command=CONTACT, why="so that the owner of a site can reach you")
    yield Step(command=ADD, why="a newsroom of your own, read and told field by field")
    yield Step(command="kliping extract page.html", why="a page you have saved, without any archive")


def _is_current(archive: Archive) -> bool:
    return bool(archive.db.conn.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION)


def _outdated(db: Path) -> Outlook:
    step = Step(command="kliping doctor --optimize", why="brings it up to date, and keeps a copy of it as it is")
    return Outlook(told=f"{db} was written by an earlier Kliping.", steps=(step,))


def _of(archive: Archive, contact: str, now: datetime) -> Outlook:
    sites, counts = archive.sites(), archive.counts()
    held = f"{archive.path} holds {counts.articles} articles of {len(counts.sites)} newsrooms"
    if not sites and not counts.articles:
        steps = [step for step in _beginning(contact) if step.command != "kliping demo"]
        return Outlook(told=f"{archive.path} holds no newsroom yet.", steps=tuple(steps))
    needs_contact = not contact and any(not site.loopback for site in sites)
    begun = [Step(command=CONTACT, why="needed before any crawl beyond this machine")] if needs_contact else []
    if not counts.articles:
        crawl = Step(command="kliping crawl", why="fetches what is published; stop it anywhere, run it again")
        return Outlook(told=f"{held}.", steps=(*begun, crawl))
    wrong = len({finding.site for finding in health.check(archive, now)})
    return Outlook(
        told=f"{held}{f'; something is wrong at {wrong} of them' if wrong else ''}.",
        steps=(*_troubles(wrong), *begun, *_upkeep(archive, now), *_USES),
    )


def _troubles(wrong: int) -> Iterator[Step]:
    if wrong:
        yield Step(command="kliping health", why="what is wrong at which newsroom, and what to do")
        yield Step(command="kliping doctor", why="whether this machine and the archive's file are well")


def _upkeep(archive: Archive, now: datetime) -> Iterator[Step]:
    standings = schedule.standings(archive, now)
    waiting = sum(standing.due_since is not None for standing in standings)
    if waiting:
        yield Step(command="kliping run --due", why=f"{waiting} newsrooms are due by their schedules")
    else:
        yield Step(command="kliping crawl", why="fetches what is new or edited")
    idle = [site.name for site in archive.sites() if not site.loopback]
    if idle and not standings:
        yield Step(command=f'kliping sites schedule {idle[0]} "every 6h"', why="for 'kliping run --due' or the daemon")


_USES = (
    Step(command="kliping serve --open", why="the archive in your browser"),
    Step(command="kliping search WORDS", why="articles by their words; --quotes for who said what"),
    Step(command="kliping export -o articles.jsonl", why="all records; --format csv, parquet, warc, wacz"),
)
