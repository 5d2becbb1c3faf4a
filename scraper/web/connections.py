"""Connections to checked addresses, kept open between the requests to a host: HTTP/1.1 as h11 speaks it.

httpcore's own pool does this too, but would resolve a host by itself, after any check, and could be given another
answer: here the look-up, the check and the connection are one step. And it looks at every connection for each request,
under locks that serve other event loops too: 1.5 ms of CPU a page that a crawl, which asks a host one thing at a time,
need not spend. What goes wrong is told in httpcore's exceptions. TLS names the host, so certificates are verified as
ever; proxies from the environment are not used.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import h11
import httpcore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from scraper.web.guard import Guard

KEEPALIVE = 30.0  # seconds an idle connection is kept: longer than the usual delay between two requests
HEAD = 100 * 2**10  # bytes of an answer's head, at most
AHEAD = 2**18  # bytes received before they are asked for; more waits in the kernel
Place = tuple[str, str, int]
"""Scheme, host and port."""


class Head(NamedTuple):
    """An answer's head. `version` is b"HTTP/1.1" or the like."""

    status: int
    headers: list[tuple[bytes, bytes]]
    version: bytes


class Connections:
    """The open connections of one crawl. `timeout`, in seconds, is for the look-up, for each try to connect, and for
    each wait on an answer.
    """

    def __init__(self, guard: Guard, trust: ssl.SSLContext, *, timeout: float) -> None:
        self._guard, self._trust, self._timeout = guard, trust, timeout
        self._idle: dict[Place, _Connection] = {}

    async def ask(
        self, place: Place, target: bytes, headers: Sequence[tuple[bytes, bytes]], sent: bytes | None = None
    ) -> tuple[Head, Exchange]:
        """The head of the answer to a GET, or to a POST of what is `sent`, and what its body comes from, which is to be
        closed. Raises httpcore's NetworkError, TimeoutException and ProtocolError, and what the guard raises.
        """
        kept = self._idle.pop(place, None)
        if kept is not None and kept.rouse():
            try:
                return await self._begin(place, kept, target, headers, sent)
            except (httpcore.RemoteProtocolError, httpcore.ReadError):
                if not kept.was_stale:
                    raise
        return await self._begin(place, await self._connect(place), target, headers, sent)

    async def _begin(
        self,
        place: Place,
        connection: _Connection,
        target: bytes,
        headers: Sequence[tuple[bytes, bytes]],
        sent: bytes | None,
    ) -> tuple[Head, Exchange]:
        exchange = Exchange(self, place, connection)
        try:
            return await exchange.begin(target, headers, sent), exchange
        except BaseException:
            exchange.close()
            raise

    async def aclose(self) -> None:
        """Closes what is open."""
        for connection in self._idle.values():
            connection.drop()
        self._idle.clear()
        await asyncio.sleep(0)  # in which the loop lets go of them

    def keep(self, place: Place, connection: _Connection) -> None:
        """Takes back a connection that can serve again."""
        held = self._idle.setdefault(place, connection)
        if held is connection:
            connection.rest()
        else:
            connection.drop()

    async def _connect(self, place: Place) -> _Connection:
        scheme, host, port = place
        try:
            async with asyncio.timeout(self._timeout):
                addresses = await self._guard.resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"no answer to the look-up of {host}") from None
        failure: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in addresses:
            try:
                return await self._dial(address, port, host if scheme == "https" else None)
            except TimeoutError:
                failure = httpcore.ConnectTimeout(f"no connection to {address}")
            except ssl.SSLError as error:  # the host itself is at fault, whichever of its addresses answered
                raise httpcore.ConnectError(f"{host}: {error}") from error
            except (OSError, ValueError) as error:
                failure = httpcore.ConnectError(str(error))
        raise failure

    async def _dial(self, address: str, port: int, tls_host: str | None) -> _Connection:
        async with asyncio.timeout(self._timeout):
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: _Connection(self._timeout),
                address,
                port,
                ssl=self._trust if tls_host else None,
                server_hostname=tls_host,
            )
        return connection


class Exchange:
    """One request and its answer on a connection."""

    def __init__(self, connections: Connections, place: Place, connection: _Connection) -> None:
        self._connections, self._place, self._connection = connections, place, connection

    async def begin(self, target: bytes, headers: Sequence[tuple[bytes, bytes]], sent: bytes | None) -> Head:
        """Send the request, a POST where something is `sent`; the head of its answer, those of 1xx passed over.

        Raises the client's own errors: WriteError, ReadTimeout, RemoteProtocolError.
        """
        connection = self._connection
        with _told():
            method = b"GET" if sent is None else b"POST"
            connection.send(h11.Request(method=method, target=target, headers=list(headers)))
            if sent:
                connection.send(h11.Data(data=sent))
            connection.send(h11.EndOfMessage())
            while True:
                event = await connection.event()
                if isinstance(event, h11.Response):
                    headers = list(event.headers.raw_items())
                    return Head(event.status_code, headers, b"HTTP/" + event.http_version)
                if not isinstance(event, h11.InformationalResponse):
                    raise httpcore.RemoteProtocolError("no answer, but the end of one")

    async def body(self) -> AsyncIterator[bytes]:
        """The body's bytes as they come, to its end."""
        with _told():
            while isinstance(event := await self._connection.event(), h11.Data):
                yield bytes(event.data)

    def close(self) -> None:
        """Gives the connection back where the whole answer was received, and drops it where not."""
        if self._connection.is_done():
            self._connections.keep(self._place, self._connection)
        else:
            self._connection.drop()


class _Connection(asyncio.Protocol):
    """A socket with an HTTP conversation on it. `was_stale`: the server had hung up before a request reached it, which
    counts as never made.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self.was_stale = False
        self._pieces: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._nap: asyncio.TimerHandle | None = None
        self._failure: Exception | None = None
        self._has_ended = False
        self._talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD)

    # called by the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._pieces.append(data)
        if sum(map(len, self._pieces)) > AHEAD:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._has_ended = True
        # A reset after the end: what was sent met a socket that was closed. One that was read and left gives none.
        made: socket.socket = self._transport.get_extra_info("socket")
        self.was_stale = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.EPIPE
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._has_ended, self._failure = True, error
        self.was_stale = self.was_stale or isinstance(error, BrokenPipeError)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # called by whoever holds it

    def send(self, event: h11.Request | h11.Data | h11.EndOfMessage) -> None:
        data = self._talk.send(event)
        if data:
            self._transport.write(data)

    async def event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """What comes next of the answer."""
        while (event := self._talk.next_event()) is h11.NEED_DATA:
            data = await self._receive()
            if not data and self._talk.their_state is h11.SEND_RESPONSE:
                raise httpcore.RemoteProtocolError("the server hung up without an answer")
            self._talk.receive_data(data)
        return event

    async def _receive(self) -> bytes:
        """What has come since; b"" at the end."""
        while not self._pieces:
            if self._failure is not None:
                raise httpcore.ReadError(str(self._failure) or type(self._failure).__name__)
            if self._has_ended:
                return b""
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(self._timeout):
                    await self._waiter
            except TimeoutError:
                raise httpcore.ReadTimeout(f"nothing came for {self._timeout:g} s") from None
            finally:
                self._waiter = None
        data = b"".join(self._pieces)
        self._pieces.clear()
        if not self._has_ended:
            self._transport.resume_reading()
        return data

    def is_done(self) -> bool:
        """Whether both sides have said all, and another request may follow."""
        return self._talk.our_state is h11.DONE and self._talk.their_state is h11.DONE and not self._has_ended

    def rest(self) -> None:
        """Stays open for a while, ready for the next request."""
        self._talk.start_next_cycle()
        self._nap = asyncio.get_running_loop().call_later(KEEPALIVE, self.drop)

    def rouse(self) -> bool:
        """Whether it can serve: the server has neither hung up nor said anything unasked."""
        if self._nap is not None:
            self._nap.cancel()
        if self._has_ended or self._pieces or self._transport.is_closing():
            self.drop()
            return False
        return True

    def drop(self) -> None:
        if self._nap is not None:
            self._nap.cancel()
        self._transport.abort()


@contextmanager
def _told() -> Iterator[None]:
    """h11's errors in httpcore's words."""
    try:
        yield
    except h11.RemoteProtocolError as error:
        raise httpcore.RemoteProtocolError(str(error)) from error
    except h11.LocalProtocolError as error:
        raise httpcore.LocalProtocolError(str(error)) from error
