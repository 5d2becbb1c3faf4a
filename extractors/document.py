"""A page opened once: its tree, head data, JSON-LD and the platform's data context, each read when first asked for."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.context import Context, read_context
from extractors.linked_data import articles_of

if TYPE_CHECKING:
    from extractors.model import Page

SKIN_NAME = re.compile(r"^[-\s*]*(?:Template |Theme )?Name *: *([^\n*]{2,60})", re.MULTILINE)
GENERATOR = "meta[name=generator][content=blogger i]"
SKIN_REACH = 1500  # characters of the skin's opening comment that are searched


class Document:
    """What rules read. Shared by all rules of one page, so that the page is parsed once."""

    def __init__(self, page: Page, zone: str | None = None) -> None:
        self.page = page
        self.zone = zone
        """The site's IANA time zone, for times written without an offset."""

    @cached_property
    def context(self) -> Context:
        """Blogger's data context, read as raw text: many themes hide it inside HTML comments."""
        return read_context(self.page.html)

    @cached_property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.page.html)

    @cached_property
    def root(self) -> LexborNode | None:
        """The document element; None for a document without any."""
        return self.tree.root

    @cached_property
    def blog(self) -> LexborNode | None:
        """The Blog widget, which holds the post and none of the other widgets' copies of its classes; else the root."""
        return self.tree.css_first(".widget.Blog") or self.root

    @cached_property
    def names(self) -> frozenset[str]:
        """The class names and ids in the Blog widget, written as selectors: {'.post-body', '#Blog1'}."""
        values = {node.attrs.sget("class") for node in self.find("[class]")}
        ids = (f"#{node.id}" for node in self.find("[id]"))
        return frozenset((*(f".{name}" for value in values for name in value.split()), *ids))

    @cached_property
    def is_blogger(self) -> bool:
        """Whether the platform shows itself: by its data context, service links, generator or Blog widget."""
        context = self.context
        return context.present or bool(context.blog_id) or self.tree.css_first(".widget.Blog, " + GENERATOR) is not None

    @cached_property
    def meta(self) -> dict[str, str]:
        """Head metadata by property or name, first wins: {'og:title': …}."""
        found: dict[str, str] = {}
        for node in self.tree.css("meta[content]"):
            key = node.attributes.get("property") or node.attributes.get("name")
            content = node.attributes.get("content")
            if key and content:
                found.setdefault(key, content)
        return found

    @cached_property
    def linked_data(self) -> list[dict[str, Any]]:
        """The JSON-LD objects that describe an article, outside post bodies (authors paste foreign blocks there)."""
        scripts = [
            node.text(deep=True)
            for node in self.tree.css('script[type="application/ld+json"]')
            if not within(node, self._body_ids)
        ]
        return articles_of(scripts)

    @cached_property
    def _body_ids(self) -> frozenset[int]:
        return frozenset(node.mem_id for node in self.tree.css("[id^=post-body-], #postBody, .post-body"))

    def outside_comments(self, nodes: list[LexborNode]) -> list[LexborNode]:
        """Those of the nodes that stand in no reader's comment."""
        ids = frozenset(node.mem_id for node in self.find("#comments, .comments, .comment-thread"))
        return [node for node in nodes if not within(node, ids)]

    def outside_bodies(self, nodes: list[LexborNode]) -> list[LexborNode]:
        """Those of the nodes that stand in no post body."""
        return [node for node in nodes if not within(node, self._body_ids)]

    @cached_property
    def skin(self) -> str | None:
        """The theme's name as its skin comment gives it ('Simple', 'Awesome Inc.'); half of news themes have none."""
        start = self.page.html.find("page-skin-1")
        found = SKIN_NAME.search(self.page.html, start, start + SKIN_REACH) if start >= 0 else None
        return found.group(1).strip() if found else None

    def find(self, selector: str) -> list[LexborNode]:
        """All matches inside the Blog widget, in document order."""
        return [] if self.blog is None else self.blog.css(selector)


def within(node: LexborNode, ids: frozenset[int] | set[int]) -> bool:
    """Whether one of the elements with these memory ids is the node or holds it."""
    above: LexborNode | None = node
    while above is not None:
        if above.mem_id in ids:
            return True
        above = above.parent
    return False
