"""The readers that Kliping is measured beside: each reads the same page, and says what it read in the record's keys.

All are told to leave the network alone. A peer that is not installed is left out, and that is printed.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from bench import newspleasereader
from extractors import NotAnArticle, Page, read

NOWHERE = "https://kabar.example/2026/03/x.html"  # the address of a page whose own is not told
Record = dict[str, Any]


class Peer(NamedTuple):
    """A reader by name: `told` gives its record of a page, None where it found no article."""

    name: str
    package: str
    told: Callable[[str, str], Record | None]


def installed() -> list[Peer]:
    """The peers at hand; the others are named on stderr."""
    found = []
    for peer in (
        Peer("trafilatura", "trafilatura", _trafilatura),
        Peer("newspaper4k", "newspaper", _newspaper),
    ):
        try:
            _module(peer.package)
        except ImportError:
            print(f"{peer.name} is not installed (requirements/bench.txt) and left out.", file=sys.stderr)
            continue
        found.append(peer._replace(name=f"{peer.name} {importlib.metadata.version(peer.name)}"))
    if (told := newspleasereader.version()) is None:
        print("news-please is not installed (requirements/newsplease.txt) and left out.", file=sys.stderr)
    else:
        found.append(Peer(f"news-please {told}", "newsplease", _newsplease))
    return found


def bare_parse(html: str) -> object:
    return LexborHTMLParser(html)


def kliping(html: str) -> object:
    """The whole record: claims, removals, quotes."""
    try:
        return read(Page(url=NOWHERE, html=html))
    except NotAnArticle:
        return None


def trafilatura_text(html: str) -> object:
    return _module("trafilatura").extract(html, include_comments=False)


def trafilatura_metadata(html: str) -> object:
    return _module("trafilatura").bare_extraction(html, with_metadata=True, include_comments=False)


def newspaper(html: str, url: str = NOWHERE) -> Any:
    article = _module("newspaper").Article(url, fetch_images=False)
    article.download(input_html=html)
    article.parse()
    return article


def _module(name: str) -> Any:
    with warnings.catch_warnings():  # of packages that a peer's downloader would like to have
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


def _trafilatura(html: str, url: str) -> Record | None:
    found = _module("trafilatura").bare_extraction(html, url=url or None, with_metadata=True, include_comments=False)
    if found is None or not found.text:
        return None
    labels = [*(found.categories or ()), *(found.tags or ())]
    return _record(found.title, found.date, found.author, labels, found.text)


def _newspaper(html: str, url: str) -> Record | None:
    article = newspaper(html, url or NOWHERE)
    if not article.text:
        return None
    published = article.publish_date.isoformat() if article.publish_date else None
    return _record(article.title, published, ", ".join(article.authors), sorted(article.tags or ()), article.text)


def _newsplease(html: str, url: str) -> Record | None:
    found = newspleasereader.ask(html, url or NOWHERE)
    if not found.get("body"):
        return None
    return _record(found["title"], found["published"], ", ".join(found["authors"]), [], found["body"])


def _record(title: str | None, published: str | None, author: str | None, labels: list[str], body: str) -> Record:
    return {
        "title": title or "",
        "published": {"value": published} if published else None,
        "byline": {"account": author or None},
        "labels": labels,
        "post_id": None,
        "body": body,
    }
