"""An archive's site as a Blogger site on loopback: a rehearsal of a crawl, or a look at pages that are gone elsewhere.

Every article that stands is served at its own path, byte for byte as its page was captured; an address that led to it
from elsewhere redirects, and a post that is gone answers 404. The feed says of each post what the kept entry says, word
for word. Sitemap, front page and lists are made from these posts, since the archive keeps none. Links in the pages
still name the site's real host. What is served is the archive as it was when serving began.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal, cast
from urllib.parse import quote, unquote, urlsplit

import msgspec

from extractors.model import FeedEntry
from scraper.archive.captures import DamagedCapture
from scraper.archive.instants import instant
from scraper.archive.store import Archive
from scraper.archive.store import Site as ArchiveSite
from scraper.archive.versions.rereadings import Kept
from scraper.errors import NothingDone
from scraper.standin import feeds
from scraper.standin.newsroom import Newsroom, Post
from scraper.standin.server import StandIn
from scraper.standin.site import PLAIN, Answer, Site
from scraper.standin.traps import Traps
from scraper.standin.view import MONTHS, plain

EPOCH = datetime.fromtimestamp(0, UTC)
FORMS = {"full", "summary", "jump", "none"}
NO_POST = Answer(body="Post not found.", status=404, content_type=PLAIN)
UNTOLD = "text/html"  # where the server told no type; without a charset, so that the page's own tag decides
SERVED = frozenset({"content-language", "link", "x-robots-tag", "tdm-reservation", "tdm-policy"})
"""The headers, beside its type, that tell of the page. The others told of a connection, or of another server."""

ARTICLES = """
SELECT a.id, a.url, a.title, a.account, a.published_at, a.updated_at, a.post_id, c.id, f.entry
FROM articles a JOIN captures c ON c.id = a.capture LEFT JOIN frontier f ON f.url = c.url
WHERE a.site = ? AND a.status IN ('live', 'suspect')
"""

MOVED = """
SELECT f.url, a.url FROM frontier f JOIN articles a ON a.id = f.article
WHERE a.site = ? AND a.status IN ('live', 'suspect') AND f.url != a.url AND f.state NOT IN ('gone', 'no-article')
"""

ROBOTS = "SELECT max(id) FROM captures WHERE site = ? AND url LIKE '%/robots.txt'"

Row = tuple[str, str, str, str | None, str | None, str | None, str | None, int, str | None]


class Held(msgspec.Struct, frozen=True, gc=False):
    """Where the archive keeps an article's page: its id there, and the number of the capture it was read from."""

    article: str
    capture: int


class ArchivedNewsroom(Newsroom, kw_only=True):
    """A site of an archive as a newsroom whose posts have no bodies: these are read as they are asked for.

    `held` is by path, `moved` leads from an old path to today's; `robots` is the capture of the site's robots.txt.
    """

    archive: Path
    held: dict[str, Held]
    moved: dict[str, str]
    robots: int | None


class ArchivedSite(Site, frozen=True):
    """An archived newsroom as seen under one base address."""

    @property
    def _room(self) -> ArchivedNewsroom:
        return cast("ArchivedNewsroom", self.newsroom)

    def answer(self, target: str) -> Answer:
        """The kept page of that path, else what the newsroom answers. 500, with what is wrong, where it is damaged."""
        room, path = self._room, unquote(urlsplit(target).path)
        try:
            if path in room.held:
                return _page(room, room.held[path]) or self._themed(path, "error_page", ())
            if path in room.moved:
                return Answer(status=301, location=self.base + quote(room.moved[path]))
            if path == "/robots.txt" and room.robots is not None:
                return _page(room, Held("", room.robots)) or super().answer(target)
            return super().answer(target)
        except DamagedCapture as damage:
            return Answer(body=f"{damage}\n", status=500)

    def _single(self, address: feeds.Address, post_id: str) -> Answer:
        return NO_POST if post_id in self.newsroom.traps.feed_lacks else super()._single(address, post_id)

    def _written(self, document: feeds.Document, parameters: Mapping[str, str]) -> Answer:
        """The document with what the kept entries say for what was made up, and without what is held no more."""
        written = [document["entry"]] if "entry" in document else document["feed"].get("entry", [])
        with Archive.open(self._room.archive, readonly=True) as archive:
            for entry in list(written):
                kept = _kept(archive, self._room.held[_path(_alternate(entry))])
                if kept is None or kept.entry is None:
                    written.remove(entry)
                else:
                    _tell(entry, kept.entry)
        return super()._written(document, parameters) if written or "feed" in document else NO_POST


def standins(path: Path, site: str | None, port: int) -> list[StandIn]:
    """A server for each site of the archive, or for one: on `port` and those after it, or on free ones for 0.

    Raises NoSuchSite, NothingDone for an archive without sites, and ArchiveUnusable.
    """
    with Archive.open(path, readonly=True) as archive:
        sites = archive.sites() if site is None else (archive.site(site),)
        if not sites:
            raise NothingDone(f"The archive {path} has no sites; add one with 'kliping sites add URL --db {path}'.")
        rooms = [_newsroom(archive, one) for one in sites]
    return [StandIn(room, port=port + at if port else 0, site=ArchivedSite) for at, room in enumerate(rooms)]


def _newsroom(archive: Archive, site: ArchiveSite) -> ArchivedNewsroom:
    connection = archive.db.conn
    rows: list[Row] = connection.execute(ARTICLES, (site.name,)).fetchall()
    posts = [_post(row) for row in rows]
    told = {post.post_id for post, row in zip(posts, rows, strict=True) if row[-1] is not None}
    return ArchivedNewsroom(
        blog_id=site.blog_id or "",
        title=site.title or site.name,
        description="",
        domain=site.name,
        theme="contempo",
        language=cast('Literal["id", "en"]', site.language if site.language in MONTHS else "en"),
        zone=site.zone or "UTC",
        feed=cast('Literal["full", "summary", "jump", "none"]', site.feed if site.feed in FORMS else "full"),
        traps=Traps(feed_lacks=frozenset(post.post_id for post in posts) - told, sitemap=site.sitemap),
        posts=posts,
        archive=archive.path,
        held={post.permalink: Held(row[0], row[7]) for post, row in zip(posts, rows, strict=True)},
        moved=dict(_moves(connection, site.name)),
        robots=connection.execute(ROBOTS, (site.name,)).fetchone()[0],
    )


def _post(row: Row) -> Post:
    """What lists need to know of an article; its entry in the frontier is the one kept, but for the text."""
    id_, url, title, account, published_at, updated_at, post_id, _, entry = row
    told = msgspec.json.decode(entry, type=FeedEntry) if entry is not None else None
    published = instant(told.published if told else published_at) or EPOCH
    return Post(
        slug="",
        title=title,
        post_id=post_id or id_,
        published=published,
        updated=instant(told.updated if told else updated_at) or published,
        author=account or "",
        labels=told.labels if told else (),
        permalink=_path(url),
    )


def _moves(connection: sqlite3.Connection, site: str) -> Iterator[tuple[str, str]]:
    for old, new in connection.execute(MOVED, (site,)):
        if _path(old) != _path(new):
            yield _path(old), _path(new)


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)


def _kept(archive: Archive, held: Held) -> Kept | None:
    """None for what was redacted since serving began. Raises DamagedCapture."""
    if not archive.db.conn.execute("SELECT 1 FROM captures WHERE id = ?", (held.capture,)).fetchone():
        return None
    return archive.kept_page(held.article, held.capture)


def _alternate(entry: feeds.Document) -> str:
    """The address of an entry's post."""
    return next(str(link["href"]) for link in entry["link"] if link["rel"] == "alternate")


def _page(room: ArchivedNewsroom, held: Held) -> Answer | None:
    """A capture as it came, with the headers that tell of it; None where it is held no more. Raises DamagedCapture."""
    with Archive.open(room.archive, readonly=True) as archive:
        kept = _kept(archive, held)
        if kept is None:
            return None
        body = archive.raw(kept.sha256)
    return Answer(
        kept=body,
        status=kept.status,
        content_type=_header(kept, "content-type") or UNTOLD,
        headers=tuple((name, value) for name, value in kept.headers if name.lower() in SERVED),
        changed=_changed(kept),
    )


def _changed(kept: Kept) -> datetime:
    """When the server last changed the page, as it said itself; else when it was fetched."""
    said = _header(kept, "last-modified")
    try:
        return parsedate_to_datetime(said).astimezone(UTC) if said is not None else kept.fetched_at
    except ValueError:
        return kept.fetched_at


def _header(kept: Kept, wanted: str) -> str | None:
    return next((value for name, value in kept.headers if name.lower() == wanted), None)


def _tell(entry: feeds.Document, told: FeedEntry) -> None:
    """Puts a kept entry's own words into a feed's entry. Its links stay those of the server."""
    if told.blog_id and told.post_id:
        entry["id"] = {"$t": f"tag:blogger.com,1999:blog-{told.blog_id}.post-{told.post_id}"}
    for name in ("published", "updated"):
        if (stamp := getattr(told, name)) is not None:
            entry[name] = {"$t": stamp}
    entry["title"] = {"type": "text", "$t": told.title}
    entry["author"][0]["name"] = {"$t": told.author or ""}
    if told.comment_count is not None:
        entry["thr$total"] = {"$t": str(told.comment_count)}
    is_short = "summary" in entry or told.content is None
    entry.pop("summary", None)
    entry.pop("content", None)
    if is_short:
        summary = told.summary if told.summary is not None else plain(told.content or "")[: feeds.SUMMARY]
        entry["summary"] = {"type": "text", "$t": summary}
    else:
        entry["content"] = {"type": "html", "$t": told.content}
