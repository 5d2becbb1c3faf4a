"""The body taken apart: paragraphs out of Blogger's soup, furniture as labelled removals, nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from extractors.blocks import Blocks, read_blocks, visible_text
from extractors.whitespace import squeeze
from tests.shared import shared


def blocks(html: str, **options: object) -> Blocks:
    body = LexborHTMLParser(html).body
    assert body is not None
    return read_blocks(body, base_url="https://kabar.example/2026/03/x.html", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("html", "paragraphs"),
    [
        ("<p>Satu.</p><p>Dua.</p>", ["Satu.", "Dua."]),
        ("Satu.<br><br>Dua.<br />&nbsp;<br />Tiga.", ["Satu.", "Dua.", "Tiga."]),
        ("<div>Satu <b>tebal</b>.</div><div><br></div><div>Dua.</div>", ["Satu tebal.", "Dua."]),
        (
            "Baris yang dipotong<br>di tengah kalimat.<br>Kalimat baru.",
            ["Baris yang dipotong di tengah kalimat.", "Kalimat baru."],
        ),
        ("<ul><li>beras</li><li>gula</li></ul>", ["beras", "gula"]),
        ("Harga:<br>- beras<br>- gula", ["Harga:", "- beras", "- gula"]),
        (
            "<table><tr><td>Beras</td><td>14.000</td></tr><tr><td>Gula</td><td>17.500</td></tr></table>",
            ["Beras 14.000", "Gula 17.500"],
        ),
        ("<h3>Kronologi</h3>Air naik.<blockquote>Kutipan.</blockquote>", ["Kronologi", "Air naik.", "Kutipan."]),
        ("<p class=MsoNormal>Word<o:p></o:p></p><p>\u200b</p><span>Lepas</span>", ["Word", "Lepas"]),
        ("<pre>if x:\n    y<br><b>z</b><style>p{}</style></pre>", ["if x:\n    y\nz"]),
        ("<script>var a=1;</script><style>p{}</style>Teks.<!-- catatan -->", ["Teks."]),
    ],
)
def test_paragraphs_are_told_by_meaning(html: str, paragraphs: list[str]) -> None:
    """Block tags and blank lines part paragraphs; a single <br> does so only between whole sentences or list items."""
    assert list(blocks(html).paragraphs) == paragraphs


def test_read_also_lines_are_removed_as_such_and_their_links_are_related() -> None:
    """A 'Baca juga' line made of a link, and a list of links under such a heading, are removals; prose that says so is not."""
    found = blocks(
        "<p>Air naik.</p><p>Baca juga: <a href='/2026/02/lama.html'>Tanggul Lama Jebol</a></p>"
        "<p>Baca juga buku itu, kata ibu.</p><p>Artikel Terkait</p><ul><li><a href='/a.html'>Satu Lagi</a></li></ul><p>Akhir.</p>"
    )

    assert list(found.paragraphs) == ["Air naik.", "Baca juga buku itu, kata ibu.", "Akhir."]
    assert {removal.rule for removal in found.removals} == {"read-also"}
    assert [(link.url, link.kind) for link in found.links] == [
        ("https://kabar.example/2026/02/lama.html", "related"),
        ("https://kabar.example/a.html", "related"),
    ]


def test_a_line_that_is_only_a_link_to_another_post_is_removed() -> None:
    """A pointer to another post of the site needs no 'Baca juga' to be furniture; in an index of posts it is the story."""
    pointer = "<p><a href='https://www.kabar.example/2026/02/lama.html'>Tanggul lama jebol</a></p>"
    story = "<p>Air naik sejak malam dan warga mengungsi ke balai desa.</p><p>Petugas mendata rumah yang terendam.</p>"

    found = blocks(story + pointer + "<p>Akhir. <a href='/2026/01/x.html'>Rincian</a> menyusul.</p>")
    index = blocks(f"<p>Daftar pekan ini:</p>{pointer * 3}")

    assert len(found.paragraphs) == 3
    assert [(part.rule, part.text) for part in found.removals] == [("related-link", "Tanggul lama jebol")]
    assert [(link.text, link.kind) for link in found.links] == [
        ("Tanggul lama jebol", "related"),
        ("Rincian", "inline"),
    ]
    assert len(index.paragraphs) == 4
    assert len(blocks("<p>Kelanjutannya kami tulis di</p>" + pointer).paragraphs) == 2


def test_broken_addresses_lead_nowhere() -> None:
    """A link, image or frame whose address cannot be read is left out; its text stays."""
    found = blocks("<a href='http://[x'>kata</a> <img src='http://[y/a.jpg'><iframe src='javascript:x()'></iframe>isi")

    assert (list(found.paragraphs), found.links, found.images, found.embeds) == (["kata isi"], (), (), ())


def test_a_read_also_line_between_br_does_not_glue_its_neighbours() -> None:
    """What stood on both sides of a removed line stays two paragraphs."""
    found = blocks("Polisi datang<br>Baca Juga: <a href='/x.html'>Judul Lain</a><br>dan warga pulang.")

    assert list(found.paragraphs) == ["Polisi datang", "dan warga pulang."]


def test_placeholders_and_a_repeated_title_are_removed() -> None:
    """Ad placeholders go wherever they stand; the title goes only where it opens the body."""
    found = blocks(
        "<h2>Banjir Surut</h2>masukkan script iklan disini<p>Warga pulang.</p><p>ADVERTISEMENT</p><p>Banjir surut</p>",
        title="Banjir surut",
    )

    assert list(found.paragraphs) == ["Warga pulang.", "Banjir surut"]
    assert [removal.rule for removal in found.removals] == ["title", "ad-placeholder", "ad-placeholder"]


def test_lines_on_many_pages_are_removed_at_the_edges_only() -> None:
    """A line known to repeat over the site goes at the top and the bottom of a body, and stays inside it."""
    promo = "Ikuti kami di aplikasi."
    found = blocks(f"<p>{promo}</p><p>Isi.</p><p>{promo}</p><p>Lagi.</p><p>{promo}</p>", repeated=frozenset({promo}))

    assert list(found.paragraphs) == ["Isi.", promo, "Lagi."]
    assert [removal.rule for removal in found.removals] == ["repeated", "repeated"]


def test_a_repeated_credit_stays() -> None:
    """A source or editor line is part of the story even where it stands under every post."""
    credit = "Sumber : humas pemda"
    found = blocks(f"<p>Isi.</p><p>{credit}</p>", repeated=frozenset({credit}))

    assert list(found.paragraphs) == ["Isi.", credit]


def test_parts_named_by_a_layout_are_removed_with_its_label() -> None:
    """A selector of the layout takes its part out whole, under the layout's label; its script is no text."""
    found = blocks(
        "<div class=iklan-x>Pasang<script>x()</script> iklan</div>Isi.", remove=((".iklan-x", "ad-placeholder"),)
    )

    assert list(found.paragraphs) == ["Isi."]
    assert [(removal.rule, removal.text) for removal in found.removals] == [("ad-placeholder", "Pasang iklan")]


@pytest.mark.parametrize(
    "selector",
    [
        ".halaman .iklan",
        ".halaman>p:first-child",
        ".halaman > [class*=ikl]",
        "[id^=ik], .lain",
        ".lain, p.iklan",
        "#Iklan1, .lain",
        ".IKLAN",
        "[data-x='a, b']",
        ":is(.lain, .iklan)",
    ],
)
def test_a_part_is_found_by_whatever_selector(selector: str) -> None:
    """By a name of its own in whole or in part, by an element around the container, by other attributes: a part that
    a selector names is taken out. Without a doctype names count in any case.
    """
    tree = LexborHTMLParser("<div class=halaman><p class=iklan id=ikLan1 data-x='a, b'>Pasang iklan</p><p>Isi.</div>")
    container = tree.css_first(".halaman")
    assert container is not None
    found = read_blocks(container, base_url="https://kabar.example/x.html", remove=((selector, "iklan"),))

    assert list(found.paragraphs) == ["Isi."]


def test_images_keep_caption_and_original_address() -> None:
    """A caption belongs to its picture and not to the body; a lazy source is found; the original is the unscaled file."""
    base = "https://blogger.googleusercontent.com/img/b/R29/AVvXsX"
    found = blocks(
        f"<table class='tr-caption-container'><tr><td><a href='{base}/s1600/a.jpg'><img src='{base}/s640/a.jpg' alt='Air'></a></td></tr>"
        "<tr><td class='tr-caption'>Air di jalan.</td></tr></table><img src='data:x' data-src='/b.png'>"
        "<img src='https://t.example/p.gif' width=1 height=1>Isi."
    )

    assert list(found.paragraphs) == ["Isi."]
    assert [(image.url, image.original_url, image.alt, image.caption) for image in found.images] == [
        (f"{base}/s640/a.jpg", f"{base}/s0/a.jpg", "Air", "Air di jalan."),
        ("https://kabar.example/b.png", "https://kabar.example/b.png", None, None),
    ]


def test_links_and_embeds_are_told_apart() -> None:
    """Documents are downloads, frames are embeds by their host, page-internal anchors are nothing."""
    found = blocks(
        "Lihat <a href='/berkas/putusan.pdf'>putusan</a> dan <a href='https://data.example/'>data</a> <a href='#x'>atas</a>"
        "<iframe src='https://www.youtube.com/embed/abc'></iframe>"
    )

    assert [(link.text, link.kind) for link in found.links] == [("putusan", "download"), ("data", "inline")]
    assert [(embed.kind, embed.url) for embed in found.embeds] == [("youtube", "https://www.youtube.com/embed/abc")]


def test_deep_nesting_is_walked_without_recursion() -> None:
    """Ten thousand nested elements are no deeper than one."""
    assert list(blocks("<div>" * 10_000 + "dasar" + "</div>" * 10_000).paragraphs) == ["dasar"]


FRAGMENTS = st.sampled_from(
    ["<p>", "</p>", "<br>", "<div>", "</div>", "<b>", "</b>", "<li>", "<td>", "<script>x</script>", "<a href=/x>", "</a>",
     "kata. ", "Kata baru ", "Baca juga: ", "<img src=/i.png>", "<td class=tr-caption>", "<figcaption>", "iklan", "&nbsp;"]
)  # fmt: skip


def everything(found: Blocks) -> str:
    kept = [
        *found.paragraphs,
        *(image.caption or "" for image in found.images),
        *(part.text for part in found.removals),
    ]
    return squeeze("".join(kept))


@settings(max_examples=100, deadline=None)
@given(st.lists(FRAGMENTS, max_size=40))
def test_nothing_of_a_container_is_lost(parts: list[str]) -> None:
    """Paragraphs, captions and removals together hold exactly the characters of the container, white space aside."""
    body = LexborHTMLParser("".join(parts)).body
    if body is None:
        return

    found = read_blocks(body, base_url="https://kabar.example/")

    assert sorted(everything(found)) == sorted(squeeze(visible_text(body)))


def test_nothing_of_real_containers_is_lost() -> None:
    """The conservation law holds on every body container of the stored real pages."""
    import gzip

    pages = sorted(shared("pages/articles").glob("*.html.gz"))
    checked = 0
    for path in pages:
        tree = LexborHTMLParser(gzip.decompress(path.read_bytes()).decode("utf-8", "replace"))
        for node in tree.css("[id^=post-body-], #postBody, .post-body")[:1]:
            found = read_blocks(node, base_url="https://kabar.example/")
            assert sorted(everything(found)) == sorted(squeeze(visible_text(node))), path.name
            checked += 1

    assert checked > 100
