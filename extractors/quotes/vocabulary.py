"""The words of one language, ready to be looked up: sets and compiled patterns made once from the lexicons.

Everything the quote reader knows of Indonesian or English stands in lexicon/*.toml; the code knows shapes only.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from extractors.lexicon import load

_SPEECH = (
    "active quoting passive according adverbs pronouns companions via not_speech lead_ins conjunctions calendar "
    "occasions"
).split()
_PEOPLE = (
    "ranks arms titles degrees heads silent acting bodies soft capital_only takes_name place_or_name of_place "
    "not_names particles joins of_body"
).split()
"""The word lists of the two lexicons, each under the name of its field."""


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """Lower-case words by what they do. Patterns are compiled; sets hold single words."""

    language: str
    bare: frozenset[str]
    suffixed: frozenset[str]
    active: frozenset[str]
    quoting: frozenset[str]
    passive: frozenset[str]
    according: frozenset[str]
    not_cue: frozenset[str]
    adverbs: frozenset[str]
    pronouns: frozenset[str]
    companions: frozenset[str]
    via: frozenset[str]
    not_speech: frozenset[str]
    lead_ins: frozenset[str]
    conjunctions: frozenset[str]
    calendar: frozenset[str]
    occasions: frozenset[str]
    ranks: frozenset[str]
    arms: frozenset[str]
    titles: frozenset[str]
    degrees: frozenset[str]
    heads: frozenset[str]
    head_shape: re.Pattern[str]
    silent: frozenset[str]
    acting: frozenset[str]
    bodies: frozenset[str]
    soft: frozenset[str]
    capital_only: frozenset[str]
    takes_name: frozenset[str]
    village: re.Pattern[str]
    body_shape: re.Pattern[str]
    place_or_name: frozenset[str]
    of_place: frozenset[str]
    not_names: frozenset[str]
    particles: frozenset[str]
    joins: frozenset[str]
    of_body: frozenset[str]
    abbreviations: dict[str, str]
    places: dict[str, tuple[tuple[str, ...], ...]]
    """First word of a place -> the places beginning so, longest first, as lower-case words."""
    aside: re.Pattern[str]
    """Lines that are no part of the story: 'Baca juga: …'."""
    switch: re.Pattern[str]

    def is_head(self, word: str) -> bool:
        """Whether a lower-case word opens a role: 'ketua', 'kasatreskrim'."""
        return word in self.heads or bool(self.head_shape.fullmatch(word))

    def is_body(self, word: str) -> bool:
        """Whether a lower-case word belongs to the names of bodies: 'dinas', 'diskominfo'."""
        return word in self.bodies or bool(self.body_shape.fullmatch(word))

    def is_cue(self, word: str) -> bool:
        """Whether a lower-case word right after a quote reports it: 'kata', 'katanya', 'said'."""
        return word in self.bare or word in self.suffixed


@cache
def vocabulary(language: str) -> Vocabulary:
    """The vocabulary of 'id' or 'en'; any other language is read with the Indonesian one."""
    code = "en" if language == "en" else "id"
    speech, people = load(f"speech_{code}"), load(f"people_{code}")
    bare = _words(speech, "bare")
    switches = "|".join(re.escape(phrase) for phrase in speech["switches"])
    not_cue = _words(speech, "not_cue")
    return Vocabulary(
        language=code,
        bare=bare,
        suffixed=frozenset(f"{word}nya" for word in bare) - not_cue if code == "id" else frozenset(),
        not_cue=not_cue,
        **{name: _words(speech, name) for name in _SPEECH},
        **{name: _words(people, name) for name in _PEOPLE},
        head_shape=re.compile(people["head_shape"]),
        body_shape=re.compile(people["body_shape"]),
        village=re.compile(people["village"]),
        aside=re.compile(speech["aside"], re.IGNORECASE | re.MULTILINE),
        abbreviations=dict(people["abbreviations"]),
        places=_places() if code == "id" else {},
        switch=re.compile(rf"\s*(?:{switches})\b", re.IGNORECASE),
    )


def _words(table: dict[str, Any], name: str) -> frozenset[str]:
    return frozenset(str(table[name]).split())


def _places() -> dict[str, tuple[tuple[str, ...], ...]]:
    regions = load("regions_id")
    names = [*regions["provinces"], *re.split(r"[|\n]", regions["regencies"].strip())]
    found: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        words = tuple(name.lower().split())
        found.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(set(all_), key=len, reverse=True)) for first, all_ in found.items()}
