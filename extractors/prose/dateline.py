"""The dateline of a story: 'Serang, Kilas24News.com || ', 'Jakarta (ANTARA) - ', 'DES MOINES, Iowa, Aug. 10 (UPI) — '.

It stands at the head of a paragraph: the first, or one of the next few, behind a caption or a reprint credit. The head
of the paragraph is cut at each separator in turn, the parts are told apart by `extractors.prose.gazetteer`, and the
longest head that makes sense as a whole wins. An outlet beside a place is strong evidence, the more so in brackets or
behind a bar; a place alone must be known, in capitals, or named again by the story (`extractors.prose.footing`).
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from extractors.model import Dateline
from extractors.prose.byline import is_credit
from extractors.prose.calendar import MONTH, WEEKDAY
from extractors.prose.footing import Footing, footing
from extractors.prose.gazetteer import (
    AGENCIES,
    DOMAIN,
    DOMAIN_END,
    KNOWN,
    MAYBE,
    NAMED,
    NO,
    abbreviates,
    is_abbreviated,
    is_acronym,
    is_capitals,
    is_everyday,
    is_gazetted,
    is_masthead,
    is_media_word,
    is_opener,
    is_region,
    looks_like_place,
    outlet_rank,
)
from extractors.prose.lines import Line, first_lines
from extractors.whitespace import fold

if TYPE_CHECKING:
    from collections.abc import Iterator


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """A newsroom's own way: separators beyond the common ones, and the outlet's name as its datelines write it."""

    separators: tuple[str, ...] = ()
    outlet: str | None = None


def style(*, separators: tuple[str, ...] = (), outlet: str | None = None) -> Style:
    """The house style a site states; see Style."""
    return Style(separators=separators, outlet=outlet)


_COMMON = Style()

_PARAGRAPHS = 4  # paragraphs looked at: a caption, a credit, a repeated title may stand before
_CAPTION = 320  # characters; a longer paragraph is the story itself, and nothing behind it is a dateline
_HEAD = 120  # characters of a head; the longest real one seen, with place, province, date and agency, has 61
_CUTS = 8  # separators tried in one head
_STORY = 6000  # characters behind the head searched for another mention of a place
_LIST_REACH = 240  # characters behind the head in which a list shows itself
_BODY = 80  # characters a later paragraph must have for a bare place to open it: shorter ones are lists and headings

_BLANK = "\\s\u200b\ufeff"
_SPACE = f"[{_BLANK}]"
_WORD = re.compile(r"\w+")
_LOWER = re.compile(r"(?<![\w.'’-])[a-z]\S*")  # words that start small
_OUTLETISH = re.compile(r"\w\.\w|[A-Z]")

_CORES = ("||", "//", "--", "|", "—", "–", "―", "-", ":", ";", "»", ">", "~", "=")
_DASHES = ("--", "—", "–", "―", "-")
_DATE = re.compile(
    rf"(?:\b(?:{WEEKDAY})\b[\s,(]{{0,3}})?"
    rf"(?:(?:\d{{1,2}}\s(?:{MONTH})\b\.?|\b(?:{MONTH})\b\.?\s\d{{1,2}}(?!\d))(?:,?\s\d{{4}})?"
    rf"|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?)\)?"
    rf"|\b(?:{WEEKDAY})\b",
    re.IGNORECASE,
)
_JOINT = re.compile(
    rf"{_SPACE}{{0,3}}(?:\|\||//|[,;|:/»>~=]|[-–—―]+(?={_SPACE})|(?<=[\s\u200b])[-–—―]+|(?<=[a-z])\.(?=\s[A-Z])"
    rf"|(?<=\.com)[-–_]|(?<=\.id)[-–_]|(?<=\.net)[-–_]|(?<=\.co)[-–_])+{_SPACE}{{0,3}}",
    re.IGNORECASE,
)
_GLUED = re.compile(rf"(?<![\w.-])(?P<place>[^\W\d_]+)[-_](?P<outlet>\w+\.(?:{DOMAIN_END})(?:\.id)?)", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]{1,60})[)\]]")
_LISTING = re.compile(r"\n[\s•*-]{0,4}[^\W\d_]{3,20}\s?[:–-]\s")
_OUTLET_END = re.compile(rf"(?:\)|\.(?:{DOMAIN_END}))$", re.IGNORECASE)
_MARKED = re.compile(r"[-–—―|/:;»>~=()\[\],.\n]")
_OPENS = re.compile(rf"[\"“”‘’'«„(]{{0,3}}[{_BLANK}]?[A-Z0-9]|[\"“‘«„]")


class _Part(NamedTuple):
    text: str
    start: int
    end: int
    bracketed: bool


class _Cut(NamedTuple):
    """Where the head of a line may end: after `head` characters, at `mark`; the story goes on at `end`."""

    head: int
    end: int
    mark: str


class _Head(NamedTuple):
    """What may be a dateline: its text, dates blotted out, the mark that ends it, and the story behind it."""

    text: str
    mark: str
    story: str

    @property
    def barred(self) -> bool:
        """Whether parts or story are set off by '|', '||' or '//', which prose does not use."""
        return any(bar in self.text or bar in self.mark for bar in ("|", "//"))


def find_dateline(text: str, style: Style = _COMMON) -> Dateline | None:
    """The dateline, place and outlet told apart in either order; text[at:at + len(raw)] == raw, white space included.

    None for an ordinary opening ('Kapolres Serang, AKBP X, mengatakan'), a heading ('Catatan: …') or an item of a list.
    """
    above = ""
    for line in first_lines(text, _PARAGRAPHS):
        found = _at(text, line.at, style)
        if found and (not above or found.outlet or _may_follow(above, line, found, text)):
            return found
        if len(line.text) > _CAPTION:
            return None
        above = line.text
    return None


def _may_follow(above: str, line: Line, found: Dateline, text: str) -> bool:
    """Whether a place alone may open a later paragraph: at a dash, not in a list, named again or below a credit."""
    if found.place is None or above.endswith(":") or len(line.text) < _BODY or not any(d in found.raw for d in _DASHES):
        return False
    behind = found.at + len(found.raw)
    return is_credit(above) or footing(found.place, text[behind : behind + _STORY]) >= Footing.LIKELY


def _at(text: str, start: int, style: Style) -> Dateline | None:
    """The longest dateline that starts here."""
    window = _reach(text[start : start + _HEAD])
    if not (style.separators or _MARKED.search(window)):
        return None
    plain = _GLUED.sub(_unglue, _DATE.sub(lambda match: "," * len(match[0]), window))
    for cut in sorted(_cuts(window, style), key=lambda cut: -cut.end):
        end = start + cut.end
        if not _OPENS.match(text, end) and (cut.mark != "||" or end >= len(text)):
            continue
        if told := _tell(_Head(plain[: cut.head], cut.mark, text[end : end + _STORY]), style):
            place, outlet = told
            return Dateline(raw=text[start:end], place=place, outlet=outlet, at=start)
    return None


def _reach(window: str) -> str:
    """The window up to where no dateline can go on: names are capitalised, outlets have capitals or dots."""
    opening = _WORD.search(window)
    if opening is None or is_opener(opening[0]):
        return ""
    for word in _LOWER.finditer(window):
        if word[0].rstrip(".,:;)") not in AGENCIES and not _OUTLETISH.search(word[0]):
            return window[: word.start()]
    return window


@cache
def _separator(style: Style) -> re.Pattern[str]:
    cores = "|".join(re.escape(core) for core in sorted({*_CORES, *style.separators}, key=len, reverse=True))
    return re.compile(rf"[{_BLANK},.]{{0,6}}(?P<core>{cores})(?:{cores}|[{_BLANK},.]){{0,12}}")


_SOFT = (  # what may end a head where no separator stands, given a sure outlet or place
    (re.compile(rf"(?<=[)\]])[{_BLANK}.,]{{1,4}}"), ")"),
    (re.compile(rf",{_SPACE}{{1,3}}"), ","),
    (re.compile(rf"\.{_SPACE}{{1,3}}"), "."),
    (re.compile(rf"{_SPACE}{{0,2}}\n{_SPACE}{{0,6}}"), "\n"),
    (re.compile(r"(?<=\w)[ \u00a0](?=[A-Z])"), " "),
)


def _cuts(window: str, style: Style) -> Iterator[_Cut]:
    """Where the head may end: at separators, behind a bracket, a comma, a stop, at a line end, before a capital."""
    seen = 0
    for match in _separator(style).finditer(window):
        core, run = match["core"], match[0]
        spaced = run[0].isspace() or run[-1].isspace() or run[0] in ",.\u200b"
        if match.start() == 0 or (core in ":;>" and not run[-1].isspace()):
            continue
        if core == "-" and not spaced and not _OUTLET_END.search(window, 0, match.start()):
            continue  # a hyphen within a word
        mark = core if spaced or core not in _DASHES else "glued"
        stop = run[0] == "." and is_abbreviated(window[: match.start()])
        yield _Cut(match.start() + stop, match.end(), mark)
        seen += 1
        if seen >= _CUTS:
            break
    for form, mark in _SOFT:
        for match in form.finditer(window):
            yield _Cut(match.start(), match.end(), mark)


def _tell(head: _Head, style: Style) -> tuple[str | None, str | None] | None:
    """Place and outlet of a head, or None where it is no dateline."""
    parts = _parts(head.text)
    if not 1 <= len(parts) <= 4 or any("\n" in part.text for part in parts):
        return None
    ranks = [_rank(part, style) for part in parts]
    outlet_at = _outlet_at(parts, ranks, head.story)
    places = [part for at, part in enumerate(parts) if at != outlet_at]
    if not all(looks_like_place(part.text) and (not part.bracketed or is_gazetted(part.text)) for part in places):
        return None
    if outlet_at is None:
        return (_joined(head.text, places), None) if _stands_alone(places, head) else None
    outlet = parts[outlet_at]
    stands = (_stands_soft if head.mark in _SOFT_MARKS else _stands)(places, outlet, ranks[outlet_at], head)
    return (_joined(head.text, places), fold(outlet.text)) if stands else None


_SOFT_MARKS = frozenset(mark for _, mark in _SOFT)
_WEAK_MARKS = (_SOFT_MARKS - {","}) | {"=", ">", "glued"}  # these end no head of places alone


def _rank(part: _Part, style: Style) -> int:
    if style.outlet and fold(part.text).casefold() == style.outlet.casefold():
        return DOMAIN
    if is_gazetted(part.text) and not part.bracketed:
        return NO
    return outlet_rank(part.text)


def _parts(head: str) -> list[_Part]:
    """The head's parts between joints and brackets, each with its place in the head."""
    parts: list[_Part] = []
    at = 0
    for bracket in _BRACKETS.finditer(head):
        parts += _split(head, at, bracket.start())
        inner = _split(head, *bracket.span(1))
        parts += [_Part(inner[0].text, *bracket.span(), True)] if len(inner) == 1 else inner
        at = bracket.end()
    return parts + _split(head, at, len(head))


def _unglue(match: re.Match[str]) -> str:
    """'Serang-Kilas.com' -> 'Serang,Kilas.com'; 'TRIBUN-MEDAN.com' is one name."""
    place, outlet = match["place"], match["outlet"]
    apart = place.isupper() and not outlet.partition(".")[0].isupper() and not is_media_word(place)
    return f"{place},{outlet}" if apart or is_gazetted(place) else match[0]


def _split(head: str, start: int, end: int) -> list[_Part]:
    parts = []
    at = start
    joints = [joint.span() for joint in _JOINT.finditer(head, start, end)] if _MARKED.search(head, start, end) else []
    for stop, following in (*joints, (end, end)):
        bare = head[at:stop].strip(" \t\n\r\u00a0\u200b,|*")
        if bare:
            begin = head.index(bare, at)
            parts.append(_Part(bare, begin, begin + len(bare), False))
        at = following
    return parts


def _outlet_at(parts: list[_Part], ranks: list[int], story: str) -> int | None:
    """Which part is the outlet: the surest one; of mere candidates the one in brackets, the shortest acronym, or one
    that is no place by what the story says.
    """
    best = max(ranks)
    if best > MAYBE:
        return ranks.index(best)
    candidates = [at for at, rank in enumerate(ranks) if rank == MAYBE and not _is_town_of(parts, at)]
    bracketed = [at for at in candidates if parts[at].bracketed]
    if bracketed or len(parts) == 1:
        return bracketed[0] if bracketed else None
    acronyms = [at for at in candidates if is_acronym(parts[at].text)]
    for at in (*sorted(acronyms, key=lambda at: len(parts[at].text)), *candidates):
        if footing(parts[at].text, story) < Footing.LIKELY:
            return at
    return None


def _is_town_of(parts: list[_Part], at: int) -> bool:
    """Whether a province follows: 'Wanasepi, Jawa Timur'; an acronym before one is an outlet."""
    return at + 1 < len(parts) and is_region(parts[at + 1].text) and not is_acronym(parts[at].text)


def _stands_soft(places: list[_Part], outlet: _Part, rank: int, head: _Head) -> bool:
    """Whether a head with an outlet, but no separator behind it, is a dateline."""
    if not places:
        return False
    known = is_gazetted(places[0].text)
    if head.mark == " ":  # 'Liputan6.com, Jakarta Warga …', unless the next word belongs to the place
        longer = f"{places[0].text} {head.story[:_HEAD].split(maxsplit=1)[0].strip('.,')}"
        return rank == DOMAIN and len(places) == 1 and known and not is_gazetted(longer)
    if head.mark == "\n":
        return rank >= KNOWN and known
    if head.mark == ".":
        return rank == DOMAIN and known
    if head.mark == ")":
        coded = known and outlet.text.isupper() and not is_region(places[0].text) and not is_gazetted(outlet.text)
        return (rank >= NAMED or coded) if outlet.bracketed else (rank >= NAMED and known)
    return rank >= NAMED and known


def _stands(places: list[_Part], outlet: _Part, rank: int, head: _Head) -> bool:
    """Whether a head with an outlet and a separator is a dateline: the weaker the outlet, the surer the place."""
    if not places:
        return rank >= KNOWN or (rank == NAMED and (head.mark == ";" or is_masthead(outlet.text)))
    first = places[0].text
    ground = footing(first, head.story)
    acronym = is_acronym(outlet.text)
    if rank >= KNOWN or ground is Footing.SURE:
        return True
    if head.mark in (":", ";"):
        return (rank == NAMED and is_masthead(outlet.text)) or (ground is Footing.LIKELY and (acronym or rank == NAMED))
    if ground is Footing.DENIED or abbreviates(outlet.text, first):
        return False
    if rank == NAMED or ground is Footing.LIKELY or (acronym and (outlet.bracketed or head.barred)):
        return True
    return ground is Footing.OPEN and (acronym or is_capitals(first))


def _stands_alone(places: list[_Part], head: _Head) -> bool:
    """Whether places without an outlet are a dateline: known ones, or such as the story names again as places."""
    first, mark = places[0].text, head.mark
    known = all(is_gazetted(place.text) for place in places)
    if len(places) > (3 if known else 2) or mark in _WEAK_MARKS or _LISTING.search(head.story, 0, _LIST_REACH):
        return False
    if mark == ",":
        return known and not is_everyday(first) and not is_region(first) and _is_sentence(head.story[:_HEAD])
    ground = footing(first, head.story)
    if mark in (":", ";", "//"):
        sure = known or (len(places) == 1 and ground is Footing.SURE)
        return sure and not is_everyday(first) and not head.story[0].isdigit()
    if known or ground >= Footing.LIKELY or (len(places) == 2 and is_region(places[1].text)):
        return True
    if len(places) > 1 or ground is Footing.DENIED:
        return False
    return mark == "||" or (ground is Footing.OPEN and is_capitals(first))


def _is_sentence(rest: str) -> bool:
    """Whether what follows 'Jakarta, ' opens a sentence of its own: a quote or a capital, no other place, no list."""
    words = rest.split(maxsplit=2)
    if len(words) < 3 or rest[0] in '"“':
        return rest[0] in '"“'
    places = (words[0], f"{words[0]} {words[1]}")
    return words[0][0].isupper() and "," not in words[0] and not any(is_gazetted(w.strip(" ,.")) for w in places)


def _joined(head: str, places: list[_Part]) -> str | None:
    """'DES MOINES, Iowa' as written, from the first place to the last where they adjoin, else with commas."""
    if not places:
        return None
    between = [head[one.end : two.start] for one, two in pairwise(places)]
    if all(len(joint.strip()) <= 1 for joint in between):
        return fold(head[places[0].start : places[-1].end])
    return ", ".join(fold(place.text) for place in places)
