"""Posts on themes nobody has described: where the story is, what dates, signs and files it, what is left out of it.

Every class name and id in these pages is made up; what holds is what Blogger itself prints and what readers see.
"""

from __future__ import annotations

import pytest

from bench.laws import lost
from extractors import NotAnArticle, Page, Reading, extract, read

URL = "https://kabar.example/2026/03/pasar-apung.html"
TITLE = "Pasar Apung Pindah ke Hilir Sungai"
STORY = (
    "Pasar apung yang selama ini berjualan di bawah jembatan lama mulai pekan ini pindah ke hilir sungai.",
    "Para pedagang mengaku lega karena arus di tempat baru lebih tenang dan pembeli lebih mudah merapat.",
    "Dinas perdagangan menyiapkan dermaga kayu sepanjang empat puluh meter beserta lampu penerangan.",
)
META = "<div class='q3'>Oleh <a href='/p/x.html'>Rina Lembayung</a> · Senin, 2 Maret 2026 | 09.30 WIB</div>"
TALK = (
    "<div class='q9'><h4>2 Komentar</h4>"
    + "<div><b>Budi</b><p>Semoga pedagang lama semua dapat tempat ya.</p></div>" * 9
)


def page(body: str, *, before: str = META, after: str = "", url: str = URL, title: str = TITLE, kind: str = "") -> Page:
    context = f"<script>_SetDataContext([{{'data': {{'pageType': '{kind}'}}}}]);</script>" if kind else ""
    post = f"<div class='q1'><h2>{title}</h2>{before}<div class='q5'>{body}</div>{after}</div>"
    head = f"<head><title>{title} - Kabar Hilir</title></head>"
    return Page(
        url=url, html=f"<!DOCTYPE html><html>{head}<body><div class='widget Blog'>{post}</div>{context}</body></html>"
    )


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


BODIES = {
    "paragraphs": paragraphs(*STORY),
    "breaks": "<br /><br />".join(STORY),
    "blocks": "".join(f"<div>{text}</div><div><br /></div>" for text in STORY),
    "a table": "<table>" + "".join(f"<tr><td>{text}</td></tr>" for text in STORY) + "</table>",
    "a quotation": f"<blockquote>{paragraphs(*STORY)}</blockquote>",
    "wrappers": f"<div><div>{paragraphs(*STORY)}</div></div>",
    "noscript": f"<noscript>{paragraphs(*STORY)}</noscript>",
    "a template": f"<template>{paragraphs(*STORY)}</template>",
}


@pytest.mark.parametrize("form", BODIES)
def test_the_story_is_found_by_its_weight(form: str) -> None:
    """However it is written, the running text below the title is the body; title, credits and comments are not."""
    article = extract(page(BODIES[form], after=TALK))

    assert article.body.split("\n\n") == list(STORY)
    assert (article.title, article.extractor.partition("@")[0]) == (TITLE, "page-by-text")


def test_a_story_of_one_paragraph_stands_above_longer_comments() -> None:
    """Readers who say more than the story does not become it."""
    assert extract(page(paragraphs(STORY[0]), after=TALK)).body == STORY[0]


def test_a_story_in_two_halves_is_whole() -> None:
    """What stands in two like elements, an advertisement between them, is one story."""
    halves = f"<div class='z'>{paragraphs(*STORY[:2])}</div><ins></ins><div class='z'>{paragraphs(STORY[2])}</div>"

    assert extract(page(halves)).body.split("\n\n") == list(STORY)


def test_a_story_written_right_beside_its_title_loses_what_surrounds_it() -> None:
    """Where the post has no element of its own, credits above and boxes below are kept as removals."""
    inner = f"<h2>{TITLE}</h2>{META}{paragraphs(*STORY)}<div>Bagikan: <a href='#'>Surel</a></div>"
    html = f"<title>{TITLE}</title><div class='widget Blog'><div class='q1'>{inner}</div></div>"

    reading = read(Page(url=URL, html=html))

    assert reading.article.body.split("\n\n") == list(STORY)
    assert any(part.rule == "around" and "Rina Lembayung" in part.text for part in reading.removals)


def test_visible_date_author_and_labels_are_read_from_what_readers_see() -> None:
    """A line of credits tells who and when; links to labels, wherever they stand outside story and comments, file it."""
    files = "<div class='q7'><a href='/search/label/Ekonomi'>Ekonomi</a> <a href='/search/label/Desa'>Desa</a></div>"
    before = "<p>Oleh: Rina Lembayung</p><p>Diterbitkan pada Senin, 2 Maret 2026 pukul 09.30 WIB</p>"
    article = extract(page(paragraphs(*STORY), before=before, after=files))

    assert article.byline.account == "Rina Lembayung"
    assert article.published is not None
    assert article.published.value == "2026-03-02T09:30:00+07:00"
    assert article.labels == ("Ekonomi", "Desa")


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("Senin, 02 Maret 2026", "2026-03-02"),
        ("Sen, 2 Mar 2026 | 21:20 WIB", "2026-03-02T21:20:00+07:00"),
        ("2 Maret 2026 (21.20 WITA)", "2026-03-02T21:20:00+08:00"),
        ("Maret 02, 2026", "2026-03-02"),
        ("Posted on March 2, 2026 9:20 PM", "2026-03-02T21:20:00"),
        ("02/03/2026 09:20:00 PM", "2026-03-02T21:20:00"),
        ("Jum’at, 6 Maret 2026 – 07.05 WIT", "2026-03-06T07:05:00+09:00"),
        ("Diperbarui: 3 Maret 2026", None),
        ("Last updated March 3, 2026", None),
        ("2 Januari 2019", None),
    ],
)
def test_dates_in_other_dress_are_read(shown: str, value: str | None) -> None:
    """Abbreviated, in English, on a 12-hour clock, in any of the country's zones; an update's, or one the address
    speaks against, is none of publication.
    """
    published = extract(page(paragraphs(*STORY), before=f"<span class='q2'>{shown}</span>")).published

    assert (published.value if published else None) == value


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("datetime='2026-03-02T09:30:00+07:00'", True), ("datetime='2026-03-02T09:30:00+07:00' class='updated'", False),
     ("title='2025-11-02T09:30:00+07:00'", False)],
)  # fmt: skip
def test_a_stamp_nobody_has_named_counts_where_the_address_bears_it_out(attribute: str, value: bool) -> None:
    """An ISO time on any element dates the post if it stands in the month of the post's address and is no update's."""
    published = extract(page(paragraphs(*STORY), before=f"<span {attribute}>x</span>")).published

    assert (published is not None) is value


def test_the_heading_that_the_page_states_as_its_title_is_it() -> None:
    """Another h1, the site's name or a section's, is not taken for the title."""
    html = page(paragraphs(*STORY)).html.replace("<div class='q1'>", "<h1>Kabar Hilir</h1><div class='q1'>")

    assert extract(Page(url=URL, html=html)).title == TITLE


FURNITURE = [
    "ADVERTISEMENT", "Advertisement - Scroll to Resume Content", "SCROLL TO RESUME CONTENT", "Iklan",
    "Iklan - Lanjutkan Membaca di Bawah", "Artikel berlanjut di bawah iklan", "Sponsored Links", "12 Shares", "Share:", "Bagikan ini:",
    "Subscribe to receive free email updates:", "Masukkan email Anda", "Newer Posts", "Powered by Blogger", "Anda mungkin juga suka",
    "Dibaca: 1.234 kali", "Post Views: 87", "3 min read", "Waktu baca: 4 menit", "[Gambas:Video 20detik]", "Video Player is loading.",
    "Artikel ini telah tayang di KabarHilir.example dengan judul Pasar Apung Pindah",
    "This article was originally published on Harbor Courier.", "Situs ini menggunakan cookie untuk meningkatkan layanan.",
    "Copyright © 2026 Kabar Hilir. All rights reserved.", "Tags: #pasar #sungai",
    "<a href='/2026/01/a.html'>Baca Juga : Dermaga Kayu Selesai Dibangun</a>", "BACA JUGA: <a href='/2026/01/a.html'>Dermaga Selesai</a>",
    "Simak Berita Lainnya: <a href='/2026/01/a.html'>Dermaga Selesai</a>", "Label: <a href='/search/label/x'>Ekonomi</a>, <a href='/x'>Desa</a>",
    "Halaman: <a href='?p=1'>1</a> <a href='?p=2'>2</a> <a href='?p=3'>3</a> <a href='?p=2'>Selanjutnya</a>",
    "Template by <a href='https://tema.example/'>Tema Kita</a>",
    "Follow us on <a href='https://news.google.example/'>Google News</a>",
    "Dapatkan update berita terkini di <a href='https://wa.example/'>WhatsApp Channel Kabar Hilir</a>",
    "Continue reading <a href='/2026/01/a.html'>Dermaga Kayu Selesai Dibangun</a>",
]  # fmt: skip
TRUE = [
    "Baca juga hati nurani, begitu bunyi spanduk yang dibentangkan para pedagang di tepi sungai.",
    "Iklan kecap di layar perahu itu dibuat oleh para pelajar sekolah seni.",
    "Halaman rumah kepala desa dipakai sebagai tempat parkir sementara.",
    "Tags harga yang ditempel di setiap perahu memudahkan pembeli membandingkan.",
    "Ikuti anjuran petugas ketika perahu hendak merapat ke dermaga.",
    "Editor: Mawar Setia", "Sumber: Dinas Perdagangan", "Bahan: 200 gram tepung, 2 butir telur",
    "Hak cipta lagu daerah itu dipersoalkan ahli waris penciptanya di pengadilan.",
    "Follow the river for two miles and the market comes into view.",
    "Share your thoughts was the name of the exhibition.", "Video itu beredar sejak Minggu malam.",
    "1. Pedagang ikan", "2. Pedagang sayur", "Langkah pertama adalah mencuci beras sampai bersih.",
    "Dapatkan surat keterangan dari lurah sebelum mendaftar.", "Copyright law protects the melody.",
    "Daftar isi laporan itu memuat tujuh bab.", "Dibaca keras-keras, puisi itu membuat hadirin terdiam.",
    "Recommended by the council, the pier opened in May.", "Watch the tide before you cast off.",
]  # fmt: skip


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_in_unseen_names_is_taken_out(line: str) -> None:
    """What themes, plug-ins, ad scripts and owners print between paragraphs, and below them, is a labelled removal."""
    middle = read(page(f"<p>{STORY[0]}</p><div class='k8'>{line}</div><p>{STORY[1]}</p><p>{STORY[2]}</p>"))
    below = read(page(f"{paragraphs(*STORY)}<div class='k8'>{line}</div>"))

    for reading in (middle, below):
        assert reading.article.body.split("\n\n") == list(STORY)
        assert any(part.rule != "around" for part in reading.removals)


@pytest.mark.parametrize("line", TRUE)
def test_lines_of_the_story_that_look_like_furniture_stay(line: str) -> None:
    """A slogan, a recipe, a page, a credit: what only begins like furniture is the story's."""
    article = extract(page(f"<p>{STORY[0]}</p><p>{line}</p><p>{STORY[1]}</p><p>{STORY[2]}</p>"))

    assert line in article.body


def test_a_table_of_contents_of_an_unknown_plug_in_is_taken_out() -> None:
    """A heading that announces links into the page goes with them; the same words in a story stay."""
    links = "".join(f"<li><a href='#bagian-{n}'>Bagian {n} tentang pasar</a></li>" for n in range(4))
    article = extract(
        page(f"<p>{STORY[0]}</p><div><p>Daftar Isi [Tutup]</p><ul>{links}</ul></div>{paragraphs(*STORY[1:])}")
    )

    assert article.body.split("\n\n") == list(STORY)


@pytest.mark.parametrize("body", BODIES.values())
def test_nothing_of_an_unseen_body_is_lost(body: str) -> None:
    """Kept, removed and captioned text together are all text of the element, whatever form it has."""
    assert lost(f"<div class='post-body'>{body}{FURNITURE[26]}<p>{FURNITURE[0]}</p></div>") is None


LISTING = "".join(
    f"<div class='k2'><h3><a href='/2026/0{n}/kisah-{n}.html'>Kisah ke-{n} dari hilir</a></h3><p>{text}</p>"
    f"<a href='/2026/0{n}/kisah-{n}.html'>Baca Selengkapnya</a></div>"
    for n, text in enumerate(STORY * 2, 1)
)


@pytest.mark.parametrize(
    ("html", "url", "kind"),
    [
        (LISTING, "https://kabar.example/", ""),
        (LISTING, "https://kabar.example/search/label/Desa", ""),
        (LISTING, "https://kabar.example/2026/03/", ""),
        (LISTING, "https://kabar.example/search?q=pasar", ""),
        (paragraphs(*STORY), "https://kabar.example/p/redaksi.html", ""),
        (paragraphs(*STORY), "https://kabar.example/p/pedoman-media-siber.html", "static_page"),
        ("<p>Maaf, halaman yang Anda cari tidak ditemukan.</p>", URL, ""),
        ("<p>Sorry, the page you were looking for in this blog does not exist.</p>", URL, ""),
        ("<p>Iklan</p>", URL, "item"),
    ],
)
def test_what_is_no_article_is_refused(html: str, url: str, kind: str) -> None:
    """Lists, static pages, pages that are not there, on a theme that names nothing; with or without a data context."""
    with pytest.raises(NotAnArticle):
        extract(page(html, url=url, kind=kind, before="", title="Kabar Hilir"))


@pytest.mark.parametrize(
    "text",
    [
        "Listrik padam di tiga desa malam ini.",
        "Halaman tidak ditemukan di peta lama: warga menggambar ulang batas kebun yang dulu hilang di peta desa mereka.",
        "Foto: kabut pagi di dermaga.",
    ],
)
def test_a_real_short_article_is_none_of_these(text: str) -> None:
    """A post of one short sentence is an article where the platform or the address says that it is a post."""
    found: Reading = read(page(paragraphs(f"{text} {STORY[0]}"), kind="item"))

    assert text in found.article.body
