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


@pytest.mark.parametrize("unit", ['"', "“", '"a ', '"Kami siap," kata Budi. ', "Budi "])
def test_time_grows_with_the_length_only(unit: str) -> None:
    """Ten times the text takes about ten times as long: 1 MB of marks is read in linear time."""

    def seconds(length: int) -> float:
        text = unit * (length // len(unit)) + '"Kami siap," kata Budi.'
        start = time.perf_counter()
        find_quotes(text, language="id")
        return time.perf_counter() - start

    seconds(1_000)  # the lexicons are loaded once
    tenth, whole = seconds(40_000), seconds(400_000)
    assert whole < 10 * tenth * 4 + 0.5
