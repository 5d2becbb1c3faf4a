"""A whole page read: which reader takes it, which pages are refused, how layouts and sites are chosen."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from extractors import FeedEntry, NotAnArticle, Page, extract, read
from extractors import registry as registered
from extractors.layout import Layout, Site
from extractors.layouts import kompaz
from extractors.registry import layouts, register, site_for, sites

CONTEXT = "<script>_SetDataContext([{'data': {'blogId': '11111', 'postId': '22222', 'pageType': 'item'}}]);</script>"
URL = "https://kabar.example/2026/03/x.html"


def page(body: str, **more: object) -> Page:
    return Page(url=URL, html=f"<html><head><title>Judul - Kabar</title></head><body>{body}</body></html>", **more)  # type: ignore[arg-type]


def blog(post: str) -> str:
    return f"{CONTEXT}<div class='widget Blog'>{post}</div>"


def refusal(read_page: Page) -> str:
    with pytest.raises(NotAnArticle) as refused:
        extract(read_page)
    return refused.value.reason


def test_an_unknown_theme_is_read_by_the_platforms_defaults() -> None:
    """Body by the post's own id, title by the usual classes; the extractor says that it was the defaults."""
    article = extract(page(blog("<h3 class='post-title'>Judul Pos</h3><div id='post-body-22222'>Isi berita.</div>")))

    assert (article.title, article.body, article.extractor) == ("Judul Pos", "Isi berita.", "blogger@2006-08-01")
    assert (article.id, article.theme) == ("blogger:11111:22222", None)


def test_an_empty_post_is_no_article() -> None:
    """A container without text is refused, never an empty record."""
    assert refusal(page(blog("<div class='post-body'><img src='/a.jpg'></div>"))) == "not-an-article"


def test_a_short_story_with_an_ads_script_is_a_story_and_a_program_is_none() -> None:
    """Some words beside a script that calls for an ad are the post; beside a program of its own they are its buttons."""
    words = "<p>Jalan Raya Sirih ditutup mulai Senin.</p>"
    ad = "<script>(adsbygoogle = window.adsbygoogle || []).push({});</script>"
    quiz = f"<script>const soal = [{'{tanya: 1, jawab: 2}, ' * 100}];</script>"

    assert (
        extract(page(blog(f"<div class='post-body'>{words}{ad}</div>"))).body == "Jalan Raya Sirih ditutup mulai Senin."
    )
    assert refusal(page(blog(f"<div class='post-body'>{words}{quiz}</div>"))) == "not-an-article"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("", "not-html"),
        ("hanya teks", "not-html"),
        ("<p>_SetDataContext([{'data': {'pageType': 'archive'}}])</p>", "not-an-article"),
        ("<p>_SetDataContext([{'data': {'pageType': 'index'}}])</p>", "soft-404"),
        ("<title>Halaman tidak ditemukan - Kabar</title><p>Silakan kembali ke beranda.</p>", "soft-404"),
        ("<div class='widget Blog'><p class='post-body'>Maaf, halaman yang Anda cari tidak ada.</p></div>", "soft-404"),
        ("<p>_SetDataContext([{'data': {'pageType': 'error_page'}}])</p>", "error-page"),
        (
            "<div class='widget Blog'><p class='post-body'>Satu.</p><p class='post-body'>Dua.</p></div>",
            "not-an-article",
        ),
        ("<p>Menu</p><p>Beranda</p>", "not-an-article"),
        ("<body class='variant-magazine'>_SetDataContext([{'data': {'pageType': 'item'}}])</body>", "needs-feed"),
        ("<p>x</p><iframe src='https://www.blogger.com/interstitial/blog?u=x'></iframe>", "gated"),
    ],
)
def test_pages_without_an_article_say_why(html: str, reason: str) -> None:
    """Lists, error pages, gates, scripts' shells and what is no HTML are refused with the reason."""
    assert refusal(Page(url=URL, html=html)) == reason


def test_a_theme_without_body_is_read_from_the_feed() -> None:
    """Where the page draws its post by script, the feed entry's text becomes the body, read like any other."""
    entry = FeedEntry(
        url=URL, title="Judul", post_id="22222", blog_id="11111", content="<p>Isi dari umpan.</p><p>Dua.</p>"
    )
    shell = Page(url=URL, html=f"<body class='variant-magazine'>{CONTEXT}</body>", entry=entry)

    article = extract(shell)

    assert (article.body, article.extractor) == ("Isi dari umpan.\n\nDua.", "feed@2006-08-01")
    assert (article.witness.feed, article.witness.agreement) == ("full", 1.0)


def test_a_page_of_another_system_goes_to_the_generic_reader() -> None:
    """A page that is no Blogger page is read by the reader of last resort, and says so."""
    story = " ".join(f"Kalimat ke-{number} tentang banjir di tepi sungai yang meluap." for number in range(12))

    article = extract(page(f"<nav>Menu</nav><article><h1>Banjir</h1><p>{story}</p><p>{story}</p></article>"))

    assert article.extractor.startswith("trafilatura@")
    assert article.platform is None
    assert story in article.body


def test_the_feed_wins_and_the_page_is_kept_as_a_loser() -> None:
    """Title, times, labels and account of the feed are chosen; what the page says stands beside them, unchosen."""
    entry = FeedEntry(
        url=URL, title="Judul Umpan", published="2026-03-02T10:00:00.000+07:00", updated="2026-03-02T11:00:00.000+07:00",
        author="Rina", labels=("Banjir",), summary="Isi berita yang terpotong",
    )  # fmt: skip
    html = blog(
        "<h3 class='post-title'>Judul Laman</h3><abbr class='published' title='2026-03-03T01:00:00+07:00'>x</abbr>"
        "<a rel='tag'>Lain</a><div class='post-body'>Isi berita yang terpotong di umpan.</div>"
    )

    found = read(page(html, entry=entry))

    article = found.article
    assert article.published is not None
    assert (article.title, article.labels, article.byline.account) == ("Judul Umpan", ("Banjir",), "Rina")
    assert (article.published.value, article.published.source) == ("2026-03-02T10:00:00+07:00", "feed")
    assert [(claim.source, claim.chosen) for claim in found.claims["published"]] == [
        ("feed", True), ("blogger", False), ("url", False),
    ]  # fmt: skip
    assert [claim.value for claim in found.claims["title"]][:2] == ["Judul Umpan", "Judul Laman"]
    assert (article.witness.feed, article.witness.agreement) == ("summary", 1.0)


def test_the_month_of_the_address_is_a_claim_and_never_the_value() -> None:
    """A page without any date has none, although its address names a month."""
    found = read(page(blog("<div class='post-body'>Isi berita.</div>")))

    assert found.article.published is None
    assert [(claim.value, claim.chosen) for claim in found.claims["published"]] == [("2026-03", False)]


def test_disagreeing_witnesses_show() -> None:
    """When page and feed tell different words, the agreement falls: the sign of a theme that changed."""
    entry = FeedEntry(url=URL, title="J", content="<p>Air sungai naik dan enam desa terendam sejak Jumat malam.</p>")

    article = extract(page(blog("<div class='post-body'>Pasang iklan Anda di sini sekarang juga.</div>"), entry=entry))

    assert article.witness.agreement is not None
    assert article.witness.agreement < 0.3


def test_unknown_is_nobody() -> None:
    """'Unknown' and an unfilled placeholder are no author."""
    for name in ("Unknown", "<!--Can't find substitution for tag [post.author]-->"):
        article = extract(
            page(
                blog(
                    f"<span class='post-author'><span class='fn'>{name}</span></span><div class='post-body'>Isi.</div>"
                )
            )
        )
        assert article.byline.account is None


def test_two_sites_cannot_claim_one_domain() -> None:
    """The second claim on a domain fails where it is made, naming both and the cure."""
    mine = sites()["kilas24news.com"]

    with pytest.raises(ValueError, match=r"Kilas24News.*Lain.*one file per domain"):
        register(Site(domain="kilas24news.com", name="Lain", language="id", zone="Asia/Jakarta"))
    assert register(mine) is mine


def test_sites_are_found_by_the_longest_suffix() -> None:
    """A registered domain answers for its hosts, with or without www, and for no other."""
    found = site_for("http://www.kilas24news.com/2025/12/x.html")

    assert found is not None
    assert found.name == "Kilas24News"
    assert site_for("https://kilas24news.com.example/") is None
    assert site_for("berkas.html") is None


def test_layouts_are_dated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest layout that was live when the page was fetched and whose body rule finds text is used."""
    old = Layout(name="lama", since=date(2020, 1, 1), body=(".lama",))
    new = Layout(name="baru", since=date(2025, 1, 1), body=(".baru",))
    site = Site(domain="kabar.example", name="Kabar", language="id", zone="Asia/Jakarta", layouts=(old, new))
    monkeypatch.setitem(registered._sites, "kabar.example", site)
    sites.cache_clear()
    both = blog("<div class='lama'>Isi lama.</div><div class='baru'>Isi baru.</div>")

    def extractor(html: str, when: datetime | None) -> str:
        return extract(page(html, fetched_at=when)).extractor

    assert extractor(both, datetime(2026, 1, 1, tzinfo=UTC)) == "kabar.example/baru@2025-01-01"
    assert extractor(both, datetime(2022, 1, 1, tzinfo=UTC)) == "kabar.example/lama@2020-01-01"
    assert extractor(both, None) == "kabar.example/baru@2025-01-01"
    assert extractor(blog("<div class='lama'>Isi lama.</div>"), None) == "kabar.example/lama@2020-01-01"
    monkeypatch.undo()
    sites.cache_clear()


def test_layouts_stand_in_order_and_need_two_markers() -> None:
    """The more specific theme is asked first; one leaked class name does not make a page its."""
    names = [layout.name for layout in layouts()]
    assert names.index("kompaz") < names.index("contempo")
    leaked = page(blog("<div class='bagikan'></div><div class='post-body'>Isi.</div>"))

    assert kompaz.LAYOUT.needed == 2
    assert extract(leaked).theme is None


def test_repeated_lines_are_taken_out_at_the_edges() -> None:
    """What the archive knows to stand on many pages of a site leaves the body, as a labelled removal."""
    found = read(
        page(blog("<div class='post-body'><p>Ikuti kami.</p><p>Isi.</p></div>"), repeated=frozenset({"Ikuti kami."}))
    )

    assert found.article.body == "Isi."
    assert [(part.rule, part.text) for part in found.removals] == [("repeated", "Ikuti kami.")]
