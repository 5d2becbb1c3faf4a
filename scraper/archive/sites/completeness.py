"""Whether a site's posts are all held, and what that is known by.

No list of a site is believed alone: a feed may claim and give too little, a sitemap may lack posts. Two that do not
stem from one another and name the same posts prove each other; one that was read to its end and lacks what another
names is told, and nothing is proven. What is missing is named, each post with its reason.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from scraper.archive.instants import instant, utc_text
from scraper.archive.sites.listings import Listed, ListingRow, Listings, Source, SourceCount, bare

Verdict = Literal["complete", "incomplete", "unproven", "never-listed"]

VERDICTS: dict[Verdict, str] = {
    "complete": "provably complete: independent lists name the same posts, and every one of them is held",
    "incomplete": "not complete: posts that the site lists are not held",
    "unproven": "every post listed is held, but the lists do not prove each other, so that more may exist",
    "never-listed": "the site was never listed whole: crawl it first",
}
NAMES: dict[Source, str] = {"feed": "The feed", "sitemap": "The sitemap", "pages": "The list made from its pages"}
SKEW = timedelta(minutes=5)  # how far a server's clock may be from ours when "during the listing" is told
URL_MONTH = re.compile(r"/(\d{4})/(0[1-9]|1[0-2])/")


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """One month's posts, by the blog's own clock: how many are held, how many each list names (None: it was not to be
    had), how many of those listed are missing. `month` is 'YYYY-MM', '' for posts of no known month, 'all' for the sum.
    """

    month: str
    held: int
    feed: int | None
    sitemap: int | None
    archive_widget: int | None
    missing: int


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A post that a list names and the archive does not hold: how its visit ended, and by which lists it is known."""

    url: str
    month: str
    reason: str
    listed_by: tuple[Source, ...]


class OneSided(msgspec.Struct, frozen=True, kw_only=True):
    """A post that lists read to their end do not name, though another does."""

    url: str
    month: str
    held: bool
    lacking: tuple[Source, ...]


class Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """What is held of a site beside what it lists. `listed_at` is when its newest whole listing ended; `proven` whether
    that listing's lists bear each other out; `findings` are sentences on what its lists do. `absent` counts articles
    held that the listing does not name.
    """

    site: str
    verdict: Verdict
    proven: bool = False
    listed_at: datetime | None = None
    findings: tuple[str, ...] = ()
    total: Month | None = None
    months: tuple[Month, ...] = ()
    missing: tuple[Missing, ...] = ()
    one_sided: tuple[OneSided, ...] = ()
    absent: int = 0
    sources: Mapping[str, SourceCount] = {}


def completeness(connection: sqlite3.Connection, listings: Listings, site: str, zone: str | None) -> Completeness:
    """What is held of a site beside what its newest whole listing, and the polls since, name."""
    listing = listings.newest(site)
    if listing is None:
        return Completeness(site=site, verdict="never-listed")
    named = _Named(listings.posts(site, since=listing.id), listing)
    widget, held = _Widget.of(listings, site, named, listing), _Held(connection, site, zone)
    missing = tuple(
        Missing(url=post.url, month=post.month or "", reason=held.reason(post), listed_by=named.by(address))
        for address, post in named.posts.items()
        if not held.has(post)
    )
    lacking = Counter(post.month for post in missing)
    is_emptied = not named.posts and len(held) > 0  # a blog suspended, or all of its lists broken at once
    contradicted = named.one_sided or named.lies or widget.disagrees or is_emptied
    proven = named.agree + widget.agrees >= 2 and not contradicted
    return Completeness(
        site=site,
        verdict="incomplete" if missing else "complete" if proven else "unproven",
        proven=proven,
        listed_at=listing.ended_at,
        findings=(
            *named.findings(),
            *widget.findings,
            *_since_before(listings, listing),
            *(["The lists name no post at all: that proves nothing of those held."] if is_emptied else []),
        ),
        total=_month("all", len(held), named, widget, lacking),
        months=_months(held.months(named), named, widget, lacking),
        missing=missing,
        one_sided=tuple(
            OneSided(url=post.url, month=post.month or "", held=held.has(post), lacking=named.lacking(address))
            for address, post in named.one_sided.items()
        ),
        absent=len(held) - len({held.article(post) for post in named.posts.values() if held.has(post)}),
        sources=listing.sources,
    )


def write(connection: sqlite3.Connection, found: Completeness, at: datetime) -> None:
    """The site's rows of the table `completeness`. The caller begins and ends the transaction."""
    connection.execute("DELETE FROM completeness WHERE site = ?", (found.site,))
    if found.listed_at is None:
        return
    connection.executemany(
        "INSERT INTO completeness (site, month, held, feed, sitemap, archive_widget, missing, listed_at, counted_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                found.site,
                month.month,
                month.held,
                month.feed,
                month.sitemap,
                month.archive_widget,
                month.missing,
                utc_text(found.listed_at),
                utc_text(at),
            )
            for month in found.months
        ],
    )


class _Named:
    """The posts that a listing's lists named: each once, by its address."""

    def __init__(self, posts: Iterable[Listed], listing: ListingRow) -> None:
        self._listing = listing
        self._lists: dict[Source, dict[str, Listed]] = {}
        self.posts: dict[str, Listed] = {}
        for post in posts:  # the feed's first: it alone knows a post's month for sure
            self._lists.setdefault(post.source, {})[post.address] = post
            self.posts.setdefault(post.address, post)
        self._months = {
            source: Counter(self.posts[address].month or "" for address in self._lists.get(source, {}))
            for source in NAMES
        }
        self.whole = [source for source, count in listing.sources.items() if source in NAMES and count.ended is None]
        self.one_sided = {
            address: post for address, post in self.posts.items() if not self._is_later(post) and self.lacking(address)
        }

    def by(self, address: str) -> tuple[Source, ...]:
        return tuple(source for source, posts in self._lists.items() if address in posts)

    def lacking(self, address: str) -> tuple[Source, ...]:
        """The lists read to their end that do not name the post."""
        return tuple(source for source in NAMES if source in self.whole and address not in self._lists.get(source, {}))

    def _is_later(self, post: Listed) -> bool:
        """Whether the post came up when another list had been read already: it tells nothing about that one."""
        since, until = self._listing.started_at, self._listing.ended_at
        first_seen, told = instant(post.first_seen_at), instant(post.published_at or post.stamp)
        if first_seen is not None and until is not None and first_seen > until:
            return True
        return told is not None and told >= since - SKEW

    @property
    def agree(self) -> int:
        """How many lists, each read to its end, name every post."""
        return 0 if self.one_sided else len(self.whole)

    @property
    def lies(self) -> bool:
        """Whether the feed claims another number of posts than it named."""
        count = self._listing.sources.get("feed")
        return count is not None and count.total is not None and count.ended is None and count.total != count.named

    def count(self, source: Source, month: str | None = None) -> int | None:
        """The posts a list names, of a month or in all; None for a list that was not to be had."""
        if source not in self._lists and source not in self.whole:
            return None
        return len(self._lists.get(source, {})) if month is None else self._months[source][month]

    def findings(self) -> list[str]:
        told = []
        for source, name in NAMES.items():
            count = self._listing.sources.get(source)
            if count is None:
                continue
            if count.ended is not None:
                told.append(f"{name} could not be read to its end ({count.ended}); it named {_posts(count.named)}.")
            if count.total is not None and count.total != count.named:
                told.append(f"{name} claims {_posts(count.total)} and named {count.named}.")
            lacks = sum(source in self.lacking(address) for address in self.one_sided)
            if lacks:
                told.append(f"{name} lacks {_posts(lacks)} that another list names.")
        if (static := self._listing.sources.get("static")) is not None and static.named:
            pages = "static page stands" if static.named == 1 else "static pages stand"
            told.append(f"{static.named} {pages} in a sitemap apart: no posts, and not archived.")
        if len(self.whole) == 1:
            told.append(f"{NAMES[self.whole[0]]} is the only list that was read to its end.")
        return told


class _Widget:
    """The archive widget's counts, and what they say of the posts listed."""

    def __init__(self, counts: dict[str, int], told: list[str], *, agrees: bool, disagrees: bool) -> None:
        self.counts, self.findings, self.agrees, self.disagrees = counts, told, agrees, disagrees

    def months(self) -> set[str]:
        return {period for period in self.counts if "-" in period}

    def count(self, month: str | None = None) -> int | None:
        """What it counts for a month, or in all; None where it does not tell: a closed year keeps its months back."""
        if not self.counts:
            return None
        if month is None:
            return sum(self.counts.values())
        return self.counts.get(month, None if month[:4] in self.counts else 0)

    @classmethod
    def of(cls, listings: Listings, site: str, named: _Named, listing: ListingRow) -> _Widget:
        counts, read_at = listings.widget(site)
        if read_at is None:
            return cls({}, [], agrees=False, disagrees=False)
        known = [post for post in named.posts.values() if (instant(post.published_at) or read_at) <= read_at]
        counted = sum(counts.values())
        if read_at < listing.started_at:
            if counted == len(known):
                return cls(counts, [], agrees=False, disagrees=False)
            told = f"The archive widget was last seen on a page of {utc_text(read_at)}, before the listing."
            return cls(counts, [told], agrees=False, disagrees=False)
        if counted == len(known):
            return cls(counts, [], agrees=True, disagrees=False)
        years, told_years = Counter((post.month or "")[:4] for post in known), Counter[str]()
        for period, posts in counts.items():
            told_years[period[:4]] += posts
        if all(years[year] == posts for year, posts in told_years.items()):
            told = f"The archive widget covers {len(told_years)} years of {len(years)}; there it counts what is listed."
            return cls(counts, [told], agrees=False, disagrees=False)
        told = f"The archive widget counts {_posts(counted)}, where the lists name {len(known)}."
        return cls(counts, [told], agrees=False, disagrees=True)


class _Held:
    """The articles of a site, and the state of every address that was to be visited."""

    def __init__(self, connection: sqlite3.Connection, site: str, zone: str | None) -> None:
        self._zone = ZoneInfo(zone) if zone else None
        articles = connection.execute(
            "SELECT id, post_id, url, published_at FROM articles WHERE site = ?", (site,)
        ).fetchall()
        self._articles = {id_: (url, published) for id_, _, url, published in articles}
        self._of_post = {post_id: id_ for id_, post_id, _, _ in articles if post_id}
        self._at = {bare(url): id_ for id_, _, url, _ in articles}
        self._states: dict[str, str] = {}
        for url, state, error, visited, article in connection.execute(
            "SELECT url, state, last_error, run IS NOT NULL, article FROM frontier WHERE site = ?", (site,)
        ):
            self._states[bare(url)] = _told(state, error, is_visited=bool(visited))
            if article in self._articles:
                self._at.setdefault(bare(url), article)
        taken = connection.execute("SELECT url, reason FROM tombstones WHERE site = ?", (site,))
        self._states |= {bare(url): f"taken out: {reason}" for url, reason in taken}

    def article(self, post: Listed) -> str | None:
        return self._of_post.get(post.post_id or "") or self._at.get(post.address)

    def has(self, post: Listed) -> bool:
        return self.article(post) is not None

    def reason(self, post: Listed) -> str:
        return self._states.get(post.address, "never fetched")

    def __len__(self) -> int:
        return len(self._articles)

    def months(self, named: _Named) -> Counter[str]:
        """Articles by month: the month their list tells, else that of their time on the blog's clock, else of their
        address.
        """
        told = {self.article(post): post.month for post in named.posts.values() if post.month}
        return Counter(told.get(id_) or self._month(*self._articles[id_]) for id_ in self._articles)

    def _month(self, url: str, published: str | None) -> str:
        moment = instant(published)
        if moment is not None and published is not None and len(published) > len("2026-03-02"):
            return f"{moment.astimezone(self._zone) if self._zone else moment:%Y-%m}"
        return url_month(url) or ""


def url_month(url: str) -> str | None:
    """'…/2026/03/slug.html' -> '2026-03': when the post was first published, on the blog's clock."""
    found = URL_MONTH.search(url)
    return f"{found[1]}-{found[2]}" if found else None


def _told(state: str, error: str | None, *, is_visited: bool) -> str:
    """A frontier row's state in words: 'failed: timeout'."""
    if not is_visited:
        return "never fetched"
    word = {"no-article": "no article", "settled": "its page shows another article", "due": "due again"}.get(
        state, state
    )
    return f"{word}: {error}" if error else word


def _month(month: str, held: int, named: _Named, widget: _Widget, missing: Counter[str]) -> Month:
    everything = month == "all"
    return Month(
        month=month,
        held=held,
        feed=named.count("feed", None if everything else month),
        sitemap=named.count("sitemap", None if everything else month),
        archive_widget=widget.count(None if everything else month),
        missing=missing.total() if everything else missing[month],
    )


def _months(held: Counter[str], named: _Named, widget: _Widget, missing: Counter[str]) -> tuple[Month, ...]:
    known = {*held, *(post.month or "" for post in named.posts.values()), *widget.months()}
    return tuple(_month(month, held[month], named, widget, missing) for month in sorted(known, reverse=True))


def _since_before(listings: Listings, listing: ListingRow) -> list[str]:
    """What differs from the listing before: posts named no longer, and a cap that moved."""
    before = listings.newest(listing.site, before=listing.id)
    if before is None or before.ended_at is None:
        return []
    told = []
    named = {post.address for post in listings.posts(listing.site, since=listing.id)}
    lost = {post.address for post in listings.posts(listing.site, since=before.id, until=listing.id)} - named
    if lost:
        told.append(f"{_posts(len(lost))} that the listing of {utc_text(before.ended_at)} named, no list names now.")
    caps = [row.sources["feed"].most if "feed" in row.sources else None for row in (before, listing)]
    if None not in caps and caps[0] != caps[1]:
        told.append(
            f"The feed's fullest answer held {caps[1]} entries, {caps[0]} in the listing before: its cap moves."
            " The walk goes by what comes, so that this alone loses nothing."
        )
    return told


def _posts(count: int) -> str:
    return f"{count:,} post{'' if count == 1 else 's'}"
