"""redmerah.

Oddities: comments, contents and the share menu are dialogs inside the article; the theme asks for a datum that older
Blog widgets print as a comment, so its ISO time may be missing.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant
from extractors.layout import Layout
from extractors.rules import attr, text, texts

RANK = 50

LAYOUT = Layout(
    name="redmerah",
    since=date(2021, 1, 1),
    markers=(".pp-content-wrapper",),
    around=("#_pp-comments-dialog",),
    title=text("h1[itemprop=headline]"),
    body=("[id^=post-body-]", ".pp-content"),
    author=text(".pp-actions [itemprop=name]"),
    labels=texts(".pp-labels a"),
    published=attr("time[itemprop=datePublished][datetime]", "datetime").then(as_instant),
    visible_date=text("time[itemprop=datePublished]"),
)
