"""The pages written for this project, read back: layouts of which no real page is stored are judged on these alone.

Our own words in the themes' markup prove that rules fit the markup; they prove nothing about newsrooms we have not met.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from bench.scorers import Score, Scores
from bench.stored import own_pages
from extractors import Article, FeedEntry, NotAnArticle, Page, Reading, read
from scraper.standin import Expectation, Newsroom, Post, fixtures_dir
from scraper.standin.site import Site

Checks = Iterator[tuple[str, bool]]


def newsroom_scores() -> Scores:
    """Per field, the share of the invented newsrooms' posts that give what was written down of them."""
    return _tally(
        check
        for folder in sorted((fixtures_dir() / "newsrooms").iterdir())
        for room in (Newsroom.load(folder),)
        for post in room.posts
        for check in _post_checks(room, post)
    )


def layout_scores() -> Scores:
    """Per field, the share of theme pages that give what was written down of them; 'themes' counts whole themes."""
    themes: dict[str, bool] = {}
    checks: list[tuple[str, bool]] = []
    for path in own_pages():
        wanted = json.loads((path.parent / "expected.json").read_text("utf-8"))
        page = Page(url=wanted["url"], html=path.read_text("utf-8"), entry=_entry(path.with_name("entry.json")))
        told = list(_page_checks(page, wanted))
        checks += told
        theme = path.parent.parent.name
        themes[theme] = themes.get(theme, True) and all(right for _, right in told)
    return {"themes right in all": Score.of(sum(themes.values()), len(themes))} | _tally(checks)


def _entry(path: Path) -> FeedEntry | None:
    """The feed entry recorded beside a page, where there is one."""
    return msgspec.json.decode(path.read_bytes(), type=FeedEntry) if path.exists() else None


def _tally(checks: Iterator[tuple[str, bool]] | list[tuple[str, bool]]) -> Scores:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for field, holds in checks:
        right[field] += holds
        total[field] += 1
    return {field: Score.of(right[field], total[field]) for field in total}


def _reading(page: Page) -> Reading | NotAnArticle:
    try:
        return read(page)
    except NotAnArticle as refusal:
        return refusal


def _page_checks(page: Page, wanted: dict[str, Any]) -> Checks:
    found = _reading(page)
    if "refused" in wanted:
        yield "refused with its reason", isinstance(found, NotAnArticle) and found.reason == wanted["refused"]
        return
    article = found.article if isinstance(found, Reading) else None
    yield "theme", article is not None and article.theme == wanted["theme"]
    yield "title", article is not None and article.title == wanted["title"]
    yield "author", article is not None and article.byline.account == wanted["author"]
    yield "labels", article is not None and list(article.labels) == wanted["labels"]
    yield "post id", article is not None and article.post_id == wanted["post_id"]
    for field in ("published", "updated"):
        moment = getattr(article, field, None)
        yield field, article is not None and (moment.value if moment else None) == wanted[field]
    body = {name: wanted["body"][name] for name in ("starts", "ends", "paragraphs")}
    yield "body", article is not None and _fits(article, lacks=wanted["lacks"], **body)


def _fits(article: Article, *, starts: str, ends: str, paragraphs: int, lacks: list[str] | tuple[str, ...]) -> bool:
    body = article.body
    told = body.startswith(starts) and body.endswith(ends) and len(body.split("\n\n")) == paragraphs
    return told and not any(words in body for words in lacks)


def _post_checks(room: Newsroom, post: Post) -> Checks:
    base = f"https://www.{room.domain}"
    html = Site(room, base).answer(room.path(post)).body
    found = _reading(Page(url=base + room.path(post), html=html, zone=room.zone))
    wanted = post.expect
    if wanted is None:
        return
    if not isinstance(found, Reading):
        yield "article found", False
        return
    article = found.article
    dateline = (article.dateline.place or "", article.dateline.outlet or "") if article.dateline else ("", "")
    yield "article found", True
    yield "title", article.title == post.title
    yield "author", (article.byline.account or "") == post.author
    yield "labels", article.labels == post.labels
    yield "post id", article.post_id == post.post_id
    yield "published", article.published is not None and article.published.day == room.local(post.published).date()
    yield "updated", article.updated is not None and article.updated.instant == post.updated
    yield "dateline", dateline == (wanted.place, wanted.outlet)
    yield "end mark", (article.end_mark or "") == wanted.end_mark
    yield "event dates", [date.date for date in article.event_dates] == list(wanted.event_dates)
    yield (
        "body",
        _fits(article, starts=wanted.starts, ends=wanted.ends, paragraphs=wanted.paragraphs, lacks=wanted.lacks),
    )
    yield from _quote_checks(article, wanted)


def _quote_checks(article: Article, wanted: Expectation) -> Checks:
    for quote in wanted.quotes:
        heard = next((one for one in article.quotes if one.text.startswith(quote.starts)), None)
        yield "quotes found", heard is not None
        yield "speakers", heard is not None and heard.speaker == quote.speaker
