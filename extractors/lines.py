"""A body as lines: runs of text between block edges and `<br>`, before furniture is sifted and paragraphs are made."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Edge = Literal["block", "blank", "br"]

SENTENCE_END = re.compile(r"[.!?…:;。！？][\"'”’»)\]*]*$")
"""A line that ends so has said its sentence."""


class Line(NamedTuple):
    """Text between two edges; `edge` is what stands before it, `linked` how many of its characters are link text, and
    `own` how many are links to posts of the same site. `verbatim` text keeps its own white space.
    """

    text: str
    linked: int
    edge: Edge
    own: int = 0
    verbatim: bool = False
