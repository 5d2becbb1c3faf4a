"""Speech told without marks: 'Camat menegaskan bahwa …', 'Menurut Budi, …', '… , kata Kapolres.'

Only a sentence with a reporting word, a subject that is surely its own and a clause that is surely what was said gives
a result: a noun phrase ('menjelaskan penangkapan itu') is none, and where two people may be the subject nobody is
named. What stands in marks is left to attribute.py, and no clause reaches into marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from extractors.model import Quote
from extractors.quotes.alike import fold
from extractors.quotes.attribute import FULL_NAME, HELD_ROLE, PRONOUN, SHORT_NAME, SUFFIX, Ruling, trust
from extractors.quotes.roster import Person
from extractors.quotes.sentences import BLANK
from extractors.quotes.subject import Thread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from extractors.model import Resolution
    from extractors.quotes.drafts import Mention
    from extractors.quotes.story import Story

MIN_WORDS = 3  # of a clause
MAX_CLAUSE = 700  # characters; a longer sentence is a list or a lost line end
BARE_ROLE = 0.55  # a role nobody in the article is introduced with
_HELD_AS = frozenset(("sebagai", "selaku", "as"))
_EXPLAINED = r"(?:, (?:salah s|seorang |selaku |yang juga )[^,.\n\0]{1,60}(?=,))?"
_ASIDE = r"(?: ?\([^()\n\0]{1,40}\))?"


class _Patterns(NamedTuple):
    between: re.Pattern[str]
    """From a subject to its verb: an age, an apposition, when and where."""
    opened: re.Pattern[str]
    """From whom 'Menurut' names to the clause."""
    tail: re.Pattern[str]
    """From whom a sentence ends with to its stop."""


@cache
def _patterns(happening: str) -> _Patterns:
    """`happening` matches the first word of when, where and how: 'saat', 'di'."""
    when = rf"{happening} [^,.\n\0]{{1,70}}"
    apposed = r"(?:, [^,.\n\0]{1,90}){1,2},|, (?:\w+ ?){1,2}(?:\([^)\n]{1,20}\))?,"
    day = r"[A-Z][a-z]+(?: \([^)\n]{1,20}\))?"
    return _Patterns(
        between=re.compile(rf"{_ASIDE}(?:{apposed}|,? {when},?)?,? ?"),
        opened=re.compile(rf"{_ASIDE}(?: {when})?(?:,| bahwa)(?: bahwa)? ?"),
        tail=re.compile(rf"{_ASIDE}(?:,? (?:{when}|{day}))?,? ?[.!?]"),
    )


class _Subject(NamedTuple):
    person: Person
    by: Resolution
    confidence: float
    mention: str | None


class _Told(NamedTuple):
    """A clause that was said, at prose[start:end]; `cue` is the reporting word, `sieve` the form it was told by."""

    start: int
    end: int
    cue: str
    subject: _Subject
    sieve: str


def find_indirect(story: Story, direct: Sequence[Ruling]) -> list[Ruling]:
    """Every clause of indirect speech, in order; none overlaps another or a quote in marks."""
    found: list[Ruling] = []
    floor = 0
    for told in _Reports(story, direct).all():
        if told.start < floor or _in_marks(told, direct):
            continue
        floor = told.end
        person = told.subject.person
        quote = Quote(
            text=story.text[told.start : told.end],
            start=told.start,
            end=told.end,
            speaker=person.name or person.role,
            role=person.role,
            mention=told.subject.mention,
            cue=told.cue,
            kind="indirect",
            resolved_by=told.subject.by,
            confidence=trust(told.subject.person, told.subject.confidence),
        )
        found.append(Ruling(quote, told.sieve))
    return found


def _in_marks(told: _Told, direct: Sequence[Ruling]) -> bool:
    at = bisect_right(direct, told.start, key=lambda ruling: ruling.quote.start)
    near = direct[max(0, at - 1) : at + 1]
    return any(told.start < ruling.quote.end and ruling.quote.start < told.end for ruling in near)


class _Reports:
    """Reads the sentences of one article's prose that hold a reporting word."""

    def __init__(self, story: Story, direct: Sequence[Ruling]) -> None:
        self.story = story
        self.prose = story.prose
        self.text = story.prose.text
        self.words = story.words
        self.direct = direct
        self.tokens = story.prose.tokens
        self.patterns = _patterns(story.words.happening)
        self.thread: Thread | None = None
        self.turns = 0  # quotes in marks the thread has passed

    def all(self) -> Iterator[_Told]:
        words = self.tokens.words
        for number in [number for number, word in enumerate(words) if word.reports]:
            form = words[number].reports
            if form == "clause":
                told = self._subject_first(number) or self._closing_english(number)
            else:
                told = self._opening(number) if form == "opening" else self._closing(number)
            if told:
                yield told

    # 'Camat menegaskan bahwa …'

    def _subject_first(self, number: int) -> _Told | None:
        at = self.tokens.starts[number]
        start = self.prose.start(at)
        if self._reports_marks(start):
            return None
        clause = self._clause(number)
        subject = self._before(number, start) if clause else None
        if clause is None or subject is None:
            return None
        return _Told(*clause, self.text[at : self.tokens.ends[number]], subject, "clause_told")

    def _reports_marks(self, start: int) -> bool:
        """The words from `start` on belong to the quote in marks before them: '"…," he said from his bed.'"""
        return self.text[max(0, start - 1) : start] == BLANK and self.text[start : start + 3].lstrip()[:1].islower()

    def _clause(self, number: int) -> tuple[int, int] | None:
        """What the reporting verb of that number introduces, to the end of the sentence."""
        words, lower = self.words, self.tokens.words[number].lower
        at = self.tokens.ends[number]
        english = words.language == "en"
        lead = (words.told_clause if lower == "told" else words.to_clause).match(self.text, at)
        joint, bare = (lead["joint"], lead["bare"]) if lead else (None, None)
        if lower in words.urging and lower not in words.clausal and joint not in words.wishes:
            return None
        if lead and (joint or bare):
            return self._bounded(lead.end())
        if lower not in words.takes_clause or (english and lead is None):  # 'That, Berg says, is late.'
            return None
        start = lead.end() if lead else at + 1
        bounds = self._bounded(start)
        first = self.tokens.following(bounds[0]) if bounds else None
        if bounds is None or (first and first.lower in words.opens_no_clause):
            return None
        return bounds if english or self._has_predicate(*bounds) else None

    def _bounded(self, start: int) -> tuple[int, int] | None:
        """The clause from `start` to the end of its sentence, its stop left out; None where it holds marks."""
        end = self.prose.end(start)
        clause = self.text[start:end].rstrip()
        if not clause.endswith((".", "!", "?")) or BLANK in clause or "\n" in clause or len(clause) > MAX_CLAUSE:
            return None
        clause = clause.rstrip(".!? ")
        return (start, start + len(clause)) if clause.count(" ") >= MIN_WORDS - 1 else None

    def _has_predicate(self, start: int, end: int) -> bool:
        """Whether those words are a clause, 'jalan itu akan dibuka', and no noun phrase, 'jalan itu'."""
        words, first = self.tokens.words, self.tokens.index(start)
        for number in range(max(first, 1), self.tokens.index(end)):
            lower = words[number].lower
            if words[number].capital or words[number - 1].lower in self.words.untold:
                continue
            if lower in self.words.predicates or (
                self.words.predicate_shape.fullmatch(lower) and lower not in self.words.no_predicates
            ):
                return True
        return False

    def _before(self, number: int, start: int) -> _Subject | None:
        """The subject that stands before the verb of that number in the sentence from `start`."""
        tokens, words = self.tokens, self.words
        last = number
        while last and tokens.starts[last - 1] >= start and tokens.gaps[last] == " ":
            before = tokens.words[last - 1]
            if before.lower in words.singular:
                return self._running(start, "pronoun", PRONOUN, before.text) if self._opens(last - 1, start) else None
            if before.capital or before.lower not in (words.adverbs | words.finite):
                break
            last -= 1
        mention = self._nearest(tokens.starts[last], start)
        return self._named(mention) if mention else None

    def _opens(self, number: int, start: int) -> bool:
        """A pronoun opens its sentence, or the clause behind its adverbial."""
        before = self.text[start : self.tokens.starts[number]]
        return not before.strip() or before.rstrip().endswith(",") or before.count(" ") == 1

    def _nearest(self, at: int, start: int) -> Mention | None:
        """The last mention before `at`, if nothing but an apposition or adverbial parts them and it is no companion."""
        found = self.story.mentions.found
        for index in range(bisect_left(found, at, key=lambda mention: mention.start) - 1, -1, -1):
            mention = found[index]
            if mention.start < start:
                return None
            before = self.tokens.lower_before(self._run_start(mention.number))
            if mention.possessive or before in self.words.companions or before in self.words.opens_place:
                return None
            if before in _HELD_AS:
                return None  # 'Andi yang bertugas sebagai Kasat Lantas mengaku …'
            if self._is_apposition(mention):
                continue
            between = self.text[mention.end : at]
            return mention if self.patterns.between.fullmatch(between) and not self._shared(mention, start) else None
        return None

    def _is_apposition(self, mention: Mention) -> bool:
        """'Ann Berg, a baker, said': a role nobody is known by."""
        if self.words.language != "en" or mention.name:
            return False
        return self.story.people.whom(mention, create=False) is None

    def _run_start(self, number: int) -> int:
        """The first of the capitalised words the mention stands among: 'West' of 'in West Aceh'."""
        while number and self.tokens.gaps[number] == " " and self.tokens.words[number - 1].capital:
            number -= 1
        return number

    def _shared(self, mention: Mention, start: int) -> bool:
        """Someone else may be the subject: 'Budi menemui Andi yang mengatakan', 'Budi dan Andi mengatakan'."""
        before = self.tokens.lower_before(mention.number)
        verb = self.words.predicate_shape.fullmatch(before) if before else None
        passive = before in self.words.passive or before in self.words.via or before in self.words.according
        return before in ("dan", "serta", "and", "or", "atau") or bool(verb and not passive and mention.start > start)

    # 'Menurut Budi, …', 'Dikatakannya, …'

    def _opening(self, number: int) -> _Told | None:
        tokens, words = self.tokens, self.words
        at, end = tokens.starts[number], tokens.ends[number]
        if not tokens.opens_sentence(number):
            return None
        if words.language == "en":
            if not self.text.startswith(" to ", end):
                return None
            end += len(" to")
        subject, end = self._after(number, end, self.prose.start(at))
        lead = self.patterns.opened.match(self.text, end) if subject else None
        clause = self._bounded(lead.end()) if lead else None
        if subject is None or clause is None:
            return None
        cue = self.text[at : tokens.ends[number] + (len(" to") if words.language == "en" else 0)]
        return _Told(*clause, cue, subject, "told_by")

    def _after(self, number: int, end: int, start: int) -> tuple[_Subject | None, int]:
        """The one named right behind the reporting word, and where that ends."""
        word = self.tokens.words[number]
        if word.lower.endswith("nya") and self.words.language == "id":
            return self._running(start, "suffix", SUFFIX, None), end
        following = self.tokens.following(end)
        if following is None:
            return None, end
        if following.lower in self.words.singular:
            subject = self._running(start, "pronoun", PRONOUN, following.text)
            return subject, self.tokens.ends[self.tokens.index(end)]
        mention = self.story.reader.read(end)
        if mention is None or mention.possessive:
            return None, end
        return self._named(mention), mention.end

    # '… , kata Kapolres.'

    def _closing(self, number: int) -> _Told | None:
        tokens = self.tokens
        at = tokens.starts[number]
        start = self.prose.start(at)
        if tokens.gaps[number] != ", " or not self._is_whole(start, at):
            return None
        clause = self._before_comma(start, at)
        if clause is None:
            return None
        after = tokens.ends[number] + (len(" to") if self.text.startswith(" to ", tokens.ends[number]) else 0)
        subject, end = self._after(number, after, start)
        if subject is None or not self.patterns.tail.match(self.text, end):
            return None
        return _Told(*clause, self.text[at:after], subject, "told_after")

    def _closing_english(self, number: int) -> _Told | None:
        """'The pier will reopen, Berg said.'"""
        tokens = self.tokens
        at, end = tokens.starts[number], tokens.ends[number]
        start = self.prose.start(at)
        if self.words.language != "en" or not self.patterns.tail.match(self.text, end):
            return None
        comma = self.text.rfind(", ", start, at)
        if comma <= start or not self._is_whole(start, comma + 2):
            return None
        clause = self._before_comma(start, comma + 2)
        subject = self._before(number, comma + 2) if clause else None
        return _Told(*clause, self.text[at:end], subject, "told_after") if clause and subject else None

    def _is_whole(self, start: int, at: int) -> bool:
        """A sentence without marks from its start to the comma, and none that only names who is speaking."""
        before = self.text[start:at]
        return BLANK not in before and self.text[max(0, start - 1) : start] != BLANK and before.count(" ") > MIN_WORDS

    def _before_comma(self, start: int, at: int) -> tuple[int, int] | None:
        clause = self.text[start:at].rstrip(" ,")
        lead = len(clause) - len(clause.lstrip())
        if len(clause) > MAX_CLAUSE or "\n" in clause.strip():
            return None
        if self.words.language != "en" and not self._has_predicate(start, at):
            return None
        return start + lead, start + len(clause)

    # whom it means

    def _named(self, mention: Mention) -> _Subject | None:
        people = self.story.people
        said_of = self.text[mention.start : mention.end]
        person = people.whom(mention, create=False)
        if mention.name:
            if person is None or person.faint or not self._is_name(mention.name):
                return None
            full = fold(mention.name) == fold(person.name or "")
            return _Subject(person, "name" if full else "alias", FULL_NAME if full else SHORT_NAME, said_of)
        if person:
            return _Subject(person, "role", HELD_ROLE, said_of)
        if mention.role is None or self.words.language == "en":
            return None
        return _Subject(Person(roles=[mention.role], at=mention.start), "role", BARE_ROLE, said_of)

    def _is_name(self, name: str) -> bool:
        """No word of the sentence that opens it with a capital, and no lone degree."""
        words = self.words
        return not all(words.is_common(word.lower()) or word.lower() in words.degrees for word in name.split())

    def _running(self, at: int, by: Resolution, confidence: float, said_of: str | None) -> _Subject | None:
        """Whom the prose is about where the sentence at `at` begins."""
        thread = self.thread = self.thread or Thread(self.story)
        while self.turns < len(self.direct) and self.direct[self.turns].quote.start < at:
            quote = self.direct[self.turns].quote
            thread.read(quote.start)
            speaker = (
                self.story.people.roster.called(quote.speaker) if quote.kind == "direct" and quote.speaker else None
            )
            if speaker:
                thread.turn_to(speaker)
            thread.skip(self.prose.end(quote.end))
            self.turns += 1
        thread.read(at)
        return _Subject(thread.subject, by, confidence, said_of) if thread.subject else None
