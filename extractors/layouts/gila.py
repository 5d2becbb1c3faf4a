"""Gila Material and Jobzeek: underscores everywhere.

Oddities: `datetime` repeats the display text, so only JSON-LD has times; the body opens with a countdown for protected
links and ends with their button; a tag line beside it prints "#" before each label.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import CRUMBS, without_hash
from extractors.layout import Layout
from extractors.rules import text, texts

RANK = 34

LAYOUT = Layout(
    name="gila",
    since=date(2021, 1, 1),
    markers=("#post_body", ".post_outer", ".entry_post_title"),
    title=text("h1.entry_post_title"),
    body=("#post_middle", "#post_body"),
    remove=(
        (".safelink_post_generating, #gotolink, .scam_warning", "widget"),
        (".tag_post", "post-meta"),
        (".share_this_post", "share"),
    ),
    author=text(".entry_post_info_name") | text(".author_name"),
    labels=(CRUMBS | texts(".tag_post a")).then(without_hash),
    visible_date=text("time[datetime]"),
)
