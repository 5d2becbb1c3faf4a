"""Text of strangers on its way to a terminal: what could steer it is shown instead of sent.

Escape sequences retitle windows, write to the clipboard, erase what was printed; marks of direction make a line read as
another. A headline may hold either. The record keeps them, for it is evidence; a terminal gets their names.
"""

from __future__ import annotations

import re

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""C0 but tab and line feed, DEL, C1 (one of which opens a sequence by itself), marks of direction, odd line ends."""


def harmless(text: str) -> str:
    r"""'\x1b]0;…' with the escape written out: '\\x1b]0;…'."""
    return CONTROLS.sub(_named, text)


def one_line(text: str) -> str:
    """The same on one line, so that no stranger writes a line of a log."""
    return harmless(" ".join(text.splitlines()))


def _named(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
