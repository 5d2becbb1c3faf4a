"""The people of one article: who is mentioned where, under which names and roles, and which mentions are one person.

Only the writer's prose is read; who is named inside a quote is talked about, not talking.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

import msgspec

from extractors.quotes.alike import begins, fold
from extractors.quotes.drafts import Mention
from extractors.quotes.evidence import Evidence
from extractors.quotes.roster import Person, Roster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors.quotes.mentions import Mentions
    from extractors.quotes.sentences import Prose
    from extractors.quotes.vocabulary import Vocabulary

_KNOWN_AS = re.compile(
    r"\b(?:disapa|dipanggil|sapaan|panggilan|alias|known as)[ ](?:akrab[ ]|dengan[ ]|panggilan[ ])*"
    r"([A-Z][\w'’.-]*(?:[ ][A-Z][\w'’.-]*){0,2})"
)
_BY_NAME_OF = re.compile(r",? (?:sapaan|panggilan)(?: akrab)? (?=[A-Z])")
_OWN_BY_NAME = re.compile(
    r",? (?:(?:begitu|demikian)(?: (?:ia|dia|beliau))?(?: biasa| akrab| kerap)* (?:disapa|dipanggil|sapaan|panggilan)|"
    r"(?:sapaan|panggilan)(?: akrab)?nya|(?:sapaan|panggilan)(?: akrab| sehari-hari)?(?:nya)?[,.\n])"
)
"""'kata Tuty, sapaan akrabnya': the name just given in full was hers."""
_BY_NAME_SIGNS = ("sapa", "panggil", "alias", "known as")
PRESIDING_ROLE = "hakim ketua"
_NAMELESS = re.compile(
    r"(?:\A|(?<=[\n\0])|(?<=[.!?] ))"
    r"(?:One of (?:them|the [a-z]+)|(?:An?|Another) (?P<role>[a-z][\w-]*(?: [a-z][\w-]*){0,3}?))"
    r"(?:,? who [^,.\n\0]{1,60}?,?)? (?P<verb>said|says|told|added|recalled|replied|explained|warned)\b"
)
"""English: 'A nurse said …', 'One of them, who asked not to be named, said …'."""
_ADMITS = re.compile(r"[^,.\n\0]{0,20}\bmengaku\b")
LAST_NAMED = 4  # mentions before a quote among which one who 'mengaku' is looked for


class Sighting(msgspec.Struct, frozen=True):
    """A mention and whom it means."""

    mention: Mention
    person: Person


class People:
    """The table of one article's people, built once over its mentions; `whom` then reads any further one."""

    def __init__(self, prose: Prose, words: Vocabulary, mentions: Mentions) -> None:
        self.prose = prose.text
        self.words = words
        self.mentions = mentions
        self.reader = self.mentions.reader
        self.evidence = Evidence(self.mentions.tokens, self.reader.usage)
        self.roster = Roster(mentions.tokens, words)
        self.people = self.roster.people
        self._by_names = any(sign in prose.text for sign in _BY_NAME_SIGNS)
        self._officials: dict[str, Person] = {}
        self._last: Person | None = None  # whoever was entered last
        self.sightings = self._gather()
        self.weights: dict[int, int] = {}
        """Where a sighting starts -> how surely it is the subject of its sentence, as far as subject.py was asked."""

    def _gather(self) -> list[Sighting]:
        """Every mention of someone known, in order. Those who are surely people are entered first."""
        named = [mention for mention in self.mentions.found if mention.name]
        unsure: list[Mention] = []
        for mention in named:
            if self.evidence.is_person(mention):
                self._settle(mention)
            else:
                unsure.append(mention)
        if self.reader.usage.of_people:
            for mention in named:
                if self._named_in_part(mention):
                    self._settle(mention)
        for mention in unsure:
            if self.evidence.may_be_person(mention) and self._is_news(mention):
                self._settle(mention, faint=True)
        sightings: list[Sighting] = []
        for mention in self.mentions.found:
            person = self.whom(mention, create=False) or self._official(mention)
            if person:
                person.seen.append(mention.start)
                sightings.append(Sighting(mention, person))
        nameless = list(self._nameless()) if self.words.language == "en" else []
        return sorted([*sightings, *nameless], key=lambda one: one.mention.start) if nameless else sightings

    def _nameless(self) -> Iterator[Sighting]:
        """Whoever speaks in English prose and is given no name."""
        tokens = self.mentions.tokens
        for found in _NAMELESS.finditer(self.prose):
            role, end = found["role"], found.start("verb") - 1
            person = Person(roles=[role] if role else [], at=found.start())
            number, following = tokens.index(found.start()), tokens.index(end)
            mention = Mention(start=found.start(), end=end, number=number, next=following, role=role, name=None)
            yield Sighting(mention, person)

    def admits(self, at: int) -> Person | None:
        """Who, of those hardly heard, 'mengaku' right before `at`: 'Andi mengaku … "…," akunya.'"""
        after = bisect_left(self.sightings, at, key=lambda sighting: sighting.mention.start)
        for sighting in reversed(self.sightings[max(0, after - LAST_NAMED) : after]):
            if sighting.person.silent and _ADMITS.match(self.prose, sighting.mention.end):
                return sighting.person
        return None

    def _official(self, mention: Mention) -> Person | None:
        """Someone without a name who opens a sentence: 'Kepala Dinas Perikanan menyebut …', 'Seorang pedagang …'."""
        role = mention.role or ""
        if mention.name or self.words.language == "en":
            return None
        someone = mention.first in self.words.someone
        if someone:
            role = self._with_noun(role.partition(" ")[2], mention.next)
        if not role or not (someone or any(word[0].isupper() for word in role.split()[1:])):
            return None
        if mention.first in self.words.silent or (not someone and self.roster.is_held(role)):
            return None
        if not self.mentions.tokens.opens_sentence(self._number(mention)) or self.evidence.is_pointed_at(mention):
            return None
        return self._officials.setdefault(role.lower(), Person(roles=[role], at=mention.start))

    def _with_noun(self, role: str, number: int) -> str:
        """'penjual' -> 'penjual petasan', where the word of that number goes on with it."""
        tokens = self.mentions.tokens
        if not role or number >= len(tokens.words) or tokens.gaps[number] != " ":
            return role
        word = tokens.words[number]
        return f"{role} {word.text}" if self.words.may_be_noun(word) else role

    def _number(self, mention: Mention) -> int:
        return self.mentions.tokens.index(mention.start)

    def _is_news(self, mention: Mention) -> bool:
        """A name nobody bears so far, or the full one of somebody called 'Mas Yudhis'."""
        words = fold(mention.name or "")
        person = self.roster.named(mention.name or "", mention.start)
        return person is None or (begins(person.words, words) and person.words[0] not in words)

    def _named_in_part(self, mention: Mention) -> bool:
        """'Henry Stroud', whom the article also calls 'Stroud' where a speaker stands."""
        words = fold(mention.name or "")
        called = (words[0], words[-1]) if self.words.language == "en" and words else words
        return len(words) > 1 and not self.reader.usage.of_people.isdisjoint(called)

    # telling people apart

    def _settle(self, mention: Mention, *, faint: bool = False) -> Person | None:
        """The mention's person, entered in the table; None where the table is full."""
        person = self.roster.named(mention.name, mention.start) if mention.name else None
        if person is None:
            person = self._bearer(mention) or self._cut_short(mention)
        if person is None:
            if self.roster.full:
                return None
            parted = mention.sure or mention.role is None
            person = Person(name=mention.name, at=mention.start, faint=faint, parted=parted)
            self.people.append(person)
        self._learn(person, mention)
        self.roster.enter(person)
        self._last = person
        return person

    def _bearer(self, mention: Mention) -> Person | None:
        """'Awi, sapaan Adi Sutara': the one whose by-name the mention is."""
        if self._by_names and self._last and _OWN_BY_NAME.match(self.prose, mention.end):
            self._last.aliases.add((mention.name or "").lower())
            return self._last
        said = _BY_NAME_OF.match(self.prose, mention.end) if self._by_names else None
        meant = self.reader.read(said.end()) if said else None
        person = self.roster.named(meant.name, mention.start) if meant and meant.name else None
        if person and mention.name:
            person.aliases.add(mention.name.lower())
        return person

    def _cut_short(self, mention: Mention) -> Person | None:
        """'kata Stef', of a Stefanus: where the short name comes bare."""
        person = None if mention.role else self.roster.cut_short(mention.name or "")
        if person:
            person.aliases.update(fold(mention.name or ""))
        return person

    def _learn(self, person: Person, mention: Mention) -> None:
        fuller = mention.name and (not person.words or len(fold(mention.name)) > len(person.words))
        if fuller and not self._is_place_and_name(mention, person):
            person.name = mention.name
            person.parted = mention.sure or mention.role is None
        self.roster.give_role(person, mention.role)
        if self.evidence.presides(mention):
            self.roster.give_role(person, PRESIDING_ROLE)
        if mention.alias:
            person.aliases.add(mention.alias.lower())
        person.aliases.update(mention.titles, mention.short_roles)
        person.silent = person.silent or self.evidence.is_spoken_of(mention)
        if self.words.language == "en":
            person.gender = person.gender or self.evidence.gender(mention)
        known = _KNOWN_AS.search(self.prose, mention.end, mention.end + 60) if self._by_names else None
        if known:
            person.aliases.add(known[1].strip(" .").lower())

    def _is_place_and_name(self, mention: Mention, person: Person) -> bool:
        """'Camat Rumbai Heri Susanta', of someone known as Heri Susanta."""
        words, role = fold(mention.name or ""), fold(mention.role or "")
        known = len(person.words) > 1 and words[-len(person.words) :] == person.words
        return known and bool(role) and (role[-1] in self.words.of_place or role[-1] in self.words.of_team)

    def whom(self, mention: Mention, *, create: bool = True) -> Person | None:
        """The person a mention means: by name, else by role; a new one where `create` allows it."""
        if mention.name:
            person = self.roster.named(mention.name, mention.start)
            if person is None and create and not self.evidence.is_lone_title(mention):
                return self._settle(mention)
            return person
        if mention.role is None:
            return None
        if self.words.language == "en" and mention.role.istitle() and self.roster.has_word(fold(mention.role)[-1]):
            return self.roster.named(mention.role, mention.start)  # 'Baker said', of Ann Baker
        return self.roster.in_role(mention.role, mention.start) or self._doubtful(mention, create=create)

    def _doubtful(self, mention: Mention, *, create: bool) -> Person | None:
        """'Lurah Bakri': someone of that name, the holder of that role, else a new person."""
        if mention.doubtful is None:
            return None
        role = (mention.role or "").removesuffix(mention.doubtful).strip()
        person = self.roster.named(mention.doubtful, mention.start) or self.roster.in_role(role, mention.start)
        if person is None and create:
            return self._settle(msgspec.structs.replace(mention, name=mention.doubtful, role=role))
        return person

    def first_named(self, at: int, reach: int) -> Person | None:
        """The first person mentioned from `at` on, no further than `reach` characters away."""
        after = bisect_left(self.sightings, at, key=lambda sighting: sighting.mention.start)
        found = self.sightings[after : after + 1]
        return found[0].person if found and found[0].mention.start < at + reach else None

    def known_as(self, at: int) -> Person | None:
        """Whom 'pria yang akrab disapa Bang Jo' means, if the words right after `at` say so and the name is known."""
        said = _KNOWN_AS.search(self.prose, at, at + 80)
        if not said or re.search(r"[.\n\0]", self.prose[at : said.start()]):
            return None
        mention = self.reader.read(said.start(1))
        return self.roster.named(mention.name, at) if mention and mention.name else None
