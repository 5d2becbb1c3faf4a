"""Every stretch of the prose that may be a person, found in one walk over its capitalised words.

Which of them are people, and who is who, is settled in people.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.quotes.names import Mention, Reader
from extractors.quotes.parting import Usage

if TYPE_CHECKING:
    from extractors.quotes.vocabulary import Vocabulary

_CAPITAL = re.compile(r"(?<![\w'’-])[A-Z][\w'’-]*")
_SMALL_BEFORE = re.compile(r"((?:(?<![\w'’-])[a-z]+[ ]){0,2}(?<![\w'’-])[a-z]+,?[ ])\Z")
_SMALL = re.compile(r"[a-z]+")
_RUN = re.compile(r"[A-Z][\w'’-]*(?:[ -](?:(?:dan|of|the) )?[A-Z][\w'’-]*){0,7}")
_OF_PLACE = re.compile(
    r"\b(?:di|ke|kawasan|wilayah|pantai|Desa|Kelurahan|Kecamatan|Kabupaten|Kota|Kampung|Dusun|Polres|Polsek|Polda|"
    r"Provinsi|Kantor|RSUD|Gedung|Puskesmas|Gunung|Pulau|Sungai|Pantai|Universitas|Kodim|Koramil|"
    r"Jembatan|Pasar|in|at|near|PT|CV)[ ]"
    r"([A-Z][\w'’-]*(?:[ -][A-Z][\w'’-]*){0,5})"
)
_BREAK = re.compile(r"[,.\n\0]")
_WORD = re.compile(r"[^\W\d_]+")
_WORD_AFTER = re.compile(r"[ ]?,?[ ]([^\W\d_]+)")
_SENTENCE_START = re.compile(r"(?:\A|[.\n\0])[ ]?\Z")
_APPOSED_BEFORE = re.compile(r"(?:\A|[.\n\0][ ]?)(?:Salah )?([^\W\d_]+)(?: [\w'’-]+){1,6}, \Z")
_APPOSED_AFTER = re.compile(r", (?!dan\b|serta\b|hingga\b|and\b|or\b)[a-z]")
"""'Ibu kandung korban, Sumarni, menangis': a name between commas after the sentence's subject."""
_OF_A_PERSON = re.compile(r"\s?\(\d{1,2}\b|,? (?:warga|asal)\b|, \d{1,2}[ ,)]")
"""An age, or where someone is from."""
_STATEMENT = re.compile(
    r"\b(?:siaran pers|keterangan (?:tertulis|resmi|pers)|rilis(?: resmi| pers)?|pernyataan (?:resmi|tertulis)|"
    r"statement (?:from|by)) \Z"
)
"""What a body gives out: 'dalam siaran pers Bank Kemuning'."""
REACH = 70  # characters before a mention that may tell what it is


class Mentions:
    """One article's mentions, in order, none overlapping, and the reader that read them."""

    def __init__(self, prose: str, words: Vocabulary) -> None:
        self.prose = prose
        self.words = words
        usage = self._usage()
        self.reader = Reader(prose, words, usage)
        self.found = self._scan()
        bodies = self._bodies_in_roles()
        if any(not one.sure and one.name and not bodies.isdisjoint(one.name.lower().split()) for one in self.found):
            self.reader = Reader(prose, words, Usage(usage.of_bodies | bodies, usage.of_people))
            self.found = self._scan()

    def is_person(self, mention: Mention) -> bool:
        """Whether what stands in or beside the mention shows a person: a role, a title, a cue, an age."""
        if mention.role or mention.titles or mention.sure:
            return True
        before, after = self._word_before(mention.start).lower(), self._word_after(mention.end).lower()
        words = self.words
        if (
            before in words.bare
            or before in words.passive
            or before in words.according
            or self.is_statement(mention.start)
        ):
            return True
        adjoins = words.language == "id" or self.prose[mention.end : mention.end + 1] != ","
        if after in words.active and before not in words.companions and adjoins:
            return True
        return bool(_OF_A_PERSON.match(self.prose, mention.end)) or self._is_apposed(mention)

    def is_statement(self, at: int) -> bool:
        """Whether a statement is named whose giver stands at `at`."""
        return bool(_STATEMENT.search(self.prose, max(0, at - REACH), at))

    def is_lone_title(self, mention: Mention) -> bool:
        """'Buya', 'Ibu': a title for a name."""
        return mention.role is None and (mention.name or "").rstrip(".").lower() in self.words.titles

    def is_spoken_of(self, mention: Mention) -> bool:
        """'korban bernama Andi', 'pria berinisial BS': someone the news is about, hardly its speaker."""
        if mention.first in self.words.silent:
            return True
        before = _BREAK.split(self.prose[max(0, mention.start - REACH) : mention.start])[-1].lower()
        return not self.words.silent.isdisjoint(_WORD.findall(before))

    # how the article uses its capitalised words

    def _usage(self) -> Usage:
        bodies: set[str] = set()
        for found in _OF_PLACE.finditer(self.prose):
            if not self._role_leads_to(found.start()):
                bodies.update(re.split(r"[ -]", found[1].lower()))
        people: set[str] = set()
        for found in _CAPITAL.finditer(self.prose):
            word = found[0].lower()
            if self._may_be_name(word) and word not in people and self._stands_alone(found.start(), found.end()):
                people.add(word)
        return Usage(frozenset(bodies), frozenset(people))

    def _may_be_name(self, word: str) -> bool:
        return word not in self.words.not_names and word not in self.words.bodies and not self.words.is_head(word)

    def _role_leads_to(self, at: int) -> bool:
        """A role stands before `at`: the run behind it may end in a name ('Kepala Desa Ujang')."""
        before = _BREAK.split(self.prose[max(0, at - REACH) : at])[-1]
        return any(self.words.is_head(word) for word in _WORD.findall(before.lower()))

    def _stands_alone(self, start: int, end: int) -> bool:
        """One capitalised word, right after a cue or a title, or right before a verb of speech."""
        after = self._word_after(end)
        if after and after[0].isupper():
            return False
        before = self._word_before(start)
        if not before:
            return bool(after) and bool(_SENTENCE_START.search(self.prose, max(0, start - 2), start))
        cue, words = before.lower(), self.words
        if cue in words.bare or cue in words.according or cue in words.passive or cue in words.titles:
            return True
        if words.language == "en" and cue in words.active:
            return True
        return after in words.active and not before[0].isupper()

    def _bodies_in_roles(self) -> set[str]:
        """No names: a rank or comma parts them from one. 'Talang Ubi' in 'Kapolsek Talang Ubi Kompol X'."""
        sure = [mention for mention in self.found if mention.sure]
        named = {word for mention in sure for word in (mention.name or "").lower().split()}
        return {word for mention in sure for word in (mention.role or "").lower().split()} - named

    def _word_before(self, at: int) -> str:
        """The word that ends right before the space at `at`; "" after anything else."""
        prose, end = self.prose, at - 1
        if end <= 0 or prose[end] != " ":
            return ""
        if prose[end - 1] == ".":
            end -= 1
        start = end
        while start and prose[start - 1].isalpha():
            start -= 1
        return prose[start:end]

    def _word_after(self, at: int) -> str:
        found = _WORD_AFTER.match(self.prose, at)
        return found[1] if found else ""

    # the walk

    def _scan(self) -> list[Mention]:
        found: list[Mention] = []
        done = 0
        for capital in _CAPITAL.finditer(self.prose):
            if capital.start() < done:
                continue
            start = self._role_start(capital.start(), done)
            opens = start < capital.start() or self._may_open(capital[0].lower())
            mention = self.reader.read(start) if opens else None
            if mention is None:
                done = self._run_end(capital)
            elif self._is_none(mention):
                done = mention.end
            else:
                found.append(mention)
                done = mention.end
        return found

    def _is_none(self, mention: Mention) -> bool:
        """A word of the sentence that was taken for a name: 'Menurutnya', 'Kapal', 'Ibu'."""
        name = (mention.name or "").lower()
        if not name:
            return False
        if name.endswith("nya") or all(word.strip(".") in self.words.not_names for word in name.split()):
            return True
        return self.is_lone_title(mention) and self._word_after(mention.end).lower() not in self.words.active

    def _may_open(self, word: str) -> bool:
        words = self.words
        if words.is_head(word) or word in words.ranks or word in words.titles:
            return True
        return not (word in words.not_names or word in words.bodies or word in words.calendar or word in words.places)

    def _role_start(self, at: int, floor: int) -> int:
        """Where a role in small letters before the capital begins: 'wakil bupati Rasman', 'pedagang, Sumini'."""
        if not self.prose[at - 2 : at - 1].islower() and self.prose[at - 2 : at] != ", ":
            return at
        before = _SMALL_BEFORE.search(self.prose, max(floor, at - 48), at)
        if not before:
            return at
        start = at
        for word in reversed(list(_SMALL.finditer(self.prose, before.start(1), before.end(1)))):
            opens = self.words.is_head(word[0]) or word[0] in self.words.titles
            if not (opens or word[0] in self.words.bodies):
                break
            if opens:
                start = word.start()
        return start

    def _run_end(self, capital: re.Match[str]) -> int:
        """Where to look on after a word that opens no mention: past its run, or at a role within it."""
        word = capital[0].lower()
        run = _RUN.match(self.prose, capital.start())
        if not run or (word in self.words.not_names and word not in self.words.bodies):
            return capital.end()
        for later in _CAPITAL.finditer(self.prose, capital.end(), run.end()):
            lower = later[0].lower()
            if self.words.is_head(lower) or lower in self.words.ranks or lower in self.words.titles:
                return later.start()
        return run.end()

    def _is_apposed(self, mention: Mention) -> bool:
        if not _APPOSED_AFTER.match(self.prose, mention.end):
            return False
        opening = _APPOSED_BEFORE.search(self.prose, max(0, mention.start - REACH), mention.start)
        first = opening[1].lower() if opening else ""
        return bool(first) and first not in self.words.companions and first not in self.words.not_names
