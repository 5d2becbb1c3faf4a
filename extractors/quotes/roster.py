"""Who bears a name or a role in one article: everybody entered so far, found again under any form of the name.

A name element, initials, a by-name, a name cut short or misspelt, a role in full or short lead to the same person.
people.py enters them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from extractors.quotes.alike import MAX_NAME, begins, fold, is_part, misspelt, near
from extractors.quotes.identity import spelt_out
from extractors.quotes.spelling import spellings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extractors.quotes.evidence import Gender
    from extractors.quotes.tokens import Tokens
    from extractors.quotes.vocabulary import Vocabulary

MAX_PEOPLE = 400  # in one article; lists of names longer than that are no news
LATEST = 40  # people of one name element that are compared, the last named first
LEAST_BY_NAME = 4  # letters of a name cut short: 'Stef', 'Yanto'
LONGEST_NAME = 5  # words; in longer ones a place or body is left
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
    parted: bool = False
    """A comma, rank or title parts the name from its role, or it has none: no guess is in it."""
    odd: bool = False
    """The name holds what names hardly hold: it may be a body's, or a role's end may be in it."""

    @property
    def hidden(self) -> bool:
        """Named by initials only, 'HB', 'MJ': a suspect, a victim or a child."""
        return self.name is not None and len(self.name) <= MAX_HIDDEN and self.name.isupper()

    @property
    def role(self) -> str | None:
        """The role first given."""
        return self.roles[0] if self.roles else None


class Roster:
    """Everybody entered, by the words of the name, its initials, by-names and roles."""

    def __init__(self, tokens: Tokens, words: Vocabulary) -> None:
        self.tokens = tokens
        self.words = words
        self.people: list[Person] = []
        self._by_words: dict[tuple[str, ...], Person] = {}
        self._unknown: set[tuple[str, ...]] = set()  # names looked for in vain since someone was entered
        self._by_word: dict[str, list[Person]] = {}
        self._by_letter: dict[str, list[Person]] = {}
        self._by_initials: dict[str, Person] = {}
        self._by_alias: dict[str, Person] = {}
        self._by_head: dict[str, list[tuple[frozenset[str], Person]]] = {}

    @property
    def full(self) -> bool:
        """Whether nobody more is taken in."""
        return len(self.people) >= MAX_PEOPLE

    # entering

    def enter(self, person: Person) -> None:
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
            person.odd = self._is_odd(words)
            self._by_words[words] = person
        for alias in person.aliases:
            if alias not in self._by_alias:
                self._unknown.clear()
                for called in (alias, *alias.split()):
                    self._by_alias.setdefault(called, person)

    def _is_odd(self, words: tuple[str, ...]) -> bool:
        return len(words) > LONGEST_NAME or any(map(self._is_unusual, words))

    def _is_unusual(self, word: str) -> bool:
        known = self.words
        if word in known.corporate:
            return True
        if word in known.first_names or word in known.in_names or known.is_surname(word):
            return False
        spelt = spellings(known)[word]
        return spelt.head or spelt.untitled == "body"

    def give_role(self, person: Person, role: str | None) -> None:
        """Enter the person under that role, where it is new."""
        first, _, rest = (role or "").partition(" ")
        role = rest if rest and first.lower() in self.words.someone else role
        if not role or role in person.roles:
            return
        person.roles.append(role)
        held = self._role_words(role)
        for key in self._role_keys(held):
            self._by_head.setdefault(key, []).append((frozenset(held), person))

    # by name

    def named(self, name: str, at: int) -> Person | None:
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
        holder = self._by_alias.get(words[0]) if len(words) > 1 else None
        if holder and set(words[1:]) <= set(holder.words):
            return holder  # 'JPU Budi', of a 'Jaksa Penuntut Umum (JPU)'
        if not self._by_word.keys().isdisjoint(words):
            found = [person for person in _latest(self._by_word, words) if is_part(words, person.words)]
            if found:
                return self._likeliest(found, words, at)
        if len(words) == 1 and words[0] in self._by_initials:
            return self._by_initials[words[0]]
        if self.full:
            return self._by_alias.get(" ".join(words))
        alike = _latest(self._by_letter, [word[0] for word in words])
        found = [person for person in alike if misspelt(words, person.words) and not self._differ(words, person.words)]
        if found:
            return self._likeliest(found, words, at)
        return self._by_alias.get(" ".join(words)) or _shortened(words, alike)

    def _differ(self, words: tuple[str, ...], name: tuple[str, ...]) -> bool:
        """'Sutarno' and 'Sutarjo', each met more than once, are two people; a slip of the pen is met once."""
        spelt = self._spelt
        return any(
            spelt[word] > 1 and spelt[other] > 1
            for word in set(words).difference(name)
            for other in set(name).difference(words)
            if near(word, other)
        )

    @cached_property
    def _spelt(self) -> Counter[str]:
        """How often the prose has each capitalised word."""
        return Counter(word.lower for word in self.tokens.words if word.capital)

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

    def cut_short(self, name: str) -> Person | None:
        """'Stef' for 'Stefanus', 'Yanto' for 'Supriyanto', where one person alone can be meant."""
        words = fold(name)
        if len(words) != 1 or len(words[0]) < LEAST_BY_NAME or self.words.language == "en":
            return None
        found = [person for person in self.people if any(_is_cut(words[0], word) for word in person.words)]
        return found[0] if len(found) == 1 else None

    def has_word(self, word: str) -> bool:
        """Whether that word stands in somebody's name."""
        return word in self._by_word

    def called(self, name: str) -> Person | None:
        """Whoever bears exactly that name, the fullest one."""
        return next((person for person in self.people if person.name == name), None)

    # by role

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

    def is_held(self, role: str) -> bool:
        """Whether anybody was introduced with a role of that kind."""
        return any(key in self._by_head for key in self._role_keys(self._role_words(role)))

    def _role_keys(self, held: list[str]) -> list[str]:
        """Under which words a role is found: the first; in English every word that can stand for it."""
        if self.words.language == "en":
            return [word for word in held if self.words.is_head(word) or word in self.words.titles] or held[-1:]
        return held[:1]

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


def _is_cut(short: str, word: str) -> bool:
    return len(word) > len(short) + 1 and (word.startswith(short) or word.endswith(short))


def _shortened(words: tuple[str, ...], near: Iterable[Person]) -> Person | None:
    """'Yudhis' for 'Fransiskus Yudhistira' or the other way round, where one person alone can be meant."""
    found = {id(person): person for person in near if begins(words, person.words) or begins(person.words, words)}
    return next(iter(found.values())) if len(found) == 1 else None
