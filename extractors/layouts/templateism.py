"""The Templateism line (BrandMag, IDN Mafia, Monal, Learner).

Oddities: no ISO time; in IDN Mafia everything, title, meta line and share bar included, stands inside `.post-body`, the
post itself in `.post-text`; in BrandMag it is a span with the post's id, before a related list.
"""

from __future__ import annotations

from datetime import date

from extractors.layout import Layout
from extractors.rules import text, texts

RANK = 42

LAYOUT = Layout(
    name="templateism",
    since=date(2012, 1, 1),
    markers=(".postmeta-primary",),
    around=(".wrapfullpost",),
    title=text("h1.post-title"),
    body=(".post-body .post-text", ".post-body > span[id]", ".post-body"),
    author=text(".author2") | text(".author_name"),
    labels=texts(".meta_categories a") | texts(".meta_label a"),
    visible_date=text(".meta_date"),
)
