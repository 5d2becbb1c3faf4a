"""A small written Blogger blog as a canned web: its feed in every form, its sitemap, its pages, and its quirks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.canned import Reply, Web, html, typed

if TYPE_CHECKING:
    import httpx

BLOG = "4242424242424242424"
SITE = "http://kilas.example"


def is_before(published: str, limit: str) -> bool:
    return datetime.fromisoformat(published) < datetime.fromisoformat(limit)


@dataclass
class Post:
    number: int
    published: str = "2026-03-02T08:00:00.001+07:00"
    content: str = "<p>Banjir surut di Serang.</p>"
    summary: str = "Banjir surut di Serang."

    @property
    def id(self) -> str:
        return str(9_000_000_000_000_000_000 + self.number)

    @property
    def url(self) -> str:
        return f"{SITE}/2026/03/pos-{self.number}.html"


@dataclass
class Blog:
    """`budget` is how many entries the server is willing to put into one answer, whatever is asked; `total` what it
    claims, where that is not the truth; `links` whether an answer names its next page.
    """

    posts: list[Post] = field(default_factory=lambda: [Post(number) for number in range(3)])
    short: bool = False
    budget: int = 150
    total: int | None = None
    links: bool = False
    home: str = (
        "<head><meta content='blogger' name='generator'/></head><body><!-- </body>--></body>"
        f"<script>_WidgetManager._SetDataContext([{{'name': 'blog', 'data': {{'blogId': '{BLOG}', "
        "'title': 'Kilas \\x26 Warta', 'locale': 'id', 'pageType': 'index'}}]);</script>"
    )

    def feed(self, request: httpx.Request) -> Reply:
        query = request.url.params
        start, most = int(query.get("start-index", 1)), int(query.get("max-results", 25))
        before = query.get("published-max")
        within = [post for post in self.posts if before is None or is_before(post.published, before)]
        some = within[start - 1 :][: min(most, self.budget)]
        more = start - 1 + len(some) < len(within)
        summary = self.short or request.url.path.endswith("/summary")
        return typed(
            "application/json; charset=UTF-8", json.dumps(self.document(some, most, summary=summary, more=more))
        )

    def document(
        self, posts: list[Post], most: int = 25, *, summary: bool = False, more: bool = False
    ) -> dict[str, Any]:
        total = len(self.posts) if self.total is None else self.total
        feed: dict[str, Any] = {
            "id": {"$t": f"tag:blogger.com,1999:blog-{BLOG}"},
            "title": {"type": "text", "$t": "Kilas & Warta"},
            "updated": {"$t": "2026-03-02T09:00:00.000+07:00"},
            "generator": {"version": "7.00", "uri": "http://www.blogger.com", "$t": "Blogger"},
            "openSearch$totalResults": {"$t": str(total)},
            "openSearch$itemsPerPage": {"$t": str(most)},
        }
        if self.links and more:
            feed["link"] = [{"rel": "next", "href": "http://www.blogger.com/feeds/x"}]
        if posts:
            feed["entry"] = [self.entry(post, summary=summary) for post in posts]
        return {"version": "1.0", "encoding": "UTF-8", "feed": feed}

    def entry(self, post: Post, *, summary: bool) -> dict[str, Any]:
        text = {"summary": {"type": "text", "$t": post.summary}} if summary else {}
        return {
            "id": {"$t": f"tag:blogger.com,1999:blog-{BLOG}.post-{post.id}"},
            "published": {"$t": post.published},
            "updated": {"$t": "2026-03-02T09:00:00.000+07:00"},
            "category": [{"scheme": "http://www.blogger.com/atom/ns#", "term": "Serang"}],
            "title": {"type": "text", "$t": f"Pos {post.number}"},
            **(text or {"content": {"type": "html", "$t": post.content}}),
            "link": [
                {"rel": "replies", "type": "text/html", "href": f"{post.url}#comment-form"},
                {"rel": "self", "type": "application/atom+xml", "href": "http://www.blogger.com/feeds/x"},
                {"rel": "alternate", "type": "text/html", "href": f"{post.url}?m=1"},
            ],
            "author": [{"name": {"$t": "Redaksi"}, "email": {"$t": "noreply@blogger.com"}}],
            "thr$total": {"$t": "2"},
        }

    def sitemap(self, request: httpx.Request) -> Reply:
        places = "".join(f"<url><loc>{post.url}</loc></url>" for post in self.posts)
        return typed("application/xml", f"<urlset>{places}</urlset>")

    def web(self, **more: Any) -> Web:
        """The blog's site; `more` replaces or adds places, '/' written as `home`."""
        places: dict[str, Any] = {
            f"{SITE}/": html(self.home),
            "/robots.txt": typed("text/plain", "User-agent: *\nDisallow: /search\nAllow: /\n"),
            "/feeds/posts/summary": self.feed,
            "/feeds/posts/default": self.feed,
            "/sitemap.xml": self.sitemap,
            **{post.url: html(f"<div>{post.content}</div>") for post in self.posts},
        }
        return Web({**places, **more.pop("places", {}), **more})
