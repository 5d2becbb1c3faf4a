"""When each site is to be crawled: what a schedule says, and which sites are due by it.

A schedule is a rising row of moments: those of a cron expression in its zone, or every so often since it was set. A
site is due when one of them lies between its last whole turn and now, however many do: what was missed is caught up
once. So the same archive and moment give the same answer, whoever asks and however often.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from cronsim import CronSim, CronSimError

from scraper.archive.sites.schedules import ScheduleRow
from scraper.archive.store import Archive
from scraper.errors import UsageProblem

EVERY = re.compile(r"every\s+([0-9]{1,4})\s*([mhd])")
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
SHORTEST = timedelta(minutes=5)  # between two visits by a schedule: a poll of an unchanged site is a request or two
MOST_TOLD = 1000  # moments missed that are counted
AHEAD = timedelta(minutes=5)  # what is dated later than this from now was dated by a clock that was wrong
SAMPLE = 100  # moments of a cron expression between which the shortest time is looked for
FORMS = 'write a cron expression ("0 6 * * 1": Mondays at 6) or "every 30m", "every 6h", "every 1d"'


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """When a site is to be crawled, as told, from `since` on. `zone` is an IANA name, for cron expressions."""

    told: str
    zone: str
    since: datetime

    @property
    def period(self) -> timedelta | None:
        """The time between two moments; None for a cron expression, where it varies."""
        return _period(self.told)

    def after(self, moment: datetime) -> datetime:
        """The first moment of the schedule later than that one; UTC."""
        return next(self.moments(moment))

    def missed(self, last: datetime | None, now: datetime) -> list[datetime]:
        """The moments later than `last` and not later than `now`; MOST_TOLD at most."""
        eve = self.since - timedelta(microseconds=1)
        begin = eve if last is None else last if self.since > now else max(last, eve)
        found = []
        for moment in islice(self.moments(begin), MOST_TOLD):
            if moment > now:
                break
            found.append(moment)
        return found

    def moments(self, after: datetime) -> Iterator[datetime]:
        """All moments later than that one; UTC. Raises CronSimError for what is no expression."""
        if self.period is None:
            for moment in CronSim(self.told, after.astimezone(ZoneInfo(self.zone))):
                yield moment.astimezone(UTC)
            return
        turn = (after - self.since) // self.period + 1
        while True:
            yield self.since + turn * self.period
            turn += 1


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a site stands by its schedule. `due_since` is the first moment it missed, None where it is not due; `missed`
    how many went by before the one that is due now; `upcoming` the next to come. All UTC.
    """

    site: str
    schedule: Schedule
    last: datetime | None
    due_since: datetime | None
    missed: int
    upcoming: datetime

    @property
    def told_missed(self) -> str:
        """A sentence on the visits that were missed."""
        since = f"{self.due_since:%Y-%m-%d %H:%M} UTC" if self.due_since is not None else "never"
        return f"{self.site}: {self.missed + 1} visits were due since {since}; one makes up for all."


def read_schedule(told: str, zone: str, since: datetime) -> Schedule:
    """The schedule a person writes. Raises UsageProblem for what is none, no zone, or asks for too much."""
    told = " ".join(told.lower().split()) if told.strip().lower().startswith("every") else told.strip()
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageProblem(f"{zone!r} is no time zone; write one like Asia/Jakarta.") from None
    schedule = Schedule(told=told, zone=zone, since=since.replace(microsecond=0))
    if (shortest := _shortest(schedule)) < SHORTEST:
        raise UsageProblem(f"{told!r} asks for a visit every {shortest}; {SHORTEST} is the least between two.")
    return schedule


def _shortest(schedule: Schedule) -> timedelta:
    """The shortest time between two of its next moments."""
    if (period := _period(schedule.told)) is not None:
        return period
    try:
        moments = list(islice(schedule.moments(schedule.since), SAMPLE))
    except CronSimError as error:
        raise UsageProblem(f"{schedule.told!r} is no schedule ({error}); {FORMS}.") from None
    if not moments:
        raise UsageProblem(f"{schedule.told!r} never comes; {FORMS}.")
    return min((later - sooner for sooner, later in pairwise(moments)), default=timedelta.max)


def _period(told: str) -> timedelta | None:
    found = EVERY.fullmatch(told)
    return int(found[1]) * UNITS[found[2]] if found else None


def set_schedule(archive: Archive, site: str, told: str, zone: str | None, at: datetime) -> None:
    """The site is crawled by that schedule from now on; 'never' takes it away. Raises NoSuchSite, UsageProblem.

    Without `zone` the site's own counts, and UTC where it has none.
    """
    own = archive.site(site).zone
    if told.strip().lower() == "never":
        archive.unschedule(site)
        return
    schedule = read_schedule(told, zone or own or "UTC", at)
    archive.schedule(ScheduleRow(site=site, told=schedule.told, zone=schedule.zone, set_at=schedule.since, last=None))


def schedule_of(archive: Archive, site: str, now: datetime) -> str | None:
    """'0 6 * * 1 (Asia/Jakarta), next 2026-03-02 23:00 UTC'; None where it has none. Raises NoSuchSite."""
    archive.site(site)
    standing = next((one for one in standings(archive, now) if one.site == site), None)
    if standing is None:
        return None
    zone = f" ({standing.schedule.zone})" if standing.schedule.period is None else ""
    upcoming = f"next {standing.upcoming:%Y-%m-%d %H:%M} UTC" if standing.due_since is None else "due now"
    return f"{standing.schedule.told}{zone}, {upcoming}"


def standings(archive: Archive, now: datetime) -> list[Standing]:
    """How every scheduled site that is crawled stands, the longest due first, then by name."""
    found = [standing_of(row, now) for row in archive.schedules()]
    return sorted(found, key=lambda one: (one.due_since or datetime.max.replace(tzinfo=UTC), one.site))


def due(archive: Archive, now: datetime) -> list[Standing]:
    """The sites that are due by their schedules, the longest due first."""
    return [standing for standing in standings(archive, now) if standing.due_since is not None]


def nothing_due(archive: Archive, now: datetime) -> str:
    """A sentence on when what comes next, for where nothing is due."""
    found = standings(archive, now)
    if not found:
        return 'No site has a schedule; give it one: kliping sites schedule SITE "every 6h"'
    upcoming = min(found, key=lambda one: one.due_since or one.upcoming)
    at = upcoming.due_since or upcoming.upcoming
    return f"{len(found)} sites have a schedule; next: {upcoming.site}, {at:%Y-%m-%d %H:%M} UTC."


def standing_of(row: ScheduleRow, now: datetime) -> Standing:
    """How one site stands by its schedule."""
    schedule = Schedule(told=row.told, zone=row.zone, since=row.set_at)
    last = row.last
    is_astray = (last or row.set_at) > now + AHEAD
    missed = [now] if is_astray else schedule.missed(last, now)
    return Standing(
        site=row.site,
        schedule=schedule,
        last=last,
        due_since=missed[0] if missed else None,
        missed=max(len(missed) - 1, 0),
        upcoming=schedule.after(now),
    )
