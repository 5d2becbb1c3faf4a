"""A blog's posts from its pages, for sites whose feed is closed and whose sitemap is none: the fall-backs, best first.

Month pages name what was published in a month, as far as the platform lets it fit on one. Each post's page links to the
next older one, and each list to its next page, under an address that most robots.txt files forbid. Last comes whatever
the pages link to, kept from the addresses that multiply without end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from extractors.urls import canonical, site_name
from scraper.discovery import links
from scraper.errors import FetchError, Gone, Unusable

if TYPE_CHECKING:
    from scraper.web.fetch import Fetcher

MOST_MONTHS = 400  # month pages of one site: 33 years; Blogger began in 1999
MOST_CHAINED = 5_000  # links of a chain followed: 2 h 47 at 2 s each
MOST_WALKED = 500  # pages opened by a link walk
QUIET_YEARS = 2  # years without a post before the years are taken to be over
FIRST_YEAR = 1999  # Blogger's first


async def home(fetcher: Fetcher, site_url: str, delay: float | None) -> str:
    """The text of the home page. Raises FetchError."""
    return (await fetcher.get(site_url, delay=delay)).text


async def months(
    fetcher: Fetcher, site_url: str, home_page: str, this_year: int, delay: float | None
) -> AsyncIterator[tuple[str, ...]]:
    """The posts of each month page, newest month first: of the months the home page links to, else of every month since
    the first year with posts. A month page that cannot be had keeps no other back: the first such FetchError is raised
    at the end. One that is not there had no posts.
    """
    named = links.archive_months(home_page, site_url)
    failures: list[FetchError] = []
    addresses = list(named.values()) or [address async for address in _all_months(fetcher, site_url, this_year, delay)]
    for address in addresses[:MOST_MONTHS]:
        try:
            yield tuple(links.posts((await fetcher.get(address, delay=delay)).text, site_url))
        except Gone:
            continue
        except FetchError as error:
            failures.append(error)
    if failures:
        raise failures[0]


async def _all_months(fetcher: Fetcher, site_url: str, this_year: int, delay: float | None) -> AsyncIterator[str]:
    """The months of every year that has posts, newest first, until some years in a row have none."""
    quiet = 0
    for year in range(this_year, FIRST_YEAR - 1, -1):
        try:
            page = (await fetcher.get(urljoin(site_url, f"/{year}/"), delay=delay)).text
        except FetchError:
            page = ""
        if not any(f"/{year}/" in post for post in links.posts(page, site_url)):
            quiet += 1
            if quiet == QUIET_YEARS:
                return
            continue
        quiet = 0
        for month in range(12, 0, -1):
            yield urljoin(site_url, f"/{year}/{month:02}/")


async def chain(
    fetcher: Fetcher, site_url: str, start: str, delay: float | None, *, way: str = "older"
) -> AsyncIterator[tuple[str, ...]]:
    """The posts along the 'older' (or 'newer') links from a page on, page by page.

    From a list (the home page) these are the posts it shows, from a post's page the next post alone: what else a post
    links to may be long gone. Ends where no link leads on; raises FetchError where a page of the chain cannot be had
    or is forbidden, and Unusable (too-large) where it has no end in sight.
    """
    seen: set[str] = set()
    here: str | None = start
    while here is not None and here not in seen:
        if len(seen) == MOST_CHAINED:
            raise Unusable(f"{site_url}: more than {MOST_CHAINED:,} pages are chained.", reason="too-large")
        seen.add(here)
        text = (await fetcher.get(here, delay=delay)).text
        is_post = links.POST.match(canonical(here)) is not None
        yield (canonical(here),) if is_post else tuple(links.posts(text, site_url))
        here = links.pager(text, here, way)


async def walk(fetcher: Fetcher, site_url: str, delay: float | None) -> AsyncIterator[tuple[str, ...]]:
    """The posts that the site's pages link to, breadth first, page by page; no page is opened twice.

    Raises Unusable (too-large) after MOST_WALKED pages: what was found then is not all.
    """
    site, waiting, known = site_name(site_url), deque([site_url]), {canonical(site_url)}
    opened = 0
    while waiting:
        if opened == MOST_WALKED:
            raise Unusable(f"{site_url}: more than {MOST_WALKED} pages link on.", reason="too-large")
        here = waiting.popleft()
        opened += 1
        try:
            text = (await fetcher.get(here, delay=delay)).text
        except FetchError:
            continue
        yield tuple(links.posts(text, site_url))
        for url in links.links(text, here):
            if links.rejected(url) is None and site_name(url) == site and canonical(url) not in known:
                known.add(canonical(url))
                waiting.append(canonical(url))
