"""What holds for any text: offsets, order, repeatability, and time that grows with the length only."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.quotes import find_quotes

PIECES = st.sampled_from(
    [
        '"', "“", "”", "'", "’’", "«", "»", "?", ",", ".", " ", "\n", "\n\n", "(", ")", "Kami siap", "kata", "katanya", "ujar Budi",
        "Bupati", "Serang", "AKBP", "Budi Santosa", "S.H.", "didampingi", "melalui", "mengatakan", "bertajuk", "said", "24", "Jum'at",
        "dan", "yang", "H.", "I", "Sementara itu", "ia", "5°37'33\"S",
    ]
)  # fmt: skip


def check(text: str, language: str | None) -> None:
    quotes = find_quotes(text, language=language)
    assert quotes == find_quotes(text, language=language)
    floor = 0
    for quote in quotes:
        assert floor <= quote.start < quote.end <= len(text)
        assert text[quote.start : quote.end] == quote.text
        assert 0 <= quote.confidence <= 1
        assert quote.speaker is not None or quote.confidence == 0
        floor = quote.end


@given(st.lists(PIECES, max_size=60).map(" ".join), st.sampled_from(["id", "en", None]))
@settings(max_examples=100, deadline=None)
def test_quotes_of_any_news_like_text_are_sound(text: str, language: str | None) -> None:
    """Quotes lie in order within the text, do not overlap, and come out the same again."""
    check(text, language)


@given(st.lists(PIECES, max_size=60).map("".join))
@settings(max_examples=100, deadline=None)
def test_quotes_of_glued_text_are_sound(text: str) -> None:
    """The same without the spaces."""
    check(text, "id")


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_at_all_is_read(text: str) -> None:
    """No string makes the reader fail."""
    check(text, None)


@given(st.lists(PIECES, max_size=40).map(" ".join), st.sampled_from(["***", "(*)", "(red)"]))
@settings(max_examples=100, deadline=None)
def test_no_quote_runs_over_the_end_of_the_article(text: str, mark: str) -> None:
    """A quote never closed ends with its line, before the mark that ends the article."""
    whole = f"{text}\n\n“Kami siap, semua sudah di lokasi.\n\n{mark}"
    end = whole.rindex(mark)
    assert all(quote.end <= end for quote in find_quotes(whole, language="id"))


FOLLOWED = '\n\n"Kami siap," kata Budi Santosa.'
UNITS = {
    "straight marks": '"',
    "curly marks": "“”",
    "doubled marks": "''",
    "apostrophes": "'",
    "lost marks": ",?",
    "openings": "“Kami ",
    "openings, a line each": "“Kami siap.\n\n",
    "closings": "Kami” ",
    "closings with a cue": "siap,” kata ",
    "words in marks": '"kota hujan" ',
    "words in single marks": "'Kami siap,' ",
    "short quotes": "“Kami siap,” kata Sari.\n\n",
    "short quotes in one line": "“Kami siap,” kata Sari. ",
    "nicknames": 'Budi "Cak" Hadi ',
    "inches": '1" ',
    "one sentence": "dan Lurah Sari Wulandari ",
    "one name": "Sari Wulandari ",
    "names and commas": "Sari, ",
    "names and degrees": "Sari, S.H., ",
    "capitals": "Kampung Serang Baru Budi Xaver ",
    "roles": "Kepala Dinas ",
    "ranks": "AKBP ",
    "initials": "A. ",
    "companions": "bersama Budi ",
    "brackets": "(",
    "verbs": "mengatakan ",
    "an epithet": "yang akrab disapa ",
}


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_time_grows_with_the_length_only(unit: str) -> None:
    """Four times the text takes about four times as long, never sixteen times, whatever it is filled with."""

    def seconds(length: int) -> float:
        text = unit * (length // len(unit)) + FOLLOWED
        start = time.process_time()
        find_quotes(text, language="id")
        return time.process_time() - start

    seconds(1_000)  # the lexicons are loaded once
    growths = (seconds(120_000) / max(seconds(30_000), 1e-3) for _ in range(3))
    assert any(growth < 9 for growth in growths)


def test_a_thousand_different_names_are_told_apart_in_linear_time() -> None:
    """Names that all differ, as in a list of graduates, are compared with the last few, not each with all others."""

    def seconds(count: int) -> float:
        names = (f"Pak {chr(65 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676 % 26)}ro" for n in range(count))
        text = ". ".join(names) + FOLLOWED
        start = time.process_time()
        find_quotes(text, language="id")
        return time.process_time() - start

    seconds(10)
    assert any(seconds(4_000) < 9 * seconds(1_000) for _ in range(3))
