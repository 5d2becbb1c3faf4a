"""The built site stands by itself: every link inside it leads to a page and a place that are there, and no page asks
anything of another host. What does not hold is a warning, and so fails the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
LOADED = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
}
OUTSIDE = re.compile(r"(?:https?:)?//[\w.-]+", re.ASCII)
STYLE_LOADS = re.compile(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^'\")\s]+)")


class Links(HTMLParser):
    """What a page is called from outside (`ids`), what it links to and what it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.ids |= {named.get("id", ""), named.get("name", "")}
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        if tag in LOADED and LOADED[tag] in named:
            self.loads.append(named[LOADED[tag]])


def faults(site: Path) -> Iterator[str]:
    """A sentence for each link that leads nowhere and each thing that is loaded from another host."""
    pages = {path: Links(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        name = path.relative_to(site)
        yield from (f"{name} loads {target}" for target in page.loads if OUTSIDE.match(target))
        within = [target for target in page.links + page.loads if not OUTSIDE.match(target)]
        yield from (
            f"{name} links to {target}, which is not there" for target in within if not _leads(target, path, pages)
        )
    for sheet in sorted(site.rglob("*.css")):
        for target in STYLE_LOADS.findall(sheet.read_text("utf-8")):
            yield f"{sheet.relative_to(site)} loads {target}"


def _leads(target: str, path: Path, pages: dict[Path, Links]) -> bool:
    parts = urlsplit(target)
    if parts.scheme:  # data:, mailto:
        return True
    found = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if found.is_dir():
        found /= "index.html"
    if not found.exists():
        return False
    return not parts.fragment or found not in pages or unquote(parts.fragment) in pages[found].ids


def check(app: Sphinx, failure: Exception | None) -> None:
    """Warns of every fault of a site that was built."""
    if failure is None and app.builder.format == "html":
        for fault in faults(Path(app.outdir).resolve()):
            LOGGER.warning("%s", fault)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
