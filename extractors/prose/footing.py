"""How sure a name at the head of a story is to be a place: by our lists, by its make, by what the story says of it."""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import islice
from string import capwords
from typing import TYPE_CHECKING

from extractors import lexicon
from extractors.prose.gazetteer import HEADS, has_place_word, is_capitals, is_gazetted
from extractors.prose.wording import alternation
from extractors.whitespace import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = lexicon.load("datelines")

_MENTIONS = 30  # mentions looked at
_REACH = 40  # characters before a mention in which its cue stands


class Footing(IntEnum):
    """What a name stands on, surest last."""

    DENIED = 0  # the story uses it as a common word, or of a person, a firm, an app
    BARE = 1  # named again, never as a place
    OPEN = 2  # not named again, or named again and made like a place's name
    LIKELY = 3  # 'di X', 'Muara X'; or both made and written like a place's name
    SURE = 4  # in our lists; 'Kecamatan X', 'Polres X', 'SMP Negeri 3 X', 'X County'


_HEADS = alternation(HEADS)
_REGION_BEFORE = re.compile(
    rf"\b(?:(?:{alternation(_WORDS['region_cues'])})\.?\s(?:(?:{_HEADS})\s)?|(?:sd|smp|sma|smk|ma|mi|mts|tk)n?\s(?:negeri\s)?\d{{1,3}}\s)$",
    re.IGNORECASE,
)
_PLACE_BEFORE = re.compile(
    rf"\b(?:(?:{alternation(_WORDS['place_cues'])})\s(?:(?:{_HEADS})\s)?|(?:{_HEADS})\s)$", re.IGNORECASE
)
_REGION_AFTER = re.compile(
    rf"(?:\s(?:{alternation(_WORDS['region_followers'])})|,\s(?:kabupaten|kab\.|kecamatan|kec\.|kota|provinsi))\b",
    re.IGNORECASE,
)
_OTHER_BEFORE = re.compile(rf"(?<!\w)(?:{alternation(_WORDS['other_cues'])})\s$", re.IGNORECASE)
_OTHER_AFTER = re.compile(rf"\s(?:{alternation(_WORDS['other_followers'])})\b", re.IGNORECASE)


def footing(name: str, story: str) -> Footing:
    """What the name stands on, given the story that it heads, itself not counted."""
    if is_gazetted(name):
        return Footing.SURE
    said = _said(fold(name), story)
    made, capitals = has_place_word(name), is_capitals(name)
    if said is Footing.LIKELY and made:
        return Footing.SURE
    if said is Footing.BARE and made:
        return Footing.OPEN
    return Footing.LIKELY if said is Footing.OPEN and made and capitals else said


def _said(name: str, story: str) -> Footing:
    """What the story's own mentions of the name make of it: as a region before all, as another thing before a place."""
    if name.lower() != name and next(_mentions(name.lower(), story), None) is not None:
        return Footing.DENIED
    told = {
        _told(story[max(0, at - _REACH) : at], story[at + len(form) : at + len(form) + _REACH])
        for form in {name, capwords(name.lower()), name.upper()}
        for at in islice(_mentions(form, story), _MENTIONS)
    }
    for footing in (Footing.SURE, Footing.DENIED, Footing.LIKELY, Footing.BARE):
        if footing in told:
            return footing
    return Footing.OPEN


def _told(before: str, behind: str) -> Footing:
    """What one mention makes of the name."""
    if _REGION_BEFORE.search(before) or _REGION_AFTER.match(behind):
        return Footing.SURE
    if _OTHER_BEFORE.search(before) or _OTHER_AFTER.match(behind):
        return Footing.DENIED
    return Footing.LIKELY if _PLACE_BEFORE.search(before) else Footing.BARE


def _mentions(form: str, text: str) -> Iterator[int]:
    """Where the words stand as written, whole, and not in an address or a tag."""
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        glued = (at > 0 and (text[at - 1].isalnum() or text[at - 1] in "#@./_")) or text[end : end + 1].isalnum()
        if not glued and not (text[end : end + 1] == "." and text[end + 1 : end + 2].isalnum()):
            yield at
        at = text.find(form, end)
