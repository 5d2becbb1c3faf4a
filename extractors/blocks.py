"""The post body, taken apart: paragraphs, images, links, embeds, and labelled removals.

Blogger bodies are a soup of `<br>`, `<div>` and `<p>`; paragraphs are told by meaning, not by tag. The container is
walked once into lines (runs of text between block edges and `<br>`), furniture is taken out line by line, and what is
left is joined into paragraphs.

The conservation law: paragraphs + captions + removals hold all text of the container, white space and script aside.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from selectolax.lexbor import LexborNode

from extractors import furniture
from extractors.images import original
from extractors.lines import SENTENCE_END, Edge, Line
from extractors.model import Embed, Image, Link, LinkKind, Removal
from extractors.urls import absolute, is_permalink, site_name
from extractors.whitespace import fold, visible

BLOCK_TAGS = frozenset(
    "address article aside blockquote caption center dd details div dl dt fieldset figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
SILENT_TAGS = frozenset(("script", "style", "template", "noscript", "head", "title", "svg", "math", "button"))
EMBED_TAGS = frozenset(("iframe", "embed", "object", "video", "audio"))
EMBED_HOSTS = {
    "youtube.com": "youtube",
    "youtube-nocookie.com": "youtube",
    "youtu.be": "youtube",
    "blogger.com": "blogger-video",
    "facebook.com": "facebook",
    "instagram.com": "instagram",
    "tiktok.com": "tiktok",
    "platform.twitter.com": "x",
    "drive.google.com": "drive",
    "docs.google.com": "document",
    "google.com": "map",
    "maps.google.com": "map",
}
CELL_TAGS = frozenset(("td", "th"))
DOWNLOAD = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|csv)$", re.IGNORECASE)
PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp)$|googleusercontent\.com/img/|bp\.blogspot\.com/", re.IGNORECASE)
ITEM_START = re.compile(r"^(?:[-–•*▪◦>]|\d{1,3}[.)]|[a-z][.)])\s")
LOWERCASE_START = re.compile(r"^[^\w]*[a-zà-ÿ]")


class Blocks(msgspec.Struct, frozen=True, kw_only=True):
    """A body container read. `lines` are all its lines, furniture included, before they were joined; `scripted` tells
    that a script of the post's own stands in it.
    """

    lines: tuple[str, ...]
    scripted: bool
    paragraphs: tuple[str, ...]
    removals: tuple[Removal, ...]
    images: tuple[Image, ...]
    links: tuple[Link, ...]
    embeds: tuple[Embed, ...]


def read_blocks(
    container: LexborNode,
    *,
    base_url: str,
    title: str = "",
    remove: tuple[tuple[str, str], ...] = (),
    repeated: frozenset[str] = frozenset(),
) -> Blocks:
    """The container's blocks. `remove` maps selectors of its parts to removal labels, the first that fits naming a
    part; `title` is dropped where it stands again at the top; `repeated` lines are known to stand on many pages of the
    site.
    """
    walk = _Walk(
        base_url, {node.mem_id: label for selector, label in reversed(remove) for node in container.css(selector)}
    )
    walk.read(container)
    sifted = furniture.sift(walk.lines, title=title, repeated=repeated)
    return Blocks(
        lines=tuple(line.text for line in walk.lines),
        scripted=container.css_first("script:not([src])") is not None,
        paragraphs=tuple(_paragraphs(sifted.kept)),
        removals=(*walk.removals, *sifted.removals),
        images=tuple(walk.images),
        links=tuple(_related(link, sifted.related) for link in walk.links),
        embeds=tuple(walk.embeds),
    )


def _related(link: Link, related: frozenset[str]) -> Link:
    return msgspec.structs.replace(link, kind="related") if link.text and link.text in related else link


def _paragraphs(lines: list[Line]) -> list[str]:
    """Lines joined where a single `<br>` stands inside a sentence, kept apart everywhere else."""
    paragraphs: list[list[str]] = []
    for line in lines:
        if paragraphs and line.edge == "br" and not line.verbatim and _runs_on(paragraphs[-1][-1], line.text):
            paragraphs[-1].append(line.text)
        else:
            paragraphs.append([line.text])
    return [" ".join(parts) for parts in paragraphs]


def _runs_on(before: str, after: str) -> bool:
    if ITEM_START.match(after):
        return False
    return not SENTENCE_END.search(before[-8:]) or bool(LOWERCASE_START.match(after))


class _Anchor(NamedTuple):
    """A link the walk is inside of; `own` when it leads to a post of the same site."""

    node: LexborNode
    url: str
    own: bool
    parts: list[str]


class _Walk:
    """One pass over a container, without recursion: posts nest deeper than Python does."""

    def __init__(self, base_url: str, drop: dict[int, str]) -> None:
        self.lines: list[Line] = []
        self.removals: list[Removal] = []
        self.links: list[Link] = []
        self.embeds: list[Embed] = []
        self.images: list[Image] = []
        self._base_url = base_url
        self._drop = drop
        self._parts: list[str] = []
        self._linked = 0
        self._edge: Edge = "block"
        self._own = 0
        self._site = site_name(base_url)
        self._anchors: list[_Anchor] = []
        self._caption: str | None = None

    def read(self, container: LexborNode) -> None:
        node: LexborNode | None = container.first_child
        while node is not None:
            child = self._enter(node)
            if child is not None:
                node = child
                continue
            node = self._next(node, container)
        self._flush("block")
        if self._caption:
            self.removals.append(Removal(rule="caption", text=self._caption))

    def _next(self, node: LexborNode, container: LexborNode) -> LexborNode | None:
        """The node after this one in document order, leaving those that end here."""
        self._leave(node)
        while node.next is None:
            parent = node.parent
            if parent is None or parent.mem_id == container.mem_id:
                return None
            node = parent
            self._leave(node)
        return node.next

    def _enter(self, node: LexborNode) -> LexborNode | None:
        """Takes a node in; returns its first child when the walk should go inside."""
        if node.is_text_node:
            self._text(node.text_content or "")
            return None
        tag = node.tag
        if not node.is_element_node or tag is None or tag in SILENT_TAGS:
            return None
        if node.mem_id in self._drop:
            self._remove(node, self._drop[node.mem_id])
            return None
        if tag == "br":
            self._break()
        elif tag == "img":
            self._image(node)
        elif tag in EMBED_TAGS:
            self._embed(node)
        elif tag == "pre":
            self._verbatim(node)
        elif _is_caption(node, tag):
            self._take_caption(node)
        else:
            if tag in BLOCK_TAGS:
                self._flush("block")
            elif tag in CELL_TAGS:
                self._parts.append(" ")
            elif tag == "a" and node.attributes.get("href"):
                self._anchors.append(self._anchor(node))
            return node.first_child
        return None

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag
        if tag in BLOCK_TAGS and node.mem_id not in self._drop:
            self._flush("block")
        elif tag == "a" and self._anchors and self._anchors[-1].node.mem_id == node.mem_id:
            self._link(self._anchors.pop())

    def _text(self, text: str) -> None:
        self._parts.append(text)
        if self._anchors:
            anchor = self._anchors[-1]
            length = len(fold(text))
            self._linked += length
            self._own += length if anchor.own else 0
            anchor.parts.append(text)

    def _break(self) -> None:
        if not self._flush("br") and self._edge == "br":
            self._edge = "blank"

    def _flush(self, edge: Edge) -> bool:
        """Ends the line in hand; `edge` stands before the next one. Says whether the line had text."""
        text = fold("".join(self._parts))
        self._parts.clear()
        if text:
            self.lines.append(Line(text, min(self._linked, len(text)), self._edge, min(self._own, len(text))))
            self._edge = edge
        elif edge == "block":
            self._edge = edge
        self._linked = self._own = 0
        return bool(text)

    def _verbatim(self, node: LexborNode) -> None:
        self._flush("block")
        parts: list[str] = []
        for inner in node.traverse(include_text=True):
            if inner.tag == "br":
                parts.append("\n")
            elif inner.is_text_node and not _is_silent(inner, node):
                parts.append(inner.text_content or "")
        text = visible("".join(parts)).strip("\n").rstrip()
        if text.strip():
            self.lines.append(Line(text, 0, "block", verbatim=True))
        self._edge = "block"

    def _remove(self, node: LexborNode, label: str) -> None:
        text = visible_text(node)
        if text:
            self.removals.append(Removal(rule=label, text=text))

    def _take_caption(self, node: LexborNode) -> None:
        caption = visible_text(node)
        if caption and self.images and self.images[-1].caption is None:
            self.images[-1] = msgspec.structs.replace(self.images[-1], caption=caption)
        elif caption:
            if self._caption:
                self.removals.append(Removal(rule="caption", text=self._caption))
            self._caption = caption

    def _image(self, node: LexborNode) -> None:
        attributes = node.attributes
        candidates = (attributes.get(name) for name in ("data-src", "data-original", "data-lazy-src", "src"))
        url = next((found for value in candidates if value and (found := absolute(self._base_url, value))), None)
        if url is None or _is_tracker(attributes):
            return
        around = self._anchors[-1].url if self._anchors else ""
        larger = around if PICTURE.search(around.partition("?")[0]) else ""
        alt = fold(attributes.get("alt") or "") or None
        self.images.append(Image(url=url, original_url=original(larger or url), alt=alt, caption=self._caption))
        self._caption = None

    def _embed(self, node: LexborNode) -> None:
        inner = node.css_first("source[src]")
        sources = [node.attributes.get(name) for name in ("src", "data-src", "data")]
        sources.append(inner.attributes.get("src") if inner is not None else None)
        url = next((found for value in sources if value and (found := absolute(self._base_url, value))), None)
        if url is not None:
            self.embeds.append(Embed(url=url, kind=_embed_kind(url)))
        self._remove(node, "embed")

    def _anchor(self, node: LexborNode) -> _Anchor:
        url = absolute(self._base_url, node.attributes.get("href") or "")
        return _Anchor(node, url, is_permalink(url) and site_name(url) == self._site, [])

    def _link(self, anchor: _Anchor) -> None:
        text = fold("".join(anchor.parts))
        if text and anchor.url:
            kind: LinkKind = "download" if DOWNLOAD.search(urlsplit(anchor.url).path) else "inline"
            self.links.append(Link(url=anchor.url, text=text, kind=kind))


def visible_text(node: LexborNode) -> str:
    """The folded text of an element, script and style aside."""
    parts: list[str] = []
    for inner in node.traverse(include_text=True):
        if inner.is_text_node and not _is_silent(inner, node):
            parts.append(inner.text_content or "")
        elif inner.tag == "br" or inner.tag in BLOCK_TAGS or inner.tag in CELL_TAGS:
            parts.append(" ")
    return fold("".join(parts))


def _is_silent(inner: LexborNode, top: LexborNode) -> bool:
    above = inner.parent
    while above is not None and above.mem_id != top.mem_id:
        if above.tag in SILENT_TAGS:
            return True
        above = above.parent
    return False


def _is_caption(node: LexborNode, tag: str) -> bool:
    if tag == "figcaption":
        return True
    return tag in {"td", "div", "p", "span"} and "tr-caption" in (node.attributes.get("class") or "").split()


def _is_tracker(attributes: dict[str, str | None]) -> bool:
    return attributes.get("width") in {"0", "1"} and attributes.get("height") in {"0", "1"}


def _embed_kind(url: str) -> str:
    return EMBED_HOSTS.get(urlsplit(url).netloc.removeprefix("www."), "frame")
