"""Which answer an address of the newsroom has: routes, and the pages and feeds behind them. No sockets here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, cast
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import msgspec

from scraper.standin import contempo, feeds, feedxml, kompaz, sitemaps
from scraper.standin.archive_widget import archive_widget
from scraper.standin.newsroom import Newsroom, Post
from scraper.standin.view import PageType, View, iso

HTML = "text/html; charset=UTF-8"
XML = "text/xml; charset=UTF-8"
ATOM = "application/atom+xml; charset=UTF-8"
RSS = "application/rss+xml; charset=UTF-8"
JSON = "application/json; charset=UTF-8"
SCRIPT = "text/javascript; charset=UTF-8"
PLAIN = "text/plain; charset=UTF-8"

THEMES: dict[str, Callable[[View], str]] = {"kompaz": kompaz.page, "contempo": contempo.page}
SERVICE = "/layanan-umpan/kabar"  # where an owner's redirect of the feed leads, on another host in the wild
SERVICE_POSTS = 25  # entries such a service passes on
COUNTS = re.compile(r"<openSearch:[^>]*>[^<]*</openSearch:[^>]*>")
POPULAR = 3  # posts in the popular-posts widget, Contempo's default

FEED = re.compile(r"/feeds/(?:([0-9]+)/)?(posts|pages)/(default|full|summary)(?:/-/(.+)|/([0-9]+))?/?")
FEED_ALIASES = {"/atom.xml": "/feeds/posts/default", "/rss.xml": "/feeds/posts/default"}
ARCHIVE = re.compile(r"/([0-9]{4})/(?:(0[1-9]|1[0-2])/)?")
LABEL = re.compile(r"/search/label/([^/]+)")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent for one address.

    `changed` becomes Last-Modified: of an item page the post's own update, though pager and widgets change without it,
    so only the ETag is proof. None: no validators at all. `location` is where a redirect leads. `kept` is a page sent
    byte by byte, in the place of `body`; `headers` go along with those the server writes, a name twice where it comes
    twice.
    """

    body: str = ""
    kept: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200
    content_type: str = HTML
    changed: datetime | None = None
    location: str = ""


class Site(msgspec.Struct, frozen=True):
    """The newsroom as seen under one base address, 'http://host:port'. Each call sees the posts as they are then."""

    newsroom: Newsroom
    base: str

    def answer(self, target: str) -> Answer:
        """The answer to a path with its query. A themed 404 where there is nothing."""
        split = urlsplit(target)
        parameters = dict(parse_qsl(split.query, keep_blank_values=True))
        path = unquote(split.path)
        if path == "/robots.txt":
            return Answer(body=sitemaps.robots(self.base), content_type=PLAIN)
        if path in ("/sitemap.xml", "/sitemap-pages.xml") and self.newsroom.traps.sitemap:
            return self._sitemap(path, parameters)
        if path == SERVICE:
            return self._service()
        if path in FEED_ALIASES or path.startswith("/feeds/"):
            return self._feed(split.path, parameters)
        return self._page(path, parameters)

    def _sitemap(self, path: str, parameters: dict[str, str]) -> Answer:
        room = self.newsroom
        if path == "/sitemap-pages.xml":
            body = sitemaps.urlset(room, self.base, list(room.pages))
            return Answer(body=body, content_type=XML, changed=feeds.latest(list(room.pages)))
        number = parameters.get("page", "")
        body = sitemaps.posts(room, self.base, int(number) if number.isdigit() else None)
        return Answer(body=body, content_type=XML, changed=feeds.latest(list(room.posts)))

    def _feed(self, path: str, parameters: dict[str, str]) -> Answer:
        if path == "/rss.xml":
            parameters = {"alt": "rss", **parameters}
        found = FEED.fullmatch(FEED_ALIASES.get(path, path))
        if not found or found[1] not in (None, self.newsroom.blog_id) or self.newsroom.feed == "none":
            return Answer(body="Blog not found.", status=404, content_type=PLAIN)
        if self._is_redirected(found, parameters):
            return Answer(body="", status=302, content_type=PLAIN, location=self.base + SERVICE)
        if self.newsroom.traps.feed_by_id_only and not found[1]:
            return Answer(body="Blog not found.", status=404, content_type=PLAIN)
        address = feeds.Address(
            base=self.base,
            kind=cast('Literal["posts", "pages"]', found[2]),
            form=cast('Literal["default", "full", "summary"]', found[3]),
            parameters=parameters,
            newsroom=self.newsroom,
        )
        if found[5]:
            return self._single(address, found[5])
        try:
            asked = {**parameters, **({"orderby": "published"} if self.newsroom.traps.ignores_updates else {})}
            query = feeds.Query.read(asked, labels=found[4].split("/") if found[4] else ())
        except ValueError as error:
            return Answer(body=f"Invalid query parameter: {error}", status=400, content_type=PLAIN)
        return self._written(feeds.document(address, query), parameters)

    def _is_redirected(self, found: re.Match[str], parameters: Mapping[str, str]) -> bool:
        """Whether the owner sent this form of the feed to a service. The feed under the blog's id stays."""
        traps = self.newsroom.traps
        if not traps.feed_service or found[1] or parameters.get("redirect") == "false":
            return False
        return found[3] == "default" or traps.summary_too

    def _service(self) -> Answer:
        """What the service makes of the feed: RSS without total and pages, a web page, or a way back."""
        traps = self.newsroom.traps
        if traps.feed_service == "loop":
            return Answer(body="", status=302, content_type=PLAIN, location=f"{self.base}/feeds/posts/default")
        if traps.feed_service == "html":
            return Answer(body="<html><body>Subscribe</body></html>")
        address = feeds.Address(base=self.base, kind="posts", form="default", parameters={}, newsroom=self.newsroom)
        told = feedxml.rss(feeds.document(address, feeds.Query(limit=SERVICE_POSTS)))
        return Answer(body=COUNTS.sub("", told), content_type=XML)

    def _single(self, address: feeds.Address, post_id: str) -> Answer:
        everything = list(self.newsroom.posts if address.kind == "posts" else self.newsroom.pages)
        post = next((post for post in everything if post.post_id == post_id), None)
        if post is None:
            return Answer(body="Post not found.", status=404, content_type=PLAIN)
        return self._written(feeds.single(address, post), address.parameters)

    def _written(self, document: feeds.Document, parameters: Mapping[str, str]) -> Answer:
        """The document in the form that `alt` asks for; Atom unless told otherwise."""
        changed = feeds.latest([*self.newsroom.posts, *self.newsroom.pages])
        alt = parameters.get("alt", "atom")
        if alt == "json":
            return Answer(body=feeds.as_json(document), content_type=JSON, changed=changed)
        if alt == "json-in-script":
            body = feeds.as_jsonp(document, parameters.get("callback", "gdata.io.handleScriptLoaded"))
            return Answer(body=body, content_type=SCRIPT, changed=changed)
        if alt == "rss" and "feed" in document:
            return Answer(body=feedxml.rss(document), content_type=RSS, changed=changed)
        return Answer(body=feedxml.atom(document), content_type=ATOM, changed=changed)

    def _page(self, path: str, parameters: dict[str, str]) -> Answer:
        posts, mobile = self.newsroom.newest_first(), parameters.get("m") == "1"
        if path == "/":
            return self._listing(path, posts, mobile=mobile)
        if path == "/search" or LABEL.fullmatch(path):
            return self._search(path, posts, parameters, mobile=mobile)
        if found := ARCHIVE.fullmatch(path):
            year, month = int(found[1]), int(found[2] or 0)
            return self._archive(path, posts, year, month, mobile=mobile)
        return self._single_page(path, posts, mobile=mobile)

    def _single_page(self, path: str, posts: list[Post], *, mobile: bool) -> Answer:
        for static in list(self.newsroom.pages):
            if self.newsroom.path(static) == path:
                return self._themed(path, "static_page", (static,), mobile=mobile)
        paths = [self.newsroom.path(post) for post in posts]
        if path not in paths:
            return self._themed(path, "error_page", ())
        at = paths.index(path)
        newer = self.base + paths[at - 1] if at else ""
        older = self.base + paths[at + 1] if at + 1 < len(paths) else ""
        return self._themed(path, "item", (posts[at],), mobile=mobile, newer=newer, older=older)

    def _archive(self, path: str, posts: list[Post], year: int, month: int, *, mobile: bool) -> Answer:
        """A year's or a month's posts. The older link leaves the period, as Blogger's does."""
        days = [(post, self.newsroom.local(post.published)) for post in posts]
        within = tuple(post for post, day in days if day.year == year and month in (0, day.month))
        within = within[: self.newsroom.traps.month_posts]
        before = [post for post, day in days if (day.year, day.month if month else 0) < (year, month)]
        older = self._older_link(within[-1]) if within and before else ""
        return self._themed(path, "archive", within, mobile=mobile, older=older)

    def _search(self, path: str, posts: list[Post], parameters: dict[str, str], *, mobile: bool) -> Answer:
        """Posts by label, or those updated before a moment: where labels and the pager of lists lead."""
        if label := LABEL.fullmatch(path):
            posts = [post for post in posts if label[1] in post.labels]
        if limit := parameters.get("updated-max"):
            try:
                moment = datetime.fromisoformat(limit.replace(" ", "+"))
                posts = [post for post in posts if post.published < moment]
            except (ValueError, TypeError):
                return self._themed(path, "error_page", ())
        return self._listing(quote(path), posts, mobile=mobile)

    def _listing(self, path: str, posts: list[Post], *, mobile: bool) -> Answer:
        shown = tuple(posts[: self.newsroom.home_posts])
        older = self._older_link(shown[-1]) if len(posts) > len(shown) and shown else ""
        return self._themed(path, "index", shown, mobile=mobile, older=older)

    def _older_link(self, last: Post) -> str:
        room = self.newsroom
        query = {"updated-max": iso(room.local(last.published)), "max-results": str(room.home_posts)}
        return f"{self.base}/search?{urlencode(query)}"

    def _themed(
        self,
        path: str,
        page_type: PageType,
        posts: tuple[Post, ...],
        *,
        mobile: bool = False,
        newer: str = "",
        older: str = "",
    ) -> Answer:
        room = self.newsroom
        others = sorted((post for post in list(room.posts) if post not in posts), key=lambda post: post.post_id)
        view = View(
            newsroom=room,
            base=self.base,
            path=path,
            page_type=page_type,
            posts=posts,
            popular=tuple(others[:POPULAR]),
            labels=tuple(sorted({label for post in list(room.posts) for label in post.labels})),
            newer=newer,
            older=older,
            mobile=mobile,
        )
        missing = page_type == "error_page"
        changed = None if missing else feeds.latest(posts or list(room.posts))
        head, end, rest = THEMES[room.theme](view).rpartition("</body>")
        body = head + archive_widget(room, self.base) + end + rest
        return Answer(body=body, status=404 if missing else 200, changed=changed)
