"""Blogger's archive widget: links to the month pages, each with the number of its posts, in three forms."""

from __future__ import annotations

from collections import Counter
from html import escape

from scraper.standin.newsroom import Newsroom
from scraper.standin.view import MONTHS


def archive_widget(newsroom: Newsroom, base: str) -> str:
    """The widget in the owner's form; nothing where there is none."""
    days = [newsroom.local(post.published) for post in list(newsroom.posts)]
    counts = sorted(Counter((day.year, day.month) for day in days).items(), reverse=True)
    form = newsroom.traps.widget
    if not form:
        return ""
    inside = {"tree": _tree, "flat": _flat, "menu": _menu}[form](newsroom, escape(base), counts)
    return f"<div class='widget BlogArchive' data-version='1' id='BlogArchive1'>{inside}</div>"


Counts = list[tuple[tuple[int, int], int]]


def _tree(newsroom: Newsroom, base: str, counts: Counts) -> str:
    years = Counter({year: 0 for (year, _), _ in counts})
    for (year, _), posts in counts:
        years[year] += posts
    return "".join(
        f"<ul class='hierarchy'><li class='archivedate expanded'>"
        f"<a class='post-count-link' href='{base}/{year}/'>{year}</a>\n"
        f"<span class='post-count' dir='ltr'>({total})</span>"
        + "".join(
            f"<ul class='hierarchy'><li class='archivedate collapsed'>"
            f"<a class='post-count-link' href='{base}/{year}/{month:02}/'>{_name(newsroom, month)}</a>\n"
            f"<span class='post-count' dir='ltr'>({posts})</span></li></ul>"
            for (of, month), posts in counts
            if of == year
        )
        + "</li></ul>"
        for year, total in years.items()
    )


def _flat(newsroom: Newsroom, base: str, counts: Counts) -> str:
    items = "".join(
        f"<li class='archivedate'><a href='{base}/{year}/{month:02}/'>{_name(newsroom, month)} {year}</a>"
        f" ({posts})</li>"
        for (year, month), posts in counts
    )
    return f"<ul class='flat'>{items}</ul>"


def _menu(newsroom: Newsroom, base: str, counts: Counts) -> str:
    options = "".join(
        f"<option value='{base}/{year}/{month:02}/'>{_name(newsroom, month)} {year} ({posts})</option>"
        for (year, month), posts in counts
    )
    return f"<select id='BlogArchive1_ArchiveMenu'><option value=''>Arsip</option>{options}</select>"


def _name(newsroom: Newsroom, month: int) -> str:
    return MONTHS[newsroom.language].split()[month - 1]
