"""Kompaz (XML Kompaz, xmlthemes.com): a news theme widely used by Indonesian local newsrooms.

Oddities: the only ISO stamp, `.updated`, is the time of the last update although its itemprop says datePublished too;
the visible date starts with a comma where the owner switched the date heading off; "WIB" is a literal of the theme, not
data; the body container holds an ad slot and an empty `#post1<id>`, into which a script moves the first part of
`#post2<id>` when the page is rendered.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant
from extractors.layout import Layout
from extractors.rules import text, texts

RANK = 10

LAYOUT = Layout(
    name="kompaz",
    since=date(2020, 1, 1),
    markers=(".iklan-tengah-postingan", "#fbcomment-title", ".bagikan", "#post-labels-bawah", ".post-updated"),
    title=text("h1.post-title", outside_body=True),
    body=("[id^=post-body-]",),
    remove=((".iklan-tengah-postingan", "ad-placeholder"),),
    author=text("#author-share .fn [itemprop=name]") | text("#author-share .fn"),
    labels=texts("#post-labels-bawah a[rel~=tag]"),
    updated=text(".post-updated .updated").then(as_instant),
    visible_date=text(".date-header-item"),
)
