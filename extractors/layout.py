"""Layout: one template, live since a date, recognised by its markers. Site: an outlet and what its newsroom does its
own way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractors.document import Document
    from extractors.prose.dateline import Style
    from extractors.rules import Rule

NAMED = re.compile(r"[.#][\w-]+")  # the class names and ids of a compound selector


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where a theme keeps a post's parts. A rule left out means: what every Blogger page carries (extractors.blogger).

    `markers` are compound selectors of elements inside the Blog widget, `around` of elements outside it; `needed` must
    match for a page to be on this theme: class names leak from theme to theme, so one is not enough. `body` are
    selectors of the body container, best first; a `bodiless` theme prints none into the page. `remove` maps a selector
    to the label under which matching parts of the container are kept as removals.
    """

    name: str
    since: date
    markers: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    needed: int = 2
    title: Rule[str] | None = None
    body: tuple[str, ...] = ()
    bodiless: bool = False
    remove: tuple[tuple[str, str], ...] = ()
    author: Rule[str] | None = None
    labels: Rule[tuple[str, ...]] | None = None
    published: Rule[Any] | None = None
    updated: Rule[Any] | None = None
    visible_date: Rule[str] | None = None

    def recognises(self, document: Document) -> bool:
        """Whether enough of the markers stand in the page. Its head, and then all of it, is searched only where the
        widget has one.
        """
        telling = _any_of(self.markers)
        if telling is not None and document.names.isdisjoint(telling):  # so on most pages for most layouts
            return False
        hits = sum(_stands(marker, document) for marker in self.markers)
        for marker in self.around if hits else ():
            if hits >= self.needed:
                break
            hits += _around(marker, document)
        return hits >= self.needed

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


def _stands(marker: str, document: Document) -> bool:
    """Whether the marker matches in the Blog widget; searched for only where the names it consists of all occur."""
    names = _names(marker)
    if not names <= document.names:
        return False
    return marker in names or bool(document.find(marker))


@cache
def _any_of(markers: tuple[str, ...]) -> frozenset[str] | None:
    """The names of which one must occur if one of the markers is to match; None where a marker consists of none."""
    names = [_names(marker) for marker in markers]
    return frozenset().union(*names) if all(names) else None


@cache
def _names(marker: str) -> frozenset[str]:
    return frozenset(NAMED.findall(marker.partition("[")[0]))


def _around(marker: str, document: Document) -> bool:
    """Whether the marker matches anywhere; the page is parsed for it only where its text has the names."""
    if not all(name[1:] in document.page.html for name in _names(marker)):
        return False
    return document.head.css_first(marker) is not None or document.tree.css_first(marker) is not None
