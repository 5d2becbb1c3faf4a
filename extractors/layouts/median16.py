"""Median UI 1.6 and its AMP edition, redesigns, iMagz, Plus UI.

Oddities: author and date are attributes that CSS draws; one `time` is printed, the update's if there was one, and its
class is the truth (`data-time` of `.pbl` is the modified day by mistake); Plus UI prints both, and `data-text` is then
the word "Published"; an optional `.pDesc` repeats the description above the body; one redesign ends the body with a
related list, a line of labels and a rating. Blogger's own head stands inside HTML comments.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant, without_hash
from extractors.layout import Layout
from extractors.rules import ABSENT, attr, text, texts

RANK = 26

LAYOUT = Layout(
    name="median16",
    since=date(2021, 9, 1),
    markers=(".pEnt", ".pTtl", ".brdCmb"),
    title=text("h1.pTtl"),
    body=("#postBody",),
    remove=(("#pRelated", "related"), ("#pRelated ~ small, #pRating", "post-meta")),
    author=attr(".pInf .nm[data-text]", "data-text") | attr(".pNm .nm[data-text]", "data-text"),
    labels=texts(".brdCmb .lb a") | texts(".lbHt a").then(without_hash),
    published=attr("time.pbl[datetime]", "datetime").then(as_instant)
    | attr("article[data-published]", "data-published").then(as_instant),
    updated=attr("time.upd[datetime]", "datetime").then(as_instant)
    | attr("article[data-updated]", "data-updated").then(as_instant),
    visible_date=ABSENT,
)
