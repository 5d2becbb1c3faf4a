"""Rules: named, composable, and silent when their matches disagree."""

from __future__ import annotations

from extractors.blogger import DATE
from extractors.document import Document
from extractors.model import Page
from extractors.rules import attr, first, ld, lone, meta, text, texts

HTML = """<html><head><meta property='og:title' content='Judul OG'><meta name='kosong' content=''>
<script type='application/ld+json'>{"@type":"NewsArticle","headline":"Judul LD","author":{"name":"Rina"}}</script></head><body>
<h1 class='post-title'>Judul lain di luar</h1>
<div class='widget Blog'><h1 class='post-title'> Judul&nbsp;Pos </h1><span class='fn'>Rina</span><span class='fn'>Budi</span>
<a rel='tag' href='/a'>Serba</a><a rel='tag' href='/b' aria-label='Serbi'></a><a rel='tag' href='/a'>Serba</a>
<time class='published' datetime='2026-03-02T10:00:00+07:00'>kemarin</time>
<div id='post-body-1' class='post-body'><h1>Judul di dalam isi</h1></div></div></body></html>"""


def document() -> Document:
    return Document(Page(url="https://kabar.example/2026/03/x.html", html=HTML))


def test_rules_stay_inside_the_blog_widget() -> None:
    """A class repeated by other widgets does not disturb: only the Blog widget is searched."""
    found = text("h1.post-title")(document())

    assert found is not None
    assert (found.value, found.rule) == ("Judul Pos", "h1.post-title")


def test_a_rule_whose_matches_disagree_finds_nothing() -> None:
    """Two different names are no name; the next rung of the ladder is asked, and the winner's own name is kept."""
    ladder = text(".fn") | text(".absent") | first(".fn")

    found = ladder(document())

    assert text(".fn")(document()) is None
    assert found is not None
    assert (found.value, found.rule) == ("Rina", ".fn")


def test_headings_of_the_author_are_left_out() -> None:
    """With `outside_body` a heading inside the post body does not count."""
    assert text("h1")(document()) is None
    found = text("h1", outside_body=True)(document())
    assert found is not None
    assert found.value == "Judul Pos"


def test_values_are_read_from_attributes_meta_and_linked_data() -> None:
    """Attributes, head properties and JSON-LD are read by their makers; labels keep order and come once."""
    page = document()

    values = [
        attr("time.published", "datetime")(page), meta("absent", "kosong", "og:title")(page), ld("headline")(page), ld("author")(page),
    ]  # fmt: skip

    assert [found and found.value for found in values] == ["2026-03-02T10:00:00+07:00", "Judul OG", "Judul LD", "Rina"]
    labels = texts("a[rel~=tag]", "aria-label")(page)
    assert labels is not None
    assert labels.value == ("Serba", "Serbi")


def test_a_conversion_to_nothing_is_nothing_found() -> None:
    """`then` drops what it cannot convert and keeps the string it was made from."""
    rule = attr("time.published", "datetime")

    kept = rule.then(lambda value, page: len(value))(document())

    assert kept is not None
    assert (kept.value, kept.raw) == (25, "2026-03-02T10:00:00+07:00")
    assert rule.then(lambda value, page: None)(document()) is None


def test_a_lone_date_is_found_outside_bodies_and_comments() -> None:
    """A text that as a whole is a date dates the post; dates in the story, in comments and of updates do not count."""
    html = (
        "<div class='widget Blog'><div class='meta'><i></i> 3 Maret 2026 <time class='updated'>6 Maret 2026</time></div>"
        "<div class='post-body'>4 Maret 2026</div><div id='comments'>5 Maret 2026 10.00</div><p>Sejak 2 Maret 2026 sore hari air naik di enam desa sekitar.</p></div>"
    )
    found = lone("a date", DATE, outside=".updated")(Document(Page(url="https://kabar.example/", html=html)))

    assert found is not None
    assert found.value == "3 Maret 2026"
