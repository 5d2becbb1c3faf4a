"""Short texts of our own, each for one habit of newsrooms: fixtures/quotes/LANGUAGE/*.toml, read as written there."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from extractors.quotes import read_quotes

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "quotes"
KINDS = {"quotes": "direct", "mixed": "mixed", "indirect": "indirect"}
ELLIPSIS = " … "

Told = tuple[str, str, str, str]


def cases() -> list[Any]:
    """Each text with its language; 'mixed' leaves the language to be told."""
    found = []
    for file in sorted(FOLDER.glob("*/*.toml")):
        language = None if file.parent.name == "mixed" else file.parent.name
        where = f"{file.parent.name}/{file.stem}"
        texts = tomllib.loads(file.read_text("utf-8"))["text"]
        found += [pytest.param(case, language, id=f"{where}: {case['shows']}") for case in texts]
    return found


def expected(case: dict[str, Any]) -> list[Told]:
    """What the case asks for, as (kind, words, speaker, cue), sorted."""
    return sorted((kind, *told) for key, kind in KINDS.items() for told in case.get(key, []))


def shortened(words: str, wanted: list[Told]) -> str:
    """The words as an expectation abridges them: 'Saya salah … menyesal.'"""
    for _, told, _, _ in wanted:
        first, ellipsis, last = told.partition(ELLIPSIS)
        if ellipsis and words.startswith(first) and words.endswith(last):
            return told
    return words


@pytest.mark.parametrize(("case", "language"), cases())
def test_every_habit_of_newsrooms_is_read(case: dict[str, Any], language: str | None) -> None:
    """Quotes of each kind, their speakers and cues, and what is kept apart are those the fixture names."""
    text = case["text"]
    wanted = expected(case)
    reading = read_quotes(text, language=language)
    quotes = [ruling.quote for ruling in reading.quotes]
    told = [(quote.kind, shortened(quote.text, wanted), quote.speaker or "", quote.cue or "") for quote in quotes]
    assert sorted(told) == wanted, f"{case['shows']}\n{text}"
    assert [one.text for one in reading.apart] == case.get("apart", []), f"{case['shows']}\n{text}"
    assert all(text[one.start : one.end] == one.text for one in (*quotes, *reading.apart))


def test_there_is_a_text_for_every_habit() -> None:
    """At least 60 texts: fewer means that a file was not found."""
    assert len(cases()) >= 60
