"""What a Blogger feed answers: which posts, how many of them, and the answer as JSON.

The traps are the platform's own. `max-results` is advice: an answer ends where its size budget does, and
`itemsPerPage` repeats what was asked all the same. `updated-min` is ignored unless the order is by update. A feed
without posts has no `entry` at all. Atom and RSS are written from the same document in `feedxml`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import unquote, urlencode

import msgspec

from scraper.standin.newsroom import Newsroom, Post
from scraper.standin.view import above_jump, first_image, iso, plain

SUMMARY = 400  # characters of a short feed's text, Blogger's own cut
DEFAULT_RESULTS = 25
ATOM_TYPE = "application/atom+xml"
NOBODY = "Unknown"  # Blogger's own word for an account without a name
NAMESPACES = {
    "xmlns": "http://www.w3.org/2005/Atom",
    "xmlns$openSearch": "http://a9.com/-/spec/opensearchrss/1.0/",
    "xmlns$blogger": "http://schemas.google.com/blogger/2008",
    "xmlns$georss": "http://www.georss.org/georss",
    "xmlns$gd": "http://schemas.google.com/g/2005",
    "xmlns$thr": "http://purl.org/syndication/thread/1.0",
}

Document = dict[str, Any]


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of a feed address. `labels` must all be on a post."""

    start: int = 1
    limit: int = DEFAULT_RESULTS
    by_update: bool = False
    published_min: datetime | None = None
    published_max: datetime | None = None
    updated_min: datetime | None = None
    updated_max: datetime | None = None
    labels: tuple[str, ...] = ()

    @classmethod
    def read(cls, parameters: Mapping[str, str], labels: Iterable[str] = ()) -> Query:
        """The query of an address. Raises ValueError for a number or a time that is none."""
        moments = {
            name.replace("-", "_"): _moment(parameters[name])
            for name in ("published-min", "published-max", "updated-min", "updated-max")
            if name in parameters
        }
        return cls(
            start=max(1, int(parameters.get("start-index", "1"))),
            limit=max(0, int(parameters.get("max-results", str(DEFAULT_RESULTS)))),
            by_update=parameters.get("orderby") == "updated",
            labels=tuple(unquote(label) for label in labels),
            **moments,
        )

    def select(self, posts: Iterable[Post]) -> list[Post]:
        """The posts asked for, newest first: minimum included, maximum not."""
        chosen = [post for post in posts if set(self.labels) <= set(post.labels)]
        chosen = [post for post in chosen if _within(post.published, self.published_min, self.published_max)]
        if not self.by_update:
            return sorted(chosen, key=lambda post: post.published, reverse=True)
        chosen = [post for post in chosen if _within(post.updated, self.updated_min, self.updated_max)]
        return sorted(chosen, key=lambda post: post.updated, reverse=True)


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a feed is asked for: `base` is 'http://host:port', `kind` 'posts' or 'pages', `form` as in the address."""

    base: str
    kind: Literal["posts", "pages"]
    form: Literal["default", "full", "summary"]
    parameters: Mapping[str, str]
    newsroom: Newsroom

    def short(self) -> bool:
        """Whether entries carry a summary: by address, or because the owner keeps the feed short."""
        return self.form == "summary" or self.newsroom.feed == "summary"

    def by_id(self, **changed: int) -> str:
        """The feed under the blog's id, where Blogger's own links point, with parameters as asked, then changed."""
        given = {**self.parameters, **{name.replace("_", "-"): str(value) for name, value in changed.items()}}
        query = f"?{urlencode(given)}" if given else ""
        return f"{self.base}/feeds/{self.newsroom.blog_id}/{self.kind}/{self.form}{query}"


def document(address: Address, query: Query) -> Document:
    """The whole feed as Blogger's JSON has it: `{"version": …, "feed": {…}}`."""
    room = address.newsroom
    everything = [post for post in _kind(address) if post.post_id not in room.traps.feed_lacks]
    chosen = query.select(everything)
    told = [] if room.traps.has_hiccup() else chosen[: room.traps.feed_last]
    entries = _as_many_as_fit(address, told[query.start - 1 :][: min(query.limit, room.feed_posts)])
    total = len(chosen) if room.traps.feed_total is None else room.traps.feed_total
    labels = sorted({label for post in everything for label in post.labels})
    feed: Document = {
        **NAMESPACES,
        "id": {"$t": f"tag:blogger.com,1999:blog-{room.blog_id}"},
        "updated": {"$t": _stamp(room, latest(everything))},
        **({"category": [{"term": label} for label in labels]} if labels else {}),
        "title": {"type": "text", "$t": room.title},
        "subtitle": {"type": "html", "$t": room.description},
        "link": _feed_links(address, query, len(entries), len(chosen)),
        "author": [_person(room.title)],
        "generator": {"version": "7.00", "uri": "http://www.blogger.com", "$t": "Blogger"},
        "openSearch$totalResults": {"$t": str(total)},
        "openSearch$startIndex": {"$t": str(query.start)},
        "openSearch$itemsPerPage": {"$t": str(query.limit)},
        **({"entry": entries} if entries else {}),
    }
    return {"version": "1.0", "encoding": "UTF-8", "feed": feed}


def _kind(address: Address) -> list[Post]:
    return list(address.newsroom.posts if address.kind == "posts" else address.newsroom.pages)


def single(address: Address, post: Post) -> Document:
    """One post alone: `{"version": …, "entry": {…}}`."""
    return {"version": "1.0", "encoding": "UTF-8", "entry": {**NAMESPACES, **entry(address, post)}}


def as_json(answer: Document) -> str:
    """The feed as Blogger writes JSON: no spaces, no escapes."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def as_jsonp(answer: Document, callback: str) -> str:
    """The feed as a call of `callback`, behind Blogger's comment line."""
    return f"// API callback\n{callback}({as_json(answer)});"


def latest(posts: Iterable[Post]) -> datetime:
    """When the newest of these posts was last changed; the epoch where there are none."""
    return max((post.updated for post in posts), default=datetime.fromtimestamp(0, UTC))


def entry(address: Address, post: Post) -> Document:
    """One entry in Blogger's JSON shape; keys that have nothing to say are missing."""
    room, picture = address.newsroom, first_image(post)
    by_id = f"{address.base}/feeds/{room.blog_id}/{address.kind}/default/{post.post_id}"
    page = address.base + room.path(post)
    comments = f"{address.base}/feeds/{post.post_id}/comments/default"
    return {
        "id": {"$t": f"tag:blogger.com,1999:blog-{room.blog_id}.{address.kind[:-1]}-{post.post_id}"},
        "published": {"$t": _stamp(room, post.published)},
        "updated": {"$t": _stamp(room, post.updated)},
        **({"category": [_category(label) for label in post.labels]} if post.labels else {}),
        "title": {"type": "text", "$t": post.title},
        **_text(address, post),
        "link": [
            {"rel": "replies", "type": ATOM_TYPE, "href": comments, "title": "Post Comments"},
            {"rel": "replies", "type": "text/html", "href": f"{page}#comment-form", "title": "0 Comments"},
            {"rel": "edit", "type": ATOM_TYPE, "href": by_id},
            {"rel": "self", "type": ATOM_TYPE, "href": by_id},
            {"rel": "alternate", "type": "text/html", "href": page, "title": post.title},
        ],
        "author": [_person(post.author or NOBODY)],
        **({"media$thumbnail": _thumbnail(picture)} if picture else {}),
        "thr$total": {"$t": "0"},
    }


def _as_many_as_fit(address: Address, posts: list[Post]) -> list[Document]:
    """Entries until the size budget is spent; always one, where there is one."""
    entries: list[Document] = []
    left = address.newsroom.feed_bytes
    for post in posts:
        written = entry(address, post)
        left -= len(as_json(written).encode())
        if entries and left < 0:
            break
        entries.append(written)
    return entries


def _text(address: Address, post: Post) -> Document:
    if address.short():
        return {"summary": {"type": "text", "$t": plain(post.body)[:SUMMARY]}}
    body = above_jump(post.body) if address.newsroom.feed == "jump" else post.body
    return {"content": {"type": "html", "$t": body}}


def _feed_links(address: Address, query: Query, sent: int, total: int) -> list[dict[str, str]]:
    links = [
        {
            "rel": "http://schemas.google.com/g/2005#feed",
            "type": ATOM_TYPE,
            "href": f"{address.base}/feeds/{address.kind}/{address.form}",
        },
        {"rel": "self", "type": ATOM_TYPE, "href": address.by_id()},
        {"rel": "alternate", "type": "text/html", "href": f"{address.base}/"},
        {"rel": "hub", "href": "http://pubsubhubbub.appspot.com/"},
    ]
    if query.start > 1:
        before = address.by_id(start_index=max(1, query.start - query.limit), max_results=query.limit)
        links.append({"rel": "previous", "type": ATOM_TYPE, "href": before})
    if sent and query.start + sent <= total:
        after = address.by_id(start_index=query.start + sent, max_results=query.limit)
        links.append({"rel": "next", "type": ATOM_TYPE, "href": after})
    return links


def _person(name: str) -> Document:
    return {
        "name": {"$t": name},
        "uri": {"$t": "http://www.blogger.com/profile/00000000000000000000"},
        "email": {"$t": "noreply@blogger.com"},
        "gd$image": {
            "rel": "http://schemas.google.com/g/2005#thumbnail",
            "width": "16",
            "height": "16",
            "src": "https://img1.blogblog.com/img/b16-rounded.gif",
        },
    }


def _category(label: str) -> Document:
    return {"scheme": "http://www.blogger.com/atom/ns#", "term": label}


def _thumbnail(picture: str) -> Document:
    return {"xmlns$media": "http://search.yahoo.com/mrss/", "url": picture, "height": "72", "width": "72"}


def _stamp(room: Newsroom, moment: datetime) -> str:
    return iso(room.local(moment), milliseconds=True)


def _moment(raw: str) -> datetime:
    """RFC 3339; a '+' that the address turned into a space is put back. Without offset: UTC."""
    read = datetime.fromisoformat(raw.replace(" ", "+"))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _within(moment: datetime, least: datetime | None, limit: datetime | None) -> bool:
    return (least is None or moment >= least) and (limit is None or moment < limit)
