"""What a run tells at its end: JSON, a Prometheus textfile, a command, an address; and that none of it can do harm."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from scraper.archive.sites.receipts import HostReceipt
from scraper.archive.sites.turns import Turn
from scraper.archive.store import Archive
from scraper.cli import main
from scraper.config import Settings
from scraper.health import Finding
from scraper.metrics import HELP, exposition
from scraper.notices import notify
from scraper.reports import RunReport, SiteRun, report
from scraper.standin import Fault, StandIn
from tests.crawled import crawl, newsroom
from tests.made_up import T0, MadeUp

POSTS = 5
SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\.)*"(?:,[a-z]+="(?:[^"\\\n]|\\.)*")*\})? -?[0-9.e+]+')


@pytest.fixture
def added(tmp_path: Path) -> Iterator[tuple[Path, StandIn]]:
    """An archive that knows a newsroom of five posts, the second of which fails."""
    with StandIn(newsroom(POSTS)) as standin:
        path = tmp_path / "a.db"
        crawl(path, standin, only_add=True)
        bad = standin.newsroom.path(standin.newsroom.newest_first()[1])
        standin.faults.append(Fault(path_prefix=bad, status=403, times=9))
        yield path, standin


def kliping(path: Path, *arguments: str, **settings: str) -> Result:
    environment = {"KLIPING_DELAY": "0", "KLIPING_WORKERS": "0", **settings}
    return CliRunner().invoke(main, [*arguments, "--db", str(path)], env=environment)


def test_a_run_is_reported_as_json_and_again_from_the_archive(tmp_path: Path, added: tuple[Path, StandIn]) -> None:
    """`--report` writes what `status --run N --json` tells later: times, outcomes, failures by name, receipts."""
    path, standin = added
    done = kliping(path, "crawl", "--report", str(tmp_path / "run.json"))
    told: dict[str, Any] = json.loads((tmp_path / "run.json").read_text("utf-8"))
    (site,), (failure,), (host,) = told["sites"], told["failures"], told["hosts"]

    assert done.exit_code == 1
    assert (told["schema"], told["run"], told["kind"]) == ("kliping.run/1", 1, "crawl")
    assert told["started_at"] <= told["ended_at"]
    assert (site["outcomes"], site["reasons"]) == ({"failed": 1, "new": POSTS - 1}, {"http-403": 1})
    assert (site["turn"]["new"], site["turn"]["trouble"]) == (POSTS, None)
    assert (failure["url"].startswith(standin.url), failure["reason"]) == (True, "http-403")
    assert host["requests"] > POSTS
    assert json.loads(kliping(path, "status", "--run", "1", "--json").stdout) == told
    assert kliping(path, "status", "--run", "7", "--json").exit_code == 3


def test_a_run_that_was_killed_is_told_as_broken_off(tmp_path: Path) -> None:
    """It has no end, no turn and no trouble of its own."""
    made = MadeUp(tmp_path / "a.db")
    with Archive.open(made.path) as archive:
        run = archive.start_run(["kabar.example"], T0)

        told = report(archive, run)

    assert (told.ended_at, told.sites, told.has_trouble) == (None, (SiteRun(site="kabar.example", turn=None),), False)


def test_the_textfile_is_what_prometheus_reads(tmp_path: Path, added: tuple[Path, StandIn]) -> None:
    """Every line is a comment or a sample; each family is explained and typed once; the figures are the run's."""
    path, _ = added
    target = tmp_path / "kliping.prom"
    target.write_text("old")
    kliping(path, "crawl", "--metrics", str(target))
    lines = target.read_text("utf-8").splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    families = {line.split()[2] for line in lines if line.startswith("# HELP")}

    assert all(SAMPLE.fullmatch(line) for line in samples)
    assert {re.split("[{ ]", line)[0] for line in samples} == families <= HELP.keys()
    assert sorted(line.split()[2] for line in lines if line.startswith("# TYPE")) == sorted(families)
    figures = {re.sub(r'(site|host)="[^"]*"', "", line.rpartition(" ")[0]): line.rpartition(" ")[2] for line in samples}
    assert figures['kliping_site_pages{,outcome="new"}'] == str(POSTS - 1)
    assert figures['kliping_site_failures{,reason="http-403"}'] == "1"
    assert (figures["kliping_run_trouble"], figures["kliping_site_whole{}"]) == ("1", "1")
    assert [one.name for one in tmp_path.iterdir() if "prom" in one.name] == ["kliping.prom"]


def test_no_name_can_break_the_textfile(tmp_path: Path) -> None:
    """Quotes, backslashes and line feeds in a label are escaped."""
    made = MadeUp(tmp_path / "a.db")
    host = HostReceipt(host='a"b\\c\nd', requests=3)
    with Archive.open(made.path) as archive:
        told = exposition(archive, msgspec.structs.replace(quiet(), hosts=(host,)), (), T0)

    assert 'kliping_host_requests{host="a\\"b\\\\c\\nd"} 3' in told.splitlines()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, added: tuple[Path, StandIn]) -> None:
    """A sentence that names it; what was crawled is kept."""
    path, _ = added
    done = kliping(path, "crawl", "--report", str(tmp_path / "nowhere" / "run.json"))

    assert (done.exit_code, "Cannot write" in done.output) == (2, True)
    with Archive.open(path) as archive:
        assert archive.counts().articles == POSTS - 1


# being told


def quiet(**changes: Any) -> RunReport:
    """The report of a run without trouble."""
    turn = Turn(site="a.example", run=1, started_at="2026-03-02T06:00:00Z", ended_at="2026-03-02T06:01:00Z")
    whole = RunReport(
        run=1,
        kind="crawl",
        started_at="2026-03-02T06:00:00Z",
        ended_at="2026-03-02T06:01:00Z",
        summary={"new": 3},
        sites=(SiteRun(site="a.example", turn=turn, outcomes={"new": 3}),),
        failures=(),
        hosts=(),
    )
    return msgspec.structs.replace(whole, **changes)


ALARM = Finding(site="a.example", kind="silent", told="No new post for 9 days.", advice="Open it.")
FAILED = SiteRun(site="a.example", turn=None, outcomes={"failed": 1}, reasons={"timeout": 1})
UNREAD = SiteRun(site="a.example", turn=None, outcomes={"failed": 9}, reasons={"unknown-template": 9})


def keeping(target: Path) -> str:
    """A command that keeps what it is given."""
    program = f"import sys; open({str(target)!r}, 'ab').write(sys.stdin.buffer.read())"
    return f'{sys.executable} -c "{program}"'


def tell(told: RunReport, **settings: Any) -> list[str]:
    return asyncio.run(notify(told, msgspec.structs.replace(Settings(), **settings)))


@pytest.mark.parametrize(
    ("told", "always", "is_told"),
    [
        (quiet(), 0, False),
        (quiet(), 1, True),
        (quiet(alarms=(ALARM,)), 0, True),
        (quiet(sites=(FAILED,)), 0, True),
        (quiet(sites=(UNREAD,)), 0, False),  # its alarm told of them, once
    ],
)
def test_somebody_is_told_of_trouble(tmp_path: Path, told: RunReport, always: int, is_told: bool) -> None:
    """The command gets the report on its standard input where there is trouble, or always where that is set."""
    assert tell(told, notify_command=keeping(tmp_path / "told.json"), notify_always=always) == []

    assert (tmp_path / "told.json").exists() == is_told
    if is_told:
        assert msgspec.json.decode((tmp_path / "told.json").read_bytes(), type=RunReport) == told


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("/nowhere/at-all", "KLIPING_NOTIFY_COMMAND cannot be run"),
        ("'", "KLIPING_NOTIFY_COMMAND cannot be run"),
        ("sh -c 'echo no mail server >&2; exit 7'", "failed with exit code 7: no mail server"),
        ("sh -c 'sleep 60 & sleep 60'", "took longer than 0.5 seconds and was ended"),
    ],
)
def test_a_command_that_fails_is_told_in_bounded_time(command: str, sentence: str) -> None:
    """No such program, none at all, one that fails, one that hangs with a child of its own."""
    begun = time.monotonic()
    (said,) = tell(quiet(alarms=(ALARM,)), notify_command=command, notify_limit=0.5)

    assert sentence in said
    assert time.monotonic() - begun < 5


class _Hook(BaseHTTPRequestHandler):
    """Answers what the path says, and keeps what it is sent."""

    got: list[tuple[str, str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        type(self).got.append((self.path, self.headers["content-type"], body))
        if self.path == "/slow":
            time.sleep(1.5)
        self.send_response(int(self.path[1:]) if self.path[1:].isdigit() else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    _Hook.got = []
    server = HTTPServer(("127.0.0.1", 0), _Hook)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", _Hook.got
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_report_is_posted(hook: tuple[str, list[tuple[str, str, bytes]]]) -> None:
    """As JSON, once, to the address that is set."""
    url, got = hook
    assert tell(quiet(alarms=(ALARM,)), notify_url=f"{url}/204") == []

    ((path, kind, body),) = got
    assert (path, kind) == ("/204", "application/json")
    assert msgspec.json.decode(body, type=RunReport) == quiet(alarms=(ALARM,))


@pytest.mark.parametrize("path", ["500", "404", "302", "slow"])
def test_an_address_that_refuses_is_told_without_its_secrets(
    hook: tuple[str, list[tuple[str, str, bytes]]], path: str
) -> None:
    """Errors, a redirect, which is not followed, and an answer that does not come: once, and by the host's name alone."""
    url, got = hook
    (said,) = tell(quiet(alarms=(ALARM,)), notify_url=f"{url}/{path}", notify_limit=0.5)

    assert len(got) == 1
    assert "KLIPING_NOTIFY_URL: the report was not accepted by 127.0.0.1" in said
    assert path not in said.replace("http-5xx", "").replace("timeout", "")


@pytest.mark.parametrize(
    "url", ["http://10.0.0.7/hook", "http://169.254.169.254/latest", "ftp://a.example/", "nonsense"]
)
def test_the_guard_stands_before_the_hook_too(url: str) -> None:
    """A private address, and what is no web address, get no report."""
    (said,) = tell(quiet(alarms=(ALARM,)), notify_url=url)

    assert "was not accepted" in said


def test_a_failing_notification_changes_no_exit_code(added: tuple[Path, StandIn]) -> None:
    """It is told on stderr, and the run ends as it would have."""
    path, standin = added
    first = kliping(path, "crawl", KLIPING_NOTIFY_COMMAND="false")
    standin.faults.clear()
    again = kliping(path, "crawl", KLIPING_NOTIFY_COMMAND="false", KLIPING_NOTIFY_ALWAYS="1")

    assert (first.exit_code, again.exit_code) == (1, 0)
    assert "KLIPING_NOTIFY_COMMAND failed with exit code 1." in again.output


def test_a_run_that_cannot_go_on_is_told_too(tmp_path: Path, added: tuple[Path, StandIn]) -> None:
    """A site beyond this machine without a contact ends the crawl: the report says so, and somebody gets it."""
    path, _ = added
    with Archive.open(path) as archive:
        (site,) = archive.sites()
        archive.add_site(
            msgspec.structs.replace(site, name="k.example", url="https://k.example/", blog_id="1", loopback=False)
        )
    files = ("--report", str(tmp_path / "run.json"))
    done = kliping(path, "crawl", *files, KLIPING_CONTACT="", KLIPING_NOTIFY_COMMAND=keeping(tmp_path / "told.json"))
    told = json.loads((tmp_path / "told.json").read_text("utf-8"))

    assert done.exit_code == 2
    assert "KLIPING_CONTACT" in told["error"]
    assert told["ended_at"] is None
    assert json.loads((tmp_path / "run.json").read_text("utf-8")) == told
