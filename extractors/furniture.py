"""Lines inside a body that are not the story: ad placeholders, 'Baca juga' links, the title again, a site's promotion.

They are told from the story by what they say and how much of them is link text, never by one site's class names; each
is kept as a labelled removal. The phrases are data: lexicon/furniture.toml.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import repeat, zip_longest
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
LONGEST_NOTICE = 250  # characters of a line that says where a story was printed, whose it is
NOTICES = {"reprints": "reprint", "cookies": "notice"}
COUNT = " 0123456789"  # '12 Shares', 'Share 3'
PAGES = re.compile(
    r"(?:(?:halaman|hal|page|pages)\b\W{0,3})?(?:\d{1,3}\W{1,3}){1,20}"
    r"(?:\d{1,3}|selanjutnya|berikutnya|next|last|semua|all|lanjut)?\W{0,3}"
    r"|(?:halaman\s)?(?:selanjutnya|berikutnya|sebelumnya)\W{0,3}|(?:next|previous)(?:\spage)?\W{0,3}"
    r"|page\s\d{1,3}\sof\s\d{1,3}",
    re.IGNORECASE,
)
COUNTED = re.compile(  # readers, minutes, and nothing else
    r"(?:(?:post\s)?views|dibaca|dilihat|pembaca|hits|waktu baca|reading time|estimasi baca)\W{1,3}[\d.,]{1,9}"
    r"\s?(?:[kx]|kali|menit|min(?:utes?)?(?:\sread)?|jt|rb)?"
    r"|[\d.,]{1,9}\s?k?\s(?:views?|kali di(?:baca|lihat)|x dibaca|min(?:utes?)? read|menit (?:mem)?baca|pembaca)",
    re.IGNORECASE,
)
POSTED = re.compile(
    r"(?:posted|written|published|diposting|ditulis|diterbitkan|dipublikasikan)\s(?:by|oleh|on|pada)\b"
    r".{0,60}\b(?:19|20)\d\d\b.{0,20}",
    re.IGNORECASE,
)
PLAYER = re.compile(r"\[\s?gambas\s?:.{1,60}\]|\{\{.{1,50}\}\}|\d{1,2}:\d\d\s?/\s?\d{1,2}:\d\d", re.IGNORECASE)
SENTENCE = re.compile(r"[a-z]{3}\. [A-Z]")
RIGHTS = re.compile(
    r"(?:copyright|hak cipta)\W{0,4}(?:\(c\)|(?:19|20)\d\d)|©|all rights reserved"
    r"|dilarang (?:mengutip|menyalin|mengambil)|^[^.]{0,60}\b(?:19|20)\d\d\b[^.]{0,30}$",
    re.IGNORECASE,
)
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
    for line, after in zip_longest(lines[begin:finish], lines[begin + 1 : finish]):
        rule, announced = _judge(line, announced, heading="" if last else heading)
        if rule is None and after is not None and _is_contents(line) and after.linked >= MOSTLY * len(after.text):
            rule, announced = "contents", True
        if (
            rule is None and line.linked and last and promotion.names_channel(line)
        ):  # all three signs: inside a story too
            rule = "promotion"
        if rule is None and not index_page and _is_pointer(line) and not (last and _leads_on(last)):
            rule = "related-link"
        if rule is None:
            last = line.text
        elif rules and rules[-1] is None and promotion.is_picture(last):
            rules[-1] = rule  # a hand that points to what is taken out
        rules.append(rule)
    return [*rules, *repeat("promotion", end - finish), *repeat("repeated", len(lines) - end)]


def _is_contents(line: Line) -> bool:
    """Whether a line is the heading of a table of contents, its switch beside it or not."""
    words = _bare(line.text) if len(line.text) <= LONGEST_PHRASE else ""
    head, _, switch = words.rpartition(" ")
    return words in _phrases("contents") or (head in _phrases("contents") and switch in _phrases("contents_controls"))


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
    if len(text) <= LONGEST_PHRASE and (rule := _said_by_machine(line, phrase, first=bool(heading))):
        return rule, announced
    if len(text) <= LONGEST_NOTICE and (rule := _notice(line)):
        return rule, announced
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


def _said_by_machine(line: Line, phrase: str, *, first: bool) -> str | None:
    """The rule for a short line that a theme, plug-in or ad script prints; `first`: no story stands before it."""
    if phrase in _phrases("ad_placeholders"):
        return "ad-placeholder"
    if phrase.strip(COUNT) in _phrases("widgets"):
        return "widget"
    if PAGES.fullmatch(line.text) and line.linked:
        return "pages"
    if COUNTED.fullmatch(line.text) or (first and POSTED.fullmatch(line.text)):
        return "post-meta"
    return "widget" if PLAYER.fullmatch(line.text) else None


def _notice(line: Line) -> str | None:
    """The rule for a line that tells of the page and not of the story: whose it is, how it is filed, where it was."""
    if not _begins("filed", "copyrights", *NOTICES).match(line.text):  # so with nearly all lines
        return None
    filed = _begins("filed").match(line.text)
    if filed and _is_filing(line, line.text[filed.end() :]):
        return "post-meta"
    if _begins("copyrights").match(line.text) and (RIGHTS.search(line.text) or _credits_theme(line)):
        return "copyright"
    return next((rule for kind, rule in NOTICES.items() if _begins(kind).match(line.text)), None)


def _is_filing(line: Line, rest: str) -> bool:
    """Whether what follows 'Tags:' is links, or words with a '#'."""
    words = rest.split()
    return bool(words) and (line.linked >= MOSTLY * len(rest) or all(word.startswith("#") for word in words))


def _credits_theme(line: Line) -> bool:
    """Whether a line of one sentence or less has a link, as the credit of a theme's maker has."""
    return bool(line.linked) and SENTENCE.search(line.text) is None


@cache
def _begins(*kinds: str) -> re.Pattern[str]:
    words = "|".join(re.escape(phrase) for kind in kinds for phrase in load("furniture")[kind])
    return re.compile(rf"^[\W_]*(?:{words})\b[\s:;.,|>»–—-]*", re.IGNORECASE)


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
