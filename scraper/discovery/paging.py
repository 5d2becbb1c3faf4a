"""From a feed's first page to its last: by number received, and by time where numbers cannot be trusted.

The server returns what fits, so the next page begins after what came, and a short page is no sign of the end. Numbers
shift when a post is published or deleted during the walk, and a server may refuse to count beyond some number; both
show, and from there on the walk asks for what was published before the oldest post it has, with an overlap of the
second that post shares with others.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import msgspec

from extractors.model import FeedEntry
from scraper.discovery.feed import Feed
from scraper.errors import FetchError

MOST_POSTS = 500_000  # where a walk stops in any case; the largest blog measured in public has 38,000
MOST_PAGES = 5_000  # pages of one walk: 125,000 posts at 25 a page, or that largest blog at 8; 2 h 47 at 2 s each
OVERLAP = timedelta(seconds=1)  # published-max is exclusive: this takes in the rest of the oldest post's second
PATIENCE = 2  # pages in a row that bring nothing new before the server is taken to send the same one for ever

Ask = Callable[[int, datetime | None], Awaitable[Feed]]
"""A page of the feed: from that entry on (1 is the first), of what was published before that moment (None: of all)."""


async def pages(ask: Ask, first: Feed, *, window: bool) -> AsyncGenerator[Feed, None]:
    """The pages from a first one on, each without the entries of earlier ones.

    The walk ends where the feed does. A whole feed (no `window`) that gave fewer posts than it claims ends with a Feed
    `ended` 'feed-short'; one that claims no number and sends the same page for every page, 'feed-repeats'; one that
    goes on past the limits, 'too-large'; one that breaks off, with the reason.
    """
    walk = _Walk(first)
    feed = first
    try:
        while feed.received:
            yield msgspec.structs.replace(feed, entries=walk.take(feed))
            if walk.is_whole(feed) or walk.stale == PATIENCE:
                break
            if walk.pages == MOST_PAGES or walk.received >= MOST_POSTS:
                yield Feed(ended="too-large")
                return
            feed = await ask(walk.start, walk.before)
            if not feed.received and walk.misses(window=window) and walk.turn_to_times():
                feed = await ask(walk.start, walk.before)
        if walk.has_grown and walk.misses(window=window):
            feed = await ask(1, None)  # the posts published meanwhile, newer than the first page
            yield msgspec.structs.replace(feed, entries=walk.take(feed))
    except FetchError as error:
        yield Feed(ended=error.reason)
        return
    if walk.misses(window=window):
        yield Feed(ended="feed-short")
    elif walk.total is None and walk.stale:
        yield Feed(ended="feed-repeats")


class _Walk:
    """How far a walk has come. `start` and `before` are where the next page begins, as `Ask` takes them."""

    def __init__(self, first: Feed) -> None:
        self.total = self._first_total = first.total
        self.start = 1
        self.before: datetime | None = None
        self.pages = self.received = self.stale = 0
        self._seen: set[str] = set()
        self._lost = 0
        self._most = first.total or 0
        self._oldest: datetime | None = None

    def take(self, feed: Feed) -> tuple[FeedEntry, ...]:
        """The entries of a page whose posts are new to the walk, each once; the walk moves on past the page."""
        fresh: dict[str, FeedEntry] = {}
        for entry in feed.entries:
            if (key := _identity(entry)) not in self._seen:
                fresh.setdefault(key, entry)
        repeats = len({_identity(entry) for entry in feed.entries}) - len(fresh)
        self._seen.update(fresh)
        self.pages += 1
        self.received += feed.received
        self._lost += feed.received - len(feed.entries)
        self.stale = 0 if fresh else self.stale + 1
        self._step(feed, repeats=repeats)
        return tuple(fresh.values())

    def _step(self, feed: Feed, *, repeats: int) -> None:
        """Where the next page begins. A window's total is not the blog's, so that only the numbered walk hears it.

        Entries that come again were pushed back by new posts: the walk goes on behind this page. Another total without
        them tells of a deletion, which let a post slip from this page into those already read: it goes on before it.
        """
        last = min((moment for entry in feed.entries if (moment := _moment(entry.published))), default=None)
        reached, self._oldest = self._oldest, min(filter(None, (last, self._oldest)), default=None)
        self.start += feed.received
        if self.before is not None:
            if self._oldest is not None and self._oldest + OVERLAP < self.before:
                self.start, self.before = 1, self._oldest + OVERLAP
            return
        another_total = self.pages > 1 and feed.total is not None and feed.total != self.total
        if feed.total is not None:
            self.total, self._most = feed.total, max(self._most, feed.total)
        if repeats and self.pages > 1:
            self.turn_to_times()
        elif another_total and reached is not None:
            self.start, self.before = 1, reached + OVERLAP

    def turn_to_times(self) -> bool:
        """Whether the walk can go on by time: from the oldest post it has. It can do so once."""
        if self.before is not None or self._oldest is None:
            return False
        self.start, self.before = 1, self._oldest + OVERLAP
        return True

    def is_whole(self, feed: Feed) -> bool:
        """Whether everything claimed has come. A page that names a next one contradicts a total that is too small; a
        post that was deleted meanwhile has come and counts no longer, so that the largest total told is to be reached.
        """
        if self.total is None or feed.more:
            return False
        return self.start > self.total if self.before is None else len(self._seen) + self._lost >= self._most

    def misses(self, *, window: bool) -> bool:
        """Whether posts are missing from what the blog claims. Unreadable ones came too; a window claims nothing."""
        return not window and len(self._seen) + self._lost < (self.total or 0)

    @property
    def has_grown(self) -> bool:
        return self.total is not None and self._first_total is not None and self.total > self._first_total


def _identity(entry: FeedEntry) -> str:
    return entry.post_id or entry.url


def _moment(stamp: str | None) -> datetime | None:
    """The whole second of a stamp, in UTC: what is asked for is told by the second."""
    try:
        moment = datetime.fromisoformat(stamp or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None
