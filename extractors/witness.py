"""The second witness: a post stands on its page and in its blog's feed; how far do the two tell the same words?"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from extractors.model import FeedForm, Witness

if TYPE_CHECKING:
    from extractors.model import FeedEntry

WORD = re.compile(r"\w+")
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
    return WORD.findall(text.casefold())
