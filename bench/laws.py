"""What must hold of every page that is read, however broken: told of a page as the first law it breaks."""

from __future__ import annotations

import msgspec
from selectolax.lexbor import LexborHTMLParser

from extractors import Article, NotAnArticle, Page, Reading, read, veils
from extractors.blocks import read_blocks, visible_text
from extractors.depth import shallow
from extractors.model import NO_ARTICLE
from extractors.whitespace import squeeze

BODIES = "[id^=post-body-], #postBody, .post-body"
RECORD = msgspec.json.Decoder(Reading)


def reading_of(page: Page) -> Reading | None:
    """The page read; None where it holds no article. Anything else that is raised is a fault."""
    try:
        return read(page)
    except NotAnArticle as refusal:
        if refusal.reason not in NO_ARTICLE:
            raise AssertionError(f"the reason {refusal.reason!r} is not one of those documented") from None
        return None


def broken(reading: Reading) -> str | None:
    """The first law that a reading breaks, in words; None for a sound one."""
    article = reading.article
    if not article.body.strip():
        return "the body is empty"
    if problem := _offsets(article):
        return problem
    try:
        encoded = msgspec.json.encode(reading)
    except UnicodeEncodeError as error:
        return f"the record cannot be written down: {error}"
    return None if RECORD.decode(encoded) == reading else "the record, written and read again, is another"


def lost(html: str) -> str | None:
    """The law of conservation on a page's first body container: paragraphs, captions, removals hold all its text."""
    container = LexborHTMLParser(shallow(html)).css_first(BODIES)
    if container is None:
        return None
    container = veils.unveiled(container)  # a template or noscript that holds the body counts as text
    found = read_blocks(container, base_url="https://kabar.example/")
    captions = (image.caption or "" for image in found.images)
    kept = "".join((*found.paragraphs, *captions, *(part.text for part in found.removals)))
    same = sorted(squeeze(kept)) == sorted(squeeze(visible_text(container)))
    return None if same else "text of the body container is neither kept nor removed"


def _offsets(article: Article) -> str | None:
    body = article.body
    at = 0
    for quote in article.quotes:
        if not at <= quote.start < quote.end <= len(body) or body[quote.start : quote.end] != quote.text:
            return f"a quote does not stand at {quote.start}:{quote.end}"
        at = quote.end
    for date in article.event_dates:
        if body[date.start : date.end] != date.raw:
            return f"an event date does not stand at {date.start}:{date.end}"
    if article.dateline is not None and not 0 <= article.dateline.at <= len(body):
        return f"the dateline stands outside the body, at {article.dateline.at}"
    if (article.end_mark is None) != (article.end_mark_at is None):
        return "an end mark has no place, or a place no end mark"
    if article.end_mark_at is not None and not 0 <= article.end_mark_at <= len(body):
        return f"the end mark stands outside the body, at {article.end_mark_at}"
    return None
