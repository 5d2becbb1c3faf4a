"""Real pages served as four newsrooms on loopback, by a process of its own, at next to no cost.

Each address has its own post: where the pages are fewer, one is served again under another post's number, so that every
answer is an article the archive does not hold.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from bench.stored import html_of, own_pages, stored_pages
from extractors import NotAnArticle, Page, read
from extractors.context import read_context

HOSTS = 4
LEVEL = 6  # of gzip, as web servers send it
START = 120.0  # seconds for making the pages


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


def posts() -> list[tuple[str, str]]:
    """Pages that hold a post with a number of its own, and those numbers."""
    found = []
    for path in stored_pages() or own_pages():
        html = html_of(path)
        try:
            read(Page(url="", html=html))
        except NotAnArticle:
            continue
        number = read_context(html).post_id
        if number:
            found.append((html, number))
    return found


def _answers(sources: Sequence[tuple[str, str]], numbers: range) -> tuple[dict[bytes, bytes], int]:
    """What is sent for each path, whole, and the pages' bytes."""
    answers, size = {}, 0
    for number in numbers:
        html, post = sources[number % len(sources)]
        body = html.replace(post, str(10 ** (len(post) - 1) + number)).encode()
        size += len(body)
        answers[f"/2026/03/post-{number}.html".encode()] = _answer(body, "text/html; charset=UTF-8")
    return answers, size


def _answer(body: bytes, kind: str, status: str = "200 OK") -> bytes:
    packed = gzip.compress(body, LEVEL)
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    )
    return head.encode() + packed


class _Connection(asyncio.Protocol):
    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            head, _, self._asked = self._asked.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].partition(b"?")[0]
            self._transport.write(self._answers.get(path, self._answers[b""]))


async def _serve(pipe: Connection, count: int) -> None:
    sources, loop = posts(), asyncio.get_running_loop()
    urls, size = [], 0
    for host in range(HOSTS):
        answers, bytes_ = _answers(sources, range(host, count, HOSTS))
        size += bytes_
        server = await loop.create_server(lambda answers=answers: _Connection(answers), "127.0.0.1", 0)  # type: ignore[misc]
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        listed = "".join(f"<url><loc>{url}{path.decode()}</loc></url>" for path in answers)
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        sitemap = f'<?xml version="1.0"?><urlset xmlns="{space}">{listed}</urlset>'
        answers[b"/robots.txt"] = _answer(b"User-agent: *\nAllow: /\n", "text/plain")
        answers[b"/sitemap.xml"] = _answer(sitemap.encode(), "text/xml; charset=UTF-8")
        answers[b""] = _answer(b"Not found", "text/plain", "404 Not Found")
        urls.append(url)
    pipe.send((urls, size // count))
    await loop.run_in_executor(None, _until_closed, pipe)


def _until_closed(pipe: Connection) -> None:
    try:
        pipe.recv()
    except (EOFError, OSError):
        return


def _main(pipe: Connection, count: int) -> None:
    asyncio.run(_serve(pipe, count))
