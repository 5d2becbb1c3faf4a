"""Bodies kept where a reader without scripts does not see them: in <noscript>, <template>, <textarea>, or a script that
is no program (`type="text/template"`). A theme's script, or the browser's lack of one, puts them into the page.

What stands there is taken for the body only where it says more than all the rest of its container does: most such
elements hold a lazy picture, a warning, or the template of a comment.
"""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from extractors.blocks import visible_text
from extractors.parsing import parse

FEWEST = 20  # words; fewer are a warning, a lazy picture's caption, a template's labels
VEILS = (
    "noscript, template, textarea, script[type*=template], script[type='text/html'], script[type='text/plain'],"
    " script[type='text/x-post']"
)


def unveiled(container: LexborNode) -> LexborNode:
    """The container with what its veils hold put in their place, where that is its body; else itself."""
    veils = [
        (veil, content) for veil in container.css(VEILS) if (content := _content(veil)) and _size(content) >= FEWEST
    ]
    if not veils or sum(_size(content) for _, content in veils) <= _size_outside(container):
        return container
    html = container.html or ""
    for veil, content in veils:
        html = html.replace(veil.html or "", f"<div>{content}</div>", 1)
    body = parse(html).body
    return body.first_child or container if body is not None else container


def veiled(node: LexborNode) -> bool:
    """Whether an element that shows no text holds one behind a veil."""
    return any(_size(_content(veil)) >= FEWEST for veil in node.css(VEILS))


def container(root: LexborNode | None, selectors: tuple[str, ...]) -> LexborNode | None:
    """The first element with text that a selector finds behind a veil, where no search of the page itself does."""
    for veil in root.css(VEILS) if root is not None else ():
        content = _content(veil)
        if "<" not in content or _size(content) < FEWEST:
            continue
        tree = parse(content)
        found = (node for selector in selectors for node in tree.css(selector))
        body = next((node for node in found if visible_text(node)), None)
        if body is not None:
            return body
    return None


def fullest(root: LexborNode | None, *, unless: LexborNode | None) -> LexborNode | None:
    """What the veil with the most text holds, where that is more than `unless` shows, or than nothing."""
    contents = [_content(veil) for veil in root.css(VEILS)] if root is not None else []
    size, content = max(((_size(content), content) for content in contents), default=(0, ""))
    if size < FEWEST or (unless is not None and size <= len(visible_text(unless).split())):
        return None
    return parse(content).body


def _content(veil: LexborNode) -> str:
    """The markup behind a veil."""
    if veil.tag in {"script", "textarea"}:
        return veil.text(deep=True)
    html = veil.html or ""
    return html[html.find(">") + 1 : html.rfind("<")]


def _size(content: str) -> int:
    body = parse(content).body if content else None
    return len(visible_text(body).split()) if body is not None else 0


def _size_outside(container: LexborNode) -> int:
    """Words that the container shows, those of text areas aside."""
    areas = sum(len(area.text(deep=True).split()) for area in container.css("textarea"))
    return len(visible_text(container).split()) - areas
