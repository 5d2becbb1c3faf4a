"""What stands in quotation marks and is no speech: kept beside the quotes, with the reason, never dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.quotes.marks import Span

Reason = Literal["nickname", "aside", "announced", "title", "unreported"]
"""Why it is no speech: part of a name; in a line the story does not speak in; behind a word such as 'bertajuk'; its
words begin with capitals; nothing reports it."""


class Apart(msgspec.Struct, frozen=True):
    """A stretch in marks that is no speech; text[start:end] of the article is its `text`, the marks left outside."""

    text: str
    start: int
    end: int
    reason: Reason


def apart(text: str, spans: Sequence[tuple[Span, Reason]]) -> tuple[Apart, ...]:
    """Those spans with their words, in order."""
    found = [Apart(text[span.start : span.end], span.start, span.end, reason) for span, reason in spans]
    return tuple(sorted(found, key=lambda one: one.start))
