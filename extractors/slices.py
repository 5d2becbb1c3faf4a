"""Parts of a page that can be read without parsing all of it: its head, and its Blog widget where the cut is proven.

A real page of 290 KB is mostly style, script and sidebar; the widget that holds the post is an eighth of it. What the
parser makes of the widget does not depend on what surrounds it, so that parsing the widget alone gives the same tree,
if one can be sure where it ends. One can: it is cut before the next widget, a sentinel element is put behind the cut,
and only when the parser finds the sentinel outside the widget has the widget ended within the cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.parsing import parse

LONGEST_TAG = 300  # characters from a widget's "<div" to its class; real ones have under 80
BLOG = re.compile(r"widget Blog\b")
OPENING = ("class='", 'class="', "class=")  # what stands before a widget's class, as Blogger and mirrors write it
TAG = re.compile(r"<(style|body)\b[^<>]{0,2000}>", re.IGNORECASE)
STYLE_END = re.compile("</style", re.IGNORECASE)
BULKY = 1000  # characters of a style sheet from which it is left out; those of a real head have 60,000 together
STYLE = "kliping-style"
DOCTYPE = re.compile(r"\s{0,100}<!doctype[^<>]{0,300}>", re.IGNORECASE)
SENTINEL = "kliping-cut"
HIDING = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))  # what stands in these is no element


class Head(NamedTuple):
    """A page up to its body's first tag, that tag included; the whole page where none stands. In `text` stands STYLE
    instead of the style sheets left out, so many as `cuts` says; `end` is the head's length in the page.
    """

    text: str
    end: int
    cuts: int


def head(html: str) -> Head:
    """The page's head, bulky style sheets left out."""
    parts: list[str] = []
    kept = at = closing = 0
    while tag := TAG.search(html, at):
        at = tag.end()
        if tag[1].lower() == "body":
            return Head("".join((*parts, html[kept:at])), at, len(parts) // 2)
        if closing < at:
            closed = STYLE_END.search(html, at)
            closing = closed.start() if closed else len(html)
        if closing - at > BULKY and closing < len(html):
            parts += (html[kept:at], STYLE)
            kept = at = closing
    return Head(html, len(html), 0)


def parsed_head(html: str, found: Head) -> LexborHTMLParser:
    """The head as a tree. What was left out of a style element, and holds no end of one, was all its text; where one
    only seemed to stand, in a comment or a string, the head is parsed as it is.
    """
    tree = parse(found.text)
    sheets = tree.css("head > style, head > noscript > style") if found.cuts else ()  # in a drawing they may hold tags
    if found.cuts == sum(sheet.text(deep=True) == STYLE for sheet in sheets) == found.text.count(STYLE):
        return tree
    return parse(html[: found.end])


def blog_widget(html: str, after: int = 0) -> LexborNode | None:
    """The first Blog widget of the page, or of what stands after so many characters, as an element, its post and
    comments inside; None where there is none, or where its end cannot be proven: then the whole page must be parsed.
    """
    blog = next((at for at in _classes(html, "widget Blog", after) if BLOG.match(html, at)), -1)
    start = html.rfind("<div", max(0, blog - LONGEST_TAG), blog) if blog >= 0 else -1
    if start < 0 or any(_inside(html, start, *pair) for pair in HIDING):
        return None
    following = next(_classes(html, "widget ", blog + 1), len(html))
    cut = html[start : html.rfind("<", start, following) if following < len(html) else following]
    doctype = DOCTYPE.match(html)  # without it the parser works in quirks mode, where a table does not end a paragraph
    tree = parse(f"{doctype.group() if doctype else ''}{cut}<i id={SENTINEL}></i>")
    return _proven(tree, cut)


def _proven(tree: LexborHTMLParser, cut: str) -> LexborNode | None:
    """The widget of a parsed cut, where the sentinel stands outside it: mostly they are its first and last element."""
    first, last = (tree.body.first_child, tree.body.last_child) if tree.body is not None else (None, None)
    if first is not None and last is not None and first != last and last.id == SENTINEL and _is_blog(first):
        return first
    if SENTINEL in cut:
        return None
    widget, sentinel = tree.css_first(".widget.Blog"), tree.css_first(f"#{SENTINEL}")
    if widget is None or sentinel is None or _holds(widget, sentinel):
        return None
    return widget


def _is_blog(node: LexborNode) -> bool:
    return node.is_element_node and {"widget", "Blog"} <= set((node.attributes.get("class") or "").split())


def _classes(html: str, names: str, start: int = 0) -> Iterator[int]:
    """Where class attributes that begin with these names have their value in the raw page."""
    at = html.find(names, start)
    while at >= 0:
        if html.endswith(OPENING, max(0, at - 7), at):
            yield at
        at = html.find(names, at + 1)


def _inside(html: str, at: int, opening: str, closing: str) -> bool:
    """Whether that place stands between an opening and its closing."""
    return html.find(opening, max(0, html.rfind(closing, 0, at)), at) >= 0


def _holds(outer: LexborNode, inner: LexborNode) -> bool:
    above = inner.parent
    while above is not None:
        if above.mem_id == outer.mem_id:
            return True
        above = above.parent
    return False
