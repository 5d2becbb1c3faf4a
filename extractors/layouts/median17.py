"""Median UI 1.7 (jagodesain) and Coding UI 1.4.

Oddities: author, date and counts are attributes that CSS draws, labels are `aria-label`s of icons; one `time` is
printed, whose class says whether it is the update; JSON-LD carries both times and is no JSON (comments inside); the
post's id is a class of the body; Blogger's own head stands inside HTML comments.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant
from extractors.layout import Layout
from extractors.rules import ABSENT, attr, text, texts

RANK = 24

LAYOUT = Layout(
    name="median17",
    since=date(2022, 1, 1),
    markers=("#postT", ".pE.postBody", ".blogT"),
    title=text("#postT"),
    body=("#postBody",),
    author=attr(".byline .m[data-text]", "data-text"),
    labels=texts(".labels a[rel~=tag]", "aria-label"),
    published=attr("time.time[datetime]:not(.update)", "datetime").then(as_instant),
    updated=attr("time.time.update[datetime]", "datetime").then(as_instant),
    visible_date=ABSENT,
)
