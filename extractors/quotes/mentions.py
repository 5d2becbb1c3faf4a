"""Every stretch of the prose that may be a person, found in one walk over its capitalised words.

Which of them are people, and who is who, is settled in people.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from extractors.quotes.names import Reader
from extractors.quotes.parting import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors.quotes.drafts import Mention
    from extractors.quotes.tokens import Tokens
    from extractors.quotes.vocabulary import Vocabulary, Word

MAX_RUN = 8  # capitalised words taken for one name of a body
MAX_BODY = 6  # of them, behind a word such as 'Desa'
MAX_SMALL = 3  # words of a role in small letters before the name
_JOINING = frozenset(("dan", "of", "the"))


class Mentions:
    """One article's mentions, in order, none overlapping, and the reader that read them."""

    def __init__(self, tokens: Tokens, words: Vocabulary) -> None:
        self.words = words
        self.tokens = tokens
        self.capitals = [number for number, word in enumerate(self.tokens.words) if word.capital]
        usage = Usage(frozenset(self._of_bodies()), *self._of_people())
        self.reader = Reader(self.tokens, usage)
        self.found = self._scan()
        bodies = self._bodies_in_roles()
        if bodies:
            self.reader = Reader(self.tokens, msgspec.structs.replace(usage, of_bodies=usage.of_bodies | bodies))
            self.found = [again for one in self.found if (again := self._read_again(one, bodies))]

    # how the article uses its capitalised words

    def _of_bodies(self) -> Iterator[str]:
        """Words that name places and bodies here: behind 'di', 'Desa', 'Polres'."""
        words, gaps = self.tokens.words, self.tokens.gaps
        for number in self.capitals:
            if gaps[number] != " " or not (number and self._opens_place(number - 1)):
                continue
            if any(word.head for word in self.tokens.clause_before(number - 1)):
                continue  # the run behind a role may end in a name: 'Kepala Desa Ujang'
            end, last = number + 1, min(number + MAX_BODY, len(words))
            while end < last and words[end].in_place and gaps[end] in (" ", "-"):
                end += 1
            yield from (part for word in words[number:end] for part in word.lower.split("-"))

    def _opens_place(self, number: int) -> bool:
        """'Desa', 'SDN', and the number behind it: 'SDN 2 Panggung Jaya'."""
        word = self.tokens.words[number]
        if word.opens_place or word.kind != "number":
            return word.opens_place
        return number > 0 and self.tokens.gaps[number] == " " and self.tokens.words[number - 1].opens_place

    def _of_people(self) -> tuple[frozenset[str], frozenset[str]]:
        """Words that stand alone where a person can, and those of them that stand beside a cue, a title or a verb."""
        alone: set[str] = set()
        speaking: set[str] = set()
        tokens = self.tokens
        words, gaps = tokens.words, tokens.gaps
        for number in self.capitals:
            word = words[number]
            if not word.may_be_name:
                continue
            after = tokens.after(number)
            if after and after.capital:
                continue
            gap = gaps[number]
            if self._speaks_alone(number, words[number - 1] if gap in (" ", ". ") else None, after):
                speaking.add(word.lower)
            elif after and gap not in (" ", ". ") and tokens.opens_sentence(number):
                alone.add(word.lower)
        return frozenset(alone | speaking), frozenset(speaking)

    def _speaks_alone(self, number: int, before: Word | None, after: Word | None) -> bool:
        """Right after a cue or a title, or right before a verb of speech."""
        words = self.words
        active = after is not None and after.lower in words.active
        if before is None:
            return active and self.tokens.opens_sentence(number)
        cue = before.lower
        if cue in words.bare or cue in words.according or cue in words.passive or cue in words.titles:
            return True
        if words.language == "en" and (cue in words.active or (self._does(after) and not before.capital)):
            return True
        return active and not before.capital

    def _does(self, after: Word | None) -> bool:
        """A verb follows at once: 'Berg walked', 'Berg was'."""
        return after is not None and (after.lower in self.words.finite or after.lower.endswith("ed"))

    def _bodies_in_roles(self) -> frozenset[str]:
        """No names: a rank or comma parts them from one. 'Talang Ubi' in 'Kapolsek Talang Ubi Kompol X'."""
        sure = [mention for mention in self.found if mention.sure]
        named = {word for mention in sure for word in (mention.name or "").lower().split()}
        return frozenset({word for mention in sure for word in (mention.role or "").lower().split()} - named)

    def _read_again(self, mention: Mention, bodies: frozenset[str]) -> Mention | None:
        """The mention, read with those words known for bodies."""
        if mention.sure or not mention.name or bodies.isdisjoint(mention.name.lower().split()):
            return mention
        again = self.reader.read(mention.start)
        return None if again is None or self._is_none(again) else again

    # the walk

    def _scan(self) -> list[Mention]:
        found: list[Mention] = []
        words = self.tokens.words
        done = 0  # the number of the first word not yet read
        for number in self.capitals:
            if number < done:
                continue
            start = self._role_start(number, done) if number and not words[number - 1].capital else number
            opens = start < number or words[number].may_open
            if words[number].lower == "the" and (role := self.reader.read_the(number)):
                found.append(role)
            mention = self.reader.read_word(start) if opens else None
            if mention is None:
                done = self._run_end(number)
                continue
            done = max(number + 1, mention.next)
            if not self._is_none(mention):
                found.append(mention)
        return found

    def _is_none(self, mention: Mention) -> bool:
        """A word of the sentence that was taken for a name: 'Menurutnya', 'Kapal', 'Ibu'."""
        name = (mention.name or "").lower()
        if not name or name == "i" or name.endswith("nya"):
            return bool(name)
        if mention.role is None and name.rstrip(".") in self.words.titles:
            return self.tokens.lower_after(mention) not in self.words.active
        common = self.words.is_common
        return common(name.split(" ", 1)[0]) and all(common(word.strip(".")) for word in name.split())

    def _role_start(self, number: int, floor: int) -> int:
        """Where a role in small letters before the capital begins: 'wakil bupati Rasman', 'pedagang, Sumini'."""
        tokens, start, at = self.tokens, number, number
        while at > max(floor, number - MAX_SMALL):
            gap, word = tokens.gaps[at], tokens.words[at - 1]
            if not (gap == " " or (gap == ", " and at == number)):
                break
            if not (word.in_role or word.lower in self.words.adjectives):
                break
            at -= 1
            start = at if word.head or word.lower in self.words.titles else start
        return number - 2 if start == number and number - 1 > floor and self._is_trade(number - 1) else start

    def _is_trade(self, number: int) -> bool:
        """The second word of a role in small letters: 'sopir truk Anto'."""
        tokens, before = self.tokens, self.tokens.words[number - 1]
        if not (before.head and before.in_role) or self.words.language == "en":
            return False
        spaced = tokens.gaps[number] == tokens.gaps[number + 1] == " "
        return spaced and self.words.may_be_noun(tokens.words[number])

    def _run_end(self, number: int) -> int:
        """Where to look on after a word that opens no mention: past its run, or at a role within it."""
        tokens, words = self.tokens, self.tokens.words
        if words[number].not_name and not words[number].body:
            return number + 1
        at, last = number + 1, min(number + MAX_RUN, len(words))
        while at < last and tokens.gaps[at] in (" ", "-"):
            word = words[at]
            if word.capital and word.opens_role:
                return at
            joins = word.lower in _JOINING and at + 1 < last and words[at + 1].capital
            if not (word.capital or joins):
                break
            at += 1
        return at
