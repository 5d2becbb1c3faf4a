"""Broken pages: whatever is thrown at the reader, it reads or refuses, and what it gives obeys the laws."""

from __future__ import annotations

from random import Random

import pytest

from bench.laws import broken, lost, reading_of
from bench.mutate import FLOODS, mutated
from bench.stored import html_of, own_pages
from extractors import Page, find_quotes, read_text

URL = "https://www.kabar.example/2026/03/x.html"
SEEDS = 60  # broken pages a run; `make fuzz` tries as many as time allows


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_broken_page_is_read_or_refused(seed: int) -> None:
    """A page cut, doubled, swapped or flooded gives a sound reading or a documented reason, and no text is lost."""
    random = Random(seed)
    html, other = (html_of(path) for path in random.choices(own_pages(), k=2))
    page = Page(url=URL, html=mutated(html, random, other))

    reading = reading_of(page)

    assert reading is None or broken(reading) is None
    assert lost(page.html) is None


@pytest.mark.parametrize("flood", FLOODS)
def test_floods_of_one_sign_end(flood: str) -> None:
    """Thousands of the same sign, tag or word in a text and in a page are read to the end."""
    text = flood * (20_000 // len(flood))

    assert all(text[quote.start : quote.end] == quote.text for quote in find_quotes(text, language="id"))
    read_text(text, language="en")
    found = reading_of(Page(url=URL, html=f"<div class='widget Blog'><div class='post-body'>{text}</div></div>"))
    assert found is None or broken(found) is None
