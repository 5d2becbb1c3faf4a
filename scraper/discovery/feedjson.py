"""Blogger's own JSON feed, plain or as JSONP: the form the walk asks for, since it cannot be malformed XML."""

from __future__ import annotations

import html
import json
from typing import TypeVar

import msgspec
from w3lib.html import remove_tags

from extractors.model import FeedEntry
from scraper.discovery.feed import Feed, address, blog_id_in, count, owner, post_id_in
from scraper.errors import Unusable

T = TypeVar("T")


class _Text(msgspec.Struct, frozen=True):
    """Blogger's {"type": "text", "$t": "…"}."""

    value: str | int | float | None = msgspec.field(name="$t", default="")
    type: str = "text"

    def __str__(self) -> str:
        return "" if self.value is None else str(self.value)


class _Term(msgspec.Struct, frozen=True):
    term: str = ""


class _Link(msgspec.Struct, frozen=True):
    rel: str = ""
    href: str = ""


class _Person(msgspec.Struct, frozen=True):
    name: _Text = _Text()


class _Entry(msgspec.Struct, frozen=True):
    id: _Text = _Text()
    published: _Text = _Text()
    updated: _Text = _Text()
    title: _Text = _Text()
    category: list[_Term] = []
    content: _Text | None = None
    summary: _Text | None = None
    link: list[_Link] = []
    author: list[_Person] = []
    comments: _Text | None = msgspec.field(name="thr$total", default=None)


class _Blog(msgspec.Struct, frozen=True):
    id: _Text = _Text()
    updated: _Text = _Text()
    title: _Text = _Text()
    generator: _Text = _Text()
    total: _Text = msgspec.field(name="openSearch$totalResults", default=_Text())
    link: list[_Link] = []
    entry: list[msgspec.Raw] = []


class _Document(msgspec.Struct, frozen=True):
    """A feed, or one post by itself."""

    feed: _Blog | None = None
    entry: msgspec.Raw = msgspec.Raw()


_DOCUMENT = msgspec.json.Decoder(_Document)
_ENTRY = msgspec.json.Decoder(_Entry)


def parse_json(body: bytes) -> Feed:
    """The feed in a JSON document; an entry that cannot be read costs no other, and one by itself is a feed of one.

    Raises Unusable.
    """
    blog = _read_blog(body)
    entries = tuple(entry for raw in blog.entry if (entry := _read_entry(raw)))
    return Feed(
        blog_id=owner(str(blog.id), entries),
        title=_plain(blog.title),
        total=count(str(blog.total)),
        updated=str(blog.updated) or None,
        entries=entries,
        generator=str(blog.generator) or None,
        received=len(blog.entry),
        native=True,
        more=any(link.rel == "next" for link in blog.link),
    )


def _read_blog(body: bytes) -> _Blog:
    try:
        document = _decode(_DOCUMENT, body)
    except msgspec.ValidationError as error:
        raise Unusable(f"The feed's JSON is not a Blogger feed: {error}.", reason="content-type") from None
    except (ValueError, RecursionError) as error:
        raise Unusable(f"The feed's JSON cannot be read: {error}.", reason="decode") from None
    if document.feed is not None:
        return document.feed
    if document.entry:
        return _Blog(entry=[document.entry])
    raise Unusable("The feed's JSON holds neither a feed nor an entry.", reason="content-type")


def _decode(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw) -> T:
    """The document, though its JSON be broken in ways that hurt nobody: control characters, halves of a surrogate pair
    (an emoji where a summary is cut), stray bytes. Raises ValueError, RecursionError.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except ValueError:
        lenient = json.loads(bytes(body).decode("utf-8", "replace"), strict=False)
        return decoder.decode(json.dumps(lenient, ensure_ascii=False).encode("utf-8", "replace"))


def _read_entry(raw: msgspec.Raw) -> FeedEntry | None:
    """None for what is no published post: no alternate link (a draft), or not of an entry's shape."""
    try:
        entry = _decode(_ENTRY, raw)
    except (ValueError, RecursionError):
        return None
    url = next((link.href for link in entry.link if link.rel == "alternate"), "")
    if not url:
        return None
    return FeedEntry(
        url=address(url),
        title=_plain(entry.title),
        post_id=post_id_in(str(entry.id)),
        blog_id=blog_id_in(str(entry.id)),
        published=str(entry.published) or None,
        updated=str(entry.updated) or None,
        author=str(entry.author[0].name) or None if entry.author else None,
        labels=tuple(label.term for label in entry.category if label.term),
        content=None if entry.content is None else str(entry.content),
        summary=None if entry.summary is None else str(entry.summary),
        comment_count=None if entry.comments is None else count(str(entry.comments)),
    )


def _plain(title: _Text) -> str:
    """A title as text: one of type html loses its tags and entities."""
    return html.unescape(remove_tags(str(title))) if title.type == "html" else str(title)
