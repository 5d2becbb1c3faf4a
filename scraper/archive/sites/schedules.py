"""The schedules of the sites, and when each had its last turn. What a schedule says is read in `scraper.schedule`."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from scraper.archive.instants import instant, utc_text


class ScheduleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A site's schedule as it was told, since when, and the begin of its last whole turn. Times are aware UTC."""

    site: str
    told: str
    zone: str
    set_at: datetime
    last: datetime | None


ROWS = """
SELECT c.site, c.told, c.zone, c.set_at,
    (SELECT started_at FROM turns t WHERE t.site = c.site ORDER BY run DESC LIMIT 1)
FROM schedules c JOIN sites s ON s.name = c.site WHERE s.removed_at IS NULL ORDER BY c.site
"""


def keep(connection: sqlite3.Connection, row: ScheduleRow) -> None:
    """The schedule in the place of any other. The caller begins and ends the transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO schedules (site, told, zone, set_at) VALUES (?, ?, ?, ?)",
        (row.site, row.told, row.zone, utc_text(row.set_at)),
    )


def forget(connection: sqlite3.Connection, site: str) -> None:
    """Take the schedule from a site; it is crawled when asked to."""
    connection.execute("DELETE FROM schedules WHERE site = ?", (site,))


def rows(connection: sqlite3.Connection) -> tuple[ScheduleRow, ...]:
    """The schedules of the sites that are crawled, by site."""
    found = []
    for site, told, zone, set_at, last in connection.execute(ROWS):
        since = instant(set_at)
        assert since is not None, set_at  # written by utc_text
        found.append(ScheduleRow(site=site, told=told, zone=zone, set_at=since, last=instant(last)))
    return tuple(found)
