"""The body of a page on a theme that nobody has described: the smallest element that holds the feed entry's words.

The feed says what the post says; the page says it again somewhere. Runs of words of the entry are looked up among the
words of the page in one walk, and each element counts the runs inside it. The smallest element with nearly as many as
the page has altogether holds the post. A feed that gives only the opening leads to the paragraph it stands in, and so
to the element around that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from selectolax.lexbor import LexborNode

from extractors.blocks import SILENT_TAGS, visible_text
from extractors.parsing import parse

if TYPE_CHECKING:
    from extractors.model import FeedEntry

WORD = re.compile(r"\w+")
RUN = 4  # words looked up together: three also stand in sidebars by chance
FEWEST = 8  # words; what a shorter entry says stands in many places
HELD = 0.9  # share of the page's runs of the entry that the element must hold: what ads and widgets interrupt is lost
TOLD = 0.6  # share of the entry's runs that must stand in the page, or it tells something else
ADDED = 0.5  # share of the words that a wider element adds that must be the entry's as well
CUT = 340  # characters; a feed's summary of this length stops inside the story: Blogger cuts at 400, with markup
NO_BODY = frozenset(("p", "span", "b", "i", "em", "strong", "a", "font", "u", "li", "td", "h1", "h2", "h3", "h4"))


class _Element(NamedTuple):
    """An element and where its words start and end among the page's."""

    node: LexborNode
    start: int
    end: int


def place(root: LexborNode | None, entry: FeedEntry) -> LexborNode | None:
    """Where the page, given by its body element, holds what the feed entry says; None where it does not."""
    content = parse(entry.content).body if entry.content else None
    told = visible_text(content) if content is not None else entry.summary or ""
    return holder(root, told, summary=content is None) if root is not None else None


def holder(root: LexborNode, text: str, *, summary: bool = False) -> LexborNode | None:
    """The smallest element inside `root` whose text holds the entry's; None where none does. Of elements with the same
    words, the outermost: pictures stand around texts. `summary` tells that the text may be an opening only.
    """
    told = WORD.findall(text.casefold())
    if len(told) < FEWEST:
        return None
    runs = {tuple(told[at : at + RUN]) for at in range(len(told) - RUN + 1)}
    words, elements = _walked(root)
    sums = _sums(words, runs)
    if sums[-1] < TOLD * len(runs):
        return None
    enough = HELD * min(sums[-1], len(runs))
    holding = [element for element in elements if _held(element, sums) >= enough]
    found = _widened(sorted(holding, key=lambda element: element.end - element.start), sums)
    if found is None or not (summary and len(text) >= CUT):
        return found.node if found else None
    return _around(found.node)


def _walked(root: LexborNode) -> tuple[list[str], list[_Element]]:
    """The words of the text under `root`, and its elements in document order, in one pass without recursion."""
    words: list[str] = []
    elements: list[_Element] = []
    open_: list[tuple[LexborNode, int]] = []
    node: LexborNode | None = root
    while node is not None:
        if node.is_text_node:
            words += WORD.findall((node.text_content or "").casefold())
        elif node.tag not in SILENT_TAGS and node.first_child is not None:
            open_.append((node, len(words)))
            node = node.first_child
            continue
        while node.next is None and open_:
            node, start = open_.pop()
            elements.append(_Element(node, start, len(words)))
        node = node.next if open_ else None
    return words, sorted(elements, key=lambda element: (element.start, -element.end))  # outermost first


def _sums(words: list[str], runs: set[tuple[str, ...]]) -> list[int]:
    """How many runs of the entry start before each word of the page; the last counts all."""
    sums = [0]
    for at in range(len(words)):
        sums.append(sums[-1] + (tuple(words[at : at + RUN]) in runs))
    return sums


def _held(element: _Element, sums: list[int]) -> int:
    """How many of the runs stand whole inside the element."""
    return sums[max(element.start, element.end - RUN + 1)] - sums[element.start]


def _widened(holding: list[_Element], sums: list[int]) -> _Element | None:
    """The smallest of the elements, or the one around it where what that adds is the entry's too: a lead that stands
    before the rest's own wrapper.
    """
    found = holding[0] if holding else None
    for wider in holding[1:]:
        if found is None or not (wider.start <= found.start and found.end <= wider.end):
            continue
        added = (wider.end - wider.start) - (found.end - found.start)
        if _held(wider, sums) - _held(found, sums) < ADDED * added:
            break
        found = wider
    return found


def _around(node: LexborNode) -> LexborNode:
    """The element that holds the paragraph: an opening stands in one, or in a line of the body itself."""
    while node.tag in NO_BODY and node.parent is not None:
        node = node.parent
    return node
