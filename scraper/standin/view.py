"""What a theme needs to know to print one page, and what Blogger itself prints into every theme.

A `View` is one page of one newsroom under one address. The functions give the parts that come from Blogger and not from
the theme: the links of the head, the data context, the owner's date format.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape, unescape
from typing import Literal

import msgspec

from scraper.standin.newsroom import Newsroom, Post

PageType = Literal["item", "static_page", "index", "archive", "error_page"]
SINGLE = ("item", "static_page")

MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}
MISSING = {
    "id": "Alamat ini tidak memuat tulisan apa pun di blog ini.",
    "en": "Nothing was ever posted under this address on this blog.",
}
MORE = {"id": "Baca selengkapnya", "en": "Read more"}

BLOCK_TAG = re.compile(r"<(?:/?(?:p|div|li|ul|ol|h[1-6]|blockquote|table|tr|td)\b[^>]*|br[^>]*)>", re.IGNORECASE)
ANY_TAG = re.compile(r"<[^>]*>")
FIRST_IMAGE = re.compile(r"<img\b[^>]*?\bsrc=[\"']([^\"']+)[\"']", re.IGNORECASE)
JUMP_BREAK = re.compile(r"<a name=[\"']more[\"']>", re.IGNORECASE)

JS_ESCAPES = str.maketrans(
    {"\\": "\\\\", "\n": "\\n", "\r": "\\r", **{mark: f"\\x{ord(mark):02x}" for mark in "'\"<>&="}}
)


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One page. `base` is 'http://host:port', `posts` what the page shows (one post on an item page).

    `newer` and `older` are addresses, empty where there is no such page. `popular` is what a sidebar repeats.
    """

    newsroom: Newsroom
    base: str
    path: str
    page_type: PageType
    posts: tuple[Post, ...] = ()
    popular: tuple[Post, ...] = ()
    labels: tuple[str, ...] = ()
    newer: str = ""
    older: str = ""
    mobile: bool = False

    @property
    def post(self) -> Post | None:
        """The one post of an item or static page."""
        return self.posts[0] if self.page_type in SINGLE else None

    @property
    def title(self) -> str:
        """The post's title, or the newsroom's."""
        return self.post.title if self.post else self.newsroom.title

    @property
    def canonical(self) -> str:
        """The canonical address: without a query."""
        return self.base + self.path

    @property
    def url(self) -> str:
        """The address as asked for: a mobile page keeps its `?m=1` here, though never in the canonical address."""
        return self.canonical + ("?m=1" if self.mobile else "")

    def href(self, post: Post) -> str:
        """The address of a post."""
        return self.base + self.newsroom.path(post)


def plain(html: str) -> str:
    """The text of a body on one line, tags removed. The text of <style> and <script> stays in, as in real summaries."""
    return " ".join(unescape(ANY_TAG.sub("", BLOCK_TAG.sub(" ", html))).split())


def snippet(post: Post, limit: int = 140) -> str:
    """The opening of the body, cut at a word, with an ellipsis where it was cut."""
    text = plain(post.body)
    return text if len(text) <= limit else f"{text[:limit].rsplit(' ', 1)[0]}…"


def first_image(post: Post) -> str | None:
    """Address of the first picture of the body."""
    found = FIRST_IMAGE.search(post.body)
    return unescape(found[1]) if found else None


def above_jump(body: str) -> str:
    """The body up to its jump break; the whole body where there is none."""
    found = JUMP_BREAK.search(body)
    return body[: found.start()] if found else body


def iso(moment: datetime, *, milliseconds: bool = False) -> str:
    """'2026-03-02T08:00:00+07:00'; with milliseconds as the feeds have it."""
    return moment.isoformat(timespec="milliseconds" if milliseconds else "seconds")


def iso_utc(moment: datetime) -> str:
    """'2026-03-02T01:00:00Z'."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def long_date(view: View, moment: datetime, *, pad: bool) -> str:
    """'Desember 08, 2025' on the blog's clock and in its language: the owner's choice among Blogger's formats."""
    local = view.newsroom.local(moment)
    day = f"{local.day:02}" if pad else str(local.day)
    return f"{MONTHS[view.newsroom.language].split()[local.month - 1]} {day}, {local.year}"


def service_links(view: View) -> str:
    """The feed links of the head, with the blog's id; on an item page also its comment feed."""
    room, title = view.newsroom, escape(view.newsroom.title)
    atom = f'type="application/atom+xml" title="{title} - Atom"'
    rss = f'type="application/rss+xml" title="{title} - RSS"'
    links = [
        f'<link rel="alternate" {atom} href="{view.base}/feeds/posts/default" />',
        f'<link rel="alternate" {rss} href="{view.base}/feeds/posts/default?alt=rss" />',
        f'<link rel="service.post" {atom} href="{view.base}/feeds/{room.blog_id}/posts/default" />',
    ]
    if view.page_type == "item" and view.post:
        links.append(f'<link rel="alternate" {atom} href="{view.base}/feeds/{view.post.post_id}/comments/default" />')
    return "\n".join(links) + "\n"


def canonical_link(view: View) -> str:
    """The link element that names the canonical address."""
    return f"<link href='{escape(view.canonical)}' rel='canonical'/>"


def data_context(view: View) -> str:
    """The script at the end of the body: blog, page and post ids as JavaScript literals."""
    blog_id = view.newsroom.blog_id
    context = [{"name": "blog", "data": _blog_data(view)}, {"name": "view", "data": _view_data(view)}]
    rearrange = js(f"//www.blogger.com/rearrange?blogID={blog_id}")
    return (
        "<script type='text/javascript'>\n"
        f"_WidgetManager._Init({rearrange},{js(view.url)},{js(blog_id)});\n"
        f"_WidgetManager._SetDataContext({js(context)});\n"
        "_WidgetManager._RegisterWidget('_BlogView', new _WidgetInfo('Blog1', 'main',"
        " document.getElementById('Blog1'), {}, 'displayModeFull'));\n"
        "</script>"
    )


def _blog_data(view: View) -> dict[str, object]:
    room, post = view.newsroom, view.post
    return {
        "blogId": room.blog_id,
        "title": room.title,
        "url": view.url,
        "canonicalUrl": view.canonical,
        "homepageUrl": f"{view.base}/",
        "searchUrl": f"{view.base}/search",
        "canonicalHomepageUrl": f"{view.base}/",
        "blogspotFaviconUrl": f"{view.base}/favicon.ico",
        "hasCustomDomain": True,
        "httpsEnabled": False,
        "adultContent": False,
        "encoding": "UTF-8",
        "locale": room.language,
        "languageDirection": "ltr",
        "isPrivate": False,
        "isMobile": view.mobile,
        "isMobileRequest": view.mobile,
        "mobileClass": "mobile" if view.mobile else "",
        "feedLinks": service_links(view),
        "pageType": view.page_type,
        **({"postId": post.post_id} if post else {}),
        "pageName": post.title if post else "",
        "pageTitle": f"{room.title}: {post.title}" if post else room.title,
    }


def _view_data(view: View) -> dict[str, object]:
    """As Blogger has it, the post's id is a bare integer here, beyond what JavaScript can hold."""
    post = view.post
    return {
        "isMobile": view.mobile,
        "title": view.title,
        "description": "",
        "url": view.url,
        "type": "error" if view.page_type == "error_page" else "item" if post else "feed",
        "isSingleItem": post is not None,
        "isMultipleItems": view.page_type in ("index", "archive"),
        "isError": view.page_type == "error_page",
        "isPage": view.page_type == "static_page",
        "isPost": view.page_type == "item",
        "isHomepage": view.path == "/",
        "isArchive": view.page_type == "archive",
        "isLabelSearch": view.path.startswith("/search/label/"),
        **({"postId": int(post.post_id)} if post else {}),
    }


def js(value: object) -> str:
    r"""The value as Blogger writes JavaScript: single quotes, and \x3d for every sign that HTML might read."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"'{key}': {js(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(js, value)) + "]"
    if isinstance(value, int):
        return str(value)
    return f"'{str(value).translate(JS_ESCAPES)}'"
