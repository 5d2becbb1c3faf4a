"""`kliping serve` as a process, and the plugin in Datasette's own program."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("datasette", reason="Datasette is not installed (extra web): the window is not tried")

from scraper.archive.store import Archive
from scraper.standin import StandIn
from tests import crawled
from tests.crawled import newsroom

PATIENCE = 30  # seconds a start may take on a busy machine


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("serve") / "kabar.db"
    with StandIn(newsroom(4)) as standin:
        crawled.crawl(path, standin)
    return path


def test_the_window_opens_on_a_port_and_ends_by_ctrl_c(desk: Path) -> None:
    """The address is printed once it answers; a write goes through meanwhile; Ctrl-C ends it with exit code 130."""
    command = [sys.executable, "-m", "scraper", "serve", "--port", "0", "--db", str(desk)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = urlsplit(server.stdout.readline().strip())
            assert address.hostname == "127.0.0.1"
            assert answer(address.port, "/")[0] == 200
            with Archive.open(desk) as archive, archive.transaction():
                archive.db.conn.execute("UPDATE articles SET title = 'Judul Baru Sekali'")
                assert "Judul Baru Sekali" not in answer(address.port, "/")[1]
            assert "Judul Baru Sekali" in answer(address.port, "/")[1]
        finally:
            server.send_signal(signal.SIGINT)
            _, told = server.communicate(timeout=PATIENCE)
    assert (server.returncode, "Traceback" in told) == (130, False)


def answer(port: int | None, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--db", "nowhere.db"], "no archive"), (["--host", "192.0.2.1", "--port", "0"], "cannot be listened on")],
)
def test_what_cannot_be_served_is_one_sentence(desk: Path, arguments: list[str], told: str) -> None:
    """No archive, or an address that is not this machine's: exit code 3 and what to do."""
    command = [sys.executable, "-m", "scraper", "serve", "--db", str(desk), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)

    assert ended.returncode == 3
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_datasettes_own_program_shows_the_same(desk: Path) -> None:
    """`datasette archive.db` with Kliping installed gives our front page, and raw tables to nobody."""
    command = [sys.executable, "-m", "datasette", "serve", str(desk), "--get"]
    front = subprocess.run([*command, "/?lang=en"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    blobs = subprocess.run(
        [*command, "/kabar/blobs.json"], capture_output=True, text=True, timeout=PATIENCE, check=False
    )

    assert "What local newsrooms printed" in front.stdout, front.stderr
    assert blobs.returncode == 1
    assert "Table not found" in blobs.stdout


def test_the_commands_load_no_server_until_it_is_asked_for() -> None:
    """`kliping --help` and `kliping query --list` import nothing of Datasette."""
    program = (
        "import sys; from scraper.cli import main\n"
        "try: main(['query', '--list'])\n"
        "except SystemExit: pass\nprint([name for name in sys.modules if 'datasette' in name or name == 'uvicorn'])"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert printed.stdout.strip().endswith("[]")
