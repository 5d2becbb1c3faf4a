"""Whether Kliping can work here: this Python, its SQLite, the folder, the clock, the settings, then the archive itself.

Each trouble and each piece of advice comes with the command that puts it right.
"""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import msgspec

from scraper.archive import schema
from scraper.archive.connection import megabytes
from scraper.archive.instants import instant
from scraper.archive.store import Archive
from scraper.archive.upkeep.doctor import LITTLE_ROOM, Finding, Weights, examine
from scraper.config import Settings
from scraper.errors import ArchiveUnusable

OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 37, 0)  # STRICT tables
LEAST_TIME = datetime(2026, 1, 1, tzinfo=UTC)  # no clock that is right tells less
ASTRAY = timedelta(
    minutes=5
)  # ahead of the clock, from which a time in the archive shows that one of the two was wrong
EXTRAS = {
    "daemon": ("apscheduler", "'kliping daemon'"),
    "web": ("datasette", "'kliping serve'"),
    "parquet": ("duckdb", "'kliping export --format parquet'"),
    "warc": ("warcio", "'kliping export --format warc'"),
    "wacz": ("wacz", "'kliping export --format wacz'"),
}
"""Extras by name: the package that shows that one is installed, and what needs it."""


class Checkup(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found, troubles first; `weights` is None where no archive could be opened."""

    weights: Weights | None
    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing found is a trouble; advice and notes may stand."""
        return all(finding.gravity != "trouble" for finding in self.findings)


def check_up(
    db: Path,
    settings: Settings,
    *,
    now: datetime,
    expected: bool = True,
    is_installed: Callable[[str], bool] = lambda package: find_spec(package) is not None,
) -> Checkup:
    """How this machine and the archive at `db` fare. One that is missing is a trouble only if it is `expected`."""
    found = [*_programs(), *_folder(db), *_clock(now), *_extras(is_installed)]
    weights = None
    if db.exists():
        try:
            with Archive.open(db, readonly=True) as archive:
                examination = examine(archive, settings)
                weights = examination.weights
                found += [*examination.findings, *_archived_clock(archive, now)]
                found += _schedules(archive) if weights.schema == schema.VERSION else ()
        except ArchiveUnusable as error:
            found.append(Finding(gravity="trouble", what=str(error), remedy="Name another archive with --db."))
    else:
        found += _missing(db, settings, expected=expected)
    order = ("trouble", "advice", "note")
    return Checkup(weights=weights, findings=tuple(sorted(found, key=lambda one: order.index(one.gravity))))


def _programs() -> Iterator[Finding]:
    python, library = platform.python_version(), sqlite3.sqlite_version
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield Finding(
            gravity="trouble",
            what=f"This is Python {python}; Kliping needs 3.11 or newer.",
            remedy="Install it anew: pipx install --python python3.11 kliping",
        )
    if sqlite3.sqlite_version_info < OLDEST_SQLITE or not _has_full_text():
        yield Finding(
            gravity="trouble",
            what=f"SQLite {library} of this Python lacks STRICT tables or the full-text index FTS5.",
            remedy="Use another Python: uv tool install --python 3.13 kliping",
        )
    yield Finding(gravity="note", what=f"Python {python}, SQLite {library} with full-text search.")


def _has_full_text() -> bool:
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        except sqlite3.OperationalError:
            return False
    return True


def _folder(db: Path) -> Iterator[Finding]:
    """Whether the archive can be written where it stands, or is to stand."""
    folder = next(parent for parent in db.absolute().parents if parent.is_dir())
    if not os.access(folder, os.W_OK | os.X_OK) or (db.exists() and not os.access(db, os.W_OK)):
        yield Finding(
            gravity="trouble",
            what=f"{db if db.exists() else folder} may not be written.",
            remedy=f"Take the right to (sudo chown -R $USER '{folder}'), or name another place with --db.",
        )
    free = shutil.disk_usage(folder).free
    if not db.exists() and free < LITTLE_ROOM:
        yield Finding(
            gravity="trouble",
            what=f"The disk of {folder} has {megabytes(free)} left.",
            remedy="Make room before the first crawl, or name another disk with --db.",
        )


def _clock(now: datetime) -> Iterator[Finding]:
    if now < LEAST_TIME:
        yield Finding(
            gravity="trouble",
            what=f"The clock tells {now:%Y-%m-%d %H:%M} UTC, which is past: times of visits would be wrong.",
            remedy="Set it: sudo timedatectl set-ntp true",
        )


def _archived_clock(archive: Archive, now: datetime) -> Iterator[Finding]:
    (latest,) = archive.db.conn.execute("SELECT max(started_at) FROM runs").fetchone()
    started = instant(latest)
    if started is not None and started > now + ASTRAY:
        yield Finding(
            gravity="trouble",
            what=f"A crawl is dated {started:%Y-%m-%d %H:%M} UTC, the clock tells {now:%Y-%m-%d %H:%M}.",
            remedy="Set the clock: sudo timedatectl set-ntp true",
        )


def _extras(is_installed: Callable[[str], bool]) -> Iterator[Finding]:
    for extra, (package, needed_by) in EXTRAS.items():
        if not is_installed(package):
            yield Finding(
                gravity="note",
                what=f"{needed_by} needs packages that are not installed.",
                remedy=f"For it: pip install 'kliping[{extra}]' (or pipx inject kliping {package}).",
            )


def _schedules(archive: Archive) -> Iterator[Finding]:
    scheduled = {row.site for row in archive.schedules()}
    idle = [site.name for site in archive.sites() if site.name not in scheduled and not site.loopback]
    if idle:
        others = f" and {len(idle) - 1} more have" if len(idle) > 1 else " has"
        yield Finding(
            gravity="advice",
            what=f"{idle[0]}{others} no schedule: it is crawled only when somebody asks.",
            remedy=f"Run: kliping sites schedule {idle[0]} \"every 6h\", and 'kliping run --due' in a timer.",
        )


def _missing(db: Path, settings: Settings, *, expected: bool) -> Iterator[Finding]:
    yield Finding(
        gravity="trouble" if expected else "advice",
        what=f"There is no archive at {db}.",
        remedy="Try 'kliping demo', or make one: kliping sites add https://www.example.com/",
    )
    if not settings.contact:
        yield Finding(
            gravity="advice",
            what="No contact is given for the user agent; a crawl beyond this machine needs it.",
            remedy="Set it: export KLIPING_CONTACT=you@example.org",
        )
