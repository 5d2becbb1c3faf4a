"""The reader of last resort: trafilatura, for pages no layout and no feed explains. Imported only when it is needed.

Its text is taken without formatting: with it, version 2.3 loses spaces between `<b>` and its neighbours in `<div>`
markup. Its `fast` mode lost nearly all of a page of `<div>` paragraphs. Its metadata search is slow and not asked.
Asked to be precise it knows better where a story begins and ends, yet it drops linked words out of the middle of
sentences: so the precise reading gives the extent, the ordinary one the text. What stands in it goes through the same
sieve as a body that was taken apart here, and a gate: too few words, or mostly the words of links, is no article.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from extractors import furniture
from extractors.depth import shallow
from extractors.lines import Line
from extractors.model import Removal
from extractors.urls import absolute, site_name
from extractors.whitespace import fold

LARGEST = 2 * 2**20  # characters; trafilatura needs a second for that, and no stored page of any system has a third
SHORTEST = 40  # words; below that, what trafilatura finds on a page without an article is navigation
ALIKE = 0.3  # the precise reading has at least that share of the words of the text in its extent, or has lost the story
END = 30  # characters at either end of a paragraph by which it is known again when linked words are gone from it
LINKED = 0.5  # share of the characters that may be whole lines of link text; above that it is a list of links


class GenericText(NamedTuple):
    """Paragraphs, what was taken out between them, and the name and version of the reader."""

    paragraphs: tuple[str, ...]
    removals: tuple[Removal, ...]
    extractor: str


class _Links(NamedTuple):
    """The texts of a page's links: all of them, and those of links to its own site."""

    all: frozenset[str]
    own: frozenset[str]


def read_generic(
    html: str, *, url: str, tree: LexborHTMLParser, title: str = "", shortest: int = SHORTEST
) -> GenericText | None:
    """The main text of any page; None when there is too little of it to be an article. `title` is dropped where it
    stands again at the top; `tree` is the page parsed.
    """
    if len(html) > LARGEST:
        return None
    found, extractor = _main_text(shallow(html), url)
    if sum(len(text.split()) for text in found) < shortest:
        return None
    links = _links(tree, url)
    lines = [_line(text, links) for text in found]
    if sum(line.linked for line in lines) > LINKED * sum(len(line.text) for line in lines):
        return None
    sifted = furniture.sift(lines, title=title, repeated=frozenset())
    return GenericText(tuple(line.text for line in sifted.kept), sifted.removals, extractor)


def _main_text(html: str, url: str) -> tuple[list[str], str]:
    """The page's paragraphs by trafilatura, and its name and version."""
    with warnings.catch_warnings():  # its downloader, never used here, warns of a proxy package it does without
        warnings.simplefilter("ignore")
        import trafilatura

    precise, ordinary = (
        trafilatura.extract(
            html, url=url or None, include_comments=False, include_formatting=False, favor_precision=favor_precision
        )
        for favor_precision in (True, False)
    )
    return _within(_rows(precise), _rows(ordinary)), f"trafilatura@{trafilatura.__version__}"


def _rows(text: str | None) -> list[str]:
    return [told for row in (text or "").splitlines() if (told := row.strip())]


def _within(precise: list[str], ordinary: list[str]) -> list[str]:
    """The ordinary reading from the first to the last paragraph that the precise one has too. Where that is several
    times the text, page data stand among it, and the precise reading is taken; where it is the better part of the story
    that the precise reading lacks, the ordinary one whole.
    """
    known = {end for text in precise for end in (text[:END], text[-END:])}
    shared = [place for place, text in enumerate(ordinary) if text[:END] in known or text[-END:] in known]
    if not shared:
        return ordinary
    within = ordinary[shared[0] : shared[-1] + 1]
    if _size(precise) < ALIKE * _size(within):
        return precise if len(set(within)) < len(within) else ordinary
    return within


def _size(texts: list[str]) -> int:
    return sum(map(len, texts))


def _links(tree: LexborHTMLParser, url: str) -> _Links:
    site = site_name(url)
    told = [(fold(node.text(deep=True)), node.attributes.get("href") or "") for node in tree.css("a[href]")]
    own = frozenset(text for text, href in told if text and site and site_name(absolute(url, href)) == site)
    return _Links(frozenset(text for text, _ in told if text), own)


def _line(text: str, links: _Links) -> Line:
    """A paragraph with how much of it is known to be link text: all of it, or all after its opening 'Related:'."""
    told = fold(text)
    if told in links.all:
        return Line(text, len(text), "block", own=len(text) if told in links.own else 0)
    rest = told.partition(":")[2].strip()
    return Line(text, len(rest) if rest in links.all else 0, "block")
