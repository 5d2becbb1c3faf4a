"""Stretches in quotation marks, found and mended.

Marks on small news sites are mixed ("… ”), doubled singles (’’ … ’’), glued to the cue (,"ujarnya), or missing on one
side. A pair is therefore told by which way a mark faces and by what stands beside it, never by counting. What the marks
hold, speech or a title, is decided in speech.py.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from extractors.quotes.vocabulary import Vocabulary

Facing = Literal["open", "close", "either"]

_GLYPHS = tuple('"“”„‟«»〝〞＂')
_DOUBLED = ("‘‘", "’’", "‘’", "''", "``", "´´", "â€œ", "â€\x9d")
_MARK = re.compile("|".join((*_GLYPHS, *_DOUBLED, r"â€(?=[\s.,]|\Z)")))
_LOST = re.compile(r"(?:(?<=\n)|(?<=\s)|\A)\?(?=[^\W\d_])|(?<=[,.!])\?(?=\s|[^\W\d_]|\Z)")
"""A question mark where a quotation mark was lost in transcoding: '?Kami siap,? kata Budi'."""
_COORDINATE = re.compile(r"['’′]\s?\d+(?:[.,]\d+)?\s?$")
_SENTENCE_END = re.compile(r"[.!?…][)\]]?\s+(?=[^\W\d_])")
_SINGLE_CLOSE = re.compile(r"[,.?!…]['’](?![\w'’\"”])")
_SINGLE = re.compile(r"\n|(?P<open>(?<![\w'’‘,.?!])['‘](?=[^\W_]))|(?P<close>(?<=[,.?!…])['’](?![\w'’\"”]))")
_WORD = re.compile(r"[^\W\d_]+")
_AFTER = re.compile(r"[ \t\u00a0]*[.,;]?[ \t\u00a0]*([^\W\d_]+)")
_BREAK = re.compile(r"[,.?!]\s*([^\W\d_]+)")
_OPENING, _CLOSING = frozenset("“„«〝"), frozenset("”»〞")
_LEADS = frozenset("([{>—–:/")
_STOPS = frozenset(",.?!…")
LOOK_BACK = 1500  # characters searched for the start of a sentence whose opening mark is missing
LOOK_AHEAD = 4  # marks looked at to tell nesting from a forgotten closing mark
MAX_ROW = 4  # marks with nothing between them: a quote's within a quote, each doubled
MAX_PARAGRAPHS = 4  # line ends one quote may run over before its closing mark


class Span(msgspec.Struct, frozen=True):
    """Text in marks: text[start:end], with the marks from `outer_start` to `outer_end`.

    `mended` tells that a mark was missing; `runs_on` that the quote is taken up again in the next paragraph; `single`
    that the marks are single ones, which apostrophes, titles and scare quotes share.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    mended: bool = False
    runs_on: bool = False
    single: bool = False


class _Mark(msgspec.Struct, frozen=True):
    start: int
    end: int
    facing: Facing
    cued: bool
    """A reporting word follows: the mark closes speech."""
    line: int
    """The number of its line."""


def find_spans(text: str, words: Vocabulary) -> list[Span]:
    """Every stretch in marks, in order, none overlapping; inner quotes stay inside.

    Single marks count outside double ones only, and only where a comma or stop stands before the closing one.
    """
    spans = _Pairing(text, words).spans()
    singles = _singles(text)
    if not singles:
        return spans
    starts = [span.outer_start for span in spans]
    for span in singles:
        at = bisect_right(starts, span.outer_end)
        if not at or spans[at - 1].outer_end <= span.outer_start:
            spans.insert(at, span)
            starts.insert(at, span.outer_start)
    return spans


def _singles(text: str) -> list[Span]:
    found: list[Span] = []
    if not ("'" in text or "’" in text) or not _SINGLE_CLOSE.search(text):
        return found
    opened: int | None = None
    for mark in _SINGLE.finditer(text):
        if mark[0] == "\n":
            opened = None
        elif mark.lastgroup == "open":
            opened = mark.start() if opened is None else opened
        elif opened is not None:
            found.append(Span(opened + 1, mark.start(), opened, mark.end(), single=True))
            opened = None
    return found


def _places(text: str) -> list[tuple[int, int]]:
    """Where marks start and end, in order."""
    for mark in _DOUBLED:
        if mark[0] in text and mark in text:
            return [found.span() for found in _MARK.finditer(text)]
    found: list[tuple[int, int]] = []
    kinds = 0
    for glyph in _GLYPHS:
        at = text.find(glyph)
        kinds += at >= 0
        while at >= 0:
            found.append((at, at + 1))
            at = text.find(glyph, at + 1)
    return sorted(found) if kinds > 1 else found


def _apart(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those in no longer row than marks stand in: the others draw a line, and hold nothing."""
    kept: list[tuple[int, int]] = []
    first = 0
    for number in range(1, len(places) + 1):
        if number == len(places) or places[number][0] != places[number - 1][1]:
            if number - first <= MAX_ROW:
                kept += places[first:number]
            first = number
    return kept


def _line_ends(text: str) -> list[int]:
    ends = accumulate(map(len, text.split("\n")))
    return [end + number for number, end in enumerate(ends)][:-1]


class _Pairing:
    def __init__(self, text: str, words: Vocabulary) -> None:
        self.text = text
        self.words = words
        places = self._places()
        self.lines = _line_ends(text) if places else []
        self.marks = [mark for start, end in places if (mark := self._read_mark(start, end))]

    def spans(self) -> list[Span]:
        found: list[Span] = []
        at, floor = 0, 0  # the next mark; where the last span ended
        while at < len(self.marks):
            mark = self.marks[at]
            if mark.facing == "close" or (mark.cued and mark.facing == "either"):
                span, at = self._without_opener(mark, floor), at + 1
            else:
                span, at = self._opened(at)
            if span and self.text[span.start : span.end].strip():
                found.append(span)
                floor = span.outer_end
        return found

    def _places(self) -> list[tuple[int, int]]:
        text = self.text
        places = _places(text)
        if ",?" in text or ".?" in text:
            places = sorted(places + [(m.start(), m.end()) for m in _LOST.finditer(text)])
        return _apart(places) if len(places) > MAX_ROW else places

    def _read_mark(self, start: int, end: int) -> _Mark | None:
        text = self.text
        left = text[start - 1] if start else "\n"
        right = text[end] if end < len(text) else "\n"
        if left.isdigit() and _COORDINATE.search(text, max(0, start - 12), start):
            return None
        cued = self._cue_follows(start, end)
        return _Mark(start, end, self._facing(text[start], left, right, cued=cued), cued, self._line(start))

    def _facing(self, glyph: str, left: str, right: str, *, cued: bool) -> Facing:
        if cued and left in _STOPS:
            return "close"
        if left.isspace() or left in _LEADS:
            if right.isspace() or right in ",.;":
                return "either"
            return "either" if cued else "open"
        if right.isspace() or not (right.isalnum() or right in "([{“‘"):
            return "close"
        if left in _STOPS:
            return "open"
        return "open" if glyph in _OPENING else "close" if glyph in _CLOSING else "either"

    def _cue_follows(self, start: int, end: int) -> bool:
        """A reporting word comes next. Behind a space it may be the quote's first word: then only a small one."""
        after = _AFTER.match(self.text, end)
        if not after or not self.words.is_cue(after[1].lower()):
            return False
        left = self.text[start - 1] if start else "\n"
        if not left.isspace():
            return left in _STOPS or not self.text[end].isalpha()
        before = self.text[max(0, start - 3) : start].rstrip(" \u00a0")
        return (
            before[-1:] in _STOPS
            and after[1].islower()
            and (after[1] in self.words.suffixed or self._subject_at(after.end()))
        )

    def _line(self, at: int) -> int:
        return bisect_right(self.lines, at)

    def _line_end(self, at: int) -> int:
        line = self._line(at - 1) if at else 0
        return self.lines[line] if line < len(self.lines) else len(self.text)

    def _opened(self, at: int) -> tuple[Span | None, int]:
        """The span opened by mark `at`, and the next mark to look at."""
        opener = self.marks[at]
        if at + 1 == len(self.marks):
            return self._without_closer(opener, len(self.text)), at + 1
        follower = self.marks[at + 1]
        lines = follower.line - opener.line
        if lines and (mended := self._cue_break(opener, self._line_end(opener.end))):
            return mended, at + 1
        if lines and self._opens_line(follower):
            return self._without_closer(opener, self._line_end(opener.end), runs_on=True), at + 1
        if follower.facing != "open" and lines <= MAX_PARAGRAPHS:
            return self._close(opener, at + 1)
        if lines:
            return self._without_closer(opener, self._line_end(opener.end)), at + 1
        return self._opened_twice(at)

    def _close(self, opener: _Mark, at: int) -> tuple[Span, int]:
        """Closed by mark `at`, unless that is an inch mark with the true closer behind it."""
        closer = self.marks[at]
        if self._is_inch(closer) and at + 1 < len(self.marks):
            following = self.marks[at + 1]
            if following.facing == "close" and following.line == closer.line:
                closer, at = following, at + 1
        return Span(opener.end, closer.start, opener.start, closer.end), at + 1

    def _is_inch(self, mark: _Mark) -> bool:
        return not mark.cued and mark.start > 0 and self.text[mark.start - 1].isdigit()

    def _opened_twice(self, at: int) -> tuple[Span | None, int]:
        """Two opening marks in one line: a quote within a quote, or a closing mark forgotten."""
        opener, second = self.marks[at], self.marks[at + 1]
        if mended := self._cue_break(opener, second.start):
            return mended, at + 1
        if self.text[opener.end : second.start].rstrip()[-1:] in (".", "!", "?"):
            return self._without_closer(opener, second.start), at + 1
        depth = 2
        for ahead in range(at + 2, min(at + 2 + LOOK_AHEAD, len(self.marks))):
            mark = self.marks[ahead]
            if mark.line != opener.line:
                break
            depth += 1 if mark.facing == "open" else -1
            if depth == 0 or mark.cued:
                return Span(opener.end, mark.start, opener.start, mark.end), ahead + 1
        return None, at + 1

    def _opens_line(self, mark: _Mark) -> bool:
        start = self.lines[mark.line - 1] + 1 if mark.line else 0
        return mark.facing == "open" and not self.text[start : mark.start].strip(" \t\u00a0>*•-–")

    def _cue_break(self, opener: _Mark, limit: int) -> Span | None:
        """The closing mark is missing, and a cue shows where: '"Kami siap, ujar Budi.'"""
        for found in _BREAK.finditer(self.text, opener.end, limit):
            word = found[1].lower()
            if word in self.words.suffixed or (word in self.words.bare and self._subject_at(found.end())):
                end = found.start() + 1
                return Span(opener.end, end, opener.start, end, mended=True)
        return None

    def _subject_at(self, at: int) -> bool:
        """Whether a name, a role or a pronoun stands there: tells a cue from a verb inside the quote."""
        found = _WORD.search(self.text, at, at + 20)
        if not found or self.text[at : found.start()].strip():
            return False
        word = found[0]
        return word[0].isupper() or word.lower() in self.words.pronouns or self.words.is_head(word.lower())

    def _without_closer(self, opener: _Mark, limit: int, *, runs_on: bool = False) -> Span | None:
        """An unclosed quote, to its cue or to the end of its line; None where it does not open the line."""
        end = min(limit, self._line_end(opener.end))
        if not runs_on and (mended := self._cue_break(opener, end)):
            return mended
        if not runs_on and not self._opens_line(opener):
            return None
        stretch = self.text[opener.end : end].rstrip()
        if not stretch or stretch.rstrip("'’")[-1:] not in ".?!,…":
            return None
        end = opener.end + len(stretch)
        return Span(opener.end, end, opener.start, end, mended=True, runs_on=runs_on)

    def _without_opener(self, closer: _Mark, floor: int) -> Span | None:
        """A closing mark and its cue with no opener: the quote began with the sentence."""
        if not closer.cued:
            return None
        line = closer.line
        floor = max(floor, self.lines[line - 1] + 1 if line else 0, closer.start - LOOK_BACK)
        starts = [found.end() for found in _SENTENCE_END.finditer(self.text, floor, closer.start)]
        start = starts[-1] if starts else floor
        while start < closer.start and self.text[start].isspace():
            start += 1
        return Span(start, closer.start, start, closer.end, mended=True)
