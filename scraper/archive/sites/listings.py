"""The rows of listings: which posts a site's lists named, when, and where the next poll goes on.

A listing asks a site for all its posts, a poll between two listings for what changed. What a poll names counts as named
by the listing before it. Polling state is written with the last of what the poll brought, so that a run that is killed
loses nothing.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal

import msgspec

from scraper.archive.instants import instant, utc_text

Source = Literal["feed", "sitemap", "pages", "static"]
Transaction = Callable[[], AbstractContextManager[None]]


NOTE = """
INSERT INTO listed_posts (source, url, post_id, month, published_at, stamp,
    site, address, listing, first_seen_at, seen_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (site, source, address) DO UPDATE SET
    url = excluded.url,
    post_id = coalesce(excluded.post_id, post_id),
    month = coalesce(excluded.month, month),
    published_at = coalesce(excluded.published_at, published_at),
    stamp = coalesce(excluded.stamp, stamp),
    listing = excluded.listing,
    seen_at = excluded.seen_at
"""
"""Of a post that is named again, what is told anew counts."""

DIFFERENCE = """
SELECT 1 FROM (
    SELECT address, count(*) AS lists FROM listed_posts
    WHERE site = :site AND listing >= :listing AND source IN (:one, :other) GROUP BY address
) WHERE lists < 2 LIMIT 1
"""
"""A post that only one of two lists named."""

STATIC_PAGE = re.compile(r"/p/[^/?#]+\.html")  # no list of posts names these, so that they are never absent from one

HELD_BEFORE = """
SELECT a.id, a.url, a.post_id, (SELECT json_group_array(f.url) FROM frontier f WHERE f.article = a.id)
FROM articles a WHERE a.site = :site AND a.first_seen_at < :at ORDER BY a.id
"""
"""Articles held before a moment, with every address they were seen at."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A post as one list names it. `month` is 'YYYY-MM' on the blog's own clock; `published_at` and `stamp` (its last
    update) are UTC texts; each is None where the list does not tell. `first_seen_at` is the archive's own.
    """

    source: Source
    url: str
    post_id: str | None = None
    month: str | None = None
    published_at: str | None = None
    stamp: str | None = None
    first_seen_at: str | None = None

    @property
    def address(self) -> str:
        """Its address without scheme and www., as lists are compared by."""
        return bare(self.url)


class SourceCount(msgspec.Struct, frozen=True, kw_only=True):
    """How one list answered: posts it `named`, the `total` it claims, the `most` it put into one answer. `ended` is a
    word of REASONS, None where the list was read to its own end.
    """

    named: int
    total: int | None = None
    most: int | None = None
    ended: str | None = None


class ListingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One listing, from its first request to its last. Times are aware UTC."""

    id: int
    site: str
    started_at: datetime
    ended_at: datetime | None
    proven: bool
    sources: Mapping[str, SourceCount]


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """Where polling a feed goes on: the newest update seen, the total told, and the validators of one address."""

    newest: str | None
    total: int | None
    address: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """The articles held that the newest proven listing of their site did not name, and nothing has named since.

    `listed_at` is when that listing ended, aware UTC; `ids` and `urls` are the articles', in the same order.
    """

    listed_at: datetime
    ids: tuple[str, ...]
    urls: tuple[str, ...]


def bare(url: str) -> str:
    """An address for comparing: without scheme and www., which lists of one site write in several ways."""
    return url.partition("://")[2].removeprefix("www.") or url


class Listings:
    """The listings of an archive: `archive.listings`."""

    def __init__(self, connection: sqlite3.Connection, transaction: Transaction) -> None:
        self._connection, self._transaction = connection, transaction

    def begin(self, site: str, at: datetime) -> int:
        """The number of a new listing."""
        with self._transaction():
            row = self._connection.execute(
                "INSERT INTO listings (site, started_at) VALUES (?, ?) RETURNING id", (site, utc_text(at))
            ).fetchone()
        return int(row[0])

    def note(self, site: str, listing: int, posts: Iterable[Listed], at: datetime) -> None:
        """Those posts were named."""
        when = utc_text(at)
        rows = [(*msgspec.structs.astuple(post)[:-1], site, post.address, listing, when, when) for post in posts]
        with self._transaction():
            self._connection.executemany(NOTE, rows)

    def end(self, listing: int, sources: Mapping[Source, SourceCount], at: datetime) -> None:
        """The listing has asked every list it could."""
        with self._transaction():
            self._connection.executemany(
                "INSERT INTO listing_sources (listing, source, named, total, most, ended) VALUES (?, ?, ?, ?, ?, ?)",
                [(listing, source, *msgspec.structs.astuple(count)) for source, count in sources.items()],
            )
            self._connection.execute("UPDATE listings SET ended_at = ? WHERE id = ?", (utc_text(at), listing))

    def prove(self, listing: int, *, proven: bool) -> None:
        """Whether the lists of that listing bear each other out."""
        with self._transaction():
            self._connection.execute("UPDATE listings SET proven = ? WHERE id = ?", (proven, listing))

    def newest(self, site: str, *, proven: bool = False, before: int | None = None) -> ListingRow | None:
        """The newest listing of the site that came to its end; with `proven`, the newest of the proven ones."""
        row = self._connection.execute(
            "SELECT id, site, started_at, ended_at, proven FROM listings WHERE site = :site AND ended_at IS NOT NULL"
            " AND proven >= :proven AND id < coalesce(:before, id + 1) ORDER BY id DESC LIMIT 1",
            {"site": site, "proven": proven, "before": before},
        ).fetchone()
        if row is None:
            return None
        id_, name, started, ended, is_proven = row
        return ListingRow(
            id=id_,
            site=name,
            started_at=_aware(started),
            ended_at=instant(ended),
            proven=bool(is_proven),
            sources=self._sources(id_),
        )

    def _sources(self, listing: int) -> dict[str, SourceCount]:
        rows = self._connection.execute(
            "SELECT source, named, total, most, ended FROM listing_sources WHERE listing = ?", (listing,)
        )
        return {
            source: SourceCount(named=named, total=total, most=most, ended=ended)
            for source, named, total, most, ended in rows
        }

    def posts(self, site: str, *, since: int, until: int | None = None) -> list[Listed]:
        """The posts that the listing numbered `since`, or anything after it, named; `until` leaves out what came with
        that one or later.
        """
        rows = self._connection.execute(
            f"SELECT {', '.join(Listed.__struct_fields__)} FROM listed_posts"  # noqa: S608
            " WHERE site = ? AND listing >= ? AND listing < coalesce(?, listing + 1) ORDER BY source, address",
            (site, since, until),
        )
        return [Listed(**dict(zip(Listed.__struct_fields__, row, strict=True))) for row in rows]

    def agree(self, site: str, one: Source, other: Source, *, since: int) -> bool:
        """Whether both lists named the same posts in the listing numbered `since` and after."""
        asked = {"site": site, "listing": since, "one": one, "other": other}
        return self._connection.execute(DIFFERENCE, asked).fetchone() is None

    def urls(self, site: str) -> dict[str, str]:
        """The url of every post that was ever listed, by its address: the feed's where the feed named it."""
        rows = self._connection.execute(
            "SELECT address, url FROM listed_posts WHERE site = ? ORDER BY source = 'feed'", (site,)
        )
        return dict(rows.fetchall())

    def stamped(self, site: str, *, since: str, listing: int) -> set[str]:
        """The addresses the feed named since that listing with an update at `since`, a UTC text, or later."""
        rows = self._connection.execute(
            "SELECT address FROM listed_posts WHERE site = ? AND source = 'feed' AND listing >= ? AND stamp >= ?",
            (site, listing, since),
        )
        return {address for (address,) in rows}

    def absent(self, site: str) -> Absent | None:
        """See `Archive.absent`."""
        proof = self.newest(site, proven=True)
        if proof is None or proof.ended_at is None:
            return None
        named = self.posts(site, since=proof.id)
        ids, addresses = {post.post_id for post in named} - {None}, {post.address for post in named}
        rows = self._connection.execute(HELD_BEFORE, {"site": site, "at": utc_text(proof.started_at)})
        found = [
            (id_, url)
            for id_, url, post_id, others in rows
            if post_id not in ids
            and addresses.isdisjoint(map(bare, (url, *msgspec.json.decode(others, type=list[str]))))
            and not STATIC_PAGE.search(url)
        ]
        return Absent(listed_at=proof.ended_at, ids=tuple(id_ for id_, _ in found), urls=tuple(url for _, url in found))

    def poll(self, site: str) -> Poll | None:
        """Where polling the site's feed goes on; None where the newest listing did not have the feed."""
        row = self._connection.execute(
            "SELECT newest, total, address, etag, last_modified FROM feed_polls WHERE site = ?", (site,)
        ).fetchone()
        return Poll(**dict(zip(Poll.__struct_fields__, row, strict=True))) if row else None

    def keep_poll(self, site: str, poll: Poll, at: datetime) -> None:
        """Polling goes on from there."""
        with self._transaction():
            self._connection.execute(
                "INSERT OR REPLACE INTO feed_polls (site, newest, total, address, etag, last_modified, polled_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (site, *msgspec.structs.astuple(poll), utc_text(at)),
            )

    def forget_poll(self, site: str) -> None:
        """There is no feed to poll any longer."""
        with self._transaction():
            self._connection.execute("DELETE FROM feed_polls WHERE site = ?", (site,))

    def widget(self, site: str) -> tuple[dict[str, int], datetime | None]:
        """The archive widget's posts per month ('YYYY-MM'; 'YYYY' for those of a year beyond the months it shows), and
        when the page that showed it was fetched.
        """
        rows = self._connection.execute(
            "SELECT month, posts, read_at FROM widget_counts WHERE site = ?", (site,)
        ).fetchall()
        return {month: posts for month, posts, _ in rows}, instant(rows[0][2]) if rows else None

    def keep_widget(self, site: str, months: Mapping[str, int], read_at: datetime) -> None:
        """Those counts stand in the archive widget of a page fetched then."""
        with self._transaction():
            self._connection.execute("DELETE FROM widget_counts WHERE site = ?", (site,))
            self._connection.executemany(
                "INSERT INTO widget_counts (site, month, posts, read_at) VALUES (?, ?, ?, ?)",
                [(site, month, posts, utc_text(read_at)) for month, posts in months.items()],
            )


def _aware(text: str) -> datetime:
    moment = instant(text)
    assert moment is not None, text  # written by utc_text
    return moment
