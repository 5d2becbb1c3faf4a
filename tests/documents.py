"""The documents taken apart: their pages, headings and fenced blocks, with what a block says of itself.

A comment right before a block tells what is not seen by the reader: `<!-- not run: WHY -->`, or
`<!-- file: PATH -->` for one that is the content of a file. A block of `text` is what the block before it prints.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGES = (*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").glob("*.md")))
FENCED = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,})(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=indent)(?P=fence) *$",
    re.DOTALL | re.MULTILINE,
)
MARK = re.compile(r"<!-- (not run|file): ([^\n]+?) -->\s*\Z")


class Block(NamedTuple):
    """A fenced block: its language, what it holds, why it is `not_run`, the `file` it is the content of."""

    page: str
    line: int
    language: str
    text: str
    not_run: str | None
    file: str | None


def blocks(path: Path) -> list[Block]:
    """The page's fenced blocks, in order; those that speak to the site's generator left out."""
    page = path.read_text("utf-8")
    found = []
    for fence in FENCED.finditer(page):
        if fence["language"].startswith("{"):
            continue
        mark = MARK.search(page, 0, fence.start())
        told = {mark[1]: mark[2]} if mark else {}
        line = page.count("\n", 0, fence.start()) + 1
        text = re.sub(rf"^{fence['indent']}", "", fence["text"], flags=re.MULTILINE)
        found.append(Block(path.name, line, fence["language"].strip(), text, told.get("not run"), told.get("file")))
    return found


def headings(path: Path) -> list[str]:
    """The page's headings, with their signs."""
    return re.findall(r"^#+ .+$", FENCED.sub("", path.read_text("utf-8")), re.MULTILINE)
