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
from scraper.discovery.paging import pages
from scraper.errors import FetchError, TemporaryFetchError, Unusable
from scraper.web.guard import is_loopback

if TYPE_CHECKING:
    from scraper.web.fetch import Fetcher, Validators

__all__ = ["Changes", "Feed", "changed", "contents", "newest", "parse", "post", "total", "walk"]

NOT_MODIFIED = 304
SUMMARY_PAGE = 150  # entries asked for; the summary feed gave 201 in one answer in 2026, caps of 150 were common before
FULL_PAGE = 25  # entries with their whole text; larger answers are cut by size anyway
WINDOW = frozenset({"published-min", "published-max"})  # with these the total may be the window's or the blog's
BLOGGER = "https://www.blogger.com"
OWNERS_NO = frozenset({"robots", "robots-unreachable"})  # not walked around by asking blogger.com for the same feed
JSONP = re.compile(r"(?://[^\n]*\n\s*)?[\w$.\[\]]{1,200}\(")
PROLOG = re.compile(r"\s*(?:<\?[^>]*>|<!--(?:[^-]|-(?!->))*-->|<!doctype[^>]*>)", re.IGNORECASE)
ROOT = re.compile(r"\s*<(?:[\w.-]{1,40}:)?([\w.-]{1,40})")
FEED_ROOTS = frozenset({"feed", "rss", "rdf", "entry"})

Query = dict[str, str | int]


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

    async def ask(start: int, before: datetime | None) -> Feed:
        return await _page(fetcher, address, _before(query, before), start, delay)

    async for page in pages(ask, feed, window=bool(WINDOW & query.keys())):
        yield _at_home(page, site_url)


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What a poll of a feed brought: the posts updated since, and the address and validators for the next poll.

    `total` is the number told in the answer: the window's, or the blog's. `unchanged`: the server said 304, and sent
    nothing.
    """

    entries: tuple[FeedEntry, ...] = ()
    total: int | None = None
    address: str
    validators: Validators | None
    unchanged: bool = False
    native: bool = True


async def changed(
    fetcher: Fetcher,
    site_url: str,
    since: datetime,
    *,
    last: str | None,
    validators: Validators | None,
    delay: float | None,
    blog_id: str | None = None,
) -> Changes:
    """The posts of any age that were published or edited at `since` or later: one request where few were.

    `last` is the address of the poll before and `validators` its answer's: they are sent if this poll's is the same.
    updated-min is heeded only with the order by update. A server that heeds neither is asked no further than `since`.
    Raises FetchError.
    """
    query: Query = {**_query(SUMMARY_PAGE), "orderby": "updated", "updated-min": since.isoformat(timespec="seconds")}
    addresses = [_asked(address, query, 1) for address in _addresses(site_url, full=False, blog_id=blog_id)]
    failure: FetchError | None = None
    for address in sorted(addresses, key=lambda one: one.partition("?")[0] != (last or "").partition("?")[0]):
        if failure is not None and failure.reason in OWNERS_NO and address.startswith(BLOGGER):
            break
        try:
            fetched = await fetcher.get(
                address, validators=validators if address == last else None, delay=delay, accept="feed"
            )
            if fetched.status == NOT_MODIFIED:
                return Changes(address=address, validators=validators, unchanged=True)
            first = parse(fetched.body)
        except FetchError as error:
            failure = error
            continue
        base = address.partition("&start-index=")[0]
        entries = await _since(fetcher, base, first, since, delay)
        found = _at_home(msgspec.structs.replace(first, entries=entries), site_url)
        return Changes(
            entries=found.entries,
            total=first.total,
            address=address,
            validators=fetched.validators,
            native=first.native,
        )
    assert failure is not None
    raise failure


async def _since(
    fetcher: Fetcher, base: str, first: Feed, since: datetime, delay: float | None
) -> tuple[FeedEntry, ...]:
    """The entries of a poll's first page and of those after it, as far as they reach back to `since`."""

    async def ask(start: int, before: datetime | None) -> Feed:
        return parse((await fetcher.get(f"{base}&start-index={start}", delay=delay, accept="feed")).body)

    found: list[FeedEntry] = []
    async for page in pages(ask, first, window=True):
        if page.ended is not None and page.ended != "feed-repeats":
            raise TemporaryFetchError(f"{base}: the poll broke off ({page.ended}).", reason=page.ended)
        found += page.entries
        if not page.more or any(_is_before(entry.updated, since) for entry in page.entries):
            break
    return tuple(found)


def _is_before(stamp: str | None, moment: datetime) -> bool:
    try:
        return datetime.fromisoformat(stamp or "") < moment
    except (ValueError, TypeError):
        return False


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


async def total(fetcher: Fetcher, site_url: str, *, delay: float | None, blog_id: str | None = None) -> int | None:
    """The number of posts the blog claims, for the price of one entry; None where it claims none. Raises FetchError."""
    _, feed = await _opening(fetcher, _addresses(site_url, full=False, blog_id=blog_id), _query(1), delay)
    return feed.total


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


def _query(most: int) -> Query:
    return {"alt": "json", "orderby": "published", "max-results": most}


def _before(query: Query, moment: datetime | None) -> Query:
    return query if moment is None else {**query, "published-max": moment.isoformat(timespec="seconds")}


def _addresses(site_url: str, *, full: bool, blog_id: str | None) -> list[str]:
    """Where the same feed may be had, best first. `redirect=false` passes by an owner's redirect to FeedBurner.

    The address by the blog's id stays though the blog moves to another domain. A blog on this machine plays Blogger's
    own host too.
    """
    form = "default" if full else "summary"
    addresses = [] if full else [urljoin(site_url, "/feeds/posts/summary")]
    addresses.append(urljoin(site_url, "/feeds/posts/default?redirect=false"))
    if blog_id:
        home = site_url if is_loopback(urlsplit(site_url).hostname or "") else BLOGGER
        addresses.append(urljoin(home, f"/feeds/{blog_id}/posts/{form}"))
    return addresses


async def _opening(fetcher: Fetcher, addresses: list[str], query: Query, delay: float | None) -> tuple[str, Feed]:
    """The first page of a feed, and which of its addresses gave it: Blogger's own before what a service made of it.

    Raises the FetchError of the last one tried.
    """
    failure: FetchError | None = None
    passed_on: tuple[str, Feed] | None = None
    for address in addresses:
        if failure is not None and failure.reason in OWNERS_NO and address.startswith(BLOGGER):
            break
        try:
            feed = await _page(fetcher, address, query, 1, delay)
        except FetchError as error:
            failure = error
            continue
        if feed.native:
            return address, feed
        passed_on = passed_on or (address, feed)
    if passed_on is not None:
        return passed_on
    assert failure is not None
    raise failure


async def _page(fetcher: Fetcher, address: str, query: Query, start: int, delay: float | None) -> Feed:
    url = _asked(address, query, start)
    feed = parse((await fetcher.get(url, delay=delay, accept="feed")).body)
    if feed.received or feed.total == 0:
        return feed
    return parse((await fetcher.get(url, delay=delay, accept="feed")).body)  # an empty page is sometimes a hiccup


def _asked(address: str, query: Query, start: int) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode({**query, 'start-index': start})}"


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
