"""What a run came to: the same report for programs (JSON), for Prometheus (a textfile) and for whoever is notified.

It is read back from the archive, so that `kliping status --run N --json` tells of an old run what was told then.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from scraper.archive.instants import instant
from scraper.archive.sites.receipts import HostReceipt
from scraper.archive.sites.schedules import ScheduleRow
from scraper.archive.sites.templates import UNKNOWN
from scraper.archive.sites.turns import Turn
from scraper.archive.store import Archive
from scraper.errors import NothingDone
from scraper.health import Finding
from scraper.schedule import Schedule

SCHEMA = "kliping.run/1"
NAMED = 20  # failed pages named one by one


class SiteRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run brought at one site. `turn` is None where it was broken off; `outcomes` counts its visits by verdict,
    `reasons` those that failed, by reason; `missed` visits by its schedule since the turn before, that this one caught
    up.
    """

    site: str
    turn: Turn | None
    outcomes: dict[str, int] = {}
    reasons: dict[str, int] = {}
    missed: int = 0


class FailedPage(msgspec.Struct, frozen=True, kw_only=True):
    """An address that failed, and why."""

    url: str
    reason: str
    detail: str | None
    """Its last line: of a traceback the error itself."""


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Times are UTC texts; `ended_at` is None for a run that was broken off, or goes on. `failures` names the
    first pages that failed, `hosts` are the receipts of the run's manners, `alarms` what health found new after it, and
    `error` is the sentence that a run ended with which could not go on.
    """

    schema: str = SCHEMA
    run: int
    kind: str
    started_at: str
    ended_at: str | None
    summary: dict[str, int]
    sites: tuple[SiteRun, ...]
    failures: tuple[FailedPage, ...]
    hosts: tuple[HostReceipt, ...]
    alarms: tuple[Finding, ...] = ()
    error: str | None = None

    @property
    def has_trouble(self) -> bool:
        """Whether somebody should look: a turn was not whole, a page failed, health found something new. Pages of an
        unknown template are one alarm, however many and however often.
        """
        failed = any(reason != UNKNOWN for site in self.sites for reason in site.reasons)
        told = failed or self.error is not None or bool(self.alarms)
        return told or any(site.turn is not None and site.turn.trouble for site in self.sites)


OUTCOMES = """
SELECT site, outcome, reason, count(*) FROM outcomes WHERE run = ? GROUP BY site, outcome, reason ORDER BY site, outcome
"""
FAILURES = "SELECT url, reason, detail FROM outcomes WHERE run = ? AND outcome = 'failed' ORDER BY id LIMIT ?"


def report(archive: Archive, run: int, alarms: Sequence[Finding] = ()) -> RunReport:
    """The report of a run. Raises NothingDone for a number that no run has."""
    execute = archive.db.conn.execute
    with archive.snapshot():
        row = execute("SELECT kind, sites, started_at, ended_at, summary FROM runs WHERE id = ?", (run,)).fetchone()
        if row is None:
            raise NothingDone(f"The archive {archive.path} knows no run {run}; 'kliping status' names the last ones.")
        kind, sites, started_at, ended_at, summary = row
        outcomes = execute(OUTCOMES, (run,)).fetchall()
        failures = execute(FAILURES, (run, NAMED)).fetchall()
        turns = {turn.site: turn for turn in archive.turns(run)}
        schedules = {schedule.site: schedule for schedule in archive.schedules()}
        told = tuple(
            _site_run(archive, name, turns.get(name), schedules.get(name), outcomes)
            for name in msgspec.json.decode(sites, type=list[str])
        )
        return RunReport(
            run=run,
            kind=kind,
            started_at=started_at,
            ended_at=ended_at,
            summary=msgspec.json.decode(summary) if summary else {},
            sites=told,
            failures=tuple(_failed(*failure) for failure in failures),
            hosts=archive.receipts(run),
            alarms=tuple(alarms),
        )


def _site_run(
    archive: Archive,
    site: str,
    turn: Turn | None,
    scheduled: ScheduleRow | None,
    rows: Sequence[tuple[str, str, str, int]],
) -> SiteRun:
    outcomes: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for name, verdict, reason, count in rows:
        if name == site:
            outcomes[verdict] = outcomes.get(verdict, 0) + count
            if verdict == "failed":
                reasons[reason] = count
    missed = _missed(archive, turn, scheduled) if turn is not None and scheduled is not None else 0
    return SiteRun(site=site, turn=turn, outcomes=outcomes, reasons=reasons, missed=missed)


def _missed(archive: Archive, turn: Turn, row: ScheduleRow) -> int:
    """How many visits the schedule wanted between the turn before and this one, but for the one that this is."""
    before = archive.last_turns(turn.site, 1, before=turn.run)
    last = instant(before[0].started_at) if before else None
    begun = instant(turn.started_at)
    assert begun is not None, turn.started_at  # written by utc_text
    schedule = Schedule(told=row.told, zone=row.zone, since=row.set_at)
    return max(len(schedule.missed(last, begun)) - 1, 0)


def _failed(url: str, reason: str, detail: str | None) -> FailedPage:
    lines = (detail or "").strip().splitlines()
    return FailedPage(url=url, reason=reason, detail=lines[-1] if lines else None)


def as_json(told: RunReport) -> bytes:
    """The report as indented JSON, with a line feed at its end."""
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"
