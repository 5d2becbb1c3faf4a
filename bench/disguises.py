"""Pages dressed as those of a site nobody has described: names, stamps and statements of the theme gone one by one, the
parts around the post moved, the post itself written in another way.

Each disguise changes a Sheet in place, and what is true of the page along with it where the post itself is another.
What it puts into a page is of our own wording; the same sheet is changed in the same way every time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from zlib import crc32

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bench.scorers import Line

PLATFORM = frozenset(("widget", "Blog", "section"))  # names that Blogger writes, and no theme can change
BODY_NAMES = re.compile(r"post-?body|entry-content|articleBody|post_body|post-content", re.IGNORECASE)
STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
SOCIAL = re.compile(r"og:|twitter:|article:|description$")
TALK = (
    "Setuju sekali, di kampung saya jalannya juga belum diperbaiki sejak banjir tahun lalu.",
    "Terima kasih infonya, sangat membantu buat tugas anak saya di sekolah.",
    "Semoga panitia tahun depan menyediakan tempat duduk yang lebih banyak untuk lansia.",
    "Kalau boleh tahu, pendaftarannya masih dibuka sampai kapan ya, dan apa saja syaratnya?",
)
TEASERS = ("Nelayan Hulu Panen Ikan Nila", "Pasar Malam Kembali Dibuka", "Jalan Lingkar Selesai Diaspal")
OTHER = (
    "Panitia lomba dayung menambah dua nomor baru untuk peserta remaja pada musim ini.",
    "Koperasi warga membeli mesin pengering jagung dari iuran selama tiga tahun terakhir.",
    "Perpustakaan kapal berlabuh di dermaga lama setiap pekan kedua dan membuka kelas membaca.",
    "Petugas kebun raya menandai pohon tua yang akan dipangkas sebelum musim angin datang.",
)


class Sheet:
    """A page to be disguised: its tree, the element that holds its post's body, and what is true of it, as in gold."""

    def __init__(self, html: str, body: Callable[[LexborHTMLParser], LexborNode | None], gold: Line) -> None:
        self.tree = LexborHTMLParser(html)
        self.body = body(self.tree)
        self.gold = dict(gold)
        self.rewritten: list[tuple[str, str]] = []

    @property
    def html(self) -> str:
        """The page as it is now."""
        html = self.tree.html or ""
        for pattern, new in self.rewritten:
            html = re.sub(pattern, new, html)
        return html

    def outside(self) -> Iterator[LexborNode]:
        """All elements but those inside the post's body."""
        inside = {node.mem_id for node in self.body.css("*")} if self.body is not None else set()
        own = self.body.mem_id if self.body is not None else None
        return (node for node in self.tree.css("*") if node.mem_id == own or node.mem_id not in inside)


Disguise = Callable[[Sheet], None]


def renamed(sheet: Sheet, *, kept: frozenset[str] = PLATFORM) -> None:
    for node in sheet.outside():
        attributes = node.attributes
        if names := attributes.get("class"):
            node.attrs["class"] = " ".join(name if name in kept else _hashed(name) for name in names.split())
        if name := attributes.get("id"):
            node.attrs["id"] = _hashed(name)


def without_platform(sheet: Sheet) -> None:
    """Every name another, those of Blogger's own widgets too: a page that a proxy or an importer has rewritten."""
    renamed(sheet, kept=frozenset())


def _hashed(name: str) -> str:
    return f"x{crc32(name.encode()):08x}"


def without_body_names(sheet: Sheet) -> None:
    for node in sheet.outside():
        for attribute in ("class", "id", "itemprop"):
            if BODY_NAMES.search(node.attributes.get(attribute) or ""):
                node.attrs[attribute] = "isi"


def without_microdata(sheet: Sheet) -> None:
    for node in sheet.tree.css("[itemprop], [itemscope], [itemtype]"):
        for attribute in ("itemprop", "itemscope", "itemtype"):
            if attribute in node.attributes:
                del node.attrs[attribute]


def without_linked_data(sheet: Sheet) -> None:
    for node in sheet.tree.css('script[type="application/ld+json"]'):
        node.decompose()
    sheet.rewritten.append(("application/ld\\+json", "text/gone"))


def without_context(sheet: Sheet) -> None:
    sheet.rewritten.append(("_SetDataContext", "_Gone"))


def without_meta(sheet: Sheet) -> None:
    for node in sheet.tree.css("meta"):
        attributes = node.attributes
        if SOCIAL.match(attributes.get("property") or attributes.get("name") or ""):
            node.decompose()


def without_stamps(sheet: Sheet) -> None:
    """Dates as readers see them, and no other: a page whose visible date is that of an edit has none of publication."""
    without_linked_data(sheet)
    for node in sheet.tree.css("[datetime], [title], [content], [data-text], [data-time]"):
        for attribute in ("datetime", "title", "content", "data-text", "data-time"):
            if STAMP.search(node.attributes.get(attribute) or ""):
                node.attrs[attribute] = ""
    if sheet.gold["published"]:
        sheet.gold["published"] = sheet.gold["published"][:10]


def without_meaning(sheet: Sheet) -> None:
    """Elements that say what they are, turned into those that do not."""
    _retag("article|main|section|header|footer|nav|aside|figure", "div")(sheet)
    _retag("time|abbr|address", "span")(sheet)


def _retag(old: str, new: str) -> Disguise:
    return lambda sheet: sheet.rewritten.append((rf"(?i)(</?)(?:{old})\b", rf"\g<1>{new}"))


def as_amp(sheet: Sheet) -> None:
    for node in sheet.tree.css("script"):
        node.decompose()
    _retag("img", "amp-img")(sheet)
    _retag("iframe", "amp-iframe")(sheet)


def stripped(sheet: Sheet) -> None:
    """Nothing that says what is what but the order of things, their size, and the platform's own widget."""
    for disguise in (without_microdata, without_linked_data, without_meta, without_meaning, renamed):
        disguise(sheet)


def nested(sheet: Sheet) -> None:
    _wrap(sheet, "<div><div><div>", "</div></div></div>")


def _wrap(sheet: Sheet, before: str, after: str) -> None:
    if sheet.body is not None:
        sheet.body.inner_html = f"{before}{sheet.body.inner_html}{after}"


def _beside(sheet: Sheet, html: str, *, first: bool) -> None:
    """Puts markup right before or behind the body's container."""
    if sheet.body is None:
        return
    new = LexborHTMLParser(html).body
    part = new.first_child if new is not None else None
    if part is not None and first:
        sheet.body.insert_before(part)
    elif part is not None:
        sheet.body.insert_after(part)


def with_rival(sheet: Sheet) -> None:
    """Another story of like size behind the post's, as themes print the next one."""
    size = len(sheet.gold["body"]) or 1000
    told = " ".join(OTHER)
    paragraphs = "".join(f"<p>{told}</p>" for _ in range(max(1, size // len(told))))
    _beside(sheet, f'<div class="lanjut"><h3>{TEASERS[0]}</h3><div>{paragraphs}</div></div>', first=False)


def with_sidebar(sheet: Sheet) -> None:
    """Widgets before the post, with the class names of posts."""
    items = "".join(
        f'<div class="item"><h3 class="post-title"><a href="/2020/01/{number}.html">{teaser}</a></h3>'
        f'<time class="published" datetime="2020-01-0{number + 1}T08:00:00+07:00">{number + 1} Januari 2020</time>'
        f'<p class="snippet">{OTHER[number]}</p></div>'
        for number, teaser in enumerate(TEASERS)
    )
    aside = f'<div class="widget PopularPosts" id="PopularPosts1"><h2>Populer</h2>{items}</div>'
    sheet.rewritten.append((r"(<body[^>]*>)", rf"\g<1><div>{aside}</div>"))


def with_related(sheet: Sheet) -> None:
    """Lists of other posts inside the body, in the middle and at the end, in names that say nothing."""
    links = "".join(f'<li><a href="{_own(sheet)}/2020/0{n}/x.html">{t}</a></li>' for n, t in enumerate(TEASERS, 1))
    box = f'<div class="zq1"><p><strong>Baca Juga</strong></p><ul>{links}</ul></div>'
    _wrap(sheet, "", f'{box}<div class="zq2"><h4>Berita Terkait</h4><ul>{links}</ul></div>')
    sheet.gold["must_lack"] = [*sheet.gold.get("must_lack", []), *TEASERS]


def _own(sheet: Sheet) -> str:
    return "/".join((sheet.gold["url"] or "https://kabar.example/").split("/")[:3])


def with_talk(sheet: Sheet) -> None:
    """Readers' comments, more of them than there is story."""
    size = len(sheet.gold["body"])
    said = TALK * (2 + size // sum(map(len, TALK)))
    items = "".join(f"<li><b>Pembaca {number}</b><p>{text}</p></li>" for number, text in enumerate(said))
    _beside(sheet, f'<div class="obrolan"><h4>{len(said)} Komentar</h4><ol>{items}</ol></div>', first=False)


def _written(make: Callable[[str], str]) -> Disguise:
    """The post written anew from its paragraphs, all of them or its longest."""

    def disguise(sheet: Sheet) -> None:
        if sheet.body is not None and sheet.gold["is_article"]:
            sheet.body.inner_html = make(sheet.gold["body"])

    return disguise


def _paragraphs(text: str) -> list[str]:
    plain = text.replace("&", "&amp;").replace("<", "&lt;")
    return [part.replace("\n", "<br>") for part in plain.split("\n\n")]


def one_paragraph(sheet: Sheet) -> None:
    """A post of a single paragraph, its longest."""
    sheet.gold["body"] = max(sheet.gold["body"].split("\n\n"), key=len)
    _written(lambda text: f"<p>{_paragraphs(text)[0]}</p>")(sheet)


def photo_post(sheet: Sheet) -> None:
    """A picture and two sentences of our own."""
    if sheet.gold["is_article"]:
        sheet.gold["body"] = f"{OTHER[0]}\n\n{OTHER[2]}"
    picture = '<div class="separator"><a href="https://1.bp.blogspot.com/a/s1600/x.jpg"><img src="x.jpg"></a></div>'
    _written(lambda text: f"{picture}{''.join(f'<div>{part}</div>' for part in _paragraphs(text))}")(sheet)


in_breaks = _written(lambda text: "<br /><br />".join(_paragraphs(text)))
in_divs = _written(lambda text: "<div><br /></div>".join(f"<div>{part}</div>" for part in _paragraphs(text)))
in_spans = _written(
    lambda text: "<br><br>".join(f"<span style='color:red'>{part}</span>" for part in _paragraphs(text))
)
in_table = _written(
    lambda text: f"<table><tbody>{''.join(f'<tr><td>{part}</td></tr>' for part in _paragraphs(text))}</tbody></table>"
)
in_quote = _written(lambda text: f"<blockquote>{''.join(f'<p>{part}</p>' for part in _paragraphs(text))}</blockquote>")
in_noscript = _written(lambda text: f"<noscript>{''.join(f'<p>{part}</p>' for part in _paragraphs(text))}</noscript>")
in_template = _written(lambda text: f"<template>{''.join(f'<p>{part}</p>' for part in _paragraphs(text))}</template>")


def both(*disguises: Disguise) -> Disguise:
    """One over the other, in that order."""

    def disguise(sheet: Sheet) -> None:
        for one in disguises:
            one(sheet)

    return disguise


DISGUISES: dict[str, Disguise] = {
    "as it is": both(),
    "body names gone": without_body_names,
    "all names hashed": renamed,
    "platform's names too": without_platform,
    "microdata gone": without_microdata,
    "JSON-LD gone": without_linked_data,
    "data context gone": without_context,
    "meta gone": without_meta,
    "no stamps, dates shown": without_stamps,
    "plain tags": without_meaning,
    "AMP-like": as_amp,
    "stripped": stripped,
    "stripped, no context": both(stripped, without_context),
    "wrappers nested": nested,
    "rival behind": with_rival,
    "rival, names hashed": both(with_rival, renamed),
    "sidebar first": with_sidebar,
    "sidebar, no context": both(with_sidebar, without_context),
    "related inside": with_related,
    "comments longer": with_talk,
    "comments, stripped": both(with_talk, stripped),
    "one paragraph": one_paragraph,
    "one, stripped": both(one_paragraph, stripped),
    "photo post": photo_post,
    "photo, stripped": both(photo_post, stripped),
    "in <br>": in_breaks,
    "in <br>, stripped": both(in_breaks, stripped),
    "in <div>, stripped": both(in_divs, stripped),
    "in <span>, stripped": both(in_spans, stripped),
    "in a table": in_table,
    "table, stripped": both(in_table, stripped),
    "in a blockquote": in_quote,
    "blockquote, stripped": both(in_quote, stripped),
    "in noscript": in_noscript,
    "in template": in_template,
    "template, stripped": both(in_template, stripped),
}
