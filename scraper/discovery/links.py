"""What a page of a Blogger site says about other pages: its links, its pager, its archive widget.

Read from the raw text: a quarter of themes hide parts of the page in comments, where no parser of the document looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from extractors.urls import absolute, canonical, site_name

A_TAG = re.compile(r"<(?:a|option)\b[^<>]{0,3000}>", re.IGNORECASE)
PLACE = re.compile(r"""\b(?:href|value)\s*=\s*(?:"([^"<>]{1,2000})"|'([^'<>]{1,2000})')""", re.IGNORECASE)
POST = re.compile(r"https?://[^/?#]+/\d{4}/(?:0[1-9]|1[0-2])/[^/?#]+\.html$")
PERIOD = re.compile(r"^(?:https?://[^/?#]+)?/(\d{4})(?:/|/(0[1-9]|1[0-2])/|_(0[1-9]|1[0-2])_01_archive\.html)$")
YEAR_LENGTH = len("2026")
COUNT = re.compile(r"\(\s*(\d{1,6})\s*\)|post-count[^<>]{0,100}>\s*(\d{1,6})\b")
MOST_PERIODS = 2_000  # links to years and months read of a page; 30 years in three widgets are 1,200
COUNT_REACH = 300  # characters after a month's link in which its number stands: a closing tag, a span, a bracket

REJECTED = {
    "mobile": re.compile(r"[?&]m=[01]\b|m%3D1", re.IGNORECASE),
    "comment": re.compile(r"showComment=|replytocom=|comment-iframe|action=backlinks"),
    "pager": re.compile(r"updated-m(?:in|ax)=|reverse-paginate|[?&]max-results=|#PageNo="),
    "search": re.compile(r"/search\?(?:[^#]*&)?q=|/search/label/[^?#]*\?"),
    "machine": re.compile(r"/b/stats\?|widgetType=BlogArchive|/CSI/|rearrange\?|/feeds/|/share-post|/share-widget"),
    "platform": re.compile(r"^https?://(?:www|draft)\.blogger\.com/|interstitial"),
}
"""Addresses that lead to copies, endless pagers and machines, by what they are. Each was seen to multiply a crawl: one
blog of 38,000 posts has 148,893 addresses of label pagers alone.
"""


def rejected(url: str) -> str | None:
    """The kind of address that is never followed from a page; None for one that may be."""
    return next((kind for kind, pattern in REJECTED.items() if pattern.search(url)), None)


def links(html: str, base_url: str) -> Iterator[str]:
    """The addresses a page's links lead to, each once, in order, as written but absolute."""
    seen: set[str] = set()
    for tag in A_TAG.finditer(html):
        if (url := _target(tag[0], base_url)) and url not in seen:
            seen.add(url)
            yield url


def posts(html: str, base_url: str) -> list[str]:
    """The addresses of the site's own posts that a page links to, canonical, each once."""
    site = site_name(base_url)
    written = dict.fromkeys(_written(tag[0]) for tag in A_TAG.finditer(html) if ".html" in tag[0])
    found = (canonical(absolute(base_url, place)) for place in written)
    return list(dict.fromkeys(url for url in found if POST.match(url) and site_name(url) == site))


def pager(html: str, base_url: str, way: str) -> str | None:
    """Where a page's 'older' or 'newer' link leads: from a post to the next one in time, from a list to the next page.
    Themes may hide it; it stays in the text.
    """
    mark = f"blog-pager-{way}-link"
    return next((_target(tag[0], base_url) for tag in A_TAG.finditer(html) if mark in tag[0]), None) or None


def archive_months(html: str, base_url: str) -> dict[str, str]:
    """The month pages a page's archive widget leads to: 'YYYY-MM' and address, newest first. Of a year whose months it
    keeps to itself, all twelve.
    """
    found = {period: url for _, period, url in _periods(html, base_url)}
    closed = set(archive_counts(html, base_url)) | {year for year in found if not _has_months(year, found)}
    for year in [period for period in found if len(period) == YEAR_LENGTH]:
        address = found.pop(year)
        if year in closed:
            found |= {f"{year}-{month:02}": f"{address}{month:02}/" for month in range(1, 13)} | found
    return dict(sorted(found.items(), reverse=True))


def _has_months(year: str, periods: dict[str, str]) -> bool:
    return any(period.startswith(f"{year}-") for period in periods)


def archive_counts(html: str, base_url: str) -> dict[str, int]:
    """The posts per month ('YYYY-MM') that the archive widget writes beside its links; empty where there is none.

    The widget comes as a tree, a flat list or a menu: each has the number after the link, in brackets or in a span. A
    tree may keep the months of a closed year to itself: what it counts for the year beyond its months stands under
    'YYYY'.
    """
    counts: dict[str, int] = {}
    for tag, period, _ in _periods(html, base_url):
        following = html[tag.end() : tag.end() + COUNT_REACH]
        next_link = A_TAG.search(following)
        if told := COUNT.search(following, 0, next_link.start() if next_link else len(following)):
            counts.setdefault(period, int(told[1] or told[2]))
    for year in [period for period in counts if len(period) == YEAR_LENGTH]:
        rest = counts.pop(year) - sum(posts for month, posts in counts.items() if month.startswith(f"{year}-"))
        if rest > 0:
            counts[year] = rest
    return counts


def _periods(html: str, base_url: str) -> Iterator[tuple[re.Match[str], str, str]]:
    """The links to the site's pages of a year or a month: the tag, 'YYYY' or 'YYYY-MM', and the address."""
    site, given = site_name(base_url), 0
    for tag in A_TAG.finditer(html):
        if given == MOST_PERIODS:
            return
        found = PERIOD.search(_written(tag[0]))
        if found is None or (url := absolute(base_url, _written(tag[0]))) == "" or site_name(url) != site:
            continue
        month = found[2] or found[3]
        given += 1
        yield tag, f"{found[1]}-{month}" if month else found[1], url


def _written(tag: str) -> str:
    """Where a tag leads, as written."""
    found = PLACE.search(tag)
    return unescape(found[1] or found[2]) if found else ""


def _target(tag: str, base_url: str) -> str:
    return absolute(base_url, _written(tag))
