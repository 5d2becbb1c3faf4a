"""The reference article, rebuilt in its theme's markup from the shared text, gives the record it must give."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import pytest

from extractors import Page, Reading, read
from scraper.standin import Newsroom, Post, fixtures_dir
from scraper.standin.site import Site
from tests.shared import shared

UPDATED = datetime(2025, 12, 8, 14, 25, 45, tzinfo=UTC)
FURNITURE = (
    "Iklan",
    "masukkan script",
    "Jelajahi",
    "Komentar",
    "Tampilkan",
    "Terkini",
    "Last Updated",
    "xmlthemes",
    "-->",
)


def seed() -> tuple[str, list[str]]:
    """Title and body paragraphs (dateline and end mark in place) of what a reader's browser showed."""
    lines = [line.strip() for line in shared("seed/kilas24news-rendered.txt").read_text("utf-8").splitlines()]
    start = next(index for index, line in enumerate(lines) if "||" in line)
    end = next(index for index, line in enumerate(lines) if line.endswith("***"))
    title = next(line for line in lines if line.startswith("Kapolres Serang AKBP"))
    return title, [line for line in lines[start : end + 1] if line]


@pytest.fixture(scope="module")
def reading() -> Reading:
    title, paragraphs = seed()
    newsroom = Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")
    body = "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in paragraphs)
    post = Post(
        slug="kapolres-serang", title=title, post_id="2891175648192837465", published=UPDATED, updated=UPDATED,
        author="", labels=("Serang",), body=body.replace("|| ", "||&nbsp;"),
    )  # fmt: skip
    newsroom.posts[:] = [post]
    base = "https://www.kilas24news.com"
    html = Site(newsroom, base).answer(newsroom.path(post)).body
    return read(Page(url=base + newsroom.path(post), html=html if isinstance(html, str) else html.decode()))


def test_the_title_is_the_posts(reading: Reading) -> None:
    """The headline comes from the post, not from the page's furniture."""
    assert reading.article.title == seed()[0]


def test_the_site_and_its_layout_are_named(reading: Reading) -> None:
    """The page is read by the outlet's own site module on the Kompaz layout."""
    assert reading.article.site == "kilas24news.com"
    assert reading.article.extractor == "kilas24news.com/kompaz@2020-01-01"
    assert (reading.article.theme, reading.article.platform) == ("kompaz", "blogger")


def test_the_dateline_is_detached(reading: Reading) -> None:
    """Place, outlet and raw text of the dateline are told, and the body starts behind it."""
    dateline = reading.article.dateline

    assert dateline is not None
    assert (dateline.place, dateline.outlet, dateline.raw, dateline.at) == (
        "Serang", "Kilas24News.com", "Serang, Kilas24News.com || ", 0,
    )  # fmt: skip
    assert reading.article.body.startswith("Kapolres Serang AKBP Condro Sasongko menggelar")


def test_the_times_are_what_the_page_can_tell(reading: Reading) -> None:
    """The mislabelled stamp is the time of the update; publication is a bare day from the visible date."""
    published, updated = reading.article.published, reading.article.updated

    assert published is not None
    assert updated is not None
    assert (published.value, published.precision, published.source) == ("2025-12-08", "day", "text")
    assert updated.instant == UPDATED
    assert updated.raw == "2025-12-08T14:25:45Z"


def test_the_body_is_eleven_paragraphs_and_no_furniture(reading: Reading) -> None:
    """Eleven paragraphs, the end mark detached, nothing of the page around them, the ad slot among the removals."""
    article = reading.article

    assert len(article.body.split("\n\n")) == 11
    assert article.end_mark == "***"
    assert article.body.endswith("dapat berjalan secara harmonis.")
    assert [word for word in FURNITURE if word in article.body] == []
    assert ("ad-placeholder", "masukkan script iklan disini") in [(part.rule, part.text) for part in reading.removals]


def test_the_text_can_be_put_together_again(reading: Reading) -> None:
    """Dateline and end mark put back at their places give the article's own text, white space aside."""
    article = reading.article
    assert article.dateline is not None
    assert article.end_mark_at is not None
    text = article.dateline.raw + article.body[: article.end_mark_at] + (article.end_mark or "")

    assert text.split() == " ".join(seed()[1]).split()


def test_the_event_dates_agree_with_their_weekdays(reading: Reading) -> None:
    """A full date and one whose year publication supplies, both right by their weekday."""
    assert [(date.date, date.weekday) for date in reading.article.event_dates] == [
        ("2025-12-08", "ok"),
        ("2025-11-27", "ok"),
    ]


def test_the_four_quotes_have_their_speakers(reading: Reading) -> None:
    """Name beside the cue, -nya, role resolved to the name introduced before, and no companion taken for the speaker."""
    article = reading.article
    spoken = [quote for quote in article.quotes if quote.kind == "direct"]
    told = [(quote.text[:18], quote.speaker, quote.role, quote.cue, quote.mention) for quote in spoken]

    assert [row[:2] for row in told] == [
        ("Kami mengucapkan t", "Asep Saefullah"), ("Kami juga salut ke", "Asep Saefullah"),
        ("Saya mengucapkan t", "Condro Sasongko"), ("Kami berharap kegi", "Condro Sasongko"),
    ]  # fmt: skip
    assert [row[2] for row in told] == ["Koordinator ASPSB Kabupaten Serang"] * 2 + ["Kapolres Serang"] * 2
    assert [row[3] for row in told] == ["ujar", "tambahnya", "ungkap", "tegasnya"]
    assert (told[0][4], told[2][4]) == ("Asep", "Kapolres")
    assert all(article.body[quote.start : quote.end] == quote.text for quote in article.quotes)
