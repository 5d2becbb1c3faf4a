"""What goes into an extractor and what comes out: frozen structs, nothing else.

In: `Page` (and the post's `FeedEntry`, where one is held). Out: `Article`, whose JSON encoding is the public record as
far as a page alone can tell it, and `Reading`, the article together with its receipts (claims and removals).
Offsets are code points into `Article.body` throughout.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

import msgspec

Precision = Literal["second", "minute", "day"]
Zone = Literal["offset", "site", "none"]
Weekday = Literal["ok", "conflict", "none"]
QuoteKind = Literal["direct", "mixed", "indirect"]
Resolution = Literal["name", "alias", "role", "suffix", "pronoun", "continuation", "none"]
LinkKind = Literal["related", "inline", "download"]
FeedForm = Literal["full", "summary", "jump", "none"]

SCHEMA = "kliping.article/1"


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One post as its blog's feed tells it. Times are RFC 3339 text as written, offset included."""

    url: str
    title: str
    post_id: str | None = None
    blog_id: str | None = None
    published: str | None = None
    updated: str | None = None
    author: str | None = None
    labels: tuple[str, ...] = ()
    content: str | None = None
    """HTML of the whole post, or of its part above the jump break; None when the feed is short."""
    summary: str | None = None
    """Plain text, at most 400 characters, of a short feed."""
    comment_count: int | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page to be read. Nothing is fetched for it.

    `fetched_at` is aware and chooses among dated layouts; None means the newest. `entry` is the post's feed entry.
    `repeated` holds text blocks known to stand on many pages of this site. `zone` is the site's IANA time zone, applied
    to times written without an offset.
    """

    url: str
    html: str
    fetched_at: datetime | None = None
    entry: FeedEntry | None = None
    repeated: frozenset[str] = frozenset()
    zone: str | None = None


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """An instant, or a day, with its evidence.

    `value` is ISO 8601: '2025-12-08T21:20:00+07:00' when the time of day is known, '2025-12-08' when only the day is: a
    day is never widened to midnight. `zone` says where the offset came from: written beside the time ('offset'), the
    site's zone ('site'), nowhere ('none': a day, or a time whose zone nobody knows).
    """

    value: str
    precision: Precision
    zone: Zone
    source: str
    raw: str

    @property
    def instant(self) -> datetime | None:
        """The moment as an aware UTC datetime; None for a bare day or a time without a zone."""
        if self.precision == "day":
            return None
        read = datetime.fromisoformat(self.value)
        return read.astimezone(UTC) if read.tzinfo else None

    @property
    def day(self) -> date:
        """The calendar day as written, in the moment's own zone."""
        return date.fromisoformat(self.value[:10])


class Dateline(msgspec.Struct, frozen=True, kw_only=True):
    """'Serang, Kilas24News.com || ' at the head of a story: `raw` as written, white space after it included.

    `at` is the code point of the body where `raw` stood: putting it back there restores the text.
    """

    raw: str
    place: str | None
    outlet: str | None
    at: int = 0


class Byline(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote it. `account` is the author the publishing system names; the others come from the story's text."""

    reporter: str | None = None
    editor: str | None = None
    initials: str | None = None
    account: str | None = None


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of speech. `start` and `end` leave the marks outside: body[start:end] == text.

    `speaker` is the fullest name the article gives, without ranks, civil titles and degrees; the role where no name
    stands anywhere; None where nothing is sure. `mention` is what stands beside the cue, `cue` the reporting word.
    `resolved_by` names the evidence, `confidence` (0..1) how far to trust the speaker.
    """

    text: str
    start: int
    end: int
    speaker: str | None = None
    role: str | None = None
    mention: str | None = None
    cue: str | None = None
    kind: QuoteKind = "direct"
    resolved_by: Resolution = "none"
    confidence: float = 0.0


class EventDate(msgspec.Struct, frozen=True, kw_only=True):
    """A date in the prose. `weekday` tells whether the weekday written beside it fits the calendar."""

    raw: str
    date: str
    weekday: Weekday
    start: int
    end: int


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the story. `original_url` asks the image host for the unscaled file."""

    url: str
    original_url: str
    alt: str | None = None
    caption: str | None = None


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link inside the story; `url` is absolute."""

    url: str
    text: str
    kind: LinkKind


class Embed(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign frame or player inside the story."""

    url: str
    kind: str


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """How the feed's telling of the post compares with the page's: share of words in common, 0..1."""

    feed: FeedForm
    agreement: float | None


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """Text that stood in the chosen body container and is not in the body, with the rule that took it out."""

    rule: str
    text: str


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to one field: who gave it (`source`, `rule`), what was written (`raw`), and whether it won."""

    value: str
    raw: str
    source: str
    rule: str
    chosen: bool = False


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One news article as read from one page. Encoded as JSON it is the record's first part, keys in this order."""

    schema: str = SCHEMA
    id: str
    site: str
    url: str
    blog_id: str | None
    post_id: str | None
    title: str
    dateline: Dateline | None
    byline: Byline
    published: Moment | None
    updated: Moment | None
    language: str | None
    labels: tuple[str, ...]
    section: str | None
    lead: str
    body: str
    end_mark: str | None
    end_mark_at: int | None
    quotes: tuple[Quote, ...]
    event_dates: tuple[EventDate, ...]
    images: tuple[Image, ...]
    links: tuple[Link, ...]
    embeds: tuple[Embed, ...]
    extractor: str
    platform: str | None
    theme: str | None
    witness: Witness
    word_count: int


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """An article with its receipts: every claim made for each field, everything taken out of the body.

    `edges` are the lines at either end of the body's container that could be a site's promotion, by which it is told on
    how many pages they stand; None where no page was read.
    """

    article: Article
    claims: dict[str, tuple[Claim, ...]]
    removals: tuple[Removal, ...]
    edges: tuple[str, ...] | None = None


class TextReading(msgspec.Struct, frozen=True, kw_only=True):
    """What plain text alone tells; offsets point into the text as it was given."""

    quotes: tuple[Quote, ...]
    dateline: Dateline | None
    byline: Byline
    end_mark: str | None
    end_mark_at: int | None
    event_dates: tuple[EventDate, ...]


NO_ARTICLE = {
    "not-an-article": "a list, archive, search or empty page",
    "needs-feed": "the theme draws its posts by script; the text stands in the feed only",
    "error-page": "the site's own 'page not found'",
    "soft-404": "the page says 'not found' to people only, or is the front page under the post's address",
    "redirected": "the address leads to another post, or to another blog",
    "gated": "a content warning or a login stands before the post",
    "not-html": "the document is not HTML",
}


class NotAnArticle(Exception):
    """The page holds no article. `reason` is a key of NO_ARTICLE; the message says it in a sentence."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(detail or NO_ARTICLE[reason])
