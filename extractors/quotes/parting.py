"""Where the role ends and the name begins, when no rank, title or comma says so.

'Wakil Ketua PBH Advokat Raya Indah Sekar': the name follows the last word that is known for a body or a
place, or that the article itself uses for one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.quotes.tokens import Token
    from extractors.quotes.vocabulary import Vocabulary

_VILLAGES = frozenset(("desa", "kelurahan", "kecamatan", "nagari", "kampung", "gampong", "kades", "lurah", "camat"))
_DIVISIONS = frozenset(("kabid", "kasi", "kasie", "kabag", "kasubbag", "bidang", "seksi", "koordinator", "guru"))
"""'Kabid SMP Budi' heads the division of such schools: no school's name follows."""
_OF_THE_LAW = frozenset(("mahkamah", "jaksa", "kejaksaan", "hakim", "imam", "raya"))
"""'Mahkamah Agung', and no name."""
LONG_NAME = 4  # words behind 'Camat' or 'Bupati': two of the place, two of the name
MAX_OWN_NAME = 2  # words of a place's or body's own name, before a given name
MAX_TEAM = 2  # words of a team's name
MAX_RUNS = 40  # names looked for all over one article
_ROLE_KINDS = frozenset(("head", "place", "number", "rank", "title", "lower"))
_NAME_KINDS = frozenset(("name", "acronym"))


class Usage(msgspec.Struct, frozen=True):
    """How this article uses its capitalised words: in the names of places and bodies, or alone as a person's."""

    of_bodies: frozenset[str] = frozenset()
    of_people: frozenset[str] = frozenset()
    of_speakers: frozenset[str] = frozenset()
    """Those of people that stand beside a cue, a title or a verb of speech."""


class Parting(msgspec.Struct, frozen=True):
    """Finds the first token of the name in one article's prose."""

    words: Vocabulary
    usage: Usage
    prose: str
    runs: dict[str, bool] = msgspec.field(default_factory=dict)
    """Names of teams and common words looked for so far, and whether the article uses them."""

    def without_role(self, tokens: Sequence[Token]) -> int:
        """The name's first token where no role stands: places and bodies in front are dropped."""
        index = 0
        while index < len(tokens) and tokens[index].kind in ("place", "body", "number"):
            if self._is_soft(tokens[index]):
                break
            index += 1
        captain = not index and len(tokens) > 3 and tokens[0].lower in self.words.of_team
        return self._past_team(tokens, 1) if captain else self._past_body(tokens, index)

    def _past_body(self, tokens: Sequence[Token], first: int) -> int:
        """Past a role no list knows that ends in a body: 'Pendamping Desa Eka Saputra'."""
        if self.words.language != "id" or tokens[0].lower in self.usage.of_people:
            return first
        for index in range(len(tokens) - 3, first, -1):
            token = tokens[index]
            named = self._is_soft(token) or token.lower in self.words.in_names
            if token.kind == "body" and token.capital and not named and tokens[index + 1].kind == "name":
                return index + 1
        return first

    def after_role(self, tokens: Sequence[Token], start: int) -> int:
        """The name's first token at or after `start`; len(tokens) when the role is all there is."""
        hard = start - 1
        for index in range(start, len(tokens)):
            if self._ends_role(tokens, index):
                hard = index
        first = hard + 1
        if not any(token.kind in ("name", "place") for token in tokens[first:]):
            return len(tokens)
        begins = self._by_first_name(tokens, first) if first else None
        if begins is not None:
            return begins
        return self._by_usage(tokens, self._past_own_name(tokens, first) if first else first)

    def _is_first_name(self, tokens: Sequence[Token], index: int) -> bool:
        """A common given name, or 'M.', with more of the name behind it."""
        token = tokens[index]
        soft = self._is_soft(token) or token.lower in self.words.in_names
        if token.kind == "name" or (token.kind == "body" and soft):
            follows = index + 1 < len(tokens) and tokens[index + 1].kind == "name"
            return follows and token.lower in self.words.first_names
        return False

    def _by_first_name(self, tokens: Sequence[Token], first: int) -> int | None:
        """The given name behind a place's or body's own: 'Camat Rumbai Timur Ahmad Basir'; None where there is none."""
        before = tokens[first - 1]
        if not (before.kind in ("body", "acronym", "number", "place") or before.lower in self.words.of_place):
            return None
        if tokens[first].lower in self.usage.of_people:
            return None
        if before.kind == "place" and tokens[first].lower not in self.usage.of_bodies:
            return None  # 'Bupati Ngawi Ony Anwar Harsono'
        if before.kind == "body" and not before.capital and before.lower not in _VILLAGES:
            return None  # 'korlap aksi Tomi Ari Wibowo'
        if before.lower in self.words.takes_name:
            return None
        own = first
        while own < len(tokens) and self._is_own(tokens[own].lower):
            own += 1
        last = min(max(first + MAX_OWN_NAME, own), len(tokens) - 2)
        given = next((index for index in range(first, last + 1) if self._is_first_name(tokens, index)), None)
        if given and given > own and before.kind == "body" and before.lower not in _VILLAGES:
            return None  # 'Dinas Pertanian Ony Anwar Basir': a place behind a body is mostly a known one
        return given

    def _is_own(self, word: str) -> bool:
        """Whether the article uses the word for a place or body, or villages are called so."""
        return word in self.usage.of_bodies or bool(self.words.village.fullmatch(word))

    def is_doubtful(self, tokens: Sequence[Token]) -> bool:
        """The role ends in an unknown word: 'Camat Ciherang' is a place, 'Lurah Bakri' a name."""
        if len(tokens) < 2 or tokens[-1].kind != "name" or tokens[-2].lower not in self.words.of_place:
            return False
        return tokens[-1].lower not in self.usage.of_bodies and not self.words.village.fullmatch(tokens[-1].lower)

    def _ends_role(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether the token belongs to the role, so that the name can only begin behind it."""
        kind = tokens[index].kind
        if kind in _ROLE_KINDS:
            return True
        if kind == "body":
            given = tokens[index].lower in self.words.in_names or tokens[index].lower in self.words.first_names
            if index and given and self._is_first_name(tokens, index) and tokens[index - 1].lower not in _OF_THE_LAW:
                return False  # 'DPR RI Lalu Hadrian', 'Dirjen Kepelabuhanan Agung Priyatna'
            begun = index > 0 and tokens[index - 1].kind in ("name", "place")
            return not (begun and self._is_soft(tokens[index]))
        if kind == "acronym":
            if tokens[index].lower in self.words.first_names:
                return False  # 'Wakil Ketua MPR FX Budi'
            return any(token.kind == "name" for token in tokens[index + 1 :])
        return kind == "name" and self._names_body(tokens, index)

    def _takes_name(self, token: Token) -> bool:
        """Whether a place, a body or a team may follow: 'Camat', 'RT', 'pelatih'."""
        if token.kind == "lower":
            return False
        return token.kind != "head" or token.lower in self.words.of_place or token.lower in self.words.of_team

    def _is_soft(self, token: Token) -> bool:
        return token.lower in self.words.soft

    def _names_body(self, tokens: Sequence[Token], index: int) -> bool:
        """The body's or place's own name: 'Universitas Andalas Rusdi', 'Desa Sukamaju Ujang', 'asal Malaysia'."""
        before = tokens[index - 1].lower if index else ""
        if before == "asal" or (index > 1 and before in _VILLAGES and tokens[index - 2].lower == "asal"):
            return True
        if index + 1 >= len(tokens) or tokens[index + 1].kind not in _NAME_KINDS:
            return False
        if not self.prose[tokens[index + 1].start].isalnum():
            return False  # a by-name in marks follows: 'Ketua Paguyuban Dedi "Bogel" Supriadi'
        if before in self.words.takes_name and len(tokens[index].word.text) > 3:
            return index < 2 or tokens[index - 2].lower not in _DIVISIONS
        lead = before in self.words.of_place or before in self.words.bodies
        return lead and bool(self.words.village.fullmatch(tokens[index].lower))

    def _past_own_name(self, tokens: Sequence[Token], first: int) -> int:
        """The start moved past the name of a place or team: 'Camat Tanjung Raya Sri Rahayu', 'pelatih Persela Budi'."""
        if any(token.kind not in _NAME_KINDS for token in tokens[first:]):
            return first
        if len(tokens) - first > 2 and self._is_spoken_of(tokens, first):
            first += 1
        before, left = tokens[first - 1], len(tokens) - first
        if tokens[first].lower in self.usage.of_people:
            return first if tokens[first].lower in self.usage.of_speakers else self._past_team(tokens, first)
        if before.kind == "place" and first > 1 and left > 1 and before.lower in self.words.opens_place_name:
            return first + 1 if tokens[first - 2].lower in _VILLAGES else first
        if before.lower in self.words.of_place or before.lower in _VILLAGES:
            prefixed = left > 2 and tokens[first].lower in self.words.opens_place_name
            return first + 2 if prefixed or left == LONG_NAME else first
        return self._past_team(tokens, first)

    def _is_spoken_of(self, tokens: Sequence[Token], first: int) -> bool:
        """'Ketua Panitia Haul Budi Santosa' in an article that speaks of the 'haul'."""
        word = tokens[first].lower
        if first < 2 or tokens[first - 1].kind == "lower" or word in self.usage.of_people | self.words.first_names:
            return False
        if word not in self.runs and len(self.runs) < MAX_RUNS:
            self.runs[word] = f" {word} " in self.prose
        return self.runs.get(word, False)

    def _past_team(self, tokens: Sequence[Token], first: int) -> int:
        start = first
        while start > 1 and (self._is_soft(tokens[start - 1]) or tokens[start - 1].kind == "acronym"):
            start -= 1
        if tokens[start - 1].lower not in self.words.of_team:
            return first
        for last in range(min(start + MAX_TEAM, len(tokens) - 2), start, -1):
            if self._stands_alone(self.prose[tokens[start].start : tokens[last - 1].end]):
                return max(first, last)
        return first

    def _stands_alone(self, name: str) -> bool:
        """Whether the article also uses those words with no other capital beside them."""
        if name not in self.runs and len(self.runs) < MAX_RUNS:
            alone = re.search(rf"(?<![A-Z]\w)\b{re.escape(name)}\b(?! ?[\"“'‘A-Z(])", self.prose)
            self.runs[name] = alone is not None
        return self.runs.get(name, False)

    def _by_usage(self, tokens: Sequence[Token], first: int) -> int:
        """The start moved past words that this article uses for places and bodies."""
        bodies, people = self.usage.of_bodies, self.usage.of_people
        index, last = first, len(tokens) - 1
        spare = 0 if first and self._takes_name(tokens[first - 1]) else 1  # 'penyanyi Lela Karmila' keeps both
        while index < last - spare and tokens[index].lower in bodies and tokens[index].lower not in people:
            index += 1
        word = tokens[index].lower
        if word in people:
            return index
        if index == last and index > 0:
            alone = index == first and tokens[index - 1].lower in self.words.of_place
            return len(tokens) if alone or word in bodies else index
        if len(tokens) - index > 3:
            return next((later for later in range(index + 1, len(tokens)) if tokens[later].lower in people), index)
        return index
