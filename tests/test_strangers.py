"""What strangers hand us to do us harm: files, feeds, texts; and the page of documents that says what stops them."""

from __future__ import annotations

import ast
import asyncio
import gzip
import io
import re
import socket
import sys
import time
import tracemalloc
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from bench import fuzz, seeds
from extractors.urls import canonical
from scraper import batch
from scraper.analyst.server import at_home
from scraper.archive.store import Archive
from scraper.cli import main, paint
from scraper.cli.progress import CrawlView
from scraper.cli.terminal import CONTROLS, harmless, one_line
from scraper.discovery import feeds, sitemaps
from scraper.errors import FetchError, Unusable, UsageProblem
from scraper.files import made_new, replacing
from scraper.importing import takeout, warcs
from scraper.importing.files import findings
from scraper.importing.found import Finding, Found, Lost
from tests.factories import NOON, SITE, reading, site, visit

ROOT = Path(__file__).resolve().parents[1]
STEERING = "Banjir \x1b]0;milik kami\x07\x1b[2J\x9b31m surut \u202ekilab\u2069"
EARLY = 0.5  # of a second, for inputs that are to be given up at once

pytestmark = pytest.mark.filterwarnings("error")


def imported(path: Path, *, max_bytes: int = 400_000) -> list[Finding]:
    return list(findings([path], url=None, max_bytes=max_bytes))


@pytest.mark.parametrize(
    "target", [one for one in fuzz.TARGETS if one.name not in {"pages", "conservation"}], ids=lambda one: one.name
)
def test_broken_input_is_read_or_refused(target: fuzz.Target) -> None:
    """A few inputs of each target of `make fuzz` keep its laws; it tries as many as time allows."""
    random = Random(7)
    for _ in range(4 if target.name in {"commands", "wire"} else 12):
        assert target.check(target.made(random)) is None


def test_no_text_of_a_page_steers_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Escape sequences and marks of direction in title and body reach no output of a command, and none of an error."""
    monkeypatch.setenv("KLIPING_DB", str(tmp_path / "kliping.db"))
    with Archive.open(tmp_path / "kliping.db", create=True) as archive:
        archive.add_site(site(title=STEERING))
        run = archive.start_run([SITE], NOON)
        archive.settle(visit(run, reading=reading(title=STEERING, labels=(STEERING,))))
        (id_,) = (record["id"] for record in archive.records())

    for words in (
        ["show", id_],
        ["search", "banjir"],
        ["status"],
        ["sites", "list"],
        ["show", STEERING],
        ["why", STEERING],
    ):
        done = CliRunner().invoke(main, words)
        assert not CONTROLS.search(done.output), words
    assert "\\x1b]0;milik kami" in CliRunner().invoke(main, ["show", id_]).output


def test_json_for_a_terminal_is_the_same_json() -> None:
    """What could steer a terminal stands in JSON's own escapes, so that it means the same."""
    assert paint.escaped('{"title":"\x9b31m\u202e"}') == '{"title":"\\u009b31m\\u202e"}'


def test_a_stranger_writes_no_line_of_a_log() -> None:
    """Line feeds of any kind end no line."""
    told = one_line("failed http://kabar.example/\nnew http://kabar.example/y\u2028z\r\x85\x1b[1A")
    assert len(told.splitlines()) == 1
    assert harmless("a\tb\nc") == "a\tb\nc"
    assert "one_line" in Path(sys.modules[CrawlView.__module__].__file__ or "").read_text("utf-8")


def test_no_document_type_swells_reads_or_asks(tmp_path: Path) -> None:
    """Of a feed, a sitemap or an export that declares entities, none is filled in, and nobody is asked for a DTD."""
    canary = tmp_path / "kenari"
    canary.write_text(seeds.CANARY)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        for kind in seeds.ENTITIES:
            told = kind.format(canary=canary, port=server.getsockname()[1]) if "{" in kind else kind
            for name, document in (
                ("feed", seeds.feeds()[1]),
                ("sitemap", seeds.sitemaps()[0]),
                ("export", seeds.export()),
            ):
                body = told.encode() + document.partition(b"?>")[2].replace(
                    b"<title", b"<title>&y;&g7;</title><title", 1
                )
                body = body.replace(b"<loc>", b"<loc>&y;&g7;", 1)
                assert seeds.CANARY not in _read(name, body, tmp_path)
            with pytest.raises(TimeoutError):
                server.accept()


def _read(kind: str, body: bytes, folder: Path) -> str:
    try:
        if kind == "export":
            (folder / "export.xml").write_bytes(body)
            found: Any = list(takeout.posts_in(folder / "export.xml", url=None, max_bytes=400_000))
        else:
            found = feeds.parse(body) if kind == "feed" else sitemaps.parse(body)
    except FetchError:
        return ""
    assert len(str(found)) < 2_000_000
    return str(found)


def test_a_sitemap_of_nothing_costs_no_memory() -> None:
    """Millions of empty elements, packed into kilobytes, are given up early, and no tree of them is built."""
    body = gzip.compress(b"<urlset>" + b"<a/>" * 4_000_000 + b"</urlset>", 1)
    tracemalloc.start()
    try:
        with pytest.raises(Unusable, match="elements"):
            sitemaps.parse(body)
        assert tracemalloc.get_traced_memory()[1] < 60 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name", ["archive/../../jauh.warc.gz", "/archive/jauh.warc.gz", "archive/..\\..\\jauh.warc.gz"]
)
def test_no_name_in_an_archive_leads_anywhere(tmp_path: Path, name: str) -> None:
    """The files of a WACZ are read where they are: whatever they are called, nothing is written."""
    folder = tmp_path / "dalam" / "sekali"
    folder.mkdir(parents=True)
    (folder / "x.wacz").write_bytes(seeds.wacz(name=name))
    imported(folder / "x.wacz")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [folder / "x.wacz"]


def test_a_bomb_in_an_archive_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A WARC, or a WACZ, that unpacks to more than a hundred times its size counts as damaged."""
    monkeypatch.setattr(warcs, "SMALL", 1_000_000)
    head = b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 900000000\r\n\r\n"
    bomb = gzip.compress(head + b"\0" * 40_000_000)
    (tmp_path / "x.warc.gz").write_bytes(bomb)
    (tmp_path / "x.wacz").write_bytes(seeds.wacz(bomb))
    with zipfile.ZipFile(tmp_path / "y.wacz", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("archive/x.warc", head + b"\0" * 40_000_000)

    for name in ("x.warc.gz", "x.wacz", "y.wacz"):
        (lost,) = imported(tmp_path / name)
        assert isinstance(lost, Lost)
        assert lost.reason == "damaged-file"
        assert "unpack" in lost.detail


def test_a_link_out_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    """Whoever fills a folder that is imported or extracted does not choose what else is read."""
    secret, folder = tmp_path / "rahasia.html", tmp_path / "terima"
    secret.write_text(f"<html>{seeds.CANARY}</html>")
    folder.mkdir()
    (folder / "a.html").symlink_to(secret)
    (folder / "b.html").write_text("<html></html>")
    (folder / "c.html").symlink_to(folder / "b.html")

    found = imported(folder)
    assert [one.reason for one in found if isinstance(one, Lost) and "is a link" in one.detail] == ["damaged-file"]
    assert not any(isinstance(one, Found) for one in found)
    assert [Path(one.path).name for one in batch.pages_of_folder(folder)] == ["b.html", "c.html"]


def test_an_entry_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export in which nothing ends is not held in memory whole."""
    monkeypatch.setattr(takeout, "MOST_BETWEEN", 200_000)
    (tmp_path / "x.xml").write_bytes(b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>" + b"<a/>" * 200_000)
    (lost,) = imported(tmp_path / "x.xml")
    assert isinstance(lost, Lost)
    assert "without the end of an entry" in lost.detail


def test_a_packed_file_does_not_swell_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page or batch packed by gzip is unpacked up to a limit, and what to do beyond is said."""
    monkeypatch.setattr(batch, "MOST_UNPACKED", 1_000_000)
    (tmp_path / "x.html.gz").write_bytes(gzip.compress(b" " * 2_000_000))
    with pytest.raises(UsageProblem, match="unpacks to more than"):
        batch.read_bytes(tmp_path / "x.html.gz")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8001", 200),
        ("127.0.0.1:8001", 200),
        ("[::1]:8001", 200),
        ("kabar.example:8001", 421),
        ("", 421),
        ("localhost.kabar.example", 421),
    ],
)
def test_the_window_answers_to_its_own_names_alone(host: str, status: int) -> None:
    """A stranger's name that is made to lead to this machine is refused, so that no page reads the archive by it."""
    sent: list[dict[str, Any]] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(at_home(app)({"type": "http", "headers": [(b"host", host.encode())]}, None, send))
    assert sent[0]["status"] == status


def test_an_archive_is_its_owners_alone(tmp_path: Path) -> None:
    """An archive, the files beside it and its copies are readable by nobody else."""
    path, copy = tmp_path / "kliping.db", tmp_path / "backup.db"
    with Archive.open(path, create=True) as archive:
        archive.add_site(site())
        made = CliRunner().invoke(main, ["backup", str(copy), "--db", str(path)])
        assert made.exit_code == 0, made.output
        held = [one for one in tmp_path.iterdir() if ".db" in one.name and not one.name.endswith(".lock")]
        assert {one.stat().st_mode & 0o777 for one in held} == {0o600}


def test_a_link_laid_in_the_way_is_not_written_through(tmp_path: Path) -> None:
    """A file that is written anew replaces a link that lies there, and leaves what it led to as it was."""
    victim, laid = tmp_path / "milik-orang", tmp_path / "laid"
    victim.write_text("utuh")
    laid.symlink_to(victim)
    with made_new(laid) as stream:
        stream.write(b"baru")
    assert (victim.read_text(), laid.read_text(), laid.is_symlink()) == ("utuh", "baru", False)
    with replacing(tmp_path / "x") as stream:
        stream.write(io.BytesIO(b"x").read())
    assert (tmp_path / "x").stat().st_mode & 0o600 == 0o600


def test_every_test_that_the_threat_model_names_exists() -> None:
    """Each defence of docs/security.md names a test file, or a test, and all of them are there."""
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith(("| attack", "| leak"))]
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(tests/\w+\.py)(?:::(\w+))?`", row)
        assert named, row
        for file, test in named:
            tree = ast.parse((ROOT / file).read_text("utf-8"))
            names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            assert any(name.startswith("test_") for name in names)
            assert not test or test in names, f"{file} has no {test}"


def test_giving_up_is_quick() -> None:
    """What is too large by its own word is not unpacked first."""
    began = time.process_time()
    with pytest.raises(Unusable):
        feeds.parse(b"<feed>" + b" " * (5 * 2**20))
    assert time.process_time() - began < EARLY


@pytest.mark.parametrize("words", [["export", "--since", STEERING], ["show", "x", STEERING], [STEERING]])
def test_a_usage_error_steers_no_terminal(words: list[str]) -> None:
    """What was typed, maybe pasted from a page, is told back by name. Found by the fuzz of commands."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert not CONTROLS.search(done.output)


@pytest.mark.parametrize("url", ["http://[::ffff:0.0.0.1]?f", "http://[::ffff:0.0.0.1]:4??"])
def test_an_address_in_brackets_has_a_canonical_form(url: str) -> None:
    """A query behind an IPv6 host is no error. Found by the fuzz of addresses."""
    assert canonical(canonical(url)) == canonical(url)
