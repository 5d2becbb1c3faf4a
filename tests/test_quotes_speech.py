"""What in quotation marks is speech, what is woven into the writer's sentence, and what is only a title."""

from __future__ import annotations

import pytest

from extractors.quotes import find_quotes


@pytest.mark.parametrize(
    "text",
    [
        'Festival bertajuk "Gema Pesisir Raya" dibuka Bupati.',
        "Acara mengusung tema “Bersatu Membangun Desa,” dan dihadiri warga.",
        'Buku berjudul "Langkah Kecil" itu dibagikan gratis.',
        "Spanduk bertuliskan 'Tolak Tambang Sekarang' dibentangkan.",
        'Pemain Munir "Cak" Hadi absen pekan ini.',
        'Warga menyambut "hujan uang" dengan riang.',
        "Kedai itu dikenal dengan nama 'Warung Pojok'.",
    ],
)
def test_titles_mottos_and_nicknames_are_not_speech(text: str) -> None:
    """What stands behind a word such as 'bertajuk', names something or has no cue is left out."""
    assert find_quotes(text, language="id") == ()


@pytest.mark.parametrize(
    "cue",
    ["katanya", "bebernya", "singkatnya", "imbaunya", "ajaknya", "Ujarnya", "selorohnya", "guraunya"],
)
def test_a_suffixed_verb_of_speech_is_a_cue(cue: str) -> None:
    """The cue is reported as written, and verbs in -nya need no list where a comma closes the quote."""
    (quote,) = find_quotes(f'Lurah Sri Wahyuni meninjau pasar. "Kios akan ditata ulang," {cue}.', language="id")
    assert (quote.cue, quote.kind, quote.speaker) == (cue, "direct", "Sri Wahyuni")


def test_a_fragment_in_the_writers_sentence_is_mixed() -> None:
    """A piece of speech woven into a sentence is of kind 'mixed'."""
    (quote,) = find_quotes('Bupati Rusdi Hamid menyebut proyek itu "jalan menuju harapan".', language="id")
    assert (quote.kind, quote.speaker, quote.text) == ("mixed", "Rusdi Hamid", "jalan menuju harapan")


def test_a_cue_before_the_quote_counts() -> None:
    """'X mengatakan, "…"' and 'Menurut X, "…"' report speech; the verb is the cue."""
    text = 'Ketua RT Hasna menambahkan: "Yang kurang itu air bersih."\n\nMenurut Lurah Bakri, "Tenda masih cukup."'
    assert [(quote.cue, quote.speaker) for quote in find_quotes(text, language="id")] == [
        ("menambahkan", "Hasna"),
        ("Menurut", "Bakri"),
    ]


def test_a_quote_without_a_cue_after_speech_is_speech() -> None:
    """A whole sentence in marks right after a quote and its cue goes on with it, cue and all."""
    text = '"Sudah dua kali kami usulkan," lanjut Ujang. "Belum ada jawaban."'
    assert [(quote.cue, quote.speaker) for quote in find_quotes(text, language="id")] == [
        ("lanjut", "Ujang"),
        ("lanjut", "Ujang"),
    ]


def test_bare_paragraphs_of_a_statement_are_speech() -> None:
    """Paragraphs that are quotes from end to end belong to the one who was speaking."""
    text = (
        "Penyanyi Lira Kusuma mengunggah permintaan maaf.\n\n"
        '"Saya salah dan saya sangat menyesal."\n\n"Saya akan menemui keluarga besok pagi."'
    )
    assert [quote.speaker for quote in find_quotes(text, language="id")] == ["Lira Kusuma", "Lira Kusuma"]


def test_indirect_speech_is_not_returned() -> None:
    """Without marks nothing is a quote."""
    assert find_quotes("Bupati Rusdi Hamid mengatakan jalan akan dibuka.", language="id") == ()


def test_the_language_is_told_when_not_given() -> None:
    """English text is read with the English lexicon though no language is named."""
    (quote,) = find_quotes('The mayor of the city was calm. "We will rebuild the bridge," said Mayor Ann Berg.')
    assert (quote.speaker, quote.cue) == ("Ann Berg", "said")


def test_a_verb_reports_before_a_noun_of_speech_does() -> None:
    """'said in a statement, "…"' has the cue 'said', also where the quote is part of the sentence."""
    whole = 'Mia Sorn said in a statement, "We are relieved."'
    woven = (
        'Mia Sorn said in the release the case shows that the law does not let people "make threats to harm others."'
    )
    assert [(quote.speaker, quote.cue) for text in (whole, woven) for quote in find_quotes(text, language="en")] == [
        ("Mia Sorn", "said")
    ] * 2


def test_a_reporting_clause_between_commas_opens_no_indirect_speech() -> None:
    """'That, Pellet says, allows …' and 'said, via the Post' are followed by no clause of their own."""
    text = 'Mara Feld spoke. "We lost," Feld said, via the Harbour Post. That, Feld says, allows the boat to go faster.'
    assert [quote.kind for quote in find_quotes(text, language="en", indirect=True)] == ["direct"]
