"""Where the sentences of the writer's prose begin, told once and asked often."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.quotes.vocabulary import Vocabulary

BLANK = "\0"
_END = re.compile(r"[.!?…\n\0](?:(?<=\n)\n*|(?<=\0)\0*|(?<=[.!?…])[)\]]?\s+(?=[^\W\d_]|[\0(])|(?<=[.])(?=[A-Z][a-z]))")
_WORD_BEFORE = re.compile(r"[^\W\d_]+")
MAX_ABBREVIATION = 12  # letters


class Prose:
    """An article's text with what stands in marks blanked by NUL, offsets unchanged, and its sentence starts.

    A line end and a blanked stretch each end a sentence; the full stop of a title or an initial ('Drs.') does not.
    """

    __slots__ = ("starts", "text")

    def __init__(self, text: str, words: Vocabulary) -> None:
        self.text = text
        self.starts = [0, *(end.end() for end in _END.finditer(text) if not _is_abbreviation(text, end.start(), words))]

    def start(self, at: int) -> int:
        """Where the sentence holding `at` begins."""
        return self.starts[self.index(at)]

    def end(self, at: int) -> int:
        """Where the sentence holding `at` ends and the next begins."""
        following = self.index(at) + 1
        return self.starts[following] if following < len(self.starts) else len(self.text)

    def index(self, at: int) -> int:
        """The number of the sentence holding `at`, from 0."""
        return bisect_right(self.starts, at) - 1


def mask(text: str, *regions: Sequence[tuple[int, int]]) -> str:
    """The text with those stretches blanked by NUL, offsets unchanged: the writer's own prose."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(pair for pairs in regions for pair in pairs):
        if end > at:
            parts += (text[at : max(at, start)], BLANK * (end - max(at, start)))
            at = end
    return "".join((*parts, text[at:]))


def _is_abbreviation(text: str, stop: int, words: Vocabulary) -> bool:
    if text[stop] != ".":
        return False
    word = _WORD_BEFORE.match(text[max(0, stop - MAX_ABBREVIATION) : stop][::-1])
    if not word:
        return False
    lower = word[0][::-1].lower()
    return len(lower) == 1 or lower in words.titles or lower in words.ranks
