"""Who wrote a story, as its first and last lines tell: 'Penulis : X / Editor ; Y', 'By X', '(adi)'."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractors import lexicon
from extractors.model import Byline
from extractors.prose.foot import Foot, read_foot
from extractors.prose.lines import first_lines, last_lines
from extractors.prose.wording import alternation
from extractors.whitespace import fold

_WORDS = lexicon.load("bylines")

_REPORTER = alternation(_WORDS["reporter"])
_EDITOR = alternation(_WORDS["editor"])
_BARE = alternation(_WORDS["bare"])
_KEY = re.compile(
    rf"(?<!\w)(?:(?P<editor>{_EDITOR})|(?P<reporter>{_REPORTER}|{_BARE}))\s{{0,3}}[:;=|]\s{{0,3}}", re.IGNORECASE
)
_OPENING = re.compile(rf"[\W_]{{0,3}}(?:{_EDITOR}|{_REPORTER}|{_BARE})\s{{0,3}}[:;=|]", re.IGNORECASE)
_BARE_OPENING = re.compile(rf"[\W_]{{0,3}}(?:{_BARE})\s{{1,3}}(?P<name>.{{3,80}})$", re.IGNORECASE)
_NAME_END = re.compile(r"[|/()\[\]•\n]|\s[-–—]\s|,\s")
_DESK = re.compile(rf"(?:{alternation(_WORDS['desk_openers'])})\s", re.IGNORECASE)
_DESK_WORDS = frozenset(_WORDS["desk_words"])

_HEAD = 3  # lines at the head in which a byline stands
_FOOT = 12  # lines at the foot
_LONGEST = 160  # characters of a line of credits; a longer one is a paragraph


class _Credits(NamedTuple):
    reporter: str | None = None
    editor: str | None = None


def find_byline(text: str, foot: Foot | None = None) -> Byline:
    """Reporter and editor from lines of credits at the head or foot, initials from the end; every field may be None.

    A desk credited in a line of its own at the head ('Tim Liputan Humas …') counts as initials. `foot` is the text's
    own, where it was read before.
    """
    credited = _Credits()
    for line in (*first_lines(text, _HEAD), *last_lines(text, _FOOT)):
        if len(line.text) > _LONGEST:
            continue
        found = _read_credits(line.text)
        credited = _Credits(credited.reporter or found.reporter, credited.editor or found.editor)
    return Byline(
        reporter=credited.reporter,
        editor=credited.editor,
        initials=(foot or read_foot(text)).initials or _desk(text),
    )


def is_credit(line: str) -> bool:
    """Whether the line credits a reporter or an editor: 'By Mary Jones', 'Editor: Mawar'."""
    return len(line) <= _LONGEST and any(_read_credits(line))


def _read_credits(line: str) -> _Credits:
    """'Reporter: X | Editor: Y' -> both names; nothing for a line that does not open with a credit."""
    if _OPENING.match(line) is None:
        bare = _BARE_OPENING.match(line)
        if bare is None:
            return _Credits()
        outlet_first = bare[0].lower().lstrip().startswith("laporan")  # 'Laporan wartawan KabarKita.com, Budi'
        return _Credits(reporter=_name(bare["name"].rpartition(", ")[2] if outlet_first else bare["name"], strict=True))
    keys = list(_KEY.finditer(line))
    reporter = editor = None
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        name = _name(line[key.end() : following.start() if following else len(line)], strict=False)
        if key["editor"]:
            editor = editor or name
        else:
            reporter = reporter or name
    return _Credits(reporter, editor)


def _name(written: str, *, strict: bool) -> str | None:
    """The name at the start, up to five words; `strict` asks that all of them be capitalised and nothing follow."""
    name = fold(_NAME_END.split(written.lstrip(" *_(["), maxsplit=1)[0]).strip(" .,;:*_-–—|\"'")
    words = name.split()
    if not words or len(words) > 5 or not any(char.isalpha() for char in name) or "://" in written:
        return None
    if strict and (written.rstrip().endswith((".", "?", "!", ",")) or not all(word[:1].isupper() for word in words)):
        return None
    return name


def _desk(text: str) -> str | None:
    """'Tim News Room …' alone in the first line, every word capitalised and one of them a desk's."""
    line = next(first_lines(text, 1), None)
    if line is None or len(line.text) > 80 or _DESK.match(line.text) is None:
        return None
    words = line.text.rstrip(".").split()
    if len(words) > 8 or not all(word[0].isupper() for word in words):
        return None
    return line.text.rstrip(".") if any(word.lower() in _DESK_WORDS for word in words) else None
