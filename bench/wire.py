"""Broken answers on the wire against our own HTTP: a server on this machine sends what the fuzz makes, and hangs up."""

from __future__ import annotations

import asyncio
from random import Random

from bench import seeds
from bench.strangers import LIMIT, LINES, bent
from scraper.config import Settings
from scraper.errors import FetchError
from scraper.outcomes import REASONS
from scraper.web.fetch import Fetcher

SETTINGS = Settings(
    delay=0, provider_rate=1000, attempts=1, timeout=0.4, deadline=1.0, max_bytes=LIMIT, max_redirects=2, workers=0
)
ROBOTS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HEADS = (
    b"Location: http://169.254.169.254/\r\n", b"Location: /x\r\n", b"Location: \x00\r\n", b"Content-Length: -1\r\n", b"Content-Length: 5\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Content-Encoding: deflate\r\n", b" folded\r\n", b": x\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 302 Found\r\n", b"HTTP/1.0 200 OK\r\n\r\n", b"1\r\na\r\n", b"ffffffffffffffff\r\n", b"0\r\nX: y\r\n\r\n",
)  # fmt: skip


def wire_input(random: Random) -> bytes:
    found = seeds.answer().replace(b"302", b"200")
    plain = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n<html></html"
    led = b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    raw = bent(random, [found, plain, led], HEADS + LINES)
    at = raw.find(b"\r\n") + 2
    return raw[:at] + random.choice(HEADS) + raw[at:] if random.random() < 0.4 else raw


def wire(raw: bytes) -> str | None:
    return asyncio.run(_asked(raw))


async def _asked(raw: bytes) -> str | None:
    """What is wrong with how the answer was taken: it must end in time, in a page or a named error, and ask nobody else."""
    looked_up: list[str] = []

    async def resolver(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"]  # what a name of a stranger's may not lead to

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(ROBOTS if b"/robots.txt" in head else raw)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/2026/03/x.html"
    async with server, Fetcher(SETTINGS, allow_loopback=True, resolver=resolver) as fetcher:
        try:
            answer = await asyncio.wait_for(fetcher.get(address), 5)
        except FetchError as error:
            return None if error.reason in REASONS else f"the reason {error.reason!r} is not documented"
    answer.text.encode()
    if looked_up:
        return f"{looked_up[0]} was looked up, and its page taken"
    return None if len(answer.body) <= LIMIT else "a body above the limit"
