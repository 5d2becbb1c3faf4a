"""One answer of a feed, and how its parts are read, whatever the format they came in."""

from __future__ import annotations

import re

import msgspec

from extractors.model import FeedEntry
from extractors.urls import canonical

BLOG_ID = re.compile(r"blog-(\d{1,25})")
POST_ID = re.compile(r"post-(\d{1,25})")


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a feed. `total` is the number of posts the blog claims; `received` the number of entries that came,
    readable or not, by which the next page is found. `ended` is the reason (a word of REASONS) why a walk stopped
    before its time; such a Feed holds nothing else. `more`: the page names a next one. `native`: it
    came as Blogger's JSON, the form that is asked for; another came through another service.
    """

    blog_id: str | None = None
    title: str = ""
    total: int | None = None
    updated: str | None = None
    entries: tuple[FeedEntry, ...] = ()
    generator: str | None = None
    received: int = 0
    ended: str | None = None
    more: bool = False
    native: bool = False


def blog_id_in(tag: str) -> str | None:
    """'tag:blogger.com,1999:blog-1.post-2' -> '1'."""
    found = BLOG_ID.search(tag)
    return found[1] if found else None


def post_id_in(tag: str) -> str | None:
    """'tag:blogger.com,1999:blog-1.post-2' -> '2'. A string for good: the numbers exceed what doubles can hold."""
    found = POST_ID.search(tag)
    return found[1] if found else None


def owner(tag: str, entries: tuple[FeedEntry, ...]) -> str | None:
    """The blog's id: from the feed, or from a post where a redirecting service dropped it."""
    return blog_id_in(tag) or next((entry.blog_id for entry in entries if entry.blog_id), None)


def address(url: str) -> str:
    """A post's address in its canonical form; one that no parser takes stays as written."""
    try:
        return canonical(url)
    except ValueError:
        return url


def count(raw: str) -> int | None:
    """'114' -> 114; None for what is no number."""
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 19 else None
