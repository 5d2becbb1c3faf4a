"""Who said it: sieves tried in order, the surest first, over the running subject of the writer's prose.

Half of the quotes on local Indonesian sites end in a bare '-nya' ('katanya'): the speaker is then the subject of the
prose outside the quotes, which subject.py follows sentence by sentence.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from extractors.model import Quote, Resolution
from extractors.quotes.alike import fold
from extractors.quotes.evidence import GENDERS
from extractors.quotes.people import People
from extractors.quotes.roster import Person
from extractors.quotes.subject import Thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from extractors.model import QuoteKind
    from extractors.quotes.marks import Span
    from extractors.quotes.speech import Beside
    from extractors.quotes.story import Story

_POINTED = re.compile(r"(?:\s[\w-]+){0,6}?\s(?:ini|itu|tersebut)\b")
"""'ayah tiga anak itu': words for someone just spoken of."""
_ANONYMOUS = re.compile(r"\b(?:One|Another|Some) of (?:them|the|those)\b")
_UNNAMED = re.compile(
    r"\bnot (?:(?:give|offer) (?:his|her|their) name|(?:be )?(?:named|identified))\b|\bcondition of anonymity\b"
)
"""English: a paragraph that tells of somebody who has no name, or will give none."""
REACH = 100  # characters after 'Begitu' in which the speaker is named
FULL_NAME, SHORT_NAME, HELD_ROLE, PRONOUN, SUFFIX, SAME_LINE = 0.92, 0.91, 0.9, 0.88, 0.85, 0.88
"""How far to trust each sieve: a judgement, held against stories no rule was made with (bench/quotes.py record). Of the
last four batches, 105 of 108 quotes told sure were right at first reading; pronouns, '-nya' and further quotes were not
so often, and stand below, but for the firm ones."""
SAME_QUOTE, LEADING_CLAUSE, NEXT_LINE, KNOWN_EPITHET = 0.95, 0.82, 0.8, 0.8
ECHO, BODY, BARE_ROLE, EPITHET, SUBJECT_ONLY, ONE_PERSON = 0.75, 0.7, 0.55, 0.5, 0.5, 0.35
"""The same for sieves met too seldom to be measured (fewer than 25 quotes each): a judgement, not a share."""
FIRM = 0.9
"""Of '-nya' and pronouns, where a verb of speech beside the name, or a sure quote, comes right before."""
_MAY_BE_SOMEONE = re.compile("[NAMROhy]")  # letters of grammar.py: a capitalised name or a role stands there
ONE_WORD = 0.65
"""No speaker with one word for a name is surer. At first reading of 375 quotes in stories written to test it, 55 of 86
such names were right and 264 of 289 longer ones: what was missed was the fuller name, or that the word is a place's."""
ODD_NAME = 0.8
"""No speaker whose name holds a word of a body, or more words than names have, is surer."""
NAMELESS = 0.8
"""No one without a name is surer: the name may stand where it was not looked for."""
ADMITTING = frozenset(("aku", "akui"))  # of the reporting word of a suspect, who is else hardly heard
MAX_RIVALS = 6  # people named last before the quote, kept for the explanation


class Ruling(msgspec.Struct, frozen=True):
    """A quote with the sieve that settled it and the people it might otherwise have been."""

    quote: Quote
    sieve: str
    rivals: tuple[str, ...] = ()


class Case(msgspec.Struct, frozen=True):
    """What the sieves look at: one quote, its surroundings, the one before it and the running subject."""

    span: Span
    beside: Beside
    kind: QuoteKind
    previous: Verdict | None
    running: Person | None
    joined: bool
    """No more than the reporting sentence of the previous quote lies between it and this one."""
    same_line: bool
    faint_turn: bool = False
    """Nobody but someone not heard yet, whom the prose merely mentions, has become its subject since the last quote."""
    firm: bool = False
    """The running subject can hardly be anyone else."""


class Spoken(NamedTuple):
    """A stretch that is speech, and what reports it."""

    span: Span
    beside: Beside
    kind: QuoteKind


class Verdict(msgspec.Struct, frozen=True):
    """A sieve's answer: the speaker, the evidence, how far to trust it (0..1), whose reporting words apply."""

    person: Person | None
    by: Resolution
    confidence: float
    sieve: str = ""
    beside: Beside | None = None


def rulings(story: Story, spoken: Sequence[Spoken]) -> list[Ruling]:
    """Every quote with its speaker, in order."""
    text, prose, people = story.text, story.prose, story.people
    thread = Thread(story)
    found: list[Ruling] = []
    previous: Verdict | None = None
    heard: list[Person] = []
    sure = False  # whether the last verdict was
    reach = 0  # where the last quote and its reporting words end
    for index, (span, beside, kind) in enumerate(spoken):
        thread.read(span.outer_start)
        joined = bool(found) and not prose.text[reach : span.outer_start].strip(" ,.\t\n")
        same_line = bool(found) and "\n" not in text[spoken[index - 1].span.outer_end : span.outer_start]
        running = _meant(thread, beside)
        faint = thread.faint and not any(one is running for one in heard)
        known = running is not None and running.parted and running.at < span.outer_start
        firm = known and _is_firm(thread, story, reach, span.outer_start, sure=sure)
        case = Case(span, beside, kind, previous, running, joined, same_line, faint, firm)
        verdict = _judge(case, people)
        if verdict.person is not None and kind == "direct":
            thread.turn_to(verdict.person)
            heard.append(verdict.person)
            verdict.person.silent = verdict.person.silent and verdict.sieve != name_beside.__name__
        sure = verdict.confidence >= FIRM
        reach = span.outer_end
        if beside.side == "after":
            reach = prose.end(beside.end - 1)
            thread.skip(reach)
        if joined and _awaits(spoken[index - 1]):
            _hand_back(found, verdict)
        previous = verdict
        found.append(Ruling(_quote(text, case, verdict, people), verdict.sieve, _rivals(span, verdict, people)))
    return found


def _meant(thread: Thread, beside: Beside) -> Person | None:
    """The running subject; for 'he' and 'she' the last subject that can be meant."""
    gender = GENDERS.get((beside.said_of or "").lower()) if beside.subject == "pronoun" else None
    person = thread.of_gender(gender) if gender else thread.subject
    if person and gender and person.gender is None:
        person.gender = gender
    return person


def _is_firm(thread: Thread, story: Story, start: int, end: int, *, sure: bool) -> bool:
    """Whether the running subject can hardly be anyone else: a verb of speech beside the name, and no other since."""
    tokens = story.prose.tokens
    first, last = tokens.index(start), tokens.index(end)
    if thread.quiet:
        return sure and not _MAY_BE_SOMEONE.search(tokens.letters[2 * first + 1 : 2 * last : 2])
    return thread.firm


def trust(person: Person, confidence: float) -> float:
    """The confidence of a sieve, less where the speaker's name is one word, or not given."""
    if person.name is None:
        return min(confidence, NAMELESS)
    if person.odd:
        confidence = min(confidence, ODD_NAME)
    return min(confidence, ONE_WORD) if len(person.words) == 1 else confidence


def _awaits(spoken: Spoken) -> bool:
    """A paragraph of a longer quote, whose reporting words come with a later paragraph."""
    return spoken.span.runs_on and spoken.beside.side == "none"


def _hand_back(found: list[Ruling], verdict: Verdict) -> None:
    """The speaker of a quote over several paragraphs, known at its end, given to its first part."""
    quote = found[-1].quote
    if verdict.person is None or verdict.confidence <= quote.confidence:
        return
    person = verdict.person
    settled = msgspec.structs.replace(
        quote,
        speaker=person.name or person.role,
        role=person.role,
        resolved_by="continuation",
        confidence=trust(person, SAME_LINE),
    )
    found[-1] = msgspec.structs.replace(found[-1], quote=settled, sieve="taken_up_again")


def _judge(case: Case, people: People) -> Verdict:
    for sieve in SIEVES:
        verdict = sieve(case, people)
        if verdict:
            return msgspec.structs.replace(verdict, sieve=sieve.__name__, beside=verdict.beside or case.beside)
    return Verdict(None, "none", 0.0, "nobody", case.beside)


def name_beside(case: Case, people: People) -> Verdict | None:
    """'kata Budi Santosa': the name stands beside the cue."""
    mention = case.beside.mention
    if not mention or not mention.name:
        return None
    pointed = _POINTED.match(people.prose, mention.end)
    person = people.whom(mention, create=not pointed)
    if person is None:
        return Verdict(case.running, "role", EPITHET) if case.running else None
    full = fold(mention.name) == fold(person.name or "")
    return Verdict(person, "name" if full else "alias", FULL_NAME if full else SHORT_NAME)


def role_beside(case: Case, people: People) -> Verdict | None:
    """'ungkap Kapolres': the person introduced in that role, else the role itself."""
    mention = case.beside.mention
    if not mention or mention.name or not mention.role:
        return None
    person = people.whom(mention, create=not _POINTED.match(people.prose, mention.end))
    if person:
        return Verdict(person, "role", HELD_ROLE)
    pointed = _POINTED.match(people.prose, mention.end) or _is_definite(mention.start, mention.role, people)
    if case.running and pointed:
        return Verdict(case.running, "role", EPITHET)
    return Verdict(Person(roles=[mention.role], at=mention.start), "role", BARE_ROLE)


def _is_definite(at: int, role: str, people: People) -> bool:
    """'the lawmaker', where no 'a lawmaker' came before, nor anybody else without a name: someone just spoken of."""
    prose = people.prose
    if people.words.language != "en" or prose[max(0, at - 4) : at].lower() != "the ":
        return False
    if re.search(rf"\b(?:an?|one|another) {re.escape(role)}\b", prose[:at], re.IGNORECASE):
        return False
    end = prose.find("\n", at)
    before = prose[prose.rfind("\n", 0, at) + 1 : max(0, at - 4)]
    own_subject = re.search(rf"\bthe {re.escape(role)}\b", before, re.IGNORECASE)
    return not (own_subject or _ANONYMOUS.search(before) or _UNNAMED.search(prose, at, end if end >= 0 else len(prose)))


def body_beside(case: Case, people: People) -> Verdict | None:
    """'tulis Kementerian Kesehatan': a body speaks for itself."""
    if case.beside.subject != "body" or not case.beside.said_of:
        return None
    return Verdict(Person(name=case.beside.said_of), "name", BODY)


def split_quote(case: Case, people: People) -> Verdict | None:
    """The second half of a quote broken by its reporting words: the same speaker."""
    if case.beside.side != "split" or case.previous is None:
        return None
    sure = SAME_QUOTE if case.previous.confidence >= SAME_LINE else case.previous.confidence
    return Verdict(case.previous.person, "continuation", sure, beside=case.previous.beside)


def pronoun_beside(case: Case, people: People) -> Verdict | None:
    """'kata dia': the running subject."""
    if case.beside.subject != "pronoun" or case.running is None:
        return None
    return Verdict(case.running, "pronoun", FIRM if case.firm else PRONOUN)


def epithet_beside(case: Case, people: People) -> Verdict | None:
    """'ujar pria berkacamata itu': words for the running subject."""
    if case.beside.subject != "epithet":
        return None
    known = people.known_as(case.beside.end)
    if known:
        return Verdict(known, "alias", KNOWN_EPITHET)
    if case.running is None:
        said_of = case.beside.said_of
        in_english = people.words.language == "en" and said_of is not None and said_of[0].islower()
        nameless = Person(roles=[said_of]) if in_english and said_of else None
        return Verdict(nameless, "role", EPITHET) if nameless else None
    return Verdict(case.running, "pronoun", EPITHET)


def narrator(case: Case, people: People) -> Verdict | None:
    """'We called it "…"': the writer, who is given no name."""
    return Verdict(None, "none", 0.0) if case.beside.subject == "narrator" else None


def someone_else(case: Case, people: People) -> Verdict | None:
    """'Analysts called it "…"', 'one user quipped': people or a body not met by name."""
    if case.beside.subject != "other" or not case.beside.said_of:
        return None
    return Verdict(Person(roles=[case.beside.said_of], at=case.span.outer_start), "role", EPITHET)


def suffix_cue(case: Case, people: People) -> Verdict | None:
    """'katanya': the running subject."""
    if case.beside.side != "after" or case.running is None:
        return None
    stem = (case.beside.cue or "").lower().removesuffix("nya")
    if stem in ADMITTING and (confessor := people.admits(case.span.outer_start)):
        return Verdict(confessor, "suffix", SUFFIX)
    if case.faint_turn and case.previous and case.previous.person and stem in people.words.further:
        return Verdict(case.previous.person, "suffix", SUFFIX)
    return Verdict(case.running, "suffix", FIRM if case.firm else SUFFIX)


def clause_before(case: Case, people: People) -> Verdict | None:
    """'Budi mengatakan, "…"': the subject of the clause that leads in."""
    if case.beside.side != "before" or case.running is None:
        return None
    return Verdict(case.running, "name", LEADING_CLAUSE)


def same_breath(case: Case, people: People) -> Verdict | None:
    """A further quote straight after one and its reporting words, with none of its own."""
    if case.beside.cue or case.previous is None or case.previous.person is None or not case.joined:
        return None
    beside = case.previous.beside if case.same_line else None
    return Verdict(case.previous.person, "continuation", SAME_LINE if case.same_line else NEXT_LINE, beside=beside)


def echo(case: Case, people: People) -> Verdict | None:
    """'"…" Begitu jawaban Budi': the sentence after the quote says whose it was."""
    opening = people.words.echo.match(people.prose, case.span.outer_end)
    person = people.first_named(opening.end(), REACH) if opening and case.beside.side == "none" else None
    return Verdict(person, "name", ECHO) if person else None


def paragraph_intro(case: Case, people: People) -> Verdict | None:
    """No reporting words at all: the running subject."""
    if case.running is None:
        return None
    return Verdict(case.running, "continuation", SUBJECT_ONLY)


def only_person(case: Case, people: People) -> Verdict | None:
    """No subject so far, but one person in the article who may speak."""
    able = [person for person in people.people if not person.silent]
    return Verdict(able[0], "continuation", ONE_PERSON) if len(able) == 1 else None


SIEVES: tuple[Callable[[Case, People], Verdict | None], ...] = (
    name_beside,
    role_beside,
    body_beside,
    split_quote,
    pronoun_beside,
    epithet_beside,
    narrator,
    someone_else,
    suffix_cue,
    clause_before,
    same_breath,
    echo,
    paragraph_intro,
    only_person,
)


def meaning(sieve: str) -> str:
    """One line on what that sieve goes by."""
    return MEANINGS.get(sieve, "")


MEANINGS = {sieve.__name__: (sieve.__doc__ or "").partition("\n")[0] for sieve in SIEVES} | {
    "taken_up_again": "A quote over several paragraphs: the speaker is named at its end.",
    "nobody": "No sieve had an answer.",
    "clause_told": "'Budi menegaskan bahwa …': the subject of the reporting verb.",
    "told_by": "'Menurut Budi, …', 'Dikatakannya, …': the one behind the opening word.",
    "told_after": "'… , kata Budi.': the one named at the end of the sentence.",
}


def _quote(text: str, case: Case, verdict: Verdict, people: People) -> Quote:
    span, beside, person = case.span, verdict.beside or case.beside, verdict.person
    mention = beside.mention
    return Quote(
        text=text[span.start : span.end],
        start=span.start,
        end=span.end,
        speaker=(person.name or person.role) if person else None,
        role=person.role if person else None,
        mention=people.prose[mention.start : mention.end] if mention else beside.said_of,
        cue=case.beside.cue or beside.cue,  # the further parts of a quote repeat it
        kind=case.kind,
        resolved_by=verdict.by,
        confidence=trust(person, verdict.confidence) if person else 0.0,
    )


def _rivals(span: Span, verdict: Verdict, people: People) -> tuple[str, ...]:
    earlier = (
        one.name for one in reversed(people.people) if one.name and one.at < span.start and one is not verdict.person
    )
    return tuple(islice(earlier, MAX_RIVALS))
