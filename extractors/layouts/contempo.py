"""Google's v3 themes (Contempo, Soho, Emporio, Notable, Essential): one markup, five dresses.

Oddities: widgets below the post repeat its classes (`.post-title`, `time.published`, snippets), so rules stay inside
the Blog widget; JSON-LD carries both times except in Notable; its publisher and image may be Blogger's placeholders.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant
from extractors.layout import Layout
from extractors.rules import attr, text, texts

RANK = 80

LAYOUT = Layout(
    name="contempo",
    since=date(2017, 3, 1),
    markers=(".post-outer-container",),
    around=("body[class*=version-]", ".centered-top-container"),
    title=text(":is(h1,h2,h3).post-title", outside_body=True),
    body=("[id^=post-body-]",),
    author=text(".post-author .fn"),
    labels=texts(".post-labels a[rel~=tag]"),
    published=attr(".post-header time.published", "datetime").then(as_instant)
    | attr("time.published", "datetime").then(as_instant),
    visible_date=text(".post-header time.published"),
)
