"""What follows a run: health looked at, the reports written, somebody told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from scraper import health
from scraper.archive.store import Archive
from scraper.config import Settings
from scraper.errors import KlipingError
from scraper.files import write_whole
from scraper.metrics import exposition
from scraper.notices import notify
from scraper.reports import as_json, report


async def conclude(
    archive: Archive,
    run: int,
    sites: Sequence[str],
    settings: Settings,
    *,
    at: datetime,
    report_file: Path | None,
    metrics_file: Path | None,
    telling: bool,
) -> list[str]:
    """What is to be said of the run's end: the alarms that are new, then each notification that failed.

    Nobody is notified without `telling`. Raises DiskFull, UsageProblem where a file cannot be written.
    """
    found = health.check(archive, at, None if metrics_file is not None else sites)
    own = [finding for finding in found if finding.site in frozenset(sites)]
    fresh = health.note(archive, own, sites, at)
    told = report(archive, run, fresh)
    if report_file is not None:
        write_whole(report_file, as_json(told))
    if metrics_file is not None:
        write_whole(metrics_file, exposition(archive, told, found, at).encode())
    alarms = [f"{alarm.site}: {alarm.told} {alarm.advice}" for alarm in fresh]
    return [*alarms, *(await notify(told, settings) if telling else [])]


async def break_off(
    archive: Archive, run: int, error: KlipingError, settings: Settings, *, report_file: Path | None
) -> list[str]:
    """What is to be said besides of a run that ended with an error: each way of telling of it that failed."""
    told = msgspec.structs.replace(report(archive, run), error=str(error))
    said = []
    if report_file is not None:
        try:
            write_whole(report_file, as_json(told))
        except KlipingError as another:  # the disk that ended the run may be this file's too
            said.append(str(another))
    return [*said, *await notify(told, settings)]
