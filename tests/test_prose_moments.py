"""Moments: ISO stamps and visible dates, with their offset and precision; placeholders and relative words refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.prose.dates import read_instant, read_visible

YEARS = (datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2060-01-01"))


@pytest.mark.parametrize(
    ("raw", "value", "precision"),
    [
        ("2025-12-08T14:25:45Z", "2025-12-08T14:25:45+00:00", "second"),
        ("2025-12-08T21:20:00.001+07:00", "2025-12-08T21:20:00+07:00", "second"),
        ("2025-12-08T21:20:00+0700", "2025-12-08T21:20:00+07:00", "second"),
        (" 2025-12-08 21:20 +07:00 ", "2025-12-08T21:20:00+07:00", "minute"),
    ],
)
def test_an_iso_stamp_keeps_its_offset(raw: str, value: str, precision: str) -> None:
    """Z, milliseconds, a space for the T and offsets with or without colon are read as written."""
    found = read_instant(raw, source="feed", zone="Asia/Jayapura")

    assert found is not None
    assert (found.value, found.precision, found.zone, found.raw) == (value, precision, "offset", raw)


def test_a_stamp_without_offset_is_read_in_the_sites_zone() -> None:
    """The site's zone is applied and said to be; without one, or with an unknown one, the time stays naive."""
    sited = read_instant("2025-12-08T21:20:00", source="page", zone="Asia/Makassar")
    naive = read_instant("2025-12-08T21:20:00", source="page")

    assert sited is not None
    assert naive is not None
    assert (sited.value, sited.zone) == ("2025-12-08T21:20:00+08:00", "site")
    assert (naive.value, naive.zone, naive.instant) == ("2025-12-08T21:20:00", "none", None)
    assert read_instant("2025-12-08T21:20:00", source="page", zone="Mars/Olympus") == naive


@pytest.mark.parametrize(
    "raw",
    [
        "2025-12-08", "", "Desember 08, 2025", "2025-13-08T00:00:00Z", "2025-12-08T25:00:00Z", "0001-01-01T00:00:00Z",
        "<!--Can't find substitution for tag [post.date.iso8601]-->", "2025-12-08T10:00:00+99:00",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_refused(raw: str) -> None:
    """A bare day, a placeholder of an old widget, a time no clock shows: none of them is an instant."""
    assert read_instant(raw, source="page", zone="Asia/Jakarta") is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("Desember 08, 2025 WIB", "2025-12-08"),
        (", Desember 08, 2025 WIB", "2025-12-08"),
        ("8/12/25", "2025-12-08"),
        ("12/25/2025", "2025-12-25"),
        ("Rabu (10/12/2025)", "2025-12-10"),
        ("Jum'at, 5 Des 2025", "2025-12-05"),
        ("Agt 1, 2023", "2023-08-01"),
        ("Nopember 3, 2019", "2019-11-03"),
        ("08.12.2025", "2025-12-08"),
        ("2025/12/08", "2025-12-08"),
        ("8th December, 2025", "2025-12-08"),
        ("Last Updated: 8 Desember 2025", "2025-12-08"),
    ],
)
def test_a_visible_day_stays_a_day(raw: str, value: str) -> None:
    """Without a clock time no hour and no zone is made up, whatever zone the site has and the theme prints."""
    found = read_visible(raw, source="text", zone="Asia/Jakarta", language="id")

    assert found is not None
    assert (found.value, found.precision, found.zone) == (value, "day", "none")


@pytest.mark.parametrize(
    ("raw", "value", "zone"),
    [
        ("Senin, 8 Desember 2025 | 19.30 WIB", "2025-12-08T19:30:00+07:00", "offset"),
        ("8 Des 2025 19:30 WITA", "2025-12-08T19:30:00+08:00", "offset"),
        ("Senin,8 Desember 2025,14:22 Wit", "2025-12-08T14:22:00+09:00", "offset"),
        ("Dec 08, 2025 10:00 GMT+0700", "2025-12-08T10:00:00+07:00", "offset"),
        ("08.12.2025 07:30", "2025-12-08T07:30:00+07:00", "site"),
        ("9:30 PM, December 8, 2025", "2025-12-08T21:30:00+07:00", "site"),
        ("Monday, December 8, 2025 at 12:05 AM", "2025-12-08T00:05:00+07:00", "site"),
    ],
)
def test_a_clock_beside_the_day_gives_a_minute(raw: str, value: str, zone: str) -> None:
    """The zone written beside the clock counts, else the site's."""
    found = read_visible(raw, source="text", zone="Asia/Jakarta", language="id")

    assert found is not None
    assert (found.value, found.precision, found.zone) == (value, "minute", zone)


def test_english_numbers_read_month_first() -> None:
    """'12/08/2025' is December on an English page and August on an Indonesian one."""
    english = read_visible("12/08/2025", source="text", zone=None, language="en")
    local = read_visible("12/08/2025", source="text", zone=None, language="id")

    assert english is not None
    assert local is not None
    assert (english.value, local.value) == ("2025-12-08", "2025-08-12")


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("8 de diciembre de 2025", "es", "2025-12-08"),
        ("8. Dezember 2025 19:30", "de", "2025-12-08T19:30:00"),
        ("terça-feira, 9 de dezembro de 2025", None, "2025-12-09"),
    ],
)
def test_other_languages_are_read_too(raw: str, language: str | None, value: str) -> None:
    """Where own tables fail the day is read in the page's language, or in the common ones."""
    found = read_visible(raw, source="text", zone=None, language=language)

    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "raw",
    ["kemarin", "2 jam yang lalu", "yesterday", "11:37:00 PM", "Mei 2025", "<!--Can't find 8 Des 2025-->", "x" * 500],
)
def test_no_reading_depends_on_today(raw: str) -> None:
    """Relative words, a bare clock, a month alone and placeholders give nothing."""
    assert read_visible(raw, source="text", zone="Asia/Jakarta", language=None) is None


@settings(max_examples=100, deadline=None)
@given(st.datetimes(*YEARS, timezones=st.just(UTC)))
def test_an_instant_survives_reading(at: datetime) -> None:
    """Any aware time written in ISO form comes back to the second."""
    found = read_instant(at.isoformat(), source="feed")

    assert found is not None
    assert found.instant == at.replace(microsecond=0)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789:-+/. TZWIBAMPdesmber", max_size=60))
def test_no_text_breaks_the_readers(raw: str) -> None:
    """Any text gives a moment whose day is a day, or none."""
    for found in (
        read_instant(raw, source="x", zone="Asia/Jakarta"),
        read_visible(raw, source="x", zone=None, language="id"),
    ):
        assert found is None or 1900 <= found.day.year <= 2100
