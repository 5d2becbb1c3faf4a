"""Lines that were broken on purpose: a poem, a lyric, an address, a table of names; told from prose wrapped by hand.

Both stand as lines parted by a single `<br>`. Prose is wrapped near one width and goes on in lower case; verse has
short lines that begin anew, or whose lengths follow no width. Whole sentences, and items of a list, are neither.
"""

from __future__ import annotations

import re

from extractors.lines import SENTENCE_END

FEWEST = 4  # lines; fewer show no pattern
SHORT = 60  # characters of the longest line; text wrapped by mail programs and word processors is wider
NARROW = 45  # the same for verse all in lower case
ANEW = 0.75  # share of the lines, from the second on, that begin with a capital, a digit or a mark
RAGGED = 0.75  # of the longest line: prose wrapped at words comes closer to its width
WHOLE = 0.5  # share of the lines that may be whole sentences
ITEM_START = re.compile(r"^(?:[-–•*▪◦>]|\d{1,3}[.)]|[a-z][.)])\s")
LOWERCASE_START = re.compile(r"^[^\w]*[a-zà-ÿ]")


def is_verse(lines: list[str]) -> bool:
    """Whether lines that single breaks part are to stay lines."""
    longest = max(map(len, lines))
    if len(lines) < FEWEST or longest > SHORT or any(map(ITEM_START.match, lines)):
        return False
    if sum(SENTENCE_END.search(line) is not None for line in lines) > WHOLE * len(lines):
        return False
    anew = sum(LOWERCASE_START.match(line) is None for line in lines[1:])
    if anew >= ANEW * (len(lines) - 1):
        return True
    ragged = sum(len(line) < RAGGED * longest for line in lines[:-1])
    return longest <= NARROW and 2 * ragged >= len(lines) - 1
