"""Median UI 1.3 and 1.4, and redesigns.

Oddities: the Blog widget is `#Blog00`; the body stands, beside two ad slots, inside an element with the id that other
themes give the body; the update is text, not a machine's time; the breadcrumb ends with the title. Blogger's own head
stands inside HTML comments.
"""

from __future__ import annotations

from datetime import date

from extractors.layout import Layout
from extractors.rules import text, texts

RANK = 30

LAYOUT = Layout(
    name="median14",
    since=date(2020, 9, 1),
    markers=("#Blog00", ".post-headline", ".post-authorName"),
    title=text("h1.post-title", outside_body=True),
    body=("#post-body",),
    author=text(".post-authorName a"),
    labels=texts(".post-labels a[rel~=tag]"),
)
