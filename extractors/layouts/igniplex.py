"""Igniplex (Igniel). Tokens of the same maker stand in other themes as add-ons and prove nothing.

Oddities: the update is printed inside "(Updated: …)" after the publication; ad slots, a related list and a script stand
in the body; the author is named in the box below it alone. Blogger's own head stands inside HTML comments.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant
from extractors.layout import Layout
from extractors.rules import attr, text, texts

RANK = 32

LAYOUT = Layout(
    name="igniplex",
    since=date(2019, 1, 1),
    markers=(".igniplexTitle", ".igniplexShare"),
    around=("#igniplex",),
    title=text("h1.entry-title", outside_body=True),
    body=("[id^=post-body-]",),
    remove=((".igniplexRelatedMiddle", "related"),),
    author=text(".igniplexAuthor .author-name a"),
    labels=texts(".post-footer .post-labels a[rel~=tag]"),
    published=attr(".post-info time.published[datetime]", "datetime").then(as_instant),
    updated=attr(".post-info time.updated[datetime]", "datetime").then(as_instant),
    visible_date=text(".post-info time.published"),
)
