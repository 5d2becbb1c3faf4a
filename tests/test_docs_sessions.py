"""The documents' blocks do what they say: each page is a session, run from top to bottom in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from scraper.cli import main
from scraper.standin import Newsroom, StandIn, fixtures_dir
from tests.documents import PAGES, ROOT, Block, blocks
from tests.session import holds, play
from tests.test_site_module import checkout

TRIED_ELSEWHERE = {
    ("adding-a-site.md", "sh"): "tests/test_site_module.py",
    ("adding-a-language.md", "toml"): "tests/test_quotes_languages.py",
    ("analysts.md", "sql"): "tests/test_analyst_queries.py",
    ("analysts.md", "python"): "tests/test_analyst_queries.py",
    ("README.md", "json"): "tests/test_docs.py",
} | {
    (page, language): test
    for page, test in (
        ("README.md", "tests/test_docs_newcomer.py"),
        ("tutorial.md", "tests/test_docs_newcomer.py"),
        ("README.id.md", "tests/test_docs.py"),  # the blocks of README.md, word for word
    )
    for language in ("sh", "sql", "python", "json", "text")
}
LANGUAGES = {"sh", "python", "sql", "r", "text"}
SERVED = {"scheduling.md", "running.md"}  # their newsroom must answer


def tried_here(block: Block) -> bool:
    return block.not_run is None and (block.page, block.language) not in TRIED_ELSEWHERE


ALL = [block for path in PAGES for block in blocks(path)]
SESSIONS = sorted({block.page for block in ALL if tried_here(block)})


def test_every_block_is_tried_or_says_why_not() -> None:
    """A block names a language that can be run, is the content of a file, or tells why it is not run."""
    stray = [
        f"{block.page}:{block.line}"
        for block in ALL
        if tried_here(block) and block.file is None and block.language not in LANGUAGES
    ]

    assert stray == []
    assert len(ALL) > 60


def test_what_is_tried_elsewhere_is_there() -> None:
    """No page is left to a test that does not read it."""
    for (page, _), test in TRIED_ELSEWHERE.items():
        assert page in (ROOT / test).read_text("utf-8"), page


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's archive, for pages that begin with it."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    ran = CliRunner().invoke(main, ["demo", "--db", str(path)], catch_exceptions=False)
    assert ran.exit_code == 0
    return path


@pytest.fixture
def newsroom() -> Iterator[StandIn]:
    with StandIn(Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")) as served:
        yield served


def folder_for(page: str, tmp_path: Path, demo: Path, newsroom: StandIn) -> Path:
    """Where the page's reader stands: in a checkout, or beside an archive."""
    if page == "writing-a-layout.md":
        return checkout(tmp_path)
    (tmp_path / "data").mkdir()
    if page in SERVED:
        for command in (["sites", "add", newsroom.url, "--allow-loopback", "--delay", "0"], ["crawl"]):
            ran = CliRunner().invoke(main, [*command, "--db", str(tmp_path / "data" / "kliping.db")])
            assert ran.exit_code == 0, ran.output
        return tmp_path
    for name in ("demo.db", "kliping.db"):
        shutil.copy(demo, tmp_path / "data" / name)
    return tmp_path


@pytest.mark.parametrize("page", SESSIONS)
def test_a_page_does_what_it_says(page: str, tmp_path: Path, demo: Path, newsroom: StandIn) -> None:
    """Its blocks run from top to bottom, and each `text` is what the block before it printed."""
    host = newsroom.url.removeprefix("http://").rstrip("/")
    session = [block for block in ALL if block.page == page and tried_here(block)]

    play(session, folder_for(page, tmp_path, demo, newsroom), {"kilas24news.com": host})


def test_a_line_that_was_not_printed_is_found() -> None:
    """The comparison with what is shown can fail: on another figure, and on another order."""
    printed = "44 records to a.jsonl\nsound.\n"
    assert holds(printed, "44 records to …\n…\nsound.") is None
    assert holds(printed, "45 records to …") == "45 records to …"
    assert holds(printed, "sound.\n44 records to a.jsonl") == "44 records to a.jsonl"
