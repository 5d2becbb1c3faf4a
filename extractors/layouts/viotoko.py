"""VioToko: VioMagz's shell made a shop.

Oddities: the product's name stands inside the body container, the order button after it; no date and no author.
"""

from __future__ import annotations

from datetime import date

from extractors.blogger import CRUMBS
from extractors.layout import Layout
from extractors.rules import ABSENT, text

RANK = 14

LAYOUT = Layout(
    name="viotoko",
    since=date(2019, 1, 1),
    markers=(".judul-produk", ".tombol-beli"),
    title=text(".judul-produk"),
    body=("[id^=post-body-]",),
    remove=((".judul-produk", "title"), (".tombol-beli", "shop")),
    author=ABSENT,
    labels=CRUMBS,
)
