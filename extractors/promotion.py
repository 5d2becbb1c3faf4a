"""Lines at the edges of a body that address the reader: 'Follow us on …', 'Jangan lupa membaca … di …'.

Owners and scripts put them above and below a story, on one page or on thousands; that they repeat over a site is seen
only by who holds its other pages. Alone they are told by two signs together: the beginning of a request, and a link or
the name of a channel. Inside a story it takes all three. The words are data: lexicon/promotion.toml.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from extractors.lexicon import load
from extractors.lines import Line

LONGEST = 300  # characters; requests on real pages have under 200, and a longer line tells something
REACH = 8  # lines at either end that are looked at
PICTURED = 0.3  # share of a line's tokens that are pictographs, from which it is an ornament: two hands and four words
WORD = re.compile(r"\w+")
QUOTED = re.compile('["“”«»]')


def story(lines: list[Line]) -> tuple[int, int]:
    """Where the story starts and ends between requests to the reader, as indices; never nothing at all.

    Lines of emoji and lines that are all link go with a request they stand beside, on its outer or inner side.
    """
    start = _peeled(lines[:REACH])
    end = len(lines) - _peeled(lines[: -REACH - 1 : -1])
    return (start, end) if start < end else (0, len(lines))


def _peeled(outer: list[Line]) -> int:
    """How many lines, from the outermost in, are promotion."""
    peeled = 0
    for count, line in enumerate(outer, start=1):
        if is_request(line):
            peeled = count
        elif not (_is_ornament(line.text) or line.linked >= len(line.text)):
            break
        elif peeled == count - 1 and peeled and _is_ornament(line.text):
            peeled = count
    return peeled


def is_request(line: Line) -> bool:
    """Whether a line asks the reader to read, follow, join or fetch something of the publisher's."""
    if len(line.text) > LONGEST or QUOTED.search(line.text):
        return False
    if line.linked and _begins("invitations").match(_words(line)):
        return True
    return names_channel(line)


def names_channel(line: Line) -> bool:
    """Whether a line asks the reader to follow, join or fetch, and names the channel."""
    if len(line.text) > LONGEST or QUOTED.search(line.text):
        return False
    text = _words(line)
    return _begins("pleas").match(text) is not None and _names("channels").search(text) is not None


def _words(line: Line) -> str:
    return " ".join(WORD.findall(line.text.casefold()))


def _is_ornament(text: str) -> bool:
    """Whether pictographs are a good part of what a line says."""
    pictures = 0 if text.isascii() else sum(map(_is_pictograph, text))
    return bool(pictures) and pictures >= PICTURED * (pictures + len(WORD.findall(text)))


def is_picture(text: str) -> bool:
    """Whether a line is nothing but pictographs."""
    return not text.isascii() and not WORD.search(text) and all(map(_is_pictograph, text.replace(" ", "")))


def _is_pictograph(character: str) -> bool:
    return character > "\u2190" and unicodedata.category(character) in {"So", "Mn", "Sk"}


@cache
def _begins(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_any(kind)})\b")


@cache
def _names(kind: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_any(kind)})\b")


def _any(kind: str) -> str:
    return "|".join(re.escape(phrase) for phrase in load("promotion")[kind])
