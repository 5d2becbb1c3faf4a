"""Quotes: what was said in an article, and by whom.

marks.py finds the stretches in quotation marks, speech.py tells speech from titles and reads what stands beside it
(clauses.py the subjects without a name, and what parts a subject from its verb),
people.py gathers who is in the article and roster.py finds them again (tokens.py cuts the prose, grammar.py says what
opens a mention, names.py, roles.py, drafts.py and parting.py read one, mentions.py holds all, evidence.py judges them,
alike.py compares names), story.py no sooner than somebody is asked for, subject.py follows whom the prose is about,
attribute.py rules who spoke. indirect.py reads speech told without marks, apart.py keeps what stands in marks and is no
speech. No model, no network: lexicons and sieves.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from extractors.model import Quote
from extractors.quotes.apart import Apart, Reason, apart
from extractors.quotes.attribute import Ruling, Spoken, meaning, rulings
from extractors.quotes.indirect import find_indirect
from extractors.quotes.marks import Span, find_spans
from extractors.quotes.speech import Speech
from extractors.quotes.story import Story
from extractors.quotes.vocabulary import Vocabulary, languages, vocabulary

__all__ = ["Apart", "Reading", "Ruling", "explain_quotes", "find_quotes", "meaning", "read_quotes"]

HEADLINE_SHARE = 0.75  # of a headline's words begin with a capital
MIN_HEADLINE = 21  # characters
MAX_ASIDE = 201  # characters; longer lines are paragraphs of the story
_UNSTOPPED = re.compile(rf"^(?=.{{0,{MAX_ASIDE}}}$).{{{MIN_HEADLINE - 1},}}[^\W_]\s*?$", re.MULTILINE)
"""A line of a headline's length with no stop at its end."""
_SAMPLE = 4000  # characters from which the language is told
_AND_ALSO = re.compile(r"[,;]? (?:and|but|or|dan|serta|tetapi|tapi)(?: (?:that|bahwa))? ")
"""Between two pieces of one person's speech: 'said it "leaked" and that "the cook knew"'."""
_NICKNAME = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?\Z")


class Reading(msgspec.Struct, frozen=True):
    """All the engine tells of one text: quotes of every kind in order, each with its sieve, and what is no speech."""

    quotes: tuple[Ruling, ...] = ()
    apart: tuple[Apart, ...] = ()


def find_quotes(text: str, *, language: str | None = None, indirect: bool = False) -> tuple[Quote, ...]:
    """The speech in a text, in order, none overlapping; text[quote.start:quote.end] == quote.text.

    Paragraphs are parted by line ends. Titles, mottos and words in scare quotes are not returned; clauses of indirect
    speech, of kind 'indirect', only where `indirect` asks for them. Without `language` ('id', 'en'), Indonesian or
    English is told from the commonest words.
    """
    heard = _hear(text, vocabulary(language or _language(text)))
    if not indirect:
        return tuple(ruling.quote for ruling in heard.rulings)
    return tuple(ruling.quote for ruling in _with_indirect(text, heard))


def explain_quotes(text: str, *, language: str | None = None) -> tuple[Ruling, ...]:
    """As `find_quotes`, each quote with the sieve that named its speaker and the other people it might have been."""
    return tuple(_hear(text, vocabulary(language or _language(text))).rulings)


def read_quotes(text: str, *, language: str | None = None) -> Reading:
    """As `explain_quotes`, with indirect speech among the quotes and, beside them, what in marks is no speech."""
    heard = _hear(text, vocabulary(language or _language(text)))
    return Reading(tuple(_with_indirect(text, heard)), apart(text, heard.left))


class _Heard(NamedTuple):
    """Speech in marks, the spans that are none, and the story as far as it was read for them."""

    rulings: list[Ruling]
    left: list[tuple[Span, Reason]]
    words: Vocabulary
    asides: list[tuple[int, int]]
    story: Story | None = None


def _hear(text: str, words: Vocabulary) -> _Heard:
    spans = find_spans(text, words)
    if not spans:
        return _Heard([], [], words, [])
    asides = _asides(text, words)
    left: list[tuple[Span, Reason]] = []
    kept: list[Span] = []
    for span in spans:
        if _is_nickname(text, span):
            left.append((span, "nickname"))
        elif _within(span, asides):
            left.append((span, "aside"))
        else:
            kept.append(span)
    if not kept:
        return _Heard([], left, words, asides)
    story = Story(text, words, [(span.outer_start, span.outer_end) for span in kept], asides)
    speech = Speech(story)
    spoken: list[Spoken] = []
    continued, at = False, 0  # whether speech ended in this paragraph, which was looked at up to there
    for span in kept:
        beside = speech.beside(span)
        if continued and beside.side == "none" and _AND_ALSO.fullmatch(text, at, span.outer_start):
            beside = msgspec.structs.replace(beside, side="split")
        continued = continued and "\n\n" not in text[at : span.outer_start]
        at = max(at, span.outer_start - 1)
        kind = speech.kind(span, beside, continued=continued)
        if kind:
            spoken.append(Spoken(span, beside, kind))
            continued, at = True, span.outer_end
        else:
            left.append((span, speech.reason(span)))
    return _Heard(rulings(story, spoken) if spoken else [], left, words, asides, story)


def _with_indirect(text: str, heard: _Heard) -> list[Ruling]:
    """The quotes in marks with the clauses of indirect speech among them."""
    story = heard.story or Story(text, heard.words, heard.asides or _asides(text, heard.words))
    told = find_indirect(story, heard.rulings)
    return sorted([*heard.rulings, *told], key=lambda ruling: ruling.quote.start)


def _asides(text: str, words: Vocabulary) -> list[tuple[int, int]]:
    """Lines the story does not speak in: links to other stories, and headlines in capitals."""
    found = [line.span() for line in _UNSTOPPED.finditer(text) if _is_headline(line[0])]
    found += [line.span() for line in words.aside.finditer(text) if line.end() - line.start() <= MAX_ASIDE]
    return sorted(set(found))


def _is_headline(line: str) -> bool:
    words = line.split()
    raised = sum(word[0].isupper() or not word[0].isalpha() for word in words)
    return len(words) > 4 and raised > HEADLINE_SHARE * len(words)


def _within(span: Span, lines: list[tuple[int, int]]) -> bool:
    return any(start <= span.outer_start and span.outer_end <= end for start, end in lines)


def _is_nickname(text: str, span: Span) -> bool:
    """'Munir "Cak" Hadi': one or two words between the parts of a name."""
    inside = text[span.start : span.end]
    if not _NICKNAME.match(inside) or not inside[0].isupper():
        return False
    before, after = text[max(0, span.outer_start - 20) : span.outer_start], text[span.outer_end : span.outer_end + 2]
    return bool(re.search(r"[A-Z][a-z'’]+ \Z", before)) and bool(re.match(r" [A-Z]", after))


def _language(text: str) -> str:
    """The language whose commonest words stand most often in the text's beginning; Indonesian where none does."""
    said = re.findall(r"[^\W\d_]+", text[:_SAMPLE].lower())
    counted = {code: sum(map(vocabulary(code).commonest.__contains__, said)) for code in ("id", *languages())}
    return max(counted, key=lambda code: counted[code])
