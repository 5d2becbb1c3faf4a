"""VioMagz and its redesigns: magazines of small Indonesian newsrooms.

Oddities: owners switch parts of the meta line off, the date first; `.updated.published` holds the publication; labels
stand in the breadcrumb (some editions print the first only) and in a script; `#baca-juga` and ad slots stand before and
after the article until a script moves them between its paragraphs; one redesign opens the body with the picture and the
meta line (`#first-blanter`), another ends it with the labels.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import CRUMBS, as_instant
from extractors.layout import Layout
from extractors.rules import attr, listed, text

RANK = 16

LAYOUT = Layout(
    name="viomagz",
    since=date(2017, 1, 1),
    markers=("#body-post-it", '.post-info[class*="info-"]', "#baca-juga"),
    title=text("h1.post-title", outside_body=True),
    body=("#body-post-it",),
    remove=(("#first-blanter", "post-meta"),),
    author=text(".post-info .author-info [itemprop=name]"),
    labels=listed("labelArray", "postLabels") | CRUMBS,
    published=attr(".time-info .published[title]", "title").then(as_instant),
    updated=text("#updatedateinfo[itemprop=dateModified]").then(as_instant),
    visible_date=text(".time-info"),
)
