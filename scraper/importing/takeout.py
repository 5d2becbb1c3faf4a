"""Posts of a Blogger export: the XML that Blogger's settings save, and the `feed.atom` of a Google Takeout.

An export holds no pages. Its entry is what the blog's feed would tell of a post, whole, so a post is read as where a
theme draws its posts by script: from the entry alone (`extractor` is 'feed@…'). What is kept as its page is a cover of
one line that names the address; the entry stands beside it. Drafts, static pages, comments and settings are passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urljoin

import msgspec
from lxml import etree

from extractors.model import FeedEntry
from extractors.urls import canonical
from scraper.archive.imports import EXPORT, ORIGIN
from scraper.archive.instants import instant
from scraper.discovery.feed import blog_id_in, post_id_in
from scraper.importing.found import Finding, Found, Lost, Passed, damaged, too_large

SUFFIXES = (".xml", ".atom")
MOST_BETWEEN = 16 * 2**20  # bytes; libxml2 takes no text of more than 10 MB, which is the largest post
ATOM = "{http://www.w3.org/2005/Atom}"
BLOGGER = "{http://schemas.google.com/blogger/2018}"
DRAFT = "{http://purl.org/atom/app#}control"
KIND = "http://schemas.google.com/g/2005#kind"
COVER = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="generator" content="blogger">'
    '<link rel="canonical" href="{url}"></head><body></body></html>\n'
)
HEADERS = (("content-type", "text/html; charset=utf-8"), (ORIGIN, EXPORT))


class _Feed(msgspec.Struct):
    """What the export says of itself before its first entry."""

    title: str | None = None
    updated: str | None = None
    home: str | None = None


def posts_in(path: Path, *, url: str | None, max_bytes: int) -> Iterator[Finding]:
    """The published posts of an export. `url` is the blog's address, for exports that tell a post's path alone. Their
    time is the export's own, else the file's.
    """
    source, passed = str(path), 0
    try:
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        feed = _Feed(home=url)
        for number, element in enumerate(_entries(path, feed)):
            entry = _entry(element, feed)
            if entry is None:
                passed += 1
            else:
                yield _found(f"{source}!{number}", entry, feed, instant(feed.updated) or at, max_bytes)
    except OSError as error:
        yield damaged(source, error.strerror or str(error))
    except etree.LxmlError as error:
        yield damaged(source, error)
    if passed:
        yield Passed(source=source, count=passed)


class _Metered:
    """A file that breaks off where nothing ended for MOST_BETWEEN bytes: what has no end is held in memory whole."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw, self.read_since = raw, 0

    def read(self, size: int) -> bytes:
        self.read_since += size
        if self.read_since > MOST_BETWEEN:
            raise OSError(f"more than {MOST_BETWEEN:,} bytes without the end of an entry")
        return self._raw.read(size)


def _entries(path: Path, feed: _Feed) -> Iterator[Any]:
    """The entries of a feed, one at a time in memory; none of a document that is no feed. Raises LxmlError."""
    wanted = [f"{ATOM}{name}" for name in ("entry", "title", "updated", "link")]
    with path.open("rb") as raw:
        stream = _Metered(raw)
        events = etree.iterparse(stream, events=("end",), tag=wanted, resolve_entities=False, no_network=True)
        for _, element in events:
            parent = element.getparent()
            if parent is None or parent.tag != f"{ATOM}feed":
                continue
            if element.tag == f"{ATOM}entry":
                yield element
            else:
                _learn(feed, element)
            stream.read_since = 0
            element.clear()
            while element.getprevious() is not None:
                del parent[0]


def _learn(feed: _Feed, element: Any) -> None:
    if element.tag == f"{ATOM}title":
        feed.title = element.text
    elif element.tag == f"{ATOM}updated":
        feed.updated = element.text
    elif element.get("rel") == "alternate":
        feed.home = feed.home or element.get("href")


def _entry(element: Any, feed: _Feed) -> FeedEntry | None:
    """The entry of a published post; None for anything else. Its `url` is '' where nothing tells it."""
    identity, text = element.findtext(f"{ATOM}id") or "", element.findtext
    kinds = [one.get("term", "") for one in element.findall(f"{ATOM}category") if one.get("scheme") == KIND]
    is_post = (text(f"{BLOGGER}type") or "POST") == "POST" and all(kind.endswith("#post") for kind in kinds)
    is_live = (text(f"{BLOGGER}status") or "LIVE") == "LIVE" and element.find(DRAFT) is None
    content = text(f"{ATOM}content")
    if not (is_post and is_live and content and post_id_in(identity)):
        return None
    labels = (one.get("term") for one in element.findall(f"{ATOM}category") if one.get("scheme") != KIND)
    return FeedEntry(
        url=_address(element, feed),
        title=text(f"{ATOM}title") or "",
        post_id=post_id_in(identity),
        blog_id=blog_id_in(identity),
        published=text(f"{ATOM}published"),
        updated=text(f"{ATOM}updated"),
        author=text(f"{ATOM}author/{ATOM}name") or None,
        labels=tuple(label for label in labels if label),
        content=content,
    )


def _address(element: Any, feed: _Feed) -> str:
    links = (link.get("href") for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate")
    told = next((link for link in links if link), None) or element.findtext(f"{BLOGGER}filename") or ""
    if not told.startswith(("http://", "https://")):
        told = urljoin(feed.home, told) if told and feed.home else ""
    return canonical(told) if told else ""


def _found(source: str, entry: FeedEntry, feed: _Feed, at: datetime, max_bytes: int) -> Finding:
    if not entry.url:
        told = f"{source} tells no address of the post {entry.title!r}; give the blog's own behind --url."
        return Lost(source=source, reason="no-address", detail=told)
    if len(entry.content or "") > max_bytes:
        return too_large(source, max_bytes)
    return Found(
        source=source,
        url=entry.url,
        final_url=entry.url,
        body=COVER.format(url=escape(entry.url)).encode(),
        headers=HEADERS,
        fetched_at=at,
        entry=entry,
        is_entry_alone=True,
        blog_title=feed.title,
    )
