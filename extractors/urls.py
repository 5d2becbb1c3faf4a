"""Addresses: the canonical form of a page's, the name of its site, the identity of its article."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit, urlunsplit

PERMALINK = re.compile(r"/(?:\d{4}/\d{2}|p)/[^/?#]+\.html$")
COUNTRY_BLOGSPOT = re.compile(r"\.blogspot\.[a-z.]{2,6}$")
ABSOLUTE = re.compile(r"https?://[a-zA-Z0-9.-]+/[^\s;?#]*(?:\?[^\s#]+)?(?:#\S+)?")  # joined to any base it stays itself
NOISE = ("m", "showComment", "spref", "view", "ncr")  # Blogger's own query parameters that change no content


@lru_cache(maxsize=4096)
def canonical(url: str) -> str:
    """One address for all the ways to write it: no fragment, no tracker, no `?m=1`, host folded, scheme kept.

    A Blogger permalink loses its whole query. A country address (x.blogspot.co.id) becomes x.blogspot.com. The path
    keeps its case: permalinks may differ by it. A string that is no http(s) address comes back unchanged.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        return url
    host = COUNTRY_BLOGSPOT.sub(".blogspot.com", parts.hostname.lower())
    netloc = host if port in {None, 80, 443} else f"{host}:{port}"
    folded = urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", parts.query, ""))
    if not parts.query or PERMALINK.search(parts.path):
        return folded.partition("?")[0].rstrip()
    try:
        return _without_trackers(folded)
    except ValueError:  # an IPv6 host, whose brackets the cleaners lose
        return folded


def _without_trackers(url: str) -> str:
    from courlan import normalize_url
    from w3lib.url import canonicalize_url, url_query_cleaner

    cleaned = url_query_cleaner(normalize_url(url), NOISE, remove=True, unique=False)
    return str(canonicalize_url(cleaned))


def absolute(base_url: str, href: str) -> str:
    """A link as an http(s) address; '' for what leads nowhere on the web: anchors, scripts, mail, broken addresses."""
    href = href.strip()
    if ABSOLUTE.fullmatch(href):
        return href
    if not href or href.startswith("#"):
        return ""
    try:
        joined = urljoin(base_url, href)
        return joined if urlsplit(joined).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def is_permalink(url: str) -> bool:
    """Whether an address has the form of a Blogger post's or static page's."""
    return PERMALINK.search(url.partition("?")[0].partition("#")[0]) is not None


def site_name(url: str) -> str:
    """'https://www.kilas24news.com/2025/…' -> 'kilas24news.com': the host without www., with a port that is not the
    scheme's own; '' for what has no host.
    """
    try:
        parts = urlsplit(canonical(url))
    except ValueError:
        return ""
    return parts.netloc.rpartition("@")[2].removeprefix("www.")


def article_id(blog_id: str | None, post_id: str | None, url: str) -> str:
    """'blogger:<blogId>:<postId>', which survives a change of address; else 'url:' and 16 hex digits of the sha256 of
    the canonical address without scheme and www.
    """
    if blog_id and post_id:
        return f"blogger:{blog_id}:{post_id}"
    bare = canonical(url).partition("://")[2].removeprefix("www.")
    return "url:" + hashlib.sha256(bare.encode()).hexdigest()[:16]
