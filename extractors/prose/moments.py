"""Moments a page shows or carries: ISO stamps of its markup and feeds, dates printed for readers.

Own tables read Indonesian and English; other languages go to dateparser, imported only then (1.8 ms a call, and slow to
load). No reading depends on today: relative words ('kemarin', '2 jam lalu') are not read.
"""

from __future__ import annotations

import re
import warnings
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from extractors.model import Moment
from extractors.prose.calendar import MONTH, ZONES, day_of, full_year, month_number

if TYPE_CHECKING:
    from extractors.model import Precision, Zone

_LONGEST = 160  # characters; the longest visible stamp seen is under 60, what is longer is a text
_PLACEHOLDER = ("<!--", "can't find substitution")  # a newer datum asked of an old Blogger widget

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt\s](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?\s?(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?"
)
_CLOCK = re.compile(
    r"(?<![\d/.:-])(?P<hour>\d{1,2})(?P<mark>[:.])(?P<minute>\d\d)(?:(?P=mark)(?P<second>\d\d))?(?![\d/]|[.:]\d)"
    r"(?:\s?(?P<half>[AaPp])\.?\s?[Mm]\b\.?)?"
    rf"(?:[\s(]{{0,2}}(?P<zone>(?:{'|'.join(sorted(ZONES, key=len, reverse=True))})(?![^\W\d_]))?"
    r"(?P<offset>[+-]\d{1,2}(?::?\d\d)?)?)?",
    re.IGNORECASE,
)
_DAY_FORMS = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})\s?[-/.]\s?(?P<month>\d{1,2})\s?[-/.]\s?(?P<year>\d{4}|\d\d)(?!\d)"),
    re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?[\s\-/.]{{0,3}}(?P<month>{MONTH})\b[\s\-/.,]{{0,3}}"
        rf"(?P<year>\d{{4}}|\d\d)(?![\d:])",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![^\W\d_])(?P<month>{MONTH})[\s\-/.,]{{0,3}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.,]{{1,3}}"
        rf"(?P<year>\d{{4}})(?!\d)",
        re.IGNORECASE,
    ),
)
_FOREIGN = ["ms", "es", "pt", "fr", "de", "it", "nl"]  # tried by dateparser when the page's language is not known


def read_instant(raw: str, *, source: str, zone: str | None = None) -> Moment | None:
    """'2025-12-08T14:25:45Z' -> that instant, its offset kept; milliseconds go. None for a bare day or anything else.

    A value without an offset is read in the site's IANA `zone` and marked 'site'; without one it stays naive, 'none'.
    """
    match = _INSTANT.fullmatch(raw.strip()) if len(raw) <= _LONGEST else None
    if match is None:
        return None
    day, hour, minute, second, offset = match.groups()
    try:
        written = datetime.fromisoformat(f"{day}T{hour}:{minute}:{second or '00'}")
        at, told = _placed(written.replace(tzinfo=_fixed(offset) if offset else None), zone)
    except ValueError:
        return None
    if not 1900 <= at.year <= 2100:
        return None
    precision: Precision = "second" if second else "minute"
    return Moment(value=at.isoformat(timespec="seconds"), precision=precision, zone=told, source=source, raw=raw)


def read_visible(raw: str, *, source: str, zone: str | None = None, language: str | None = None) -> Moment | None:
    """'Senin, 8 Desember 2025 | 19.30 WIB' -> that minute; 'Desember 08, 2025 WIB' -> that day.

    WIB, WITA, WIT, UTC or an offset count only beside a clock time; without them the site's IANA `zone` is applied.
    Numbers read day/month/year, month first where `language` is 'en' or the second is past 12.
    """
    if len(raw) > _LONGEST or any(mark in raw.lower() for mark in _PLACEHOLDER):
        return None
    if instant := read_instant(raw, source=source, zone=zone):
        return instant
    day, rest = _own_day(raw, language)
    if day is None:
        rest = raw
    clock = _clock(rest)
    if day is None:
        day = _foreign_day(raw[: clock.start()] + raw[clock.end() :] if clock else raw, language)
    if day is None:
        return None
    if clock is None:
        return Moment(value=day.isoformat(), precision="day", zone="none", source=source, raw=raw)
    at, told = _placed(datetime.combine(day, _time(clock)), zone)
    precision: Precision = "second" if clock["second"] else "minute"
    return Moment(value=at.isoformat(timespec="seconds"), precision=precision, zone=told, source=source, raw=raw)


def _placed(at: datetime, zone: str | None) -> tuple[datetime, Zone]:
    """The time in the offset written beside it, else in the site's zone, else in none; and which of them it was."""
    if at.tzinfo is not None:
        return at, "offset"
    site = _site_zone(zone)
    return at.replace(tzinfo=site), "site" if site else "none"


def _fixed(offset: str) -> tzinfo:
    """'+07:00', '+0700', '+7', 'Z' -> a fixed offset. Raises ValueError past a day."""
    if offset[0] not in "+-":
        return UTC
    digits = offset[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    span = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-span if offset[0] == "-" else span)


def _site_zone(zone: str | None) -> tzinfo | None:
    if not zone:
        return None
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of the zone database
        return None


def _clock(text: str) -> re.Match[str] | None:
    """The first clock time of the text; '25:70' is none."""
    return next((m for m in _CLOCK.finditer(text) if _is_clock(m)), None)


def _is_clock(match: re.Match[str]) -> bool:
    hour = int(match["hour"])
    return hour <= (12 if match["half"] else 23) and int(match["minute"]) < 60 and int(match["second"] or 0) < 60


def _time(clock: re.Match[str]) -> time:
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"] in "Pp" else 0)
    return time(hour, int(clock["minute"]), int(clock["second"] or 0), tzinfo=_written_zone(clock))


def _written_zone(clock: re.Match[str]) -> tzinfo | None:
    name, offset = clock["zone"], clock["offset"]
    if offset and (not name or ZONES[name.lower()] == 0):
        try:
            return _fixed(offset)
        except ValueError:
            return None
    return timezone(timedelta(hours=ZONES[name.lower()])) if name else None


def _own_day(raw: str, language: str | None) -> tuple[date | None, str]:
    """The first full date that own tables read, and the text without it."""
    for form in _DAY_FORMS:
        for match in form.finditer(raw):
            day = _read_day(match, month_first=language == "en" and form is _DAY_FORMS[1])
            if day is not None:
                return day, f"{raw[: match.start()]} {raw[match.end() :]}"
    return None, raw


def _read_day(match: re.Match[str], *, month_first: bool) -> date | None:
    year, day = full_year(match["year"]), int(match["day"])
    month = int(match["month"]) if match["month"].isdigit() else month_number(match["month"])
    if month is None:
        return None
    usual, other = (day_of(year, day, month), day_of(year, month, day))
    if not match["month"].isdigit():
        return other
    return (usual or other) if month_first else (other or usual)


def _foreign_day(raw: str, language: str | None) -> date | None:
    """The day dateparser reads in another language; None for Indonesian and English, which own tables know better."""
    if language in ("id", "en") or not re.search(r"(?:19|20)\d\d", raw) or not re.search(r"[^\W\d_]{3}", raw):
        return None
    import dateparser  # type: ignore[import-untyped,unused-ignore]

    settings = {
        "DATE_ORDER": "DMY",
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],  # the relative parser reads the clock of this machine
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of its own regexes and of dates without a year
        try:
            read = dateparser.parse(
                raw.strip(" ,|-"), languages=[language] if language else _FOREIGN, settings=settings
            )
        except (ValueError, OverflowError, TypeError):  # an unknown language, a number past the calendar
            return None
    return read.date() if read else None
