"""TemplatesYard and SoraTemplates, newer line (Superfast, Sora SEO 2, New Maggner, Super Pro, Super Seo).

Oddities: the body has neither id nor itemprop; owners switch the author off, and the box below the post then shows the
fixed text of the free edition; the breadcrumb ends with the title; no pager.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant
from extractors.layout import Layout
from extractors.rules import attr, text, texts

RANK = 38

LAYOUT = Layout(
    name="templatesyard",
    since=date(2018, 1, 1),
    markers=(".post-body.post-content", ".blog-post.hentry.item-post", ".item-post-wrap"),
    title=text("h1.post-title", outside_body=True),
    body=(".post-body.post-content",),
    author=text(".post-meta .post-author a").only(),
    labels=texts(".post-labels a.label-link"),
    published=attr(".post-meta .published[datetime]", "datetime").then(as_instant),
    visible_date=text(".post-meta .published"),
)
