"""Datelines of outlets and towns that no list holds, told by their form and by what the story says of the town; and
ordinary openings of the same look, which must stay with the story.
"""

from __future__ import annotations

import pytest

from extractors.model import Dateline
from extractors.prose.dateline import find_dateline

SILENT = "Pasar murah dibuka camat sejak pagi buta. Ratusan ibu antre sampai siang, Senin (8/12/2025)."
AGAIN = "Pasar murah dibuka camat sejak pagi. Warga Kecamatan {place} antre sampai siang, Senin (8/12/2025)."
ENGLISH_SILENT = "The council agreed to mend the roof of the market after two hours of talk on Monday night."
ENGLISH_AGAIN = (
    "The council agreed to mend the roof of the market. Many residents of {place} had asked for it since spring."
)

UNKNOWN = [
    ("Wanasepi, KW – ", "Wanasepi", "KW"),
    ("WANASEPI,KW – ", "WANASEPI", "KW"),
    ("Wanasepi, KW || ", "Wanasepi", "KW"),
    ("KW | Wanasepi — ", "Wanasepi", "KW"),
    ("Wanasepi (KW) - ", "Wanasepi", "KW"),
    ("WANASEPI (KWS)— ", "WANASEPI", "KWS"),
    ("Wanasepi, (KW).- ", "Wanasepi", "KW"),
    ("Wanasepi // KW24 – ", "Wanasepi", "KW24"),
    ("Tanjung Kelopak, PJK.Net – ", "Tanjung Kelopak", "PJK.Net"),
    ("Tanjung Kelopak || ", "Tanjung Kelopak", None),
    ("TANJUNG KELOPAK – ", "TANJUNG KELOPAK", None),
    ("Sidomelati, SuluhDesa.co.id || ", "Sidomelati", "SuluhDesa.co.id"),
    ("SIDOMELATI (Suluh Desa) - ", "SIDOMELATI", "Suluh Desa"),
    ("SuluhDesa.com , SIDOMELATI - ", "SIDOMELATI", "SuluhDesa.com"),
    ("SuluhDesa | Sidomelati — ", "Sidomelati", "SuluhDesa"),
    ("SuluhDesa.com, Sidomelati: ", "Sidomelati", "SuluhDesa.com"),
    ("Sidomelati, Suluhdesa.com,|| ", "Sidomelati", "Suluhdesa.com"),
    ("Sidomelati. Karangwuni. SuluhDesa.com,|| ", "Sidomelati. Karangwuni", "SuluhDesa.com"),
    ("SIDOMELATI-SuluhDesa.com-. ", "SIDOMELATI", "SuluhDesa.com"),
    ("Sidomelati (SuluhDesa) – ", "Sidomelati", "SuluhDesa"),
    ("Sidomelati, Warta Rawa -- ", "Sidomelati", "Warta Rawa"),
    ("Warta Rawa, Sidomelati - ", "Sidomelati", "Warta Rawa"),
    ("Sidomelati | Wartarawa | ", "Sidomelati", "Wartarawa"),
    ("WARTARAWA, SIDOMELATI – ", "SIDOMELATI", "WARTARAWA"),
    ("Sidomelati, WR, 8 Desember 2025 – ", "Sidomelati", "WR"),
    ("Desa Rawa Gending, WR - ", "Desa Rawa Gending", "WR"),
    ("Kec. Sidomelati, WR || ", "Kec. Sidomelati", "WR"),
    ("Sidomelati, Jawa Timur (WR) – ", "Sidomelati, Jawa Timur", "WR"),
    ("Sidomelati, Jatim, WR – ", "Sidomelati, Jatim", "WR"),
    ("Lubuk Merbau,\nWartaRawa.id || ", "Lubuk Merbau", "WartaRawa.id"),
]
UNKNOWN_NAMED_AGAIN = [
    ("Sidomelati, Suluh Desa || ", "Sidomelati", "Suluh Desa"),
    ("Sidomelati: ", "Sidomelati", None),
    ("Sidomelati - ", "Sidomelati", None),
    ("Sidomelati- ", "Sidomelati", None),
    ("Sidomelati | ", "Sidomelati", None),
    ("SIDOMELATI: ", "SIDOMELATI", None),
    ("WR, Sidomelati : ", "Sidomelati", "WR"),
    ("Sidomelati, WR: ", "Sidomelati", "WR"),
    ("Sidomelati (Bina Warga) – ", "Sidomelati", "Bina Warga"),
    ("Sidomelati, Bina Warga – ", "Sidomelati", "Bina Warga"),
    ("Bina Warga, Sidomelati — ", "Sidomelati", "Bina Warga"),
    ("Sidomelati ; ", "Sidomelati", None),
    ("Sidomelati, Senin (8/12) – ", "Sidomelati", None),
]
ENGLISH_UNKNOWN = [
    ("PORT LARKIN, Dec. 8 (LG) — ", "PORT LARKIN", "LG"),
    ("DUNMERE (Larkin Gazette) - ", "DUNMERE", "Larkin Gazette"),
    ("Dunmere (LG) – ", "Dunmere", "LG"),
    ("ELMSWORTH — ", "ELMSWORTH", None),
    ("DUNMERE, Ohio, March 3 (LG) -- ", "DUNMERE, Ohio", "LG"),
    ("DUNMERE, Ill. — ", "DUNMERE, Ill.", None),
    ("Dunmere, Mass. (Larkin Gazette) — ", "Dunmere, Mass.", "Larkin Gazette"),
    ("LG | Dunmere — ", "Dunmere", "LG"),
    ("Dunmere, LarkinGazette.com: ", "Dunmere", "LarkinGazette.com"),
    ("DUNMERE (The Larkin Ledger) — ", "DUNMERE", "The Larkin Ledger"),
    ("DUNMERE, Jan. 2, 2026 — ", "DUNMERE", None),
    ("DUNMERE, Friday — ", "DUNMERE", None),
    ("ST. ORIN (LG) — ", "ST. ORIN", "LG"),
    ("WEST DUNMERE, Sept. 14 (Larkin Gazette) -- ", "WEST DUNMERE", "Larkin Gazette"),
    ("DUNMERE, 8 December (LG) – ", "DUNMERE", "LG"),
    ("Larkin Gazette, Dunmere — ", "Dunmere", "Larkin Gazette"),
]
ENGLISH_NAMED_AGAIN = [
    ("Harrow Falls — ", "Harrow Falls", None),
    ("Dunmere: ", "Dunmere", None),
]
ORDINARY = [
    "Manchester United (MU) - Klub asal Inggris itu kalah lagi dari tetangganya. Manchester United kini di papan tengah.",
    "Badan Amil Zakat (BAZ) – Lembaga itu menyalurkan bantuan kepada warga miskin di kampung itu.",
    "Steven (CEO) – We never thought that it would go this far, he told reporters after the meeting.",
    "Facebook - Media sosial itu merilis fitur baru. Banyak warga aktif di Facebook sejak lama.",
    "FACEBOOK - Media sosial Facebook merilis fitur baru untuk pengguna di desa.",
    "KORUPSI – Dua pejabat diduga terlibat korupsi pengadaan alat tulis kantor.",
    "Ridwan Melati: Saya senang melihat warga berkumpul. Hal itu dikatakan Gubernur Ridwan Melati di Bandung.",
    "Rina (Korban) — Saya tidak menyangka akan seperti ini, katanya kepada polisi.",
    "Laravel | Fitur Baru yang perlu diketahui setiap pengembang web masa kini.",
    "Rupiah, IHSG – Dua indikator itu melemah sejak pembukaan perdagangan pagi.",
    "Budi Melati, SH – Advokat senior itu membuka kantor baru di Kota Serang.",
    "Persema (Malang) - Klub itu bangkit setelah kalah tiga kali beruntun musim ini.",
    "Air Bersih - Warga dusun itu kesulitan mendapat air bersih sejak kemarau tiba.",
    "Gunung Meletus – Apa yang harus dilakukan warga di sekitar gunung saat terjadi erupsi.",
    "New Album – The band said on Monday that it would go on tour with its new album.",
    "Apple, IBM – Two firms that shaped the age. Apple was founded in a garage.",
    "Home | News | Sports | Contact us for more information on the site.",
    "Beranda | Berita | Olahraga | Kontak redaksi untuk informasi lebih lanjut.",
    "Lensa - Kamera baru dengan lensa lebar kini hadir di toko terdekat dari rumah.",
    "Golkar - Partai Golkar menggelar musyawarah daerah di Serang pada akhir pekan.",
    "Resep Soto: Bahan yang dibutuhkan antara lain ayam, kunyit dan serai.",
    "Bunga Melati: Tanaman hias yang tumbuh di Kecamatan Serang dan sekitarnya.",
    "Kuda Lumping – Kesenian rakyat dari Jawa yang masih lestari sampai kini.",
    "Proklamasi, 17 Agustus 1945 – Hari itu Bung Karno membacakan naskah singkat.",
    "Wi-Fi – Jaringan nirkabel yang kini ada di setiap rumah dan kantor kelurahan.",
    "Samsung (SM-A15) - Ponsel murah untuk pelajar dengan baterai yang besar.",
    "Breaking News - Two people were hurt when a truck overturned on the bridge.",
    "Sarah: I think the council is wrong. Mark: I do not agree with that at all.",
    "Good Friday — The day that Christians mourn. Churches will be full this week.",
    "Photo by Mary Jones — The market as seen from the harbor on Sunday morning.",
    "BTS (K-Pop) - Grup musik asal Korea itu akan menggelar konser di Jakarta.",
    "Toyota Avanza | Harga terbaru bulan ini turun di sejumlah dealer resmi.",
    "Hari Pertama Sekolah – Anak-anak datang lebih awal diantar orang tua.",
    "Kisah Nabi Musa - Pelajaran bagi umat manusia dari zaman ke zaman.",
    "Sinopsis: Seorang guru muda datang ke desa terpencil di tepi sungai.",
    "JUDUL SKRIPSI - Pengaruh Media Sosial terhadap Minat Baca Siswa SMA.",
    "TEKNOLOGI | Ponsel baru itu dijual mulai pekan depan di toko daring.",
    "OLAHRAGA - Tim bulu tangkis putra menang telak atas lawannya semalam.",
    "Opini Publik - Survei terbaru menunjukkan warga puas dengan layanan.",
    "Warga, Polisi - Dua pihak berdamai setelah mediasi di kantor desa.",
    "Suluh Desa – Lembaga itu berdiri sejak lama dan membina ratusan petani muda.",
    "Koperasi Unit Desa (KUD) - Badan usaha itu membagikan sisa hasil usaha.",
    "Sari (Pedagang) – Harga cabai naik dua kali lipat dalam sepekan terakhir.",
    "Mawar: Saya sudah antre sejak subuh, tetapi beras sudah habis di loket.",
    "Pembalap Melati, Mawar – Dua atlet itu meraih medali emas pada hari pertama.",
    "MELATI & MAWAR | Kisah dua saudara yang membuka warung kopi di tepi sungai.",
    "Mengapa Kita Lupa? – Sebuah penjelasan singkat dari para ahli saraf.",
    "Dunmere United (DU) - The club said it would sell two players in January.",
    "Senator Mary Larkin (D) — The senator said on Monday that she would not run.",
    "Mary Larkin, CEO – The new head of the firm started on Monday morning.",
    '"We are tired," said Mary Larkin - a teacher - after the long meeting.',
    "Larkin — the man who built the bridge — died on Monday at his home.",
    "Fog - Low clouds will cover the coast until noon, forecasters said.",
    "Dear Editor: I read your story about the market roof with some surprise.",
]


@pytest.mark.parametrize(("raw", "place", "outlet"), UNKNOWN)
def test_form_alone_tells_a_dateline(raw: str, place: str | None, outlet: str | None) -> None:
    """Bars, brackets, an acronym, a domain, capitals or a province are enough: neither town nor outlet need be known."""
    assert find_dateline(raw + SILENT) == Dateline(raw=raw, place=place, outlet=outlet, at=0)


@pytest.mark.parametrize(("raw", "place", "outlet"), UNKNOWN_NAMED_AGAIN)
def test_weak_forms_need_the_story_to_name_the_town_again(raw: str, place: str, outlet: str | None) -> None:
    """A colon, or an outlet of common words, counts only where the story says 'Kecamatan X' of the town."""
    named_again = AGAIN.format(place=place.title())

    assert find_dateline(raw + named_again) == Dateline(raw=raw, place=place, outlet=outlet, at=0)
    assert find_dateline(raw.replace(" (8/12)", "").title() + SILENT) is None


@pytest.mark.parametrize(("raw", "place", "outlet"), ENGLISH_UNKNOWN)
def test_english_forms_of_unknown_outlets(raw: str, place: str | None, outlet: str | None) -> None:
    """'TOWN, State, date (OUTLET) — ' in every part that may be missing; the date goes with raw, not into the place."""
    assert find_dateline(raw + ENGLISH_SILENT) == Dateline(raw=raw, place=place, outlet=outlet, at=0)


@pytest.mark.parametrize(("raw", "place", "outlet"), ENGLISH_NAMED_AGAIN)
def test_english_towns_named_again(raw: str, place: str, outlet: str | None) -> None:
    """'Residents of X' makes a dateline of 'X: ' and of a small-lettered 'X — '."""
    assert find_dateline(raw + ENGLISH_AGAIN.format(place=place)) == Dateline(raw=raw, place=place, outlet=outlet, at=0)


@pytest.mark.parametrize("text", ORDINARY)
def test_openings_of_the_same_look_stay_with_the_story(text: str) -> None:
    """Abbreviations explained, speakers, headings, sections, degrees, navigation and appositions are no datelines."""
    assert find_dateline(text) is None


@pytest.mark.parametrize(
    ("story", "found"),
    [
        ("Pasar dibuka. SMP Negeri 3 Sidomelati menyewa dua kios.", True),
        ("Pasar dibuka. Polres Muara Sidomelati menjaga jalan.", True),
        ("Pasar dibuka. Petani Sidomelati, Kabupaten Serang, antre sejak pagi.", True),
        ("Pasar dibuka. Beras dijual lebih murah di Sidomelati.", True),
        ("Pasar dibuka. Aplikasi Sidomelati mencatat antrean.", False),
        ("Pasar dibuka. Beras dijual di pasar, kata Sidomelati.", False),
        ("Pasar dibuka. Beras Sidomelati dijual lebih murah.", False),
        ("Pasar dibuka. Info lengkap di www.sidomelati.example.", False),
    ],
)
def test_what_the_story_says_decides_on_a_bare_town(story: str, found: bool) -> None:
    """Schools, offices, 'di X' and 'X, Kabupaten Y' speak for a town; apps, speakers and bare mentions do not."""
    assert (find_dateline("Sidomelati - " + story) is not None) is found


def test_a_byline_above_leaves_the_dateline_in_place() -> None:
    """A dateline of an unknown town stands below the reporter's line too."""
    text = "By Mary Jones\n\nELMSWORTH — " + ENGLISH_SILENT

    assert find_dateline(text) == Dateline(raw="ELMSWORTH — ", place="ELMSWORTH", outlet=None, at=15)
