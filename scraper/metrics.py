"""A run as a Prometheus textfile, for node_exporter's textfile collector: gauges only, as of the run's end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from scraper.archive.instants import instant
from scraper.archive.store import Archive
from scraper.health import Finding
from scraper.reports import RunReport
from scraper.schedule import standings

Sample = tuple[dict[str, str], float]
Families = dict[str, list[Sample]]

HELP = {
    "kliping_run_number": "Number of the last run.",
    "kliping_run_started_timestamp_seconds": "When the last run started.",
    "kliping_run_ended_timestamp_seconds": "When it ended; absent if it was broken off.",
    "kliping_run_trouble": "1 if somebody should look at the last run.",
    "kliping_site_pages": "Pages visited in the last run, by outcome.",
    "kliping_site_failures": "Pages that failed in the last run, by reason.",
    "kliping_site_whole": "1 if the site's turn in the last run came to its end without trouble.",
    "kliping_site_missed_visits": "Scheduled visits missed before the last run.",
    "kliping_site_articles": "Articles held.",
    "kliping_site_last_turn_timestamp_seconds": "When the site's last whole turn began.",
    "kliping_site_next_visit_timestamp_seconds": "When its schedule wants the next.",
    "kliping_site_findings": "What health finds wrong, by kind.",
    "kliping_host_requests": "Requests to a host in the last run.",
    "kliping_host_bytes": "Bytes received from a host in the last run.",
    "kliping_host_throttled": "Answers 429 of a host in the last run.",
    "kliping_host_overloaded": "Answers of 500 and above of a host in the last run.",
}
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def exposition(archive: Archive, told: RunReport, findings: Sequence[Finding], now: datetime) -> str:
    """The text of the file; `findings` are those of health at the time."""
    families = {**_of_run(told), **_of_sites(archive, findings, now)}
    lines = []
    for name, meaning in HELP.items():
        if families[name]:
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
            lines += [f"{name}{_labels(labels)} {value:.15g}" for labels, value in families[name]]
    return "\n".join(lines) + "\n"


def _of_run(told: RunReport) -> Families:
    sites, hosts = told.sites, told.hosts
    return {
        "kliping_run_number": [({}, told.run)],
        "kliping_run_started_timestamp_seconds": _moments([({}, told.started_at)]),
        "kliping_run_ended_timestamp_seconds": _moments([({}, told.ended_at)]),
        "kliping_run_trouble": [({}, told.has_trouble)],
        "kliping_site_pages": [
            ({"site": one.site, "outcome": verdict}, count) for one in sites for verdict, count in one.outcomes.items()
        ],
        "kliping_site_failures": [
            ({"site": one.site, "reason": reason}, count) for one in sites for reason, count in one.reasons.items()
        ],
        "kliping_site_whole": [
            ({"site": one.site}, one.turn is not None and one.turn.trouble is None) for one in sites
        ],
        "kliping_site_missed_visits": [({"site": one.site}, one.missed) for one in sites],
        "kliping_host_requests": [({"host": one.host}, one.requests) for one in hosts],
        "kliping_host_bytes": [({"host": one.host}, one.bytes) for one in hosts],
        "kliping_host_throttled": [({"host": one.host}, one.throttled) for one in hosts],
        "kliping_host_overloaded": [({"host": one.host}, one.overloaded) for one in hosts],
    }


def _of_sites(archive: Archive, findings: Sequence[Finding], now: datetime) -> Families:
    execute = archive.db.conn.execute
    held = execute("SELECT site, count(*) FROM articles GROUP BY site ORDER BY site")
    last = execute("SELECT site, max(started_at) FROM turns GROUP BY site ORDER BY site")
    upcoming = sorted(standings(archive, now), key=lambda standing: standing.site)
    kinds = Counter((one.site, one.kind) for one in findings)
    return {
        "kliping_site_articles": [({"site": site}, count) for site, count in held],
        "kliping_site_last_turn_timestamp_seconds": _moments([({"site": site}, at) for site, at in last]),
        "kliping_site_next_visit_timestamp_seconds": [
            ({"site": one.site}, (one.due_since or one.upcoming).timestamp()) for one in upcoming
        ],
        "kliping_site_findings": [({"site": site, "kind": kind}, kinds[site, kind]) for site, kind in sorted(kinds)],
    }


def _moments(told: Iterable[tuple[dict[str, str], str | None]]) -> list[Sample]:
    """Those UTC texts that are moments, in seconds since 1970."""
    return [(labels, moment.timestamp()) for labels, at in told if (moment := instant(at)) is not None]


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{value.translate(ESCAPES)}"' for name, value in labels.items()) + "}"
