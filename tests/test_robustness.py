"""Broken pages: whatever is thrown at the reader, it reads or refuses, and what it gives obeys the laws."""

from __future__ import annotations

import time
from random import Random

import pytest

from bench.laws import broken, lost, reading_of
from bench.mutate import FLOODS, mutated
from bench.stored import html_of, own_pages
from extractors import Page, find_quotes, read_text
from extractors.blocks import LONGEST, MOST_LINES, read_blocks
from extractors.depth import shallow
from extractors.model import NotAnArticle
from extractors.parsing import MANY, MOST_TAGS, SHORT, parse, trimmed

URL = "https://www.kabar.example/2026/03/x.html"
SEEDS = 60  # broken pages a run; `make fuzz` tries as many as time allows


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_broken_page_is_read_or_refused(seed: int) -> None:
    """A page cut, doubled, swapped or flooded gives a sound reading or a documented reason, and no text is lost."""
    random = Random(seed)
    html, other = (html_of(path) for path in random.choices(own_pages(), k=2))
    page = Page(url=URL, html=mutated(html, random, other))

    reading = reading_of(page)

    assert reading is None or broken(reading) is None
    assert lost(page.html) is None


@pytest.mark.parametrize("name", ["M" * 20_000, "M." * 10_000, "Ma " * 7_000])
def test_a_name_without_end_ends(name: str) -> None:
    """Capitals in a row where a name after a role would stand cost no more than their number."""
    text = f"“Warga boleh lewat,” ujar Kepala Dinas Perhubungan Sari Lembayung, {name}( (2/3/2026). “Siap,” katanya."
    started = time.process_time()

    assert find_quotes(text, language="id")
    assert time.process_time() - started < 2


@pytest.mark.parametrize("flood", FLOODS)
def test_floods_of_one_sign_end(flood: str) -> None:
    """Thousands of the same sign, tag or word in a text and in a page are read to the end."""
    text = flood * (20_000 // len(flood))

    assert all(text[quote.start : quote.end] == quote.text for quote in find_quotes(text, language="id"))
    read_text(text, language="en")
    found = reading_of(Page(url=URL, html=f"<div class='widget Blog'><div class='post-body'>{text}</div></div>"))
    assert found is None or broken(found) is None


NESTS = (
    "<ul><li>", "<div>", "<dl><dd>", "<div class='a'>kata ", "<section data-x='<div>'>", "<span>", "<x-a>kata ",
    "<ins><h2>kata ", "<b></i><h3>", "<div></ul>", "<table><tr><td></div>", "<label><h4>",
)  # fmt: skip


@pytest.mark.parametrize("nest", NESTS)
def test_what_nests_too_deep_is_read_in_time(nest: str) -> None:
    """Twenty thousand elements inside each other cost the square of their number no more; their text is kept. End tags
    that close nothing are no way out.
    """
    html = f"<div class='widget Blog'><div class='post-body'>Awal. {nest * 20_000} Akhir.</div></div>"
    started = time.process_time()

    found = reading_of(Page(url=URL, html=html))

    assert time.process_time() - started < 2
    assert found is not None
    assert found.article.body.startswith("Awal.")
    assert found.article.body.endswith("Akhir.")


@pytest.mark.parametrize(
    "many",
    [
        "<div><p>kata</p></div>",
        "<p>kata<br><li>kata<td><img src='a.png'/>",
        "<div><font><span>kata</div>",
        "<ul><li><b>kata</b></ul>",
        "<svg><path d='M1'/><use href='#a'/></svg>",
        "<table><tr><td><font>kata</table>",
    ],
)
def test_a_page_of_usual_depth_is_left_as_it_is(many: str) -> None:
    """Many elements beside each other, some never closed but within one that is, and a hundred nested ones are no depth."""
    html = many * 10_000 + "<div>" * 100

    assert shallow(html) is html


def attributes(count: int) -> str:
    return " ".join(f"data-{number}='<{number}>'" for number in range(count))


def seconds(html: str) -> float:
    started = time.process_time()
    parse(html)
    return time.process_time() - started


def test_attributes_cost_no_more_than_their_number() -> None:
    """Of a tag with tens of thousands of attributes some are kept; four times as many take no sixteen times as long."""
    few, many = (f"<p {attributes(count)}>isi</p>" for count in (10_000, 40_000))
    node = parse(many).css_first("p")

    assert len(many) > SHORT
    assert node is not None
    assert len(node.attributes) == MANY
    assert node.text() == "isi"
    assert seconds(many) < 12 * max(seconds(few), 0.005)


def test_tags_of_usual_size_are_left_as_they_are() -> None:
    """Quotes, angle brackets, slashes and scripts of many words make no tag that is cut."""
    usual = f"<img alt='a > b' src=/x.png/><script>if (a<b) {{ {'c = d; ' * 500} }}</script><p {attributes(40)}>isi</p>"
    html = usual * (SHORT // len(usual) + 1)

    assert trimmed(html) is html


def test_a_flood_of_tags_is_refused() -> None:
    """A page of more tags than any post has is no article; one tag fewer is still read."""
    with pytest.raises(NotAnArticle, match="tags"):
        parse("<i>" * (MOST_TAGS + 1))
    assert parse("<br>" * MOST_TAGS).root is not None


@pytest.mark.parametrize(
    "body",
    [
        "<p>Warga mengungsi ke balai.</p>" * (LONGEST // 20),
        "kata " * (LONGEST // 4),
        "k" * (LONGEST + 1),
        "a<br>" * (MOST_LINES + 5),
    ],
)
def test_what_is_beyond_any_post_is_kept_aside(body: str) -> None:
    """A body is read as far as posts go; the rest is a removal, and together they are the whole text."""
    html = f"<div class='widget Blog'><div class='post-body'>{body}</div></div>"
    container = parse(html).css_first(".post-body")
    assert container is not None

    found = read_blocks(container, base_url=URL)

    assert [removal.rule for removal in found.removals] == ["overlong"]
    assert 0 < sum(map(len, found.paragraphs)) <= LONGEST
    assert lost(html) is None
