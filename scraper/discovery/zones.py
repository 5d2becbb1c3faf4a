"""The time zone of a blog, learnt from the offsets in its feed.

A feed writes each time with the offset the blog's zone had then, so one entry in winter and one in summer tell a zone
with daylight saving from one without. Blogger's default is US Pacific, which many owners never change.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

BLOGGER_DEFAULT = "America/Los_Angeles"
STEADY = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Kolkata")  # one offset all year; ours first
SHIFTING = (  # tried only where two offsets were seen: one alone could be a neighbour without daylight saving
    "Europe/London",
    "Europe/Paris",
    "Europe/Athens",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Australia/Adelaide",
    "Pacific/Auckland",
)


def learn_zone(stamps: Iterable[str]) -> str | None:
    """The IANA zone that explains every RFC 3339 stamp: a real place's where it is sure, else 'Etc/GMT-2' and the like.

    None where nothing explains them all, or where there is nothing to go by (stamps all in UTC, which feeds in RSS form
    give for every blog).
    """
    moments = [moment for stamp in stamps if (moment := _aware(stamp))]
    offsets = {moment.utcoffset() for moment in moments}
    if not moments or offsets == {timedelta(0)}:
        return None
    places: tuple[str, ...] = (*STEADY, BLOGGER_DEFAULT, *(SHIFTING if len(offsets) > 1 else ()))
    for place in places:
        if _explains(place, moments):
            return place
    return _fixed(offsets.pop()) if len(offsets) == 1 else None


def _aware(stamp: str) -> datetime | None:
    """The moment; None for one without an offset, or so near the ends of time that no zone can be tried on it."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo and 1 < moment.year < 9999 else None


def _explains(place: str, moments: list[datetime]) -> bool:
    zone = ZoneInfo(place)
    return all(moment.astimezone(zone).utcoffset() == moment.utcoffset() for moment in moments)


def _fixed(offset: timedelta | None) -> str | None:
    """'+02:00' -> 'Etc/GMT-2' (POSIX counts westward); None for what is no whole hour between -12 and +14."""
    hours = (offset or timedelta(0)) / timedelta(hours=1)
    if not hours.is_integer() or not -12 <= hours <= 14:
        return None
    return f"Etc/GMT{-hours:+.0f}"
