"""A fetched page read: the one step from an answer's bytes to a Reading, or to the reason why there is none.

Pure but for the extractors' rules themselves, and told in bytes on both sides, so that it can be done in a worker.
"""

from __future__ import annotations

import traceback
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from extractors.context import read_context
from extractors.extract import edge_lines, read
from extractors.model import FeedEntry, NotAnArticle, Page, Reading
from extractors.skeleton import Skeleton, skeleton
from scraper.outcomes import Verdict
from scraper.web.decode import decode
from scraper.web.optout import has_overlay, meta_signals

TASK = f"{__name__}:serve"
FRONT_PAGE = frozenset({"", "/", "/index.html"})


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A page as a site answered it, and what is known of it beforehand: all that its reading depends on.

    `blog_id` is the site's own; a page of another blog is none of the site's.
    """

    url: str
    final_url: str
    body: bytes
    content_type: str | None
    fetched_at: datetime
    entry: FeedEntry | None
    zone: str | None
    blog_id: str | None
    site: str
    repeated: frozenset[str] = frozenset()
    """Lines known to stand on many pages of the site."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What came of reading a page. With no `reading`, `verdict` says how it ended, as in an Outcome.

    `opt_outs` are what its own tags say against being kept; `has_overlay`: a content warning lies over its post;
    `skeleton` tells its template.
    """

    reading: Reading | None = None
    verdict: Verdict | None = None
    reason: str = "ok"
    detail: str | None = None
    opt_outs: tuple[str, ...] = ()
    has_overlay: bool = False
    skeleton: Skeleton | None = None


def read_answer(answered: Answered) -> Read:
    """What the page says. A bug met on it is its outcome, with the traceback. Never raises."""
    shown = None
    try:
        page = _page(answered)
        _refuse_another_page(answered, page)
        shown = skeleton(page.html)
        return Read(
            reading=read(page),
            opt_outs=meta_signals(page.html),
            has_overlay=has_overlay(page.html),
            skeleton=shown,
        )
    except NotAnArticle as refusal:
        return Read(verdict="no-article", reason=refusal.reason, detail=str(refusal), skeleton=shown)
    except Exception:  # noqa: BLE001 - a bug in one page is an outcome with its traceback; the crawl goes on
        return bug()


def read_edges(answered: Answered) -> tuple[str, ...]:
    """The `edges` of the page's reading alone; none where there is no reading. Never raises."""
    try:
        return edge_lines(_page(answered))
    except Exception:  # noqa: BLE001 - as above: the reading itself will say what is wrong
        return ()


def _page(answered: Answered) -> Page:
    return Page(
        url=answered.url,
        html=decode(answered.body, answered.content_type),
        fetched_at=answered.fetched_at,
        entry=answered.entry,
        repeated=answered.repeated,
        zone=answered.zone,
    )


def bug() -> Read:
    """The exception being handled, as what came of a page."""
    return Read(verdict="failed", reason="extractor-bug", detail=traceback.format_exc())


def encode(answered: Answered) -> bytes:
    """What a worker is sent."""
    return msgspec.msgpack.encode(answered)


def decode_read(sent: bytes) -> Read:
    """What a worker sent back."""
    return msgspec.msgpack.decode(sent, type=Read)


def serve(sent: bytes) -> bytes:
    """The worker's side of both."""
    read = read_answer(msgspec.msgpack.decode(sent, type=Answered))
    try:
        return msgspec.msgpack.encode(read)
    except Exception:  # noqa: BLE001 - a text that is none (half a surrogate pair) is a bug of the reading
        return msgspec.msgpack.encode(bug())


def _refuse_another_page(answered: Answered, page: Page) -> None:
    """Raises NotAnArticle where the address led to another post than its feed entry's, to another blog, or home."""
    context, entry, final_url = read_context(page.html), page.entry, answered.final_url
    if urlsplit(final_url).path in FRONT_PAGE and urlsplit(answered.url).path not in FRONT_PAGE:
        raise NotAnArticle("redirected-home", f"{answered.url} leads to the front page {final_url}")
    if entry is not None and entry.post_id and context.post_id and entry.post_id != context.post_id:
        raise NotAnArticle("redirected", f"{final_url} shows post {context.post_id}, the feed names {entry.post_id}")
    if answered.blog_id and context.blog_id and answered.blog_id != context.blog_id:
        raise NotAnArticle("redirected", f"{final_url} is a page of blog {context.blog_id}, not of {answered.site}")
