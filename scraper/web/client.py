"""One request over a guarded connection: the only module that imports httpx.

What is known of HTTP here is one exchange: limits on size and time, types, compression, whole bodies told from broken
ones. Foreign exceptions end here. Where to, whether and when belong to fetch.py.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import httpcore
import httpx

from scraper.errors import FetchError, Refused, Unusable
from scraper.web import decode
from scraper.web.connections import Connections, Exchange
from scraper.web.media import BINARY
from scraper.web.retry import TransientError, read_retry_after

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime
    from types import TracebackType

    from scraper.config import Settings
    from scraper.web.guard import Guard
    from scraper.web.receipts import Receipt

Headers = tuple[tuple[str, str], ...]
Address = httpx.URL
Transport = httpx.AsyncBaseTransport

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PORTS = {"http": 80, "https": 443}
UNRESOLVED_REST = 300.0  # seconds for which a host that does not resolve is not looked up again
PAGE_END = 4096  # bytes at the end of a page in which </html> is looked for


class Ask(NamedTuple):
    """How to ask for one address, redirects included. `delay` is in seconds."""

    headers: dict[str, str]
    delay: float
    max_bytes: int
    max_redirects: int
    types: frozenset[str] | None = None
    """None: any type will do, robots.txt is not consulted, and a longer body is cut (it is the robots.txt itself)."""

    @property
    def is_robots(self) -> bool:
        """Whether robots.txt is asked for: any content type will do."""
        return self.types is None


class Answer(NamedTuple):
    """What came back. `location` is where a redirect leads, as written."""

    status: int
    headers: Headers
    body: bytes
    location: str | None


class _Body(httpx.AsyncByteStream):
    """The bytes of an answer as they come in."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._exchange.body():
            yield part

    async def aclose(self) -> None:
        self._exchange.close()


@cache
def _trust() -> ssl.SSLContext:
    """Whom TLS trusts; reading the certificates takes 70 ms, and once is enough for a process."""
    trust = httpx.create_ssl_context()
    trust.set_alpn_protocols(["http/1.1"])
    return trust


class _GuardedTransport(httpx.AsyncBaseTransport):
    """Requests over the guarded connections, which httpx's own transport has no argument for.

    Raises httpcore's exceptions, which `_border` turns into ours like httpx's. The number of connections has no limit
    of its own: the pace keeps each host to one.
    """

    def __init__(self, guard: Guard, *, timeout: float) -> None:
        self._connections = Connections(guard, _trust(), timeout=timeout)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        place = (url.scheme, host_of(url), url.port or PORTS[url.scheme])
        sent = request.content if request.method == "POST" else None
        head, exchange = await self._connections.ask(place, url.raw_path, request.headers.raw, sent)
        extensions = {"http_version": head.version}
        return httpx.Response(head.status, headers=head.headers, stream=_Body(exchange), extensions=extensions)

    async def aclose(self) -> None:
        await self._connections.aclose()


class Client:
    """Sends single requests, `headers` with each. A `transport` replaces the network, the guard's look-up included;
    `now` gives aware UTC.
    """

    def __init__(
        self,
        settings: Settings,
        guard: Guard,
        *,
        headers: dict[str, str],
        now: Callable[[], datetime],
        transport: Transport | None = None,
    ) -> None:
        self._settings, self._now = settings, now
        self._transport = transport or _GuardedTransport(guard, timeout=settings.timeout)
        self._headers = headers
        self._extensions = {"timeout": httpx.Timeout(settings.timeout).as_dict()}

    async def __aenter__(self) -> None:
        await self._transport.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, traceback)

    async def exchange(self, target: Address, ask: Ask, receipt: Receipt) -> Answer:
        """The whole answer within the deadline. Raises TransientError for what may pass, Unusable for what will not."""
        async with self._border(target, receipt), asyncio.timeout(self._settings.deadline):
            return await self._send(target, ask, receipt)

    async def post(self, target: Address, sent: bytes, receipt: Receipt) -> int:
        """The status of the answer to a POST of JSON; its body is left alone. Raises as `exchange`."""
        headers = {**self._headers, "content-type": "application/json"}
        request = httpx.Request("POST", target, headers=headers, content=sent, extensions=self._extensions)
        async with self._border(target, receipt), asyncio.timeout(self._settings.deadline):
            response = await self._transport.handle_async_request(request)
            await response.aclose()
            return response.status_code

    async def _send(self, target: Address, ask: Ask, receipt: Receipt) -> Answer:
        """One request put straight to the transport. An httpx client between the two would do what is done here with
        more care: keep cookies, and read a Location even where it is told not to follow it, so that one which is no
        address looks like a broken connection and is tried again.
        """
        headers = {**self._headers, **ask.headers}
        request = httpx.Request("GET", target, headers=headers, extensions=self._extensions)
        response = await self._transport.handle_async_request(request)
        response.request = request
        try:
            return await self._receive(response, ask, receipt)
        finally:
            await response.aclose()

    @asynccontextmanager
    async def _border(self, target: Address, receipt: Receipt) -> AsyncIterator[None]:
        """Turns every foreign exception into one of ours."""
        try:
            yield
        except FetchError as error:
            if error.reason == "unresolvable":  # once more, for a resolver that hiccups
                receipt.never_connected()
                raise TransientError(str(error), reason=error.reason, tries=2, rest=UNRESOLVED_REST) from None
            if error.reason == "internal-address":
                receipt.never_connected()
            raise
        except (httpx.TimeoutException, httpcore.TimeoutException) as error:
            if isinstance(error, httpx.ConnectTimeout | httpcore.ConnectTimeout):
                receipt.never_connected()
            wait = self._settings.timeout
            raise TransientError(f"{target}: no answer within {wait:g} seconds.", reason="timeout") from None
        except TimeoutError:
            limit = self._settings.deadline
            raise TransientError(
                f"{target}: no whole answer in {limit:g} seconds.", reason="timeout", tries=2
            ) from None
        except (httpx.HTTPError, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            if isinstance(error, httpx.ConnectError | httpcore.ConnectError):
                receipt.never_connected()
            cause = str(error) or type(error).__name__
            raise TransientError(f"{target}: the connection failed ({cause}).", reason="connection") from None

    async def _receive(self, response: httpx.Response, ask: Ask, receipt: Receipt) -> Answer:
        status = response.status_code
        if status == 429 or status >= 500:
            raise TransientError(
                f"{response.url}: the server answered {status}.",
                reason="http-429" if status == 429 else "http-5xx",
                status=status,
                retry_after=read_retry_after(response.headers.get("retry-after"), now=self._now()),
            )
        headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
        location = response.headers.get("location") if status in REDIRECTS else None
        if status != 200 and not (ask.is_robots and 200 <= status < 300):
            return Answer(status, headers, b"", location)
        _check_type(response, ask)
        wire = await _read(response, ask)
        receipt.bytes += len(wire)
        return Answer(status, headers, _unpack(response, wire, ask), None)


def host_of(target: Address) -> str:
    """The host in its ASCII form, as it will be looked up."""
    return target.raw_host.decode("ascii")


def place_of(target: Address) -> str:
    """The host, with a port that is not the scheme's own: what queues, rules and receipts are kept by."""
    return target.netloc.decode("ascii")


def parse(url: str) -> Address:
    """The address of a text. Raises Refused (scheme) for what is none."""
    try:
        return _bare(httpx.URL(url))
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused(f"{url!r} is no address that can be fetched: {error}.", reason="scheme") from None


def parse_location(target: Address, location: str) -> Address:
    """Where a redirect of `target` leads. Raises Unusable (redirects) for what is no address."""
    try:
        return _bare(target.join(location))
    except (httpx.InvalidURL, ValueError):
        raise Unusable(f"{target} redirects to what is no address: {location!r}.", reason="redirects") from None


def _bare(url: Address) -> Address:
    """An address without fragment and without a name and password, which no crawl has reason to send.

    Raises httpx.InvalidURL, ValueError.
    """
    bare = url.copy_with(userinfo=b"", fragment=None) if url.userinfo or url.fragment else url
    _ = bare.host, bare.raw_host  # made only when read: a false name fails here, and not in the middle of a request
    return bare


def _check_type(response: httpx.Response, ask: Ask) -> None:
    if ask.types is None:
        return
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in ask.types:
        raise Unusable(f"{response.url} is {media_type}, which holds no text to read.", reason="content-type")


async def _read(response: httpx.Response, ask: Ask) -> bytes:
    """The body as it comes over the wire. Raises Unusable (too-large) as soon as it passes the limit."""
    announced = response.headers.get("content-length", "")
    if not ask.is_robots and announced.isdecimal() and int(announced[:20]) > ask.max_bytes:
        raise _too_large(response, ask)
    wire = bytearray()
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for chunk in response.stream:
        wire += chunk
        if len(wire) <= ask.max_bytes:
            continue
        if ask.is_robots:
            break
        raise _too_large(response, ask)
    return bytes(wire)


def _unpack(response: httpx.Response, wire: bytes, ask: Ask) -> bytes:
    encoding = response.headers.get("content-encoding", "")
    unpack = decode.decompress_head if ask.is_robots else decode.decompress
    try:
        body = unpack(wire, encoding, limit=ask.max_bytes)
    except decode.TooLargeError:
        raise _too_large(response, ask) from None
    except decode.TruncatedError:
        raise _broken_off(response) from None
    except decode.BadCompressionError as error:
        raise Unusable(f"{response.url} cannot be decompressed ({error}).", reason="decode") from None
    if ask.is_robots:
        return body
    if body.startswith(BINARY):
        raise Unusable(f"{response.url} is a picture or an archive, whatever its headers say.", reason="content-type")
    if not encoding and _tells_no_end(response) and _breaks_off(body):
        raise _broken_off(response)
    return body


def _tells_no_end(response: httpx.Response) -> bool:
    """Whether only the end of the connection ends the body, so that a broken one looks like a whole one."""
    headers = response.headers
    return response.extensions.get("http_version") in {b"HTTP/1.0", b"HTTP/1.1"} and not (
        "content-length" in headers or "chunked" in headers.get("transfer-encoding", "").lower()
    )


def _breaks_off(body: bytes) -> bool:
    """Whether an HTML page lacks its end."""
    return b"<html" in body[:PAGE_END].lower() and b"</html" not in body[-PAGE_END:].lower()


def _broken_off(response: httpx.Response) -> TransientError:
    return TransientError(f"{response.url}: the answer broke off.", reason="connection", status=response.status_code)


def _too_large(response: httpx.Response, ask: Ask) -> Unusable:
    return Unusable(f"{response.url} is larger than {ask.max_bytes:,} bytes.", reason="too-large")
