"""Schedules, the scheduled run, the daemon, and what stops them: by clocks that are handed in, and with real processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from scraper import schedule
from scraper.archive.schema import STEPS, m009_watch
from scraper.archive.sites.turns import Turn
from scraper.archive.store import Archive, Site
from scraper.cli import main
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.daemon import Daemon, Moments
from scraper.errors import UsageProblem
from scraper.schedule import MOST_TOLD, read_schedule, set_schedule
from scraper.standin import Fault, StandIn
from tests.crawled import SETTINGS, crawl, newsroom

ROOT = Path(__file__).resolve().parents[1]
T0 = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Watched:
    """An archive with one scheduled site that is not crawled for real: a visit is a run with its turn."""

    def __init__(self, path: Path, told: str, *, zone: str = "UTC") -> None:
        self.path, self.now, self.visits = path, T0, list[datetime]()
        with Archive.open(path, create=True) as archive:
            archive.add_site(Site(name="kabar.example", url="https://kabar.example/", added_at=T0))
            set_schedule(archive, "kabar.example", told, zone, T0)

    async def visit(self, archive: Archive, sites: Sequence[Site]) -> None:
        self.visits.append(self.now)
        run = archive.start_run([site.name for site in sites], self.now)
        at = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"
        for site in sites:
            archive.keep_turn(Turn(site=site.name, run=run, started_at=at, ended_at=at))

    def look(self) -> int | None:
        """How many visits were missed if the site is due, and is then visited; None where it is not due."""
        with Archive.open(self.path) as archive:
            found = schedule.due(archive, self.now)
            if not found:
                return None
            asyncio.run(self.visit(archive, [archive.site(one.site) for one in found]))
            return found[0].missed


def test_a_site_is_visited_at_once_and_then_every_so_often(tmp_path: Path) -> None:
    """'every 6h' counts from when it was set: a visit that came late moves none of those after it."""
    watched = Watched(tmp_path / "a.db", "every 6h")
    for minutes in range(0, 1500, 5):
        watched.now = T0 + timedelta(minutes=minutes, seconds=20)
        watched.look()

    assert [(visit - T0) // timedelta(minutes=5) * 5 for visit in watched.visits] == [0, 360, 720, 1080, 1440]


def test_missed_visits_are_told_and_caught_up_once(tmp_path: Path) -> None:
    """After a week in which the machine was off one visit makes up for all, and it says how many there were."""
    watched = Watched(tmp_path / "a.db", "0 6 * * *", zone="Asia/Jakarta")
    watched.now = T0 + DAY
    assert watched.look() == 0
    assert watched.look() is None
    watched.now += 7 * DAY
    assert watched.look() == 6
    assert watched.look() is None


def test_a_run_that_was_broken_off_leaves_its_site_due(tmp_path: Path) -> None:
    """Only a whole turn counts as a visit: what was killed is done again by the next call."""
    watched = Watched(tmp_path / "a.db", "every 6h")
    with Archive.open(watched.path) as archive:
        archive.start_run(["kabar.example"], T0)

        assert [one.site for one in schedule.due(archive, T0 + HOUR)] == ["kabar.example"]


def test_an_archive_from_before_schedules_knows_when_its_sites_were_crawled() -> None:
    """Brought up to date, whole runs of the past count as turns; those that were broken off, and re-readings, do not."""
    db = Database(memory=True)
    try:
        for step in STEPS[: STEPS.index(m009_watch)]:
            step.upgrade(db)
        db.conn.execute(
            "INSERT INTO sites (name, url, sitemap, robots, loopback, added_at)"
            " VALUES ('a.example', '', 0, 0, 0, '2026-01-01T00:00:00Z')"
        )
        db.conn.executemany(
            "INSERT INTO runs (sites, started_at, ended_at, kind) VALUES (?, ?, ?, ?)",
            [
                ('["a.example", "gone.example"]', "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z", "crawl"),
                ('["a.example"]', "2026-01-02T00:00:00Z", None, "crawl"),
                ('["a.example"]', "2026-01-03T00:00:00Z", "2026-01-03T01:00:00Z", "reextract"),
            ],
        )
        m009_watch.upgrade(db)
        turns = db.conn.execute("SELECT site, run, started_at FROM turns").fetchall()
    finally:
        db.close()

    assert turns == [("a.example", 1, "2026-01-01T00:00:00Z")]


def test_a_clock_that_jumps_costs_one_visit_at_most(tmp_path: Path) -> None:
    """Years ahead and back again: each jump is one visit, and the schedule goes on by the clock as it is."""
    watched = Watched(tmp_path / "a.db", "every 6h")
    assert watched.look() == 0
    watched.now = T0 + 3 * 365 * DAY
    assert watched.look() == MOST_TOLD - 1
    watched.now = T0 + HOUR
    assert watched.look() == 0, "the last visit lies in the future: it tells of no time that was"
    assert watched.look() is None
    watched.now = T0 + 6 * HOUR
    assert watched.look() == 0


def test_a_schedule_set_by_a_wrong_clock_still_holds(tmp_path: Path) -> None:
    """Set while the clock was a year ahead, it is visited now, and then as often as it says."""
    watched = Watched(tmp_path / "a.db", "every 6h")
    with Archive.open(watched.path) as archive:
        set_schedule(archive, "kabar.example", "every 6h", "UTC", T0 + 365 * DAY)
    for minutes in range(0, 1440, 30):
        watched.now = T0 + timedelta(minutes=minutes)
        watched.look()

    assert watched.visits == [T0 + hours * HOUR for hours in (0, 6, 12, 18)]


def test_a_cron_expression_is_read_in_its_zone_with_mondays_as_one() -> None:
    """'0 6 * * 1' in Jayapura is Monday at six there, for the daemon's timers too."""
    told = read_schedule("0 6 * * 1", "Asia/Jayapura", datetime(2025, 12, 3, tzinfo=UTC))
    monday = datetime(2025, 12, 7, 21, 0, tzinfo=UTC)  # 06:00 of the 8th

    assert told.after(datetime(2025, 12, 3, tzinfo=UTC)) == monday
    assert Moments(told).get_next_fire_time(None, datetime(2025, 12, 3, tzinfo=UTC)) == monday
    assert Moments(told).get_next_fire_time(monday, monday) == monday + 7 * DAY


def test_daylight_saving_loses_and_doubles_no_day() -> None:
    """At half past two each night in Berlin: once on the night that lacks that hour, once on the one that has it twice."""
    told = read_schedule("30 2 * * *", "Europe/Berlin", datetime(2026, 3, 27, tzinfo=UTC))

    spring = told.missed(datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 31, 12, tzinfo=UTC))
    autumn = told.missed(datetime(2026, 10, 23, 12, tzinfo=UTC), datetime(2026, 10, 26, 12, tzinfo=UTC))

    assert [moment.day for moment in spring] == [28, 29, 30, 31]
    assert [moment.day for moment in autumn] == [24, 25, 26]


@pytest.mark.parametrize(
    ("told", "zone", "why"),
    [
        ("every 2 fortnights", "UTC", "is no schedule"),
        ("every 0m", "UTC", "the least between two"),
        ("every 1m", "UTC", "the least between two"),
        ("* * * * *", "UTC", "the least between two"),
        ("0 25 * * *", "UTC", "is no schedule"),
        ("0 0 30 2 *", "UTC", "(is no schedule|never comes)"),
        ("0 6 * *", "UTC", "is no schedule"),
        ("0 6 * * *", "Asia/Atlantis", "is no time zone"),
    ],
)
def test_what_is_no_schedule_is_refused_in_a_sentence(told: str, zone: str, why: str) -> None:
    """A wrong expression, a zone that is none, and visits by the minute."""
    with pytest.raises(UsageProblem, match=why):
        read_schedule(told, zone, T0)


# the daemon


def test_the_daemon_follows_the_archive_and_the_clock(tmp_path: Path) -> None:
    """It crawls what is due, has a timer for each site, catches up once after a jump, and drops what is unscheduled."""
    watched, said = Watched(tmp_path / "a.db", "every 6h"), list[str]()

    async def scenes() -> None:
        daemon = Daemon(watched.path, watched.visit, say=said.append, now=lambda: watched.now)
        served = asyncio.create_task(daemon.serve())
        while not watched.visits:
            await asyncio.sleep(0.01)
        assert list(daemon.timers) == ["kabar.example"]
        await asyncio.gather(daemon.look(), daemon.run_due())
        assert watched.visits == [T0]
        watched.now = T0 + DAY
        await daemon.look()
        await daemon.look()
        assert watched.visits == [T0, T0 + DAY]
        watched.now = T0 + HOUR
        await daemon.look()
        assert watched.visits == [T0, T0 + DAY, T0 + HOUR]
        with Archive.open(watched.path) as archive:
            archive.unschedule("kabar.example")
        await daemon.look()
        assert daemon.timers == {}
        daemon.stop()
        await served

    asyncio.run(asyncio.wait_for(scenes(), 20))
    assert any("4 visits were due since" in told for told in said)


def test_the_daemon_waits_for_an_archive_that_another_crawl_holds(tmp_path: Path) -> None:
    """The trouble is told once, however often it is met; the site is crawled at the first look after it."""
    watched, said = Watched(tmp_path / "a.db", "every 6h"), list[str]()

    async def scenes() -> None:
        daemon = Daemon(watched.path, watched.visit, say=said.append, now=lambda: watched.now)
        with Archive.open(watched.path) as other, other.writing():
            await daemon.run_due()
            await daemon.run_due()
        assert watched.visits == []
        await daemon.run_due()
        assert watched.visits == [T0]

    asyncio.run(asyncio.wait_for(scenes(), 20))
    assert len([told for told in said if "Another crawl is writing" in told]) == 1


# real processes


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, StandIn]]:
    """An archive that knows a stand-in newsroom and has crawled nothing yet."""
    with StandIn(newsroom(12)) as standin:
        path = tmp_path / "a.db"
        crawl(path, standin, only_add=True)
        standin.log.clear()
        yield path, standin


def kliping(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "KLIPING_DELAY": "0", "KLIPING_WORKERS": "0", **settings}
    return subprocess.Popen(
        [sys.executable, "-m", "scraper", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str], timeout: float = 60) -> tuple[int, str]:
    with process:
        try:
            _, said = process.communicate(timeout=timeout)
        finally:
            process.kill()
    return process.returncode, said


def test_run_due_crawls_once_and_tells_when_next(served: tuple[Path, StandIn]) -> None:
    """The first call crawls the scheduled site, the second finds nothing due; a visit that was missed is told."""
    path, standin = served
    environment = {"KLIPING_DELAY": "0", "KLIPING_WORKERS": "0", "KLIPING_DB": str(path)}

    def invoke(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, arguments, env=environment)
        return done.exit_code, done.output

    assert invoke("run", "--due") == (
        0,
        'No site has a schedule; give it one: kliping sites schedule SITE "every 6h"\n',
    )
    with Archive.open(path) as archive:
        (site,) = archive.sites()
    told = f"{site.name}: every 6h, due now\n"
    assert invoke("sites", "schedule", site.name, "every 6h") == (0, told)
    assert invoke("sites", "schedule", site.name) == (0, told)
    assert '"schedule": "every 6h"' in invoke("sites", "list", "--json")[1]

    code, _ = invoke("run", "--due")
    asked = len(standin.log)
    again, said = invoke("run", "--due")

    assert (code, again, len(standin.log) - asked) == (0, 0, 0)
    assert f"1 sites have a schedule; next: {site.name}" in said
    with Archive.open(path) as archive:
        assert archive.counts().articles == 12
        archive.db.conn.execute("UPDATE turns SET started_at = '2026-01-01T00:00:00Z'")
        archive.db.conn.execute("UPDATE schedules SET set_at = '2026-01-01T00:00:00Z'")
        with archive.writing():
            assert invoke("run", "--due")[0] == 3
    code, said = invoke("run", "--due")
    assert code == 0
    assert "visits were due since 2026-01-01 06:00 UTC; one makes up for all" in said
    assert invoke("sites", "schedule", site.name, "never") == (0, f"{site.name}: no schedule\n")


@pytest.mark.parametrize(("command", "code"), [("crawl", 143), ("run", 143), ("daemon", 0)])
def test_sigterm_finishes_the_page_in_hand_and_leaves(served: tuple[Path, StandIn], command: str, code: int) -> None:
    """A slow page is still settled, no other is begun, and the process is gone in under five seconds; the next run ends
    with the archive of one that was not stopped.
    """
    path, standin = served
    with Archive.open(path) as archive:
        set_schedule(archive, archive.sites()[0].name, "every 1d", "UTC", datetime.now(UTC) - DAY)
    standin.faults.append(Fault(path_prefix="/20", status=200, delay=1.0, times=100))
    process = kliping(command, *(["--due"] if command == "run" else []), "--db", str(path))
    deadline = time.monotonic() + 30
    while not [hit for hit in standin.log if hit.path.endswith(".html")] and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)  # the second page is in hand
    asked = {hit.path for hit in standin.log if hit.path.endswith(".html")}
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    left, said = finished(process, timeout=20)

    assert time.monotonic() - begun < 5
    assert left == code, said
    pages = {hit.path for hit in standin.log if hit.path.endswith(".html")}
    with Archive.open(path) as archive:
        assert 1 <= archive.counts().articles == len(pages) <= len(asked) + 1
        assert len(pages) < 12
        assert archive.last_turns(archive.sites()[0].name, 1) == ()
        standin.faults.clear()
        asyncio.run(_crawl(archive))
        assert archive.counts().articles == 12


async def _crawl(archive: Archive) -> None:
    async for _ in Crawl(archive, SETTINGS).outcomes(archive.sites()):
        pass


def test_sigterm_leaves_a_host_that_keeps_it_waiting(served: tuple[Path, StandIn]) -> None:
    """A page that does not come, and a pause of minutes, are left: nobody waits for them longer than for a page."""
    path, standin = served
    standin.faults.append(Fault(path_prefix="/20", status=503, headers={"Retry-After": "200"}, times=100))
    process = kliping("crawl", "--db", str(path))
    deadline = time.monotonic() + 30
    while not [hit for hit in standin.log if hit.status == 503] and time.monotonic() < deadline:
        time.sleep(0.05)
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)

    assert finished(process, timeout=20)[0] == 143
    assert time.monotonic() - begun < 5


def test_a_crawl_can_be_stopped_before_it_began(served: tuple[Path, StandIn]) -> None:
    """Asked to stop first, it visits nothing, and its run counts as broken off."""
    path, _ = served

    async def stopped() -> list[object]:
        with Archive.open(path) as archive:
            run = Crawl(archive, msgspec.structs.replace(Settings(), delay=0, workers=0))
            run.stop()
            return [outcome async for outcome in run.outcomes(archive.sites())]

    assert asyncio.run(asyncio.wait_for(stopped(), 10)) == []
    with Archive.open(path) as archive:
        assert archive.db.conn.execute("SELECT ended_at FROM runs").fetchall() == [(None,)]


# what is shipped


def test_the_systemd_units_are_sound(tmp_path: Path) -> None:
    """systemd-analyze finds nothing wrong with them, once the program they name is one that is there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    units = sorted((ROOT / "deploy" / "systemd").iterdir())
    for unit in units:
        named = unit.read_text("utf-8").replace("/opt/kliping/bin/kliping", str(shutil.which("true")))
        (tmp_path / unit.name).write_text(named, "utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in units)], capture_output=True, text=True
    )

    assert {unit.suffix for unit in units} == {".service", ".timer"}
    assert (done.returncode, done.stderr) == (0, "")
