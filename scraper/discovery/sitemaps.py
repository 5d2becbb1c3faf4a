"""A site's sitemaps: the second list of its posts, for feeds that are closed and for counting against the feed.

Blogger serves one `urlset` up to about 150 posts and an index of `sitemap.xml?page=N` beyond. An index has been known
to end before the pages do, and some servers ignore `page`, so the walk asks past the index until nothing new comes.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin, urlsplit

import msgspec
from lxml import etree

from extractors.urls import site_name
from scraper.errors import FetchError, Unusable
from scraper.web import decode

if TYPE_CHECKING:
    from scraper.web.fetch import Fetcher

MAX_SITEMAP = 50 * 2**20  # bytes, unpacked: the limit of the sitemap protocol
MOST_SITEMAPS = 5_000  # files read of one site: 750,000 posts at Blogger's 150 a page
PERMALINK = re.compile(r"/\d{4}/\d{2}/[^/]+\.html")
STATIC_PAGE = re.compile(r"/p/[^/]+\.html")
PAGE_NUMBER = re.compile(r"[?&]page=(\d{1,6})\b")
MOST_ELEMENTS = 500_000  # of one file; the protocol allows 50,000 addresses, with three or four elements each
ENTRIES = frozenset({"url", "sitemap"})
TOLD = frozenset({"loc", "lastmod"})
ROOTS = frozenset({"urlset", "sitemapindex"})

Kind = Literal["post", "page", "other"]


class SitemapUrl(msgspec.Struct, frozen=True):
    """An address a sitemap lists. `lastmod` is as written (UTC on Blogger); `kind` tells posts from static pages and
    from all else: addresses of another shape, or of another site.
    """

    url: str
    lastmod: str | None
    kind: Kind


class Sitemap(msgspec.Struct, frozen=True):
    """One sitemap: its `urls`, each with its last change, and the `children` an index names."""

    urls: tuple[tuple[str, str | None], ...] = ()
    children: tuple[str, ...] = ()


def parse(body: bytes) -> Sitemap:
    """The addresses in a sitemap or an index, gzipped or not; of broken XML, those before the break.

    Raises Unusable (content-type, decode, too-large) for what is no sitemap.
    """
    listing = _Listing()
    parser = etree.XMLParser(target=listing, recover=True, resolve_entities=False, no_network=True)
    try:
        parser.feed(_unpack(body))
        parser.close()
    except etree.XMLSyntaxError:
        pass  # what was read before the break counts; the root below tells a sitemap from the rest
    if listing.root not in ROOTS:
        kind = f"a document of the kind <{listing.root}>" if listing.root else "no XML"
        raise Unusable(f"The sitemap's address gives {kind}, which is no sitemap.", reason="content-type")
    return Sitemap(tuple(listing.urls), tuple(listing.children))


class _Listing:
    """What a sitemap lists, taken down as the parser comes by: no tree is built, which for a file of empty elements
    would take a hundred times its room.
    """

    def __init__(self) -> None:
        self.root = ""
        self.urls: list[tuple[str, str | None]] = []
        self.children: list[str] = []
        self._open: list[str] = []
        self._texts: dict[str, str] = {}
        self._told: list[str] = []
        self._elements = 0

    def start(self, tag: str, _attributes: object) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise Unusable(f"The sitemap has more than {MOST_ELEMENTS:,} elements.", reason="too-large")
        name = tag.rpartition("}")[2]
        self.root = self.root or name
        if name in ENTRIES:
            self._texts = {}
        self._open.append(name)
        self._told = []

    def data(self, text: str) -> None:
        self._told.append(text)

    def end(self, _tag: str) -> None:
        name = self._open.pop()
        if name in TOLD and self._open and self._open[-1] in ENTRIES:
            self._texts.setdefault(name, "".join(self._told).strip())
        elif name in ENTRIES and (place := self._texts.pop("loc", "")):
            if name == "sitemap":
                self.children.append(place)
            else:
                self.urls.append((place, self._texts.get("lastmod") or None))

    def close(self) -> None:
        pass


def _unpack(body: bytes) -> bytes:
    if not body.startswith(decode.GZIP_MAGIC):
        return body.lstrip()
    try:
        return decode.gunzip(body, limit=MAX_SITEMAP)
    except decode.TooLargeError:
        raise Unusable(f"The sitemap unpacks to more than {MAX_SITEMAP:,} bytes.", reason="too-large") from None
    except (decode.BadCompressionError, decode.TruncatedError):
        raise Unusable("The sitemap's gzip file is broken.", reason="decode") from None


async def walk(fetcher: Fetcher, site_url: str, *, delay: float | None) -> AsyncIterator[SitemapUrl]:
    """Every address in a site's sitemaps, once, in the order listed (newest first on Blogger).

    A sitemap that cannot be had does not keep the others back: the first such FetchError is raised when all that can
    be had has been given. A site of more than MOST_SITEMAPS files ends so too, as Unusable (too-large).
    """
    places = {_site(site_url)}
    seen: set[str] = set()
    failures: list[FetchError] = []
    async for address, sitemap in _sitemaps(fetcher, site_url, failures, seen, delay):
        places.add(_site(address))
        for url, lastmod in sitemap.urls:
            if url in seen:
                continue
            seen.add(url)
            yield SitemapUrl(url, lastmod, _kind(url, places))
    if failures:
        raise failures[0]


async def static_pages(fetcher: Fetcher, site_url: str, *, delay: float | None) -> list[str]:
    """The addresses in the sitemap of static pages, which Blogger keeps apart; none where it is not to be had."""
    try:
        _, sitemap = await _sitemap(fetcher, urljoin(site_url, "/sitemap-pages.xml"), delay)
    except FetchError:
        return []
    return [url for url, _ in sitemap.urls if _kind(url, {_site(site_url)}) == "page"]


async def _sitemaps(
    fetcher: Fetcher, site_url: str, failures: list[FetchError], seen: set[str], delay: float | None
) -> AsyncIterator[tuple[str, Sitemap]]:
    """The site's sitemaps with the addresses they were found at, indexes followed, and then the pages past the index.

    `seen` holds the addresses the caller has taken so far: a page that adds none is the last.
    """
    site = _site(site_url)
    usual = urljoin(site_url, "/sitemap.xml")
    others = await _others_named(fetcher, site_url, usual)
    waiting = deque([usual, *others])
    asked: set[str] = set()
    last_page = 0
    while waiting:
        address = waiting.popleft()
        if address in asked:
            continue
        if len(asked) == MOST_SITEMAPS:
            failures.append(_too_many(site_url))
            return
        asked.add(address)
        last_page = max(last_page, _page_number(address))
        try:
            found = await _sitemap(fetcher, address, delay)
        except FetchError as error:
            if address != usual or not others:
                failures.append(error)
            continue
        yield found
        waiting.extend(child for child in found[1].children if _site(child) in {site, _site(found[0])})
    if last_page:
        pages = range(last_page + 1, last_page + 1 + MOST_SITEMAPS - len(asked))
        async for found in _past_the_index(fetcher, site_url, pages, failures, seen=seen, delay=delay):
            yield found


async def _past_the_index(
    fetcher: Fetcher, site_url: str, pages: range, failures: list[FetchError], *, seen: set[str], delay: float | None
) -> AsyncIterator[tuple[str, Sitemap]]:
    known = -1
    for page in pages:
        if len(seen) == known:
            return
        known = len(seen)
        try:
            yield await _sitemap(fetcher, urljoin(site_url, f"/sitemap.xml?page={page}"), delay)
        except FetchError:  # no such page: the expected end
            return
    if len(seen) > known:
        failures.append(_too_many(site_url))


def _too_many(site_url: str) -> Unusable:
    return Unusable(f"{site_url} has more than {MOST_SITEMAPS:,} sitemaps: the rest is not read.", reason="too-large")


async def _others_named(fetcher: Fetcher, site_url: str, usual: str) -> list[str]:
    """The sitemaps of this very site that its robots.txt names beside the usual one; old files name feeds there too."""
    named = (await fetcher.robots(site_url)).sitemaps
    return [
        address
        for address in named
        if _site(address) == _site(site_url) and "/feeds/" not in address and _bare(address) != _bare(usual)
    ]


def _bare(address: str) -> str:
    return address.partition("://")[2].removeprefix("www.")


async def _sitemap(fetcher: Fetcher, address: str, delay: float | None) -> tuple[str, Sitemap]:
    fetched = await fetcher.get(address, delay=delay, accept="sitemap")
    return fetched.final_url, parse(fetched.body)


def _page_number(address: str) -> int:
    found = PAGE_NUMBER.search(address)
    return int(found[1]) if found else 0


def _kind(url: str, places: set[str]) -> Kind:
    if _site(url) not in places:
        return "other"
    path = urlsplit(url).path
    if PERMALINK.fullmatch(path):
        return "post"
    return "page" if STATIC_PAGE.fullmatch(path) else "other"


def _site(url: str) -> str:
    try:
        return site_name(url)
    except ValueError:  # no address at all
        return ""
