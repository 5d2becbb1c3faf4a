"""The letters that words and gaps are spelt with, and what their patterns spare the reader."""

from __future__ import annotations

import pytest

from bench.stories import stories
from extractors.quotes.grammar import GAPS, PLAIN_NAME, WORDS
from extractors.quotes.indirect import find_indirect
from extractors.quotes.spelling import spellings
from extractors.quotes.story import Story
from extractors.quotes.vocabulary import vocabulary

TEXTS = [story.text for story in stories()]


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_letter_is_in_the_legend(language: str) -> None:
    """Gaps stand at even places of the letters, words at odd ones, and each letter is explained."""
    for text in TEXTS:
        tokens = Story(text, vocabulary(language)).prose.tokens
        assert len(tokens.letters) == 2 * len(tokens.words) + 1
        assert set(tokens.letters[::2]) <= set(GAPS)
        assert set(tokens.letters[1::2]) <= set(WORDS)
    assert set(WORDS).isdisjoint(GAPS)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_plain_name_is_what_reading_it_word_by_word_gives(language: str) -> None:
    """Where the pattern sees a name with nothing tied to it, the reader of roles, ranks and degrees finds no more."""
    seen = 0
    for text in TEXTS:
        story = Story(text, vocabulary(language))
        letters = story.prose.tokens.letters
        for number in range(len(story.prose.tokens.words)):
            if PLAIN_NAME.match(letters, 2 * number + 1):
                assert story.reader.read_word(number) == story.reader.read_tied(number)
                seen += 1
    assert seen > 100


@pytest.mark.parametrize(
    ("letters", "name"),
    [
        ("_N N v.", "N N"),  # 'Budi Santosa mengatakan'
        ("_N N,C[", "N N"),  # 'Budi Santosa, Senin ('
        ("_N N,N v.", "N N"),  # 'Budi Santosa, Sari mengatakan'
        ("_N N.", "N N"),
    ],
)
def test_a_name_ends_before_what_cannot_be_tied_to_it(letters: str, name: str) -> None:
    """A verb, a day, another name behind a comma and the end of the text each end a plain name."""
    found = PLAIN_NAME.match(letters, 1)
    assert found is not None
    assert found[0] == name


@pytest.mark.parametrize("letters", ["_N N t v.", "_N N,h P.", "_N N(9.", "_N O N v.", "_N N v,N."])
def test_a_name_that_something_may_be_tied_to_is_not_plain(letters: str) -> None:
    """'selaku', a role, a bracket, a rank within the name, and a small word before a comma are read word by word."""
    assert PLAIN_NAME.match(letters, 1) is None


def test_nobody_is_looked_for_in_a_text_where_nothing_is_told() -> None:
    """A recipe is cut into words and sentences, and no further."""
    story = Story("Rebus Air Tawar sampai mendidih. Masukkan Cabai Rawit dan Gula Aren, lalu aduk.", vocabulary("id"))
    assert find_indirect(story, []) == []
    assert "mentions" not in vars(story)
    assert "people" not in vars(story)


def test_languages_without_lexicons_share_one_vocabulary() -> None:
    """A crawl that changes between them does not look every spelling up anew."""
    indonesian = vocabulary("id")
    assert vocabulary("de") is indonesian
    assert spellings(vocabulary("fr")) is spellings(indonesian)
