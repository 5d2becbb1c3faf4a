"""The first look at a newsroom: its newest posts, read page beside feed, summed up field by field, with advice."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from extractors import Moment, Reading
from extractors.model import Byline, Claim, Witness
from scraper.standin import Fault, Newsroom, StandIn, fixtures_dir
from scraper.survey import SAMPLE, Field, Sample, Survey, conclude, survey
from tests import factories
from tests.canned import Reply, html
from tests.canned_blog import SITE, Blog, Post
from tests.test_cli import kliping

URL = factories.post_url(1)


def looked_at(blog: Blog, *, feed: str = "full", **places: Reply) -> tuple[Survey, list[str]]:
    """What a survey of the canned blog gives, and which addresses it asked for."""
    web = blog.web(places=places)
    site = factories.site(url=f"{SITE}/", name="kilas.example", feed=feed)

    async def ask() -> Survey:
        async with web.fetcher() as fetcher:
            return await survey(fetcher, msgspec.structs.replace(site, delay=0.0))

    return asyncio.run(ask()), web.pages()


def concluded(*readings: Reading, feed: str = "full", zone: str | None = "Asia/Jakarta") -> Survey:
    return conclude([Sample(URL, reading) for reading in readings], feed=feed, zone=zone)


def read(claims: dict[str, list[tuple[str, str]]] | None = None, **changed: Any) -> Reading:
    """A reading whose fields were told so: (source, value), the winner first."""
    told = {
        field: tuple(
            Claim(value=value, raw=value, source=source, rule="x", chosen=rank == 0)
            for rank, (source, value) in enumerate(rivals)
        )
        for field, rivals in (claims or {}).items()
    }
    return Reading(article=factories.article(**changed), claims=told, removals=())


def field(found: Survey, name: str) -> Field:
    return next(field for field in found.fields if field.name == name)


def test_five_posts_cost_six_requests() -> None:
    """One for the feed with its texts, one a post; no more than five are read of however many."""
    found, asked = looked_at(Blog([Post(number) for number in range(30)]))

    assert len(found.samples) == SAMPLE == 5
    assert [url.partition("?")[0].removeprefix(SITE) for url in asked] == [
        "/feeds/posts/default", *(f"/2026/03/pos-{number}.html" for number in range(5)),
    ]  # fmt: skip
    assert "max-results=5" in asked[0]


def test_a_short_feed_is_asked_for_summaries_and_a_small_blog_for_what_it_has() -> None:
    """Two posts are two requests beside the feed's; a summary feed is not asked for texts it does not have."""
    found, asked = looked_at(Blog([Post(1), Post(2)]), feed="summary")

    assert (len(found.samples), len(asked)) == (2, 3)
    assert "/feeds/posts/summary?" in asked[0]


def test_a_closed_feed_is_not_asked() -> None:
    """A site without a feed costs no request, and the advice says how to see what a post gives."""
    found, asked = looked_at(Blog(), feed="none")

    assert (found.samples, found.fields, asked) == ((), (), [])
    assert "the feed is closed or empty; 'kliping record URL' shows" in found.advice[0]


def test_a_post_that_cannot_be_read_is_told_with_its_reason() -> None:
    """Gone, or no article: its sentence stands in the survey, and the others are read all the same."""
    posts = [Post(number) for number in range(3)]
    pages = {
        posts[0].url: Reply(404),
        posts[1].url: html("<script>_WidgetManager._SetDataContext([{'name': 'blog', 'data': {'pageType': 'index'}}])"),
        posts[2].url: html(f"<div class='widget Blog'><div class='post-body'>{posts[2].content}</div></div>"),
    }

    found, _ = looked_at(Blog(posts), **pages)

    gone, no_post, good = found.samples
    assert "404" in gone.told
    assert "it holds no article (soft-404)" in no_post.told
    assert good.reading is not None
    assert field(found, "title").found == 1


@pytest.mark.parametrize(
    ("name", "rivals", "sure"),
    [
        ("title", [("feed", "Banjir  Surut"), ("meta", "BANJIR SURUT")], "page and feed agree on 1"),
        ("title", [("feed", "Banjir"), ("meta", "Beranda"), ("head", "Banjir")], "page and feed agree on 1"),
        ("title", [("feed", "Banjir"), ("meta", "Beranda")], "page and feed differ on 1"),
        ("labels", [("feed", "Serang, Banjir"), ("layout:kompaz", "Banjir, Serang")], "page and feed agree on 1"),
        ("account", [("feed", "Redaksi")], "feed only on 1"),
        ("account", [("json-ld", "Redaksi"), ("blogger", "Sari")], "page only on 1"),
        ("published", [("feed", "2026-03-02T01:00:00+07:00"), ("url", "2026-03")], "feed only on 1"),
        (
            "published",
            [("feed", "2026-03-02T01:00:00+07:00"), ("json-ld", "2026-03-01T18:00:00+00:00")],
            "page and feed agree on 1",
        ),
        ("published", [("feed", "2026-03-02T01:00:00+07:00"), ("text", "2026-03-02")], "page and feed agree on 1"),
        ("published", [("feed", "2026-03-02T01:00:00+07:00"), ("text", "2026-03-01")], "page and feed differ on 1"),
        ("updated", [("feed", "2026-03-02T01:00:00+07:00"), ("text", "2026-03-02T01:00")], "page and feed agree on 1"),
    ],
)
def test_how_sure_a_field_is_depends_on_both_witnesses(name: str, rivals: list[tuple[str, str]], sure: str) -> None:
    """Page and feed agree, differ, or one stands alone; the month in the address is nobody's word."""
    found = field(concluded(read({name: rivals})), name)

    assert (found.found, found.sources, found.sure) == (1, {rivals[0][0]: 1}, sure)
    assert rivals[0][1].startswith(found.example[:6])


def test_a_field_nowhere_found_is_missing_and_advised_on() -> None:
    """A dateline on none, no author, no labels: each says what to do about it; what was found gets no advice."""
    found = concluded(read({"title": [("feed", "A"), ("meta", "A")]}, dateline=None, byline=Byline(), labels=()))

    assert field(found, "dateline").found == field(found, "account").found == 0
    assert any(told.startswith("no dateline: if the newsroom writes them") for told in found.advice)
    assert any(told.startswith("no account: neither feed nor page") for told in found.advice)
    assert not any(told.startswith(("title", "no title")) for told in found.advice)


DAY = Moment(value="2026-03-02", precision="day", zone="none", source="text", raw="2 Maret 2026")


@pytest.mark.parametrize(
    ("reading", "advice"),
    [
        (read(theme="tak dikenal"), "theme not recognised: Blogger's defaults are used"),
        (read({"published": [("feed", "2026-03-02T01:00:00+07:00")]}), "published comes from the feed only"),
        (
            read({"published": [("feed", "2026-03-02T01:00:00+07:00"), ("text", "2026-03-02")]}),
            "published: the pages show the day alone; the time comes from the feed only",
        ),
        (read({"published": [("text", "2026-03-02")]}, published=DAY), "published is a day without a time"),
        (read({"title": [("feed", "A"), ("meta", "B")]}), "title: page and feed differ; the feed is believed"),
        (read(witness=Witness(feed="full", agreement=0.5)), "page and feed tell different words"),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(reading: Reading, advice: str) -> None:
    """An unknown theme, a field with one witness, a bare day, witnesses that differ."""
    assert any(told.startswith(advice) for told in concluded(reading).advice)


def test_what_a_site_withholds_is_said() -> None:
    """A short feed, an unknown zone, two themes at once, and the posts whose opening shows no dateline."""
    bare = read(dateline=None, theme="contempo", url="https://www.kabarmuara.example/2026/03/polos.html")

    found = concluded(read(theme="kompaz"), read(theme="kompaz"), bare, feed="summary", zone=None)

    assert (found.themes, found.known) == (("kompaz", "contempo"), ("kompaz", "contempo"))
    for advice in (
        "several themes (kompaz, contempo)",
        "dateline on 2 of 3 only: read by eye how these open: https://www.kabarmuara.example/2026/03/polos.html",
        "the feed gives the beginning of a post only",
        "time zone unknown",
    ):
        assert any(told.startswith(advice) for told in found.advice), advice


def test_the_command_prints_a_row_a_field_and_what_could_not_be_read(tmp_path: Any) -> None:
    """Fields in their order with found, source and example; below it the post that failed and the advice."""
    newsroom = Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")
    newest = newsroom.path(newsroom.newest_first()[2])
    with StandIn(newsroom) as standin:
        standin.faults.append(Fault(path_prefix=newest, status=404, times=9))
        told = kliping("sites", "add", standin.url, "--allow-loopback", "--delay", "0", "--db", tmp_path / "a.db")

    assert told.returncode == 0, told.stderr
    assert "Read 4 of its 5 newest posts, page beside feed:" in told.stdout
    lines = told.stdout.splitlines()
    first = [line.split("  ")[0] for line in lines]
    names = [name for name in first if name in {field.name for field in concluded(read()).fields}]
    assert names == [
        "title", "dateline", "published", "updated", "account", "labels", "body words", "quotes", "images",
        "witness agreement",
    ]  # fmt: skip
    assert any(line.split()[:3] == ["title", "4/4", "feed"] for line in lines)
    assert f"not read: {standin.url}{newest}" in told.stdout
    assert "published: the pages show the day alone" in told.stdout
