"""What the documents say is true: commands, settings, outcomes, the record in the README."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from extractors import read
from scraper.batch import PageInput, load_page, record_of
from scraper.cli import main
from scraper.config import SETTINGS, Settings
from scraper.outcomes import REASONS, VERDICTS
from scraper.standin import Newsroom, fixtures_dir
from scraper.standin.site import Site

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
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
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
