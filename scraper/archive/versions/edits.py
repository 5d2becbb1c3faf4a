"""What a newsroom did to a story between two states of it, in the terms a reader would use.

Numbers that changed are named with both values, names likewise; a quote is altered or gone, a paragraph added, dropped
or moved, a headline softened. White space, the style of quotation marks and the like never count: `revisions.fold`
takes them out first. A quote that still stands in the text is not gone, whatever rules found it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import chain, zip_longest
from typing import Any, Literal

import msgspec

from extractors.lexicon import load
from scraper.archive.versions.revisions import fold

Kind = Literal[
    "headline", "number", "name", "wording", "quote-altered", "quote-gone", "quote-added",
    "paragraph-added", "paragraph-dropped", "paragraph-moved", "correction", "byline", "date", "labels",
]  # fmt: skip

TOKEN = re.compile(r"\w+(?:[.,:/’'-]\w+)*|[^\w\s]")
NUMBER = re.compile(r"\d[\d.,:/]*")
SENTENCE_ENDS = frozenset(".!?:;\"'")
ALIKE = 0.5  # of their words in common: two paragraphs, or two quotes, are one that was edited
MOST = 200  # edits told of one revision; more is another text
LONGEST = 2000  # words a paragraph is compared by; paragraphs a text is: beyond, a change is told as a whole
CORRECTION = re.compile(
    r"\W*(?:" + "|".join(re.escape(start) for start in load("edits")["corrections"]) + r")\b", re.IGNORECASE
)
HEDGES, STRONG = (frozenset(load("edits")[name]) for name in ("hedges", "strong"))


class Edit(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was done. `before` is None for what was added, `after` for what was taken out. `softened`: a
    headline that gained a word of doubt, or lost one that judges.
    """

    kind: Kind
    before: str | None = None
    after: str | None = None
    softened: bool = False


class State(msgspec.Struct, frozen=True, kw_only=True):
    """An article at one time, as far as an edit is told by it. `quotes` are pairs of text and speaker."""

    title: str
    paragraphs: tuple[str, ...]
    quotes: tuple[tuple[str, str | None], ...] = ()
    byline: tuple[str | None, ...] = ()
    published: str | None = None
    labels: tuple[str, ...] = ()


def state_of(record: dict[str, Any]) -> State:
    """The state that a record tells of."""
    published = record["published"]
    return State(
        title=fold(record["title"]),
        paragraphs=tuple(fold(paragraph) for paragraph in record["body"].split("\n\n")),
        quotes=tuple((fold(quote["text"]), quote["speaker"]) for quote in record["quotes"]),
        byline=tuple(record["byline"].values()),
        published=published["value"] if published else None,
        labels=tuple(record["labels"]),
    )


def edits(old: State, new: State) -> list[Edit]:
    """What was done, headline first, then in the order of the text; at most 200."""
    told = chain(
        _of_headline(old.title, new.title),
        _of_paragraphs(old.paragraphs, new.paragraphs),
        _of_quotes(old, new),
        _of_byline(old.byline, new.byline),
        _of_values("date", old.published, new.published),
        _of_values("labels", ", ".join(sorted(old.labels)), ", ".join(sorted(new.labels))),
    )
    return [edit for edit, _ in zip(told, range(MOST), strict=False)]


def is_softer(old: str, new: str) -> bool:
    """Whether a headline gained a word of doubt and lost none, or lost a word that judges and gained none."""
    before, after = (set(re.findall(r"\w+", title.casefold())) for title in (old, new))
    gained, lost = after - before, before - after
    more_doubt = bool(gained & HEDGES) and not lost & HEDGES
    less_judgement = bool(lost & STRONG) and not gained & STRONG
    return (more_doubt and not gained & STRONG) or (less_judgement and not lost & HEDGES)


def told(edit: Edit) -> str:
    """The edit as a line for a person: 'number: 12 → 15'."""
    name = edit.kind.replace("-", " ") + (" (softened)" if edit.softened else "")
    if edit.before is not None and edit.after is not None:
        return f"{name}: {edit.before} → {edit.after}"
    return f"{name}: {edit.before if edit.before is not None else edit.after}"


def _of_headline(old: str, new: str) -> Iterator[Edit]:
    if old != new:
        yield Edit("headline", old, new, softened=is_softer(old, new))


def _of_values(kind: Kind, old: str | None, new: str | None) -> Iterator[Edit]:
    if (old or None) != (new or None):
        yield Edit(kind, old or None, new or None)


def _of_byline(old: Sequence[str | None], new: Sequence[str | None]) -> Iterator[Edit]:
    for before, after in zip_longest(old, new):
        yield from _of_values("byline", before, after)


def _of_paragraphs(old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    if max(len(old), len(new)) > LONGEST:
        yield Edit("wording", f"{len(old)} paragraphs", f"{len(new)} paragraphs")
        return
    moved = set((Counter(old) & Counter(new)).elements())
    for tag, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        dropped = [paragraph for paragraph in old[i:i_end] if paragraph not in moved]
        yield from _of_stretch(dropped, [paragraph for paragraph in new[j:j_end] if paragraph not in moved])
        yield from (Edit("paragraph-moved", after=paragraph) for paragraph in new[j:j_end] if paragraph in moved)


def _of_stretch(old: list[str], new: list[str]) -> Iterator[Edit]:
    """Paragraphs in the place of others: those alike are one that was edited, the rest came or went."""
    left = list(old)
    for paragraph in new:
        former = max(left, key=lambda other: _likeness(other, paragraph), default=None)
        if former is not None and _likeness(former, paragraph) >= ALIKE:
            left.remove(former)
            yield from _of_words(former, paragraph)
        else:
            yield Edit("correction" if CORRECTION.match(paragraph) else "paragraph-added", after=paragraph)
    yield from (Edit("paragraph-dropped", before=paragraph) for paragraph in left)


def _likeness(one: str, two: str) -> float:
    first, second = Counter(one.split()), Counter(two.split())
    return 2 * (first & second).total() / max(first.total() + second.total(), 1)


def _of_words(old: str, new: str) -> Iterator[Edit]:
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    if max(len(before), len(after)) > LONGEST:
        yield Edit("wording", old, new)
        return
    for tag, i, i_end, j, j_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _of_run(before, after, (i, i_end), (j, j_end))


def _of_run(before: list[str], after: list[str], old: tuple[int, int], new: tuple[int, int]) -> Iterator[Edit]:
    """Words in the place of others. Numbers against numbers, names against names; the rest is wording."""
    gone, come = before[slice(*old)], after[slice(*new)]
    numbers = list(zip(filter(NUMBER.match, gone), filter(NUMBER.match, come), strict=False))
    if numbers:
        yield from (Edit("number", one, two) for one, two in numbers if one != two)
        return
    if _is_name(before, *old) and _is_name(after, *new):
        yield Edit("name", _whole_name(before, *old), _whole_name(after, *new))
        return
    if any(part.isalnum() or len(part) > 1 for part in (*gone, *come)):
        yield Edit("wording", " ".join(gone) or None, " ".join(come) or None)


def _is_name(words: Sequence[str], start: int, end: int) -> bool:
    """Whether the words are all capitalised, other than by standing first in their sentence."""
    run = words[start:end]
    if not run or not all(word[0].isupper() for word in run):
        return False
    return len(run) > 1 or (start > 0 and words[start - 1] not in SENTENCE_ENDS)


def _whole_name(words: Sequence[str], start: int, end: int) -> str:
    """The name that those words are a part of."""
    while start > 0 and words[start - 1][0].isupper():
        start -= 1
    while end < len(words) and words[end][0].isupper():
        end += 1
    return " ".join(words[start:end])


def _of_quotes(old: State, new: State) -> Iterator[Edit]:
    """Quotes whose words no longer stand in the text; one like it, by the same speaker, is the same quote altered."""
    before, after = (" ".join(_words(paragraph) for paragraph in state.paragraphs) for state in (old, new))
    come = [quote for quote in new.quotes if _words(quote[0]) not in before]
    for text, speaker in old.quotes:
        if _words(text) in after:
            continue
        heir = next((one for one in come if one[1] == speaker and _likeness(one[0], text) >= ALIKE), None)
        if heir is None:
            yield Edit("quote-gone", before=text)
        else:
            come.remove(heir)
            yield Edit("quote-altered", text, heir[0])
    yield from (Edit("quote-added", after=text) for text, _ in come)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
