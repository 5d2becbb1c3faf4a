"""The posts of the invented newsrooms, rendered in their themes and read back: what each holds was written down by hand."""

from __future__ import annotations

from functools import cache

import pytest

from extractors import Article, Page, Reading, read
from extractors.whitespace import squeeze
from scraper.demo import pass_a_day
from scraper.standin import Expectation, Newsroom, Post, fixtures_dir
from scraper.standin.site import Site

ROOMS = ("kabarmuara.example", "harborcourier.example")
NEEDED = {"kabarmuara.example": (40, "kompaz"), "harborcourier.example": (25, "contempo")}
FOUND = {"kabarmuara.example": 0.99, "harborcourier.example": 0.98}  # share of quotes found
NAMED = {"kabarmuara.example": 0.97, "harborcourier.example": 0.95}  # share of quotes whose speaker has the right name


@cache
def newsroom(domain: str) -> Newsroom:
    return Newsroom.load(fixtures_dir() / "newsrooms" / domain)


@cache
def reading(domain: str, post_id: str) -> Reading:
    room = newsroom(domain)
    (post,) = (post for post in room.posts if post.post_id == post_id)
    base = f"https://www.{domain}"
    html = Site(room, base).answer(room.path(post)).body
    return read(Page(url=base + room.path(post), html=html, zone=room.zone))


POSTS = [pytest.param(domain, post, id=post.slug) for domain in ROOMS for post in newsroom(domain).posts]


def truth(post: Post) -> Expectation:
    assert post.expect is not None, f"{post.slug} says nothing of what it must give"
    return post.expect


@pytest.mark.parametrize("domain", ROOMS)
def test_a_newsroom_is_large_enough_and_known_by_its_theme(domain: str) -> None:
    """There are as many posts as a newsroom needs to show its habits, and each page is read by its theme's layout."""
    posts, theme = NEEDED[domain]

    assert len(newsroom(domain).posts) >= posts
    assert {reading(domain, post.post_id).article.theme for post in newsroom(domain).posts} == {theme}


@pytest.mark.parametrize(("domain", "post"), POSTS)
def test_a_post_is_read_as_it_was_meant(domain: str, post: Post) -> None:
    """Title, account, labels, dateline, ends of the body, paragraphs, end mark, event dates; nothing that must not be there."""
    article, wanted = reading(domain, post.post_id).article, truth(post)
    dateline = (article.dateline.place or "", article.dateline.outlet or "") if article.dateline else ("", "")

    assert (article.title, article.byline.account or "", article.labels) == (
        post.title,
        post.author,
        tuple(post.labels),
    )
    assert dateline == (wanted.place, wanted.outlet)
    assert article.body.startswith(wanted.starts)
    assert article.body.endswith(wanted.ends)
    assert len(article.body.split("\n\n")) == wanted.paragraphs
    assert (article.end_mark or "") == wanted.end_mark
    assert [date.date for date in article.event_dates] == list(wanted.event_dates)
    assert [text for text in wanted.lacks if text in article.body] == []


@pytest.mark.parametrize(("domain", "post"), POSTS)
def test_times_are_read_from_the_page_with_their_evidence(domain: str, post: Post) -> None:
    """The page's own stamp where it has one, else the visible day in the blog's zone; the update is never publication."""
    article = reading(domain, post.post_id).article
    room = newsroom(domain)
    assert article.published is not None
    assert article.updated is not None

    assert article.published.day == room.local(post.published).date()
    assert article.updated.instant == post.updated
    if domain == "harborcourier.example":
        assert article.published.instant == post.published


@pytest.mark.parametrize(("domain", "post"), POSTS)
def test_a_text_can_be_put_together_again(domain: str, post: Post) -> None:
    """Dateline and end mark put back, with the removals, hold all text of the post; quotes stand where they say."""
    found = reading(domain, post.post_id)
    article = found.article
    whole = article.body
    if article.end_mark is not None:
        whole = whole[: article.end_mark_at] + article.end_mark + whole[article.end_mark_at :]
    if article.dateline is not None:
        whole = whole[: article.dateline.at] + article.dateline.raw + whole[article.dateline.at :]
    kept = squeeze(whole) + "".join(squeeze(image.caption or "") for image in article.images)
    told = kept + "".join(squeeze(part.text) for part in found.removals)

    assert sorted(told) == sorted(squeeze(text_of(post)) + added(domain))
    assert all(article.body[quote.start : quote.end] == quote.text for quote in article.quotes)
    assert all(article.body[date.start : date.end] == date.raw for date in article.event_dates)


def text_of(post: Post) -> str:
    from selectolax.lexbor import LexborHTMLParser

    from extractors.blocks import visible_text

    body = LexborHTMLParser(post.body).body
    assert body is not None
    return visible_text(body)


def added(domain: str) -> str:
    """What the theme puts into the body container."""
    return squeeze("masukkan script iklan disini") if domain == "kabarmuara.example" else ""


@pytest.mark.parametrize("domain", ROOMS)
def test_the_next_day_fits_its_newsroom(domain: str) -> None:
    """What the demo's next day brings loads, shares no id and no address with another post, and is newer than all."""
    today = newsroom(domain)
    tomorrow = Newsroom.load(fixtures_dir() / "newsrooms" / domain)
    pass_a_day(tomorrow)
    come = [post for post in tomorrow.posts if post not in today.posts]

    tomorrow.check()
    assert come
    assert min(post.updated for post in come) > max(post.updated for post in today.posts)


@pytest.mark.parametrize("domain", ROOMS)
def test_quotes_are_found_and_named(domain: str) -> None:
    """Of all quotes written down, these shares at least are found as direct speech, and with the right full name."""
    wanted = [(post, quote) for post in newsroom(domain).posts for quote in truth(post).quotes]
    found = {
        (post.post_id, index): spoken(reading(domain, post.post_id).article, quote.starts)
        for post in newsroom(domain).posts
        for index, quote in enumerate(truth(post).quotes)
    }
    right = [
        found[post.post_id, index] == quote.speaker
        for post in newsroom(domain).posts
        for index, quote in enumerate(truth(post).quotes)
    ]

    assert sum(speaker is not None for speaker in found.values()) / len(wanted) >= FOUND[domain]
    assert sum(right) / len(wanted) >= NAMED[domain]


def spoken(article: Article, starts: str) -> str | None:
    """The speaker of the direct quote that begins so, '' for one without; None where there is no such quote."""
    return next((quote.speaker or "" for quote in article.quotes if quote.text.startswith(starts)), None)
