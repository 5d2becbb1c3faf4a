"""How stories end: end marks that are detached, initials and credits that stay and are read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.prose.byline import find_byline
from extractors.prose.endmark import EndMark, find_end_mark

STORY = 'Warga antre sejak pagi.\n\n"Kami senang sekali," ujar Melati.'


@pytest.mark.parametrize(
    ("tail", "mark"),
    [
        ("***", "***"), ("\n\n***", "***"), (" (*)", "(*)"), (" *", "*"), ("\n\n###", "###"), ("\n\n-30-", "-30-"),
        (" ■", "■"), (" (selesai)", "(selesai)"),
        ("***\n\nPenulis: Melati\nEditor: Mawar", "***"), ("***\n\nSumber: https://kabarkita.com/a", "***"),
        ("***\n\n#serang #pasar", "***"),
        ("***\n\nserang\npasar murah\nbanten", "***"), ("\n\nEditor: Mawar ***", "***"),
    ],
)  # fmt: skip
def test_an_end_mark_is_found_above_credits_sources_and_tags(tail: str, mark: str) -> None:
    """Stars, hashes and '-30-' close a story, also where credits, sources, hashtags or a tag list stand beneath."""
    text = STORY + tail
    found = find_end_mark(text)

    assert found is not None
    assert (found.raw, text[found.at : found.at + len(found.raw)]) == (mark, mark)


@pytest.mark.parametrize(
    "text", [STORY, STORY + " (adi)", "", "Ada **tebal** dan **miring**", "Harga Rp 5.000*", "*** Pasar\n\n" + STORY]
)
def test_no_mark_is_made_up(text: str) -> None:
    """Initials, emphasis, a footnote and stars at the head are no end mark."""
    assert find_end_mark(text) is None


def test_initials_beside_the_mark_are_told_with_it() -> None:
    """'(adi)***' and '***adi' hold both; only the stars are the mark."""
    assert find_end_mark("Usai.(adi)***") == EndMark(raw="***", at=10, initials="adi")
    assert find_end_mark("Usai.***adi") == EndMark(raw="***", at=5, initials="adi")


@pytest.mark.parametrize(
    ("tail", "initials"),
    [
        (" (adi)", "adi"), ("(Rel)", "Rel"), (" (Wie/Red)", "Wie/Red"), (" (*/ADV)", "*/ADV"), (" [/Gun]", "/Gun"),
        (" (KN01)", "KN01"), (" PNO-12", "PNO-12"),
        (" (H75-57)", "H75-57"), (" (ril humas pemkot/ohs)", "ril humas pemkot/ohs"),
        (" (dai/dai)\n\nserang\npasar\nbanten", "dai/dai"),
        (" – adi", "adi"), (" Red", "Red"), (" (Humas Pemkot)", "Humas Pemkot"), (" (adi)\n0 comments:", "adi"),
        ("\n\n(adi)\n\nSumber : https://kabarkita.com/a", "adi"),
    ],
)  # fmt: skip
def test_initials_are_read_at_the_end(tail: str, initials: str) -> None:
    """Codes of persons and desks behind the last sentence are initials, without their brackets."""
    assert find_byline(STORY + tail).initials == initials


@pytest.mark.parametrize(
    "text",
    [
        "Pemkot menaikkan Upah Minimum Kabupaten (UMK).", "Pemkot menaikkan Upah Minimum Kabupaten (UMK)",
        "Ia tinggal di Kota Melati (Melati).",
        STORY + " (26)", STORY + " (8/12/2025)", STORY + " (bersambung)", STORY, "",
    ],
)  # fmt: skip
def test_a_parenthesis_of_the_sentence_is_no_initials(text: str) -> None:
    """Abbreviations, ages and dates in brackets are the sentence's own."""
    assert find_byline(text).initials is None


def test_initials_without_a_stop_before_them_must_be_short() -> None:
    """'tutupnya (Ron)' is signed, 'Kabupaten (UMK)' is abbreviated."""
    assert find_byline('"Sudah rampung," tutupnya (Ron)').initials == "Ron"


@pytest.mark.parametrize(
    ("text", "reporter", "editor"),
    [
        ("Reporter: Melati Ayu | Editor: Mawar\n\n" + STORY, "Melati Ayu", "Mawar"),
        (STORY + "\n\nPenulis ; Melati\nEditor ; Mawar", "Melati", "Mawar"),
        (STORY + "\n\n(Penulis: Melati, Editor: Mawar)", "Melati", "Mawar"),
        ("Oleh: Dr. Melati Ayu, M.Si\n\n" + STORY, "Dr. Melati Ayu", None),
        ("Oleh Melati Ayu\n\n" + STORY, "Melati Ayu", None),
        ("By Mary Jones, KabarKita\n\n" + STORY, "Mary Jones", None),
        ("Laporan Wartawan KabarKita.com, Melati Ayu\n\n" + STORY, "Melati Ayu", None),
        (STORY + "\n\nPewarta: Melati\nEditor: Mawar\nCopyright © KabarKita 2025", "Melati", "Mawar"),
        ("By Monday the council had agreed to mend the roof.", None, None),
        ("Oleh karena itu, warga antre.\n" + STORY, None, None),
        ("Editor dan penulis hadir dalam acara itu.\n\n" + STORY, None, None),
        (STORY + "\n\n*Penulis adalah dosen di Serang", None, None),
        (STORY + "\n\nEditor: https://kabarkita.com", None, None),
    ],
)
def test_lines_of_credits_are_read(text: str, reporter: str | None, editor: str | None) -> None:
    """Credits at the head or foot give names, degrees cut off; sentences that open with the same words give none."""
    found = find_byline(text)

    assert (found.reporter, found.editor, found.account) == (reporter, editor, None)


def test_a_desk_credited_at_the_head_counts_as_initials() -> None:
    """'Tim Liputan Humas …' alone in the first line credits a desk, 'Tim SAR menemukan …' does not."""
    assert find_byline("Tim Liputan Humas Melati.\n\n" + STORY).initials == "Tim Liputan Humas Melati"
    assert find_byline("Tim SAR menemukan korban di media air.\n\n" + STORY).initials is None


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='adiREL*#-–/()[]. \n"”30:\u00a0', max_size=120))
def test_a_mark_stands_where_it_is_said_to(text: str) -> None:
    """On any text, the mark's raw text is what stands at `at`, and nothing breaks."""
    find_byline(text)
    found = find_end_mark(text)

    assert found is None or text[found.at : found.at + len(found.raw)] == found.raw
