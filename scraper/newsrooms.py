"""Getting to know newsrooms: from an address, a list or an OPML file through the probe into the archive; or one post as
a fixture, with a draft of its site's module.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from extractors.urls import site_name
from scraper.archive.store import Archive, Site
from scraper.config import Settings
from scraper.discovery.probe import Probe, probe
from scraper.errors import KlipingError, UsageProblem
from scraper.recording import Recorded, record
from scraper.site_module import site_module
from scraper.survey import Survey, survey
from scraper.web.fetch import Fetcher
from scraper.web.guard import is_loopback

OPML_ADDRESS = ("htmlUrl", "xmlUrl", "url")


class Added(NamedTuple):
    """What became of one address: a site and what its newest posts gave, or the reason why not."""

    address: str
    site: Site | None
    error: KlipingError | None
    survey: Survey | None = None


def read_addresses(source: Path) -> list[str]:
    """The addresses of a list (one a line, # comments) or of an OPML file, each once. Raises UsageProblem."""
    try:
        text = source.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{source} cannot be read as text: {error}.") from None
    found = _of_opml(source, text) if text.lstrip().startswith("<") else _of_list(text)
    if not found:
        raise UsageProblem(f"{source} names no address.")
    return list(dict.fromkeys(found))


def _of_list(text: str) -> list[str]:
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


def _of_opml(source: Path, text: str) -> list[str]:
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(text.encode(), parser)
    if root is None or etree.QName(root).localname != "opml":
        raise UsageProblem(f"{source} is neither a list of addresses nor an OPML file.")
    outlines = root.iter("outline")
    return [address for outline in outlines if (address := _address_of(outline.attrib))]


def _address_of(attributes: object) -> str | None:
    get = getattr(attributes, "get")  # noqa: B009 - lxml's mapping has no published type
    return next((value.strip() for name in OPML_ADDRESS if (value := get(name))), None)


async def add_sites(
    archive: Archive,
    addresses: Sequence[str],
    settings: Settings,
    *,
    delay: float | None,
    allow_loopback: bool,
    fetcher: Callable[..., Fetcher] = Fetcher,
) -> list[Added]:
    """Each address probed and, if it is a Blogger newsroom, added. One failing address does not stop the others.

    `delay` is in seconds; raises UsageProblem for one that is no number.
    """
    _refuse_endless(delay)
    added = []
    async with fetcher(settings, allow_loopback=allow_loopback) as opened:
        for address in addresses:
            try:
                added.append(await _add(archive, opened, address, delay))
            except KlipingError as error:
                added.append(Added(address, None, error))
    return added


async def record_post(
    url: str, settings: Settings, *, into: Path, with_module: bool, delay: float | None, allow_loopback: bool
) -> tuple[Recorded, str | None]:
    """The post written as a fixture folder below `into`, and the source of its site's module, where asked for.

    Raises as `scraper.recording.record` and, for the module, as `look_at`; by then the fixture is written.
    """
    _refuse_endless(delay)
    async with Fetcher(settings, allow_loopback=allow_loopback) as fetcher:
        recorded = await record(fetcher, url, into, delay=delay)
        if not with_module:
            return recorded, None
        return recorded, site_module(*await look_at(fetcher, recorded.page.url, delay=delay))


def _refuse_endless(delay: float | None) -> None:
    if delay is not None and not math.isfinite(delay):
        raise UsageProblem(f"A delay of {delay} seconds cannot be kept; give a number.")


async def _add(archive: Archive, fetcher: Fetcher, address: str, delay: float | None) -> Added:
    site, found = await look_at(fetcher, address, delay=delay)
    archive.add_site(site)
    return Added(address, site, None, found)


async def look_at(fetcher: Fetcher, address: str, *, delay: float | None) -> tuple[Site, Survey]:
    """The Blogger site an address (a page's, a feed's, a bare host) belongs to, probed, with its newest posts read.

    Its theme is that of its posts: few pages name it, and the probe sees the home page only. Raises NotBlogger,
    Unreachable, and UsageProblem for what is no web address.
    """
    site = _site(await probe(fetcher, home_of(address), delay=delay), delay)
    found = await survey(fetcher, site)
    return msgspec.structs.replace(site, theme=found.themes[0] if found.themes else site.theme), found


def home_of(address: str) -> str:
    """A feed's or post's address -> its site's home page. A bare host stays one: the probe finds its scheme."""
    if "://" not in address:
        return address.partition("/")[0]
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageProblem(f"{address!r} is no web address; give one like https://www.example.com/.")
    return f"{parts.scheme}://{parts.netloc}/"


def _site(found: Probe, delay: float | None) -> Site:
    return Site(
        name=site_name(found.url),
        url=found.url,
        platform=found.platform,
        blog_id=found.blog_id,
        title=found.title,
        feed=found.feed,
        total=found.total,
        sitemap=found.sitemap,
        robots=found.robots,
        generator=found.generator,
        zone=found.zone,
        theme=found.theme,
        language=found.language,
        delay=delay,
        loopback=is_loopback(urlsplit(found.url).hostname or ""),
        added_at=datetime.now(UTC),
    )
