"""Where quotes begin and end: every make of mark, and marks that are missing, glued or doubled."""

from __future__ import annotations

import pytest

from extractors.quotes import find_quotes


def texts(text: str, language: str = "id") -> list[str]:
    return [quote.text for quote in find_quotes(text, language=language)]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ('"', '"'),
        ("“", "”"),
        ("”", "”"),
        ("“", '"'),
        ('"', "”"),
        ("«", "»"),
        ("„", "“"),
        ("‘’", "’’"),
        ("''", "''"),
        ("‘", "’"),
    ],
)
def test_every_make_of_mark_pairs(opening: str, closing: str) -> None:
    """Marks of any make pair, alike or mixed, and stay outside the quote."""
    assert texts(f"{opening}Kami siap membantu,{closing} kata Rusdi.") == ["Kami siap membantu,"]


@pytest.mark.parametrize(
    "text",
    [
        '"Kami siap membantu,"kata Rusdi.',
        '"Kami siap membantu, "kata Rusdi.',
        'Warga lega."Kami siap membantu," kata Rusdi.',
        '"Kami siap membantu," . Kata Rusdi.',
        '> "Kami siap membantu," kata Rusdi.',
    ],
)
def test_a_glued_or_spaced_cue_ends_the_quote(text: str) -> None:
    """A cue glued to the mark, a space on the wrong side or a stop between them changes nothing."""
    assert [quote.strip() for quote in texts(text)] == ["Kami siap membantu,"]


def test_a_missing_closing_mark_is_set_before_the_cue() -> None:
    """An unclosed quote ends where its cue begins, and the next quote is still found."""
    text = '"Laporan sudah kami terima, ujar Kapolsek Maryadi, Selasa. "Masih kami dalami," imbuhnya.'
    assert texts(text) == ["Laporan sudah kami terima,", "Masih kami dalami,"]


def test_a_missing_opening_mark_is_set_at_the_sentence() -> None:
    """A closing mark with a cue and no opener opens at the start of its sentence."""
    text = 'Rapat usai pukul 14.00 WIB. Kami pastikan jalan dibuka besok," pungkas Rusdi.'
    assert texts(text) == ["Kami pastikan jalan dibuka besok,"]


def test_question_marks_left_by_a_lost_encoding_are_marks() -> None:
    """'?Kami siap,? kata X' is a quote; a question is not."""
    assert texts("?Kantor pindah tahun depan,? kata Bupati Rusdi Hamid. Apa sebabnya? Belum jelas.") == [
        "Kantor pindah tahun depan,"
    ]


def test_a_quote_taken_up_again_in_each_paragraph_is_one_entry_a_paragraph() -> None:
    """Each paragraph that opens anew is a quote of its own, though only the last is closed."""
    text = "“Kami lega jalan ini selesai.\n\n“Semoga awet sampai lama,” kata Ketua Panitia Wahyu Nugraha."
    assert texts(text) == ["Kami lega jalan ini selesai.", "Semoga awet sampai lama,"]


def test_a_quote_may_run_over_a_paragraph_end() -> None:
    """A quote opened in one paragraph and closed in the next is one quote."""
    text = "Rapat dibuka. “Acara ini rutin digelar.\n\nSemua pihak harus hadir”, kata Rusdi dalam sambutan."
    assert texts(text) == ["Acara ini rutin digelar.\n\nSemua pihak harus hadir"]


def test_a_theme_never_closed_does_not_swallow_the_quote_after_it() -> None:
    """Of two opening marks the unclosed first one is dropped."""
    text = "Dalam rapat bertema “Siaga Arus Mudik itu panitia hadir. “Semua siap bertugas,” kata Rusdi."
    assert texts(text) == ["Semua siap bertugas,"]


def test_quotes_within_a_quote_stay_inside() -> None:
    """An inner quote in single or double marks belongs to the outer one."""
    single = "\"Anak itu bilang, 'Bu, saya mau sekolah', lalu semua diam,\" kata Rina."
    double = '"Dia menjawab, "saya tidak tahu, Pak", lalu pergi," kata Rusdi.'
    assert texts(single) == ["Anak itu bilang, 'Bu, saya mau sekolah', lalu semua diam,"]
    assert texts(double) == ['Dia menjawab, "saya tidak tahu, Pak", lalu pergi,']


def test_coordinates_and_inches_are_no_marks() -> None:
    """Seconds of arc and inches inside a quote do not close it."""
    text = '"Korban ditemukan di 5°37\'33.98"S, memakai layar 24" sebagai pelampung," kata Rusdi.'
    assert texts(text) == ['Korban ditemukan di 5°37\'33.98"S, memakai layar 24" sebagai pelampung,']


def test_apostrophes_are_no_marks() -> None:
    """Apostrophes in names and days open nothing."""
    assert texts("Ma'mun dan Nu’man datang hari Jum'at. 'Kami senang,' kata Ma'mun. Itu 'saja' katanya.") == [
        "Kami senang,"
    ]


def test_three_marks_do_not_stop_the_reading() -> None:
    """An odd number of marks loses no sound quote."""
    text = '"Kami siap," kata Rusdi.\n\nTinggi layar 20" saja.\n\n"Besok kami mulai," lanjutnya.'
    assert texts(text) == ["Kami siap,", "Besok kami mulai,"]


def test_links_to_other_stories_hold_no_quotes() -> None:
    """A line 'Baca juga: …' is skipped, marks and all."""
    text = '"Kami siap," kata Rusdi.\n\nBaca juga: "Saya Menyesal," Kata Pencuri Ayam\n\n"Besok mulai," ujarnya.'
    assert texts(text) == ["Kami siap,", "Besok mulai,"]
