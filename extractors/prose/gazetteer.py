"""Whether words are a town, a region or an outlet, as far as their look and our lists tell."""

from __future__ import annotations

import re
from functools import lru_cache

from extractors import lexicon
from extractors.whitespace import fold

_PLACES = lexicon.load("places")
_WORDS = lexicon.load("datelines")


def _names(key: str) -> frozenset[str]:
    return frozenset(name for part in _PLACES[key].split(",") if (name := fold(part).lower()))


TOWNS = _names("indonesia") | _names("world")
CODES = frozenset(fold(_PLACES["codes"]).split(", "))
EVERYDAY = _names("everyday")
REGIONS = _names("provinces") | _names("regions")
HEADS = _names("heads")
TAILS = _names("tails")
AGENCIES = frozenset(_WORDS["agencies"])
MEDIA_WORDS = frozenset(_WORDS["media_words"])
NOT_OUTLETS = frozenset(_WORDS["not_outlets"])
OPENERS = frozenset(_WORDS["openers"])
DOMAIN_END = "|".join(sorted(_WORDS["domains"], key=len, reverse=True))

_DOMAIN = re.compile(rf"[\w-]{{2,40}}(?:\.\s?[\w-]{{2,20}}){{0,2}}\s?\.\s?(?:{DOMAIN_END})", re.IGNORECASE)
_COMPOUND = re.compile(r"[A-Z]?[a-z]+[A-Z0-9]|[A-Z]{2,}[a-z]{3,}|^[A-Za-z]{3,}\d")
_OFFICES = frozenset(("kabupaten", "kota", "kab", "kecamatan", "kec", "provinsi", "prov", "pulau"))
_COMPASS = frozenset(("utara", "selatan", "timur", "barat", "tengah", "tenggara", "raya", "kota", "barat daya", "city"))
_NAMES = 1024  # names remembered: the few of a newsroom recur in all its stories, and in every cut of one head
_ACRONYM = re.compile(r"[A-Z]{2,5}\d{0,2}")
_MEDIA_STARTS = tuple(word for word in MEDIA_WORDS if len(word) > 4)
_MEDIA_ENDS = ("news", "post", "pos", "online", "times")
_GLUED = 8  # letters a name made of two words has at least: 'kabarkita'; 'beritanya' has as many, 'mediasi' fewer

# How sure an outlet is: by its domain, by list, by the make-up of its name, by where it stands, not at all.
DOMAIN, KNOWN, NAMED, MAYBE, NO = 4, 3, 2, 1, 0


@lru_cache(_NAMES)
def is_gazetted(name: str) -> bool:
    """Whether a town or region of our lists: 'Kab. Serang', 'SERANG KOTA', 'Jawa Barat', 'Surabaya Jawa Timur'."""
    if fold(name) in CODES:
        return True
    words = fold(name).lower().strip(".").split()
    if len(words) > 1 and words[0].strip(".") in _OFFICES:
        words = words[1:]
    if _listed(" ".join(words)):
        return True
    behind = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return any(_listed(town) and (rest in REGIONS or rest in _COMPASS) for town, rest in behind)


def _listed(name: str) -> bool:
    return name in TOWNS or name in REGIONS or f"{name}." in REGIONS


def is_region(name: str) -> bool:
    """Whether a province, state or country."""
    bare = fold(name).lower()
    return bare in REGIONS or f"{bare}." in REGIONS or fold(name) in CODES


def is_opener(word: str) -> bool:
    """Whether the word opens sentences, headings or offices ('Namun', 'Catatan', 'Kapolres'), not names of places."""
    bare = word.lower().strip(".")
    return bare in OPENERS and bare not in MEDIA_WORDS


def is_abbreviated(words: str) -> bool:
    """Whether the last word is a region's abbreviation that its stop belongs to: 'Springdale, Ill', 'D.C'."""
    return f"{words.lower().rpartition(' ')[2]}." in REGIONS


def is_everyday(name: str) -> bool:
    """Whether a town's name that is an everyday word as well: 'Negara', 'Batu', 'Solo'."""
    return fold(name).lower() in EVERYDAY


def looks_like_place(name: str) -> bool:
    """Whether it could be a town's name: one to four capitalised words of letters, the first no office or opener."""
    words = fold(name).split()
    if not 1 <= len(words) <= 4 or is_opener(words[0]) or len(name) > 40:
        return False
    return all(word[0].isupper() and all(char.isalpha() or char in ".'’-" for char in word) for word in words)


def is_capitals(name: str) -> bool:
    """'KOTABUMI', 'BUKIT TINGGI': capitals throughout, and too long for an acronym."""
    letters = [char for char in name if char.isalpha()]
    return len(letters) > 4 and all(char.isupper() for char in letters)


def has_place_word(name: str) -> bool:
    """Whether made like a place's name, in two words or more: 'Tanjung Melati', 'Port Mary', 'Mary Falls'."""
    words = fold(name).lower().split()
    return len(words) > 1 and (words[0] in HEADS or words[-1] in TAILS)


def is_acronym(name: str) -> bool:
    """Whether it could be an outlet's: two to five capitals, digits behind them, no degree, party or calling."""
    bare = fold(name).strip(".")
    return _ACRONYM.fullmatch(bare) is not None and bare.lower() not in NOT_OUTLETS and not is_opener(bare)


def abbreviates(short: str, name: str) -> bool:
    """Whether `short` is what the words of `name` are shortened to: 'MU' of 'Manchester United', 'Kemenkes'."""
    words = fold(name).lower().split()
    bare = fold(short)
    if bare.isupper():
        return len(words) > 1 and bare.lower() == "".join(word[0] for word in words)
    letters = iter("".join(words))
    return bare[0].lower() == words[0][0] and all(letter in letters for letter in bare.lower())


@lru_cache(_NAMES)
def outlet_rank(name: str) -> int:
    """How sure the words are to name an outlet: DOMAIN, KNOWN, NAMED, MAYBE or NO."""
    bare = fold(name)
    words = bare.split()
    if not 1 <= len(words) <= 5 or len(bare) > 48:
        return NO
    if _DOMAIN.fullmatch(bare) or (_DOMAIN.fullmatch(words[-1]) and len(words) <= 3):
        return DOMAIN
    if words[0].lower() == "the" and len(words) > 1:
        words = words[1:]
    low = bare.lower().strip(".")
    if low in AGENCIES or (words[0].lower() in AGENCIES and is_region(" ".join(words[1:]))):
        return KNOWN
    if is_opener(words[0]) or low in NOT_OUTLETS or not all(w[0].isalnum() for w in words):
        return NO
    if any(_COMPOUND.search(word) or _is_made_of_media_word(word.lower()) for word in words):
        return NAMED
    if len(words) > 1 and (words[0].lower() in AGENCIES or any(map(is_media_word, words))):
        return NAMED
    return MAYBE if all(word[0].isupper() for word in words) else NO


def is_media_word(word: str) -> bool:
    """Whether a word of newsrooms' names: 'Kabar', 'Tribun', 'News'."""
    return word.lower() in MEDIA_WORDS


def is_masthead(name: str) -> bool:
    """'KabarKita', 'MediaMelati': one word made of two, one the trade's own; such a name needs no place beside it."""
    bare = fold(name).lower()
    made = _COMPOUND.search(fold(name)) is not None and " " not in bare
    return made and any(bare.startswith(word) or bare.endswith(word) for word in MEDIA_WORDS if len(word) > 3)


def _is_made_of_media_word(word: str) -> bool:
    """'suaramelati', 'melatinews': not 'suaranya', 'beritakan', 'komposisi'."""
    if word.endswith(_MEDIA_ENDS) and len(word) > _GLUED:
        return True
    return len(word) > _GLUED and word.startswith(_MEDIA_STARTS) and not word.endswith(("nya", "kan", "kah", "lah"))
