"""The body of a post on a theme nobody has described, no feed at hand: the element that bears the story's text.

Themes name things as they like; what they cannot change is that a story is running text without links, that it follows
its title, and that readers' comments follow it. Text is weighed by its length, links and short lines counting little;
from the whole post inwards the walk goes on into the part that bears the weight, until that is the story itself.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from extractors.blocks import BLOCK_TAGS, SILENT_TAGS
from extractors.lexicon import load
from extractors.whitespace import fold

FULL = 40  # characters of an unlinked line from which all of it counts; a shorter one counts by its share of that
WIDE = "\u2e80"  # from here on a character says as much as two or three letters: Chinese, Japanese, Korean
LEAST = 60  # weight of a story: a picture's two lines
BEARING = 0.9  # share of the weight from which a part is all of the story
BETTER = 0.6  # the same where the other parts are a box of the author, a form, a notice
NEXT = 0.2  # of the heaviest part's weight: a lighter part is never the story
OWN = 0.3  # share of the weight that stands in an element's own lines: the story is written right into it
OTHER = frozenset(("nav", "aside", "footer", "form", "button", "select", "label", "textarea", "iframe"))
RUNNING = frozenset(
    "p span b i em strong u font a h1 h2 h3 h4 h5 h6 ul ol li dl blockquote pre table tbody tr td center img br hr"
    " figure".split()
)
"""Elements that authors write with; what themes are made of holds these."""
COMMENTS = "#comments, .comments, [id*=comment], [class*=comment-], .comment-thread"


class Place(NamedTuple):
    """The element that holds the story, and those of its parts that stand before and behind it."""

    node: LexborNode
    around: frozenset[int]


class _Element(NamedTuple):
    node: LexborNode
    start: int
    end: int


class _Weighed(NamedTuple):
    """A page's lines, weighed, and its elements, by the lines they hold."""

    sums: list[float]
    elements: dict[int, _Element]
    titled: int
    """The first line behind the title; 0 where no line is the title."""
    talk: frozenset[int]
    """The lines that stand above readers' comments."""

    def talks(self, node: LexborNode) -> bool:
        """Whether the element is the comments, told by the line it begins with."""
        return self.elements[node.mem_id].start in self.talk

    def weight(self, node: LexborNode) -> float:
        element = self.elements.get(node.mem_id)
        return self.sums[element.end] - self.sums[max(element.start, min(self.titled, element.end))] if element else 0.0


def place(root: LexborNode | None, title: str) -> Place | None:
    """Where, under `root`, the story of that title stands; None where no running text does, or, of a whole page, where
    the title does not stand: what there is then is sidebars.
    """
    if root is None:
        return None
    weighed = _weighed(root, title)
    if weighed.weight(root) < LEAST or (root.tag == "html" and not weighed.titled):
        return None
    node = _borne(root, weighed)
    return None if weighed.talks(node) else Place(node, _around(node, weighed))


def _borne(node: LexborNode, weighed: _Weighed) -> LexborNode:
    """The innermost element that bears the story."""
    while True:
        parts = [(weighed.weight(child), child) for child in node.iter()]
        parts = [(weight, child) for weight, child in parts if weight]
        whole = weighed.weight(node)
        own = whole - sum(weight for weight, _ in parts)
        if not parts or own >= OWN * whole:
            return node
        most, heaviest = max(parts, key=lambda part: part[0])
        if heaviest.tag in RUNNING:
            return node
        titled = weighed.elements[node.mem_id].start < weighed.titled
        if most < (BETTER if titled else BEARING) * whole:
            if not titled or any(child.tag in RUNNING for weight, child in parts if weight >= NEXT * most):
                return node
            alike = [child for weight, child in parts if weight >= NEXT * most and _like(child, parts[0][1])]
            if len(alike) > 1 or not _is_section(heaviest):
                return node
            heaviest = next(child for weight, child in parts if weight >= NEXT * most)
        if not _is_section(heaviest):
            return node
        node = heaviest


def _is_section(node: LexborNode) -> bool:
    """Whether an element holds blocks or broken lines of its own, or is the only one: no mere paragraph of a body."""
    return any(child.tag in BLOCK_TAGS or child.tag == "br" for child in node.iter()) or _alone(node)


def _alone(node: LexborNode) -> bool:
    """Whether no element of its kind stands beside it."""
    above = node.parent
    return above is None or sum(child.tag == node.tag and _like(child, node) for child in above.iter()) < 2


def _like(one: LexborNode, other: LexborNode) -> bool:
    return one.tag == other.tag and one.attributes.get("class") == other.attributes.get("class")


def _around(node: LexborNode, weighed: _Weighed) -> frozenset[int]:
    """Of an element that holds the title as well, the parts before the story's first line and behind its last."""
    element = weighed.elements[node.mem_id]
    if element.start >= weighed.titled:
        return frozenset()
    children = list(node.iter())
    bearing = [at for at, child in enumerate(children) if weighed.weight(child) >= LEAST]
    if not bearing:
        return frozenset()
    return frozenset(child.mem_id for child in (*children[: bearing[0]], *children[bearing[-1] + 1 :]))


def _weighed(root: LexborNode, title: str) -> _Weighed:
    """The lines under `root`, in one walk without recursion; what stands in comments, forms, menus weighs nothing."""
    light = {node.mem_id for node in root.css(COMMENTS)}
    lines: list[tuple[str, int, bool]] = []  # text, unlinked characters, counted
    elements: dict[int, _Element] = {}
    open_: list[tuple[LexborNode, int]] = []
    parts: list[str] = []
    unlinked = linked = shade = 0

    def end_line() -> None:
        nonlocal unlinked
        text = fold("".join(parts))
        if text:
            lines.append((text, unlinked, not shade))
        parts.clear()
        unlinked = 0

    node: LexborNode | None = root
    while node is not None:
        tag = node.tag or ""
        if node.is_text_node:
            text = node.text_content or ""
            parts.append(text)
            unlinked += 0 if linked else len(fold(text))
        elif tag not in SILENT_TAGS and node.first_child is not None:
            if tag in BLOCK_TAGS:
                end_line()
            linked += tag == "a"
            shade += tag in OTHER or node.mem_id in light
            open_.append((node, len(lines)))
            node = node.first_child
            continue
        elif tag == "br":
            end_line()
        while node.next is None and open_:
            node, start = open_.pop()
            tag = node.tag or ""
            if tag in BLOCK_TAGS:
                end_line()
            linked -= tag == "a"
            shade -= tag in OTHER or node.mem_id in light
            elements[node.mem_id] = _Element(node, start, len(lines))
        node = node.next if open_ else None
    end_line()
    return _weights(lines, elements, fold(title).casefold())


def _weights(lines: list[tuple[str, int, bool]], elements: dict[int, _Element], title: str) -> _Weighed:
    titled = next((at for at, (text, _, _) in enumerate(lines, 1) if title and text.casefold() == title), 0)
    talk = frozenset(at for at, (text, _, _) in enumerate(lines) if len(text) < FULL and _talk().fullmatch(text))
    sums = [0.0]
    for at, (text, unlinked, counted) in enumerate(lines):
        if at in talk and at >= titled and sums[-1] - sums[min(titled, at)] >= LEAST:
            sums += [sums[-1]] * (len(lines) - at)  # readers have the word from here on
            break
        size = unlinked * (2.5 if text[:1] >= WIDE else 1.0)
        sums.append(sums[-1] + (size * min(1.0, size / FULL) if counted else 0.0))
    return _Weighed(sums, elements, titled, talk)


@cache
def _talk() -> re.Pattern[str]:
    words = "|".join(re.escape(phrase) for phrase in load("furniture")["talk"])
    return re.compile(rf"[\W_]*(?:\d{{1,6}}\s{{0,3}})?(?:{words})[\W_]*(?:\d{{1,6}}[\W_]*)?", re.IGNORECASE)
