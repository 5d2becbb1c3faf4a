"""A further language: its two lexicons and nothing else; what they leave out is the language's they are like."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractors.quotes import find_quotes
from extractors.quotes.vocabulary import forget, languages, learn, vocabulary

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "adding-a-language.md"


@pytest.fixture
def malay() -> Iterator[str]:
    """Malay, learnt from the two lexicons the guide shows."""
    speech, people = re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    learn("ms", tomllib.loads(speech), tomllib.loads(people))
    yield "ms"
    forget("ms")


def test_a_language_is_two_lexicons(malay: str) -> None:
    """Verbs, pronouns, ranks and titles of the guide's Malay lexicons name the speakers of a Malay article."""
    text = (
        "Ketua Polis Daerah Kuala Nerus, Superintenden Azli Mahmud berkata, dua lelaki ditahan di jeti.\n\n"
        '"Mereka cuba lari menaiki bot," katanya ketika dihubungi.\n\n'
        "Sementara itu, Penghulu Mukim Seri Pantai, Tok Wan Embong Salleh berharap kawalan ditambah. "
        '"Penduduk sudah bimbang," jelas beliau.'
    )
    told = [(quote.speaker, quote.cue) for quote in find_quotes(text, language=malay)]
    assert told == [("Azli Mahmud", "katanya"), ("Wan Embong Salleh", "jelas")]


def test_a_language_is_told_by_its_commonest_words(malay: str) -> None:
    """With no language named, the one whose commonest words stand most often is chosen."""
    text = (
        'Beliau ialah ketua kampung itu kerana undi penduduk. "Saya bersyukur," kata Encik Rahim Daud kepada pemberita.'
    )
    (quote,) = find_quotes(text)
    assert quote.speaker == "Rahim Daud"


def test_lists_left_out_are_those_of_the_language_it_is_like(malay: str) -> None:
    """Malay's lexicon names no calendar, so Indonesia's stands; what it names is its own alone."""
    words, base = vocabulary(malay), vocabulary("id")
    assert words.calendar == base.calendar
    assert "superintenden" in words.ranks
    assert "superintenden" not in base.ranks


def test_a_language_nobody_taught_is_read_as_indonesian() -> None:
    """Without lexicons the engine does not fail."""
    assert "xx" not in languages()
    (quote,) = find_quotes('"Kami siap," kata Lurah Sri Wahyuni.', language="xx")
    assert quote.speaker == "Sri Wahyuni"
