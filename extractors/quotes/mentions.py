"""Every stretch of the prose that may be a person, found in one walk over its capitalised words.

Which of them are people, and who is who, is settled in people.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.quotes.names import Mention, Reader
from extractors.quotes.parting import Usage
from extractors.quotes.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors.quotes.vocabulary import Vocabulary, Word

_APPOSED_BEFORE = re.compile(r"(?:\A|[.\n\0][ ]?)(?:Salah )?(?:([^\W\d_]+)(?: [\w'’-]+){1,6}|([^\W\d_]+nya)), \Z")
_APPOSED_IN_ENGLISH = re.compile(
    r"(?:\b(?:[Tt]he|[Aa]n?|[Oo]ne|[Hh]er|[Hh]is|[Tt]heir|[Ii]ts|[Oo]ur)|['’]s)(?: [a-z][\w'’-]*){1,5}, \Z"
)
"""'Her mother, Ann Berg, …', 'the paper’s owner, Ann Berg'."""
_APPOSED_AFTER = re.compile(r", (?!dan\b|serta\b|hingga\b|and\b|or\b)[a-z]")
"""'Ibu kandung korban, Sumarni, menangis': a name between commas after the sentence's subject."""
_OF_A_PERSON = re.compile(r"\s?\(\d{1,2}\b|,? (?:warga|asal)\b|, \d{1,2}(?:[,).]| tahun)")
_WHO = re.compile(r", (?:(who|whose)|the|an?)\b")
"""A name explained in English: 'Ann Berg, who …', 'Ann Berg, the voice of …'."""
"""An age, or where someone is from."""
_STATEMENT = re.compile(
    r"\b(?:siaran pers|keterangan (?:tertulis|resmi|pers)|rilis(?: resmi| pers)?|pernyataan (?:resmi|tertulis)|"
    r"statement (?:from|by)) \Z"
)
"""What a body gives out: 'dalam siaran pers Bank Kemuning'."""
_STATEMENT_ENDS = frozenset(("pers", "tertulis", "resmi", "rilis", "from", "by"))
REACH = 70  # characters before a mention that may tell what it is
MAX_RUN = 8  # capitalised words taken for one name of a body
MAX_BODY = 6  # of them, behind a word such as 'Desa'
MAX_SMALL = 3  # words of a role in small letters before the name
_JOINING = frozenset(("dan", "of", "the"))
_STARTS = frozenset(("", ".", "!", "?", "\n", "\0"))
_BREAKS = frozenset(",.\n\0")


class Mentions:
    """One article's mentions, in order, none overlapping, and the reader that read them."""

    def __init__(self, prose: str, words: Vocabulary) -> None:
        self.prose = prose
        self.words = words
        self.tokens = Tokens(prose, words)
        self.capitals = [number for number, word in enumerate(self.tokens.words) if word.capital]
        usage = Usage(frozenset(self._of_bodies()), frozenset(self._of_people()))
        self.reader = Reader(self.tokens, usage)
        self.found = self._scan()
        bodies = self._bodies_in_roles()
        if bodies:
            self.reader = Reader(self.tokens, Usage(usage.of_bodies | bodies, usage.of_people))
            self.found = [again for one in self.found if (again := self._read_again(one, bodies))]

    def is_person(self, mention: Mention) -> bool:
        """Whether what stands in or beside the mention shows a person: a role, a title, a cue, an age."""
        if mention.role or mention.titles or mention.sure:
            return True
        before, after = self._lower_before(mention.start), self._lower_after(mention.end)
        words = self.words
        if before and (before in words.bare or before in words.passive or before in words.according):
            return True
        adjoins = words.language == "id" or self.prose[mention.end : mention.end + 1] != ","
        if after in words.active and before not in words.companions and adjoins:
            return True
        if self.is_statement(mention.start) or self._is_passive_agent(mention.start):
            return True
        if self._is_of_body(mention):
            return False
        if _OF_A_PERSON.match(self.prose, mention.end) or self._is_apposed(mention):
            return True
        return words.language == "en" and self._is_explained(mention)

    def is_statement(self, at: int) -> bool:
        """Whether a statement is named whose giver stands at `at`."""
        if self._lower_before(at) not in _STATEMENT_ENDS:
            return False
        return bool(_STATEMENT.search(self.prose, max(0, at - REACH), at))

    def may_be_person(self, mention: Mention) -> bool:
        """Whether it looks like a full name and does something: 'Rina Hapsari menggulung lengan baju'."""
        name = mention.name or ""
        if mention.possessive or not 1 <= name.count(" ") <= 3 or self._is_of_body(mention):
            return False
        after = self._lower_after(mention.end)
        if self.words.language == "en":
            return after in self.words.finite or after.endswith("ed")
        return len(after) > 6 and after.startswith(("me", "ber"))

    def _is_of_body(self, mention: Mention) -> bool:
        """Every word of the name stands in the names of places or bodies here."""
        return self.reader.usage.of_bodies.issuperset((mention.name or "").lower().split())

    def _is_explained(self, mention: Mention) -> bool:
        """'Ann Berg, who …' anywhere, 'Ann Berg, the …' where she opens the sentence."""
        explained = _WHO.match(self.prose, mention.end)
        if not explained or " " not in (mention.name or ""):
            return False
        return bool(explained[1]) or self._opens_sentence(self.tokens.index(mention.start))

    def _opens_sentence(self, number: int) -> bool:
        return not number or self._gap(number).strip(" ")[-1:] in _STARTS

    def _is_passive_agent(self, at: int) -> bool:
        """'disampaikan ahli hukum tata negara Budi Santosa': the one who acts stands behind the verb."""
        words = self.words
        if words.language == "en":
            return False
        for number, word in enumerate(self._clause_before(self.tokens.index(at))):
            if word.lower in words.passive:
                return True
            if word.capital or number == MAX_SMALL + 1:
                return False
        return False

    def is_lone_title(self, mention: Mention) -> bool:
        """'Buya', 'Ibu': a title for a name."""
        return mention.role is None and (mention.name or "").rstrip(".").lower() in self.words.titles

    def is_spoken_of(self, mention: Mention) -> bool:
        """'korban bernama Andi', 'pria berinisial BS': someone the news is about, hardly its speaker."""
        silent = self.words.silent
        return mention.first in silent or any(
            word.lower in silent for word in self._clause_before(self.tokens.index(mention.start))
        )

    # how the article uses its capitalised words

    def _of_bodies(self) -> Iterator[str]:
        """Words that name places and bodies here: behind 'di', 'Desa', 'Polres'."""
        words = self.tokens.words
        for number in self.capitals:
            if not (number and words[number - 1].opens_place and self._gap(number) == " "):
                continue
            if any(word.head for word in self._clause_before(number - 1)):
                continue  # the run behind a role may end in a name: 'Kepala Desa Ujang'
            end = number + 1
            while end < min(number + MAX_BODY, len(words)) and words[end].capital and self._gap(end) in (" ", "-"):
                end += 1
            yield from (part for word in words[number:end] for part in word.lower.split("-"))

    def _of_people(self) -> Iterator[str]:
        """Words that stand alone where only a person can: right after a cue or a title, or right before a verb."""
        words = self.tokens.words
        for number in self.capitals:
            word = words[number]
            if word.may_be_name and self._stands_alone(number):
                yield word.lower

    def _clause_before(self, number: int) -> Iterator[Word]:
        """The words before that one, backwards, to the last comma or stop."""
        tokens = self.tokens
        if number >= len(tokens.words):
            return
        floor = tokens.starts[number] - REACH
        while number and tokens.starts[number - 1] >= floor and _BREAKS.isdisjoint(self._gap(number)):
            number -= 1
            yield tokens.words[number]

    def _stands_alone(self, number: int) -> bool:
        """One capitalised word, right after a cue or a title, or right before a verb of speech."""
        after = self._after(number)
        if after and after.capital:
            return False
        gap = self._gap(number)
        before = self.tokens.words[number - 1] if number and gap in (" ", ". ") else None
        if before is None:
            return after is not None and self._opens_sentence(number)
        cue, words = before.lower, self.words
        if cue in words.bare or cue in words.according or cue in words.passive or cue in words.titles:
            return True
        if words.language == "en" and (cue in words.active or (self._does(after) and not before.capital)):
            return True
        return after is not None and after.lower in words.active and not before.capital

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

    # what stands beside a word

    def _gap(self, number: int) -> str:
        """What parts the word from the one before."""
        return self.tokens.gaps[number]

    def _after(self, number: int) -> Word | None:
        """The word that follows that one, no more than a comma between."""
        tokens = self.tokens
        if number + 1 >= len(tokens.words) or tokens.gaps[number + 1] not in (" ", ", ", " , "):
            return None
        return tokens.words[number + 1]

    def _lower_before(self, at: int) -> str:
        """The word before the mention at `at`, in small letters; "" where more than a space parts them."""
        number = self.tokens.index(at)
        return self.tokens.words[number - 1].lower if number and self._gap(number) in (" ", ". ") else ""

    def _lower_after(self, at: int) -> str:
        number = self.tokens.index(at)
        follows = number < len(self.tokens.words) and self.prose[at : self.tokens.starts[number]] in (" ", ", ", " , ")
        return self.tokens.words[number].lower if follows else ""

    # the walk

    def _scan(self) -> list[Mention]:
        found: list[Mention] = []
        words = self.tokens.words
        done = 0  # the number of the first word not yet read
        for number in self.capitals:
            if number < done:
                continue
            start = self._role_start(number, done) if number and words[number - 1].in_role else number
            opens = start < number or words[number].may_open
            if words[number].lower == "the" and (role := self.reader.read_the(number)):
                found.append(role)
            mention = self.reader.read_word(start) if opens else None
            if mention is None:
                done = self._run_end(number)
                continue
            done = max(number + 1, self.tokens.index(mention.end))
            if not self._is_none(mention):
                found.append(mention)
        return found

    def _is_none(self, mention: Mention) -> bool:
        """A word of the sentence that was taken for a name: 'Menurutnya', 'Kapal', 'Ibu'."""
        name = (mention.name or "").lower()
        if not name:
            return False
        if name.endswith("nya"):
            return True
        words = self.words
        if all(words.is_common(word.strip(".")) for word in name.split()):
            return True
        return self.is_lone_title(mention) and self._lower_after(mention.end) not in self.words.active

    def _role_start(self, number: int, floor: int) -> int:
        """Where a role in small letters before the capital begins: 'wakil bupati Rasman', 'pedagang, Sumini'."""
        tokens, start, at = self.tokens, number, number
        while at > max(floor, number - MAX_SMALL):
            gap, word = tokens.gaps[at], tokens.words[at - 1]
            if not word.in_role or not (gap == " " or (gap == ", " and at == number)):
                break
            at -= 1
            start = at if word.head or word.lower in self.words.titles else start
        return start

    def _run_end(self, number: int) -> int:
        """Where to look on after a word that opens no mention: past its run, or at a role within it."""
        tokens, words = self.tokens, self.tokens.words
        if words[number].not_name and not words[number].body:
            return number + 1
        at, last = number + 1, min(number + MAX_RUN, len(words))
        while at < last and tokens.gaps[at] in (" ", "-"):
            word = words[at]
            if word.capital and word.titles:
                return at
            joins = word.lower in _JOINING and at + 1 < last and words[at + 1].capital
            if not (word.capital or joins):
                break
            at += 1
        return at

    def _is_apposed(self, mention: Mention) -> bool:
        if self.words.language == "en":
            return bool(_APPOSED_IN_ENGLISH.search(self.prose, max(0, mention.start - REACH), mention.start))
        if not _APPOSED_AFTER.match(self.prose, mention.end):
            return False
        opening = _APPOSED_BEFORE.search(self.prose, max(0, mention.start - REACH), mention.start)
        first = (opening[1] or opening[2]).lower() if opening else ""
        return bool(first) and first not in self.words.companions and first not in self.words.not_names
