"""The words around a person's name, each with what it does there: rank, title, role, body, place, name.

Looks at one spot of the prose at a time; names.py strings the tokens together into mentions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from extractors.quotes.vocabulary import Vocabulary

Kind = Literal["head", "rank", "title", "body", "place", "acronym", "number", "name", "particle", "lower"]

_TOKEN = re.compile(r"[ \u00a0]{0,3}([^\W\d_]+(?:['’ʼ`´-][^\W_]+)*\.?|\d[\d./-]*)")
_DEGREE = re.compile(
    r",?[ ]{0,2}((?:[A-Z]{1,3}\.[ ]?)?[A-Z][A-Za-z]{0,4}(?:\.[A-Za-z]{1,5}){0,4})\.?(?:\([A-Za-z]+\))?(?!\w)"
)
_DOTTED_DEGREE = re.compile(r"[A-Z][A-Za-z]?(?:\.[ ]?[A-Z][A-Za-z]{0,5})+")
_FURTHER_DEGREE = re.compile(r"[A-Z]{2,5}")
_LONG_RANK = re.compile(
    r"[ ]?((?:Ajun )?Komisaris(?! (?:Utama|Independen))(?: Besar| Jenderal)?(?: Polisi)?|"
    r"(?:Ajun )?(?:Inspektur|Brigadir) (?:Jenderal|Satu|Dua|Kepala)(?: Polisi)?|"
    r"(?:Letnan|Mayor|Brigadir) (?:Jenderal|Kolonel|Satu|Dua)|Sersan (?:Mayor|Kepala|Satu|Dua)|"
    r"Laksamana (?:Muda|Madya|Pertama)|Marsekal (?:Muda|Madya|Pertama))\b"
)
_LONG_RANK_INITIALS = frozenset("AKIBLMS")
_ROMAN = re.compile(r"[IVX]{1,3}$")
_DOTTED_NAMES = frozenset(("abd.", "muh.", "moh.", "mohd.", "moch.", "st.", "ach."))
MAX_ACRONYM = 6  # capitals; longer words in capitals are names in capitals


class Token(msgspec.Struct, frozen=True):
    start: int
    end: int
    word: str
    kind: Kind

    @property
    def lower(self) -> str:
        """The word in small letters, without its full stop."""
        return self.word.rstrip(".").lower()

    @property
    def capital(self) -> bool:
        return self.word[0].isupper()


class Tokens(msgspec.Struct, frozen=True):
    """The tokens of one article's prose, read where asked."""

    prose: str
    words: Vocabulary

    def at(self, at: int, last: Token | None = None) -> Token | None:
        """The token at `at`, spaces before it allowed. `last`, the one before, helps to tell what it is."""
        found = _TOKEN.match(self.prose, at)
        if not found:
            return None
        raw = found[1]
        dotted = raw[-1] == "."
        ahead = self.prose[found.end(1) : found.end(1) + 2].lstrip(" ")
        kind = self._kind(raw.rstrip("."), last, titled=dotted or raw[0].isupper() or ahead.isupper())
        end = found.end(1)
        if dotted and not (kind in ("rank", "title") or len(raw) == 2 or raw.lower() in _DOTTED_NAMES):
            end -= 1
        return Token(found.start(1), end, self.prose[found.start(1) : end], kind)

    def _kind(self, word: str, last: Token | None, *, titled: bool) -> Kind:
        words, lower, capital = self.words, word.lower(), word[0].isupper()
        if word[0].isdigit():
            return "number"
        if last and last.kind == "rank" and lower in words.arms:
            return "rank"
        if titled and lower in words.ranks:
            return "rank"
        if titled and lower in words.titles:
            return "title"
        if words.is_head(lower):
            return "head"
        if last and last.kind in ("head", "body") and _ROMAN.match(word):
            return "number"
        if words.is_body(lower):
            return "body"
        if lower in words.particles:
            return "particle"
        if not capital:
            return "lower"
        if word.isupper() and (2 <= len(word) <= MAX_ACRONYM or "-" in word):
            return "acronym"
        return "name"

    def long_rank(self, at: int) -> Token | None:
        """A rank of several words: 'Komisaris Besar Polisi', 'Letnan Kolonel'."""
        if self.prose[at : at + 2].strip()[:1] not in _LONG_RANK_INITIALS:
            return None
        found = _LONG_RANK.match(self.prose, at)
        return Token(found.start(1), found.end(), found[1], "rank") if found else None

    def place(self, at: int) -> Token | None:
        """The known place that starts at `at`: 'Muara Enim'."""
        prose = self.prose
        first = _TOKEN.match(prose, at)
        if not first or not first[1][0].isupper():
            return None
        for place in self.words.places.get(first[1].rstrip(".").lower(), ()):
            end = at
            for word in place:
                following = _TOKEN.match(prose, end)
                if not following or following[1].rstrip(".").lower() != word:
                    break
                end = following.start(1) + len(word)
            else:
                return Token(first.start(1), end, prose[first.start(1) : end], "place")
        return None

    def degree(self, at: int, *, further: bool = False) -> re.Match[str] | None:
        """A degree at `at`, comma before it allowed. `further`: one stood before, so bare capitals count too."""
        found = _DEGREE.match(self.prose, at)
        if not found:
            return None
        raw = found[1]
        known = _DOTTED_DEGREE.fullmatch(raw) or raw.replace(".", "").replace(" ", "").lower() in self.words.degrees
        return found if known or (further and _FURTHER_DEGREE.fullmatch(raw)) else None

    def is_bare_degree(self, token: Token) -> bool:
        """'Wahyu Tirta SH', 'Rasmani SSos': capitals that no name has, no comma before them."""
        word = token.word
        return len(word) > 1 and word[1].isupper() and word.lower() in self.words.degrees

    def is_capital(self, at: int) -> bool:
        """Whether the next word has a capital."""
        token = self.at(at)
        return token is not None and token.capital

    def is_name(self, at: int) -> bool:
        """Whether the next word has a capital and is none of a body or of the sentence."""
        token = self.at(at)
        if token is None or not token.capital:
            return False
        return token.lower not in self.words.bodies and token.lower not in self.words.not_names

    def is_head(self, at: int) -> bool:
        """Whether the next word opens a role."""
        token = self.at(at)
        return token is not None and self.words.is_head(token.lower)
