"""When two wordings are the same, and how an edit is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.archive.records import row_of
from scraper.archive.versions.revisions import Wording, changes, fold, wording
from tests.factories import BODY, article


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_folding_is_done_once(text: str) -> None:
    """A folded text is its own folding, and white space around it changes nothing."""
    folded = fold(text)
    assert fold(folded) == folded
    assert fold(f"\n {text}\t") == folded


def test_what_an_invisible_sign_parted_composes() -> None:
    """A letter and its accent are one letter, even with a zero-width space between."""
    assert fold("cafe\u200b\u0301") == "café"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("harga naik 10 persen", "harga naik 100 persen"),
        ("katanya.", "katanya!"),
        ("Bupati", "bupati"),
        ("tahun 2025-2026", "tahun 2025 2026"),
    ],
)
def test_what_a_reader_can_see_is_an_edit(old: str, new: str) -> None:
    """A digit, a mark, a capital, a hyphen."""
    assert not Wording("", fold(old)).same(Wording("", fold(new)))


def test_an_edit_counts_words() -> None:
    """Words before and after, how many came and how many went; a title in both wordings."""
    told = changes(Wording("Lama", "satu dua tiga"), Wording("Baru", "satu tiga empat lima"))
    assert told == {"title": ["Lama", "Baru"], "body": {"words": [3, 4], "added": 2, "removed": 1}}


def test_the_whole_text_is_compared() -> None:
    """Dateline and end mark are part of the wording, in their places."""
    text = wording(row_of(article())).text
    assert text == fold(f"Muara, KabarMuara.example - {BODY} ***")


def test_a_hash_is_of_the_text_alone() -> None:
    """Two states with one text share their hash, whatever their quotation marks; another text has another."""
    curly, plain = wording(row_of(article())), wording(row_of(article(body=BODY.replace("“", '"').replace("”", '"'))))
    assert curly.sha256 == plain.sha256
    assert curly.sha256 != wording(row_of(article(body=BODY.replace("hari", "esok")))).sha256
