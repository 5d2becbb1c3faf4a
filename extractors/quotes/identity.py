"""What tells whether two mentions in different articles are one person: the name's key, the office, the body it is of.

Pure and by spelling alone; which of them suffice together is the archive's rule.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Literal

from extractors.lexicon import load
from extractors.quotes.vocabulary import Vocabulary, vocabulary

PersonKind = Literal["organisation", "person"]

_WORD = re.compile(r"[^\W_]+")
_ROLE_WORD = re.compile(r"[^\W\d_]+|\d+")
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
LEAST_TELLING = 3  # letters; 'Asisten I' is of no body
LEAST_ACRONYM = 4  # capitals in one word; fewer may be somebody's initials


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """'M. Ma’mun Hadi' -> 'm-mamun-hadi': one key for every way to write a name; '' without a letter."""
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", name))
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return "-".join(_WORD.findall(plain.casefold()))


@lru_cache(maxsize=8192)
def office(role: str, language: str | None) -> str:
    """A role spelt out, for comparison: 'Plt. Kadishub Muara' -> 'kepala dinas perhubungan muara'."""
    return " ".join(spelt_out(role, vocabulary(language or "id")))


@lru_cache(maxsize=8192)
def body_of(role: str, language: str | None) -> str | None:
    """The body or place a role is of: 'Kadishub Muara' -> 'dinas perhubungan muara'.

    None where it may be of any district ('Kepala Desa', 'Kapolres'), and for those who hold no office: 'warga Muara'.
    """
    words = vocabulary(language or "id")
    spelt = spelt_out(role, words)
    if not _listed("residents", words.language).isdisjoint(spelt):
        return None
    if words.language == "en":
        rest = [word for word in spelt if not _is_rank(word, words)]
    else:
        first = next((at for at, word in enumerate(spelt) if not _is_rank(word, words)), len(spelt))
        rest = spelt[first:]
    return " ".join(rest) if any(_is_telling(word, words) for word in rest) else None


@lru_cache(maxsize=8192)
def kind_of(name: str, language: str | None) -> PersonKind:
    """Whether a speaker is somebody or a body: 'Dinas Perhubungan Muara', 'BMKG', 'Muara City Council'."""
    words, parts = vocabulary(language or "id"), name.split()
    if len(parts) == 1 and (is_acronym_of_body(name) or (name.isupper() and len(name) >= LEAST_ACRONYM)):
        return "organisation"
    folded = [part.strip(".,()").lower() for part in parts]
    if words.language == "en":
        told = len(folded) > 1 and any(part in words.bodies - words.capital_only for part in folded)
    else:
        no_body = words.in_names | _listed("given", "all")
        told = bool(folded) and words.is_body(folded[0]) and folded[0] not in no_body
    return "organisation" if told else "person"


def is_acronym_of_body(name: str) -> bool:
    """Whether so few capitals are known for a body's short form: 'KPK', 'BPS'."""
    return name.isupper() and name.lower() in _listed("acronyms", "all")


def spelt_out(role: str, words: Vocabulary) -> list[str]:
    """A role's words spelt out: 'Wabup Serang' -> wakil, bupati, serang; 'Plt' and such dropped."""
    return list(_spelt_out(role, words.code))


@lru_cache(maxsize=8192)
def _spelt_out(role: str, language: str) -> tuple[str, ...]:
    words = vocabulary(language)
    short = words.abbreviations
    told = [word for word in _ROLE_WORD.findall(role.lower()) if word not in words.acting]
    return tuple(
        [last for word in told for part in short.get(word, word).split() for last in short.get(part, part).split()]
    )


def _is_rank(word: str, words: Vocabulary) -> bool:
    """Whether a word tells what someone is and not of what: 'kepala', 'wakil', 'pak', 'jenderal', 'sekaligus'."""
    return words.is_head(word) or word in words.ranks | words.titles | words.joins


def _is_telling(word: str, words: Vocabulary) -> bool:
    """Whether a word of a role names one body or place among many."""
    return word.isalpha() and len(word) >= LEAST_TELLING and word not in _listed("units", words.language)


@cache
def _listed(table: str, language: str) -> frozenset[str]:
    return frozenset(load("persons")[table][language].split())
