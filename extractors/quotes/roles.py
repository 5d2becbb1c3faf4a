"""Roles that stand apart from a name: behind it, behind an English article, or leading to it in small letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.quotes.drafts import Mention

if TYPE_CHECKING:
    from extractors.quotes.spelling import Word
    from extractors.quotes.tokens import Tokens

APPOSED = re.compile(r"(?:[A-Z][\w'’-]*+\.?[ ]?){1,6}+(?:\(\d+\)[ ]?)?(?:[,.\n\0]|\Z|([a-z]+))")
"""A name up to the comma that closes it, or up to a verb."""
MAX_SMALL_ROLE = 4  # words of a role in small letters


class Roles:
    """Reads the roles in one article's prose."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.words = tokens.vocabulary

    def read(self, number: int) -> tuple[str, int] | None:
        """A role without a name from that word on, and where it ends: 'warga Cihaur' after 'Wulan, '."""
        tokens, last = self.tokens, number
        while last < len(tokens.words) and self._in_role(tokens.words[last]):
            if last > number and tokens.gaps[last] not in (" ", ""):
                break
            last += 1
        if last == number:
            return None
        start, end = tokens.starts[number], tokens.ends[last - 1]
        return " ".join(tokens.prose[start:end].split()), end

    def read_the(self, number: int) -> Mention | None:
        """The role in small letters behind the English article of that number: 'the council president'."""
        tokens = self.tokens
        first = last = number + 1
        while last < min(first + MAX_SMALL_ROLE, len(tokens.words)) and tokens.gaps[last] == " ":
            word = tokens.words[last]
            known = word.body or word.opens_role
            if word.capital or word.possessive or not (known or self.words.may_be_noun(word)):
                break
            last += 1
        while last > first and not tokens.words[last - 1].opens_role:
            last -= 1
        if last == first or (tokens.gaps[last] == ", " and tokens.capital_at(tokens.starts[last])):
            return None
        start, end = tokens.starts[first], tokens.ends[last - 1]
        return Mention(
            start=start,
            end=end,
            number=first,
            next=last,
            role=tokens.prose[start:end],
            name=None,
            first=tokens.words[first].lower,
        )

    def _in_role(self, word: Word) -> bool:
        if word.calendar:
            return False
        small = word.body and word.lower not in self.words.capital_only
        return word.capital or word.kind == "number" or word.head or small

    def leads_to_name(self, number: int) -> bool:
        """'pemilik kafe, Budi', 'ahli hukum tata negara Budi': a few nouns from that word on, then a name."""
        tokens = self.tokens
        for at in range(number, min(number + MAX_SMALL_ROLE, len(tokens.words) - 1)):
            word = tokens.words[at]
            if word.capital or not (self.words.may_be_noun(word) or word.in_role):
                return False
            if tokens.name_at(tokens.ends[at]):
                return True
            if tokens.gaps[at + 1] == ", ":
                apposed = APPOSED.match(tokens.prose, tokens.starts[at + 1])
                return bool(apposed) and tokens.name_at(tokens.ends[at] + 1)
            if tokens.gaps[at + 1] != " ":
                return False
        return False

    def name_past_body(self, number: int) -> bool:
        """'Secretary of State Ann Berg': of the English word 'of', whether a body and then a name follow."""
        words, gaps = self.tokens.words, self.tokens.gaps
        if self.words.language != "en" or words[number].lower not in self.words.of_body:
            return False
        at, last = number + 1, min(number + MAX_SMALL_ROLE, len(words) - 1)
        while at < last and words[at].capital and words[at].body and gaps[at] == " ":
            at += 1
        return at > number + 1 and gaps[at] == " " and self.tokens.name_at(self.tokens.ends[at - 1])

    def name_behind(self, number: int) -> bool:
        """Whether a name follows the role words from that number on: 'deputy head Ann Berg'."""
        words = self.tokens.words
        last = min(number + MAX_SMALL_ROLE, len(words)) - 1
        while number < last and words[number + 1].head and self.tokens.gaps[number + 1] == " ":
            number += 1
        return self.tokens.name_at(self.tokens.ends[number])
