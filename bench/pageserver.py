"""Real pages served as newsrooms on loopback, by a process of its own, at next to no cost.

A host is one newsroom: its pages are those of one site, or of one theme where no site has several stored, and its feed
tells each post as the page does. Each address has its own post: where the pages are fewer, one is served again under
another post's number, so that every answer is an article the archive does not hold.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from html import escape
from http import HTTPStatus
from itertools import chain, cycle
from multiprocessing.connection import Connection
from types import TracebackType
from typing import NamedTuple, Self

from bench.stored import html_of, own_pages, stored_pages
from extractors import Article, NotAnArticle, Page, read
from scraper.standin import Newsroom, Post
from scraper.standin.site import Site

PER_HOST = 50  # posts
FAMILY = 5  # pages of one site or theme, at least: what stands on a third of a site's posts is its promotion
LEVEL = 6  # of gzip, as web servers send it
START = 120.0  # seconds for making the pages
BEGIN = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)


class Stored(NamedTuple):
    """A page and what is read from it; `number` is its post's."""

    html: str
    number: str
    article: Article


class PageServer:
    """`count` posts served while the `with` block runs. `urls` are the newsrooms'; `mean` is bytes a page."""

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, self._theirs = context.Pipe()
        self._process = context.Process(target=_main, args=(self._theirs, count), daemon=True)
        self.urls: list[str] = []
        self.mean = 0
        self.is_real = bool(stored_pages())

    def __enter__(self) -> Self:
        self._process.start()
        self._theirs.close()
        if not self._pipe.poll(START):
            raise RuntimeError(f"The pages were not served within {START:g} s.")
        self.urls, self.mean = self._pipe.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._process.join()


def families() -> list[list[Stored]]:
    """The pages that hold a post with a number of its own, by site or theme, the largest family first; all of them
    where no family is large enough.
    """
    sites: defaultdict[str, list[Stored]] = defaultdict(list)
    themes: defaultdict[str | None, list[Stored]] = defaultdict(list)
    for path in stored_pages() or own_pages():
        html = html_of(path)
        with suppress(NotAnArticle):
            article = read(Page(url="", html=html)).article
            if article.post_id:
                sites[str(path).partition("__")[0]].append(Stored(html, article.post_id, article))
    for pages in [pages for pages in sites.values() if len(pages) < FAMILY]:
        for page in pages:
            themes[page.article.theme].append(page)
    grown = [pages for pages in (*sites.values(), *themes.values()) if len(pages) >= FAMILY]
    return sorted(grown, key=len, reverse=True) or [list(chain.from_iterable(themes.values()))]


class _Host:
    """One newsroom: what is sent for each target, whole. Feed and sitemap are written when they are first asked for."""

    def __init__(self, family: list[Stored], numbers: range) -> None:
        self.size = 0
        self._answers: dict[str, bytes] = {}
        posts = [self._post(family[number % len(family)], number) for number in numbers]
        self._room = Newsroom(
            blog_id="1", title="Kabar", description="", domain="kabar.example", theme="kompaz", language="id",
            zone="Asia/Jakarta", posts=posts,
        )  # fmt: skip

    def _post(self, stored: Stored, number: int) -> Post:
        post_id = str(10 ** (len(stored.number) - 1) + number)
        path, body = f"/2026/03/post-{number}.html", stored.html.replace(stored.number, post_id).encode()
        self.size += len(body)
        self._answers[path] = _answer(body, "text/html; charset=UTF-8")
        at = BEGIN + timedelta(minutes=number)
        article = stored.article
        return Post(
            slug=f"post-{number}", title=article.title, post_id=post_id, published=at, updated=at, permalink=path,
            author=article.byline.account or "", labels=article.labels,
            body="".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.body.split("\n\n")),
        )  # fmt: skip

    def answer(self, base: str, target: str) -> bytes:
        path = target.partition("?")[0]
        if path.endswith(".html"):
            return self._answers[path]
        if target not in self._answers:
            told = Site(self._room, base).answer(target)
            status = f"{told.status} {HTTPStatus(told.status).phrase}"
            self._answers[target] = _answer(told.body.encode(), told.content_type, status)
        return self._answers[target]


def _answer(body: bytes, kind: str, status: str = "200 OK") -> bytes:
    packed = gzip.compress(body, LEVEL)
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    )
    return head.encode() + packed


class _Connection(asyncio.Protocol):
    def __init__(self, host: _Host) -> None:
        self._host = host
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._base = "http://{}:{}".format(*transport.get_extra_info("sockname"))

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            head, _, self._asked = self._asked.partition(b"\r\n\r\n")
            self._transport.write(self._host.answer(self._base, head.split(b" ", 2)[1].decode()))


async def _serve(pipe: Connection, count: int) -> None:
    loop, kinds = asyncio.get_running_loop(), cycle(families())
    urls, size = [], 0
    for start in range(0, count, PER_HOST):
        host = _Host(next(kinds), range(start, min(start + PER_HOST, count)))
        size += host.size
        server = await loop.create_server(lambda host=host: _Connection(host), "127.0.0.1", 0)  # type: ignore[misc]
        urls.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    pipe.send((urls, size // count))
    await loop.run_in_executor(None, _until_closed, pipe)


def _until_closed(pipe: Connection) -> None:
    try:
        pipe.recv()
    except (EOFError, OSError):
        return


def _main(pipe: Connection, count: int) -> None:
    asyncio.run(_serve(pipe, count))
