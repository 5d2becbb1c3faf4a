"""Parts of a page that can be read without parsing all of it: its head, and its Blog widget where the cut is proven.

A real page of 290 KB is mostly style, script and sidebar; the widget that holds the post is an eighth of it. What the
parser makes of the widget does not depend on what surrounds it, so that parsing the widget alone gives the same tree,
if one can be sure where it ends. One can: it is cut before the next widget, a sentinel element is put behind the cut,
and only when the parser finds the sentinel outside the widget has the widget ended within the cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from extractors.parsing import parse

LONGEST_TAG = 300  # characters from a widget's "<div" to its class; real ones have under 80
BLOG = re.compile(r"widget Blog\b")
OPENING = ("class='", 'class="', "class=")  # what stands before a widget's class, as Blogger and mirrors write it
BODY = re.compile(r"<body\b[^<>]{0,2000}>", re.IGNORECASE)
DOCTYPE = re.compile(r"\s{0,100}<!doctype[^<>]{0,300}>", re.IGNORECASE)
SENTINEL = "kliping-cut"
HIDING = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))  # what stands in these is no element


def head(html: str) -> str:
    """The page up to its body's first tag, that tag included; the whole page where none stands."""
    body = BODY.search(html)
    return html[: body.end()] if body else html


def blog_widget(html: str) -> LexborNode | None:
    """The page's first Blog widget as an element, its post and comments inside; None where there is none, or where its
    end cannot be proven: then the whole page must be parsed.
    """
    blog = next((at for at in _classes(html, "widget Blog") if BLOG.match(html, at)), -1)
    start = html.rfind("<div", max(0, blog - LONGEST_TAG), blog) if blog >= 0 else -1
    if start < 0 or any(_inside(html, start, *pair) for pair in HIDING):
        return None
    after = next(_classes(html, "widget ", blog + 1), len(html))
    cut = html[start : html.rfind("<", start, after) if after < len(html) else after]
    if SENTINEL in cut:
        return None
    doctype = DOCTYPE.match(html)  # without it the parser works in quirks mode, where a table does not end a paragraph
    tree = parse(f"{doctype.group() if doctype else ''}{cut}<i id={SENTINEL}></i>")
    widget, sentinel = tree.css_first(".widget.Blog"), tree.css_first(f"#{SENTINEL}")
    if widget is None or sentinel is None or _holds(widget, sentinel):
        return None
    return widget


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
