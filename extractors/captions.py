"""Captions that no class marks: the line under a picture that says of itself, or shows by its setting, what it is.

A line is looked at only where nothing but white space parts it from the picture above it. It is a caption when it opens
or closes with the words of one ("Foto: …", "(Dok. …)"), or when it is short, all italic or small, and stands
in the picture's own block. Whatever opens like a story's dateline is none. Centred italics below a picture are as often
a standfirst: they stay in the body, as do labels above a picture and plain lines below it.
"""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from extractors.lexicon import load

LONGEST = 250  # characters; captions on real pages have under 200
STORY = re.compile(r"^.{0,60}?(?:\s[-–—]{1,2}\s|\|\|)")  # 'SERANG, Kabar.id – ', 'Lebak, Kabar.id || '
SMALL_TAGS = frozenset(("i", "em", "small", "figcaption"))
SMALL_STYLE = re.compile(r"font-style\s{0,3}:\s{0,3}italic|font-size\s{0,3}:\s{0,3}(?:x{1,2}-)?small")
SMALL_FONT = frozenset(("1", "2", "-1", "-2"))
BLOCKS = frozenset(("div", "p", "center", "td", "figure", "section", "article"))


def is_caption(text: str, *, inset: bool) -> bool:
    """Whether the line under a picture is its caption; `inset` tells that it is set apart from the story."""
    if len(text) > LONGEST:
        return False
    if _opening().match(text) or _closing().search(text):
        return True
    return inset and not STORY.match(text)


def is_credit(embed_url: str, link_url: str) -> bool:
    """Whether a link under a frame leads to the frame's own host: 'via GIPHY', a video's title 'on Vimeo'."""
    frame, link = (urlsplit(url).netloc.removeprefix("www.").split(".")[-2:] for url in (embed_url, link_url))
    return frame == link and len(frame) == 2


def is_inset(texts: list[LexborNode], picture: LexborNode, container: LexborNode) -> bool:
    """Whether a line, given by its text nodes, is all italic or small and in the block of the picture above it."""
    first, last = texts[0], texts[-1]
    block = _block(first, container)
    beside = block is not None and block == _block(picture, container)
    return beside and _is_small(first, container) and _is_small(last, container)


def _above(node: LexborNode, container: LexborNode) -> list[LexborNode]:
    """The elements around a node, inside the container, from the inside out; the nearest few."""
    found: list[LexborNode] = []
    above = node.parent
    while above is not None and above.mem_id != container.mem_id and len(found) < 12:
        found.append(above)
        above = above.parent
    return found


def _block(node: LexborNode, container: LexborNode) -> int | None:
    return next((above.mem_id for above in _above(node, container) if above.tag in BLOCKS), None)


def _is_small(node: LexborNode, container: LexborNode) -> bool:
    for above in _above(node, container):
        attributes = above.attributes
        if above.tag in SMALL_TAGS or SMALL_STYLE.search((attributes.get("style") or "").casefold()):
            return True
        if above.tag == "font" and attributes.get("size") in SMALL_FONT:
            return True
    return False


@cache
def _opening() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in load("furniture")["captions"])
    return re.compile(rf"^[\W_]{{0,3}}(?:{words})\b[\s.]{{0,3}}[:/]", re.IGNORECASE)


@cache
def _closing() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in load("furniture")["captions"] + load("furniture")["caption_ends"])
    return re.compile(rf"[(\[](?:{words})\b[^()\[\]]{{0,80}}[)\]][.\s]{{0,2}}$", re.IGNORECASE)
