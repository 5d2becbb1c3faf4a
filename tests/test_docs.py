"""What the documents say is true: commands, settings, outcomes, the record in the README."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from bench import accuracy
from extractors import read
from scraper.batch import PageInput, load_page, record_of
from scraper.cli import handbook, main
from scraper.config import SETTINGS, Settings
from scraper.outcomes import REASONS, VERDICTS
from scraper.standin import Newsroom, fixtures_dir
from scraper.standin.site import Site
from tests.documents import PAGES, blocks, headings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
REFERENCE = (ROOT / "docs" / "reference.md").read_text("utf-8")


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_is_documented(command: str) -> None:
    """A command stands in the reference and has help that begins with a sentence."""
    assert f"`kliping {command}" in REFERENCE
    assert (main.commands[command].help or "").strip()[:1].isupper()


def test_every_setting_is_documented_and_real() -> None:
    """Each setting stands in the reference with its default, and is a field of Settings with that default."""
    for setting in SETTINGS:
        assert f"`KLIPING_{setting.name.upper()}` | {'–' if setting.default == '' else setting.default} |" in REFERENCE
        assert getattr(Settings(), setting.name) == setting.default
    assert {setting.name for setting in SETTINGS} == set(Settings.__struct_fields__)


def test_every_verdict_and_reason_is_documented() -> None:
    """What an outcome can say stands in the reference, in the same words."""
    for name, meaning in {**VERDICTS, **REASONS}.items():
        assert f"| `{name}` | {meaning} |" in REFERENCE


def test_every_reason_that_is_raised_is_known() -> None:
    """A reason written anywhere in the scraper is one of those documented."""
    written = {
        found
        for path in (ROOT / "scraper").rglob("*.py")
        for found in re.findall(r'reason="([a-z0-9-]+)"', path.read_text("utf-8"))
    }

    assert written <= REASONS.keys() | {"unreadable", "purged"}


def test_links_of_the_documents_lead_somewhere() -> None:
    """A relative link in README and docs names a file that is there."""
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def agrees(shown: Any, real: Any) -> bool:
    """Whether what a document shows is what is: '…' stands for left-out text, a list may show its first items only."""
    if isinstance(shown, dict):
        return list(shown) == list(real) and all(agrees(shown[key], real[key]) for key in shown)
    if isinstance(shown, list):
        return len(shown) <= len(real) and all(agrees(one, other) for one, other in zip(shown, real, strict=False))
    if isinstance(shown, str) and " … " in shown:
        start, _, end = shown.partition(" … ")
        return str(real).startswith(start) and str(real).endswith(end)
    return bool(shown == real)


def test_the_readmes_record_is_what_the_program_gives(tmp_path: Path) -> None:
    """The record printed in the README is the one extracted today from the demo's newsroom, key by key."""
    shown = json.loads(re.findall(r"```json\n(.*?)```", README, re.DOTALL)[0])
    newsroom = Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")
    site = Site(newsroom, "https://www.kabarmuara.example")
    (post,) = (post for post in newsroom.posts if post.post_id == shown["post_id"])
    (tmp_path / "page.html").write_text(site.answer(newsroom.path(post)).body, "utf-8")
    (tmp_path / "entry.json").write_text(site.answer(f"/feeds/posts/default/{post.post_id}?alt=json").body, "utf-8")

    page = load_page(PageInput(path="page.html", entry="entry.json", url=shown["url"]), tmp_path)
    real = record_of(read(page))

    assert [key for key in shown if not agrees(shown[key], real[key])] == []
    assert list(shown) == list(real)


ORIGINAL, INDONESIAN = ROOT / "README.md", ROOT / "README.id.md"
FIGURE = re.compile(r"(?<![\w.,])[.,]?\d+(?:[.,]\d+)*")


def bare(text: str) -> list[str]:
    """A block's lines without what they say to people."""
    return [line for line in (re.sub(r"(^| +)(#|--) .*", "", line) for line in text.splitlines()) if line]


def figures(path: Path) -> list[str]:
    """Every number of a page's prose and tables, in one notation."""
    prose = re.sub(r"```.*?```|`[^`\n]*`|\]\([^)]*\)", " ", path.read_text("utf-8"), flags=re.DOTALL)
    return sorted(f"0{number}" if number[0] == "." else number for number in _numbers(prose))


def _numbers(prose: str) -> list[str]:
    return [found.replace(",", ".") for found in FIGURE.findall(prose)]


def test_the_indonesian_readme_keeps_in_step() -> None:
    """README.id.md has the parts, commands, links and figures of README.md: who changes one changes the other."""
    links = r"\]\((?!README)([^)]+)\)"

    assert [len(head.split()[0]) for head in headings(INDONESIAN)] == [
        len(head.split()[0]) for head in headings(ORIGINAL)
    ]
    assert [(block.language, bare(block.text)) for block in blocks(INDONESIAN)] == [
        (block.language, bare(block.text)) for block in blocks(ORIGINAL)
    ]
    assert re.findall(links, INDONESIAN.read_text("utf-8")) == re.findall(links, ORIGINAL.read_text("utf-8"))
    assert figures(INDONESIAN) == figures(ORIGINAL)


def test_the_command_page_is_made_of_the_commands() -> None:
    """docs/cli.md is what the commands say today; `python -m scraper.cli.handbook` makes it."""
    assert (ROOT / "docs" / "cli.md").read_text("utf-8") == handbook.page()


def test_the_accuracy_page_states_the_figures_pinned() -> None:
    """docs/accuracy.md has the floors and first readings of today; `python -m bench.accuracy` writes them."""
    page = accuracy.PAGE.read_text("utf-8")

    assert page == accuracy.current(page)
    assert page.count("\n| ") > 40
    assert accuracy.current(page.replace("| f1 | 0.98 |", "| f1 | 0.5 |")) == page


def commands_in_prose() -> list[tuple[str, str]]:
    """(page, command) of everything that is set as code in a line and begins with kliping."""
    found = []
    for path in PAGES:
        prose = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
        found += [(path.name, told) for told in re.findall(r"`(kliping [a-z][^`]*)`", prose) if "COMMAND" not in told]
    return sorted(set(found))


def test_commands_in_prose_are_real() -> None:
    """A command named in a sentence is one, and has the options it is named with."""
    wrong = []
    for page, told in commands_in_prose():
        command: click.Command = main
        words = told.replace("\\|", " ").split()[1:]
        while isinstance(command, click.Group) and words:
            command = command.commands.get(words.pop(0)) or click.Command("unknown")
        taken = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        if command.name == "unknown" or not set(re.findall(r"--[a-z-]+", told)) <= taken:
            wrong.append(f"{page}: {told}")

    assert wrong == []
    assert len(commands_in_prose()) > 100


def test_the_units_and_the_crontab_start_commands_there_are() -> None:
    """What deploy/ starts is a command with options it has, and what the guide to schedules installs is there."""
    started = [
        (path.name, line)
        for path in sorted((ROOT / "deploy").rglob("*"))
        if path.is_file()
        for line in re.findall(r"/opt/kliping/bin/kliping (.+?)(?: 2>>.*)?$", path.read_text("utf-8"), re.MULTILINE)
    ]
    for name, line in started:
        command, *words = shlex.split(line)
        assert main.commands[command].make_context(command, words), name

    guide = (ROOT / "docs" / "scheduling.md").read_text("utf-8")
    assert len(started) >= 5
    assert [path for path in re.findall(r"\bdeploy/[\w./-]+\w", guide) if not (ROOT / path).exists()] == []
