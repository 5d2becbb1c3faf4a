"""A page opened once: its Blog widget, head, JSON-LD and the platform's data context, each read when first asked."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors import slices
from extractors.context import Context, read_context
from extractors.linked_data import articles_of
from extractors.parsing import parse
from extractors.whitespace import fold

if TYPE_CHECKING:
    from extractors.model import Moment, Page

SKIN_NAME = re.compile(r"^[-\s*]*(?:Template |Theme )?Name *: *([^\n*]{2,60})", re.MULTILINE)
GENERATOR = "meta[name=generator][content=blogger i]"
LINKED_DATA = 'script[type="application/ld+json"]'
BODIES = "[id^=post-body-], #postBody, .post-body"
SHORT_TEXT = 300  # characters; a line about the story, such as a date or a credit, is no longer
SKIN_REACH = 1500  # characters of the skin's opening comment that are searched


class Document:
    """What rules read. Shared by all rules of one page, so that nothing is parsed twice; the whole page is parsed only
    where its parts are not enough.
    """

    def __init__(self, page: Page, zone: str | None = None) -> None:
        self.page = page
        self.zone = zone
        """The site's IANA time zone, for times written without an offset."""
        self.instants: dict[str, Moment | None] = {}
        """What its ISO stamps were read as: a page carries the same few in its JSON-LD and in its markup."""

    @cached_property
    def context(self) -> Context:
        """Blogger's data context, read as raw text: many themes hide it inside HTML comments."""
        return read_context(self.page.html)

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The whole page."""
        return parse(self.page.html)

    @cached_property
    def head(self) -> LexborHTMLParser:
        """The page's head and its body tag; the whole page where it has no such tag."""
        html, start = self.page.html, self._start
        return self.tree if start.end == len(html) else slices.parsed_head(html, start)

    @cached_property
    def _start(self) -> slices.Head:
        return slices.head(self.page.html)

    @cached_property
    def widget(self) -> LexborNode | None:
        """The Blog widget, which holds the post and none of the other widgets' copies of its classes."""
        html = self.page.html
        after = self._start.end if self._start.end < len(html) else 0
        return slices.blog_widget(html, after) or self.tree.css_first(".widget.Blog")

    @cached_property
    def blog(self) -> LexborNode | None:
        """Where the post is looked for: the Blog widget, else the whole page; None for a page without any element."""
        return self.widget or self.tree.root

    @cached_property
    def short_texts(self) -> list[tuple[LexborNode, str]]:
        """The text nodes of `blog` that are short enough for a line about the story, each with its text, folded."""
        nodes = self.blog.traverse(include_text=True) if self.blog is not None else ()
        texts = ((node, (node.text_content or "").strip()) for node in nodes if node.is_text_node)
        return [(node, fold(text)) for node, text in texts if text and len(text) <= SHORT_TEXT]

    @cached_property
    def names(self) -> frozenset[str]:
        """The class names and ids in the Blog widget, written as selectors: {'.post-body', '#Blog1'}."""
        classes = " ".join({node.attrs.sget("class") for node in self.find("[class]")})
        ids = (f"#{node.id}" for node in self.find("[id]"))
        return frozenset((*(f".{name}" for name in set(classes.split())), *ids))

    @cached_property
    def is_blogger(self) -> bool:
        """Whether the platform shows itself: by its data context, service links, generator or Blog widget."""
        context = self.context
        return (
            context.present or bool(context.blog_id) or self.head.css_first(GENERATOR) is not None or bool(self.widget)
        )

    @cached_property
    def meta(self) -> dict[str, str]:
        """Head metadata by property or name, first wins: {'og:title': …}."""
        found: dict[str, str] = {}
        for node in self.head.css("meta[content]"):
            attributes = node.attributes
            key = attributes.get("property") or attributes.get("name")
            content = attributes.get("content")
            if key and content:
                found.setdefault(key, content)
        return found

    @cached_property
    def linked_data(self) -> list[dict[str, Any]]:
        """The JSON-LD objects that describe an article, outside post bodies (authors paste foreign blocks there)."""
        nodes = [*self.head.css(LINKED_DATA), *self.find(LINKED_DATA)]
        told = self._start.text.count("application/ld+json") + self.page.html.count(
            "application/ld+json", self._start.end
        )
        if len(nodes) < told:  # some stand elsewhere, or in hidden text
            nodes = self.tree.css(LINKED_DATA)
            bodies = frozenset(node.mem_id for node in self.tree.css(BODIES))
            return articles_of([node.text(deep=True) for node in clear_of(nodes, bodies)])
        return articles_of([node.text(deep=True) for node in clear_of(nodes, self._body_ids)])

    @cached_property
    def _body_ids(self) -> frozenset[int]:
        return frozenset(node.mem_id for node in self.find(BODIES))

    def outside_comments(self, nodes: list[LexborNode]) -> list[LexborNode]:
        """Those of the nodes that stand in no reader's comment."""
        ids = frozenset(node.mem_id for node in self.find("#comments, .comments, .comment-thread"))
        return clear_of(nodes, ids)

    def outside_bodies(self, nodes: list[LexborNode]) -> list[LexborNode]:
        """Those of the nodes that stand in no post body."""
        return clear_of(nodes, self._body_ids)

    @cached_property
    def skin(self) -> str | None:
        """The theme's name as its skin comment gives it ('Simple', 'Awesome Inc.'); half of news themes have none."""
        start = self.page.html.find("page-skin-1")
        found = SKIN_NAME.search(self.page.html, start, start + SKIN_REACH) if start >= 0 else None
        return found.group(1).strip() if found else None

    def find(self, selector: str) -> list[LexborNode]:
        """All matches inside the Blog widget, in document order."""
        return [] if self.blog is None else self.blog.css(selector)


def clear_of(nodes: list[LexborNode], ids: frozenset[int]) -> list[LexborNode]:
    """Those of the nodes that neither are, nor stand in, one of the elements with these memory ids. No element is
    looked at twice, however many of the nodes it holds.
    """
    if not ids or not nodes:
        return nodes
    known: dict[int, bool] = {}  # whether an element is, or stands in, one of those
    return [node for node in nodes if not _is_in(node, ids, known)]


def _is_in(node: LexborNode, ids: frozenset[int], known: dict[int, bool]) -> bool:
    passed: list[int] = []
    above: LexborNode | None = node
    found = False
    while above is not None:
        place = above.mem_id
        if place in known or place in ids:
            found = known.get(place, True)
            break
        passed.append(place)
        above = above.parent
    known.update(dict.fromkeys(passed, found))
    return found
