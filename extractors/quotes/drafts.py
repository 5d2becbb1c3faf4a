"""A mention of a person, and the draft it is read into: the words so far, and which of them can be the name's.

names.py adds the words; `finish` closes the draft, with parting.py's word on where the name begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from extractors.quotes.parting import Parting
    from extractors.quotes.tokens import Token, Tokens

_TITLES = frozenset(("rank", "title"))
_LEARNED = frozenset(("prof", "dr", "drs", "dra", "drg", "drh", "kh", "tgk"))


class Mention(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One person as mentioned at prose[start:end]. `name` and `role` are spelt as there; either may be None.

    `sure` means that a rank, title or comma parts role from name. `first` is the first role word in lower case.
    `titles` holds ranks and civil titles in lower case: 'Buya' alone may stand for the person later. `short_roles` are
    the short forms a role brings along: 'jpu' of 'Jaksa Penuntut Umum (JPU)'. `doubtful` is a role's last word that may
    be a place or a name: 'Lurah Bakri'.
    """

    start: int
    end: int
    number: int
    """Of its first word."""
    next: int
    """The number of the first word behind it."""
    role: str | None
    name: str | None
    alias: str | None = None
    sure: bool = False
    first: str = ""
    doubtful: str | None = None
    titles: tuple[str, ...] = ()
    short_roles: tuple[str, ...] = ()
    possessive: bool = False
    """'Berg’s': whose something is, not who does anything."""


class Draft(msgspec.Struct):
    """What has been read of a mention. `first` is the number of its first word."""

    first: int
    end: int
    """Where the text read so far ends, and the number of the word after it."""
    next: int
    tokens: list[Token] = msgspec.field(default_factory=list)
    has_role: bool = False
    named: bool = False
    """The words read so far end in what can only be a name."""
    name_from: int | None = None
    """Index of the first token known to belong to the name: it follows a rank, a title or a comma."""
    role_to: int = 0
    """Tokens up to here belong to the role: a parenthesis followed them."""
    alias: str | None = None
    role_after: str | None = None
    degrees: bool = False
    short_roles: list[str] = msgspec.field(default_factory=list)

    def add(self, token: Token) -> None:
        """Take the next word in: as title, role, body or name."""
        parts = token.kind == "rank" or (token.kind == "title" and self.has_role)
        if parts and self.name_from is None and any(one.kind not in _TITLES for one in self.tokens):
            self.name_from = len(self.tokens)  # 'Pasiter Kodim 0728 Lettu Inf Marjuki': a role no list knows
            self.has_role = True
        elif token.kind in _TITLES and (self._is_of_body() or self._is_of_learned(token)):
            self.name_from = len(self.tokens)  # 'Direktur RSUD Datuk Rumbai dr. Budi': the body's own name had a title
        self.tokens.append(token)
        self.end = token.end
        self.has_role = self.has_role or token.kind == "head"
        if self.name_from is not None:
            self.named = self.named or token.kind in ("name", "acronym")
        elif self.has_role:
            self.named = token.kind == "name" or (self.named and token.kind == "particle")
        else:
            self.named = self.named or token.kind == "name"

    def _is_of_body(self) -> bool:
        """What was taken for the name stands right behind a body, and a name has begun there."""
        begins = self.name_from or 0
        return begins > 0 and self.tokens[begins - 1].kind == "body" and self.tokens[-1].kind == "name"

    def _is_of_learned(self, token: Token) -> bool:
        """'Peneliti Unud Prof. Dr. Budi': what stands before a learned title is a role no list knows."""
        read = self.tokens
        if token.lower not in _LEARNED or self.name_from is not None or not token.capital:
            return False
        self.has_role = self.has_role or bool(read and read[0].kind == "name")
        return self.has_role and all(one.kind not in _TITLES for one in read)

    def add_simple(self, token: Token) -> None:
        """As `add`, for a word of a name or body."""
        name = token.kind == "name"
        self.named = name or (self.named and (self.name_from is not None or not self.has_role))
        self.tokens.append(token)
        self.end = token.end
        self.next += 1


def finish(draft: Draft, tokens: Tokens, parting: Parting) -> Mention | None:
    """The mention the draft comes to; None where it is no person's after all."""
    read = draft.tokens[: _trimmed(draft.tokens)]
    if not (read and (read[0].capital or any(token.kind == "head" or token.capital for token in read))):
        return None
    prose, last = tokens.prose, read[-1]
    first = _name_start(draft, read, parting)
    if first >= len(read):
        read = _without_origin(read, parting)
        first, last = len(read), read[-1]
    role_from, role_end = 0, first
    while role_end and read[role_end - 1].kind in _TITLES:
        role_end -= 1
    while first < len(read) and read[first].kind in _TITLES:
        first += 1
    while role_from < role_end and read[role_from].kind in _TITLES:
        role_from += 1
    has_role = role_from < role_end and (draft.has_role or read[role_from].kind == "name")
    role = _text(prose, read[role_from].start, read[role_end - 1].end) if has_role else draft.role_after
    possessive = last.word.possessive
    name = _text(prose, read[first].start, last.end) if first < len(read) else None
    if name is None and draft.name_from is not None and last.kind == "title" and last.capital:
        name = last.word.text  # 'pedagang ikan, Yuk Cik': a title for a name
    if name and possessive:
        name = name[:-2]
    titles = tuple([token.word.lower for token in read if token.kind in _TITLES])
    if name is None and role is None:
        if not titles or not last.capital or "-" in last.word.text:  # 'Lisbon-based' alone names nobody
            return None
        name = _text(prose, last.start, last.end)
    behind = draft.role_after or draft.alias or draft.degrees or draft.tokens[-1].word.degree
    end = max(draft.end, last.end) if behind else last.end
    return Mention(
        start=read[0].start,
        end=end,
        number=draft.first,
        next=tokens.index(end),
        role=role,
        name=name,
        alias=draft.alias,
        sure=draft.name_from is not None or (not draft.has_role and bool(titles)),
        first=role.split(" ", 1)[0].lower() if role else "",
        doubtful=last.word.text if name is None and role and parting.is_doubtful(read) else None,
        titles=titles,
        short_roles=tuple(draft.short_roles),
        possessive=possessive,
    )


def _trimmed(tokens: list[Token]) -> int:
    """How many are left without a hanging 'dan' or 'bin', or a degree that follows without a comma."""
    end = len(tokens)
    while end and tokens[end - 1].kind in ("particle", "lower") and not (end > 1 and tokens[end - 2].kind == "name"):
        end -= 1
    while end > 1 and tokens[end - 1].word.degree and tokens[end - 1].kind in ("acronym", "name"):
        end -= 1
    return end


def _without_origin(tokens: list[Token], parting: Parting) -> list[Token]:
    """'Anggota Komisi X dari Fraksi Golkar', of nobody named, is an 'Anggota Komisi X'."""
    origin = parting.words.of_origin
    cut = next((index for index, token in enumerate(tokens) if index and token.word.text in origin), len(tokens))
    return tokens[:cut]


def _name_start(draft: Draft, tokens: list[Token], parting: Parting) -> int:
    """Index of the first token of the name part, rank and title included."""
    if draft.name_from is not None:
        return min(draft.name_from, len(tokens))
    if not draft.has_role:
        return parting.without_role(tokens)
    return parting.after_role(tokens, min(draft.role_to, len(tokens)))


def _text(prose: str, start: int, end: int) -> str:
    text = prose[start:end]
    return text if text.isprintable() and "  " not in text else " ".join(text.split())
