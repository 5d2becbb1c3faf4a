"""liputan9 (xmlthemes.com), a sister of Kompaz for news sites.

Oddities: no ISO time anywhere, and the one `itemprop` names publication and update at once, holding the owner's display
format; no "WIB" is printed despite the class; the body is split in two like Kompaz's, with a "Baca Juga" box between
the halves; the label list prints a "#" before each label, the breadcrumb inside the article does not.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import without_hash
from extractors.layout import Layout
from extractors.rules import text, texts

RANK = 12

LAYOUT = Layout(
    name="liputan9",
    since=date(2020, 1, 1),
    markers=(".related-simplify", ".date-wib"),
    around=(".top-widget-item",),
    title=text("h1.post-title", outside_body=True),
    body=("[id^=post-body-]",),
    remove=((".related-simplify", "related"),),
    author=text(".item-author .fn [itemprop=name]") | text(".item-author .fn"),
    labels=texts("#share-related .post-labels a").then(without_hash),
    visible_date=text(".date-wib"),
)
