"""The foot of a story: its last lines, read backwards for the mark that closes it and the initials of who wrote it."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractors import lexicon
from extractors.prose.lines import Line, last_lines
from extractors.whitespace import fold

_WORDS = lexicon.load("bylines")
_LABELS = sorted((*_WORDS["foot"], *_WORDS["reporter"], *_WORDS["editor"]), key=len, reverse=True)
_FURNITURE = re.compile(
    rf"\W{{0,3}}(?:{'|'.join(_LABELS)})\b"
    r"\s?(?:[:;|#©]|$)|#\w|©|\d{1,5}\s(?:comments?|komentar|views?)\b|https?://|tidak ada komentar|baca juga|copyright",
    re.IGNORECASE,
)
_DESKS = frozenset(_WORDS["desk_codes"])
_NO_INITIALS = frozenset(_WORDS["not_initials"])

_LINES = 30  # lines of the foot looked at: tag lists of one word a line run to twenty
_TAIL = 64  # characters of a line's end in which marks and initials stand
_TAG_WORDS = 5  # the longest line that may be an entry of a tag list
_SENTENCE_END = tuple(".!?…”\"’'»*)]")

_MARK = re.compile(
    r"(?P<stars>\*(?:\s?\*){0,9})$|\(\s?\*(?:\s?\*){0,4}\s?\)$|#{2,5}$|^#$|[-–—]{1,2}\s?30\s?[-–—]{1,2}$|[■▪◼●◆§¶]$"
    r"|[(\[]\s?(?:end|ends|30|selesai|tamat|habis)\s?[)\]]$|^(?:ends?|-end-)$|[-=~]{0,3}[oO]0[oO][-=~]{0,3}$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[]\s?(?P<code>[^()\[\]]{1,48}?)\s?[)\]](?P<stop>[.,]?)$")
_NUMBERED = re.compile(r"(?:^|(?<=[\s.!?…”\"’]))(?P<code>[A-Z]{1,5}[-–]?\d{1,3}(?:[-–/][A-Z]{0,5}\d{1,3})?)\.?$")
_DASHED = re.compile(r"(?:^|(?<=[\s.!?…”\"’]))[-–—/~]\s?(?P<code>[^\W\d_]{2,6})[-–—/~*]?\.?$")
_STARRED = re.compile(r"(?<=\*)\s?(?P<code>[^\W\d_]{2,6})\.?$")
_BARE = re.compile(r"(?:^|(?<=[\s.!?…”\"’]))(?P<code>[^\W\d_]{2,8})\.?$")
_CODE_PART = re.compile(r"[^\W\d_]{0,8}\d{0,3}")
_NAMELIKE = re.compile(r"[\w\s'’/|,&+*.\-–]+")
_JOINTS = re.compile(r"[/|,&+*.\-–]+")


class Foot(NamedTuple):
    """The end mark as written and where, and the initials without their brackets."""

    mark: str | None = None
    mark_at: int | None = None
    initials: str | None = None


def read_foot(text: str) -> Foot:
    """What closes the story, below it or behind its last sentence, credits, sources and tags beneath passed over."""
    foot = Foot()
    for line in last_lines(text, _LINES):
        foot, rest = _read_tail(line, foot)
        if rest and not _is_beneath(rest):
            break
    return foot


def _is_beneath(line: str) -> bool:
    """Whether a line stands beneath the story: a credit, a source, an entry of a tag list."""
    if _FURNITURE.match(line):
        return True
    return len(line) <= 60 and len(line.split()) <= _TAG_WORDS and not line.endswith((".", "!", "?", '"', "”", ","))


def _read_tail(line: Line, foot: Foot) -> tuple[Foot, str]:
    """The foot with what the line's end adds to it, and what is left of the line."""
    rest = line.text
    credit = _FURNITURE.match(rest) is not None
    while rest:
        if foot.mark is None and (mark := _mark(rest)):
            foot = foot._replace(mark=mark, mark_at=line.at + len(rest) - len(mark))
            rest = rest[: -len(mark)].rstrip()
        elif not credit and foot.initials is None and (found := _initials(rest)):
            foot = foot._replace(initials=found[0])
            rest = rest[: -found[1]].rstrip()
        else:
            break
    return foot, rest


def _mark(line: str) -> str | None:
    match = _MARK.search(line, max(0, len(line) - _TAIL)) if len(line) > _TAIL else _MARK.search(line)
    if match is None:
        return None
    stars = match["stars"]
    before = line[: match.start()].rstrip()
    if stars and stars.count("*") < 3 and before and ("*" in before or not before.endswith(_SENTENCE_END)):
        return None  # emphasis, a footnote
    return match[0]


def _initials(line: str) -> tuple[str, int] | None:
    """The code at the end of the line, and how many characters it takes, brackets included."""
    tail = line[-_TAIL:]
    if match := _BRACKETED.search(tail):
        before = tail[: match.start()].rstrip()
        closed = not before or before.endswith(_SENTENCE_END)
        code = fold(match["code"])
        fits = _is_code(code, closed=closed) and (closed or not match["stop"])
        return (code, len(match[0])) if fits else None
    for form in (_NUMBERED, _DASHED, _STARRED, _BARE):
        match = form.search(tail)
        if match is None:
            continue
        before = tail[: match.start()].rstrip()
        if form is _BARE and match["code"].lower() not in _DESKS:
            continue
        if (not before and len(line) <= _TAIL) or before.endswith(_SENTENCE_END):
            return match["code"], len(match[0])
    return None


def _is_code(code: str, *, closed: bool) -> bool:
    """Whether bracketed text is a person's or a desk's code: '(adi)', '(Wie/Red)', '(KN01)', not '(NTB)', '(26)'.

    `closed` says that a sentence ended before it: else only what no parenthesis of the sentence could be counts.
    """
    parts = [part.strip() for part in _JOINTS.split(code) if part.strip()]
    words = [word for part in parts for word in part.split()]
    if not words or len(words) > 6 or any(mark in code for mark in ':;"“”=') or words[0].lower() in _NO_INITIALS:
        return False
    if not any(char.isalpha() for char in code) or any(
        not char.isalnum() and char not in "'’_" for w in words for char in w
    ):
        return False
    if any(char.isdigit() for char in code):
        coded = len(parts) > 1 and all(_CODE_PART.fullmatch(part) for part in parts) and any(p.isalpha() for p in parts)
        return closed and (coded or _NUMBERED.fullmatch(code) is not None)
    if len(parts) > 1 or "*" in code or "/" in code:
        return closed or all(len(word) <= 6 for word in words)
    if not closed:
        return len(words) == 1 and 2 <= len(code) <= 5 and not code.isupper()
    if len(words) == 1:
        return 1 < len(code) <= 14
    return len(words) <= 3 and (all(word[0].isupper() for word in words) or words[0].lower() in _DESKS)
