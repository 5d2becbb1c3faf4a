"""Where the sentences of the writer's prose begin, told once and asked often."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from extractors.quotes.grammar import SENTENCE_GAP
from extractors.quotes.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from extractors.quotes.vocabulary import Vocabulary

BLANK = "\0"
_END = re.compile(r"[.!?…\n\0](?:(?<=\n)\n*|(?<=\0)\0*|(?<=[.!?…])[)\]]?\s+(?=[^\W\d_]|[\0(])|(?<=[.])(?=[A-Z][a-z]))")
_STOPS = frozenset((". ", "! ", "? "))
_LINE_ENDS = frozenset(("\n", "\n\n", ".\n", ".\n\n", "!\n\n", "?\n\n"))
LOOK_AHEAD = 2  # characters of the next word that tell an end without a space: 'siap.Kata'


class Prose:
    """An article's text with what stands in marks blanked by NUL, offsets unchanged: its words and sentence starts.

    A line end and a blanked stretch each end a sentence; the full stop of a title or an initial ('Drs.') does not.
    """

    def __init__(self, text: str, words: Vocabulary) -> None:
        self.text = text
        self.words = words
        self.tokens = Tokens(text, words)

    @cached_property
    def starts(self) -> list[int]:
        """Where each sentence begins, in order."""
        return [0, *self._ends(self.words)]

    def _ends(self, words: Vocabulary) -> Iterator[int]:
        """Sentences end between words only, where more than a space or a comma parts them."""
        text, starts, gaps = self.text, self.tokens.starts, self.tokens.gaps
        for found in SENTENCE_GAP.finditer(self.tokens.letters):
            number = found.start() >> 1
            gap = gaps[number]
            start = starts[number] if number < len(starts) else len(text)
            if gap in _LINE_ENDS:
                yield start
            elif gap in _STOPS:
                if text[start : start + 1].isalpha() and not (gap == ". " and self._abbreviates(number - 1, words)):
                    yield start
            else:
                yield from self._ends_between(number, start - len(gap), start, words)

    def _ends_between(self, number: int, start: int, end: int, words: Vocabulary) -> Iterator[int]:
        """The same where blanks, brackets or several marks part the words."""
        for found in _END.finditer(self.text, start, end + LOOK_AHEAD):
            stop = found.start() == start and self.text[start] == "." and "\n" not in found[0]
            if not (stop and self._abbreviates(number - 1, words)):
                yield found.end()

    def _abbreviates(self, number: int, words: Vocabulary) -> bool:
        """Whether the word of that number is a title, a rank or an initial."""
        lower = self.tokens.words[number].lower if number >= 0 else ""
        return (len(lower) == 1 and lower.isalpha()) or lower in words.titles or lower in words.ranks

    def start(self, at: int) -> int:
        """Where the sentence holding `at` begins."""
        return self.starts[bisect_right(self.starts, at) - 1]

    def end(self, at: int) -> int:
        """Where the sentence holding `at` ends and the next begins."""
        following = bisect_right(self.starts, at)
        return self.starts[following] if following < len(self.starts) else len(self.text)


def mask(text: str, *regions: Sequence[tuple[int, int]]) -> str:
    """The text with those stretches blanked by NUL, offsets unchanged: the writer's own prose."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(pair for pairs in regions for pair in pairs):
        if end > at:
            parts += (text[at : max(at, start)], BLANK * (end - max(at, start)))
            at = end
    return "".join((*parts, text[at:]))
