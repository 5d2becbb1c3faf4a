"""What is found in a file: a page as it was answered or saved, or the reason why one cannot be had."""

from __future__ import annotations

from datetime import datetime

import msgspec

from extractors.model import FeedEntry

Headers = tuple[tuple[str, str], ...]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page. `source` is the file, with the place in it behind a '!'; `url` the address it was asked for under,
    `final_url` the one that answered; `headers` are named in lower case. `entry` is the post's, where the file tells
    it; `is_entry_alone`: there is no page, and `body` is but a cover for it. `blog_title` is the file's own word.
    """

    source: str
    url: str
    final_url: str
    body: bytes
    headers: Headers
    fetched_at: datetime
    status: int = 200
    entry: FeedEntry | None = None
    is_entry_alone: bool = False
    blog_title: str | None = None

    @property
    def content_type(self) -> str | None:
        """The Content-Type header as sent."""
        return next((value for name, value in self.headers if name == "content-type"), None)


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A file, or a part of one, that brings nothing; `reason` is a word of scraper.outcomes.REASONS."""

    source: str
    reason: str
    detail: str


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """Parts of a file that are no posts by what they say of themselves: pictures, lists, comments, drafts."""

    source: str
    count: int


Finding = Found | Lost | Passed


def damaged(source: str, error: Exception | str) -> Lost:
    """A file that breaks off, or is not what its name says."""
    return Lost(source=source, reason="damaged-file", detail=f"{source} cannot be read to its end: {error}.")


def too_large(source: str, limit: int) -> Lost:
    """Something larger than the limit, in bytes."""
    told = f"{source} is larger than {limit:,} bytes; KLIPING_MAX_BYTES sets the limit."
    return Lost(source=source, reason="too-large", detail=told)
