"""The ways a site says "do not keep this, do not mine this", read from a page's answer and from robots.txt.

Recognised: `noarchive` in a robots <meta> and in X-Robots-Tag; TDM reservation (W3C TDMRep) as a header or a <meta>;
Content-Signal lines of robots.txt. /.well-known/tdmrep.json is not asked for: Blogger serves none, and a request to
every site for a file that is never there is no good manners.

A signal is named as it is told to people and kept in the archive: where it stood, and what it said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

OVERLAY_FRAME = "injected-iframe"
OVERLAY_SOURCE = "/interstitial/blog"

NO_ARCHIVE = frozenset({"noarchive"})
ROBOTS_NAMES = frozenset({"robots", "kliping"})
HINTS = ("noarchive", "tdm-reservation")  # without one of these a page says nothing, and its tags are not looked at
META = re.compile(r"<meta\b([^<>]{1,1000})>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([a-z-]{1,30})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
DENIED = re.compile(r"\b(search|ai-input|ai-train)\s*=\s*no\b", re.IGNORECASE)
AGENT_PREFIX = re.compile(r"\s*([A-Za-z0-9_-]+)\s*:(.*)", re.DOTALL)
VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})  # not agents


def header_signals(headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What an answer's headers, named in lower case, opt out of: 'x-robots-tag: noarchive', 'tdm-reservation: 1'."""
    return tuple(sorted(set(_of_headers(headers))))


def meta_signals(html: str) -> tuple[str, ...]:
    """What a page's own tags opt out of: 'meta robots: noarchive', 'meta tdm-reservation: 1'."""
    low = html.lower()
    if not any(hint in low for hint in HINTS):
        return ()
    return tuple(sorted(set(_of_metas(html))))


def has_overlay(html: str) -> bool:
    """Whether Blogger lays its content warning over the page: the post is all there, under an injected frame."""
    return OVERLAY_FRAME in html and OVERLAY_SOURCE in html


def _of_headers(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in headers:
        if name == "x-robots-tag" and _forbids(_for_us(value)):
            yield "x-robots-tag: noarchive"
        if name == "tdm-reservation" and value.strip() == "1":
            yield "tdm-reservation: 1"


def _of_metas(html: str) -> Iterator[str]:
    for tag in META.finditer(html):
        attributes = {key.lower(): double or single or bare for key, double, single, bare in ATTRIBUTE.findall(tag[1])}
        name, content = attributes.get("name", "").strip().lower(), attributes.get("content", "")
        if name in ROBOTS_NAMES and _forbids(content):
            yield f"meta {name}: noarchive"
        if name == "tdm-reservation" and content.strip() == "1":
            yield "meta tdm-reservation: 1"


def _for_us(value: str) -> str:
    """The directives of an X-Robots-Tag that are for everybody or for us; '' where another agent is named."""
    named = AGENT_PREFIX.fullmatch(value)
    if named is None or named[1].lower() in VALUED:
        return value
    return named[2] if named[1].lower() in ROBOTS_NAMES else ""


def _forbids(directives: str) -> bool:
    return not NO_ARCHIVE.isdisjoint(part.strip().lower() for part in directives.split(","))


def content_signals(robots: str, agent: str) -> tuple[str, ...]:
    """What the Content-Signal lines of a robots.txt deny us, sorted: 'content-signal: ai-train=no'.

    Those of the groups that name `agent` count, else those of the groups for all, as with any rule.
    """
    named: set[str] = set()
    general: set[str] = set()
    own = False
    for agents, value in _signal_lines(robots):
        own = own or agent in agents
        if value is None:
            continue
        denied = {f"content-signal: {use.lower()}=no" for use in DENIED.findall(value)}
        if agent in agents:
            named |= denied
        if "*" in agents:
            general |= denied
    return tuple(sorted(named if own else general))


def _signal_lines(robots: str) -> Iterator[tuple[frozenset[str], str | None]]:
    """The agents of each group, with each of its Content-Signal values, and once with None."""
    agents: set[str] = set()
    naming = False
    for line in robots.splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if not naming:
                agents = set()
            agents.add(value.lower())
            naming = True
            yield frozenset(agents), None
            continue
        naming = False
        if key == "content-signal":
            yield frozenset(agents), value
