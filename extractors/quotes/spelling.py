"""A word as it is spelt, and all that is known of it whatever stands beside it, looked up once for each spelling."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from extractors.quotes.grammar import word_letter

if TYPE_CHECKING:
    from extractors.quotes.vocabulary import Vocabulary

Kind = Literal["head", "rank", "title", "body", "place", "acronym", "number", "name", "particle", "lower"]
Report = Literal["", "clause", "opening", "closing"]

MAX_ACRONYM = 6  # capitals; longer words in capitals are names in capitals
MAX_SPELLINGS = 50_000  # kept at once; a long crawl meets new words for ever
_ROMAN = re.compile(r"[IVX]{1,3}")
_SMALL = re.compile(r"[a-z]+")


class Word(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A spelling and all the vocabulary knows of it, whatever stands beside it."""

    text: str
    lower: str
    capital: bool
    kind: Kind
    untitled: Kind
    """Its kind where it can be no rank or title: in small letters, with no capital after it."""
    possessive: bool
    """'Berg’s': `lower` is without the ending."""
    in_role: bool
    """In plain small letters, and a word of a role or body."""
    arm: bool
    roman: bool
    takes_stop: bool
    """A full stop after it does not end the sentence: 'Drs.', 'M.'"""
    head: bool
    opens_role: bool
    """Rank, civil title or role: a mention may begin with it."""
    body: bool
    not_name: bool
    calendar: bool
    may_open: bool
    may_be_name: bool
    opens_place: bool
    in_place: bool
    """With a capital, or a number: the name of a place may go on with it."""
    opens_long_rank: bool
    simple: bool
    """Capital, of a name or body, and the same whatever stands beside it."""
    plain: bool
    """Nothing but a name or an acronym: no degree, place or day."""
    degree: bool
    """A bare degree: capitals that no name has."""
    places: tuple[tuple[str, ...], ...]
    reports: Report
    """The form of indirect speech it may tell."""
    letter: str = ""
    """What it is to grammar.py."""


class Spellings(dict[str, Word]):
    """Spelling -> Word, each looked up in the vocabulary once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    def __missing__(self, text: str) -> Word:
        if len(self) >= MAX_SPELLINGS:
            self.clear()
        word = self[text] = _word(text, self.vocabulary)
        return word


def spellings(vocabulary: Vocabulary) -> Spellings:
    """The words of that language met so far in this process."""
    known = _MET.get(vocabulary.code)
    if known is None or known.vocabulary is not vocabulary:
        known = _MET[vocabulary.code] = Spellings(vocabulary)
    return known


_MET: dict[str, Spellings] = {}


def _word(text: str, words: Vocabulary) -> Word:
    """The word of that spelling, each question about it answered once."""
    possessive = words.language == "en" and text.endswith(("'s", "’s"))
    lower, capital = text.lower()[: -2 if possessive else None], text[0].isupper()
    head, body = _is_head(text, lower, words), lower in words.bodies
    titled = lower in words.ranks or lower in words.titles or bool(words.title_shape.fullmatch(lower))
    role = head or titled
    not_name, calendar, places = words.is_common(lower), lower in words.calendar, words.places.get(lower, ())
    untitled = _untitled(text, lower, words)
    given = body and not not_name and lower in words.soft and lower in words.first_names
    degree = len(text) > 1 and text[1].isupper() and lower in words.degrees
    shortened = len(text) == 1 or lower in words.dotted_names
    arm, opens_long_rank = lower in words.arms, lower in words.opens_long_rank
    contextual = titled or calendar or shortened or possessive or arm or opens_long_rank or bool(places)
    simple = capital and untitled in ("name", "body") and not contextual
    plain = untitled in ("name", "acronym") and not (
        titled or calendar or degree or shortened or possessive or places or arm or lower in words.degrees
    )
    word = Word(
        text=text,
        lower=lower,
        capital=capital,
        kind="rank" if lower in words.ranks else "title" if titled else untitled,
        untitled=untitled,
        possessive=possessive,
        in_role=(role or body) and bool(_SMALL.fullmatch(text)),
        arm=arm,
        roman=bool(_ROMAN.fullmatch(text)),
        takes_stop=titled or shortened,
        head=head,
        opens_role=role,
        body=body,
        not_name=not_name,
        calendar=calendar,
        may_open=role or given or not (not_name or body or calendar or places),
        may_be_name=given or not (not_name or body or head),
        opens_place=text in words.opens_place,
        in_place=capital or untitled == "number",
        opens_long_rank=opens_long_rank,
        simple=simple,
        plain=plain,
        degree=degree,
        places=places if capital else (),
        reports=_reports(lower, words, capital=capital),
    )
    letter = word_letter(
        word,
        noun=words.may_be_noun(word),
        adjective=lower in words.adjectives,
        title=lower in words.titles,
        degree=len(text) == 1 or lower in words.degrees,
    )
    return msgspec.structs.replace(word, letter=letter)


def _reports(lower: str, words: Vocabulary, *, capital: bool) -> Report:
    """'menegaskan bahwa …', 'Menurut X, …', '… , kata X.'"""
    if lower in words.clausal or lower in words.urging:
        return "clause"
    if capital and (lower in words.opening or lower.removesuffix("nya") in words.opening):
        return "opening"
    return "closing" if lower in words.bare or lower in words.suffixed or lower in words.closing else ""


def _is_head(text: str, lower: str, words: Vocabulary) -> bool:
    return words.is_head(lower) and not (text[0].isupper() and words.is_surname(lower))


def _untitled(text: str, lower: str, words: Vocabulary) -> Kind:
    if text[0].isdigit():
        return "number"
    if _is_head(text, lower, words):
        return "head"
    if words.is_body(lower) or (text[0].isupper() and words.is_owned(lower)):
        return "body"
    if lower in words.particles:
        return "particle"
    if not text[0].isupper():
        return "lower"
    return "acronym" if text.isupper() and (2 <= len(text) <= MAX_ACRONYM or "-" in text) else "name"
