"""Pages that a person saved: one file each, with the address it was saved from in its text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from extractors.document import Document
from extractors.model import NotAnArticle, Page
from extractors.urls import canonical
from scraper.archive.imports import ORIGIN, SAVED
from scraper.importing.found import Finding, Found, Lost, damaged, too_large
from scraper.web.decode import GZIP_MAGIC, BadCompressionError, TooLargeError, TruncatedError, decode, gunzip

SUFFIXES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
COMPANIONS = "_files"  # how browsers end the name of the folder with a page's pictures and frames
HEAD = 4_000  # characters at the start of a file in which a browser writes where it was saved from
SAVED_FROM = re.compile(r"saved from url=\(\d{1,6}\)(https?://[^\s<>\"']{1,2000})")  # Internet Explorer, Chrome, Edge
SINGLE_FILE = re.compile(r"Page saved with SingleFile\s{1,20}url: (https?://[^\s<>\"']{1,2000})")
ADDRESS = ("http://", "https://")


def page_in(path: Path, *, url: str | None, max_bytes: int) -> Finding:
    """The page in a file, at `url` where that is told, else where it says it was saved from. Its time is the file's."""
    source = str(path)
    try:
        fetched_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        with path.open("rb") as stream:
            raw = stream.read(max_bytes + 1)
        body = gunzip(raw, limit=max_bytes) if raw.startswith(GZIP_MAGIC) else raw
    except OSError as error:
        return damaged(source, error.strerror or str(error))
    except TooLargeError:
        return too_large(source, max_bytes)
    except (BadCompressionError, TruncatedError) as error:
        return damaged(source, error)
    if len(raw) > max_bytes:
        return too_large(source, max_bytes)
    address = url or address_in(decode(body, None))
    if address is None:
        told = f"{source} does not say where it was saved from; import it alone, with its address behind --url."
        return Lost(source=source, reason="no-address", detail=told)
    return Found(
        source=source,
        url=canonical(address),
        final_url=address,
        body=body,
        headers=((ORIGIN, SAVED),),
        fetched_at=fetched_at,
    )


def address_in(html: str) -> str | None:
    """Where a page was saved from: by the browser's own comment, the platform's data, its canonical link or og:url."""
    for pattern in (SAVED_FROM, SINGLE_FILE):
        if found := pattern.search(html, 0, HEAD):
            return found[1]
    try:
        document = Document(Page(url="", html=html))
        link = document.head.css_first("link[rel=canonical]")
        told = (
            document.context.canonical_url,
            link.attributes.get("href") if link is not None else None,
            document.meta.get("og:url"),
        )
    except NotAnArticle:  # more than a parser is asked to take
        return None
    return next((address for address in told if address and address.startswith(ADDRESS)), None)
