"""A page whose elements nest no deeper than pages do, for the sake of the parser.

Each block that opens makes an HTML5 parser look up through all blocks that are open, so that nesting costs its square:
20,000 lists in each other, in a page of 170 KB, took Lexbor three seconds. Real pages nest under a hundred deep. What
opens beyond DEEPEST is cut out, its text left; lists, and blocks that nobody closes, are counted alike.
"""

from __future__ import annotations

import re

DEEPEST = 1500  # blocks open at once; parsing that takes 15 ms
FEW = 4 * DEEPEST  # angle brackets; a page with fewer cannot nest that deep and cost anything
BLOCK = re.compile(
    r"<(/?)(?:div|ul|ol|dl|section|article|aside|blockquote|center|details|dialog|dir|fieldset|figure|footer|header|hgroup|"
    r"main|menu|nav|address|listing|search|summary|form|pre)\b",
    re.IGNORECASE,
)


def shallow(html: str) -> str:
    """The page, its surplus opening tags cut out; the very same string for a page that is not too deep."""
    if html.count("<") < FEW:
        return html
    parts: list[str] = []
    depth = kept = 0
    for tag in BLOCK.finditer(html):
        if tag.group(1):
            depth = max(0, depth - 1)
        elif depth < DEEPEST:
            depth += 1
        elif tag.start() >= kept:
            parts.append(html[kept : tag.start()])
            kept = html.find(">", tag.end()) + 1 or len(html)
    return "".join((*parts, html[kept:])) if parts else html
