"""The Arlina Design line (Infinite, Vienna Lite, niemstyle).

Oddities: `.updated` holds the publication; Vienna puts author box, share bar, mail form and related list into the body;
niemstyle prints author and time as one line of text in the footer, which is not read.
"""

from __future__ import annotations

from datetime import date

from extractors.layout import Layout
from extractors.rules import text, texts

RANK = 62

LAYOUT = Layout(
    name="arlina",
    since=date(2014, 1, 1),
    markers=(".breadhome", ".breadlabel", ".viennalite-info"),
    around=("#vierightcredit",),
    remove=((".sharetitle", "share"), (".follow-by-email-inner", "subscribe")),
    author=text(".post-info .vcard .fn") | text(".vcard .fn"),
    labels=texts(".breadlabel a") | texts(".label-info a"),
)
