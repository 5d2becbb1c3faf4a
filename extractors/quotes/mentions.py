"""Every stretch of the prose that may be a person, found in one walk over its capitalised words.

Which of them are people, and who is who, is settled in people.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from extractors.quotes.grammar import BODY_RUN, openings
from extractors.quotes.names import Reader
from extractors.quotes.parting import Usage
from extractors.quotes.sentences import BLANK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors.quotes.drafts import Mention
    from extractors.quotes.spelling import Word
    from extractors.quotes.tokens import Tokens
    from extractors.quotes.vocabulary import Vocabulary

MAX_BODY = 6  # of them, behind a word such as 'Desa'


class Mentions:
    """One article's mentions, in order, none overlapping, and the reader that read them."""

    def __init__(self, tokens: Tokens, words: Vocabulary) -> None:
        self.words = words
        self.tokens = tokens
        self.opening = openings(words.language)
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
            if not (word.may_be_name or (word.head and self.words.language == "en")):  # 'Baker said'
                continue
            after = tokens.after(number)
            if after and after.capital:
                if gaps[number + 1] == " " or not (after.calendar or after.opens_role):
                    continue
                after = None
            gap = gaps[number]
            if self._speaks_alone(number, words[number - 1] if gap in (" ", ". ") else None, after):
                speaking.add(word.lower)
            elif after and gap not in (" ", ". ") and tokens.opens_sentence(number):
                alone.add(word.lower)
        return frozenset(alone | speaking), frozenset(speaking)

    def _speaks_alone(self, number: int, before: Word | None, after: Word | None) -> bool:
        """Right after a cue or a title, or right before a verb of speech."""
        words = self.words
        active = after is not None and after.lower in words.verbs
        if before is None:
            behind_marks = self.tokens.gaps[number].rstrip(" ,").endswith(BLANK)  # '"…", Berg said'
            return active and (behind_marks or self.tokens.opens_sentence(number))
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
        at, letters, opening = 0, self.tokens.letters, self.opening.match
        while opened := opening(letters, at):
            kind, at = opened.lastgroup, opened.end()
            if kind == "plain":
                mention = self.reader.plain(opened.start("plain") >> 1, at >> 1)
                if not (mention.name or "").lower().endswith("nya"):
                    found.append(mention)
            elif kind == "role":
                at = self._read_on(opened.start("role") >> 1, at >> 1, found)
            elif kind == "word":
                at = self._read_on((at >> 1) - 1, (at >> 1) - 1, found)
        return found

    def _read_on(self, start: int, capital: int, found: list[Mention]) -> int:
        """Adds what is read from the word `start` to those found; where to look on, in letters."""
        word = self.tokens.words[capital]
        if word.letter == "T" and (role := self.reader.roles.read_the(capital)):
            found.append(role)
        mention = self.reader.read_tied(start) if start < capital or word.may_open else None
        if mention is None:
            return 2 * self._run_end(capital)
        if not self._is_none(mention):
            found.append(mention)
        if mention.next > capital:
            return 2 * mention.next
        return 2 * (capital + 1 - word.plain)

    def _is_none(self, mention: Mention) -> bool:
        """A word of the sentence that was taken for a name: 'Menurutnya', 'Kapal', 'Ibu'."""
        name = (mention.name or "").lower()
        if not name or name == "i" or name.endswith("nya"):
            return bool(name)
        if mention.role is None and name.rstrip(".") in self.words.titles:
            return self.tokens.lower_after(mention) not in self.words.active
        common = self.words.is_common
        parts = name.split()
        return common(parts[0]) and all(common(part.strip(".")) for part in parts)

    def _run_end(self, number: int) -> int:
        """Where to look on after a word that opens no mention: past its run, or at a role within it."""
        word = self.tokens.words[number]
        run = None if word.not_name and not word.body else BODY_RUN.match(self.tokens.letters, 2 * number + 2)
        end = number + 1 if run is None else run.end() >> 1
        # 'The Post’s Ann Berg': whose somebody is, and then somebody
        return next((at + 1 for at in range(number, end) if self.tokens.words[at].possessive), end)
