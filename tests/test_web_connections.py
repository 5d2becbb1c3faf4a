"""Connections between the requests of a crawl: kept where they may be, dropped where not, errors in few kinds."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import httpcore
import pytest

from scraper.web.connections import Connections
from scraper.web.guard import Guard

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwarga"
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """A server on loopback that does to each connection what `script` says, and counts."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.connections = self.requests = 0

    async def request(self, reader: asyncio.StreamReader) -> bytes:
        """The head of the next request."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        return head

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._script(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def ask(self, times: int, *, timeout: float = 2.0) -> list[bytes]:
        """The bodies of so many answers, one after another."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        place = ("http", "127.0.0.1", server.sockets[0].getsockname()[1])
        connections = Connections(Guard(allow_loopback=True), ssl.create_default_context(), timeout=timeout)
        bodies = []
        async with server:
            try:
                for _ in range(times):
                    head, exchange = await connections.ask(place, b"/x.html", [(b"host", b"127.0.0.1")])
                    try:
                        assert head.status == 200
                        bodies.append(b"".join([part async for part in exchange.body()]))
                    finally:
                        exchange.close()
                    await asyncio.sleep(0.02)
            finally:
                await connections.aclose()
        return bodies


def scripted(answer: bytes, *, times: int = 100) -> Server:
    """A server that sends those bytes for each of so many requests, and hangs up."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(times):
            await server.request(reader)
            writer.write(answer)
            await writer.drain()

    server = Server(script)
    return server


def test_one_connection_serves_all_requests_to_a_host() -> None:
    """A connection is kept after a whole answer and used again, also after a chunked one."""
    plain = scripted(WHOLE)
    assert asyncio.run(plain.ask(5)) == [b"warga"] * 5
    assert (plain.connections, plain.requests) == (1, 5)

    chunked = scripted(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nwar\r\n2\r\nga\r\n0\r\n\r\n")
    assert asyncio.run(chunked.ask(3)) == [b"warga"] * 3
    assert chunked.connections == 1


@pytest.mark.parametrize("answer", [WHOLE, WHOLE.replace(b"Content", b"Connection: close\r\nContent")])
def test_a_server_that_hangs_up_after_each_answer_is_asked_anew(answer: bytes) -> None:
    """Whether it says so or not, the next request goes over a new connection, and each is made once."""
    server = scripted(answer, times=1)
    assert asyncio.run(server.ask(3)) == [b"warga"] * 3
    assert (server.connections, server.requests) == (3, 3)


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    """The body goes to the end, and the connection is no longer used."""
    server = scripted(b"HTTP/1.0 200 OK\r\n\r\nwarga", times=1)
    assert asyncio.run(server.ask(2)) == [b"warga"] * 2
    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "hung up without an answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nwar", "peer closed connection"),
        (b"\x00\x01 mail ready\r\n\r\n", "illegal"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000, "too long"),
    ],
)
def test_what_is_no_whole_answer_is_an_error_of_the_protocol(answer: bytes, said: str) -> None:
    """A request that was heard and not answered is not made again by itself."""
    server = scripted(answer, times=1)
    with pytest.raises(httpcore.RemoteProtocolError, match=said):
        asyncio.run(server.ask(1))
    assert server.requests == 1


def test_a_kept_connection_that_hears_and_hangs_up_is_not_asked_twice() -> None:
    """Only a request that met a closed socket is made anew: one that was read counts, and fails."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.request(reader)
        writer.write(WHOLE)
        await server.request(reader)

    server = Server(script)
    with pytest.raises(httpcore.RemoteProtocolError, match="hung up"):
        asyncio.run(server.ask(2))
    assert (server.connections, server.requests) == (1, 2)


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nwar"])
def test_a_silent_server_is_left_after_the_timeout(sent: bytes) -> None:
    """Nothing within the time is a timeout, at the head as in the body."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.request(reader)
        writer.write(sent)
        await reader.read()

    server = Server(silent)
    with pytest.raises(httpcore.ReadTimeout):
        asyncio.run(server.ask(1, timeout=0.1))


def test_a_port_where_nobody_listens_is_an_error_of_the_connection() -> None:
    """A refused connection is told as httpcore tells it."""

    async def ask() -> None:
        connections = Connections(Guard(allow_loopback=True), ssl.create_default_context(), timeout=1.0)
        await connections.ask(("http", "127.0.0.1", 9), b"/", [(b"host", b"127.0.0.1")])

    with pytest.raises(httpcore.ConnectError):
        asyncio.run(ask())
