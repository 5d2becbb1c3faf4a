"""What tells a person from a place or body, he from she, and a speaker from someone spoken about.

Looks at one mention and what stands beside it; people.py asks, and settles who is who.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from extractors.quotes.tokens import BREAKS

if TYPE_CHECKING:
    from extractors.quotes.drafts import Mention
    from extractors.quotes.parting import Usage
    from extractors.quotes.tokens import Tokens

Gender = Literal["m", "f", "n"]

_APPOSED_BEFORE = re.compile(r"(?:\A|[.\n\0–—][ ]?| - )(?:Salah )?(?:([^\W\d_]+)(?: [\w'’-]+){1,6}|([^\W\d_]+nya)), \Z")
_APPOSED_IN_ENGLISH = re.compile(
    r"(?:\b(?:[Tt]he|[Aa]n?|[Oo]ne|[Hh]er|[Hh]is|[Tt]heir|[Ii]ts|[Oo]ur)|['’]s)"
    r"(?: [a-z][\w'’-]*){1,5}(?: [A-Z][\w'’.-]*){0,4}, \Z"
)
"""'Her mother, Ann Berg, …', 'the paper’s owner, Ann Berg'."""
_APPOSED_AFTER = re.compile(r", (?!dan\b|serta\b|hingga\b|and\b|or\b)[a-z]")
"""'Ibu kandung korban, Sumarni, menangis': a name between commas after the sentence's subject."""
_POINTED = re.compile(r" (?:itu|ini|tersebut)\b")
"""'mahasiswa Undana itu': words for someone just spoken of, and no name."""
_OF_A_PERSON = re.compile(r"\s?\(\d{1,2}\b|,? (?:warga|asal)\b|, \d{1,2}(?:[,).]| tahun)")
"""An age, or where someone is from."""
_PRESIDING = re.compile(r"\b[Mm]ajelis [Hh]akim,? (?:yang )?(?:diketuai|dipimpin)(?: oleh)?(?: [Hh]akim)? \Z")
_EXPLAINED = re.compile(r", (?=([a-z]+))[a-z][^,.\n\0]{2,60}, (?:[a-z]+ ){0,2}?([a-z]{5,})\b")
"""'Kris, perangkat desa, mengungkapkan': what somebody is, in words no list knows, and a verb of speech."""
_WHO = re.compile(r", (?:(who|whose)|the|an?)\b")
"""A name explained in English: 'Ann Berg, who …', 'Ann Berg, the voice of …'."""
_WHO_SAID = re.compile(r", (?:who|whose|an?|the)\b[^,.\n\0]{2,120}, (?:said|says|told|recalled|added)\b")
_TOLD_SAID = re.compile(r", [^,.\n\0]{2,120}, (?:said|says|told|tells|recalled|added|wrote|warned|asked)\b")
"""'Ann Berg, Lund’s lawyer, told': English, of a full name."""
_TAKES_UP = re.compile(
    r"\.\s{1,2}"
    r"(?:(?:Perempuan|Wanita|Pria|Lelaki|Laki-laki|Ibu|Bapak|Ayah|Anak|Kakek|Nenek|Pemuda|Gadis|Bocah|Remaja|Janda|Duda)\b|"
    r"(?:Petani|Peternak|Pedagang|Nelayan|Warga|Guru|Buruh|Penjual|Pemilik|Mantan|Alumnus|Lulusan|Mahasiswa)[ ]"
    r"[^,.\n\0]{0,50}\b(?:itu|ini|tersebut)\b)"
)
_TAKEN_UP = re.compile(rf"[^.\n\0]{{0,160}}{_TAKES_UP.pattern}")
"""'Mutmainah menatap puing kiosnya. Perempuan itu …'"""
_TWO_NAMES = re.compile(r" [A-Z][a-z]+ [A-Z][a-z]+")
_NOT_TAKEN_UP = re.compile(r"\b(?:ia|dia|beliau)\b|\A (?:dan|serta|itu|ini)\b")
"""'Sepatu dan buku ia bungkus. Perempuan itu …': the pronoun is whom the next sentence takes up."""
_WHEN = frozenset(("ketika", "saat", "kala", "bagi", "itulah", "ada"))
_STATEMENT = re.compile(
    r"\b(?:siaran pers|keterangan (?:tertulis|resmi|pers)|rilis(?: resmi| pers)?|pernyataan (?:resmi|tertulis)|"
    r"statement (?:from|by)) \Z"
)
"""What a body gives out: 'dalam siaran pers Bank Kemuning'."""
_STATEMENT_ENDS = frozenset(("pers", "tertulis", "resmi", "rilis", "from", "by"))
REACH = 70  # characters before a mention that may tell what it is
MAX_AGENT = 4  # words in small letters between a passive and who acts
_STOPS = frozenset(".!?\n\0")
NEAR = 8  # words after a name in which a pronoun tells its gender
GENDERS: dict[str, Gender] = {"he": "m", "his": "m", "she": "f", "her": "f"}


class Evidence:
    """Judges the mentions of one article's prose."""

    def __init__(self, tokens: Tokens, usage: Usage) -> None:
        self.tokens = tokens
        self.prose = tokens.prose
        self.words = tokens.vocabulary
        self.usage = usage
        self._in_court = "ajelis " in self.prose
        self._takes_up = self.words.language != "en" and bool(_TAKES_UP.search(self.prose))

    def is_person(self, mention: Mention) -> bool:
        """Whether what stands in or beside the mention shows a person: a role, a title, a cue, an age."""
        if mention.role and not mention.sure and self.is_pointed_at(mention) and self._is_office(mention):
            return False
        if mention.role or mention.titles or mention.sure:
            return True
        before, after = self.tokens.lower_before(mention.number), self.tokens.lower_after(mention)
        words = self.words
        if before and (before in words.bare or before in words.passive or before in words.according):
            return True
        adjoins = words.language == "id" or self.prose[mention.end : mention.end + 1] != ","
        if after in words.verbs and before not in words.companions and adjoins:
            return True
        if (after in words.adverbs or "-" in after) and self._speaks_somehow(mention):
            return True
        if words.language == "id" and self._is_explained_speaker(mention):
            return True
        if self.presides(mention):
            return True
        if self._gives_statement(before, mention.start) or self._is_passive_agent(mention.number):
            return True
        if self._is_of_body(mention):
            return False
        if self._is_taken_up(mention):
            return True
        if _OF_A_PERSON.match(self.prose, mention.end) or self._is_apposed(mention):
            return True
        return words.language == "en" and self._is_explained(mention)

    def is_statement(self, mention: Mention) -> bool:
        """Whether a statement is named whose giver the mention is."""
        return self._gives_statement(self.tokens.lower_before(mention.number), mention.start)

    def _gives_statement(self, before: str, at: int) -> bool:
        return before in _STATEMENT_ENDS and bool(_STATEMENT.search(self.prose, max(0, at - REACH), at))

    def may_be_person(self, mention: Mention) -> bool:
        """Whether it looks like a full name and does something: 'Rina Hapsari menggulung lengan baju'."""
        words, name = self.words, mention.name or ""
        if mention.possessive or not 1 <= name.count(" ") <= 3 or self._is_of_body(mention):
            return False
        after = self.tokens.lower_after(mention)
        if words.language == "en":
            return after in words.finite or after.endswith("ed")
        if after in words.finite or after in words.adverbs:
            after = self._second_after(mention)
        return len(after) > 6 and after.startswith(("me", "ber"))

    def _second_after(self, mention: Mention) -> str:
        """The second word after it, in small letters: 'mengekspor' behind 'kini'."""
        number = mention.next + 1
        return self.tokens.words[number].lower if number < len(self.tokens.words) else ""

    def _is_of_body(self, mention: Mention) -> bool:
        """Every word of the name stands in the names of places or bodies here."""
        return self.usage.of_bodies.issuperset((mention.name or "").lower().split())

    def _is_taken_up(self, mention: Mention) -> bool:
        """'Mutmainah menatap puing kiosnya. Perempuan itu …': the next sentence says what the name is."""
        if not self._takes_up:
            return False
        taken_up = _TAKEN_UP.match(self.prose, mention.end)
        stop = self.prose.find(".", mention.end)
        if not taken_up or _TWO_NAMES.search(self.prose, mention.end, stop):
            return False
        if _NOT_TAKEN_UP.search(self.prose, mention.end, stop):
            return False
        opens = self.tokens.opens_sentence(mention.number)
        opens = opens or self.prose.startswith(", ", mention.start - 2)
        ends = self.prose[mention.end : mention.end + 1] == "."
        return opens or ends or self.tokens.lower_before(mention.number) in _WHEN

    def _speaks_somehow(self, mention: Mention) -> bool:
        """'Azizah malu-malu menjawab': an adverb, or a word said twice, parts a name from its verb of speech."""
        return self.words.language == "id" and self._second_after(mention) in self.words.active

    def presides(self, mention: Mention) -> bool:
        """'majelis hakim yang diketuai Budi Santosa': the judge who presides."""
        return self._in_court and bool(_PRESIDING.search(self.prose, max(0, mention.start - REACH), mention.start))

    def _is_explained_speaker(self, mention: Mention) -> bool:
        if self.prose[mention.end : mention.end + 1] != ",":
            return False
        explained = _EXPLAINED.match(self.prose, mention.end)
        if not explained or not self.tokens.opens_sentence(mention.number):
            return False
        return explained[2] in self.words.active and explained[1] not in self.words.function_words

    def _is_explained(self, mention: Mention) -> bool:
        """'Ann Berg, who …' anywhere, 'Ann Berg, the …' where she opens the sentence."""
        explained = _WHO.match(self.prose, mention.end)
        if not explained:
            told = " " in (mention.name or "") and _TOLD_SAID.match(self.prose, mention.end)
            return bool(told) and self.tokens.lower_before(mention.number) not in self.words.companions
        if " " not in (mention.name or ""):
            return bool(_WHO_SAID.match(self.prose, mention.end))
        return bool(explained[1]) or self.tokens.opens_sentence(mention.number)

    def _is_apposed(self, mention: Mention) -> bool:
        if not self.prose.startswith(", ", mention.start - 2):
            return False
        if self.words.language == "en":
            return bool(_APPOSED_IN_ENGLISH.search(self.prose, max(0, mention.start - REACH), mention.start))
        if not _APPOSED_AFTER.match(self.prose, mention.end):
            return False
        opening = _APPOSED_BEFORE.search(self.prose, max(0, mention.start - REACH), mention.start)
        first = (opening[1] or opening[2]).lower() if opening else ""
        return bool(first) and first not in self.words.companions and first not in self.words.not_names

    def _is_passive_agent(self, number: int) -> bool:
        """'disampaikan ahli hukum tata negara Budi Santosa': the one who acts stands behind the verb."""
        if self.words.language == "en":
            return False
        words, gaps, passive = self.tokens.words, self.tokens.gaps, self.words.passive
        for at in range(number, max(0, number - 1 - MAX_AGENT), -1):
            word, gap = words[at - 1], gaps[at]
            if gap != " " and not BREAKS.isdisjoint(gap):
                return False
            if word.capital or word.lower in passive:
                return word.lower in passive
        return False

    def _is_office(self, mention: Mention) -> bool:
        """'anggota Polsek Rumbai', 'Kades Sidareja': an office whose place may look like a name."""
        return mention.role is not None and (mention.role[0].islower() or mention.first in self.words.of_place)

    def is_pointed_at(self, mention: Mention) -> bool:
        """'Politisi Golkar itu': words for someone just spoken of."""
        return bool(_POINTED.match(self.prose, mention.end))

    def is_lone_title(self, mention: Mention) -> bool:
        """'Buya', 'Ibu': a title for a name."""
        return mention.role is None and (mention.name or "").rstrip(".").lower() in self.words.titles

    def is_spoken_of(self, mention: Mention) -> bool:
        """'korban bernama Andi', 'pria berinisial BS': someone the news is about, hardly its speaker."""
        silent = self.words.silent
        if mention.first in silent:
            return True
        return not silent.isdisjoint([word.lower for word in self.tokens.clause_before(mention.number)])

    def gender(self, mention: Mention) -> Gender | None:
        """What title, role, given name or the next pronoun tells; 'n' for a company."""
        words = self.words
        given = (mention.name or "").lower().split(" ")
        if len(given) > 1 and given[-1] in words.corporate:
            return "n"
        told = {*mention.titles, *(mention.role or "").lower().split(), *(given[:1] if len(given) > 1 else ())}
        if not words.feminine.isdisjoint(told):
            return "f"
        if not words.masculine.isdisjoint(told):
            return "m"
        tokens = self.tokens
        first = mention.next
        for number in range(first, min(first + NEAR, len(tokens.words))):
            word = tokens.words[number]
            if not _STOPS.isdisjoint(tokens.gaps[number]) or (word.capital and word.may_be_name):
                return None
            if word.lower in GENDERS and not self._is_other(number):
                return GENDERS[word.lower]
        return None

    def _is_other(self, number: int) -> bool:
        """'who taught her in one afternoon': no noun follows, so 'her' is someone else."""
        tokens = self.tokens
        if tokens.words[number].lower != "her" or number + 1 == len(tokens.words):
            return False
        after = tokens.words[number + 1].lower
        return tokens.gaps[number + 1] != " " or after in self.words.companions or after in self.words.adverbs
