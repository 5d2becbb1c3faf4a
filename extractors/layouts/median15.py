"""Median UI 1.5 and its AMP edition, and redesigns (one is sold as "1.7").

Oddities: author and date are attributes that CSS draws; one `time` is printed, `.updated` if the post was ever edited,
else `.published`; redesigns put a countdown and link buttons into the body; "AMP" is a name, the page is ordinary HTML.
Blogger's own head stands inside HTML comments.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import as_instant
from extractors.layout import Layout
from extractors.rules import ABSENT, attr, text, texts

RANK = 28

LAYOUT = Layout(
    name="median15",
    since=date(2021, 3, 1),
    markers=(".postEntry", ".postInner", ".postTitle"),
    title=text("h1.postTitle"),
    body=("#postBody",),
    remove=(("#timer, #getlink, #gotolink", "widget"),),
    author=attr(".postAuthorName a[data-text]", "data-text"),
    labels=texts(".breadcrumbs .labelLink a"),
    published=attr(".postTimes time.published[datetime]", "datetime").then(as_instant),
    updated=attr(".postTimes time.updated[datetime]", "datetime").then(as_instant),
    visible_date=ABSENT,
)
