"""Event dates: read in every common form, checked by the weekday, years supplied, numbers that are no dates refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.prose.dates import find_event_dates

PUBLISHED = date(2025, 12, 8)  # a Monday


def dates(text: str, *, published: date | None = PUBLISHED, language: str = "id") -> list[tuple[str, str, str]]:
    return [(d.raw, d.date, d.weekday) for d in find_event_dates(text, published=published, language=language)]


@pytest.mark.parametrize(
    ("text", "raw", "day", "weekday"),
    [
        ("digelar Senin (8/12/2025).", "Senin (8/12/2025)", "2025-12-08", "ok"),
        ("digelar Senin (8/12).", "Senin (8/12)", "2025-12-08", "ok"),
        ("digelar Selasa (8/12/2025).", "Selasa (8/12/2025)", "2025-12-08", "conflict"),
        ("digelar (8/12/25) siang", "8/12/25", "2025-12-08", "none"),
        ("Jumat, 25 Juli 2025", "Jumat, 25 Juli 2025", "2025-07-25", "ok"),
        ("hari Jum’at tanggal 24 Januari 2020", "Jum’at tanggal 24 Januari 2020", "2020-01-24", "ok"),
        ("hari Jum'at, (5/12/2025)", "Jum'at, (5/12/2025)", "2025-12-05", "ok"),
        ("Sabtu dini hari (06/12)", "Sabtu dini hari (06/12)", "2025-12-06", "ok"),
        ("Selasa\u00a0(9/12/2025)\u00a0malam", "Selasa\u00a0(9/12/2025)", "2025-12-09", "ok"),
        ("(Senin, 8/12/2025)", "Senin, 8/12/2025", "2025-12-08", "ok"),
        ("8 Desember 2025 (Senin)", "8 Desember 2025 (Senin)", "2025-12-08", "ok"),
        ("pada 3 Nopember 2019 lalu", "3 Nopember 2019", "2019-11-03", "none"),
        ("pada 1 Agt 2023", "1 Agt 2023", "2023-08-01", "none"),
        ("pada Desember 08, 2025", "Desember 08, 2025", "2025-12-08", "none"),
        ("hari ini (8/12)", "8/12", "2025-12-08", "none"),
        ("Jum,at (5/12)", "Jum,at (5/12)", "2025-12-05", "ok"),
        ("malam (24/11)", "24/11", "2025-11-24", "none"),
        ("tanggal 8.12.2025 ini", "8.12.2025", "2025-12-08", "none"),
        ("per 2025-12-08", "2025-12-08", "2025-12-08", "none"),
        ("pada 12/25/2025", "12/25/2025", "2025-12-25", "none"),
    ],
)
def test_indonesian_forms(text: str, raw: str, day: str, weekday: str) -> None:
    """Numbers and names of months, with or without a weekday, give the day and whether the weekday fits it."""
    assert dates(text) == [(raw, day, weekday)]


@pytest.mark.parametrize(
    ("text", "raw", "day", "weekday"),
    [
        ("on Monday, March 3, 2025 at", "Monday, March 3, 2025", "2025-03-03", "ok"),
        ("held on Feb. 5, 2025.", "Feb. 5, 2025", "2025-02-05", "none"),
        ("Wednesday (Dec. 3)", "Wednesday (Dec. 3)", "2025-12-03", "ok"),
        ("the 3rd of March 2025", "3rd of March 2025", "2025-03-03", "none"),
        ("on 3 March 2025", "3 March 2025", "2025-03-03", "none"),
        ("on 3/4/2025", "3/4/2025", "2025-03-04", "none"),
        ("on Thursday (3/4/2025)", "Thursday (3/4/2025)", "2025-04-03", "ok"),
        ("on 8/12/2025", "8/12/2025", "2025-12-08", "none"),
    ],
)
def test_english_forms(text: str, raw: str, day: str, weekday: str) -> None:
    """English reads month first, unless the weekday, or a day right at publication, says otherwise."""
    assert dates(text, language="en") == [(raw, day, weekday)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("23 hingga 27 Mei 2022", ["2022-05-23", "2022-05-27"]),
        ("23-27 Mei 2022", ["2022-05-23", "2022-05-27"]),
        ("23, 24 dan 25 Mei 2022", ["2022-05-23", "2022-05-24", "2022-05-25"]),
        ("30 April hingga 2 Mei 2022", ["2022-04-30", "2022-05-02"]),
        ("30 Desember s/d 2 Januari 2026", ["2025-12-30", "2026-01-02"]),
        ("Senin-Rabu (8-10/12/2025)", ["2025-12-08", "2025-12-10"]),
        ("March 3-5, 2025", ["2025-03-03", "2025-03-05"]),
    ],
)
def test_a_range_gives_both_ends(text: str, days: list[str]) -> None:
    """Of a range or list every day named is returned, the year and month shared."""
    assert [day for _, day, _ in dates(text)] == days


def test_the_weekdays_of_a_range_check_each_its_own_end() -> None:
    """'Sabtu dan Minggu (6-7/12/2025)': Saturday the 6th, Sunday the 7th."""
    assert [weekday for _, _, weekday in dates("Sabtu dan Minggu (6-7/12/2025)")] == ["ok", "ok"]


@pytest.mark.parametrize(
    "text",
    [
        "menang 2-1 (3-2)", "skor 3/4 bagian", "gerai 7/11 dan (7/11)", "buka 24/7", "1/2 sendok",
        "Rp 10.500 per kilo", "0812-3456-7890",
        "(021) 555-1234", "Pasal 27 ayat 3", "Nomor 5/11/2020", "No. 12/10/2025/PN", "versi 3.10.2", "pukul 08.30",
        "Senin (08.30)",
        "Jalan 17 Agustus", "Universitas 17 Agustus 1945", "tahun 2018-2019", "10-12 orang", "April 2020",
        "31/02/2025", "31 Februari 2025",
        "https://kabarkita.com/2025/12/08/pasar", "lihat www.kabarkita.com/?d=8-12-2025",
        "5°37'33.98\"S - 105°25'9.15\"T", "PRINT-36/N.3/Fd.1/10/2025",
        "Mei 5 orang datang",
    ],
)  # fmt: skip
def test_other_numbers_are_no_dates(text: str) -> None:
    """Scores, fractions, shops, prices, file numbers, clocks, streets, addresses and coordinates are refused."""
    assert dates(text) == []


@pytest.mark.parametrize(
    ("text", "published", "day"),
    [
        ("Kamis (27/11) lalu", date(2025, 12, 8), "2025-11-27"),
        ("Selasa (31/12)", date(2020, 1, 2), "2019-12-31"),
        ("pada 23 Desember lalu", date(2020, 2, 10), "2019-12-23"),
        ("pada 20 Desember lalu", date(2025, 12, 8), "2024-12-20"),
        ("akan digelar Kamis (25/12)", date(2025, 12, 8), "2025-12-25"),
        ("pada 1 Januari mendatang", date(2025, 12, 8), "2026-01-01"),
        ("sejak 5 Maret", date(2025, 12, 8), "2025-03-05"),
        ("Rabu (24/7)", date(2025, 7, 24), "2025-07-24"),
    ],
)
def test_a_missing_year_comes_from_publication(text: str, published: date, day: str) -> None:
    """The nearest fitting year, past where 'lalu' says so; a weekday that slips does not move a date at hand."""
    assert [found for _, found, _ in dates(text, published=published)] == [day]


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("Pedagang akan pindah pada 20 Maret.", "id", "2026-03-20"),
        ("Berkas diterima paling lambat 20 April.", "id", "2026-04-20"),
        ("Pasar lama tetap dibuka hingga 1 Juni.", "id", "2026-06-01"),
        ("Los itu sudah disewa pada 1 Mei.", "id", "2025-05-01"),
        ("Los itu kosong sejak 2 Januari.", "id", "2025-01-02"),
        ("Pasar itu libur pada 20 Maret.", "id", "2026-03-20"),
        ("Pasar itu libur pada 20 Juli.", "id", "2025-07-20"),
        ("The roof will be mended by May 20.", "en", "2026-05-20"),
        ("The stall opens on March 20, the clerk said.", "en", "2026-03-20"),
        ("Tickets bought here are good until June 1.", "en", "2026-06-01"),
        ("The bid must be challenged by Friday, March 20.", "en", "2026-03-20"),
        ("Work could start as early as May 24.", "en", "2026-05-24"),
        ("The market closed on March 20 and has stood empty.", "en", "2025-03-20"),
        ("A storm tore off the roof, which was new, on April 2.", "en", "2025-04-02"),
        ("On Feb. 2 the council will vote. It met last week.", "en", "2026-02-02"),
        ("It will reopen soon. The council met on March 20.", "en", "2025-03-20"),
        ("The vote will come after the one on Dec. 1.", "en", "2025-12-01"),
    ],
)
def test_the_sentence_tells_past_from_future(text: str, language: str, day: str) -> None:
    """The nearest telling word of the same sentence picks the year, but does not move a day close to publication."""
    assert [found for _, found, _ in dates(text, language=language)] == [day]


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("dibuka 15 Februari. Warga datang", "15 Februari"),
        ("dibuka 15 Feb. Warga datang", "15 Feb"),
        ("dibuka 15 Feb. lalu", "15 Feb."),
        ("dibuka 15 Feb. 2025 oleh", "15 Feb. 2025"),
    ],
)
def test_the_stop_of_a_sentence_is_not_the_dates(text: str, raw: str) -> None:
    """A stop belongs to an abbreviated month only where the sentence goes on behind it."""
    assert [found for found, _, _ in dates(text)] == [raw]


def test_without_publication_a_date_without_year_is_left_out() -> None:
    """Nothing is guessed: of two dates the one with its year remains."""
    assert [
        day for _, day, _ in dates("Senin (8/12) pasar dibuka, lalu ditutup Selasa (9/12/2025)", published=None)
    ] == ["2025-12-09"]


def test_a_lower_case_minggu_may_be_a_week() -> None:
    """'minggu' in small letters is no weekday to hold against the date."""
    assert dates("dalam minggu (9/12/2025)") == [("minggu (9/12/2025)", "2025-12-09", "none")]


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet="0123456789/.-(), \nSeninMeiJuliDesembrat’'", max_size=200), st.none() | st.dates(date(2000, 1, 1))
)
def test_offsets_hold_on_any_text(text: str, published: date | None) -> None:
    """Whatever the text, raw stands from start to end and the date is a day of the calendar."""
    for found in find_event_dates(text, published=published, language="id"):
        assert text[found.start : found.end] == found.raw
        assert date.fromisoformat(found.date).isoformat() == found.date


@settings(max_examples=100, deadline=None)
@given(
    st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    st.sampled_from(["{0.day}/{0.month}/{0.year}", "{0:%d/%m/%Y}", "{0:%d-%m-%Y}"]),
)
def test_every_day_is_read_with_its_weekday(day: date, form: str) -> None:
    """Any calendar day in the usual form comes back, and its true weekday decides for it."""
    weekday = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")[day.weekday()]

    assert [d[1:] for d in dates(f"{weekday} ({form.format(day)})", published=None)] == [(day.isoformat(), "ok")]
