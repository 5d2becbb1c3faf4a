"""The second witness: a post stands on its page and in its blog's feed; how far do the two tell the same?

The bodies are compared by words, every other field by its claims. What comes of it is written down as claims too, of a
field named 'witness': one for each field that both tell, its name as `rule`, its value 'same', 'differs', or for the
body the share of words in common. Where the bodies differ, both are claims, the loser with its whole text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from extractors.model import Claim, FeedForm, Witness
from extractors.whitespace import fold

if TYPE_CHECKING:
    from extractors.model import FeedEntry

WORD = re.compile(r"\w+")
DAY = len("2026-03-01")
SAME_TIME = timedelta(minutes=1)  # pages leave out seconds that the feed has
NO_PAGE = frozenset({"feed", "url"})  # sources of a claim that are not the page; the address only hints
JUMP = re.compile(r"""<a[^>]{0,40}name=["']more["']""", re.IGNORECASE)


def compare(entry: FeedEntry | None, page_text: str, feed_text: str) -> Witness:
    """The agreement of a page's whole body text (dateline and end mark included) with its feed entry's.

    `feed_text` is the entry's content, read as the page was, or its summary. A full entry is compared word for word; a
    summary, or an entry that stops at the jump break, with as many words of the body's opening as it has itself.
    """
    if entry is None or not (entry.content or entry.summary):
        return Witness(feed="none", agreement=None)
    said, shown = words(feed_text), words(page_text)
    if not said or not shown:
        return Witness(feed=_form(entry, len(said), len(shown)), agreement=None)
    form = _form(entry, len(said), len(shown))
    if form != "full":
        said = said[:-1] or said  # the cut may stand inside a word
        shown = shown[: len(said)]
    return Witness(feed=form, agreement=round(overlap(said, shown), 4))


def _form(entry: FeedEntry, said: int, shown: int) -> FeedForm:
    if not entry.content:
        return "summary"
    return "jump" if JUMP.search(entry.content) is None and said < 0.7 * shown else "full"


def overlap(one: list[str], other: list[str]) -> float:
    """The share of words two texts have in common, counted with repetition: 1.0 for the same bag of words."""
    shared = sum((Counter(one) & Counter(other)).values())
    return 2 * shared / (len(one) + len(other)) if one or other else 1.0


def words(text: str) -> list[str]:
    """The words of a text, case aside."""
    return WORD.findall(text.casefold())


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same, case and white space aside."""
    return fold(one).casefold() == fold(other).casefold()


def same_labels(one: str, other: str) -> bool:
    """Whether two lists of labels hold the same, order and case aside."""
    return set(one.casefold().split(", ")) == set(other.casefold().split(", "))


def same_time(one: str, other: str) -> bool:
    """Whether two ISO 8601 values may be the same moment: a bare day is held against the other's own day."""
    first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
    if DAY in {len(one), len(other)}:
        return first.date() == second.date()
    if first.tzinfo is None or second.tzinfo is None:
        first, second = first.replace(tzinfo=None), second.replace(tzinfo=None)
    return abs(first - second) < SAME_TIME


SAME: dict[str, Callable[[str, str], bool]] = {
    "title": same_words,
    "published": same_time,
    "updated": same_time,
    "account": same_words,
    "labels": same_labels,
}
"""How each field that feed and page both tell is compared."""


def verdicts(claims: Mapping[str, tuple[Claim, ...]], agreement: float | None) -> tuple[Claim, ...]:
    """For each field that both witnesses tell, whether the feed's answer and the page's best are the same."""
    told = []
    for field, same in SAME.items():
        fed = [claim for claim in claims.get(field, ()) if claim.source == "feed"]
        shown = [claim for claim in claims.get(field, ()) if claim.source not in NO_PAGE]
        if fed and shown:
            value = "same" if same(fed[0].value, shown[0].value) else "differs"
            told.append(Claim(value=value, raw=shown[0].raw, source=shown[0].source, rule=field, chosen=True))
    if agreement is not None:
        told.append(Claim(value=str(agreement), raw="", source="page", rule="body", chosen=True))
    return tuple(told)


def rivals(witness: Witness, page_text: str, feed_text: str, extractor: str) -> tuple[Claim, ...]:
    """The two bodies as claims, where they do not tell the same words; none where they do. The winner's text is the
    record's.
    """
    if witness.agreement in {None, 1.0}:
        return ()
    return (
        Claim(value=f"{len(page_text.split())} words", raw="", source="page", rule=extractor, chosen=True),
        Claim(value=feed_text, raw="", source="feed", rule=f"entry, {witness.feed}"),
    )
