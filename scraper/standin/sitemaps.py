"""robots.txt and the sitemaps as Blogger makes them when the owner changes nothing."""

from __future__ import annotations

from html import escape

from scraper.standin.newsroom import Newsroom, Post
from scraper.standin.view import iso_utc

XML = "<?xml version='1.0' encoding='UTF-8'?>"
XMLNS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def robots(base: str) -> str:
    """Blogger's default: everything but /search."""
    return f"""User-agent: Mediapartners-Google
Disallow:

User-agent: *
Disallow: /search
Allow: /

Sitemap: {base}/sitemap.xml
"""


def posts(newsroom: Newsroom, base: str, page: int | None) -> str:
    """/sitemap.xml: a plain urlset while the posts fit into one, else an index of `?page=N`, newest posts first.

    A page beyond the last is an empty urlset.
    """
    traps, size = newsroom.traps, newsroom.sitemap_posts
    everything = [post for post in newsroom.newest_first() if post.post_id not in traps.sitemap_lacks]
    if page is None and len(everything) > size:
        pages = -(-len(everything) // size)
        return _index(base, pages=pages if traps.sitemap_index is None else min(pages, traps.sitemap_index))
    first = 0 if traps.sitemap_repeats else ((page or 1) - 1) * size
    return urlset(newsroom, base, everything[first : first + size])


def urlset(newsroom: Newsroom, base: str, posts: list[Post]) -> str:
    """One `url` a post with the time of its last update, in UTC."""
    urls = "".join(
        f"<url><loc>{escape(base + newsroom.path(post))}</loc><lastmod>{iso_utc(post.updated)}</lastmod></url>"
        for post in posts
    )
    return f'{XML}<urlset xmlns="{XMLNS}">{urls}</urlset>'


def _index(base: str, *, pages: int) -> str:
    children = "".join(
        f"<sitemap><loc>{base}/sitemap.xml?page={number}</loc></sitemap>" for number in range(1, pages + 1)
    )
    return f'{XML}<sitemapindex xmlns="{XMLNS}">{children}</sitemapindex>'
