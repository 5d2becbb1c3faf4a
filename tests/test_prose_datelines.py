"""Datelines: found in every house style, place and outlet told apart, ordinary openings left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.model import Dateline
from extractors.prose import dateline
from extractors.prose.dateline import find_dateline

STORY = "Wakil bupati membuka pasar murah di alun-alun, Senin (8/12/2025). Warga sudah antre sejak pagi buta."
ENGLISH = "The council met for two hours on Monday and agreed to mend the market roof before the rains came."

STYLES = [
    ("SERANG,KK – ", "SERANG", "KK"),
    ("Serang, KabarKita.id – ", "Serang", "KabarKita.id"),
    ("SERANG, HARIANKITA - ", "SERANG", "HARIANKITA"),
    ("Serang, KabarKita.com || ", "Serang", "KabarKita.com"),
    ("Serang // KabarKita.com – ", "Serang", "KabarKita.com"),
    ("Sentani. Jayapura. SuaraTimur.com,|| ", "Sentani. Jayapura", "SuaraTimur.com"),
    ("KabarKita.com, Serang — ", "Serang", "KabarKita.com"),
    ("KabarKita | Serang — ", "Serang", "KabarKita"),
    ("kabarkita.com , SERANG - ", "SERANG", "kabarkita.com"),
    ("KabarKita.com ; ", None, "KabarKita.com"),
    ("KabarKita.com: ", None, "KabarKita.com"),
    ("KabarKita.com, Serang: ", "Serang", "KabarKita.com"),
    ("Serang: ", "Serang", None),
    ("Serang - ", "Serang", None),
    ("Serang- ", "Serang", None),
    ("Serang (KK)— ", "Serang", "KK"),
    ("Serang (KK) ", "Serang", "KK"),
    ("KabarKita - ", None, "KabarKita"),
    ("Serang (KabarKita.com) ", "Serang", "KabarKita.com"),
    ("Serang-KabarKita.com-. ", "Serang", "KabarKita.com"),
    ("KABARKITA.COM-SURABAYA JAWA TIMUR, ", "SURABAYA JAWA TIMUR", "KABARKITA.COM"),
    ("KBRN, Serang : ", "Serang", "KBRN"),
    ("Serang, ", "Serang", None),
    ("BANDUNG, (KK).- ", "BANDUNG", "KK"),
    ("KABAR-MEDAN.com, MEDAN - ", "MEDAN", "KABAR-MEDAN.com"),
    ("KabarKita.com, Jakarta ", "Jakarta", "KabarKita.com"),
    ("Kudus, NU Online\n", "Kudus", "NU Online"),
    ("Serang,\nKabarKita.com || ", "Serang", "KabarKita.com"),
    ("Lampung Selatan\n - \n", "Lampung Selatan", None),
    ("Kab. Serang, KabarKita.com - ", "Kab. Serang", "KabarKita.com"),
    ("Serang, Banten - ", "Serang, Banten", None),
    ("Wanasepi, Jawa Timur – ", "Wanasepi, Jawa Timur", None),
    ("Serang (Banten), KabarKita.com – ", "Serang (Banten)", "KabarKita.com"),
    ("[Serang, KabarKita.com] ", "Serang", "KabarKita.com"),
    ("Desa Melati, SuaraDesa.id - ", "Desa Melati", "SuaraDesa.id"),
    ("Serang, KabarKita.com, 8 Desember 2025 – ", "Serang", "KabarKita.com"),
    ("Jakarta, Senin (8/12) - ", "Jakarta", None),
    ("KABARKITA, MEDAN – ", "MEDAN", "KABARKITA"),
    ("Serang, KabarKita.com\u00a0– ", "Serang", "KabarKita.com"),
    ("Serang\u200b, KabarKita.com\u200b – ", "Serang", "KabarKita.com"),
    ("Serang, Kabar Kita Online - ", "Serang", "Kabar Kita Online"),
]
AGENCY_STYLES = [
    ("WASHINGTON (AP) — ", "WASHINGTON", "AP"),
    ("DES MOINES, Iowa, Aug. 10 (UPI) — ", "DES MOINES, Iowa", "UPI"),
    ("KUALA LUMPUR, March 3 (Bernama) -- ", "KUALA LUMPUR", "Bernama"),
    ("New York, NY – ", "New York, NY", None),
    ("Springdale, Ill. — ", "Springdale, Ill.", None),
    ("DUBAI, United Arab Emirates — ", "DUBAI, United Arab Emirates", None),
    ("NEW YORK — ", "NEW YORK", None),
    ("LONDON: ", "LONDON", None),
    ("MANILA, Philippines — ", "MANILA, Philippines", None),
    ("WASHINGTON, D.C. – ", "WASHINGTON, D.C.", None),
    ("(Reuters) - ", None, "Reuters"),
]
ORDINARY = [
    "Kapolres Serang, AKBP Melati, mengatakan hal itu pada Senin (8/12/2025).",
    "Namun - menurut warga - hal itu tidak benar sama sekali sejak awal tahun.",
    "Jakarta, Bandung, dan Surabaya menjadi tuan rumah turnamen antarpelajar.",
    "Serang, Banten merupakan kota yang ramai dengan pabrik sejak dahulu kala.",
    "Surabaya, kota pahlawan, bersiap menyambut tamu. Warga antre sejak pagi.",
    "Catatan: Pasar tutup pada hari libur nasional dan hari besar keagamaan.",
    "Bunga mawar - Tanaman yang mudah dirawat oleh siapa pun di rumah.",
    "Melati - Mawar unggul di hitung cepat versi sejumlah lembaga survei.",
    "Serang: Budi\nCilegon: Andi\nLebak: Rudi\nPandeglang: Sari Dewi dan kawan-kawan",
    "Jakarta–Bandung kini ditempuh 45 menit dengan kereta cepat yang baru.",
    "PENGUMUMAN: Kantor desa tutup pada hari Senin mendatang karena renovasi.",
    "KPK - Lembaga antirasuah itu menahan dua orang tersangka baru kemarin.",
    "Laravel 8 – Fitur baru untuk proses autentikasi pengguna situs web.",
    "Negara, Rakyat, dan Pasar: sebuah catatan tentang harga beras di desa.",
    "Batu: Bahan bangunan yang dicari warga sejak awal tahun ini di desa.",
    "YouTube - Kanal milik warga itu kini ditonton ribuan orang setiap hari.",
    "Provinsi Nusa Tenggara Barat (NTB) Menyiapkan lahan untuk pasar itu.",
    "Menu hari ini:\nJakarta - Soto Betawi\nBandung - Batagor",
    "India, China and Japan signed the accord on Monday after two years of talks.",
    "However, London – The city that never sleeps – is quiet this morning.",
    "",
]


@pytest.mark.parametrize(("raw", "place", "outlet"), STYLES)
def test_every_house_style_is_read(raw: str, place: str | None, outlet: str | None) -> None:
    """Place and outlet are told apart in either order, whatever stands between them, and raw is taken whole."""
    assert find_dateline(raw + STORY) == Dateline(raw=raw, place=place, outlet=outlet, at=0)


@pytest.mark.parametrize(("raw", "place", "outlet"), AGENCY_STYLES)
def test_agency_english_is_read(raw: str, place: str | None, outlet: str | None) -> None:
    """An agency's dateline keeps state or country in the place and leaves the date out of it."""
    assert find_dateline(raw + ENGLISH) == Dateline(raw=raw, place=place, outlet=outlet, at=0)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_opening_is_no_dateline(text: str) -> None:
    """Sentences, appositions, headings, lists and routes that open a text are left alone."""
    assert find_dateline(text) is None


@pytest.mark.parametrize(
    "above",
    [
        "Warga antre di depan kantor kecamatan. Foto: istimewa\n\n",
        "Dikutip dari laman resmi pemerintah\n",
        "Pasar Murah Dibuka\n\nDok. panitia\n\n",
    ],
)
@pytest.mark.parametrize("raw", ["Serang, KabarKita.com – ", "SERANG - "])
def test_a_dateline_may_stand_behind_a_caption_or_a_credit(above: str, raw: str) -> None:
    """`at` tells where it stood when a caption, a reprint credit or a repeated title comes first."""
    found = find_dateline(above + raw + STORY)

    assert found is not None
    assert (found.raw, found.at) == (raw, len(above))


def test_a_dateline_does_not_stand_behind_the_story() -> None:
    """Once a long paragraph has passed, what looks like a dateline is the story's own."""
    assert find_dateline(STORY * 4 + "\n\nSerang, KabarKita.com – " + STORY) is None


def test_an_unknown_town_counts_when_the_story_names_it_again() -> None:
    """A bare name no list holds is a dateline only where the story calls it a place."""
    assert find_dateline("Wanasepi - Pasar dibuka pagi ini oleh lurah setempat.") is None

    found = find_dateline("Wanasepi - Pasar dibuka pagi ini oleh lurah, kata warga Kecamatan Wanasepi.")

    assert found is not None
    assert found.place == "Wanasepi"


def test_a_site_may_state_its_own_separator_and_outlet() -> None:
    """A house style adds a separator and an outlet's name that the general rules would not know."""
    text = "Serang, Melati +++ " + STORY
    house = dateline.style(separators=("+++",), outlet="Melati")

    general = find_dateline(text)

    assert general is None or general.outlet is None
    assert find_dateline(text, house) == Dateline(raw="Serang, Melati +++ ", place="Serang", outlet="Melati", at=0)


@settings(max_examples=100, deadline=None)
@given(
    place=st.sampled_from(["Serang", "MEDAN", "Lampung Selatan", "Kota Bima", "Jakarta"]),
    outlet=st.sampled_from(["KabarKita.com", "SUARATIMUR.CO.ID", "warta24.net", "RadarMelati"]),
    joint=st.sampled_from([", ", ",", " | ", " // ", " – "]),
    separator=st.sampled_from([" - ", " – ", " — ", " || ", " | ", ",- ", "\u00a0– ", " -- "]),
    swapped=st.booleans(),
)
def test_places_and_outlets_combine_freely(place: str, outlet: str, joint: str, separator: str, swapped: bool) -> None:
    """Any place and outlet, in either order, with any joint and separator, are taken off whole."""
    raw = (outlet + joint + place if swapped else place + joint + outlet) + separator

    assert find_dateline(raw + STORY) == Dateline(raw=raw, place=place, outlet=outlet, at=0)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='SerangKotaKK.com,|-–—:;/()[] \n\u00a0\u200b"12', max_size=200))
def test_putting_a_dateline_back_restores_the_text(text: str) -> None:
    """On any text whatever, raw is exactly what stands at `at`."""
    found = find_dateline(text)

    assert found is None or text[found.at : found.at + len(found.raw)] == found.raw
