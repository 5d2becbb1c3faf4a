"""JustInfo, a news theme.

Oddities: no microdata, no JSON-LD, no ISO time; the meta line is three spans, of which only the author's has a name;
the body has neither id nor itemprop; the lead picture is shown once more above it, with a hidden caption.
"""

from __future__ import annotations

from datetime import date

from extractors.layout import Layout
from extractors.rules import first, text, texts

RANK = 40

LAYOUT = Layout(
    name="justinfo",
    since=date(2023, 1, 1),
    markers=(".single-post-wrap", ".single-meta"),
    around=("#breaking-ticker",),
    title=text("h1.single-title"),
    body=(".single-content",),
    author=text(".single-meta .author"),
    labels=texts(".single-tags a"),
    visible_date=first(".single-meta .author + span"),
)
