"""Layout: one template, live since a date, recognised by its markers. Site: an outlet and what its newsroom does its
own way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractors.document import Document
    from extractors.prose.dateline import Style
    from extractors.rules import Rule


WORD = re.compile(r"[\w-]{5,}")  # of a selector: what must stand in the raw page for it to match


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where a theme keeps a post's parts. A rule left out means: what every Blogger page carries (extractors.blogger).

    `markers` are selectors, of which `needed` must match for a page to be on this theme: class names leak from theme to
    theme, so one is not enough. `body` are selectors of the body container, best first. `remove` maps a selector to the
    label under which matching parts of the container are kept as removals.
    """

    name: str
    since: date
    markers: tuple[str, ...] = ()
    needed: int = 2
    title: Rule[str] | None = None
    body: tuple[str, ...] = ()
    remove: tuple[tuple[str, str], ...] = ()
    author: Rule[str] | None = None
    labels: Rule[tuple[str, ...]] | None = None
    published: Rule[Any] | None = None
    updated: Rule[Any] | None = None
    visible_date: Rule[str] | None = None

    def recognises(self, document: Document) -> bool:
        """Whether enough of the markers stand in the page."""
        html = document.page.html
        hits = 0
        for marker in self.markers:
            if all(word in html for word in WORD.findall(marker)):  # 10 times cheaper than a search of the tree
                hits += document.tree.css_first(marker) is not None
            if hits >= self.needed:
                return True
        return False

    def __str__(self) -> str:
        return f"{self.name}@{self.since.isoformat()}"


@dataclass(frozen=True, kw_only=True)
class Site:
    """An outlet: its domain, language (ISO 639-1), time zone (IANA), themes, and house style of datelines."""

    domain: str
    name: str
    language: str
    zone: str
    layouts: tuple[Layout, ...] = ()
    dateline: Style | None = None

    def live(self, day: date | None) -> tuple[Layout, ...]:
        """The site's layouts that were live on that day, newest first; all of them for None."""
        dated = [layout for layout in self.layouts if day is None or layout.since <= day]
        return tuple(sorted(dated, key=lambda layout: layout.since, reverse=True))
