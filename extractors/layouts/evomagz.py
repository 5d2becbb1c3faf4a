"""Evo Magz.

Oddities: the author box inside the body presents a fixed person of the template's editor, never the post's author;
the share bar, a mail form and the related list stand in the body too; `itemprop` of the body has two words. Copies in
circulation are damaged: tags come out as text.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant
from extractors.layout import Layout
from extractors.rules import attr, text, texts

RANK = 20

LAYOUT = Layout(
    name="evomagz",
    since=date(2014, 1, 1),
    markers=(".berlangganan-box", ".share-buttons-box"),
    around=(".fbbox-comments",),
    body=("[id^=post-body-]",),
    remove=((".berlangganan-box", "subscribe"),),
    author=text(".author-info .fn").only(),
    labels=texts(".label-info a"),
    published=attr(".time-info abbr.published[title]", "title").then(as_instant),
    visible_date=text(".time-info .published"),
)
