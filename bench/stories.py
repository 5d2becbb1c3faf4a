"""Who said what in invented whole stories: quotes in marks, indirect speech and confidence, each under its own heading.

The stories imitate many kinds of newsrooms and were annotated before the engine read them. What it made of them at
first reading, before any rule was mended, stands at the head of each file: that record says how it does on texts it
has not met; the scores here only say that nothing was lost since. A name inside the one told ('Lurah Sri' for 'Sri')
counts as right, as with the shared scorer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from bench.scorers import Score, Scores
from bench.stored import ROOT
from extractors import Quote
from extractors.quotes import find_quotes

CLOSING = 3  # place of the closing words in a wanted quote
SURE = 0.9  # the confidence from which the archive calls a speaker sure


class Story(NamedTuple):
    """One story: its text and what is said in it, as (opening words, speaker, cue, in later files closing words).

    `apart` is what stands in marks and is no speech.
    """

    name: str
    text: str
    quotes: list[list[str]]
    indirect: list[list[str]]
    apart: list[str]


class FirstReading(NamedTuple):
    """What the engine made of one file of stories before it was mended by them; None where it was not counted."""

    batch: str
    quotes: int
    speakers: int
    cues: int | None = None
    ends: int | None = None
    sure: int | None = None
    sure_right: int | None = None


class Told(NamedTuple):
    """A quote of the engine's beside the one wanted; None for one that is none, or is missing."""

    quote: Quote | None
    wanted: list[str] | None

    @property
    def right(self) -> bool:
        """Whether the speaker is the one wanted."""
        if self.quote is None or self.wanted is None:
            return False
        speaker = (self.quote.speaker or "").lower()
        return bool(re.search(rf"(?<!\w){re.escape(self.wanted[1].lower())}(?!\w)", speaker))


def stories() -> Iterator[Story]:
    """All stories, in order."""
    for _, table in _files():
        for story in table["story"]:
            indirect, apart = story.get("indirect", []), story.get("apart", [])
            yield Story(story["name"], story["text"], story["quotes"], indirect, apart)


def first_readings() -> Iterator[FirstReading]:
    """The record of all batches, oldest first."""
    for name, table in _files():
        yield FirstReading(name, **table["first_reading"])


def _files() -> Iterator[tuple[str, dict[str, Any]]]:
    folder = ROOT / "fixtures" / "quotes"
    for file in sorted(folder.glob("stories-*.toml"), key=lambda file: int(file.stem.rpartition("-")[2])):
        yield file.stem, tomllib.loads(file.read_text("utf-8"))


def marked_scores() -> Scores:
    """Quotes in marks: found, with the right speaker, and how far the confidence holds."""
    told = [pair for story in stories() for pair in paired(story, indirect=False)]
    wanted = sum(pair.wanted is not None for pair in told)
    given = [pair for pair in told if pair.quote is not None]
    right = sum(pair.right for pair in given)
    sure = [pair for pair in given if pair.quote and pair.quote.confidence >= SURE]
    met = [(pair.quote, pair.wanted) for pair in given if pair.quote and pair.wanted]
    ends = [(quote, wanted) for quote, wanted in met if len(wanted) > CLOSING]
    return {
        "quotes found": Score.of(sum(pair.quote is not None and pair.wanted is not None for pair in told), wanted),
        "end to end f1": Score(2 * right / (wanted + len(given)), f"{right} of {wanted}"),
        "cue": Score.of(sum((quote.cue or "") == wanted[2] for quote, wanted in met), len(met)),
        "closing words": Score.of(
            sum(quote.text.rstrip().endswith(wanted[CLOSING].rstrip()) for quote, wanted in ends), len(ends)
        ),
        "non-speech left out": _left_out(),
        f"precision at {SURE}": Score.of(sum(pair.right for pair in sure), len(sure)),
        f"share at {SURE}": Score.of(len(sure), len(given)),
    }


def _left_out() -> Score:
    """How many of the stretches in marks that are no speech were told as none."""
    apart = [(story, words) for story in stories() for words in story.apart]
    taken = sum(any(quote.text == words for quote in find_quotes(story.text)) for story, words in apart)
    return Score.of(len(apart) - taken, len(apart))


def indirect_scores() -> Scores:
    """Indirect speech alone: how many clauses have the right speaker, of those told and of those there are."""
    told = [pair for story in stories() for pair in paired(story, indirect=True)]
    right = sum(pair.right for pair in told)
    return {
        "precision": Score.of(right, sum(pair.quote is not None for pair in told)),
        "recall": Score.of(right, sum(pair.wanted is not None for pair in told)),
    }


def paired(story: Story, *, indirect: bool) -> list[Told]:
    """The engine's quotes of one kind beside those wanted, by where they begin; pieces of kind 'mixed' do not count."""
    kind = "indirect" if indirect else "direct"
    found = [quote for quote in find_quotes(story.text, indirect=indirect) if quote.kind == kind]
    wanted = _placed(story.text, story.indirect if indirect else story.quotes)
    pairs = [Told(quote, next((one for at, one in wanted if _begins(quote, at)), None)) for quote in found]
    met = [at for at, _ in wanted if any(_begins(quote, at) for quote in found)]
    return pairs + [Told(None, one) for at, one in wanted if at not in met]


def _begins(quote: Quote, at: int) -> bool:
    return abs(quote.start - at) <= 1


def _placed(text: str, wanted: Sequence[list[str]]) -> list[tuple[int, list[str]]]:
    """Each wanted quote with where it begins, looked for behind the one before."""
    found, at = [], 0
    for one in wanted:
        at = text.index(one[0], at)
        found.append((at, one))
    return found
