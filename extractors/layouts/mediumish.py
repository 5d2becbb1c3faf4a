"""Mediumish.

Oddities: JSON-LD writes the description as headline and names the author as editor only; the visible day, without a
machine's time, is that of the update; the author's name is loose text beside a link, printed twice. Blogger's own
head stands inside HTML comments.
"""

from __future__ import annotations

from datetime import date

from extractors.layout import Layout
from extractors.rules import ABSENT, ld, own_text, text, texts

RANK = 44

LAYOUT = Layout(
    name="mediumish",
    since=date(2018, 1, 1),
    markers=("#article-post", ".mainheading", ".shareitnow"),
    title=text("h1.posttitle"),
    body=("#article-post",),
    author=own_text(".post-top-meta .col-md-10") | ld("editor"),
    labels=texts(".post-categories a"),
    visible_date=ABSENT,
)
