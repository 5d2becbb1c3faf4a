"""What to accept: the media types that can hold a page, a feed or a sitemap, and how none of them begins.

The type is only a first sieve. Feeds and sitemaps come under many names, so what they are is told from their content.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Accept = Literal["page", "feed", "sitemap"]

XML = frozenset({"application/xml", "text/xml", "application/rss+xml", "application/atom+xml", "text/plain"})
SCRIPT = frozenset({"application/json", "text/javascript", "application/javascript", "application/x-javascript"})
GZIP = frozenset({"application/gzip", "application/x-gzip", "application/octet-stream"})
BINARY = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"%PDF-", b"RIFF")  # pictures, archives, documents


class Kind(NamedTuple):
    """What is asked for: the Accept header, and the types taken; '' stands for an answer without a type."""

    header: str
    types: frozenset[str]


KINDS: dict[Accept, Kind] = {
    "page": Kind("text/html,application/xhtml+xml;q=0.9", frozenset({"text/html", "application/xhtml+xml", ""})),
    "feed": Kind(
        "application/json,application/atom+xml;q=0.9,application/rss+xml;q=0.8,*/*;q=0.1",
        XML | SCRIPT | {"text/html", ""},
    ),
    "sitemap": Kind("application/xml,text/xml;q=0.9,*/*;q=0.1", XML | GZIP | {"text/html", ""}),
}
