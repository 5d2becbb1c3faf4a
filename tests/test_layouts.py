"""Fixture pages, read as their `expected.json` describes: `fixtures/pages/<theme>/<slug>/`, pages of our own words in the
markup of each theme family, and `fixtures/pages/<domain>/<date>-<slug>/`, posts recorded by `kliping record`. Then the
recognition of themes, on these and on real pages.

A page that holds no body says `refused` and why. What a description leaves out is not asked.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from selectolax.lexbor import LexborHTMLParser

from extractors import FeedEntry, NotAnArticle, Page, Reading, extract, read, registry
from extractors.blocks import visible_text
from extractors.document import Document
from extractors.rules import listed, own_text
from extractors.whitespace import squeeze
from scraper.batch import PageInput, load_page
from tests.shared import shared

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "pages"
ALL = sorted(path.parent.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*/page.html"))
THEMES = {layout.name for layout in registry.layouts()}
OWN = [name for name in ALL if name.partition("/")[0] in THEMES]
READ = [name for name in ALL if "refused" not in json.loads((FOLDER / name / "expected.json").read_text("utf-8"))]
SKINS = {
    "Simple": "simple", "Awesome Inc.": "simple", "Ethereal": "simple", "Travel": "simple", "Watermark": "simple",
    "Picture Window": "simple", "Super Pro": "templatesyard", "FB Newsroom": "sora-old", "Jupiter": "sora-old",
    "Novelo": "sora-old", "Dynamic Views": "dynamic",
}  # fmt: skip


def expected(name: str) -> dict[str, Any]:
    described: dict[str, Any] = json.loads((FOLDER / name / "expected.json").read_text("utf-8"))
    return described


def page(name: str, **more: Any) -> Page:
    entry = "entry.json" if (FOLDER / name / "entry.json").exists() else None
    at = datetime.fromisoformat(expected(name)["fetched_at"]) if "fetched_at" in expected(name) else None
    found = load_page(PageInput(path="page.html", url=expected(name)["url"], entry=entry, fetched_at=at), FOLDER / name)
    return msgspec.structs.replace(found, **more)


@cache
def reading(name: str) -> Reading:
    return read(page(name))


def recognised(read_page: Page) -> list[str]:
    return [layout.name for layout in registry.recognised(Document(read_page))]


def test_every_layout_has_a_page() -> None:
    """No theme is described without a page that holds it to its word."""
    assert {name.partition("/")[0] for name in OWN} == THEMES


@pytest.mark.parametrize("name", OWN)
def test_a_page_is_recognised_as_its_own_theme_alone(name: str) -> None:
    """The markers of no other family stand in the page often enough."""
    assert recognised(page(name)) == [name.partition("/")[0]]


@pytest.mark.parametrize("name", READ)
def test_the_fields_are_read(name: str) -> None:
    """Title, author, labels and post id are the post's, never those of the widgets, boxes and comments around it."""
    article, wanted = reading(name).article, expected(name)

    assert {
        "theme": article.theme, "title": article.title, "author": article.byline.account,
        "labels": list(article.labels), "post_id": article.post_id,
    } == {key: wanted[key] for key in ("theme", "title", "author", "labels", "post_id")}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_the_times_are_read(name: str) -> None:
    """Published and updated are told apart, whatever their class says; a day is a day; what is not there is None."""
    article, wanted = reading(name).article, expected(name)

    assert {
        "published": article.published and article.published.value,
        "updated": article.updated and article.updated.value,
    } == {key: wanted[key] for key in ("published", "updated")}


@pytest.mark.parametrize("name", [name for name in READ if name in OWN])
def test_the_witnesses_of_a_page_agree(name: str) -> None:
    """JSON-LD, the layout's stamps and the visible day say the same, so that each rule holds where the others are missing."""
    for field in ("published", "updated", "account"):
        told = {claim.value for claim in reading(name).claims.get(field, ()) if claim.source != "url"}
        whole = max(told, key=len, default="")

        assert all(whole.startswith(value) for value in told), (field, told)


@pytest.mark.parametrize("name", READ)
def test_the_body_is_the_post_and_nothing_else(name: str) -> None:
    """The body starts and ends as described, in so many paragraphs, without the theme's own words."""
    body, wanted = reading(name).article.body, expected(name)

    assert body.startswith(wanted["body"]["starts"])
    assert body.endswith(wanted["body"]["ends"])
    assert body.count("\n\n") + 1 == wanted["body"]["paragraphs"]
    assert [words for words in wanted["lacks"] if words in body] == []
    assert "words" not in wanted["body"] or within(reading(name).article.word_count, **wanted["body"]["words"])


def within(count: int, **bounds: int) -> bool:
    return bounds["from"] <= count <= bounds["to"]


@pytest.mark.parametrize("name", [name for name in READ if "quotes" in expected(name)])
def test_the_prose_is_read(name: str) -> None:
    """Place and outlet of the dateline, the end mark, and who said what directly, in order."""
    article, wanted = reading(name).article, expected(name)
    dateline = {"place": article.dateline.place, "outlet": article.dateline.outlet} if article.dateline else None
    quotes = [quote for quote in article.quotes if quote.kind == "direct"]

    assert (dateline, article.end_mark) == (wanted["dateline"], wanted["end_mark"])
    assert [quote.speaker for quote in quotes] == [quote["speaker"] for quote in wanted["quotes"]]
    assert all(quote.text.startswith(told["starts"]) for quote, told in zip(quotes, wanted["quotes"], strict=True))


@pytest.mark.parametrize("name", [name for name in READ if "container" in expected(name)])
def test_nothing_of_the_container_is_lost(name: str) -> None:
    """The described container was chosen; body, dateline, end mark, captions and removals hold exactly its text."""
    found = reading(name)
    container = LexborHTMLParser(page(name).html).css_first(expected(name)["container"])
    captions = [image.caption or "" for image in found.article.images]

    assert container is not None
    detached = (found.article.dateline.raw if found.article.dateline else "", found.article.end_mark or "")
    kept = "".join((found.article.body, *detached, *captions, *(part.text for part in found.removals)))
    assert sorted(squeeze(kept)) == sorted(squeeze(visible_text(container)))


@pytest.mark.parametrize("name", sorted(set(ALL) - set(READ)))
def test_a_theme_without_body_needs_the_feed(name: str) -> None:
    """Without the post's feed entry the page is refused with the reason; with it, the theme is still named."""
    with pytest.raises(NotAnArticle) as refused:
        extract(page(name))
    entry = FeedEntry(url=expected(name)["url"], title="Judul", content="<p>Isi dari umpan.</p>")

    article = extract(page(name, entry=entry))

    assert refused.value.reason == expected(name)["refused"]
    assert (article.theme, article.body) == (name.partition("/")[0], "Isi dari umpan.")


def blog(inner: str, around: str = "") -> Page:
    return Page(url="https://kabar.example/2026/03/x.html", html=f"{around}<div class='widget Blog'>{inner}</div>")


@pytest.mark.parametrize(
    ("html", "themes"),
    [
        (blog("<p class=post-outer-container>", "<body class=version-1-3-3>"), ["contempo"]),
        (blog("<p>", "<body class=version-1-3-3><p class=centered-top-container>"), []),
        (blog("<p class=post-body><b id=baca-juga></b><b class='post-info info-3'></b>"), ["viomagz"]),
        (blog("<p class=post-info><b id=baca-juga></b>"), []),
        (blog("<p class='entry-meta'><b class='entry-time'></b>"), []),
        (blog("<p class='post-body'><b class='post-content'></b><b class='item-post-wrap'></b>"), []),
        (blog("<p>", "<div class='widget PopularPosts'><b class='pEnt'></b><b class='pTtl'></b></div>"), []),
        (blog("<p>", "<body class='loading variant-magazine'>"), []),
    ],
)
def test_recognition_needs_the_right_markers_at_the_right_place(html: Page, themes: list[str]) -> None:
    """Markers outside the Blog widget count only beside one inside it; half of a class pair counts for nothing."""
    assert recognised(html) == themes


def test_the_more_specific_theme_is_asked_first() -> None:
    """Themes that share class names stand in the order that real pages of both showed to be right."""
    order = [layout.name for layout in registry.layouts()]

    for first, second in (
        ("median17", "templatesyard"), ("templateify", "templatesyard"), ("templatesyard", "sora-old"),
        ("sora-old", "simple"), ("contempo", "simple"), ("kompaz", "liputan9"),
    ):  # fmt: skip
        assert order.index(first) < order.index(second)


def test_a_final_rule_asks_no_default() -> None:
    """Where a theme's own author line is off, the fixed person of its author box is not taken for the author."""
    html = (FOLDER / "evomagz/sumur-resapan/page.html").read_text("utf-8").replace("author-info", "x")

    assert extract(Page(url="https://kabar.example/2026/03/x.html", html=html)).byline.account is None


def test_arrays_are_read_from_scripts() -> None:
    """The first assignment of strings counts, in either kind of quotes, entities decoded; a mere mention does not."""
    found = listed("postLabels", "labelArray")(
        Document(
            blog("<script>if (labelArray.length) go(); var labelArray = [\"Air &amp; Api\", 'Desa', 'Desa',];</script>")
        )
    )

    assert found is not None
    assert found.value == ("Air & Api", "Desa")
    assert listed("labelArray")(Document(blog("<script>labelArray = [];</script>"))) is None


def test_own_text_leaves_inner_elements_out() -> None:
    """An element's loose text is told from that of the links beside it."""
    found = own_text(".x")(Document(blog("<p class=x>Rina <a>profil</a></p>")))

    assert found is not None
    assert found.value == "Rina"


def test_no_real_page_is_recognised_against_its_own_name() -> None:
    """On stored pages, the theme found is never another than the one that the page's skin comment names."""
    articles = [json.loads(line) for line in shared("pages/manifest.jsonl").read_text("utf-8").splitlines()]
    names: Counter[str] = Counter()
    for row in articles:
        if row["kind"] != "articles":
            continue
        html = gzip.decompress(shared(f"pages/{row['file']}").read_bytes()).decode("utf-8", "replace")
        document = Document(Page(url="https://kabar.example/2026/03/x.html", html=html))
        theme = next((layout.name for layout in registry.recognised(document)), None)
        if theme is not None:
            names[theme] += 1
            assert theme == SKINS.get(document.skin or "", theme), row["file"]

    assert names.total() > 120
    assert {"median17", "contempo", "simple", "templatesyard", "sora-old", "dynamic"} <= set(names)
