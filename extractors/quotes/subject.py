"""The running subject: whom the writer's prose is about at each point, quotes left out.

It is what '-nya', 'dia' and 'he' refer to. The subject of a sentence is told from its cue, its opening and its first
verb; companions, objects and people spoken about do not count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.quotes.sentences import BLANK

if TYPE_CHECKING:
    from extractors.quotes.drafts import Mention
    from extractors.quotes.evidence import Gender
    from extractors.quotes.people import Sighting
    from extractors.quotes.roster import Person
    from extractors.quotes.story import Story
    from extractors.quotes.tokens import Tokens

_PASSIVE = re.compile(
    r"(?: ?\(\d{1,3}[^()\n]{0,12}\))?(?:, [a-z][^,.\n\0]{2,80}(?=,))?\W*(?:(?:telah|sudah|akan|juga|turut|sempat)\s+)?"
    r"(?:di[a-z]{4,}|tewas|meninggal|mengalami|menderita|"
    r"ter(?:luka|timpa|seret|tabrak|jebak|kena|sengat|jatuh|bawa|perosok|peleset|tangkap|bukti|ancam|jerat|libat|ciduk))\b"
)
_EPITHET = re.compile(
    r"\W*(?:sosok|pria|wanita|perempuan|laki-laki|lelaki|orang nomor satu|perwira|politisi|politikus|mantan|ibu|bapak)"
    r"\b",
    re.IGNORECASE,
)
_HELD = re.compile(r"(?:\A|,)\s*(?:[^\W\d_]+\s+){0,3}(?:ia|dia|iapun|beliau|he|she)\s", re.IGNORECASE)
_PRONOUNS = frozenset(("ia", "dia", "iapun", "beliau", "he", "she"))
_ACTING_ON = re.compile(r"(?:me|di)[a-z]{5,}\Z")
"""'menangkap Andi': the verb right before makes its object."""
_AGENT = re.compile(r"(?:oleh|by|dari|di[a-z]{5,})\Z")
"""'dibuka Bupati', 'oleh Andi': after it stands who acts."""
_MET = re.compile(r"\Adi(?:temui|sambut|terima|pimpin|buka|pandu|isi|jumpai|tutup|hampiri|jelaskan)\Z")
_BEFALLS = re.compile(r"\A(?:dialami|dirasakan|dikeluhkan|diderita|menimpa)\Z")
"""'Kerugian juga dialami Andi.': nobody acts, and the next sentence goes on with him."""
_NAMED = re.compile(r"(?<=\s)[A-Z][a-z]+ [A-Z][a-z]+")
_TAIL = re.compile(r"(?:,? (?:pada|di|Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu)\b[^.\n\0]{0,80})?[.\n\0]")
_ACCORDING = re.compile(r"\baccording to(?: [a-z][\w'’]*){0,5},? \Z")
"""'according to his son, Paul Berg'"""
_PRESENT = re.compile(r"\W*(?:Turut )?(?:Hadir|Tampak|Terlihat)\b[^,.]{0,60}\Z")
_TAKEN_UP = re.compile(r"[^.\n\0]{0,40}\.\s+(?:Ia|Dia|Beliau)\b")
"""'Hadir pula Kepala Dinas Budi Santosa. Dia …'"""
_FRONTED = re.compile(r"\W*[A-Z]\w+(?:ed|told) by\b")
"""'Asked by the chair, Ann Berg, …': someone else's question."""
_OPENING = re.compile(r"[^,]{0,80},\s*\Z")
"""An adverbial up to its comma: 'Dalam sambutannya, Bupati …'."""
_NOTHING = frozenset(("", "Salah", "Salah satu", "salah", "salah satu"))
"""Before the subject: 'Salah seorang peserta, Andi, …'."""
MAX_BEFORE_AGENT = 8  # words of a sentence before the one who acts in it
_TOPICAL = frozenset(("dengan", "for"))
_TOPIC = re.compile(
    r"\W*(?:For|As for|"
    r"(?:Berbeda|Berbeda halnya|Lain halnya|Sama halnya|Begitu (?:pula|juga)|Tidak demikian) dengan) \Z"
)
"""'For Ann Berg, whose house burned, …', 'Berbeda dengan Andi. Petani itu …'"""
_AGE = re.compile(r" ?\(\d{1,3}[^()\n]{0,12}\)")
_EXPLAINING = frozenset((",", "("))
_EXPLAINED = re.compile(r"(?: ?\(\d{1,3}[^()\n]{0,12}\))?, [a-z][^,.\n\0]{2,80}, (?:[a-z]+ )??([a-z]{5,})\b")
"""'GA (16), pelajar kelas XI, mengaku …'"""
SUFFERING = 140  # characters behind a mention: an age, what somebody is, a passive
REACH = 60  # characters before a mention that may hold 'according to'
MAX_EPITHET = 3  # words between the opening of a sentence and its subject
AHEAD = 5  # words looked at after a mention
LEAD = 300  # characters of a sentence looked at before a mention
SPEAKS, OPENS, MAY_BE, IS_NOT = 3, 2, 1, 0  # how surely a mention is the subject of its sentence


class Thread:
    """Follows the prose from quote to quote; `subject` is its running subject so far, None before the first."""

    def __init__(self, story: Story) -> None:
        self.sentences = story.prose
        self.prose = story.prose.text
        self.people = story.people
        self.words = story.words
        self.subject: Person | None = None
        self.past: list[Person] = []
        self.faint = False
        """Whoever became the subject last neither spoke nor came with a word that turns to someone else."""
        self.firm = False
        """The last sentence read has the subject beside a reporting word."""
        self.quiet = True
        """Nobody was named in what was read last."""
        self.next = 0

    def skip(self, to: int) -> None:
        """Read past reporting words: who stands in them has been dealt with."""
        sightings = self.people.sightings
        while self.next < len(sightings) and sightings[self.next].mention.start < to:
            self.next += 1

    def read(self, to: int) -> None:
        """Follow the prose up to `to`; the best subject of each sentence takes over."""
        sightings = self.people.sightings
        best, weight, sentence, self.faint = None, IS_NOT, -1, False
        while self.next < len(sightings) and sightings[self.next].mention.start < to:
            sighting = sightings[self.next]
            self.next += 1
            here = self.sentences.start(sighting.mention.start)
            if here != sentence:
                self._take(best, weight, sentence)
                best, weight, sentence = None, IS_NOT, here
            counts = self._weight(sighting, here)
            if counts > weight:
                best, weight = sighting.person, counts
        self._take(best, weight, sentence)
        self.quiet = sentence < 0
        self.firm = weight == SPEAKS and best is self.subject

    def _take(self, person: Person | None, weight: int, start: int) -> None:
        if person is None or (weight == MAY_BE and self.subject is not None):
            return
        if person is not self.subject:
            turned = self._opens_line(start) or self.words.switch.match(self.prose, start)
            self.faint = weight < SPEAKS and not turned
        self.turn_to(person)

    def _opens_line(self, at: int) -> bool:
        return not at or self.prose[at - 1] == "\n"

    def turn_to(self, person: Person) -> None:
        """Make that person the running subject."""
        if person is not self.subject:
            self.past.append(person)
            self.subject = person

    def of_gender(self, gender: Gender) -> Person | None:
        """The subject, or the last one before whom 'he' or 'she' can mean."""
        if self.subject is None or self.subject.gender in (gender, None):
            return self.subject
        if self.subject.gender == "n":
            return next((person for person in reversed(self.past) if person.gender in (gender, None)), None)
        return next((person for person in reversed(self.past) if person.gender == gender), None)

    def _weight(self, sighting: Sighting, start: int) -> int:
        """As `weigh`, which a second thread over the same prose need not do again."""
        weights, at = self.people.weights, sighting.mention.start
        if at not in weights:
            weights[at] = self.weigh(sighting, start)
        return weights[at]

    def weigh(self, sighting: Sighting, start: int) -> int:
        """How surely the mention is the subject of its sentence, which begins at `start`."""
        mention, silent = sighting.mention, sighting.person.silent
        before = self.prose[max(start, mention.start - LEAD) : mention.start]
        tokens = self.people.mentions.tokens
        first = mention.number
        last = [word.lower for word in tokens.words[max(tokens.index(start), first - 2) : first]]
        following = self._following(mention, tokens)
        topic = bool(last) and last[-1] in _TOPICAL and _TOPIC.match(before) is not None
        companion = not topic and self._is_companion(before, last)
        tied = self.prose[mention.end : mention.end + 2].lstrip()[:1] in _EXPLAINING
        explained = _EXPLAINED.match(self.prose, mention.end) if tied and self.words.language == "id" else None
        explained = explained if not last or self._opens(before) else None
        apart = sighting.person.faint and (companion or self.prose[mention.end : mention.end + 1] == ",")
        if self._opens_told_clause(last, following, mention.end):
            return IS_NOT
        if not (mention.possessive or apart) and self._speaks(last, following, explained, companion=companion):
            return MAY_BE if silent and "mengaku" in following[:3] else SPEAKS
        if self.people.evidence.is_statement(mention):
            return OPENS
        if "according" in before and _ACCORDING.search(before[-REACH:]):
            return SPEAKS
        if mention.possessive or self._held_by_pronoun(tokens, start, first, before):
            return IS_NOT
        if companion or self._is_object(before, last):
            if not companion and _BEFALLS.match(last[-1]) and self._ends(mention.end):
                return OPENS
            if not _AGENT.match(last[-1]) or silent:
                return IS_NOT
            alone = companion or self.people.mentions.tokens.index(start) > first - MAX_BEFORE_AGENT
            return OPENS if alone and self._ends(mention.end) and self._is_met(last[-1], before) else MAY_BE
        if silent and self._leads_to_quote(mention.start) and self._opens(before):
            return OPENS
        if silent or sighting.person.faint or self._suffers(mention.end):
            return MAY_BE
        opens = topic or self._opens(before) or self._is_presented(before, mention.end)
        acts = self._acts(following)
        if sighting.person.hidden:
            return OPENS if opens and acts else MAY_BE
        return OPENS if opens or acts else MAY_BE

    def _opens_told_clause(self, last: list[str], following: list[str], end: int) -> bool:
        """'Ann Berg said Tyrak would move': in English, who stands behind the verb is spoken of if a verb follows."""
        if self.words.language != "en" or len(last) < 2 or last[-1] not in self.words.bare:
            return False
        return self.prose[end : end + 1] == " " and self._acts(following)

    def _held_by_pronoun(self, tokens: Tokens, start: int, first: int, before: str) -> bool:
        """The sentence has its pronoun for a subject: whoever is named later in it is not."""
        words = tokens.words[tokens.index(max(start, tokens.starts[first] - LEAD)) : first]
        if self.words.language == "en":
            return bool(words) and words[0].lower in _PRONOUNS
        return any(word.lower in _PRONOUNS for word in words) and bool(_HELD.search(before))

    def _following(self, mention: Mention, tokens: Tokens) -> list[str]:
        """The next words, up to a stop: in small letters."""
        found: list[str] = []
        words, gaps = tokens.words, tokens.gaps
        age = _AGE.match(self.prose, mention.end)
        number, at = (tokens.index(age.end()), age.end()) if age else (mention.next, mention.end)
        if number == len(words):
            return found
        gap = self.prose[at : tokens.starts[number]]
        last = number + AHEAD
        while number < last and (gap == " " or not gap.strip(", \n")):
            found.append(words[number].lower)
            number += 1
            if number == len(words):
                break
            gap = gaps[number]
        return found

    def _speaks(
        self, last: list[str], following: list[str], explained: re.Match[str] | None, *, companion: bool
    ) -> bool:
        """A reporting word stands right beside the mention."""
        words = self.words
        tells = companion and last[-1] == "with" and bool(following) and following[0].endswith("ing")
        beside = not companion or tells or last[-1] in ("dengan", "of", "from")  # 'with Ann Berg warning of'
        if beside and any(word in words.verbs for word in following[:3]):
            return True
        if explained and explained[1] in words.verbs:
            return True
        if not last:
            return False
        cue = last[-1]
        if cue in words.according or cue in words.passive or cue in words.bare or cue in words.via:
            return True
        return len(last) > 1 and last[0] in words.passive and (cue in words.adverbs or cue == "oleh")

    def _is_companion(self, before: str, last: list[str]) -> bool:
        return bool(last) and last[-1] in self.words.companions and not before.rstrip().endswith(",")

    def _is_object(self, before: str, last: list[str]) -> bool:
        if self.words.language != "id" or not last or before.rstrip().endswith(","):
            return False
        return bool(_ACTING_ON.match(last[-1]))

    def _is_met(self, verb: str, before: str) -> bool:
        """'Massa ditemui Kepala Dinas X.': nobody else is named, and whoever meets them speaks next."""
        return bool(_MET.search(verb)) and not _NAMED.search(before, 1)

    def _ends(self, at: int) -> bool:
        """The sentence ends there, or goes on with no more than when and where."""
        return bool(_TAIL.match(self.prose, at))

    def _suffers(self, at: int) -> bool:
        """A passive or a mishap follows: 'Andi ditangkap', 'Budi mengalami luka'."""
        return self.words.language == "id" and bool(_PASSIVE.match(self.prose, at, at + SUFFERING))

    def _opens(self, before: str) -> bool:
        """Nothing stands before the mention but an adverbial, an epithet or a word that turns to someone else."""
        switch = self.words.switch.match(before)
        rest = before[switch.end() :] if switch else before
        if self.words.language == "en":
            if _FRONTED.match(before):
                return False
            words = rest[rest.rfind(",") + 1 :].lower().split()
            if words in (["for"], ["as", "for"]):
                return True
            return len(words) < MAX_EPITHET and self.words.function_words.isdisjoint(words)
        return rest.strip(" ,") in _NOTHING or bool(_OPENING.match(before)) or bool(_EPITHET.match(before))

    def _leads_to_quote(self, at: int) -> bool:
        """The mention's sentence opens a paragraph, and a quote follows it there."""
        end = self.sentences.end(at)
        start = self.sentences.start(at)
        return self._opens_line(start) and self.prose[end : end + 1] == BLANK and "\n" not in self.prose[start:end]

    def _is_presented(self, before: str, at: int) -> bool:
        """'Hadir pula Kepala Dinas Budi Santosa. Dia menambahkan': the next sentence goes on with whoever came."""
        return bool(_PRESENT.match(before)) and bool(_TAKEN_UP.match(self.prose, at))

    def _acts(self, following: list[str]) -> bool:
        """An active verb follows."""
        first = following[0] if following else ""
        if self.words.language == "en":
            return first.endswith("ed") or first in self.words.finite
        verb = first.startswith(("me", "ber")) and len(first) > 5
        return verb or first in self.words.finite
