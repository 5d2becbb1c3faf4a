"""The reader of last resort: trafilatura, for pages no layout and no feed explains. Imported only when it is needed.

Its text is taken without formatting: with it, version 2.3 loses spaces between `<b>` and its neighbours in `<div>`
markup. Its `fast` mode lost nearly all of a page of `<div>` paragraphs. Its metadata search is slow and not asked.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

SHORTEST = 40  # words; below that, what trafilatura finds on a page without an article is navigation


class GenericText(NamedTuple):
    """Paragraphs, and the name and version of the reader."""

    paragraphs: tuple[str, ...]
    extractor: str


def read_generic(html: str, *, url: str, shortest: int = SHORTEST) -> GenericText | None:
    """The main text of any page; None when there is too little of it to be an article."""
    with warnings.catch_warnings():  # its downloader, never used here, warns of a proxy package it does without
        warnings.simplefilter("ignore")
        import trafilatura

    text = trafilatura.extract(html, url=url or None, include_comments=False, include_formatting=False)
    if not text or len(text.split()) < shortest:
        return None
    paragraphs = tuple(line.strip() for line in text.splitlines() if line.strip())
    return GenericText(paragraphs, f"trafilatura@{trafilatura.__version__}")
