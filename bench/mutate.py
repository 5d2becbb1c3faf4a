"""Pages broken the way pages break: cut off, doubled, tags swapped, bytes lost, comments never closed, tables in tables.

Each mutation is a function (html, random, other) -> html, `other` being a second page; the same random state gives the
same page again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,20}")
LARGEST = 2_000_000  # characters; a page that grows beyond is cut
NAMES = (
    "p div span b a table tr td ul li h1 h2 blockquote article pre br img iframe noscript template script style title "
    "textarea select option svg math form button figure figcaption body head html frameset plaintext xmp center"
).split()
OPENED = (
    "<!--", "<!--[if", "-->", "<script>", "<style>", "<title>", "<textarea>", "<noscript>", "<template>", "<svg>", "<math>",
    "<![CDATA[", "<plaintext>", "<select>", "<table>", "<frameset>", "<a href='", '<img src="', "</body></html>", "]]>", "<?xml ",
)  # fmt: skip
ODD = (
    "\x00", "\ufffd", "\u200b", "\ufeff", "\u202e", "\U0001f600", "&#0;", "&#xD800;", "&#x110000;", "&nbsp", "&amp;amp;", "\\ud83d",
    "\\x3d", "\r", "\x0b", "\x85", "\u2028", "İ", "ß", "ﬁ", "१२", "²", "Ⅷ", "“", "”", '"', "’", "«", "***", "||", "(", "[", "{", "://", "%",
)  # fmt: skip
FLOODS = (
    '"', "“", "(", "[", "\\", "<", "&", "<p>", "<div>", "<br>", "<b>", "<a href=/x>", "<table><tr><td>", "<ul><li>", "<font>", "</p>",
    "Senin (8/12/2025) ", "Baca juga: ", "AKBP ", "H. ", "kata ", "katanya, ", "1", "1/1/", "Jakarta, ", "JAKARTA ", "- ", "|", "*", ".", ", S.H.",
    "&nbsp;", " ", "\n", "\t", "<span itemprop=author>", "<h1>", '<script type="application/ld+json">', "{\"@graph\":[", "'blogId': '",
)  # fmt: skip

Mutation = Callable[[str, Random, str], str]


def mutated(html: str, random: Random, other: str, *, times: int = 4) -> str:
    """The page after one to `times` mutations."""
    for _ in range(random.randint(1, times)):
        html = random.choice(MUTATIONS)(html, random, other)[:LARGEST]
    return html


def cut(html: str, random: Random, _other: str) -> str:
    start, end = _slice(html, random)
    return html[:start] + html[end:]


def truncate(html: str, random: Random, _other: str) -> str:
    return html[: random.randint(0, len(html))]


def repeat(html: str, random: Random, _other: str) -> str:
    start, end = _slice(html, random, longest=2_000)
    return html[:end] + html[start:end] * random.choice((1, 2, 10, 200)) + html[end:]


def move(html: str, random: Random, _other: str) -> str:
    start, end = _slice(html, random)
    rest = html[:start] + html[end:]
    at = random.randint(0, len(rest))
    return rest[:at] + html[start:end] + rest[at:]


def swap_tags(html: str, random: Random, _other: str) -> str:
    """One element's name becomes another's, at some or all of its places."""
    found = TAG.search(html, random.randint(0, len(html)))
    if found is None:
        return html
    old, new = found.group(0).strip("</"), random.choice(NAMES)
    return re.sub(rf"(</?){old}\b", rf"\g<1>{new}", html, count=random.choice((1, 0)))


def drop_ends(html: str, random: Random, _other: str) -> str:
    """An element that is never closed."""
    found = TAG.search(html, random.randint(0, len(html)))
    return html.replace("</" + found.group(0).strip("</"), "<x-gone") if found else html


def scatter(html: str, random: Random, _other: str) -> str:
    """Odd characters, entities, escapes and unclosed openings, here and there."""
    parts = []
    for _ in range(random.randint(1, 20)):
        at = random.randint(0, len(html))
        parts += [html[:at], random.choice(random.choice((ODD, OPENED)))]
        html = html[at:]
    return "".join(parts) + html


def garble(html: str, random: Random, _other: str) -> str:
    """Bytes lost or turned over, as a broken line leaves them."""
    raw = bytearray(html.encode())
    for _ in range(random.choice((1, 10, 100, 1_000))):
        if raw:
            raw[random.randrange(len(raw))] = random.randrange(256)
    return raw.decode("utf-8", random.choice(("replace", "ignore")))


def wrong_encoding(html: str, _random: Random, _other: str) -> str:
    return html.encode().decode("latin-1")


def nest(html: str, random: Random, _other: str) -> str:
    at = random.randint(0, len(html))
    tag = random.choice(
        ("div", "table><tr><td", "b", "span", "font", "ul><li", "blockquote", "a href=x", "svg", "form")
    )
    return html[:at] + f"<{tag}>" * random.choice((10, 300, 3_000, 20_000)) + html[at:]


def flood(html: str, random: Random, _other: str) -> str:
    """One thing, thousands of times over."""
    at = random.randint(0, len(html))
    return html[:at] + random.choice(FLOODS) * random.choice((10, 1_000, 20_000)) + html[at:]


def attributes(html: str, random: Random, _other: str) -> str:
    found = TAG.search(html, random.randint(0, len(html)))
    at = found.end() if found else 0
    soup = "".join(f" data-{number}='x{number}'" for number in range(random.choice((10, 3_000))))
    return html[:at] + soup + random.choice(("", " class='" + "post-body " * 2_000 + "'", " id=")) + html[at:]


def splice(html: str, random: Random, other: str) -> str:
    start, end = _slice(other, random)
    at = random.randint(0, len(html))
    return html[:at] + other[start:end] + html[at:]


def _slice(html: str, random: Random, longest: int = 50_000) -> tuple[int, int]:
    start = random.randint(0, len(html))
    return start, min(len(html), start + random.choice((1, 30, 1_000, longest)))


MUTATIONS: tuple[Mutation, ...] = (
    cut, truncate, repeat, move, swap_tags, drop_ends, scatter, garble, wrong_encoding, nest, flood, attributes, splice,
)  # fmt: skip
