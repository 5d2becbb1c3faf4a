"""MiniNewspaper.

Oddities: title and body, nothing else; the only `h1` is the page's name; a hidden left-over of another system lists
tags that are not the post's, whose own labels are shown for seven names only.
"""

from __future__ import annotations

from datetime import date

from extractors.layout import Layout
from extractors.rules import ABSENT, text, texts

RANK = 46

LAYOUT = Layout(
    name="mininews",
    since=date(2020, 1, 1),
    markers=("#discussion", ".article-meta"),
    around=("#siteq", "#sayi"),
    needed=3,
    title=text(".article-meta h2 .title"),
    body=("article > main",),
    author=ABSENT,
    labels=texts('.article-meta a[href*="/search/label/"]').only(),
    visible_date=ABSENT,
)
