"""How many readers' comments a post has: a claim and no field of the record, since it changes without any edit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.claims import Candidate, Contest, stated
from extractors.rules import Rule, attr, ld, text

if TYPE_CHECKING:
    from extractors.document import Document

COUNTED = re.compile(
    r"(\d{1,6})\s{0,3}(?:komentar|comments?|tanggapan|responses?|komen|comentarios?|kommentare?)\b", re.IGNORECASE
)


def as_count(said: str, _document: Document) -> int | None:
    """'12' -> 12, '3 Komentar' -> 3; what tells no number, or no comments, is nothing found."""
    number = said.strip()
    if number.isascii() and number.isdigit() and len(number) < 7:
        return int(number)
    found = COUNTED.search(said)
    return int(found.group(1)) if found else None


TOLD = ld("commentCount").then(as_count)
COUNT: Rule[int] = (
    attr("#comments[data-num-comments]", "data-num-comments")
    | text("#comments > :is(h2, h3, h4), #comments .title")
    | text(":is(.comment-link, .comment-info, .comments-count, .comment-count)")
).then(as_count)


def claim_count(document: Document, contest: Contest) -> int | None:
    """The number of comments by feed, JSON-LD or page, written down as claims; None where nobody says."""
    entry = document.page.entry
    told = TOLD(document)
    shown = COUNT(document)
    return contest.decide(
        "comment_count",
        (
            stated("feed", "entry.total", entry.comment_count if entry else None),
            Candidate("json-ld", told) if told else None,
            Candidate("blogger", shown) if shown else None,
        ),
    )
