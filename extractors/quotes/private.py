"""Whose name in an article is not for the public, and why: those given by initials, and children.

A newsroom that writes 'HD' or 'Rafi (9)' has told who is to be spared; an archive that is searched by name must not
undo that. Told from the text alone, by what stands right beside the name: an age far from it is somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, NamedTuple

from extractors.lexicon import load
from extractors.quotes.identity import is_acronym_of_body, name_key
from extractors.quotes.vocabulary import vocabulary

PrivateReason = Literal["initials", "minor"]

OF_AGE = 18  # years; Indonesia's Child Protection Act (UU 35/2014) and the UN convention draw the line here
MAX_INITIALS = 3  # letters in one word; 'HD', 'MJS'
MAX_LETTERS = 4  # of all initials together; 'H. D. S.'
REACH = 80  # characters before or after an age in which its bearer's name may stand
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_SPELT = {word: number for number, word in enumerate(_NUMBERS.split(), start=1)}
_DIGITS = re.compile(r"[0-9][0-9]?(?=[),;]|[.](?!\d)|[ -]?(?:tahun|thn|th\b|bulan|bln|year|month|yo\b|y/o))")
_SPELT_AGE = re.compile(r"year(?:s|-)")
"""What follows a number in words, 'nine-year-old', 'nine years old'; found by its letters, which most texts lack."""
_UNIT = re.compile(
    r"(?P<old>[ -]?years?[ -]old|[ -]?months?[ -]old)|[ ]?(?P<years>tahun|thn|th|years?|yo|y/o)\b"
    r"|[ ]?(?P<months>bulan|bln|months?)\b"
)
_WORD = re.compile(r"[^\W_][\w'’.-]*")
_JOINS = frozenset("/.:-_")
_BESIDE = " \u00a0\"'“”‘’"


class _Age(NamedTuple):
    """An age under 18 at text[start:end], its unit included; `told`: written as an age ('9 tahun'), no bare number."""

    start: int
    end: int
    told: bool
    old: bool
    """'9-year-old': the one who is so old stands right after it."""


class _Words(NamedTuple):
    """The words that tell a bare number for an age, and those that may stand between an age and a name."""

    young: frozenset[str]
    aged: frozenset[str]
    between: frozenset[str]
    calendar: frozenset[str]


def private_names(text: str, names: Iterable[str], *, language: str | None = None) -> dict[str, PrivateReason]:
    """Those of the names that are not public, each with the reason: 'initials', or 'minor' for an age under 18.

    A name is matched by its words: 'Rafi (9)' marks 'Rafi Pratama'. An age that stands elsewhere in the text than
    beside the name (two sentences on, in a table) is not seen.
    """
    asked = list(dict.fromkeys(names))
    found: dict[str, PrivateReason] = {name: "initials" for name in asked if is_initials(name)}
    rest = {name: frozenset(name_key(name).split("-")) for name in asked if name not in found}
    if not rest:
        return found
    for called in _children(text, _words("en" if language == "en" else "id")):
        for name, words in rest.items():
            if called <= words or words <= called:
                found[name] = "minor"
    return found


def is_initials(name: str) -> bool:
    """Whether a name is initials only, 'HD', 'H.D.', 'R': not 'KPK', and not 'M. Hadi'."""
    words = name.replace(".", " ").split()
    letters = "".join(words)
    if not letters.isalpha() or not letters.isupper() or len(letters) > MAX_LETTERS or is_acronym_of_body(letters):
        return False
    return all(len(word) <= MAX_INITIALS for word in words)


def _children(text: str, words: _Words) -> Iterator[frozenset[str]]:
    """The words of each name that has an age under 18 beside it."""
    for age in _ages(text):
        cues, start = _back_over(text, age.start, words)
        if _is_of_name_before(text, age, start, cues, words):
            yield from _key(_names_before(text, start, words))
        if age.old or (age.told and not cues.isdisjoint(words.young | words.aged)):
            yield from _key(_names_after(text, age.end, words))


def _ages(text: str) -> Iterator[_Age]:
    for start, end, years in _numbers(text):
        unit = _UNIT.match(text, end)
        in_months = unit is not None and (unit["months"] or "month" in (unit["old"] or ""))
        if years < OF_AGE or in_months:
            old = unit is not None and unit["old"] is not None
            yield _Age(start, unit.end() if unit else end, unit is not None, old)


def _numbers(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and value of the whole numbers up to 99 that may be an age: no part of a date, a time, a fraction."""
    for at in _number_starts(text):
        number = _DIGITS.match(text, at)
        if number is None:
            continue
        start, end = number.span()
        before = text[max(0, start - 2) : start]
        joined = before[-1:].isalnum() or before[-1:] in _JOINS or (before[-1:] == "," and before[:1].isdecimal())
        if not joined and not (text[end] == "," and text[end + 1 : end + 2].isdecimal()):
            yield start, end, int(number[0])
    for year in _SPELT_AGE.finditer(text):
        word = text[max(0, year.start() - REACH) : year.start() - 1].rpartition(" ")[2].lower()
        if word in _SPELT:
            yield year.start() - 1 - len(word), year.start() - 1, _SPELT[word]


def _number_starts(text: str) -> list[int]:
    """Where ASCII digits begin that follow none: looked for digit by digit, five times as fast as by a pattern."""
    starts = []
    for digit in "0123456789":
        at = text.find(digit)
        while at >= 0:
            if at == 0 or not "0" <= text[at - 1] <= "9":
                starts.append(at)
            at = text.find(digit, at + 1)
    return sorted(starts)


def _back_over(text: str, end: int, words: _Words) -> tuple[set[str], int]:
    """The cue words right before an age ('bocah', 'berusia', 'a'), and where they begin."""
    cues: set[str] = set()
    for word in reversed(list(_WORD.finditer(text, max(0, end - REACH), end))):
        lower = word[0].lower()
        if text[word.end() : end].strip(_BESIDE) or lower not in words.young | words.aged | words.between:
            break
        cues.add(lower)
        end = word.start()
    return cues, end


def _is_of_name_before(text: str, age: _Age, start: int, cues: set[str], words: _Words) -> bool:
    """'Rafi (9)', 'Rafi, 15,', 'Rafi, bocah 9 tahun', 'Rafi yang berusia 9 tahun'; not 'Rafi, 12 Maret'."""
    opens, closes = text[max(0, start - 3) : start].rstrip(_BESIDE)[-1:], text[age.end : age.end + 1]
    if opens == "(" and closes in ")/,":
        return True
    if not cues.isdisjoint(words.aged) or (age.told and not cues.isdisjoint(words.young)):
        return True
    return opens == "," and (age.old or closes in {",", ".", ";", ""})


def _names_before(text: str, end: int, words: _Words) -> list[str]:
    """The words with capitals that stand right before, an opening bracket or a comma between."""
    run: list[str] = []
    for word in reversed(list(_WORD.finditer(text, max(0, end - REACH), end))):
        gap = text[word.end() : end].strip(_BESIDE)
        if (gap and (run or gap not in {",", "("})) or not word[0][0].isupper():
            break
        if word[0].lower() in words.calendar:  # 'Senin (8)': a day
            return []
        run.append(word[0])
        end = word.start()
    return run


def _names_after(text: str, start: int, words: _Words) -> list[str]:
    """The words with capitals that stand right after, cue words and commas between."""
    run: list[str] = []
    for word in _WORD.finditer(text, start, start + REACH):
        gap = text[start : word.start()].strip(_BESIDE)
        if gap and (run or gap != ","):
            break
        cue = word[0].lower() in words.young | words.aged | words.between
        if not word[0][0].isupper() and (run or not cue):
            break
        if word[0][0].isupper():
            run.append(word[0])
        start = word.end()
    return run


def _key(run: list[str]) -> Iterator[frozenset[str]]:
    key = frozenset(part for word in run for part in name_key(word).split("-") if part)
    if key:
        yield key


@cache
def _words(language: str) -> _Words:
    lexicon = load("persons")
    young, aged, between = (frozenset(lexicon[table][language].split()) for table in ("young", "aged", "between"))
    return _Words(young, aged, between, vocabulary(language).calendar)
