"""Pages that are no article, told before one is looked for in them: lists, error pages, gates, and the soft 404.

A soft 404 is a page that stands for a missing post and does not say so to machines: the front page sent under a post's
address, or a page of a few words that says 'not found' to people only. The words are data: lexicon/refusals.toml.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from extractors.lexicon import load
from extractors.model import NotAnArticle
from extractors.urls import is_permalink

if TYPE_CHECKING:
    from extractors.document import Document

LIST_PAGES = frozenset(("index", "archive", "label", "search", "static_page"))
LIST_ADDRESS = re.compile(
    r"https?://[^/?#]+(?:/?(?:[?#]|$)|/search\b|/\d{4}(?:/\d\d){0,2}/?(?:[?#]|$)|/p/[^/?#]+\.html)"
)
GATES = ("/blogin.g", "interstitial/blog")
SHORT = 60  # words; a page that says 'not found' and more than these tells a story about it
WORD = re.compile(r"\w+")


def refuse_other_pages(document: Document) -> None:
    """Ends the reading of a page that says of itself that it is no article."""
    context = document.context
    if context.error:
        raise NotAnArticle("error-page")
    if context.page_type == "index" and is_permalink(document.page.url):
        raise NotAnArticle("soft-404", "the site's front page stands under the post's address")
    if context.page_type in LIST_PAGES:
        raise NotAnArticle("not-an-article", f"the page calls itself {context.page_type!r}")
    if context.page_type is not None or not document.is_blogger:
        return
    if LIST_ADDRESS.match(document.page.url):
        raise NotAnArticle("not-an-article", "the address is that of a list or a static page")
    if len(document.find(".post-body")) > 1:
        raise NotAnArticle("not-an-article", "the page holds several posts")


def refuse_gate(document: Document) -> None:
    """Ends the reading of a page before which a content warning or a login stands."""
    if document.context.private or any(gate in document.page.html for gate in GATES):
        raise NotAnArticle("gated")


def refuse_soft_404(title: str, text: str) -> None:
    """Ends the reading of a page whose title or few words say that what was asked for is not there."""
    said = WORD.findall(text.casefold())
    if len(said) <= SHORT and (_said(title) or _not_found().search(" ".join(said))):
        raise NotAnArticle("soft-404")


def _said(title: str) -> bool:
    """Whether a title is 'Not found' in some way of saying it; '404' alone counts."""
    words = " ".join(WORD.findall(title.casefold()))
    return words in {"404", "error 404", "not found"} or _not_found().match(words) is not None


@cache
def _not_found() -> re.Pattern[str]:
    phrases = sorted(load("refusals")["not_found"], key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b")
