"""Rules: named functions that look at a document and find one value, or nothing.

    title = text("h1.post-title") | first("h1")        # the second is asked only when the first finds nothing
    published = attr("time.published", "datetime").then(as_instant)

What a rule finds carries the rule's name and the string as it was written, so that every value can be traced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import Any, Generic, NamedTuple, TypeVar

from selectolax.lexbor import LexborNode

from extractors.document import Document, clear_of
from extractors.linked_data import PLACEHOLDER, string
from extractors.whitespace import fold

T = TypeVar("T")
U = TypeVar("U")
ARRAY = re.compile(r"\s{0,9}=\s{0,9}\[([^][]{0,2000})\]")
SHORT_TITLE = 8  # characters; a shorter heading may be an end of any title by chance
MOST_CREDITS = 20  # lines that open like a credit are looked at
SHORT_CREDIT = 18  # characters: 'Diposting oleh :' and no name
LONGEST_LINE = 80  # characters of a line of credits and dates
CHANGED = re.compile(r"\b(?:upd|updated?|modified|edited|diperbarui)\b|dateModified|lastmod", re.IGNORECASE)
RELATED = "[class*=related], [id*=related], [class*=popular], [id*=popular]"
QUOTED = re.compile(r""""([^"]*)"|'([^']*)'""")


class Found(NamedTuple, Generic[T]):
    """A value, the string it was read from, and the rule that read it."""

    value: T
    raw: str
    rule: str


class Rule(Generic[T]):
    """A named function Document -> Found | None. `a | b` falls back; `rule.then(f)` converts, None meaning nothing.

    After a `final` rule of a layout no default of the platform is asked, even where it finds nothing.
    """

    def __init__(self, name: str, find: Callable[[Document], Found[T] | None], *, final: bool = False) -> None:
        self.name = name
        self.final = final
        self._find = find

    def __call__(self, document: Document) -> Found[T] | None:
        return self._find(document)

    def __repr__(self) -> str:
        return f"Rule({self.name})"

    def __or__(self, other: Rule[T]) -> Rule[T]:
        return Rule(
            f"{self.name} | {other.name}", lambda document: self(document) or other(document), final=other.final
        )

    def only(self) -> Rule[T]:
        """The same rule made final: for themes on which the defaults would find somebody else's value."""
        return Rule(self.name, self._find, final=True)

    def then(self, convert: Callable[[T, Document], U | None]) -> Rule[U]:
        """The same rule with its value converted; a conversion to None counts as nothing found."""

        def find(document: Document) -> Found[U] | None:
            found = self(document)
            if found is None:
                return None
            value = convert(found.value, document)
            return None if value is None else Found(value, found.raw, found.rule)

        return Rule(self.name, find, final=self.final)


ABSENT: Rule[Any] = Rule("absent", lambda document: None, final=True)
"""For a part that a theme does not print, or prints in a way that says something else."""


def _agreed(name: str, values: Iterable[str]) -> Found[str] | None:
    """The one value all matches share; a selector that answers twice in different words has answered nothing."""
    distinct = {value for value in values if value and PLACEHOLDER not in value}
    if len(distinct) != 1:
        return None
    value = distinct.pop()
    return Found(value, value, name)


def text(selector: str, *, outside_body: bool = False) -> Rule[str]:
    """The text that all matches share. `outside_body` leaves out headings that authors put inside a post body."""

    def find(document: Document) -> Found[str] | None:
        nodes = document.find(selector)
        if outside_body:
            nodes = document.outside_bodies(nodes)
        return _agreed(selector, (text_of(node) for node in nodes))

    return Rule(selector, find)


def own_text(selector: str) -> Rule[str]:
    """The text that all matches share, leaving out that of the elements inside them."""
    return Rule(
        selector, lambda document: _agreed(selector, (fold(node.text(deep=False)) for node in document.find(selector)))
    )


def first(selector: str) -> Rule[str]:
    """The text of the first match that has any."""

    def find(document: Document) -> Found[str] | None:
        return next(
            (Found(value, value, selector) for node in document.find(selector) if (value := text_of(node))), None
        )

    return Rule(selector, find)


def texts(selector: str, *names: str) -> Rule[tuple[str, ...]]:
    """The texts of all matches, in order, each once; of an element without text, the first of `names` it carries."""

    def find(document: Document) -> Found[tuple[str, ...]] | None:
        read = (text_of(node) or _attribute(node, names) or "" for node in document.find(selector))
        values = tuple(dict.fromkeys(value for value in read if value))
        return Found(values, ", ".join(values), selector) if values else None

    return Rule(selector, find)


def attr(selector: str, *names: str) -> Rule[str]:
    """The attribute value that all matches share: of each match, the first of `names` it carries."""
    name = f"{selector}@{'|'.join(names)}"
    return Rule(
        name, lambda document: _agreed(name, (_attribute(node, names) or "" for node in document.find(selector)))
    )


def listed(*variables: str) -> Rule[tuple[str, ...]]:
    """The strings of the first array literal that a script gives one of the variables: `labelArray = ["a", "b"]`."""
    name = f"script:{'|'.join(variables)}"

    def find(document: Document) -> Found[tuple[str, ...]] | None:
        for variable in variables:
            array = _array(variable, document.page.html)
            quoted = (double or single for double, single in QUOTED.findall(array))
            values = tuple(dict.fromkeys(value for told in quoted if (value := fold(unescape(told)))))
            if values:
                return Found(values, array.strip(), name)
        return None

    return Rule(name, find)


def _array(variable: str, html: str) -> str:
    """What stands between the brackets of the first array that a script gives the variable."""
    at = html.find(variable)
    while at >= 0:
        array = ARRAY.match(html, at + len(variable))
        if array is not None:
            return array.group(1)
        at = html.find(variable, at + 1)
    return ""


def lone(name: str, pattern: re.Pattern[str], *, outside: str) -> Rule[str]:
    """The one text outside post bodies and comments, and outside what a selector finds, that is, as a whole, of that
    form; `name` says of which.
    """

    def find(document: Document) -> Found[str] | None:
        fitting = [node for node, text in document.short_texts if pattern.fullmatch(text)]
        fitting = document.outside_comments(document.outside_bodies(fitting))
        other = frozenset(node.mem_id for node in document.find(outside)) if fitting else frozenset()
        return _agreed(name, (fold(node.text_content or "") for node in clear_of(fitting, other)))

    return Rule(name, find)


def heading(stated: Callable[[Document], Iterable[str]]) -> Rule[str]:
    """The first heading outside post bodies and comments that is what the page states as its title; else the longest
    that is one end of such a statement, the site's name being the other.
    """
    name = "a heading that is stated as the title"

    def find(document: Document) -> Found[str] | None:
        told = [fold(title).casefold() for title in stated(document)]
        nodes = document.outside_comments(document.outside_bodies(document.find("h1, h2, h3, h4")))
        texts = dict.fromkeys(text_of(node) for node in nodes)
        whole = next((text for text in texts if text.casefold() in told), None)
        ends = (text for text in texts if any(_is_end(text.casefold(), title) for title in told))
        found = whole or max(ends, key=len, default=None)
        return Found(found, found, name) if found else None

    return Rule(name, find)


def _is_end(text: str, title: str) -> bool:
    return len(text) > SHORT_TITLE and (title.startswith(text) or title.endswith(text))


def credited(pattern: re.Pattern[str], opening: re.Pattern[str]) -> Rule[str]:
    """The one name, the pattern's first group, that short lines outside post bodies and comments credit; each begins
    with a text that `opening` matches, the name in it or in the next element.
    """
    name = "a line that credits"

    def find(document: Document) -> Found[str] | None:
        begun = [node for node, text in document.short_texts if opening.match(text)]
        begun = document.outside_comments(document.outside_bodies(begun[:MOST_CREDITS]))
        lines = (text for node in begun for text in _lines_from(node))
        return _agreed(name, (told[1].strip() for text in lines if (told := pattern.match(text))))

    return Rule(name, find)


def _lines_from(node: LexborNode) -> Iterator[str]:
    """A text, or, where it tells too little, it and what stands beside it."""
    own, above = fold(node.text_content or ""), node.parent
    if len(own) > SHORT_CREDIT or above is None:
        yield own
        return
    beside = node.next or above.next
    yield fold(own if beside is None else f"{own} {beside.text(deep=True, separator=' ')}")[:LONGEST_LINE]


def aside(rule: Rule[tuple[str, ...]], selector: str, *names: str) -> Rule[tuple[str, ...]]:
    """What `rule` finds; else the texts of all matches outside post bodies, comments and lists of related posts."""

    def find(document: Document) -> Found[tuple[str, ...]] | None:
        nodes = document.outside_comments(document.outside_bodies(document.find(selector)))
        other = frozenset(node.mem_id for node in document.find(RELATED)) if nodes else frozenset()
        read = (text_of(node) or _attribute(node, names) or "" for node in clear_of(nodes, other))
        values = tuple(dict.fromkeys(value for value in read if value))
        return Found(values, ", ".join(values), selector) if values else None

    return rule | Rule(selector, find)


def stamps(*names: str) -> Rule[tuple[str, ...]]:
    """All values that elements outside post bodies and comments have of the attributes, those of an update left out."""
    name = f"any element@{'|'.join(names)}"
    selector = ", ".join(f"[{attribute}]" for attribute in names)

    def find(document: Document) -> Found[tuple[str, ...]] | None:
        nodes = document.outside_comments(document.outside_bodies(document.find(selector)))
        kept = (node for node in nodes if not CHANGED.search(" ".join(filter(None, node.attributes.values()))))
        values = tuple(dict.fromkeys(value for node in kept if (value := _attribute(node, names))))
        return Found(values, ", ".join(values), name) if values else None

    return Rule(name, find)


def meta(*keys: str) -> Rule[str]:
    """The first of the named head properties that says something."""
    name = f"meta:{'|'.join(keys)}"

    def find(document: Document) -> Found[str] | None:
        values = (fold(document.meta.get(key, "")) for key in keys)
        return next((Found(value, value, name) for value in values if value and PLACEHOLDER not in value), None)

    return Rule(name, find)


def ld(key: str) -> Rule[str]:
    """The value of a JSON-LD article's key, from the first object that has it."""
    name = f"json-ld:{key}"

    def find(document: Document) -> Found[str] | None:
        values = (string(item.get(key)) for item in document.linked_data)
        return next((Found(fold(value), value, name) for value in values if value), None)

    return Rule(name, find)


def text_of(node: LexborNode) -> str:
    """The text of an element on one line."""
    return fold(node.text(deep=True, separator=" "))


def _attribute(node: LexborNode, names: Iterable[str]) -> str | None:
    attributes = node.attributes
    return next((fold(value) for name in names if (value := attributes.get(name))), None)
