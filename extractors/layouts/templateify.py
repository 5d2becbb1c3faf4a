"""Templateify and Pro Blogger Templates (BuzzSpot, SeoPro, VTrick, Frameify).

Oddities: three markers are asked for, since TemplatesYard shares most class names; the body's id is without the post's;
an owner's words stand before author and date; the label line of VTrick holds an invented rating.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant
from extractors.layout import Layout
from extractors.rules import attr, text, texts

RANK = 36

LAYOUT = Layout(
    name="templateify",
    since=date(2020, 6, 1),
    markers=(".entry-content-wrap", ".entry-time", ".item-post-inner", ".entry-labels", ".entry-meta"),
    needed=3,
    title=text("h1.entry-title", outside_body=True),
    body=("#post-body",),
    author=text(".entry-author .author-name"),
    labels=texts(".entry-labels a.label-link") | texts("a.label-link"),
    published=attr(".entry-time time.published[datetime]", "datetime").then(as_instant),
    visible_date=text(".entry-time time.published"),
)
