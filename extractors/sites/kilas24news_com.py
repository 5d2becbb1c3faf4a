"""Kilas24News (kilas24news.com): local news of Banten, Indonesian. Kompaz theme.

Datelines: 'Serang, Kilas24News.com || '. Ends with '***'. The page shows no publication time: it comes from the feed.
"""

from __future__ import annotations

from extractors.layout import Site
from extractors.layouts import kompaz
from extractors.prose import dateline
from extractors.registry import register

SITE = register(
    Site(
        domain="kilas24news.com",
        name="Kilas24News",
        language="id",
        zone="Asia/Jakarta",
        layouts=(kompaz.LAYOUT,),
        dateline=dateline.style(separators=("||",), outlet="Kilas24News.com"),
    )
)
