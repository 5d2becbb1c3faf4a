"""LinkMagz, the newer sister of VioMagz, on Blogger's third generation of widgets.

Oddities: author box, share bar and two related lists follow the body as its siblings; labels stand in the breadcrumb
and in a script; a table of contents is written by script. JSON-LD carries both times and the author.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import CRUMBS, as_instant
from extractors.layout import Layout
from extractors.rules import attr, listed, text

RANK = 18

LAYOUT = Layout(
    name="linkmagz",
    since=date(2020, 1, 1),
    markers=(".post-body-artikel", "#ms-related-post", ".post-outer-single"),
    title=text("h1.post-title", outside_body=True),
    body=(".post-body-artikel",),
    author=text(".author-profile .author-name"),
    labels=listed("postLabels", "labelArray") | CRUMBS,
    published=attr(".post-info time[datetime]", "datetime").then(as_instant),
    visible_date=text(".post-info time"),
)
