"""One article, read no further than it is asked about: most texts have no speech, and many of the rest no clause."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from extractors.quotes.mentions import Mentions
from extractors.quotes.people import People
from extractors.quotes.sentences import Prose, mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.quotes.names import Reader
    from extractors.quotes.vocabulary import Vocabulary


class Story:
    """The text, its prose with those stretches blanked, and, once asked for, who is in it."""

    def __init__(self, text: str, words: Vocabulary, *blanked: Sequence[tuple[int, int]]) -> None:
        self.text = text
        self.words = words
        self.prose = Prose(mask(text, *blanked), words)

    @cached_property
    def mentions(self) -> Mentions:
        """Where people are mentioned; found when first asked."""
        return Mentions(self.prose.tokens, self.words)

    @property
    def reader(self) -> Reader:
        """Reads whoever is mentioned at a place."""
        return self.mentions.reader

    @cached_property
    def people(self) -> People:
        """The people of the story; gathered when first asked."""
        return People(self.prose, self.words, self.mentions)
