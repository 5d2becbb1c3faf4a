"""A post as a fixture: its page, its feed entry, and a description of the record both must give.

    <into>/<domain>/<YYYY-MM-DD>-<slug>/page.html      the page as text, UTF-8
                                        entry.json     the post's feed entry (extractors.FeedEntry), where there is one
                                        expected.json  Expected: how the body starts and ends, never the body itself

The description says what today's rules read. It is worth something once a person has held it against the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

import msgspec
from selectolax.lexbor import LexborHTMLParser

from extractors import Article, FeedEntry, NotAnArticle, Page, Reading, read, registry
from extractors.blocks import visible_text
from extractors.context import read_context
from extractors.urls import canonical, site_name
from extractors.whitespace import squeeze
from scraper.discovery import feeds
from scraper.errors import FetchError, KlipingError, NotBlogger, Unreachable, UsageProblem

if TYPE_CHECKING:
    from scraper.web.fetch import Fetcher

EDGE_WORDS = 6  # of a body's start and end, of a quote's start, of a removed line: enough to find, too few to copy
WORD_STEP = 10  # a body's words are described as between two multiples of this
MOST_LACKS = 12  # removed lines named in a description
WORD = re.compile(r"\S+")
FEWEST_CHARACTERS = 4  # of a removed line that is named; '***' or 'Foto' stand in many bodies by right


class Bounds(msgspec.Struct, frozen=True, kw_only=True, rename={"low": "from", "high": "to"}):
    """A number of words between two bounds, both included."""

    low: int
    high: int


class ExpectedBody(msgspec.Struct, frozen=True, kw_only=True):
    """A body described: how it starts and ends, its paragraphs, how many words."""

    starts: str
    ends: str
    paragraphs: int
    words: Bounds


class ExpectedDateline(msgspec.Struct, frozen=True, kw_only=True):
    """A dateline described."""

    place: str | None
    outlet: str | None


class ExpectedQuote(msgspec.Struct, frozen=True, kw_only=True):
    """Direct speech: its first words, and the fullest name of who speaks."""

    starts: str
    speaker: str | None


class Expected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a right reading of the post says. `author` is the account; `published` and `updated` are values of the
    record; `lacks` are words of the page that must not be in the body. `container` is the element that holds the post,
    where one was found whose text is the body, its captions and its removals.
    """

    url: str
    fetched_at: datetime | None = None
    theme: str | None
    post_id: str | None
    title: str
    author: str | None
    labels: tuple[str, ...]
    published: str | None
    updated: str | None
    dateline: ExpectedDateline | None
    container: str | None = None
    body: ExpectedBody
    end_mark: str | None
    quotes: tuple[ExpectedQuote, ...]
    lacks: tuple[str, ...]


class Recorded(NamedTuple):
    """A fixture folder that was written, and what it holds."""

    folder: Path
    page: Page
    article: Article


async def record(fetcher: Fetcher, url: str, into: Path, *, delay: float | None = None) -> Recorded:
    """The post at `url` written as a folder below `into`: one request for its page, one for its feed entry.

    Raises UsageProblem for what is no web address or a folder that exists, Unreachable where the page cannot be had,
    NotBlogger for another platform's page, KlipingError for a page that is no post.
    """
    page = await _page(fetcher, url, delay)
    try:
        reading = read(page)
    except NotAnArticle as refusal:
        raise KlipingError(f"{url} is no post ({refusal.reason}): {refusal}. Give the address of one post.") from None
    if reading.article.platform != "blogger":
        raise NotBlogger(f"{url} is no post of a Blogger site; Kliping records those only.")
    folder = into / _folder_name(reading.article, page)
    write(folder, page, describe(page, reading))
    return Recorded(folder, page, reading.article)


async def _page(fetcher: Fetcher, url: str, delay: float | None) -> Page:
    """The page with its feed entry, if the site's feed is open and names the post."""
    if not _is_web_address(url):
        raise UsageProblem(f"{url!r} is no web address; give a post's, like https://www.example.com/2026/03/x.html.")
    try:
        fetched = await fetcher.get(url, delay=delay)
    except FetchError as error:
        raise Unreachable(f"{url} cannot be recorded. {error}") from None
    post_id = read_context(fetched.text).post_id
    home = urljoin(fetched.final_url, "/")
    entry = await feeds.post(fetcher, home, post_id, delay=delay) if post_id else None
    address = canonical(fetched.final_url)
    return Page(url=address, html=fetched.text, fetched_at=fetched.fetched_at.replace(microsecond=0), entry=entry)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def domain_of(url: str) -> str:
    """The site's name without a port: what its folder and its module are called after."""
    return site_name(url).partition(":")[0]


def _folder_name(article: Article, page: Page) -> Path:
    """'example.com/2026-03-01-slug'; a post without a day is filed under the day it was fetched."""
    assert page.fetched_at is not None  # _page sets it
    day = article.published.day if article.published else page.fetched_at.date()
    slug = urlsplit(article.url).path.rpartition("/")[2].removesuffix(".html")
    domain = re.sub(r"[^\w.-]", "-", domain_of(article.url)).strip(".") or "site"
    return Path(domain) / f"{day.isoformat()}-{re.sub(r'[^a-z0-9]+', '-', slug.casefold()).strip('-') or 'post'}"


def write(folder: Path, page: Page, expected: Expected) -> None:
    """The files in a new folder. Raises UsageProblem where it exists: what a person corrected is not overwritten."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise UsageProblem(
            f"{folder} exists and is not overwritten: delete it to record anew, or give another --into."
        ) from None
    (folder / "expected.json").write_bytes(_indented(expected))
    if page.entry is not None:
        (folder / "entry.json").write_bytes(_indented(page.entry))
    (folder / "page.html").write_bytes(page.html.encode())


def _indented(value: Expected | FeedEntry) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def describe(page: Page, reading: Reading) -> Expected:
    """What the reading says, described: edges and counts of the body, never its text."""
    article = reading.article
    paragraphs = article.body.split("\n\n")
    dateline = article.dateline
    low = article.word_count // WORD_STEP * WORD_STEP
    return Expected(
        url=article.url,
        fetched_at=page.fetched_at,
        theme=article.theme,
        post_id=article.post_id,
        title=article.title,
        author=article.byline.account,
        labels=article.labels,
        published=article.published.value if article.published else None,
        updated=article.updated.value if article.updated else None,
        dateline=ExpectedDateline(place=dateline.place, outlet=dateline.outlet) if dateline else None,
        container=_container(page, reading),
        body=ExpectedBody(
            starts=_opening(paragraphs[0]),
            ends=_closing(paragraphs[-1]),
            paragraphs=len(paragraphs),
            words=Bounds(low=low, high=low + WORD_STEP),
        ),
        end_mark=article.end_mark,
        quotes=tuple(
            ExpectedQuote(starts=_opening(quote.text), speaker=quote.speaker)
            for quote in article.quotes
            if quote.kind == "direct"
        ),
        lacks=tuple(_lacks(reading)),
    )


def _opening(text: str) -> str:
    """The first words, exactly as they stand."""
    words = list(WORD.finditer(text))[:EDGE_WORDS]
    return text[: words[-1].end()] if words else text


def _closing(text: str) -> str:
    """The last words, exactly as they stand."""
    words = list(WORD.finditer(text))[-EDGE_WORDS:]
    return text[words[0].start() :] if words else text


def _lacks(reading: Reading) -> Iterable[str]:
    """The openings of captions and removed lines, each once, those aside that a body may hold by right."""
    apart = [image.caption or "" for image in reading.article.images] + [part.text for part in reading.removals]
    openings = dict.fromkeys(_opening(line) for text in apart for line in text.splitlines())
    telling = [words for words in openings if len(words) >= FEWEST_CHARACTERS and words not in reading.article.body]
    return telling[:MOST_LACKS]


def _container(page: Page, reading: Reading) -> str | None:
    """The selector of the element whose text is all that was read from it: body, dateline, mark, captions, removals."""
    article = reading.article
    captions = [image.caption or "" for image in article.images]
    parts = [article.body, article.dateline.raw if article.dateline else "", article.end_mark or "", *captions]
    told = sorted(squeeze("".join((*parts, *(part.text for part in reading.removals)))))
    layout = next((layout for layout in registry.layouts() if layout.name == article.theme), None)
    tree = LexborHTMLParser(page.html)
    for selector in (f"#post-body-{article.post_id}", *(layout.body if layout else ())):
        node = tree.css_first(selector)
        if node is not None and sorted(squeeze(visible_text(node))) == told:
            return selector
    return None
