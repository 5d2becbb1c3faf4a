"""Times from anybody's text: an instant or nothing, never an error; what is kept sorts as the times do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.archive.instants import instant, stamp, utc_text


@given(st.datetimes(timezones=st.timezones()))
@settings(max_examples=50, deadline=None)
def test_a_stamp_is_the_instant(at: datetime) -> None:
    """However the offset is written, one second is one stamp; and a stamp is its own stamp."""
    try:
        utc = at.astimezone(UTC)
    except OverflowError:
        return
    assert instant(at.isoformat()) == utc
    assert stamp(at.isoformat()) == stamp(utc.isoformat()) == stamp(stamp(utc.isoformat()))


@pytest.mark.parametrize(
    "raw",
    ["", "kemarin", "2026-13-01", "2026-03-02T25:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"],
)
def test_what_is_no_instant_is_kept_as_written(raw: str) -> None:
    """Junk, and a time its offset carries out of the calendar, cannot be compared as times, but still tell a change."""
    assert instant(raw) is None
    assert stamp(raw) == raw


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("2026-03-02T10:00:00", "2026-03-02T10:00:00Z"),
        (" 2026-03-02T10:00:00.5+07:00\n", "2026-03-02T03:00:00Z"),
        ("2026-03-02", "2026-03-02T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_what_names_no_zone_is_read_as_utc(raw: str, text: str) -> None:
    """A naive time is one in UTC, a bare day its midnight, and a year has four digits whatever its age."""
    assert stamp(raw) == text
    assert utc_text(instant(raw) or datetime.now(UTC)) == text


@given(st.text() | st.none())
@settings(max_examples=100, deadline=None)
def test_no_text_is_a_mistake(raw: str | None) -> None:
    """Whatever a feed calls a time gives an aware time or None."""
    read = instant(raw)
    assert read is None or read.tzinfo is UTC


def test_a_naive_time_of_our_own_is_a_mistake() -> None:
    """A clock of ours that tells no zone never reaches the archive."""
    with pytest.raises(ValueError, match="needs a zone"):
        utc_text(datetime(2026, 3, 2))  # noqa: DTZ001
