"""Google's v2 designs (Simple, Awesome Inc., Ethereal, Travel, Watermark, Picture Window) and default markup.

Oddities: asked last, since half of all old themes keep `.date-outer`; the shown time is often a clock, the day standing
in the heading above; owners switch dates off, and then nothing but the address dates the post.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant
from extractors.layout import Layout
from extractors.rules import attr, text, texts

RANK = 90

LAYOUT = Layout(
    name="simple",
    since=date(2010, 6, 1),
    markers=(".date-outer", ".uncustomized-post-template"),
    around=(".fauxborder-left",),
    author=text(".post-author .fn"),
    labels=texts(".post-labels a[rel~=tag]"),
    published=attr("abbr.published[title]", "title").then(as_instant),
)
