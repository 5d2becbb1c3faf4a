"""A page whose elements nest no deeper than pages do, for the sake of the parser and of whoever walks up its tree.

Each block that opens makes an HTML5 parser look up through all blocks that are open, so that nesting costs its square:
20,000 lists in each other, in a page of 170 KB, took Lexbor three seconds; as many headings, each in the one before,
took its readers a minute. Real pages nest under a hundred deep. What opens beyond DEEPEST is cut out, its text left.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

DEEPEST = 1500  # elements open at once; parsing that takes 15 ms
FEW = 4 * DEEPEST  # angle brackets; a page with fewer cannot nest that deep and cost anything

BARRIERS = frozenset({"table", "object", "template", "button", "svg", "math", "foreignobject"})
"""Elements that no end tag of another one within them closes."""

BLOCKS = BARRIERS | frozenset(
    "div ul ol dl section article aside blockquote center details dialog dir fieldset figure footer header hgroup main"
    " menu nav address listing search summary form pre figcaption h1 h2 h3 h4 h5 h6".split()
)
"""Elements whose end tag closes all that is open in them."""

PASSED = (
    "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"  # hold nothing
    "|html|head|body|p|li|dt|dd|tr|td|th|thead|tbody|tfoot|colgroup|caption|option|optgroup|rp|rt"  # end by themselves
    "|path|use|circle|rect|line|polyline|polygon|ellipse|stop|image"  # drawings, which say '/>'
)
TAG = re.compile(rf"<(/?)(?!(?:{PASSED})[\s/>])([a-z][^\s/>]*)", re.IGNORECASE)


class _Block(NamedTuple):
    """An open block: its name, the other elements open in it, and the blocks open around its barrier, if it is one."""

    name: str
    inside: Counter[str]
    around: Counter[str] | None


def shallow(html: str) -> str:
    """The page, its surplus opening tags cut out; the very same string for a page that is not too deep."""
    if html.count("<") < FEW:
        return html
    parts: list[str] = []
    kept, nesting = 0, _Nesting()
    for tag in TAG.finditer(html):
        name = tag[2].lower()
        if tag[1]:
            nesting.leave(name)
        elif nesting.depth < DEEPEST:
            nesting.enter(name)
        elif tag.start() >= kept:
            parts.append(html[kept : tag.start()])
            kept = html.find(">", tag.end()) + 1 or len(html)
    return "".join((*parts, html[kept:])) if parts else html


class _Nesting:
    """Which elements are open, nearly as a parser has it: `depth` of them."""

    def __init__(self) -> None:
        self.depth = 0
        self._blocks = [_Block("", Counter(), None)]
        self._open = Counter[str]()  # blocks, up to the last barrier

    def enter(self, name: str) -> None:
        self.depth += 1
        if name not in BLOCKS:
            self._blocks[-1].inside[name] += 1
            return
        around = self._open if name in BARRIERS else None
        if around is not None:
            self._open = Counter()
        self._open[name] += 1
        self._blocks.append(_Block(name, Counter(), around))

    def leave(self, name: str) -> None:
        """An end tag that closes nothing, as one of a block beyond a barrier or of none that is open, is passed."""
        if name not in BLOCKS:
            if self._blocks[-1].inside[name] > 0:
                self._blocks[-1].inside[name] -= 1
                self.depth -= 1
            return
        while self._open[name] > 0:
            block = self._blocks.pop()
            self.depth -= 1 + block.inside.total()
            self._open[block.name] -= 1
            if block.around is not None:
                self._open = block.around
            if block.name == name:
                return
