"""Reading a person where one is mentioned: 'Kapolres Serang AKBP X', 'X, warga setempat', 'Pak Lurah'.

A mention is read token by token from a known start. Ranks, titles and commas part the role from the name; where there
is none, parting.py does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from extractors.quotes.drafts import Draft, Mention, finish
from extractors.quotes.grammar import MARKS, MAX_TOKENS, PLAIN_NAME, SPACE, TIES, UNTIED
from extractors.quotes.parting import Parting, Usage
from extractors.quotes.roles import APPOSED, Roles
from extractors.quotes.tokens import Token, Tokens

if TYPE_CHECKING:
    from extractors.quotes.spelling import Word

_COMMA = re.compile(r"[ ]?,[ \u00a0]{0,2}(?=[^\W_])")
_PARENTHESIS = re.compile(r"[ ]{0,2}\(([^()\n]{1,60})\)")
_NICKNAME = re.compile(r"[ ]['‘\"“]([^\W\d_]{2,15}(?:[ ][^\W\d_]{2,15})?)['’\"”](?=[ ][A-Z])")
_HELD_AS = re.compile(
    r"[ ]?,?[ ](?:selaku|sekaligus|yang juga|yang merupakan|yang menjabat(?: sebagai)?|sebagai)[ ](?=[^\W\d_])"
)
_ALIAS = re.compile(r"[ ](?:alias|aka|a\.k\.a\.)[ ]([A-Z][\w'’]*(?:[ ][A-Z][\w'’]*){0,2})")
_RELATIVE = re.compile(
    r"[ ](?:(?:lain|lainnya|yang|who|itu|tersebut|ini|setempat)\b[^,.\n\0]{0,70},[ ]|"
    r"(?:dari|pada|untuk)[ ][A-Z][^,.\n\0]{0,70},[ ]|"
    r"(?:[a-z]{3,15}[ ]){0,2}(?:yang[ ][^,.\n\0]{1,40}[ ])?(?:bernama|berinisial|atas nama)[ ])(?=[A-Z])"
)
"""Between a role and its name: 'Ketua IWO yang baru dilantik, Budi, …', 'jaksa dari Kejari Bima, Budi, …', 'warga
bernama Budi'."""
_AGE = re.compile(r"\d{1,3}(?:\s?(?:th|thn|tahun))?$")
_SEPARATOR = re.compile(r"[ ]?[/&][ ]?(?=[A-Z])")
MAX_SHORT_FORM = 30  # characters of a parenthesis that may belong to a role
MAX_ALIAS = 20  # characters of a by-name in parentheses
MAX_INITIALS = 5  # capitals of a name's short form: 'Samsul Daeng (SDG)'


class Reader:
    """Reads mentions in one article's prose."""

    def __init__(self, tokens: Tokens, usage: Usage) -> None:
        self.tokens = tokens
        self.prose = tokens.prose
        self.words = tokens.vocabulary
        self.usage = usage
        self.roles = Roles(tokens)
        self.parting = Parting(tokens.vocabulary, usage, tokens.prose)

    def read(self, at: int) -> Mention | None:
        """The mention that starts at `at` (white space before it allowed), or None."""
        number = self.tokens.index(at)
        return self.read_word(number) if self.tokens.next_to(at, number) else None

    def read_word(self, number: int) -> Mention | None:
        """The mention that starts with the word of that number, or None."""
        return self._plain(number) or self.read_tied(number)

    def _plain(self, first: int) -> Mention | None:
        """A name with nothing tied to it, the commonest case: 'Budi Santosa' before a small word or a stop."""
        name = PLAIN_NAME.match(self.tokens.letters, 2 * first + 1)
        return self.plain(first, name.end() >> 1) if name else None

    def plain(self, first: int, following: int) -> Mention:
        """The mention that is no more than the name those words are."""
        start, end = self.tokens.starts[first], self.tokens.ends[following - 1]
        return Mention(start=start, end=end, number=first, next=following, role=None, name=self.prose[start:end])

    def read_tied(self, number: int) -> Mention | None:
        """The mention that starts there, known to be no plain name, with what is tied to it."""
        draft = Draft(number, self.tokens.starts[number], number)
        if not self._word(draft):
            return None
        while len(draft.tokens) < MAX_TOKENS and self._step(draft):
            pass
        return finish(draft, self.tokens, self.parting)

    # one step: what comes next, told by what parts it from the words before

    def _step(self, draft: Draft) -> bool:
        tokens, number = self.tokens, draft.next
        if number == len(tokens.words) or draft.tokens[-1].word.possessive:
            return False
        gap, word = self.prose[draft.end : tokens.starts[number]], tokens.words[number]
        if gap == " ":
            if word.simple and not tokens.stop_at(tokens.ends[number]):
                self._simple_words(draft, number)
                return True
            mark = ""
        else:
            mark = gap.lstrip(SPACE)[:1]
        if (
            draft.named
            and gap == tokens.gaps[number]
            and draft.tokens[-1].kind == "name"
            and UNTIED.match(tokens.letters, 2 * number)
        ):
            return False
        if mark == "(":
            found = _PARENTHESIS.match(self.prose, draft.end)
            return self._parenthesis(draft, found) if found else False
        if mark and mark in MARKS:
            return self._nickname(draft)
        if draft.named and (tie := self._tied(draft, word)) is not None:
            return tie
        if mark == ",":
            comma = _COMMA.match(self.prose, draft.end)
            return self._comma(draft, comma.end()) if comma else False
        if mark and mark in "/&":
            return self._separator(draft)
        return self._word(draft) or self._relative(draft)

    def _simple_words(self, draft: Draft, number: int) -> None:
        """That word of a name or body, and those like it that follow."""
        tokens = self.tokens
        words, gaps = tokens.words, tokens.gaps
        last = min(number + MAX_TOKENS - len(draft.tokens), len(words))
        while True:
            draft.add_simple(tokens.simple(number))
            number += 1
            if number >= last or gaps[number] != " " or not words[number].simple or gaps[number + 1][:1] == ".":
                break

    def _jump(self, draft: Draft, end: int) -> None:
        """Read on at `end`."""
        draft.end, draft.next = end, self.tokens.index(end)

    def _nickname(self, draft: Draft) -> bool:
        """The Cak of Munir 'Cak' Hadi: part of the name, marks and all."""
        found = _NICKNAME.match(self.prose, draft.end)
        if found:
            draft.add(Token(found.start() + 1, found.end(), self.tokens.words[draft.next], "name"))
            self._jump(draft, found.end())
        return bool(found)

    def _separator(self, draft: Draft) -> bool:
        """'Dandim 0808/Blitar', 'Sosial & Politik': the role goes on."""
        found = _SEPARATOR.match(self.prose, draft.end)
        if not found or draft.named:
            return False
        self._jump(draft, found.end())
        return True

    def _tied(self, draft: Draft, word: Word) -> bool | None:
        """What is tied to the name by `word`: a by-name (True: read on), a degree or a role (False: that is all)."""
        if word.capital:
            degree = self.tokens.degree(draft.end) if self.prose[draft.end : draft.end + 1] == " " else None
            if degree and "." in degree[1]:
                while degree is not None and "." in degree[1]:
                    draft.end, draft.degrees = degree.end(), True
                    degree = self.tokens.degree(draft.end)
                return False
        elif word.lower in TIES:
            alias = _ALIAS.match(self.prose, draft.end) if draft.alias is None else None
            if alias:
                draft.alias = alias[1]
                self._jump(draft, alias.end())
                return True
            held = _HELD_AS.match(self.prose, draft.end)
            number = self.tokens.index(held.end()) if held else -1
            if held and self.tokens.words[number].head and (role := self.roles.read(number)):
                draft.role_after, draft.end = role
                return False
        return None

    # a word

    def _word(self, draft: Draft) -> bool:
        tokens, number = self.tokens, draft.next
        if draft.tokens and not tokens.next_to(draft.end, number):
            return False
        word = tokens.words[number]
        token = tokens.long_rank(number) if word.opens_long_rank else self._place(draft) if word.places else None
        if token is None:
            token = tokens.at(number, draft.tokens[-1] if draft.tokens else None)
            if not self._continues(draft, token):
                return False
            if draft.named and token.kind == "head" and token.capital and not self._is_english_role(token):
                token = msgspec.structs.replace(token, kind="name")
        draft.add(token)
        draft.next = number + 1 if token.end <= tokens.ends[number] + 1 else tokens.index(token.end)
        return True

    def _place(self, draft: Draft) -> Token | None:
        """A known place in the role: 'Bupati Serang', and behind an unknown body 'Kepala Diskom Bengkalis Rahman'."""
        if draft.name_from is not None:
            return None
        place = self.tokens.place(draft.next)
        if place is None or not draft.named:
            return place
        known = self.prose[place.start : place.end].lower() not in self.words.place_or_name
        return place if draft.has_role and known and self.tokens.capital_at(place.end) else None

    def _continues(self, draft: Draft, token: Token) -> bool:
        kind, named, begun = token.kind, draft.named, bool(draft.tokens)
        if kind == "lower":
            return begun and self._small_word(draft, token)
        if kind == "particle":
            apt = begun and (token.capital or draft.tokens[-1].kind in ("name", "acronym"))
            return apt and self.tokens.capital_at(token.end)
        if kind == "number":
            return begun and not named
        if kind == "body" and not token.capital:
            apt = token.lower not in self.words.capital_only or self.roles.name_past_body(draft.next)
            return not named and draft.has_role and apt
        if kind == "head" and named:
            return self._role_after_name(draft, token)
        if kind == "head" and not token.capital:
            return True
        return not (begun and token.word.calendar)

    def _small_word(self, draft: Draft, token: Token) -> bool:
        """'sekaligus Ketua Komite', 'Pariwisata dan Kebudayaan', and a surname in small letters by mistake."""
        if not draft.named:
            if token.word.text in self.words.joins:
                return self.tokens.head_at(token.end)
            if token.word.text in self.words.of_body:
                return self._joins_bodies(draft, token.end)
            if token.word.text in self.words.of_origin:
                following = self.tokens.following(token.end)
                return draft.has_role and following is not None and following.capital and following.body
            known = token.lower in self.words.adjectives
            if not draft.has_role or (len(draft.tokens) > 1 and draft.tokens[-1].capital and not known):
                return False
            return self.words.language == "id" and self.roles.leads_to_name(draft.next)
        if draft.tokens[-1].kind != "name" or self.prose[token.end : token.end + 1] != ",":
            return False
        return self.tokens.degree(token.end) is not None

    def _role_after_name(self, draft: Draft, token: Token) -> bool:
        """'Tarjo warga Desa …': a role straight after the name is read apart, and ends the mention.

        'Amir Hakim menduga' and 'Opposition leader Karl Lund' are no such: the word belongs to the name, to the role.
        """
        if self.words.language == "en" and self.roles.name_behind(draft.next):
            return True
        role = self.roles.read(draft.next)
        if role and token.capital and (" " not in role[0] or token.lower in self.words.in_names):
            return True
        if role and draft.role_after is None:
            draft.role_after, draft.end = role
        return False

    def _is_english_role(self, token: Token) -> bool:
        """'State Senator Ann Berg' goes on after the role; 'Ann Baker' ends in what only looks like one."""
        return self.words.language == "en" and self.roles.name_behind(self.tokens.index(token.start))

    def _joins_bodies(self, draft: Draft, at: int) -> bool:
        """'Pariwisata dan Kebudayaan' is one body; 'Andi dan Kapolsek' are two people."""
        following = self.tokens.following(at)
        if not following or draft.name_from is not None or following.opens_role:
            return False
        return following.kind == "body" or (draft.tokens[-1].kind == "body" and following.capital)

    def _relative(self, draft: Draft) -> bool:
        if draft.named or not draft.has_role:
            return False
        found = _RELATIVE.match(self.prose, draft.end)
        if not found or not (APPOSED.match(self.prose, found.end()) and self.tokens.name_at(found.end())):
            return False
        self._jump(draft, found.end())
        draft.name_from = len(draft.tokens)
        return True

    # a parenthesis

    def _parenthesis(self, draft: Draft, found: re.Match[str]) -> bool:
        """An age, an arm of service, a by-name or the short form of a role."""
        inside = found[1].strip()
        if _AGE.match(inside):
            self._jump(draft, found.end())
            return bool(_COMMA.match(self.prose, draft.end))
        if draft.tokens[-1].kind == "rank" and inside.rstrip(".").lower() in self.words.arms:
            self._jump(draft, found.end())
            return True
        if draft.named and draft.tokens[-1].kind == "name" and not self._has_role_words(inside):
            if self._is_alias(draft, inside):
                draft.alias, draft.end = inside, found.end()
                return False
            if not (self.tokens.capital_at(found.end()) or _COMMA.match(self.prose, found.end())):
                return False
        if len(inside) > MAX_SHORT_FORM or not inside[:1].isupper():
            return False
        self._jump(draft, found.end())
        draft.role_to = len(draft.tokens)
        if " " not in inside:
            draft.short_roles.append(inside.lower())
        return True

    def _is_alias(self, draft: Draft, inside: str) -> bool:
        """'M Rasyidan (Acid)', 'Samsul Daeng (SDG)'; but not the short form of an unknown body."""
        if not inside[:1].isupper() or len(inside) > MAX_ALIAS:
            return False
        if not inside.isupper():
            return True
        names = [token.word.text for token in draft.tokens[draft.name_from or 0 :] if token.kind == "name"]
        return len(inside) <= MAX_INITIALS and inside[0] == names[0][0] if names else False

    def _has_role_words(self, inside: str) -> bool:
        return any(self.words.is_head(word) or word in self.words.bodies for word in inside.lower().split())

    # a comma

    def _comma(self, draft: Draft, at: int) -> bool:
        """A degree, the rest of a role, the name of a role, or the role of a name."""
        degree = self.tokens.degree(draft.end, further=draft.degrees)
        if degree:
            self._jump(draft, degree.end())
            draft.degrees = True
            return bool(_COMMA.match(self.prose, draft.end))
        number = self.tokens.index(at)
        following = self.tokens.at(number) if number < len(self.tokens.words) else None
        if following is None or following.word.calendar:
            return False
        if following.word.text in self.words.of_body and not draft.named and self._joins_bodies(draft, following.end):
            self._jump(draft, at)  # 'Koperasi, Perindustrian, dan Perdagangan'
            return True
        if draft.named and self._is_unknown_role(draft, following):
            self._jump(draft, at)
            draft.name_from, draft.has_role = len(draft.tokens), True
            return True
        if draft.named and not self._ends_in_place(draft, following):
            return self._role_after_comma(draft, number)
        if not draft.has_role and draft.tokens[0].lower not in self.words.of_team:
            return False
        soft = following.kind == "body" and following.lower in self.words.soft
        if self.tokens.place(number) or (following.kind == "body" and not soft):
            self._jump(draft, at)
            return following.capital
        known = following.word.not_name and not self.tokens.capital_at(following.end)
        if (soft or following.kind in ("rank", "title", "name")) and not known:
            self._jump(draft, at)
            draft.name_from = len(draft.tokens)
            return True
        return False

    def _is_unknown_role(self, draft: Draft, following: Token) -> bool:
        """'Kordiv Pencegahan Bawaslu Rumbai, Budi Santosa, …': a role no list knows, of a body, and its name."""
        first = draft.tokens[0]
        if draft.has_role or draft.name_from is not None or self.words.language != "id" or first.kind != "name":
            return False
        if first.lower in self.usage.of_people or first.lower in self.words.first_names:
            return False
        of_body = any(token.kind == "body" and token.lower not in self.words.in_names for token in draft.tokens[1:])
        if not of_body or following.kind not in ("name", "rank", "title") or following.word.not_name:
            return False
        apposed = APPOSED.match(self.prose, following.start)
        return apposed is not None and (not apposed[1] or apposed[1] in self.words.active)

    def _ends_in_place(self, draft: Draft, following: Token) -> bool:
        """'Camat Ciemas, Budi Santoso, …': what seemed a name is a place, for a name comes between commas."""
        captain = draft.tokens[0].kind == "rank" and draft.tokens[0].lower in self.words.of_team
        if draft.name_from is not None or not (draft.has_role or captain) or following.word.not_name:
            return False
        if following.kind in ("rank", "title"):
            return True
        tail = {token.lower for token in draft.tokens if token.kind == "name"}
        if not self.words.of_others.isdisjoint([token.lower for token in draft.tokens]):
            tail.clear()  # 'Ibunda Faiz, Sulastri, …', 'Kapten Petrogas, Dewi Sari, …': theirs is not the name
        soft = following.lower in self.words.soft or following.lower in self.words.in_names
        if not (following.kind == "name" or soft) or tail & self.usage.of_people:
            return False
        apposed = APPOSED.match(self.prose, following.start)
        if not apposed:
            return False
        verb = apposed[1]
        if not verb or verb in self.words.active or verb in self.words.occasions:
            return True
        return verb.startswith(("me", "ber")) and bool(self.words.predicate_shape.fullmatch(verb))

    def _role_after_comma(self, draft: Draft, number: int) -> bool:
        """'Doni Irwan, pengunjung asal Bogor': the role behind the name."""
        following = self.tokens.words[number]
        if not following.head or draft.role_after is not None or draft.tokens[0].kind == "head":
            return False
        if self.words.language == "en" and not following.capital and self.roles.name_behind(number):
            return False  # 'In a post on Instagram, guitarist Ann Berg wrote'
        lone = len(draft.tokens) == 1 and draft.tokens[0].lower not in self.usage.of_people
        role = None if lone and following.capital else self.roles.read(number)
        if role and not (following.capital and self._names_someone(role[0])):
            draft.role_after, draft.end = role
        return False

    def _names_someone(self, role: str) -> bool:
        """What follows the comma is somebody else, role and name: 'Hari Air Sedunia, Camat Rumbai M. Basir'."""
        words = self.words
        if len(role.rsplit(" ", 1)[-1]) == 1:
            return True  # an initial: 'Camat Rumbai M'
        inner = [word.strip(".,").lower() for word in role.split()[1:-1]]
        return any(word in words.first_names or word in words.ranks or word in words.titles for word in inner)
