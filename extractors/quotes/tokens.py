"""The words of one article's prose, cut once: where each stands, what is known of it, what parts it from the next.

names.py strings them together into mentions.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import msgspec

from extractors.quotes.grammar import SPACE, GapLetters
from extractors.quotes.spelling import spellings

if TYPE_CHECKING:
    from extractors.quotes.drafts import Mention
    from extractors.quotes.spelling import Kind, Word
    from extractors.quotes.vocabulary import Vocabulary

_TOKEN = re.compile(r"(\w++(?:['’ʼ`´-]\w++)*+)")
_ASCII_TOKEN = re.compile(r"(\w++(?:['`-]\w++)*+)", re.ASCII)
"""The same for a text without other characters, in two thirds of the time."""
_DEGREE = re.compile(
    r",?[ ]{0,2}((?:[A-Z]{1,3}\.[ ]?)?[A-Z][A-Za-z]{0,4}(?:\.[A-Za-z]{1,5}){0,4})\.?(?:\([A-Za-z]+\))?(?!\w)"
)
_DOTTED_DEGREE = re.compile(r"[A-Z][A-Za-z]?(?:\.[ ]?[A-Z][A-Za-z]{0,5})+")
_FURTHER_DEGREE = re.compile(r"[A-Z]{2,5}")
_LONG_RANK = re.compile(
    r"(?:Ajun )?Komisaris(?! (?:Utama|Independen))(?: Besar| Jenderal)?(?: Polisi)?|"
    r"(?:Ajun )?(?:Inspektur|Brigadir) (?:Jenderal|Satu|Dua|Kepala)(?: Polisi)?|"
    r"(?:Letnan|Mayor|Brigadir) (?:Jenderal|Kolonel|Satu|Dua)|Sersan (?:Mayor|Kepala|Satu|Dua)|"
    r"(?:Laksamana|Marsekal) (?:Muda|Madya|Pertama)\b"
)
_STARTS = frozenset(("", ".", "!", "?", "\n", "\0"))
BREAKS = frozenset(",.\n\0")
_CLOSE = frozenset((" ", ", ", " , "))
_GENERALS = frozenset(("direktur", "sekretaris", "inspektur", "konsul", "direktorat", "sekretariat", "inspektorat"))
"""'Direktur Jenderal' is no general."""
CLAUSE = 70  # characters of a clause before a word
MAX_SPACES = 3  # between two words of one mention


_GAP_LETTERS = GapLetters()


class Token(msgspec.Struct, frozen=True, gc=False):
    """A word, or several taken as one, in its place; `kind` is what it does there."""

    start: int
    end: int
    word: Word
    kind: Kind

    @property
    def lower(self) -> str:
        """The word in small letters, without its full stop."""
        return self.word.lower

    @property
    def capital(self) -> bool:
        """Whether the word begins with a capital."""
        return self.word.capital


class Tokens:
    """All words of the prose by number. `gaps[n]` is what stands before word n; the last gap follows the last word."""

    def __init__(self, prose: str, vocabulary: Vocabulary) -> None:
        self.prose = prose
        self.vocabulary = vocabulary
        parts = (_ASCII_TOKEN if prose.isascii() else _TOKEN).split(prose)
        bounds = list(accumulate(map(len, parts)))
        self.gaps = parts[::2]
        self.words: list[Word] = list(map(spellings(vocabulary).__getitem__, parts[1::2]))
        self.starts = bounds[:-1:2]
        self.ends = bounds[1::2]

    @cached_property
    def letters(self) -> str:
        """What the patterns of grammar.py read: a letter for each gap and word in turn."""
        letters = [""] * (2 * len(self.words) + 1)
        letters[::2] = map(_GAP_LETTERS.__getitem__, self.gaps)
        letters[1::2] = [word.letter for word in self.words]
        return "".join(letters)

    def index(self, at: int) -> int:
        """The number of the first word that starts at or after `at`."""
        return bisect_left(self.starts, at)

    def next_to(self, at: int, number: int) -> bool:
        """Whether nothing but a few spaces parts `at` from that word."""
        if number >= len(self.words):
            return False
        gap = self.prose[at : self.starts[number]]
        return gap in (" ", "") or (len(gap) <= MAX_SPACES and not gap.strip(SPACE))

    def at(self, number: int, last: Token | None = None) -> Token:
        """The word of that number as a token. `last`, the one before, helps to tell what it is."""
        word, end = self.words[number], self.ends[number]
        kind = word.kind
        if last and word.arm and last.kind == "rank":
            kind = "rank"
        elif kind == "rank" and last and last.lower in _GENERALS:
            kind = "body"
        elif last and word.roman and last.kind in ("head", "body") and not (word.opens_role or self.stop_at(end)):
            kind = word.kind if self._is_balinese(number) else "number"
        elif kind is not word.untitled and not ((word.capital and word.untitled != "head") or self._capital_after(end)):
            kind = word.untitled
        if (word.takes_stop or kind == "rank") and self.stop_at(end):
            end += 1
        return Token(self.starts[number], end, word, kind)

    def _is_balinese(self, number: int) -> bool:
        """'I Wayan': the article of a name, and no number."""
        following = self.words[number + 1 : number + 2]
        return bool(following) and following[0].lower in self.vocabulary.behind_article

    def simple(self, number: int) -> Token:
        """The word of that number as a token, where nothing beside it can change what it is."""
        word = self.words[number]
        return Token(self.starts[number], self.ends[number], word, word.kind)

    def stop_at(self, at: int) -> bool:
        """Whether a full stop stands there."""
        return self.prose[at : at + 1] == "."

    def following(self, at: int) -> Word | None:
        """The word that follows `at`, but for a few spaces."""
        number = self.index(at)
        return self.words[number] if self.next_to(at, number) else None

    def capital_at(self, at: int) -> bool:
        """Whether the next word has a capital."""
        word = self.following(at)
        return word is not None and word.capital

    def name_at(self, at: int) -> bool:
        """Whether the next word has a capital and is none of a body or of the sentence."""
        word = self.following(at)
        return word is not None and word.capital and not (word.body or word.not_name)

    def head_at(self, at: int) -> bool:
        """Whether the next word opens a role."""
        word = self.following(at)
        return word is not None and word.head

    def _capital_after(self, end: int) -> bool:
        return self.prose[end : end + 3].lstrip(". ")[:1].isupper()

    # what stands beside a word

    def opens_sentence(self, number: int) -> bool:
        """Whether that word is the first of a sentence or line."""
        return not number or self.gaps[number].strip(" ")[-1:] in _STARTS

    def after(self, number: int) -> Word | None:
        """The word after that one, no more than a comma between."""
        following = number + 1
        if following >= len(self.words) or self.gaps[following] not in _CLOSE:
            return None
        return self.words[following]

    def lower_before(self, number: int) -> str:
        """The word before that one, in small letters; "" where more than a space parts them."""
        gap = self.gaps[number]
        return self.words[number - 1].lower if number and gap in (" ", ". ") else ""

    def lower_after(self, mention: Mention) -> str:
        """The word after the mention, in small letters; "" where more than a comma parts them."""
        number = mention.next
        follows = number < len(self.words) and self.prose[mention.end : self.starts[number]] in _CLOSE
        return self.words[number].lower if follows else ""

    def clause_before(self, number: int) -> list[Word]:
        """The words before that one, backwards, to the last comma or stop."""
        gaps, first = self.gaps, number
        floor = self.starts[number] - CLAUSE if number < len(self.words) else len(self.prose)
        while first and self.starts[first - 1] >= floor and (gaps[first] == " " or BREAKS.isdisjoint(gaps[first])):
            first -= 1
        return self.words[first:number][::-1]

    # several words taken as one

    def long_rank(self, number: int) -> Token | None:
        """A rank of several words: 'Komisaris Besar Polisi', 'Letnan Kolonel'."""
        word = self.words[number]
        found = _LONG_RANK.match(self.prose, self.starts[number]) if word.opens_long_rank else None
        return Token(found.start(), found.end(), word, "rank") if found else None

    def place(self, number: int) -> Token | None:
        """The known place that starts with that word: 'Muara Enim'."""
        words, starts, ends = self.words, self.starts, self.ends
        for place in words[number].places:
            last = number + len(place) - 1
            if last >= len(words) or any(words[number + k].lower != place[k] for k in range(1, len(place))):
                continue
            if all(self.next_to(ends[k], k + 1) for k in range(number, last)):
                return Token(starts[number], ends[last], words[number], "place")
        return None

    def degree(self, at: int, *, further: bool = False) -> re.Match[str] | None:
        """A degree at `at`, comma before it allowed. `further`: one stood before, so bare capitals count too."""
        found = _DEGREE.match(self.prose, at)
        if not found:
            return None
        raw = found[1]
        degrees = self.vocabulary.degrees
        known = raw.replace(".", "").replace(" ", "").lower() in degrees
        known = known or (" " not in raw and bool(_DOTTED_DEGREE.fullmatch(raw)))  # 'KH. Ahmad' is none
        return found if known or (further and _FURTHER_DEGREE.fullmatch(raw)) else None
