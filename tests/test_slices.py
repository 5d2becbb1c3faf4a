"""Parts of a page read alone: the same tree as in the whole page, or no cut at all."""

from __future__ import annotations

import gzip
import time

import pytest
from selectolax.lexbor import LexborHTMLParser

from extractors import slices
from extractors.slices import blog_widget, head
from scraper.standin import Newsroom, fixtures_dir
from scraper.standin.site import Site
from tests.shared import shared


def whole(html: str) -> str | None:
    node = LexborHTMLParser(html).css_first(".widget.Blog")
    return node.html if node is not None else None


def cut(html: str) -> str | None:
    node = blog_widget(html)
    return node.html if node is not None else None


PAGE = (
    "<!DOCTYPE html><html><head><title>x</title></head><body class='a'><div class='section'>"
    "<div class='widget HTML' id='HTML1'>iklan</div><div class='widget Blog' id='Blog1'><p>satu<table><tr><td>dua</table>{}</div></div>"
    "<div class='widget PopularPosts'>lain</div></body></html>"
)


def test_the_widget_alone_is_parsed_as_in_its_page() -> None:
    """Cut out of the page, the Blog widget gives the very tree it has there, standards mode included."""
    sentinel = f"<i id={slices.SENTINEL}></i>"  # one that somebody pasted into a post proves nothing, and harms nothing
    pages = [PAGE.format(inside) for inside in ("<b>tiga</b>", "<div>tak ditutup", "</div>terlalu awal", sentinel)]
    for html in (*pages, pages[0] + pages[1]):  # of several the first, as in the whole page
        assert cut(html) == whole(html) is not None
        assert "satu<table>" not in (cut(html) or "")


@pytest.mark.parametrize(
    "html",
    [
        PAGE.format("<div class='widget Label'>tempelan</div>"),
        PAGE.format("<div><div><div>tak ditutup"),
        PAGE.format("<!-- komentar tak ditutup"),
        PAGE.format(f"<i id={slices.SENTINEL}></i><div><div><div>tak ditutup"),
        "<!-- " + PAGE.format("") + " -->",
        '<script>var x = "' + PAGE.format("") + '"</script>',
        "<p>tanpa widget</p>",
    ],
)
def test_what_cannot_be_proven_is_not_cut(html: str) -> None:
    """A widget pasted into the post, an element or comment left open, a hidden widget: no cut."""
    assert cut(html) is None


def test_the_head_ends_with_the_body_tag() -> None:
    """Head data and the body's own attributes are found in the page's start alone; without a body tag, in all of it."""
    html = PAGE.format("")

    assert head(html).text.endswith("<body class='a'>")
    assert head("<meta name=x content=y><p>isi</p>").text == "<meta name=x content=y><p>isi</p>"


SHEET = "p { color: red }" * 100
STYLED = "<html><head><meta name=a content=b>{}<meta name=c content=d></head><body class=e><p>isi"


@pytest.mark.parametrize(
    "style",
    [
        f"<style id='page-skin-1'><!-- {SHEET} --></style>",
        f"<STYLE>{SHEET}</STYLE><style>{SHEET}</style>",
        f"<noscript><style>{SHEET}</style></noscript>",
        f"<!-- <style>{SHEET} --><link rel=icon>{SHEET}</style>",
        f"<meta name=f content='<style>{SHEET}</style>'>",
        f"<meta name=f content='<style>{SHEET}'>{SHEET}</style>",
        f"<script>var x = '<style>{SHEET}</style>'</script>",
        f"<style>{SHEET}<meta name=g content=h></style >",
        f"<style>{SHEET}",
        f"<svg><style>{SHEET}<meta name=f content=g></style></svg>",
        f"<!-- <style>{SHEET} --><link rel=icon>{SHEET}</style><style>{slices.STYLE}</style>",
    ],
)
def test_a_head_without_its_style_sheets_tells_the_same(style: str) -> None:
    """All that is read in a head is the same with its style sheets left out, wherever they stand; a sheet that is none
    stays.
    """
    html = STYLED.format(style)
    read = [
        [(node.tag, node.attributes) for node in tree.css("html, meta, link, title, body")]
        for tree in (slices.parsed_head(html, head(html)), LexborHTMLParser(html[: head(html).end]))
    ]

    assert read[0] == read[1] != []


def test_heads_of_unclosed_styles_are_read_in_linear_time() -> None:
    """Fifty thousand style tags that nothing closes are looked through once."""
    html = "<style>" * 50_000 + "</p>" + "<body>"
    before = time.process_time()

    assert head(html).end == len(html)
    assert time.process_time() - before < 1


def test_fixture_pages_are_cut_true() -> None:
    """On the pages of both invented newsrooms the cut widget is the whole page's, to the character."""
    for domain in ("kabarmuara.example", "harborcourier.example"):
        room = Newsroom.load(fixtures_dir() / "newsrooms" / domain)
        for post in room.posts:
            html = Site(room, f"https://www.{domain}").answer(room.path(post)).body
            assert cut(html) == whole(html) is not None


def test_real_pages_are_cut_true() -> None:
    """On every stored real page the cut, where there is one, is what the whole page's parser makes of the widget."""
    proven = 0
    pages = sorted(shared("pages").glob("*/*.html.gz"))
    for path in pages:
        html = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        found = cut(html)
        if found is not None:
            proven += 1
            assert found == whole(html), path.name

    assert proven > 0.9 * len(pages)
