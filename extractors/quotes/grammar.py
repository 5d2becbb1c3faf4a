"""The grammar of mentions: patterns over letters that stand for words and for what parts them.

A prose is spelt as one string, a letter for each gap and word in turn: gap n stands at 2n, word n at 2n+1. Compiled
patterns then find in it what else would take a look at every word. spelling.py gives each its letter.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from extractors.quotes.spelling import Word

WORDS: Final = {
    "N": "with a capital: a name",
    "A": "an acronym",
    "M": "a name's look, but a word of the sentence: 'Menurut'",
    "T": "the English 'The', which may lead to a role in small letters",
    "R": "a role, rank or title",
    "O": "another that may open a mention",
    "P": "of a place or body",
    "p": "the same, and a degree's letters as well",
    "C": "a day or month",
    "c": "a day or month that is a word of the sentence as well",
    "S": "another word of the sentence",
    "h": "in small letters: a role, 'ketua'",
    "g": "a title, 'pak'",
    "k": "a rank",
    "b": "of a body",
    "e": "the same, and joins: the English 'of', 'the'",
    "j": "an adjective of roles, 'terbaik'",
    "n": "a noun, or what may be one",
    "d": "what joins the names of bodies: 'dan'",
    "f": "the same, and may be a noun: 'of' in Indonesian",
    "t": "what ties a role or by-name to a name: 'selaku'",
    "v": "a verb, an adverb, a function word",
    "9": "a number",
    "y": "a role spelt oddly: 'ketua-ketua'",
    "z": "the rest",
}
GAPS: Final = {
    " ": "one space",
    ",": "a comma and a space",
    "-": "a hyphen",
    "_": "other spaces, or nothing",
    ";": "a comma and more",
    "(": "a mark that may tie what follows to a name",
    "[": "such a mark, where a sentence may end",
    ":": "another mark",
    ".": "another mark, where a sentence may end",
}
TIES = frozenset(("alias", "aka", "a", "selaku", "sekaligus", "yang", "sebagai"))
JOINING = frozenset(("dan", "of", "the"))
_PREPOSITIONS = frozenset(("for", "of"))
"""Of bodies, and with a capital of the sentence: 'For Ann Berg, …'."""
SPACE = " \u00a0"
MARKS = "'‘\"“"  # before a by-name within a name
_TYING = frozenset(f"(,/&{MARKS}")
_WITHIN = frozenset((" ", ", ", "-", " (", ") ", "), ", "/", ": ", "; ", " - ", " – "))
"""What parts most words of a sentence from each other."""
MAX_TOKENS = 24  # the longest real role and name seen is 17 words
MAX_RUN = 8  # capitalised words taken for one name of a body
MAX_GAPS = 10_000  # kept at once
LONGEST_GAP = 8  # characters; longer ones are blanked stretches, each of its own length

_CAPITAL = "[NAMTROPpCcS]"
_PLAIN = "[NAM]"
_SMALL_ROLE = r"[hg](?: [hgkbej]){0,2}[ ,]"
_TRADE = r"h [nf] "
_NAME = rf"{_PLAIN}(?: {_PLAIN}){{0,{MAX_TOKENS - 2}}}"
_UNTIED = r".\Z| [ndfvj](?![,;])| [be]| [Cc](?![.\[])|,[ndfvjbe9zCc]|[-:.]"
_APART = r",[gk]|,[NAMP](?![.\[])|(?<=N) 9"
_RUN = rf"(?:[ -](?:[NAMTOPpCcS]|[def](?=.{_CAPITAL}))){{0,{MAX_RUN - 1}}}"

UNTIED = re.compile(rf"{_UNTIED}| 9")
"""A gap behind a name, and the word there, that belong to the mention in no way."""
PLAIN_NAME = re.compile(rf"{_NAME}(?={_UNTIED}|{_APART})")
"""A name that is the whole mention: no role, rank or title stands before it, nothing is tied to it."""
BODY_RUN = re.compile(_RUN)
"""What goes on with the name of a body or place, up to a role."""
SENTENCE_GAP = re.compile(r"[._;\[]")
"""A gap that may end a sentence."""


@cache
def openings(language: str) -> re.Pattern[str]:
    """Matches up to the next place where a mention may open, and the commonest kinds whole.

    `role`: the words in small letters before a capital; `plain`: a plain name; `run`: the name of a body or place, to
    be passed over; `word`: any other word to be read from; `none`: a small word that opens nothing.
    """
    role = _SMALL_ROLE if language == "en" else rf"{_SMALL_ROLE}|{_TRADE}"
    return re.compile(
        rf"[^hgNARTOPpC]*+(?:(?P<role>(?:{role})(?={_CAPITAL}))|(?P<plain>(?=[NA]){PLAIN_NAME.pattern})"
        rf"|(?P<run>[PpC]{_RUN})|(?P<word>[NAROT])|(?P<none>[hg]))"
    )


class GapLetters(dict[str, str]):
    """What stands between two words -> its letter."""

    def __missing__(self, gap: str) -> str:
        letter = _gap_letter(gap)
        if len(gap) <= LONGEST_GAP:
            if len(self) >= MAX_GAPS:
                self.clear()
            self[gap] = letter
        return letter


def _gap_letter(gap: str) -> str:
    within, mark = gap in _WITHIN, gap.lstrip(SPACE)[:1]
    if gap in (" ", "-") or not mark:
        return gap if within else "_"
    if gap[0] == ",":
        return "," if within else ";"
    if mark in _TYING:
        return "(" if within else "["
    return ":" if within else "."


def word_letter(word: Word, *, noun: bool, adjective: bool, title: bool, degree: bool) -> str:
    """The letter of a word; the arguments say whether it can be a noun, an adjective of roles, a title, a degree."""
    return _capital_letter(word, degree=degree) if word.capital else _small_letter(word, noun, adjective, title)


def _capital_letter(word: Word, *, degree: bool) -> str:
    passed_over = word.not_name and (not word.body or word.lower in _PREPOSITIONS)
    if word.plain:
        if not word.not_name:
            return "N" if word.kind == "name" else "A"
        return "M"
    if word.lower == "the":
        return "T"
    if word.opens_role:
        return "R"
    if word.may_open:
        return "O"
    if word.calendar and not word.places:
        return "c" if passed_over else "C"
    return "S" if passed_over else "p" if degree else "P"


def _small_letter(word: Word, noun: bool, adjective: bool, title: bool) -> str:
    if word.in_role or adjective:
        if word.head or title:
            return "h" if word.head else "g"
        if word.in_role and word.lower in JOINING:
            return "e"
        return "k" if word.opens_role else "b" if word.in_role else "j"
    if word.kind == "number":
        return "9"
    if word.kind != "lower":
        return "y" if word.opens_role else "z"
    if word.lower in TIES:
        return "t"
    if word.lower in JOINING:
        return "f" if noun else "d"
    return "n" if noun else "v"
