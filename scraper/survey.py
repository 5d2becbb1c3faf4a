"""A newsroom's newest posts, read page beside feed: field by field what was found, where it stood, how sure it is, and
what is missing. The first look at a site that nobody has seen yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import mean
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from extractors import Article, FeedEntry, NotAnArticle, Page, Reading, read, registry
from extractors.model import Claim
from extractors.whitespace import fold
from extractors.witness import NO_PAGE, same_labels, same_time, same_words
from scraper.discovery import feeds
from scraper.errors import FetchError

if TYPE_CHECKING:
    from scraper.archive.store import Site
    from scraper.web.fetch import Fetcher

SAMPLE = 5  # posts read; each costs one request under the host's delay
EXAMPLE = 40  # characters of an example; two lines of its column in a pipe
AGREED = 0.95  # share of words page and feed must have in common; 25 real posts with a full feed gave 1.0 each
DAY = len("2026-03-01")

MISSING = {
    "title": "no title: look at one post with 'kliping extract URL --explain'.",
    "dateline": "no dateline: if the newsroom writes them, state its style in a site module.",
    "published": "no publication time: neither feed nor page gives one, so posts will be archived undated.",
    "updated": "no time of update: edits are noticed by their text alone.",
    "account": "no account: neither feed nor page names an author.",
    "labels": "no labels: the newsroom sets none, or the theme keeps them where no rule looks.",
    "quotes": "no quotes: read one post by eye; a newsroom of short notices has none.",
    "images": "no images: read one post by eye; the theme may keep them outside the body.",
}


class Sample(NamedTuple):
    """One post of a survey: as it was read, or None and a sentence that tells why not."""

    url: str
    reading: Reading | None
    told: str = ""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field over all posts read: on how many it was found, how often from which source, how sure that is, and an
    example.
    """

    name: str
    found: int
    sources: dict[str, int]
    sure: str
    example: str


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What the newest posts of a site gave. `themes` are those of the pages, the most frequent first; `known` those of
    them that have a layout; `advice` says what is missing and what to do about it.
    """

    samples: tuple[Sample, ...]
    fields: tuple[Field, ...]
    themes: tuple[str, ...]
    known: tuple[str, ...]
    advice: tuple[str, ...]

    @property
    def articles(self) -> tuple[Article, ...]:
        """What was read of the samples that could be read."""
        return tuple(sample.reading.article for sample in self.samples if sample.reading is not None)


async def survey(fetcher: Fetcher, site: Site) -> Survey:
    """The site's newest posts, read. One request for the feed, one a post; a post that cannot be read is told."""
    samples = tuple([await _sample(fetcher, site, entry) for entry in await _newest(fetcher, site)])
    return conclude(samples, feed=site.feed, zone=site.zone)


async def _newest(fetcher: Fetcher, site: Site) -> tuple[FeedEntry, ...]:
    """The feed's newest posts, with their text where the owner publishes more than summaries."""
    if site.feed in {None, "none"}:
        return ()
    whole = site.feed in {"full", "jump"}
    return await feeds.newest(fetcher, site.url, SAMPLE, full=whole, delay=site.delay, blog_id=site.blog_id)


async def _sample(fetcher: Fetcher, site: Site, entry: FeedEntry) -> Sample:
    try:
        fetched = await fetcher.get(entry.url, delay=site.delay)
        page = Page(url=entry.url, html=fetched.text, fetched_at=fetched.fetched_at, entry=entry, zone=site.zone)
        return Sample(entry.url, read(page))
    except FetchError as trouble:
        return Sample(entry.url, None, str(trouble))
    except NotAnArticle as refusal:
        return Sample(entry.url, None, f"it holds no article ({refusal.reason}): {refusal}.")
    except Exception as bug:  # noqa: BLE001 - a fault of ours on one page must not cost the site
        return Sample(entry.url, None, f"the extractor failed on it ({type(bug).__name__}: {bug}); please report it.")


def conclude(samples: Iterable[Sample], *, feed: str | None, zone: str | None) -> Survey:
    """What the samples amount to. `feed` is what the site's feed holds of a post, `zone` its time zone, if known."""
    samples = tuple(samples)
    readings = [sample.reading for sample in samples if sample.reading is not None]
    named = Counter(reading.article.theme for reading in readings if reading.article.theme)
    themes = tuple(theme for theme, _ in named.most_common())
    layouts = {layout.name for layout in registry.layouts()}
    known = tuple(theme for theme in themes if theme in layouts)
    fields = tuple(rule(readings) for rule in FIELDS) if readings else ()
    advice: list[str] = []
    if not samples:
        advice.append("no post was read: the feed is closed or empty; 'kliping record URL' shows what one post gives.")
    elif readings:
        advice = [*_about_theme(known), *_about_fields(fields, readings), *_about_witness(readings, feed, zone)]
    return Survey(samples=samples, fields=fields, themes=themes, known=known, advice=tuple(advice))


def _contested(name: str, same: Callable[[str, str], bool]) -> Callable[[Sequence[Reading]], Field]:
    """The rule for a field that feed and page both tell: sure is what both say."""

    def rule(readings: Sequence[Reading]) -> Field:
        contests = [claims for reading in readings if (claims := _standing(reading, name))]
        winners = [claims[0] for claims in contests]
        verdicts = Counter(_verdict(claims, same) for claims in contests)
        return Field(
            name=name,
            found=len(winners),
            sources=_counted(claim.source for claim in winners),
            sure=_listed(verdicts),
            example=_cut(winners[0].value) if winners else "",
        )

    return rule


def _standing(reading: Reading, name: str) -> tuple[Claim, ...]:
    """The claims made for a field, the winner first; none where nothing but hints was found."""
    claims = sorted(reading.claims.get(name, ()), key=lambda claim: not claim.chosen)
    return tuple(claims) if claims and claims[0].chosen else ()


def _verdict(claims: Sequence[Claim], same: Callable[[str, str], bool]) -> str:
    fed = [claim.value for claim in claims if claim.source == "feed"]
    shown = [claim.value for claim in claims if claim.source not in NO_PAGE]
    if not (fed and shown):
        return "feed only" if fed else "page only"
    return "page and feed agree" if any(same(fed[0], value) for value in shown) else "page and feed differ"


def _dateline(readings: Sequence[Reading]) -> Field:
    found = [reading.article.dateline for reading in readings if reading.article.dateline]
    outlets = Counter(dateline.outlet or "no outlet" for dateline in found)
    return Field(
        name="dateline",
        found=len(found),
        sources={"text": len(found)} if found else {},
        sure=_listed(outlets),
        example=_cut(found[0].raw) if found else "",
    )


def _body(readings: Sequence[Reading]) -> Field:
    counts = [reading.article.word_count for reading in readings if reading.article.body]
    return Field(
        name="body words",
        found=len(counts),
        sources=_counted(reading.article.extractor for reading in readings if reading.article.body),
        sure=f"{min(counts)} to {max(counts)} words" if counts else "",
        example=_cut(readings[0].article.lead),
    )


def _quotes(readings: Sequence[Reading]) -> Field:
    quotes = [quote for reading in readings for quote in reading.article.quotes]
    named = [quote for quote in quotes if quote.speaker]
    shown = named[0] if named else quotes[0] if quotes else None
    trust = f", confidence {mean(quote.confidence for quote in named):.2f}" if named else ""
    holding = sum(bool(reading.article.quotes) for reading in readings)
    return Field(
        name="quotes",
        found=holding,
        sources={"text": holding} if holding else {},
        sure=f"{len(named)} of {len(quotes)} with a speaker{trust}" if quotes else "",
        example=_cut(f"{shown.speaker or '?'}: “{shown.text}”") if shown else "",
    )


def _images(readings: Sequence[Reading]) -> Field:
    images = [image for reading in readings for image in reading.article.images]
    holding = sum(bool(reading.article.images) for reading in readings)
    captions = sum(image.caption is not None for image in images)
    return Field(
        name="images",
        found=holding,
        sources={"page": holding} if holding else {},
        sure=f"{captions} of {len(images)} with a caption" if images else "",
        example=_cut(images[0].url) if images else "",
    )


def _agreement(readings: Sequence[Reading]) -> Field:
    shares = [share for reading in readings if (share := reading.article.witness.agreement) is not None]
    return Field(
        name="witness agreement",
        found=len(shares),
        sources=_counted(
            f"{reading.article.witness.feed} feed"
            for reading in readings
            if reading.article.witness.agreement is not None
        ),
        sure=f"lowest {min(shares):.2f}" if shares else "",
        example=f"{mean(shares):.2f} of the words" if shares else "",
    )


FIELDS: tuple[Callable[[Sequence[Reading]], Field], ...] = (
    _contested("title", same_words),
    _dateline,
    _contested("published", same_time),
    _contested("updated", same_time),
    _contested("account", same_words),
    _contested("labels", same_labels),
    _body,
    _quotes,
    _images,
    _agreement,
)


def _about_theme(known: Sequence[str]) -> Iterable[str]:
    if not known:
        yield "theme not recognised: Blogger's defaults are used; judge by the body below, and describe it in a layout."
    if len(known) > 1:
        yield f"several themes ({', '.join(known)}): name each in a site module, with the day it came."


def _about_fields(fields: Iterable[Field], readings: Sequence[Reading]) -> Iterable[str]:
    for field in fields:
        if not field.found and field.name in MISSING:
            yield MISSING[field.name]
        elif field.name == "dateline" and field.found < len(readings):
            bare = [reading.article.url for reading in readings if reading.article.dateline is None]
            yield f"dateline on {field.found} of {len(readings)} only: read by eye how these open: {', '.join(bare)}."
        elif field.name in {"published", "labels", "account"} and field.sure == f"feed only on {field.found}":
            yield f"{field.name} comes from the feed only: a post that has left the feed will have none."
        elif "page and feed differ" in field.sure:
            yield f"{field.name}: page and feed differ; the feed is believed. 'kliping extract --explain' shows both."
    yield from _about_time(readings)


def _about_time(readings: Sequence[Reading]) -> Iterable[str]:
    published = [reading.article.published for reading in readings if reading.article.published]
    shown = [claim for reading in readings for claim in _standing(reading, "published") if claim.source not in NO_PAGE]
    if published and all(moment.precision == "day" for moment in published):
        yield "published is a day without a time: more is nowhere to be had."
    elif shown and all(len(claim.value) == DAY for claim in shown):
        yield "published: the pages show the day alone; the time comes from the feed only."


def _about_witness(readings: Sequence[Reading], feed: str | None, zone: str | None) -> Iterable[str]:
    shares = [share for reading in readings if (share := reading.article.witness.agreement) is not None]
    if shares and min(shares) < AGREED:
        yield "page and feed tell different words: the body may be cut or hold furniture; see --explain on that post."
    if feed in {"summary", "jump"}:
        yield "the feed gives the beginning of a post only: the rest of a body stands without a witness."
    if not zone:
        yield "time zone unknown: state it in a site module, or visible times stay without an offset."


def _counted(sources: Iterable[str]) -> dict[str, int]:
    return dict(Counter(sources).most_common())


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{what} on {count}" for what, count in counts.most_common())


def _cut(text: str) -> str:
    text = fold(text)
    return text if len(text) <= EXAMPLE else text[: EXAMPLE - 1].rstrip() + "…"
