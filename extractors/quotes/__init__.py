"""Quotes: what was said in an article, and by whom.

marks.py finds the stretches in quotation marks, speech.py tells speech from titles and reads what stands beside it,
people.py gathers who is in the article (tokens.py cuts the prose, mentions.py walks it, names.py and parting.py read a
mention, evidence.py judges it), subject.py follows whom the prose is about, attribute.py rules who spoke. No model, no
network: lexicons and sieves.
"""

from __future__ import annotations

import re

from extractors.model import Quote
from extractors.quotes.attribute import Ruling, Spoken, rulings
from extractors.quotes.marks import Span, find_spans
from extractors.quotes.people import People
from extractors.quotes.sentences import Prose, mask
from extractors.quotes.speech import Speech
from extractors.quotes.vocabulary import Vocabulary, vocabulary

__all__ = ["Ruling", "explain_quotes", "find_quotes"]

_ENGLISH = re.compile(r"\b(?:the|and|said|of|that|was)\b")
_INDONESIAN = re.compile(r"\b(?:yang|dan|di|kata|untuk|dengan|ini)\b")
HEADLINE_SHARE = 0.75  # of a headline's words begin with a capital
MIN_HEADLINE = 21  # characters
MAX_ASIDE = 201  # characters; longer lines are paragraphs of the story
_SAMPLE = 4000  # characters from which the language is told
_NICKNAME = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?\Z")


def find_quotes(text: str, *, language: str | None = None) -> tuple[Quote, ...]:
    """The speech in a text, in order, none overlapping; text[quote.start:quote.end] == quote.text.

    Paragraphs are parted by line ends. Indirect speech, titles, mottos and words in scare quotes are not returned.
    Without `language` ('id', 'en'), Indonesian or English is told from the commonest words.
    """
    return tuple(ruling.quote for ruling in explain_quotes(text, language=language))


def explain_quotes(text: str, *, language: str | None = None) -> tuple[Ruling, ...]:
    """As `find_quotes`, each quote with the sieve that named its speaker and the other people it might have been."""
    words = vocabulary(language or _language(text))
    spans = find_spans(text, words)
    if not spans:
        return ()
    asides = _asides(text, words)
    spans = [span for span in spans if not (_is_nickname(text, span) or _within(span, asides))]
    if not spans:
        return ()
    prose = Prose(mask(text, [(span.outer_start, span.outer_end) for span in spans], asides), words)
    people = People(prose.text, words)
    speech = Speech(text, prose, words, people.reader)
    spoken: list[Spoken] = []
    last: Span | None = None
    for span in spans:
        beside = speech.beside(span)
        continued = last is not None and "\n\n" not in text[last.outer_end : span.outer_start]
        kind = speech.kind(span, beside, continued=continued)
        if kind:
            spoken.append(Spoken(span, beside, kind))
            last = span
    return tuple(rulings(text, spoken, people, words, prose))


def _asides(text: str, words: Vocabulary) -> list[tuple[int, int]]:
    """Lines the story does not speak in: links to other stories, and headlines in capitals."""
    found: list[tuple[int, int]] = []
    end = -1
    for line in text.split("\n"):
        start, end = end + 1, end + 1 + len(line)
        if len(line) <= MAX_ASIDE and (_is_headline(line) or words.aside.match(line)):
            found.append((start, end))
    return found


def _is_headline(line: str) -> bool:
    line = line.rstrip()
    if not line[-1:].isalnum() or len(line) < MIN_HEADLINE:
        return False
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
    sample = text[:_SAMPLE].lower()
    return "en" if len(_ENGLISH.findall(sample)) > len(_INDONESIAN.findall(sample)) else "id"
