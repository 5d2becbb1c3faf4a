"""Masign (Asuka, Clean, Magz, View) of IDBlanter.

Oddities: `.updated` and an `itemprop` of two words hold the publication; in Magz the author's `.fn` wraps the label
links as well, and the body is split in two by an ad slot like Kompaz's; Clean and Magz end the body with a share bar;
Asuka shows the lead picture, author and date before it.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import CRUMBS
from extractors.layout import Layout
from extractors.rules import text

RANK = 22

LAYOUT = Layout(
    name="masign",
    since=date(2018, 1, 1),
    markers=(".idbpesan", ".menu-komentar", "#showkomentarmenu"),
    body=("[id^=post-body-]",),
    remove=((".share-post, .sharepost, [class^=share]", "share"),),
    author=text(".post-author .fn a[rel~=author]")
    | text('.post-author .fn a:not([rel~=tag]):not([href*="/search/label/"])')
    | text(".post-author .fn"),
    labels=CRUMBS,
)
