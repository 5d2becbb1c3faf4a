"""The post body, taken apart: paragraphs, images, links, embeds, and labelled removals.

Blogger bodies are a soup of `<br>`, `<div>` and `<p>`; paragraphs are told by meaning, not by tag. The container is
walked once into lines (runs of text between block edges and `<br>`), furniture is taken out line by line, and what is
left is joined into paragraphs.

The conservation law: paragraphs + captions + removals hold all text of the container, white space and script aside.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from selectolax.lexbor import LexborNode

from extractors import captions, furniture
from extractors.images import original
from extractors.lines import SENTENCE_END, Edge, Line
from extractors.model import Embed, Image, Link, LinkKind, Removal
from extractors.urls import absolute, is_permalink, site_name
from extractors.verse import ITEM_START, LOWERCASE_START, is_verse
from extractors.whitespace import fold, visible

BLOCK_TAGS = frozenset(
    "address article aside blockquote caption center dd details div dl dt fieldset figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
SILENT_TAGS = frozenset(("script", "style", "template", "noscript", "head", "title", "svg", "math", "button"))
CAPTIONS = "figcaption, td.tr-caption, div.tr-caption, p.tr-caption, span.tr-caption"
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
NAME = re.compile(r"""[.#]([\w-]+)|\[(?:class|id)[*^$~]?=["']?([\w-]+)""")  # of a selector: '.toc', '[class*=iklan]'
COMBINATOR = re.compile(r"[\s>+~]+")
CELL_TAGS = frozenset(("td", "th"))
DOWNLOAD = re.compile(r"\w+://[^/?#]*/[^?#]*\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|csv)(?![^?#])", re.IGNORECASE)
TRACKER = re.compile(
    r"googleusercontent\.com/tracker/|feedburner\.com/~|facebook\.com/tr\b|/(?:pixel|spacer|blank)\.(?:gif|png)"
)
LONGEST = 400_000  # characters of a body that are read; the longest of 132 stored posts has 16,373
MOST_LINES = 20_000  # of a body; the stored post with most has 280
PROGRAM = 1000  # characters of a script; what calls for an ad or moves a part of the theme has some hundred
PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp)$|googleusercontent\.com/img/|bp\.blogspot\.com/", re.IGNORECASE)


class Blocks(msgspec.Struct, frozen=True, kw_only=True):
    """A body container read. `lines` are all its lines, furniture included, before they were joined; `scripted` tells
    that a program stands in it, longer than what calls for an ad or moves a part of the theme.
    """

    lines: tuple[str, ...] = ()
    scripted: bool = False
    paragraphs: tuple[str, ...] = ()
    removals: tuple[Removal, ...] = ()
    images: tuple[Image, ...] = ()
    links: tuple[Link, ...] = ()
    embeds: tuple[Embed, ...] = ()


def read_blocks(
    container: LexborNode,
    *,
    base_url: str,
    title: str = "",
    remove: tuple[tuple[str, str], ...] = (),
    repeated: frozenset[str] = frozenset(),
    around: frozenset[int] = frozenset(),
) -> Blocks:
    """The container's blocks. `remove` maps selectors of its parts to removal labels, the first that fits naming a
    part; `title` is dropped where it stands again at the top; `repeated` lines are known to stand on many pages of the
    site. `around` are the memory ids of parts that stand before or behind the post.
    """
    names = _names_in(container)
    told = [(selector, label) for selector, label in reversed(remove) if _may_match(selector, names)]
    walk = _Walk(
        base_url,
        drop={
            **dict.fromkeys(around, "around"),
            **{node.mem_id: label for selector, label in told for node in container.css(selector)},
        },
        captions=frozenset(node.mem_id for node in container.css(CAPTIONS)),
    )
    walk.read(container)
    lines, beyond = _bounded(walk.lines)
    sifted = furniture.sift(lines, title=title, repeated=repeated)
    return Blocks(
        lines=tuple(line.text for line in lines),
        scripted=any(len(script.text()) >= PROGRAM for script in container.css("script:not([src])")),
        paragraphs=tuple(_paragraphs(sifted.kept)),
        removals=(*walk.removals, *sifted.removals, *beyond),
        images=tuple(walk.images),
        links=tuple(_related(link, sifted.related) for link in walk.links),
        embeds=tuple(walk.embeds),
    )


def _names_in(container: LexborNode) -> str:
    """All class names and ids in a container, itself included, in small letters, white space between them."""
    named = [node.attributes for node in container.css("[class], [id]")]
    return " ".join([f"{attributes.get('class')} {attributes.get('id')}" for attributes in named]).lower()


def _may_match(selector: str, names: str) -> bool:
    """Whether a selector needs to be run: not where none of the names that it asks for stands among those."""
    asked = _asked_for(selector)
    return not asked or any(name in names for name in asked)


@cache
def _asked_for(selector: str) -> tuple[str, ...]:
    """Names one of which an element must have that a selector list matches; empty where a part of it asks for none."""
    found = [NAME.search(COMBINATOR.split(part.strip())[-1]) for part in selector.split(",")]
    if ":" in selector or not all(found):
        return ()
    return tuple((name[1] or name[2]).lower() for name in found if name)


def _bounded(lines: list[Line]) -> tuple[list[Line], tuple[Removal, ...]]:
    """The lines as far as a body is read, and what stands beyond as a removal: no post is so long, a flood is."""
    room = LONGEST
    for at, line in enumerate(lines):
        if len(line.text) > room or at == MOST_LINES:
            end = 0 if at == MOST_LINES else line.text.rfind(" ", 0, room) + 1 or room
            kept = line._replace(text=line.text[:end].rstrip(), linked=min(line.linked, end), own=min(line.own, end))
            beyond = "\n".join((line.text[end:], *(after.text for after in lines[at + 1 :])))
            return [*lines[:at], *([kept] if end else [])], (Removal(rule="overlong", text=beyond),)
        room -= len(line.text)
    return lines, ()


def _related(link: Link, related: frozenset[str]) -> Link:
    return msgspec.structs.replace(link, kind="related") if link.text and link.text in related else link


def _paragraphs(lines: list[Line]) -> list[str]:
    """Lines joined where a single `<br>` stands inside a sentence, kept apart everywhere else; those of verse are one
    paragraph with its line breaks.
    """
    paragraphs: list[str] = []
    for run in _runs(lines):
        if is_verse(run):
            paragraphs.append("\n".join(run))
        else:
            paragraphs += _sentences(run)
    return paragraphs


def _runs(lines: list[Line]) -> list[list[str]]:
    """The lines' texts, grouped where nothing but single breaks parts them."""
    runs: list[list[str]] = []
    for line in lines:
        if runs and line.edge == "br" and not line.verbatim:
            runs[-1].append(line.text)
        else:
            runs.append([line.text])
    return runs


def _sentences(run: list[str]) -> list[str]:
    """Lines joined where the sentence runs on."""
    paragraphs = [[run[0]]]
    for text in run[1:]:
        if _runs_on(paragraphs[-1][-1], text):
            paragraphs[-1].append(text)
        else:
            paragraphs.append([text])
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
    """One pass over a container, without recursion: posts nest deeper than Python does. The memory ids of what is
    dropped, each with its label, and of captions are told beforehand: a selector finds them faster than a look at every
    element's classes.
    """

    def __init__(self, base_url: str, *, drop: dict[int, str], captions: frozenset[int]) -> None:
        self.lines: list[Line] = []
        self.removals: list[Removal] = []
        self.links: list[Link] = []
        self.embeds: list[Embed] = []
        self.images: list[Image] = []
        self._base_url = base_url
        self._drop = drop
        self._captions = captions
        self._parts: list[str] = []
        self._linked = 0
        self._edge: Edge = "block"
        self._own = 0
        self._site = site_name(base_url)
        self._anchors: list[_Anchor] = []
        self._caption: str | None = None
        self._above: LexborNode | None = None  # the image or frame above the line in hand, nothing between them
        self._texts: list[LexborNode] = []  # of the line under it

    def read(self, container: LexborNode) -> None:
        self._container = container
        inside: list[tuple[LexborNode, str]] = []  # the elements that are open, each with its tag
        node: LexborNode | None = container.first_child
        while node is not None or inside:
            if node is None:
                node, tag = inside.pop()
                self._leave(node, tag)
            elif node.is_text_node:
                self._text(node, node.text_content or "")
            elif opened := self._enter(node):
                inside.append((node, opened))
                node = node.first_child
                continue
            node = node.next
        self._flush("block")
        if self._caption:
            self.removals.append(Removal(rule="caption", text=self._caption))

    def _enter(self, node: LexborNode) -> str | None:
        """Takes in what is no text. The element's tag where the walk should go inside."""
        tag = node.tag
        if not node.is_element_node or tag is None or tag in SILENT_TAGS:
            return None
        place = node.mem_id
        if place in self._drop:
            self._remove(node, self._drop[place])
        elif tag == "br":
            self._break()
        elif tag == "img":
            self._image(node)
        elif tag in EMBED_TAGS:
            self._embed(node)
        elif tag == "pre":
            self._verbatim(node)
        elif place in self._captions:
            self._take_caption(node)
        else:
            self._open(node, tag)
            return tag
        return None

    def _open(self, node: LexborNode, tag: str) -> None:
        if tag in BLOCK_TAGS:
            self._end_block()
        elif tag in CELL_TAGS:
            self._parts.append(" ")
        elif tag == "a" and node.attributes.get("href"):
            self._anchors.append(self._anchor(node))

    def _leave(self, node: LexborNode, tag: str) -> None:
        if tag in BLOCK_TAGS:
            self._end_block()
        elif self._anchors and self._anchors[-1].node is node:
            self._link(self._anchors.pop())

    def _end_block(self) -> None:
        """Ends the line in hand; most edges of blocks stand beside each other, with no text between them."""
        if self._parts:
            self._flush("block")
        else:
            self._edge = "block"

    def _text(self, node: LexborNode, text: str) -> None:
        if not self._parts and not self._anchors and text.isspace():
            return
        self._parts.append(text)
        if self._above is not None and text.strip():
            self._texts.append(node)
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
        if text and self._above is not None and self._told_under(self._above, text):
            text = ""
        if text:
            self.lines.append(Line(text, min(self._linked, len(text)), self._edge, min(self._own, len(text))))
            self._edge = edge
        elif edge == "block":
            self._edge = edge
        self._parts = []
        self._linked = self._own = 0
        return bool(text)

    def _told_under(self, above: LexborNode, text: str) -> bool:
        """Takes the line right under an image or frame, if it is its caption or credit. Says whether it was."""
        texts = self._texts
        self._above, self._texts = None, []
        if above.tag != "img":
            links = [*(link.url for link in self.links[-1:]), *(anchor.url for anchor in self._anchors[-1:])]
            credit = self._linked >= len(text) and bool(links) and captions.is_credit(self.embeds[-1].url, links[-1])
            if credit:
                self.removals.append(Removal(rule="embed-credit", text=text))
            return credit
        inset = captions.is_inset(texts, above, self._container)
        if self.images[-1].caption or not captions.is_caption(text, inset=inset):
            return False
        self.images[-1] = msgspec.structs.replace(self.images[-1], caption=text)
        return True

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
        if node.tag in BLOCK_TAGS:
            self._flush("block")

    def _image(self, node: LexborNode) -> None:
        attributes = node.attributes
        candidates = (attributes.get(name) for name in ("data-src", "data-original", "data-lazy-src", "src"))
        url = next((found for value in candidates if value and (found := absolute(self._base_url, value))), None)
        if url is None or _is_tracker(attributes, url):
            return
        around = self._anchors[-1].url if self._anchors else ""
        larger = around if PICTURE.search(around.partition("?")[0]) else ""
        alt = fold(attributes.get("alt") or "") or None
        self.images.append(Image(url=url, original_url=original(larger or url), alt=alt, caption=self._caption))
        self._caption = None
        self._stand_above(node)

    def _embed(self, node: LexborNode) -> None:
        inner = node.css_first("source[src]")
        sources = [node.attributes.get(name) for name in ("src", "data-src", "data")]
        sources.append(inner.attributes.get("src") if inner is not None else None)
        url = next((found for value in sources if value and (found := absolute(self._base_url, value))), None)
        if url is not None:
            self.embeds.append(Embed(url=url, kind=_embed_kind(url)))
            self._stand_above(node)
        self._remove(node, "embed")

    def _stand_above(self, node: LexborNode) -> None:
        """Notes an image or frame that the next line stands under, unless it stands inside a line itself."""
        self._above = None if "".join(self._parts).strip() else node
        self._texts = []

    def _anchor(self, node: LexborNode) -> _Anchor:
        url = absolute(self._base_url, node.attributes.get("href") or "")
        return _Anchor(node, url, is_permalink(url) and site_name(url) == self._site, [])

    def _link(self, anchor: _Anchor) -> None:
        text = fold("".join(anchor.parts))
        if text and anchor.url:
            kind: LinkKind = "download" if DOWNLOAD.match(anchor.url) else "inline"
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


def _is_tracker(attributes: dict[str, str | None], url: str) -> bool:
    """Whether an image is there to be asked for, not to be seen."""
    sides = {(attributes.get(side) or "").removesuffix("px").strip() for side in ("width", "height")}
    return bool(sides & {"0", "1"}) or TRACKER.search(url) is not None


def _embed_kind(url: str) -> str:
    return EMBED_HOSTS.get(urlsplit(url).netloc.removeprefix("www."), "frame")
