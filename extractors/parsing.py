"""The parser, kept from what would cost it the square of a page's length: blocks in each other (see `depth`), and the
attributes of one tag, each of which it compares with all before it. 100,000 of them, in 1.2 MB, took Lexbor 20 seconds.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from extractors.depth import shallow
from extractors.model import NotAnArticle

MOST_TAGS = (
    200_000  # angle brackets; the fullest of 352 stored pages has 4,375, and 400,000 take 3 s to be looked through
)
SHORT = 120_000  # characters; less cannot hold so many different attributes that they take 2 s: 1.5 s were reached
MANY = 2000  # attributes; the longest tags of real pages have some 40
# Quantifiers are possessive: every character is looked at once, whatever the page.
ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?)?"""
TAG = r"<[a-zA-Z][^\s/>]*+"
USUAL = re.compile(rf"(?:[^<]++|<(?![a-zA-Z])|{TAG}(?:{ATTRIBUTE}){{0,{MANY}}}+[\s/]*+(?:>|\Z))*+")
KEPT = re.compile(rf"{TAG}(?:{ATTRIBUTE}){{{MANY}}}")
CUT = re.compile(rf"(?:{ATTRIBUTE})*+")


def parse(html: str) -> LexborHTMLParser:
    """The page or part of a page as a tree, in a time that grows as its length does. Raises NotAnArticle for a flood of
    tags.
    """
    if len(html) > MOST_TAGS and html.count("<") > MOST_TAGS:
        raise NotAnArticle("not-an-article", f"the page has more than {MOST_TAGS:,} tags")
    return LexborHTMLParser(trimmed(shallow(html)))


def trimmed(html: str) -> str:
    """The page, the attributes of a tag beyond MANY cut out; the very same string where no tag has so many."""
    if len(html) < SHORT:
        return html
    parts: list[str] = []
    at = 0
    while (usual := USUAL.match(html, at)) and (kept := KEPT.match(html, usual.end())):
        parts.append(html[at : kept.end()])
        cut = CUT.match(html, kept.end())
        at = cut.end() if cut else kept.end()
    return "".join((*parts, html[at:])) if parts else html
