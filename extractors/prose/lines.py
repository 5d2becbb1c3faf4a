"""The first and the last lines of a text: where datelines, credits and end marks stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

BLANKS = " \t\r\f\v\u00a0\u2007\u202f\u200b\ufeff"  # what newsrooms leave at the ends of a line


class Line(NamedTuple):
    """A line without the white space at its ends; `at` is the code point where it starts."""

    text: str
    at: int


def first_lines(text: str, most: int) -> Iterator[Line]:
    """The first `most` lines that hold anything."""
    at = 0
    while at < len(text) and most > 0:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if bare := text[at:end].strip(BLANKS):
            yield Line(bare, text.index(bare, at))
            most -= 1
        at = end + 1


def last_lines(text: str, most: int) -> Iterator[Line]:
    """The last `most` lines that hold anything, last first."""
    end = len(text)
    while end > 0 and most > 0:
        start = text.rfind("\n", 0, end) + 1
        if bare := text[start:end].strip(BLANKS):
            yield Line(bare, text.index(bare, start))
            most -= 1
        end = start - 1
