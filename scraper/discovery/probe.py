"""A first look at a site: is it Blogger, and what does it offer a crawl?

One home page, its robots.txt, its feed in both forms, its sitemap, and one post where the feed may be cut at the jump
break. No single sign is trusted: themes drop the generator, hide the data context in comments, and anybody can write
either into a page, so two signs must agree.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import msgspec
from w3lib.html import remove_tags

from extractors.document import Document
from extractors.model import FeedEntry, FeedForm, Page
from extractors.urls import site_name
from scraper.discovery import feeds, sitemaps
from scraper.discovery.zones import learn_zone
from scraper.errors import FetchError, NotBlogger, Unreachable, Unusable
from scraper.web.guard import is_loopback

if TYPE_CHECKING:
    from scraper.discovery.feeds import Feed
    from scraper.web.fetch import Fetched, Fetcher

GENERATOR = re.compile(r"<meta\b[^>]{1,300}\bgenerator\b[^>]{0,300}>", re.IGNORECASE)
CONTENT = re.compile(r"""\bcontent\s*=\s*["']([^"'<>]{1,100})["']""", re.IGNORECASE)
MORE = re.compile(r"""<a\b[^>]{0,80}\bname=["']more["'][^>]{0,80}>""", re.IGNORECASE)
WORD = re.compile(r"\w+")
HEAD_REACH = 500_000  # characters of a home page searched for its generator; it stands in the head
JUMP_REACH = 4_000  # characters of the page after the jump break that are read
JUMP_WORDS = 6  # words after the jump break that the feed must hold to be full; fewer may be a caption
LOOKED_AT = 2  # posts opened in search of a jump break; many have none


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What a site turned out to be. `url` is where its home page really is; `feed` what the feed holds of each post
    ("none" for a closed one); `total` the posts it claims; `zone` an IANA name learnt from the feed's offsets;
    `sitemap` and `robots` whether such a file is there; `theme` the name in the skin's comment.
    """

    url: str
    host: str
    platform: str
    blog_id: str | None
    title: str
    feed: FeedForm
    total: int | None
    sitemap: bool
    robots: bool
    zone: str | None
    theme: str | None
    language: str | None
    generator: str | None


async def probe(fetcher: Fetcher, url: str, *, delay: float | None = None) -> Probe:
    """What a crawl needs to know of a site; `url` may be a bare host name.

    Raises NotBlogger for another platform's site, Unreachable for one that does not let itself be looked at, and
    UsageProblem where no contact is set.
    """
    home = await _home(fetcher, url, delay)
    site_url = urljoin(home.final_url, "/")
    html = home.text
    document = Document(Page(url=home.final_url, html=html))
    context = document.context
    summary = await _first_page(fetcher, site_url, context.blog_id, delay, full=False)
    generator = _generator(html)
    signs = {
        "generator": (generator or "").lower().startswith("blogger"),
        "data context": context.present and context.blog_id is not None,
        "feed": summary.blog_id is not None,
        "service link": "blogger.com/feeds/" in html,
    }
    if sum(signs.values()) < 2:
        raise NotBlogger(_other_platform(site_url, generator, signs))
    blog_id = context.blog_id or summary.blog_id
    return Probe(
        url=site_url,
        host=urlsplit(site_url).netloc,
        platform="blogger",
        blog_id=blog_id,
        title=context.blog_title or summary.title or site_name(site_url),
        feed=await _form(fetcher, site_url, blog_id, delay),
        total=summary.total,
        sitemap=await _has_sitemap(fetcher, site_url, delay),
        robots=(await fetcher.robots(site_url)).found,
        zone=learn_zone(entry.published for entry in summary.entries if entry.published),
        theme=document.skin,
        language=(context.locale or "").replace("_", "-").partition("-")[0] or None,
        generator=generator,
    )


async def _home(fetcher: Fetcher, url: str, delay: float | None) -> Fetched:
    try:
        if "://" not in url:
            return await _home_of_host(fetcher, url, delay)
        return await fetcher.get(url, delay=delay)
    except Unusable as error:
        if error.reason == "content-type":
            raise NotBlogger(f"{url} gives no HTML page, so it is no Blogger site. ({error})") from None
        raise Unreachable(f"{url} cannot be looked at. {error}") from None
    except FetchError as error:
        raise Unreachable(f"{url} cannot be looked at. {error}") from None


async def _home_of_host(fetcher: Fetcher, host: str, delay: float | None) -> Fetched:
    """A host's home page, by https where it can be had: custom domains may have http alone."""
    if is_loopback(urlsplit(f"//{host}").hostname or ""):
        return await fetcher.get(f"http://{host}", delay=delay)
    try:
        return await fetcher.get(f"https://{host}", delay=delay)
    except FetchError as error:
        if error.reason not in {"connection", "timeout", "robots-unreachable"}:
            raise
        return await fetcher.get(f"http://{host}", delay=delay)


async def _first_page(fetcher: Fetcher, site_url: str, blog_id: str | None, delay: float | None, *, full: bool) -> Feed:
    walk = feeds.walk(fetcher, site_url, delay=delay, full=full, blog_id=blog_id)
    try:
        return await anext(walk, feeds.Feed())
    finally:
        await walk.aclose()


async def _form(fetcher: Fetcher, site_url: str, blog_id: str | None, delay: float | None) -> FeedForm:
    """What the owner's feed holds of a post. A feed cut at the jump break looks full, so its posts' pages are asked."""
    feed = await _first_page(fetcher, site_url, blog_id, delay, full=True)
    told = [entry for entry in feed.entries if entry.content]
    if not told:
        return "summary" if any(entry.summary for entry in feed.entries) else "none"
    if any(_goes_past_the_jump(entry.content or "") for entry in told):
        return "full"
    for entry in told[:LOOKED_AT]:
        if await _is_cut(fetcher, entry, delay):
            return "jump"
    return "full"


def _goes_past_the_jump(content: str) -> bool:
    jump = MORE.search(content)
    return jump is not None and len(_words(content[jump.end() :])) >= JUMP_WORDS


async def _is_cut(fetcher: Fetcher, entry: FeedEntry, delay: float | None) -> bool:
    """Whether the post's page goes on after its jump break with words that the feed lacks."""
    try:
        page = (await fetcher.get(entry.url, delay=delay)).text
    except FetchError:
        return False
    jump = MORE.search(page)
    if jump is None:
        return False
    following = _words(page[jump.end() : jump.end() + JUMP_REACH])[:JUMP_WORDS]
    return len(following) == JUMP_WORDS and " ".join(following) not in " ".join(_words(entry.content or ""))


def _words(html: str) -> list[str]:
    return WORD.findall(remove_tags(html.replace("<", " <")))


async def _has_sitemap(fetcher: Fetcher, site_url: str, delay: float | None) -> bool:
    try:
        fetched = await fetcher.get(urljoin(site_url, "/sitemap.xml"), delay=delay, accept="sitemap")
        sitemaps.parse(fetched.body)
    except FetchError:
        return False
    return True


def _generator(html: str) -> str | None:
    """The generator as the raw text names it: themes hide it in comments, where it still was put by the platform."""
    for tag in GENERATOR.finditer(html, 0, HEAD_REACH):
        if content := CONTENT.search(tag[0]):
            return content[1].strip()
    return None


def _other_platform(site_url: str, generator: str | None, signs: dict[str, bool]) -> str:
    seen = [name for name, found in signs.items() if found]
    told = f"the page says it was made by {generator!r}" if generator else "the page names no generator"
    only = f"the only sign of Blogger is its {seen[0]}" if seen else "there is no sign of Blogger"
    return (
        f"{site_url} answers, but is no Blogger site: {told}, and {only}. Kliping archives Blogger-hosted sites only."
    )
