"""The traps of real pages, field by field: what looks like the value and is not."""

from __future__ import annotations

import json

import pytest

from extractors import Article, FeedEntry, Page, Reading, read

URL = "https://kabar.example/2026/03/banjir.html"
BODY = "<div class='post-body' id='post-body-22222'>Air sungai naik sejak malam.</div>"


def context(**more: str) -> str:
    data = {"blogId": "11111", "postId": "22222", "pageType": "item", **more}
    told = ", ".join(f"'{key}': '{value}'" for key, value in data.items())
    return f"<script>_WidgetManager._SetDataContext([{{'name': 'blog', 'data': {{{told}}}}}]);</script>"


def reading(post: str, *, head: str = "", url: str = URL, entry: FeedEntry | None = None, script: str = "") -> Reading:
    widget = f"<div class='widget Blog' data-version='1'><h3 class='post-title'>Banjir</h3>{post}{BODY}</div>"
    html = f"<html lang='id'><head>{head}</head><body>{script or context()}{widget}</body></html>"
    return read(Page(url=url, html=html, entry=entry, zone="Asia/Jakarta"))


def article(post: str, **more: object) -> Article:
    return reading(post, **more).article  # type: ignore[arg-type]


def values(found: Reading, field: str) -> list[tuple[str, str]]:
    return [(claim.source, claim.value) for claim in found.claims.get(field, ())]


@pytest.mark.parametrize("word", ["updated", "update", "upd"])
def test_a_visible_time_that_is_the_modified_one_is_not_the_publication(word: str) -> None:
    """A <time> whose class says that it is the update's gives `updated` alone, however prominent it stands."""
    found = article(f"<time class='{word}' datetime='2026-03-05T08:00:00+07:00'>5 Maret 2026</time>")

    assert found.published is None
    assert found.updated is not None
    assert found.updated.value == "2026-03-05T08:00:00+07:00"


def test_one_element_that_claims_to_be_both_times_proves_nothing() -> None:
    """`itemprop="datePublished dateModified"` is a habit of theme makers: neither time is read from it."""
    found = article("<span itemprop='datePublished dateModified' content='2026-03-05T08:00:00Z'>x</span>")

    assert (found.published, found.updated) == (None, None)


def test_a_drawn_day_that_is_one_off_loses_to_the_stamp() -> None:
    """The day a theme draws in another zone is kept as a losing claim beside the ISO stamp of the same element."""
    found = reading("<time class='published' datetime='2026-03-05T00:10:00+07:00'>4 Maret 2026</time>")

    assert found.article.published is not None
    assert found.article.published.value == "2026-03-05T00:10:00+07:00"
    assert ("text", "2026-03-04") in values(found, "published")


def test_a_stamp_that_holds_only_a_clock_is_no_date() -> None:
    """`abbr.published` with a clock in its title gives no publication time; the date heading above gives the day."""
    clock = "<abbr class='published' title='11:37:00 PM'>11:37:00 PM</abbr>"
    alone = article(clock)
    headed = article(f"<h2 class='date-header'><span>Kamis, 05 Maret 2026</span></h2>{clock}")

    assert alone.published is None
    assert headed.published is not None
    assert (headed.published.value, headed.published.precision) == ("2026-03-05", "day")


def test_a_placeholder_of_the_platform_is_no_value() -> None:
    """'Can't find substitution for tag […]', printed where an old widget lacks a datum, is never a time or a name."""
    tag = "<!--Can't find substitution for tag [post.date.iso8601]-->"
    data = json.dumps({"@type": "BlogPosting", "datePublished": tag, "dateModified": tag, "author": {"name": tag}})
    found = article(f"<script type='application/ld+json'>{data}</script>")

    assert (found.published, found.updated, found.byline.account) == (None, None, None)


@pytest.mark.parametrize(
    "link",
    [
        "<link rel='canonical' href='banjir.html'>",
        "<link rel='canonical' href='../../index.html'>",
        "<link rel='canonical' href='https://lain.example/2026/03/banjir.html'>",
    ],
)
def test_a_canonical_link_that_was_rewritten_is_not_believed(link: str) -> None:
    """A page that was asked for under its address keeps it, whatever a mirror tool made of its canonical link."""
    assert article("", head=link).url == URL


def test_a_page_without_an_address_takes_the_one_the_platform_states() -> None:
    """A saved page with a relative canonical link is known by the data context, else by og:url."""
    head = "<link rel='canonical' href='banjir.html'><meta property='og:url' content='https://kabar.example/2026/03/b.html'>"

    by_context = article(
        "", head=head, url="", script=context(canonicalUrl="https://kabar.example/2026/03/banjir.html")
    )
    by_head = article("", head=head, url="")

    assert (by_context.url, by_head.url) == (URL, "https://kabar.example/2026/03/b.html")


def test_a_foreign_post_id_in_the_data_context_is_not_the_posts_own() -> None:
    """The newest post's id, which widgets repeat in the context of every page, comes after the page's own."""
    widgets = "<script>_WidgetManager._RegisterWidget('_PopularPosts', {'posts': [{'postId': '99999'}]})</script>"
    twice = context().replace("}]", "}, {'name': 'view', 'data': {'postId': '99999'}}]") + widgets

    assert article("", script=twice).post_id == "22222"


def test_left_overs_of_the_theme_in_the_head_name_nobody() -> None:
    """`meta name=author` and geo tags name the theme's maker and his town: neither becomes author, section or dateline."""
    head = "<meta name='author' content='Pembuat Tema'><meta name='geo.placename' content='Bandung'>"
    found = article("", head=head)

    assert found.byline.account is None
    assert found.section is None
    assert found.dateline is None


@pytest.mark.parametrize("name", ["Unknown", "unknown", "Admin", "Anonymous", "Tidak diketahui", "Posted by Unknown"])
def test_an_account_that_says_nobody_is_nobody(name: str) -> None:
    """The platform's 'Unknown' and its like are no author, by whichever source."""
    shown = f"<span class='post-author'><span class='fn'>{name}</span></span>"
    entry = FeedEntry(url=URL, title="Banjir", author=name)

    assert article(shown).byline.account is None
    assert article(shown, entry=entry).byline.account is None


def test_a_section_is_what_the_page_calls_one() -> None:
    """`article:section`, else JSON-LD's articleSection; labels are no section."""
    tagged = "<a rel='tag' href='/search/label/Banjir'>Banjir</a>"
    data = json.dumps({"@type": "NewsArticle", "articleSection": "Daerah"})

    assert article(tagged).section is None
    assert article(tagged, head="<meta property='article:section' content='Nasional'>").section == "Nasional"
    assert article(f"<script type='application/ld+json'>{data}</script>").section == "Daerah"


@pytest.mark.parametrize(
    ("shown", "count"),
    [
        ("<div id='comments' data-num-comments='0'></div>", "0"),
        ("<div id='comments'><h4>12 komentar:</h4></div>", "12"),
        ("<div id='comments'><h3 class='title'>1 comment</h3></div>", "1"),
        ("<div id='comments'><h4>Tidak ada komentar:</h4></div>", None),
        ("<a class='comment-link' href='#c'>3 Komentar</a>", "3"),
    ],
)
def test_the_number_of_comments_is_a_claim(shown: str, count: str | None) -> None:
    """What the page says of its comments is kept with the claims, where it says a number."""
    told = values(reading(shown), "comment_count")

    assert told == ([("blogger", count)] if count is not None else [])


def test_the_feeds_number_of_comments_is_trusted_first() -> None:
    """The feed's total wins over the page's; both are kept."""
    entry = FeedEntry(url=URL, title="Banjir", comment_count=4)

    told = values(reading("<div id='comments' data-num-comments='3'></div>", entry=entry), "comment_count")

    assert told == [("feed", "4"), ("blogger", "3")]


@pytest.mark.parametrize(
    "tracker",
    [
        "<img src='https://t.example/p.gif' width='1' height='1'>",
        "<img src='https://t.example/p.gif' width='1px'>",
        "<img src='https://t.example/p.gif' height='0'>",
        "<img src='https://blogger.googleusercontent.com/tracker/11111-22222'>",
        "<img src='https://feeds.feedburner.com/~r/kabar/~4/x'>",
        "<img src='https://t.example/pixel.gif'>",
    ],
)
def test_trackers_are_no_images(tracker: str) -> None:
    """A picture of one pixel, or one from a counter's address, is not among the images."""
    picture = "<img src='https://kabar.example/s320/air.jpg' width='320' height='200'>"
    html = BODY.replace("Air", f"{tracker}{picture}Air")

    found = read(Page(url=URL, html=f"<body>{context()}<div class='widget Blog'>{html}</div></body>")).article

    assert [image.url for image in found.images] == ["https://kabar.example/s320/air.jpg"]


def test_both_witnesses_are_written_down_field_by_field() -> None:
    """For each field that feed and page tell, a claim says whether they agree; of differing bodies the loser is kept."""
    entry = FeedEntry(
        url=URL, title="Banjir", author="Rina", published="2026-03-05T00:10:30+07:00", labels=("Serang",),
        content="Air sungai naik sejak malam. Warga mengungsi ke balai desa.",
    )  # fmt: skip
    found = reading(
        "<span class='post-author'><span class='fn'>Sari</span></span>"
        "<time class='published' datetime='2026-03-04T17:10:00Z'>x</time><a rel='tag'>Serang</a>",
        entry=entry,
    )

    told = {claim.rule: claim.value for claim in found.claims["witness"]}

    assert told == {
        "title": "same", "published": "same", "account": "differs", "labels": "same",
        "body": str(found.article.witness.agreement),
    }  # fmt: skip
    assert [(claim.source, claim.chosen) for claim in found.claims["body"]] == [("page", True), ("feed", False)]
    assert found.claims["body"][1].value == entry.content
