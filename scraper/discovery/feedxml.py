"""Feeds in XML: Atom, and RSS as other services make of it. feedparser is slow, and imported when needed."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from extractors.model import FeedEntry
from scraper.discovery.feed import Feed, address, blog_id_in, count, owner, post_id_in
from scraper.errors import Unusable

MAX_XML_FEED = 4 * 2**20  # bytes; feedparser takes 7 µs a tag, so 3 s for the worst; 25 real posts are 0.3 MB


def parse_xml(body: bytes) -> Feed:
    """The feed in an Atom or RSS document, as far as it can be read; an Atom entry by itself is a feed of one. Raises
    Unusable (too-large, decode).

    RSS tells times in UTC whatever the blog's zone, and has no total once a service has passed it on.
    """
    if len(body) > MAX_XML_FEED:
        raise Unusable(f"The feed is XML of more than {MAX_XML_FEED:,} bytes.", reason="too-large")
    import feedparser

    try:
        read = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # it stumbles over some namespaces, and forgives most else
        raise Unusable(f"The feed is XML that cannot be read ({error}).", reason="decode") from error
    entries = tuple(entry for raw in read.entries if (entry := _read_entry(raw)))
    return Feed(
        blog_id=owner(read.feed.get("id", ""), entries),
        title=read.feed.get("title", ""),
        total=count(read.feed.get("opensearch_totalresults", "")),
        updated=_rfc3339(read.feed["updated"]) if "updated" in read.feed else None,
        entries=entries,
        generator=read.feed.get("generator"),
        received=len(read.entries),
        more=any(link.get("rel") == "next" for link in read.feed.get("links", ())),
    )


def _read_entry(raw: Any) -> FeedEntry | None:
    url = raw.get("feedburner_origlink") or raw.get("link")
    if not url:
        return None
    identity = raw.get("id", "")
    content = raw["content"][0].get("value") if raw.get("content") else None
    summary = raw.get("summary")
    if content is None and raw.get("summary_detail", {}).get("type") == "text/html":  # an RSS description is the post
        content = summary
    return FeedEntry(
        url=address(url),
        title=raw.get("title", ""),
        post_id=post_id_in(identity),
        blog_id=blog_id_in(identity),
        published=_rfc3339(raw.get("published")),
        updated=_rfc3339(raw["updated"]) if "updated" in raw else None,  # .get would give `published` instead
        author=raw.get("author_detail", {}).get("name") or None,
        labels=tuple(tag["term"] for tag in raw.get("tags", ()) if tag.get("term")),
        content=content,
        summary=None if content is not None else summary,
        comment_count=count(raw.get("thr_total", "")),
    )


def _rfc3339(raw: str | None) -> str | None:
    """'Thu, 28 Jan 2021 04:38:00 +0000' -> '2021-01-28T04:38:00+00:00'; what is no RFC 822 date stays as written."""
    if not raw:
        return None
    try:
        moment = parsedate_to_datetime(raw)
    except (ValueError, TypeError, OverflowError, IndexError):
        return raw
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
