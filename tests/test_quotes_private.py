"""Names that are not public: initials, and an age under 18 beside the name."""

from __future__ import annotations

import time

import pytest

from extractors.quotes.private import is_initials, private_names


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "Rafi (9) bermain di tepi sungai."),
        ("id", "Rafi Anindya (15 tahun) melihatnya."),
        ("id", "Bocah 9 tahun bernama Rafi selamat."),
        ("id", "Seorang siswi berusia 12 tahun, Rafi Anindya, pingsan."),
        ("id", "Rafi, bocah 9 tahun, selamat."),
        ("id", "Rafi, siswa SD berusia 9 tahun, selamat."),
        ("id", "Rafi yang masih berumur 7 tahun menangis."),
        ("id", "Bayi 18 bulan bernama Rafi selamat."),
        ("id", "Rafi, 15 tahun."),
        ("en", "Rafi, 15, said so."),
        ("en", "The 15-year-old boy, Rafi Anindya, ran."),
        ("en", "Rafi Anindya, a nine-year-old pupil, ran."),
        ("en", "Rafi Anindya, aged 12, ran."),
    ],
)
def test_an_age_under_18_beside_a_name_marks_a_child(language: str, text: str) -> None:
    """In each of these the child's full name is not public, also where only a part of it stands beside the age."""
    assert private_names(text, ["Rafi Anindya", "Bakri"], language=language) == {"Rafi Anindya": "minor"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "Rafi Anindya (19) berlari."),
        ("id", "Rafi, 40, berlari."),
        ("id", "Dimas Anindya (9) berlari, kata Rafi."),
        ("id", "Hakim menjatuhkan 5 tahun penjara kepada Rafi."),
        ("id", "Selama 3 tahun, Rafi Anindya memimpin."),
        ("id", "Rafi Anindya, 12 Maret lalu, memimpin."),
        ("id", "Rafi, ayah korban berusia 9 tahun, menangis."),
        ("id", "Senin (8/12/2025) Rafi Anindya datang."),
        ("id", "Rafi (7/3) datang."),
        ("id", "Demikian kata Rafi Senin (8), di rumahnya."),
        ("id", "Untuk anak 5 tahun, kata Rafi, gratis."),
        ("en", "After 12 years Rafi Anindya left."),
        ("en", "Rafi Anindya, a 40-year-old farmer, ran."),
        ("en", "Rafi Anindya, 2.5 miles away, ran."),
    ],
)
def test_other_numbers_and_other_peoples_ages_mark_nobody(language: str, text: str) -> None:
    """Dates, terms, adults' ages, and the age of somebody else leave a name public."""
    assert private_names(text, ["Rafi Anindya"], language=language) == {}


@pytest.mark.parametrize(
    ("name", "are"),
    [("HD", True), ("H.D.", True), ("R", True), ("A. R. S.", True), ("KPK", False), ("BMKG Muara", False),
     ("M. Hadi", False), ("Ani", False), ("ABCDE", False), ("", False)],
)  # fmt: skip
def test_initials_hide_a_name(name: str, are: bool) -> None:
    """A name of single capitals is initials; a body's well-known short form and a shortened first name are not."""
    assert is_initials(name) is are


@pytest.mark.parametrize("unit", ["Rafi (9) ", "bocah anak ", "korban 9 tahun, anak ", "nine-year-old ", ", 1"])
def test_time_is_linear_in_the_text(unit: str) -> None:
    """Texts made to be read badly take ten times as long when they are ten times as long."""

    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        private_names(text, ["Rafi Anindya"], language="id")
        return time.process_time() - start

    assert seconds(200_000) < 40 * max(seconds(20_000), 0.002)
