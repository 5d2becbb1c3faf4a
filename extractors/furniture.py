"""Lines inside a body that are not the story: ad placeholders, 'Baca juga' links, the title again, a site's promotion.

They are told from the story by what they say and how much of them is link text, never by one site's class names; each
is kept as a labelled removal. The phrases are data: lexicon/furniture.toml.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import repeat
from typing import NamedTuple

from extractors import promotion
from extractors.lexicon import load
from extractors.lines import SENTENCE_END, Line
from extractors.model import Removal
from extractors.whitespace import fold

MOSTLY = 0.6  # share of a line's characters that must be link text for it to be called a list of links
SIGNS = re.compile(r"[\W_]+")
LETTER = re.compile(r"[^\W\d_]")
POINTER = 0.9  # share of a line that must be links to posts of the same site for it to be a pointer
INDEX = 0.3  # share of a body that pointers may be before the post is an index of them
SIGNED = ("(", "[", "*", "/", "#")  # what opens end marks, initials, '(Tim Red)', which end many of a site's stories
LONGEST_PHRASE = 60  # characters; no phrase of the lexicon is longer


class Sifted(NamedTuple):
    """Lines of the story; what was taken out, in order; the texts of the related links among it."""

    kept: list[Line]
    removals: tuple[Removal, ...]
    related: frozenset[str]


def sift(lines: list[Line], *, title: str, repeated: frozenset[str]) -> Sifted:
    """The lines parted into story and furniture. A line after one that was taken out starts a paragraph of its own."""
    kept: list[Line] = []
    removals: list[Removal] = []
    related: set[str] = set()
    gap = False
    for line, rule in zip(lines, _rules(lines, title, repeated), strict=True):
        if rule is None:
            kept.append(line._replace(edge="block") if gap else line)
        else:
            removals.append(Removal(rule=rule, text=line.text))
        if rule in {"read-also", "related-link"}:
            related |= {line.text, _read_also().sub("", line.text, count=1).strip()}
        gap = rule is not None
    return Sifted(kept, tuple(removals), frozenset(related))


def _rules(lines: list[Line], title: str, repeated: frozenset[str]) -> list[str | None]:
    """For each line the rule that takes it out, None for a line of the story."""
    start, end = _story(lines, repeated)
    begin, finish = (start + place for place in promotion.story(lines[start:end]))
    rules: list[str | None] = [*repeat("repeated", start), *repeat("promotion", begin - start)]
    last = ""  # the story's line before
    announced = False
    index_page = _is_index(lines)
    heading = _bare(title)
    for line in lines[begin:finish]:
        rule, announced = _judge(line, announced, heading="" if last else heading)
        if rule is None and not index_page and _is_pointer(line) and not (last and _leads_on(last)):
            rule = "related-link"
        if rule is None:
            last = line.text
        elif rules and rules[-1] is None and promotion.is_picture(last):
            rules[-1] = rule  # a hand that points to what is taken out
        rules.append(rule)
    return [*rules, *repeat("promotion", end - finish), *repeat("repeated", len(lines) - end)]


def _is_pointer(line: Line) -> bool:
    """Whether a line is nothing but a link to another post of the site: navigation that an editor or plug-in put in.
    A bare address is not: that is how people cite.
    """
    return line.own >= POINTER * len(line.text) and "://" not in line.text


def _leads_on(text: str) -> bool:
    """Whether a line's sentence is not at its end, so that what comes next, though all link, belongs to it."""
    return LETTER.search(text) is not None and SENTENCE_END.search(text) is None


def _is_index(lines: list[Line]) -> bool:
    """Whether pointers are what the post is about: a series' table of contents, a digest of the week."""
    pointers = sum(len(line.text) for line in lines if _is_pointer(line))
    return pointers > INDEX * sum(len(line.text) for line in lines)


def _story(lines: list[Line], repeated: frozenset[str]) -> tuple[int, int]:
    """Where the story starts and ends between lines that stand at the edge of many of the site's bodies. Inside a body,
    a repeated line proves nothing.
    """
    start, end = 0, len(lines)
    while start < end and _is_promotion(lines[start].text, repeated):
        start += 1
    while end > start and _is_promotion(lines[end - 1].text, repeated):
        end -= 1
    return start, end


def _is_promotion(text: str, repeated: frozenset[str]) -> bool:
    return text in repeated and may_be_promotion(text)


def may_be_promotion(text: str) -> bool:
    """Whether a line that stands on many pages may be taken out for that: end marks, initials and credits never are."""
    return " " in text and not text.startswith(SIGNED) and LETTER.search(text) is not None and not _credit().match(text)


def _judge(line: Line, announced: bool, *, heading: str) -> tuple[str | None, bool]:
    """The removal rule that fits the line, or None; and whether a heading has just announced links. `heading` is the
    title's words, and empty once the story has begun.
    """
    text = line.text
    phrase = _bare(text) if heading or len(text) <= LONGEST_PHRASE else ""
    if heading and phrase == heading:
        return "title", False
    if len(text) <= LONGEST_PHRASE:
        if phrase in _phrases("ad_placeholders"):
            return "ad-placeholder", announced
        if phrase in _phrases("widgets"):
            return "widget", announced
    linked = line.linked / len(text)
    prefix = _read_also().match(text)
    if prefix:
        rest = len(text) - prefix.end()
        if rest <= 2:
            return "read-also", True
        if line.linked >= MOSTLY * rest:
            return "read-also", False
    if announced and linked >= MOSTLY:
        return "read-also", True
    return None, False


def _bare(text: str) -> str:
    return SIGNS.sub(" ", fold(text).casefold()).strip()


@cache
def _phrases(kind: str) -> frozenset[str]:
    return frozenset(_bare(phrase) for phrase in load("furniture")[kind])


@cache
def _read_also() -> re.Pattern[str]:
    words = "|".join(re.escape(phrase) for phrase in load("furniture")["read_also"])
    return re.compile(rf"^[\W_]*(?:{words})\b[\s:;.,|>»–—-]*", re.IGNORECASE)


@cache
def _credit() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in load("furniture")["credits"])
    return re.compile(rf"^[\W_]*(?:{words})\b", re.IGNORECASE)
