"""A post is published twice: how many stored pages, read alone, give exactly the words of their feed's content?"""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from bench.scorers import Score, Scores, kliping_lines, lines
from bench.stored import SHARED
from extractors.blocks import visible_text

WORD = re.compile(r"\w+")
FEWEST = 20  # words; a content with a script and fewer is the shell of a quiz that the script draws
UNHEARD = (
    "script, style, noscript, .tr-caption, figcaption"  # what a body does not hold: the page's captions are beside it
)


def scores() -> Scores:
    """The share of pages whose body words are, in order, the feed's; and of shells that are not taken for articles."""
    gold = lines(SHARED / "gold" / "pages" / "feed_gold.jsonl")
    rows = [{"path": str(SHARED / "pages" / row["article"]), "url": row["link"]} for row in gold]
    same, posts, refused, shells = 0, 0, 0, 0
    for row, record in zip(gold, kliping_lines("extract", rows), strict=True):
        told = words_of_feed(row["content_html"], row["title"])
        if "<script" in row["content_html"] and len(told) < FEWEST:
            shells += 1
            refused += "error" in record
            continue
        posts += 1
        same += told == words_of_page(record)
    return {"same words as the feed": Score.of(same, posts), "shells refused": Score.of(refused, shells)}


def words_of_feed(content: str, title: str) -> list[str]:
    """The words of a feed's content, captions, scripts, styles and the title at its head left out."""
    tree = LexborHTMLParser(content)
    for node in tree.css(UNHEARD):
        node.decompose()
    told = _words(visible_text(tree.body)) if tree.body is not None else []
    head = _words(title)
    return told[len(head) :] if head and told[: len(head)] == head else told


def words_of_page(record: dict[str, Any]) -> list[str]:
    """The words of a record's body, dateline and end mark put back."""
    dateline = (record.get("dateline") or {}).get("raw") or ""
    return _words(f"{dateline}{record.get('body') or ''}\n{record.get('end_mark') or ''}")


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())
