"""A blog's post feed: what it says, in whatever format it comes, and the walk over all of it.

Blogger publishes each post a second time in its feed, with identity and RFC 3339 times. The feed's format cannot be
told from its address (an owner may redirect it to another service), so the content is sniffed. The page size asked for
is only a wish: the server returns what fits, so the walk steps by the number received and never takes a short page for
the last one.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urljoin, urlsplit

import msgspec

from extractors.model import FeedEntry
from scraper.discovery.feed import Feed
from scraper.discovery.feedjson import parse_json
from scraper.discovery.feedxml import parse_xml
from scraper.errors import FetchError, Unusable
from scraper.web.guard import is_loopback

if TYPE_CHECKING:
    from scraper.web.fetch import Fetcher

__all__ = ["Feed", "contents", "newest", "parse", "post", "walk"]

SUMMARY_PAGE = 150  # entries asked for; the summary feed gave 201 in one answer in 2026, caps of 150 were common before
FULL_PAGE = 25  # entries with their whole text; larger answers are cut by size anyway
MOST_POSTS = 500_000  # where a walk stops in any case; the largest blog measured in public has 38,000
MOST_PAGES = 5_000  # pages of one walk: 125,000 posts at 25 a page, or that largest blog at 8; 2 h 47 at 2 s each
WINDOW = frozenset({"published-min", "published-max"})  # with these the total may be the window's or the blog's
BLOGGER = "https://www.blogger.com"
OWNERS_NO = frozenset({"robots", "robots-unreachable"})  # not walked around by asking blogger.com for the same feed
JSONP = re.compile(r"(?://[^\n]*\n\s*)?[\w$.\[\]]{1,200}\(")
PROLOG = re.compile(r"\s*(?:<\?[^>]*>|<!--(?:[^-]|-(?!->))*-->|<!doctype[^>]*>)", re.IGNORECASE)
ROOT = re.compile(r"\s*<(?:[\w.-]{1,40}:)?([\w.-]{1,40})")
FEED_ROOTS = frozenset({"feed", "rss", "rdf", "entry"})


async def walk(
    fetcher: Fetcher,
    site_url: str,
    *,
    delay: float | None,
    full: bool = False,
    published_min: datetime | None = None,
    published_max: datetime | None = None,
    blog_id: str | None = None,
) -> AsyncGenerator[Feed, None]:
    """The whole feed of a blog, newest post first, page by page; no post comes twice.

    Summaries by default, which cost a 25th; `full` asks for the form the owner publishes. `published_min` is
    inclusive, `published_max` exclusive, both aware. A feed that is closed, breaks off, is shorter than it claims, or
    has no end in sight (MOST_POSTS, MOST_PAGES: 'too-large') ends with a Feed whose `ended` says why: the caller then
    has the sitemap. With a `blog_id` the address at blogger.com is tried last.
    """
    query = _query(FULL_PAGE if full else SUMMARY_PAGE)
    if published_min:
        query["published-min"] = published_min.isoformat(timespec="seconds")
    if published_max:
        query["published-max"] = published_max.isoformat(timespec="seconds")
    try:
        address, feed = await _opening(fetcher, _addresses(site_url, full=full, blog_id=blog_id), query, delay)
    except FetchError as error:
        yield Feed(ended=error.reason)
        return
    async for page in _pages(fetcher, address, query, feed, delay):
        yield _at_home(page, site_url)


async def newest(
    fetcher: Fetcher, site_url: str, most: int, *, full: bool = False, delay: float | None, blog_id: str | None = None
) -> tuple[FeedEntry, ...]:
    """The newest posts of a blog, at most so many, for the price of one small request: in summary form, or with as much
    text as the owner publishes for `full`. Empty where the feed is closed. The addresses are those of the walk.
    """
    try:
        _, feed = await _opening(fetcher, _addresses(site_url, full=full, blog_id=blog_id), _query(most), delay)
    except FetchError:
        return ()
    return _at_home(feed, site_url).entries[:most]


async def post(fetcher: Fetcher, site_url: str, post_id: str, *, delay: float | None) -> FeedEntry | None:
    """One post by itself, with as much of its text as its owner puts into the feed; None where it cannot be had."""
    url = urljoin(site_url, f"/feeds/posts/default/{quote(post_id, safe='')}?alt=json")
    try:
        feed = parse((await fetcher.get(url, delay=delay, accept="feed")).body)
    except FetchError:
        return None
    return next((entry for entry in _at_home(feed, site_url).entries if entry.post_id == post_id), None)


async def contents(
    fetcher: Fetcher,
    site_url: str,
    *,
    delay: float | None,
    published_min: datetime | None = None,
    published_max: datetime | None = None,
    blog_id: str | None = None,
) -> AsyncGenerator[FeedEntry, None]:
    """The posts of a blog with as much of their text as its owner puts into the feed; ends where the feed ends."""
    feeds = walk(
        fetcher,
        site_url,
        delay=delay,
        full=True,
        published_min=published_min,
        published_max=published_max,
        blog_id=blog_id,
    )
    async for feed in feeds:
        for entry in feed.entries:
            yield entry


def _at_home(feed: Feed, site_url: str) -> Feed:
    """The feed with its posts under the site's own scheme: feeds go on saying http: after a blog has moved to https:,
    and each such address costs a redirect.
    """
    home = urlsplit(site_url)
    secure, plain = f"https://{home.netloc}/", f"http://{home.netloc}/"
    there, elsewhere = (secure, plain) if home.scheme == "https" else (plain, secure)
    entries = tuple(
        msgspec.structs.replace(entry, url=there + entry.url.removeprefix(elsewhere))
        if entry.url.startswith(elsewhere)
        else entry
        for entry in feed.entries
    )
    return msgspec.structs.replace(feed, entries=entries)


def _query(most: int) -> dict[str, str | int]:
    return {"alt": "json", "orderby": "published", "max-results": most}


def _addresses(site_url: str, *, full: bool, blog_id: str | None) -> list[str]:
    """Where the same feed may be had, best first. `redirect=false` passes by an owner's redirect to FeedBurner."""
    form = "default" if full else "summary"
    addresses = [] if full else [urljoin(site_url, "/feeds/posts/summary")]
    addresses.append(urljoin(site_url, "/feeds/posts/default?redirect=false"))
    if blog_id and not is_loopback(urlsplit(site_url).hostname or ""):
        addresses.append(f"{BLOGGER}/feeds/{blog_id}/posts/{form}")
    return addresses


async def _opening(
    fetcher: Fetcher, addresses: list[str], query: dict[str, str | int], delay: float | None
) -> tuple[str, Feed]:
    """The first page of a feed, and which of its addresses gave it. Raises the FetchError of the last one tried."""
    failure: FetchError | None = None
    for address in addresses:
        if failure is not None and failure.reason in OWNERS_NO and address.startswith(BLOGGER):
            break
        try:
            return address, await _page(fetcher, address, query, 1, delay)
        except FetchError as error:
            failure = error
    assert failure is not None
    raise failure


async def _page(fetcher: Fetcher, address: str, query: dict[str, str | int], start: int, delay: float | None) -> Feed:
    mark = "&" if "?" in address else "?"
    url = f"{address}{mark}{urlencode({**query, 'start-index': start})}"
    feed = parse((await fetcher.get(url, delay=delay, accept="feed")).body)
    if feed.received or feed.total == 0:
        return feed
    return parse((await fetcher.get(url, delay=delay, accept="feed")).body)  # an empty page is sometimes a hiccup


async def _pages(
    fetcher: Fetcher, address: str, query: dict[str, str | int], feed: Feed, delay: float | None
) -> AsyncGenerator[Feed, None]:
    """The pages from a first one on, each without the entries of earlier ones.

    New posts shift the pages during a walk, so one page of known entries only may happen; after two in a row the server
    is taken to ignore start-index. A whole feed that gave fewer posts than it claims ends as 'feed-short'; one that
    goes on past the limits as 'too-large'.
    """
    seen: set[str] = set()
    pages, start, stale, lost, total = 0, 1, 0, 0, feed.total
    while feed.received:
        fresh = _unseen(feed.entries, seen)
        yield msgspec.structs.replace(feed, entries=fresh)
        pages += 1
        start += feed.received
        lost += feed.received - len(feed.entries)
        stale = 0 if fresh else stale + 1
        total = total if feed.total is None else feed.total
        if stale == 2 or (total is not None and start > total):
            break
        if pages == MOST_PAGES or start > MOST_POSTS:
            yield Feed(ended="too-large")
            return
        try:
            feed = await _page(fetcher, address, query, start, delay)
        except FetchError as error:
            yield Feed(ended=error.reason)
            return
    if not WINDOW & query.keys() and len(seen) + lost < (total or 0):
        yield Feed(ended="feed-short")


def _unseen(entries: tuple[FeedEntry, ...], seen: set[str]) -> tuple[FeedEntry, ...]:
    """The entries whose posts are not in `seen`, each post once; `seen` grows by them."""
    fresh = []
    for entry in entries:
        identity = entry.post_id or entry.url
        if identity not in seen:
            seen.add(identity)
            fresh.append(entry)
    return tuple(fresh)


def parse(body: bytes) -> Feed:
    """The feed in an answer's body: Blogger's JSON or JSONP, Atom or RSS; one post by itself is a feed of one entry.

    Raises Unusable (content-type, decode, too-large).
    """
    start = body[:4096].decode("utf-8-sig", "replace").lstrip()
    if start.startswith("{"):
        return parse_json(body.removeprefix(b"\xef\xbb\xbf"))
    if JSONP.match(start):
        return parse_json(body[body.find(b"(") + 1 : body.rfind(b")")])
    root = _root(start)
    if root not in FEED_ROOTS:
        kind = f"a document of the kind <{root}>" if root else "neither JSON nor XML"
        raise Unusable(f"The feed's address gives {kind}, which is no feed.", reason="content-type")
    return parse_xml(body)


def _root(start: str) -> str:
    """The lower-case name of a document's first element, its prefix dropped; '' where none stands in the opening."""
    at = 0
    while prolog := PROLOG.match(start, at):
        at = prolog.end()
    found = ROOT.match(start, at)
    return found[1].lower() if found else ""
