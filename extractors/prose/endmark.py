"""The mark that ends a story: '***', '(*)', '###', '-30-'. Initials and credits are bylines and stay in the text."""

from __future__ import annotations

import msgspec

from extractors.prose.foot import Foot, read_foot


class EndMark(msgspec.Struct, frozen=True, kw_only=True):
    """`raw` as written, `at` the code point where it stands, and the initials that stand beside it, if any do."""

    raw: str
    at: int
    initials: str | None = None


def find_end_mark(text: str) -> EndMark | None:
    """'… tegasnya.***' -> the mark, whatever credits, sources and tags stand beneath. Only `raw` is to be detached."""
    return end_mark_in(read_foot(text))


def end_mark_in(foot: Foot) -> EndMark | None:
    """The mark that a story's foot shows."""
    if foot.mark is None or foot.mark_at is None:
        return None
    return EndMark(raw=foot.mark, at=foot.mark_at, initials=foot.initials)
