"""The people of one article: who is mentioned where, under which names and roles, and which mentions are one person.

Only the writer's prose is read; who is named inside a quote is talked about, not talking.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

import msgspec

from extractors.quotes.alike import MAX_NAME, begins, fold, is_part, misspelt
from extractors.quotes.evidence import Evidence
from extractors.quotes.identity import spelt_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extractors.quotes.drafts import Mention
    from extractors.quotes.evidence import Gender
    from extractors.quotes.mentions import Mentions
    from extractors.quotes.sentences import Prose
    from extractors.quotes.vocabulary import Vocabulary

_KNOWN_AS = re.compile(
    r"\b(?:disapa|dipanggil|sapaan|panggilan|alias|known as)[ ](?:akrab[ ]|dengan[ ]|panggilan[ ])*"
    r"([A-Z][\w'’.-]*(?:[ ][A-Z][\w'’.-]*){0,2})"
)
_BY_NAME_OF = re.compile(r",? (?:sapaan|panggilan)(?: akrab)? (?=[A-Z])")
_BY_NAME_SIGNS = ("sapa", "panggil", "alias", "known as")
MAX_PEOPLE = 400  # in one article; lists of names longer than that are no news
LATEST = 40  # people of one name element that are compared, the last named first
MAX_HIDDEN = 3  # letters of initials that hide a name


class Person(msgspec.Struct):
    """Someone in this article, gathered from all mentions. `name` is the fullest seen, None for a bare role."""

    name: str | None = None
    roles: list[str] = msgspec.field(default_factory=list)
    aliases: set[str] = msgspec.field(default_factory=set)
    at: int = 0
    silent: bool = False
    seen: list[int] = msgspec.field(default_factory=list)
    """Where the prose mentions the person, in order."""
    gender: Gender | None = None
    faint: bool = False
    """Looks like a person, and no more."""
    words: tuple[str, ...] = ()
    """The name's words, folded."""

    @property
    def hidden(self) -> bool:
        """Named by initials only, 'HB', 'MJ': a suspect, a victim or a child."""
        return self.name is not None and len(self.name) <= MAX_HIDDEN and self.name.isupper()

    @property
    def role(self) -> str | None:
        """The role first given."""
        return self.roles[0] if self.roles else None


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
        self.people: list[Person] = []
        self._by_names = any(sign in prose.text for sign in _BY_NAME_SIGNS)
        self._by_words: dict[tuple[str, ...], Person] = {}
        self._unknown: set[tuple[str, ...]] = set()  # names looked for in vain since someone was entered
        self._by_word: dict[str, list[Person]] = {}
        self._by_letter: dict[str, list[Person]] = {}
        self._by_initials: dict[str, Person] = {}
        self._by_alias: dict[str, Person] = {}
        self._officials: dict[str, Person] = {}
        self._by_head: dict[str, list[tuple[frozenset[str], Person]]] = {}
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
        return sightings

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
        held = [] if someone else self._role_keys(self._role_words(role))
        if mention.first in self.words.silent or any(key in self._by_head for key in held):
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
        person = self._named(mention.name or "", mention.start)
        return person is None or (begins(person.words, words) and person.words[0] not in words)

    def _named_in_part(self, mention: Mention) -> bool:
        """'Henry Stroud', whom the article also calls 'Stroud' where a speaker stands."""
        words = fold(mention.name or "")
        called = words[-1:] if self.words.language == "en" else words
        return len(words) > 1 and not self.reader.usage.of_people.isdisjoint(called)

    # telling people apart

    def _settle(self, mention: Mention, *, faint: bool = False) -> Person | None:
        """The mention's person, entered in the table; None where the table is full."""
        person = self._named(mention.name, mention.start) if mention.name else None
        if person is None:
            person = self._bearer(mention)
        if person is None:
            if len(self.people) >= MAX_PEOPLE:
                return None
            person = Person(name=mention.name, at=mention.start, faint=faint)
            self.people.append(person)
        self._learn(person, mention)
        self._enter(person)
        return person

    def _bearer(self, mention: Mention) -> Person | None:
        """'Awi, sapaan Adi Sutara': the one whose by-name the mention is."""
        said = _BY_NAME_OF.match(self.prose, mention.end) if self._by_names else None
        meant = self.reader.read(said.end()) if said else None
        person = self._named(meant.name, mention.start) if meant and meant.name else None
        if person and mention.name:
            person.aliases.add(mention.name.lower())
        return person

    def _learn(self, person: Person, mention: Mention) -> None:
        fuller = mention.name and (not person.words or len(fold(mention.name)) > len(person.words))
        if fuller and not self._is_place_and_name(mention, person):
            person.name = mention.name
        if mention.role and mention.role not in person.roles:
            person.roles.append(mention.role)
            held = self._role_words(mention.role)
            for key in self._role_keys(held):
                self._by_head.setdefault(key, []).append((frozenset(held), person))
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
            person = self._named(mention.name, mention.start)
            if person is None and create and not self.evidence.is_lone_title(mention):
                return self._settle(mention)
            return person
        if mention.role is None:
            return None
        if self.words.language == "en" and mention.role.istitle() and fold(mention.role)[-1] in self._by_word:
            return self._named(mention.role, mention.start)  # 'Baker said', of Ann Baker
        return self.in_role(mention.role, mention.start) or self._doubtful(mention, create=create)

    def _doubtful(self, mention: Mention, *, create: bool) -> Person | None:
        """'Lurah Bakri': someone of that name, the holder of that role, else a new person."""
        if mention.doubtful is None:
            return None
        role = (mention.role or "").removesuffix(mention.doubtful).strip()
        person = self._named(mention.doubtful, mention.start) or self.in_role(role, mention.start)
        if person is None and create:
            return self._settle(msgspec.structs.replace(mention, name=mention.doubtful, role=role))
        return person

    def _named(self, name: str, at: int) -> Person | None:
        """The person of that name: the same words, some of them, the initials, a misspelling or a by-name."""
        words = fold(name)
        person = self._by_words.get(words)
        if person is not None and person.words == words:
            return person
        if words in self._unknown:
            return None
        person = self._named_alike(words, at)
        if person is None:
            self._unknown.add(words)
        return person

    def _named_alike(self, words: tuple[str, ...], at: int) -> Person | None:
        if len(words) > MAX_NAME:
            return None
        if not self._by_word.keys().isdisjoint(words):
            found = [person for person in _latest(self._by_word, words) if is_part(words, person.words)]
            if found:
                return self._likeliest(found, words, at)
        if len(words) == 1 and words[0] in self._by_initials:
            return self._by_initials[words[0]]
        if len(self.people) >= MAX_PEOPLE:
            return self._by_alias.get(" ".join(words))
        near = _latest(self._by_letter, [word[0] for word in words])
        found = [person for person in near if misspelt(words, person.words)]
        if found:
            return self._likeliest(found, words, at)
        return self._by_alias.get(" ".join(words)) or _shortened(words, near)

    def _likeliest(self, found: list[Person], words: tuple[str, ...], at: int) -> Person:
        """Of several who bear the name: English surnames first, then whoever was last mentioned before `at`."""
        if len(found) == 1:
            return found[0]
        surname = self.words.language == "en" and len(words) == 1

        def order(person: Person) -> tuple[bool, bool, int]:
            before = bisect_left(person.seen, at)
            last = person.seen[before - 1] if before else person.at
            return (surname and person.words[-1] == words[0], last < at, last)

        return max(found, key=order)

    def _enter(self, person: Person) -> None:
        """Make the person findable under every word of the name, its initials and the by-names."""
        words = fold(person.name or "")
        if words != person.words:
            self._unknown.clear()
            for word in set(words).difference(person.words):
                self._by_word.setdefault(word, []).append(person)
                self._by_letter.setdefault(word[0], []).append(person)
            if 2 <= len(words) <= 4:
                self._by_initials["".join([word[0] for word in words])] = person
            person.words = words
            self._by_words[words] = person
        for alias in person.aliases:
            if alias not in self._by_alias:
                self._unknown.clear()
                for called in (alias, *alias.split()):
                    self._by_alias.setdefault(called, person)

    def called(self, name: str) -> Person | None:
        """Whoever bears exactly that name, the fullest one."""
        return next((person for person in self.people if person.name == name), None)

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
        return self._named(mention.name, at) if mention and mention.name else None

    def _role_keys(self, held: list[str]) -> list[str]:
        """Under which words a role is found: the first; in English every word that can stand for it."""
        if self.words.language == "en":
            return [word for word in held if self.words.is_head(word) or word in self.words.titles] or held[-1:]
        return held[:1]

    def in_role(self, role: str, at: int) -> Person | None:
        """The person introduced with that role, the last before `at` if there are several."""
        wanted = self._role_words(role)
        keys = self._role_keys(wanted)
        held_by = self._by_head.get(keys[-1], ()) if keys else ()
        found = [person for held, person in held_by[-LATEST:] if set(wanted) <= held]
        earlier = [person for person in found if person.at <= at]
        if not found and self.words.language == "en":
            return self._only_holder(keys[-1] if keys else "", role)
        return (earlier or found)[-1] if found else None

    def _only_holder(self, key: str, role: str) -> Person | None:
        """'the council president' for the one president there is, 'the judge' for 'Judge Berg'."""
        holders = {id(person): person for _, person in self._by_head.get(key, ())[-LATEST:]}
        return next(iter(holders.values())) if len(holders) == 1 else self._by_alias.get(role.lower())

    def _role_words(self, role: str) -> list[str]:
        """A role's words spelt out: 'Wabup Serang' -> wakil, bupati, serang; 'Plt' and such dropped."""
        return spelt_out(role, self.words)


def _latest(table: dict[str, list[Person]], keys: Iterable[str]) -> list[Person]:
    """Whom the table has under any of the keys, the last named of each, none twice."""
    rows = [table[key] for key in keys if key in table]
    if len(rows) < 2:
        return rows[0][-LATEST:] if rows else []
    return list({id(person): person for row in rows for person in row[-LATEST:]}.values())


def _shortened(words: tuple[str, ...], near: Iterable[Person]) -> Person | None:
    """'Yudhis' for 'Fransiskus Yudhistira' or the other way round, where one person alone can be meant."""
    found = {id(person): person for person in near if begins(words, person.words) or begins(person.words, words)}
    return next(iter(found.values())) if len(found) == 1 else None
