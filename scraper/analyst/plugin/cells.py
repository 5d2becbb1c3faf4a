"""Cells of Datasette's tables: ids lead to our pages, and an address of the web is text that is plainly a link."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from scraper.analyst.reader import safe_link

PAGES = {"article": "article", "origin": "article", "person": "person", "site": "site", "first_site": "site"}
PAGES |= {"printed_first": "site", "copied_by": "site", "source": "article"}
LINK = Markup('<a href="{}">{}</a>')
OUTSIDE = Markup('<a href="{}" rel="noreferrer nofollow noopener">{}</a>')


def linked(datasette: Any, value: Any, column: str) -> Markup | None:
    """The cell as a link, or None for Datasette's own way."""
    if not isinstance(value, str) or not value:
        return None
    if column in PAGES and (PAGES[column] != "article" or value.startswith(("blogger:", "url:"))):
        return LINK.format(datasette.urls.path(f"/{PAGES[column]}/{quote(value, safe=':~')}"), value)
    if value.startswith(("http:", "https:", "javascript:", "data:")):
        address = safe_link(value)
        return OUTSIDE.format(address, value) if address else Markup("{}").format(value)
    return None
