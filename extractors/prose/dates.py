"""Dates of events in prose: 'Senin (8/12/2025)', 'Kamis (27/11) lalu', '23 hingga 27 Mei 2022', 'Monday, March 3'.

The weekday beside a date checks it, and decides between day/month and month/day. A year left out is supplied from the
day of publication and from what the sentence says of past and future. Instants and visible stamps of a page are read by
`extractors.prose.moments`, and named here too.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from extractors.model import EventDate
from extractors.prose.calendar import (
    BESIDE,
    ENGLISH_MONTHS,
    LEANING,
    MONTH,
    WEEKDAY,
    WEEKDAYS,
    day_of,
    full_year,
    month_number,
    weekday_number,
)
from extractors.prose.moments import read_instant, read_visible
from extractors.prose.wording import alternation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from extractors.model import Weekday

__all__ = ["find_event_dates", "read_instant", "read_visible"]

_LETTERS = re.compile(r"[^\W\d_]+")


class _Lead(NamedTuple):
    """What stands before a date, and the last run of letters in it, small."""

    text: str
    closing: str


class _Before:
    """A form that ends where a date begins, looked for only where the last letters are those of one of its words."""

    def __init__(self, form: str, words: Iterable[str]) -> None:
        self._form = re.compile(f"{form}$", re.IGNORECASE)
        self._closings = frozenset(_LETTERS.findall(word)[-1] for word in words)

    def search(self, lead: _Lead) -> re.Match[str] | None:
        return self._form.search(lead.text) if lead.closing in self._closings else None


_UNTIL = r"\s?(?:-|–|—|s/d|s\.d\.?|sd|hingga|sampai(?:\sdengan)?|dan|&|to|until|through|and)\s?"
_START = r"(?<![\w/-])(?<!\d[.,:])"  # not inside a word, a path, a number

_WRITTEN = re.compile(
    rf"{_START}(?P<days>\d{{1,2}}(?:\s?,\s?\d{{1,2}}){{0,6}}(?:{_UNTIL}\d{{1,2}})?)(?:st|nd|rd|th)?(?:\sof)?[\s\-]{{1,2}}"
    rf"(?P<month>{MONTH})\b(?:\.?[\s,\-]{{1,3}}(?P<year>(?:19|20)\d\d)(?!\d)|(?-i:\.(?=\s?[a-z(])))?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b(?=[A-Za-z])(?P<month>{MONTH})\b\.?\s{{1,2}}(?P<days>\d{{1,2}}(?:{_UNTIL}\d{{1,2}})?)(?!\d)(?:st|nd|rd|th)?"
    rf"(?:,?\s{{1,2}}(?P<year>(?:19|20)\d\d)(?!\d))?(?!\s?%|[.:,]\d)",
    re.IGNORECASE,
)
_NUMERIC = re.compile(
    rf"{_START}(?<!\w\.)(?P<days>\d{{1,2}}(?:\s?[-–]\s?\d{{1,2}}(?=/))?)(?P<mark>[/.\-])(?P<month>\d{{1,2}})"
    rf"(?:(?P=mark)(?P<year>\d{{4}}|\d{{2}}))?(?![\w/]|[.,:\-]\d)",
)
_YEAR_FIRST = re.compile(
    r"(?<![\w/.\-])(?P<year>(?:19|20)\d\d)(?P<mark>[/\-])(?P<month>\d\d)(?P=mark)(?P<days>\d\d)(?![\w/]|-\d)"
)

_PART_OF_DAY = alternation(BESIDE["parts_of_day"])
_DAY_WORD = alternation(BESIDE["day_words"])
_WEEKDAY_BEFORE = _Before(
    rf"(?<!\w)(?:(?P<first>{WEEKDAY})\.?{_UNTIL})?(?P<last>{WEEKDAY})\b\.?(?:[\s,]{{1,2}}(?:{_PART_OF_DAY})\b){{0,2}}"
    rf"[\s,]{{0,3}}(?:(?:{_DAY_WORD})\b\.?)?[\s,]{{0,3}}(?P<paren>[(\[])?\s?",
    (*WEEKDAYS, *BESIDE["parts_of_day"], *BESIDE["day_words"]),
)
_DAY_WORD_BEFORE = _Before(rf"\b(?:{_DAY_WORD})\b\.?[\s:]{{0,2}}[(\[]?", BESIDE["day_words"])
_TOLD_BEFORE = _Before(
    rf"\b(?:{alternation(BESIDE['days_told'])}|{_PART_OF_DAY})\b[\s,]{{0,2}}[(\[]\s?",
    (*BESIDE["days_told"], *BESIDE["parts_of_day"]),
)
_NAME_BEFORE = _Before(rf"\b(?:{alternation(BESIDE['names'])})\b\.?\s{{1,2}}", BESIDE["names"])
_FILE_BEFORE = _Before(rf"\b(?:{alternation(BESIDE['files'])})\b[.:]?\s{{0,2}}", BESIDE["files"])
_SINCE_BEFORE = _Before(
    rf"\b(?:{alternation(BESIDE['since'])})\s(?:(?:{_DAY_WORD})\s)?", (*BESIDE["since"], *BESIDE["day_words"])
)
_UNTIL_BEFORE = _Before(
    rf"\b(?:{alternation(BESIDE['until'])})\s(?:(?:{_DAY_WORD})\s)?", (*BESIDE["until"], *BESIDE["day_words"])
)
_WEEKDAY_AFTER = re.compile(rf"\s?\((?:hari\s)?(?P<last>{WEEKDAY})\)", re.IGNORECASE)
_PAST = re.compile(rf"^[\s)\]]{{0,3}}(?:{_PART_OF_DAY}\s)?(?:{alternation(BESIDE['past'])})\b", re.IGNORECASE)
_FUTURE = re.compile(rf"^[\s)\]]{{0,3}}(?:{_PART_OF_DAY}\s)?(?:{alternation(BESIDE['future'])})\b", re.IGNORECASE)
_RANGE_BETWEEN = re.compile(
    rf"^(?:\W{{0,3}}(?:{WEEKDAY})\W{{0,3}})?{_UNTIL}(?:\W{{0,3}}(?:{WEEKDAY})\W{{0,3}})?$", re.IGNORECASE
)
_DIGITS = re.compile(r"\d{1,2}")
_NUMBER = re.compile(r"[0-9][0-9]*")  # found more than twice as fast as "[0-9]+": re looks for a first character
_MONTH_BEFORE = re.compile(rf"(?<!\w)(?:{MONTH})\.?\s{{1,2}}$", re.IGNORECASE)
_MONTH_REACH = 13  # characters: the longest month, a stop, two blanks

_PARTICIPLE = r"|(?<!\bbe\s)(?<!\bis\s)(?<!\bare\s)(?-i:[a-z]{2,}[^\We]ed)"  # 'closed', not 'be closed', 'need'
_LEANING = {
    language: re.compile(
        rf"\b(?:(?P<ahead>{alternation(words['ahead'])})|{alternation(words['past'])}"
        rf"{_PARTICIPLE if language == 'en' else ''})\b",
        re.IGNORECASE,
    )
    for language, words in LEANING.items()
}
_SENTENCE_END = re.compile(r"[.!?][\s\"'”’)]{1,4}(?=[A-Z\"“])|[;\n]")

_REACH = 48  # characters before a date in which its weekday stands: 'Sabtu dini hari kemarin, tanggal (' and some
_WORD_REACH = 20  # characters before a date in which its last word stands
_CLAUSE_REACH = 100  # characters before or behind a date in which its sentence says whether it is past or ahead
_AGAINST = 4  # a day on the side its sentence leans away from counts as so much farther off
_ADDRESS_REACH = 200  # characters before a date in which a web address begins
_SOON = 3  # days a date may lie ahead of publication and still be told as past: time zones, posts dated ahead
_WEEK = 7  # days; a date so near to publication is the day the story tells of
_NEAR = 45  # days; so near to publication, a weekday that does not fit is a slip of the weekday, not another year


class _Hit(NamedTuple):
    """A date as written: two weekdays and two days where it is a range."""

    start: int
    end: int
    days: tuple[int, ...]
    month: int
    year: int | None
    weekdays: tuple[int, ...]
    swappable: bool
    tense: int  # -1 said to be past, 1 said to be ahead, 0 not said
    leaning: int  # the same, by the words of its sentence: less sure


def find_event_dates(text: str, *, published: date | None = None, language: str | None = None) -> tuple[EventDate, ...]:
    """The dates a story speaks of, in order; of a range both ends, each with the raw text of the whole range.

    Numbers read day/month, in English month/day, unless only the other reading is a day, or only the other fits the
    weekday. A date without a year takes the year nearest to `published` on the side its sentence tells of ('lalu',
    'sejak', 'akan', 'will', 'by'), and is left out where `published` is None. Scores, fractions, prices, file numbers,
    addresses and street names are no dates.
    """
    hits = _shared_years(text, list(_hits(text, language)))
    found: list[EventDate] = []
    for hit in hits:
        weekdays = hit.weekdays if len(hit.weekdays) == len(hit.days) else (hit.weekdays[-1:] * len(hit.days))
        for day, weekday in zip(hit.days, weekdays or (None,) * len(hit.days), strict=True):
            resolved = _resolve(hit, day, weekday, published, language)
            if resolved is None:
                continue
            told: Weekday = "none" if weekday is None else "ok" if resolved.weekday() == weekday else "conflict"
            raw = text[hit.start : hit.end]
            found.append(EventDate(raw=raw, date=resolved.isoformat(), weekday=told, start=hit.start, end=hit.end))
    return tuple(found)


def _hits(text: str, language: str | None) -> Iterator[_Hit]:
    """Everything that reads as a date, in order and without overlap, found at the numbers of the text."""
    end = 0
    for number in _NUMBER.finditer(text):
        if number.start() < end or len(number[0]) not in (1, 2, 4):
            continue
        match = _match_at(text, number.start())
        if match is None or match.start() < end or _in_address(text, match.start()):
            continue
        hit = _hit(text, match, language)
        if hit is not None:
            yield hit
            end = hit.end


def _match_at(text: str, at: int) -> re.Match[str] | None:
    """The form of date whose first number stands here; a month may stand before it."""
    if text[max(0, at - 1) : at].isspace():
        month = _MONTH_BEFORE.search(text, max(0, at - _MONTH_REACH), at)
        if month and (match := _MONTH_FIRST.match(text, month.start())):
            return match
    return _WRITTEN.match(text, at) or _NUMERIC.match(text, at) or _YEAR_FIRST.match(text, at)


def _hit(text: str, match: re.Match[str], language: str | None) -> _Hit | None:
    """The match with what stands around it, or None where that says it is no date."""
    lead = _lead(text, match.start())
    beside = _WEEKDAY_BEFORE.search(lead)
    numeric = match["month"].isdigit()
    year = full_year(match["year"]) if match["year"] else None
    if not (_is_numeric_date(match, lead, beside) if numeric else _is_written_date(match, lead, beside, language)):
        return None
    start, end = match.span()
    weekdays: tuple[int, ...] = ()
    if beside:
        start = match.start() - len(lead.text) + beside.start()
        weekdays = _weekdays(beside)
        closing = text[end : end + 2].lstrip()[:1]
        if beside["paren"] and closing in (")", "]"):
            end = text.index(closing, end) + 1
    elif after := _WEEKDAY_AFTER.match(text, end):
        end = after.end()
        weekdays = _weekdays(after)
    month = int(match["month"]) if numeric else month_number(match["month"])
    swappable = numeric and match.re is _NUMERIC
    days = _days(match["days"])
    if month is None or not all(1 <= day <= 31 for day in days) or not 1 <= month <= (31 if swappable else 12):
        return None
    tense = _tense(text, start, end) if year is None else 0
    leaning = _leaning(text, start, end, language) if year is None and tense == 0 else 0
    return _Hit(start, end, days, month, year, weekdays, swappable, tense, leaning)


def _tense(text: str, start: int, end: int) -> int:
    """Past or ahead by the words right beside the date: 'sejak …', '… lalu', '… mendatang'."""
    following = text[end : end + 30]
    if _PAST.match(following) or _SINCE_BEFORE.search(_lead(text, start)):
        return -1
    return 1 if _FUTURE.match(following) else 0


def _leaning(text: str, start: int, end: int, language: str | None) -> int:
    """Past or ahead by its sentence: 'until', else the nearest telling word before it, else the first behind."""
    telling = _LEANING["en" if language == "en" else "id"]
    before = _SENTENCE_END.split(text[max(0, start - _CLAUSE_REACH) : start])[-1]
    behind = _SENTENCE_END.split(text[end : end + _CLAUSE_REACH], maxsplit=1)[0]
    if _UNTIL_BEFORE.search(_lead(text, start)):
        return 1
    cues = list(telling.finditer(before)) or list(telling.finditer(behind))[:1]
    if not cues:
        return 0
    return 1 if cues[-1]["ahead"] else -1


def _lead(text: str, at: int) -> _Lead:
    before = text[max(0, at - _REACH) : at]
    letters = _LETTERS.findall(before[-_WORD_REACH:])
    return _Lead(before, letters[-1].lower() if letters else "")


def _is_written_date(match: re.Match[str], lead: _Lead, beside: re.Match[str] | None, language: str | None) -> bool:
    """A day beside a month's name is a date, but not a street; short or English-only names need a year or a weekday."""
    if _NAME_BEFORE.search(lead):
        return False
    if match["year"] or beside or _DAY_WORD_BEFORE.search(lead):
        return True
    word = match["month"]
    if match.re is _MONTH_FIRST:
        return word[0].isupper() and word.lower() in ENGLISH_MONTHS and language != "id"
    return word[0].isupper() or len(word) > 3 or word == "mei"


def _is_numeric_date(match: re.Match[str], lead: _Lead, beside: re.Match[str] | None) -> bool:
    """Digits are a date with a four-digit year, a weekday, 'tanggal'; or bracketed and padded: (24/01), not (7/11)."""
    if _FILE_BEFORE.search(lead):
        return False
    year, mark, days = match["year"] or "", match["mark"], match["days"]
    if match.re is _YEAR_FIRST or len(year) == 4:
        return True
    if mark != "/" and not year:
        return False
    if beside or _DAY_WORD_BEFORE.search(lead) or _TOLD_BEFORE.search(lead):
        return True
    if not lead.text.rstrip().endswith(("(", "[")):
        return False
    padded = len(days) == 2 and len(match["month"]) == 2
    return bool(year) or (padded and ("0" in (days[0], match["month"][0]) or int(days) > 12))


def _weekdays(match: re.Match[str]) -> tuple[int, ...]:
    """The weekdays named, as numbers. A lower-case 'minggu' is as often a week as a Sunday: it tells nothing."""
    words = [match.groupdict().get("first"), match["last"]]
    numbers = [weekday_number(word) for word in words if word and word != "minggu"]
    return tuple(number for number in numbers if number is not None)


def _days(written: str) -> tuple[int, ...]:
    """'23 hingga 27' -> both ends; '23, 24 dan 25' -> all; '5, 20' -> the last, which alone stands by the month."""
    days = tuple(int(day) for day in _DIGITS.findall(written))
    return days if re.search(r"\d\s?[^\s\d,][^,]*$", written) else days[-1:]


def _in_address(text: str, at: int) -> bool:
    """Whether this stands in a web address: the unbroken run of characters before it has the marks of one."""
    token = text[max(0, at - _ADDRESS_REACH) : at]
    start = max(token.rfind(" "), token.rfind("\n"), token.rfind("\u00a0")) + 1
    return "://" in token[start:] or "www." in token[start:]


def _shared_years(text: str, hits: list[_Hit]) -> list[_Hit]:
    """'30 April hingga 2 Mei 2022': the first end takes the year of the second."""
    for at in range(len(hits) - 2, -1, -1):
        one, two = hits[at], hits[at + 1]
        if one.year is not None or two.year is None or two.start - one.end > 24:
            continue
        if _RANGE_BETWEEN.match(text[one.end : two.start]):
            hits[at] = one._replace(year=two.year - (1 if one.month > two.month else 0))
    return hits


def _resolve(hit: _Hit, day: int, weekday: int | None, published: date | None, language: str | None) -> date | None:
    """The calendar day meant, by order of the numbers, year, weekday and nearness to publication."""
    readings = [(day, hit.month)]
    if hit.swappable and len(hit.days) == 1 and day != hit.month:
        readings = [(hit.month, day), *readings] if language == "en" else [*readings, (hit.month, day)]
    found = [
        reading
        for one, month in readings
        if 1 <= month <= 12 and (reading := _with_year(one, month, hit, weekday, published)) is not None
    ]
    if len(found) < 2:
        return found[0] if found else None
    usual, other = found
    if weekday is None:
        doubtful = published is not None and language == "en" and abs((usual - published).days) > _NEAR
        return other if doubtful and published and abs((other - published).days) <= _WEEK else usual
    if usual.weekday() == weekday or other.weekday() != weekday:
        return usual
    if published and abs((usual - published).days) < abs((other - published).days):
        return usual  # a slip of the weekday is likelier than the unusual order
    return other


def _with_year(day: int, month: int, hit: _Hit, weekday: int | None, published: date | None) -> date | None:
    """The day in the year written, else in the year that brings it nearest to publication on the side it is told on."""
    if hit.year is not None:
        return day_of(hit.year, month, day)
    if published is None:
        return None
    years = (published.year - 1, published.year, published.year + 1)
    dates = [found for year in years if (found := day_of(year, month, day))]
    if hit.tense:
        dates = [found for found in dates if (found - published).days * hit.tense >= -_SOON]

    def distance(found: date) -> int:
        days = (found - published).days
        return abs(days) * (_AGAINST if days * hit.leaning < -_SOON else 1)

    dates.sort(key=distance)
    if not dates or weekday is None or distance(dates[0]) <= _NEAR:
        return dates[0] if dates else None
    return next((found for found in dates if found.weekday() == weekday), dates[0])
