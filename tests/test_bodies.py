"""Where a body is found when no layout and no platform default shows it, and what is left of it by other readers."""

from __future__ import annotations

import time

import pytest
from selectolax.lexbor import LexborHTMLParser

from bench.laws import lost
from extractors import FeedEntry, Page, extract, feedtext, read, veils
from extractors.blocks import visible_text
from extractors.whitespace import squeeze

URL = "https://kabar.example/2026/03/x.html"
CONTEXT = "<script>_SetDataContext([{'data': {'blogId': '11111', 'postId': '22222', 'pageType': 'item'}}]);</script>"
LEAD = "Air sungai meluap sejak malam dan merendam tiga desa di tepi kali besar itu."
SECOND = "Warga mengungsi ke balai desa, sementara petugas mendata rumah yang terendam lumpur."
THIRD = "Bupati meninjau tanggul yang retak dan berjanji memperbaikinya sebelum hujan berikutnya turun."
STORY = f"<p>{LEAD}</p><p>{SECOND}</p><p>{THIRD}</p>"
PLAIN = f"{LEAD}\n\n{SECOND}\n\n{THIRD}"
SIDEBAR = f"<aside><h4>Populer</h4><p>{LEAD[:60]}</p><ul><li>Menu</li><li>Beranda</li></ul></aside>"


def unknown(body: str, entry: FeedEntry | None = None) -> Page:
    """A Blogger page in whose Blog widget nothing has a known name."""
    widget = f"<div class='widget Blog'><section class='kisah'>{body}</section></div>"
    html = f"<html><head><title>Banjir</title></head><body>{CONTEXT}{widget}{SIDEBAR}</body></html>"
    return Page(url=URL, html=html, entry=entry)


def entry(**told: str) -> FeedEntry:
    return FeedEntry(url=URL, title="Banjir", post_id="22222", blog_id="11111", **told)


@pytest.mark.parametrize(
    "told", [{"content": STORY}, {"summary": PLAIN.replace("\n\n", " ")[:398]}, {"content": f"<p>{LEAD} {SECOND}</p>"}]
)
def test_on_an_unknown_theme_the_feed_shows_where_the_body_is(told: dict[str, str]) -> None:
    """The smallest element that holds the entry's words is read as the body, whether the entry is whole or an opening."""
    page = unknown(f"<h2>Banjir</h2><i>Rina, Senin</i><div class='x'><div class='y'>{STORY}</div></div>", entry(**told))

    article = extract(page)

    assert (article.body, article.extractor) == (PLAIN, "page-by-feed@2006-08-01")
    assert article.witness.agreement is not None


def test_a_lead_before_the_wrapper_of_the_rest_belongs_to_the_body() -> None:
    """The element is widened where what that adds is the entry's too, and not where it is a menu."""
    rest = "".join(f"<p>{SECOND} {number}</p>" for number in range(12))
    page = unknown(
        f"<div class='x'><p>{LEAD}</p><div>{rest}</div></div><p>Menu Beranda</p>", entry(content=f"<p>{LEAD}</p>{rest}")
    )

    body = extract(page).body

    assert body.startswith(LEAD)
    assert "Menu" not in body


def test_a_page_that_tells_something_else_is_no_witness() -> None:
    """Where the entry's words do not stand in the page, its own text is the body."""
    article = extract(unknown("<p>Iklan baris hari ini.</p>", entry(content=STORY)))

    assert (article.body, article.extractor) == (PLAIN, "feed@2006-08-01")


def test_the_place_of_the_words_is_found_in_linear_time() -> None:
    """A page of two hundred thousand words, deeply nested, that repeats the entry's words takes under two seconds."""
    noise = "<div>" * 3000 + " ".join(f"{LEAD}{number}" for number in range(14_000))
    root = LexborHTMLParser(f"<body>{noise}<article>{STORY}</article></body>").body
    started = time.perf_counter()

    feedtext.holder(root, visible_text(LexborHTMLParser(STORY).body)) if root is not None else None

    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "veil",
    [
        f"<noscript>{STORY}</noscript>",
        f"<template>{STORY}</template>",
        f"<textarea style='display:none'>{STORY.replace('<', '&lt;')}</textarea>",
        f"<script type='text/template'>{STORY}</script>",
        f"<script type='text/x-handlebars-template'>{STORY}</script>",
    ],
)
def test_a_body_behind_a_veil_is_read(veil: str) -> None:
    """A body in <noscript>, <template>, <textarea> or a script that is no program is read; its container's own words stay."""
    container = f"<div class='post-body'>Aktifkan JavaScript.{veil}</div>"
    html = f"<html><head><title>Banjir</title></head><body>{CONTEXT}<div class='widget Blog'>{container}</div></body></html>"

    found = read(Page(url=URL, html=html))

    assert found.article.body == f"Aktifkan JavaScript.\n\n{PLAIN}"


def test_the_text_behind_a_veil_is_conserved() -> None:
    """What a veil holds counts as text of the container once it is taken for the body."""
    html = f"<div class='post-body'>Aktifkan.<noscript>{STORY}<p>Baca juga</p></noscript></div>"
    container = LexborHTMLParser(html).css_first(".post-body")
    assert container is not None

    assert squeeze(LEAD) in squeeze(visible_text(veils.unveiled(container)))
    assert lost(html) is None


@pytest.mark.parametrize("veil", ["template", "script type='text/template'"])
def test_a_container_behind_a_veil_is_found(veil: str) -> None:
    """A whole post kept in a template of the Blog widget is looked into for the container's usual names."""
    hidden = f"<{veil}><div class='post-body'>{STORY}</div></{veil.partition(' ')[0]}>"
    html = f"<body>{CONTEXT}<div class='widget Blog'><h3 class='post-title'>Banjir</h3>{hidden}</div></body>"

    assert extract(Page(url=URL, html=html)).body == PLAIN


def test_a_veil_that_says_little_stays_shut() -> None:
    """A lazy picture, a warning or a comment's template beside the story is not part of it."""
    veil = "<noscript><img src='/a.jpg'>Aktifkan JavaScript.</noscript><template><p>Nama</p></template>"
    html = f"<body>{CONTEXT}<div class='widget Blog'><div class='post-body'>{veil}{STORY}</div></div></body>"

    assert extract(Page(url=URL, html=html)).body == PLAIN


def foreign(story: str) -> Page:
    """A page of another system."""
    head = f"<head><title>Banjir rendam tiga desa</title><link rel=canonical href='{URL}'></head>"
    return Page(url=URL, html=f"<html>{head}<body><nav>Menu</nav><article>{story}</article></body></html>")


def test_the_generic_reader_leaves_out_the_title_and_links_to_other_stories() -> None:
    """The headline above a story, and lines that are all link to a story of the same site, are labelled removals."""
    pointer = "<p><a href='/2026/02/lama.html'>Tanggul lama jebol pada musim hujan tahun lalu</a></p>"
    page = foreign(
        f"<h1>Banjir rendam tiga desa</h1><p>{LEAD}</p><p>{SECOND} {LEAD}</p>{pointer}<p>{THIRD} {SECOND}</p>"
    )

    found = read(page)

    assert found.article.extractor.startswith("trafilatura@")
    assert found.article.body.split("\n\n") == [LEAD, f"{SECOND} {LEAD}", f"{THIRD} {SECOND}"]
    assert {removal.rule for removal in found.removals} <= {"title", "related-link"}


def test_linked_words_stay_inside_their_sentences() -> None:
    """What the generic reader is asked to be precise about never costs words out of a sentence."""
    linked = "Bupati <a href='/a'>meninjau tanggul yang retak</a> dan <a href='/b'>berjanji</a> memperbaikinya segera."
    page = foreign(f"<p>{LEAD} {SECOND}</p><p>{linked}</p><p>{THIRD} {SECOND}</p>")

    assert "Bupati meninjau tanggul yang retak dan berjanji memperbaikinya segera." in extract(page).body
