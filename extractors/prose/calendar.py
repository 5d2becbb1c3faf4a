"""Months, weekdays and time zones as Indonesian and English newsrooms write them, and the regex pieces made of them."""

from __future__ import annotations

from datetime import date

from extractors import lexicon
from extractors.prose.wording import alternation

_TABLES = lexicon.load("calendar")
_APOSTROPHES = str.maketrans("’‘`´ʼ", "'''''")


def _index(tables: dict[str, dict[str, list[str]]]) -> dict[str, int]:
    return {word: int(number) for table in tables.values() for number, words in table.items() for word in words}


MONTHS = _index(_TABLES["months"])
WEEKDAYS = _index(_TABLES["weekdays"])
ENGLISH_MONTHS = frozenset(word for words in _TABLES["months"]["en"].values() for word in words)
ZONES: dict[str, int] = _TABLES["zones"]
BESIDE: dict[str, list[str]] = _TABLES["beside"]
LEANING: dict[str, dict[str, list[str]]] = _TABLES["leaning"]


MONTH = alternation(MONTHS)
WEEKDAY = alternation(WEEKDAYS)


def month_number(word: str) -> int | None:
    """'Nopember' -> 11, 'Agt.' -> 8."""
    return MONTHS.get(word.rstrip(".").lower())


def weekday_number(word: str) -> int | None:
    """'Jum’at' -> 4 (0 is Monday), 'Tues.' -> 1."""
    return WEEKDAYS.get(" ".join(word.rstrip(".").lower().translate(_APOSTROPHES).split()))


def full_year(digits: str) -> int:
    """'2025' -> 2025, '25' -> 2025, '98' -> 1998."""
    year = int(digits)
    if len(digits) > 2:
        return year
    return 2000 + year if year < 70 else 1900 + year  # POSIX %y turns at 69 likewise


def day_of(year: int, month: int, day: int) -> date | None:
    """The calendar day, or None where there is none (31 February) or it is out of a newsroom's reach."""
    if not 1900 <= year <= 2100:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
