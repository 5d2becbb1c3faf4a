"""Fetches one address, politely and safely: the only module that imports httpx.

Around each request stand the guard (where to), robots.txt (whether), the pace (when) and limits on size and time.
Redirects are followed here, hop by hop, so that each hop passes all of that. What fails in passing is tried again,
and whatever happens ends as a Fetched or as one of the project's own FetchErrors with its reason.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Self

import httpcore
import httpx
import msgspec

from scraper.errors import FetchError, Gone, Refused, TemporaryFetchError, Unusable, UsageProblem
from scraper.web import decode
from scraper.web.closures import Closures
from scraper.web.connect import GuardedNetwork
from scraper.web.guard import Guard, Resolver, is_loopback, system_resolver
from scraper.web.media import BINARY, KINDS, Accept
from scraper.web.pace import Clock, Pace, Sleep
from scraper.web.retry import TransientError, read_retry_after, retrying
from scraper.web.robots import AGENT, MAX_ROBOTS_BYTES, MAX_ROBOTS_REDIRECTS, Rules

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from scraper.config import Settings

Headers = tuple[tuple[str, str], ...]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
GATE_HOSTS = frozenset({"www.blogger.com", "draft.blogger.com", "blogger.com"})
GATE_PATHS = ("/interstitial", "/post-interstitial.g", "/blogin.g")  # content warning (two forms), private blog
KEEPALIVE = 30.0  # seconds an idle connection is kept: longer than the usual delay between two requests
UNRESOLVED_REST = 300.0  # seconds for which a host that does not resolve is not looked up again
ROBOTS_REST = 60.0  # seconds after which a robots.txt that could not be had is asked for again: most outages are brief


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What a server answered. `body` is decompressed, and b"" for a 304."""

    url: str
    final_url: str
    status: int
    headers: Headers
    body: bytes
    fetched_at: datetime

    @property
    def text(self) -> str:
        """The body in the encoding a browser would choose. Never raises."""
        return decode.decode(self.body, self.header("content-type"))

    @property
    def validators(self) -> Validators:
        """What to send next time so that an unchanged page costs a 304."""
        return Validators(etag=self.header("etag"), last_modified=self.header("last-modified"))

    def header(self, name: str) -> str | None:
        """A header's first value; None where it was not sent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)


class Validators(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier answer said of its own version, as sent."""

    etag: str | None = None
    last_modified: str | None = None


class Receipt(msgspec.Struct, kw_only=True):
    """What one host was asked in this Fetcher's life. `bytes` counts bodies as they came over the wire."""

    requests: int = 0
    bytes: int = 0
    not_modified: int = 0
    retries: int = 0


class _Ask(NamedTuple):
    """How to ask for one address, redirects included."""

    headers: dict[str, str]
    delay: float
    max_bytes: int
    max_redirects: int
    types: frozenset[str] | None = None
    """None: any type will do, robots.txt is not consulted, and a longer body is cut (it is the robots.txt itself)."""

    @property
    def is_robots(self) -> bool:
        return self.types is None


class _Answer(NamedTuple):
    status: int
    headers: Headers
    body: bytes
    location: str | None


class _Known(NamedTuple):
    """A host's robots.txt, and until when it stands, by the monotonic clock."""

    rules: Rules
    until: float


class _Body(httpx.AsyncByteStream):
    """The bytes of an answer as they come in."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


class _GuardedTransport(httpx.AsyncBaseTransport):
    """Requests over the guarded network, which httpx's own transport has no argument for.

    Proxies from the environment are not used: they would dial. Raises httpcore's exceptions, which `_border` turns into
    ours like httpx's. The number of connections has no limit of its own: the pace keeps each host to one.
    """

    def __init__(self, guard: Guard) -> None:
        self._connections = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=None,
            keepalive_expiry=KEEPALIVE,
            network_backend=GuardedNetwork(guard),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        address = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        answer = await self._connections.handle_async_request(
            httpcore.Request(request.method, address, headers=request.headers.raw, extensions=request.extensions)
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._connections.aclose()


class Fetcher:
    """One crawl's way to the web: `async with Fetcher(settings) as fetcher`.

    robots.txt is read once a host and kept for the Fetcher's life; one that could not be had is asked for again after
    ROBOTS_REST. A host that does not answer is left alone for a while (closures.py). `allow_loopback` lets it ask this
    machine's own addresses, and without a contact nothing else. `clock` gives monotonic seconds, `now` aware UTC; a
    `transport` replaces the network, guard's look-up included. Raises UsageProblem for a contact that no header can
    carry.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        allow_loopback: bool = False,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.AsyncBaseTransport | None = None,
        resolver: Resolver = system_resolver,
    ) -> None:
        self._settings = settings
        self._clock, self._sleep, self._now = clock, sleep, now
        self._guard = Guard(allow_loopback=allow_loopback, resolver=resolver)
        self._pace = Pace(provider_rate=settings.provider_rate, clock=clock, sleep=sleep)
        self._rules: dict[str, _Known] = {}
        self._rules_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._closures = Closures(patience=settings.max_retry_after, clock=clock)
        self.receipts: defaultdict[str, Receipt] = defaultdict(Receipt)
        self._transport = transport or _GuardedTransport(self._guard)
        self._headers = {"user-agent": user_agent(settings.contact), "accept-encoding": "gzip, deflate"}
        self._extensions = {"timeout": httpx.Timeout(settings.timeout).as_dict()}

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, traceback)

    async def get(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        delay: float | None = None,
        accept: Accept = "page",
    ) -> Fetched:
        """The answer to a GET, 200 or (with validators) 304, redirects followed and each hop checked.

        `delay` is the host's own, in seconds, instead of the setting; a longer Crawl-delay in robots.txt wins. Raises
        Gone (404, 410), Refused (robots, guard), Unusable, TemporaryFetchError once attempts are spent or while the
        host is left alone; never an httpx exception. A host beyond loopback needs a contact: without one it is a
        UsageProblem, or Refused where only loopback is crawled (`allow_loopback`).
        """
        kind = KINDS[accept]
        conditions = _conditions(validators)
        ask = _Ask(
            headers={"accept": kind.header, **conditions},
            delay=self._settings.delay if delay is None else delay,
            max_bytes=self._settings.max_bytes,
            max_redirects=self._settings.max_redirects,
            types=kind.types,
        )
        final, answer = await self._chase(_parse(url), ask)
        if answer.status == 304 and conditions:
            self.receipts[_place(final)].not_modified += 1
        elif answer.status != 200:
            raise _verdict(str(final), answer.status)
        return Fetched(
            url=url,
            final_url=str(final),
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            fetched_at=self._now(),
        )

    async def robots(self, url: str) -> Rules:
        """The rules of the address's host. Raises as `get` where the host may not be asked, or does not resolve."""
        target = _parse(url)
        self._permit(target, came_from=target)
        return await self._rules_of(target)

    async def _chase(self, target: httpx.URL, ask: _Ask) -> tuple[httpx.URL, _Answer]:
        """The last answer of a chain of redirects, and its address."""
        chain: list[httpx.URL] = []
        while True:
            self._permit(target, came_from=chain[0] if chain else target)
            chain.append(target)
            delay = ask.delay if ask.is_robots else max(ask.delay, await self._obey_robots(target))
            answer = await self._ask(target, ask, delay)
            if answer.location is None:
                return target, answer
            target = _parse_location(target, answer.location)
            if target in chain or len(chain) > ask.max_redirects:
                raise Unusable(f"{chain[0]}: its redirects lead nowhere (last: {target}).", reason="redirects")

    def _permit(self, target: httpx.URL, *, came_from: httpx.URL) -> None:
        host = _host(target)
        self._guard.check(target.scheme, host, target.port)
        if is_loopback(host) and not is_loopback(_host(came_from)):
            raise Refused(f"{came_from} redirects to {target}, inside this machine.", reason="internal-address")
        if not self._settings.contact and not is_loopback(host):
            self._ask_for_a_contact(host)
        if host in GATE_HOSTS and target.path.startswith(GATE_PATHS):
            raise Unusable(f"{came_from}: a content warning or a login stands before it ({target}).", reason="gated")

    def _ask_for_a_contact(self, host: str) -> NoReturn:
        """Ends a request that nobody could be reached about: a link out of a site on this machine is only refused."""
        need = (
            f"Before {host} is asked for anything, set KLIPING_CONTACT to an e-mail or web address: "
            "it goes into the user agent, so that the site's owner can reach you."
        )
        if self._guard.allow_loopback:
            raise Refused(need, reason="no-contact")
        raise UsageProblem(need)

    async def _obey_robots(self, target: httpx.URL) -> float:
        """The host's Crawl-delay, in seconds. Raises Refused where robots.txt says no, or cannot be had."""
        rules = await self._rules_of(target)
        if rules.trouble:
            raise Refused(f"{target} is not fetched: {rules.trouble}", reason="robots-unreachable")
        if not rules.allow(str(target)):
            raise Refused(f"{target}: the site's robots.txt disallows it.", reason="robots")
        return rules.crawl_delay

    async def _rules_of(self, target: httpx.URL) -> Rules:
        """The rules of a host, by whichever scheme they were read; a failure counts for its own scheme only."""
        place = _place(target)
        origin = f"{target.scheme}://{place}"
        async with self._rules_locks[place]:
            for known in (self._rules.get(place), self._rules.get(origin)):
                if known is not None and known.until > self._clock():
                    return known.rules
            rules = await self._fetch_rules(target)
            if rules.trouble:
                self._rules[origin] = _Known(rules, self._clock() + ROBOTS_REST)
            else:
                self._rules[place] = _Known(rules, math.inf)
            return rules

    async def _fetch_rules(self, target: httpx.URL) -> Rules:
        address = target.copy_with(raw_path=b"/robots.txt")
        ask = _Ask({"accept": "text/plain,*/*;q=0.1"}, self._settings.delay, MAX_ROBOTS_BYTES, MAX_ROBOTS_REDIRECTS)
        try:
            _, answer = await self._chase(address, ask)
        except TemporaryFetchError as error:
            if error.reason == "unresolvable":
                raise
            return Rules(trouble=f"its robots.txt cannot be had, and that counts as no. {error}")
        except Unusable as error:
            if error.reason in {"redirects", "gated"}:
                return Rules()  # RFC 9309 §2.3.1.2: too many redirects make the file unavailable, which allows
            return Rules(trouble=f"its robots.txt cannot be read, and that counts as no. {error}")
        return Rules.read(answer.body) if 200 <= answer.status < 300 else Rules()

    async def _ask(self, target: httpx.URL, ask: _Ask, delay: float) -> _Answer:
        """One hop's answer, tried again while the failure may pass."""
        place = _place(target)
        self._closures.check(place, str(target))

        def before_retry(failure: TransientError, wait: float) -> None:
            self.receipts[place].retries += 1
            if failure.retry_after is not None:
                self._pace.hold(place, wait)

        tries = retrying(self._settings, sleep=self._sleep, before_retry=before_retry)
        try:
            answer: _Answer = await tries(self._exchange, target, ask, delay)
        except TransientError as failure:
            self._pace.hold(place, min(failure.retry_after or 0.0, self._settings.max_retry_after))
            self._closures.spent(place, str(target), failure)
            raise TemporaryFetchError(str(failure), reason=failure.reason, status=failure.status) from None
        except Unusable:
            self._closures.answered(place)
            raise
        self._closures.answered(place)
        return answer

    async def _exchange(self, target: httpx.URL, ask: _Ask, delay: float) -> _Answer:
        """One request and its answer, in the host's turn. Raises TransientError for what may pass."""
        place = _place(target)
        receipt = self.receipts[place]
        shared = not is_loopback(_host(target))
        async with self._pace.turn(place, delay=delay, shared=shared), self._border(target):
            receipt.requests += 1
            async with asyncio.timeout(self._settings.deadline):
                return await self._send(target, ask, receipt)

    async def _send(self, target: httpx.URL, ask: _Ask, receipt: Receipt) -> _Answer:
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
    async def _border(self, target: httpx.URL) -> AsyncIterator[None]:
        """Turns every foreign exception into one of ours."""
        try:
            yield
        except FetchError as error:
            if error.reason == "unresolvable":  # once more, for a resolver that hiccups
                raise TransientError(str(error), reason=error.reason, tries=2, rest=UNRESOLVED_REST) from None
            raise
        except (httpx.TimeoutException, httpcore.TimeoutException):
            wait = self._settings.timeout
            raise TransientError(f"{target}: no answer within {wait:g} seconds.", reason="timeout") from None
        except TimeoutError:
            limit = self._settings.deadline
            raise TransientError(
                f"{target}: no whole answer in {limit:g} seconds.", reason="timeout", tries=2
            ) from None
        except (httpx.HTTPError, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            cause = str(error) or type(error).__name__
            raise TransientError(f"{target}: the connection failed ({cause}).", reason="connection") from None

    async def _receive(self, response: httpx.Response, ask: _Ask, receipt: Receipt) -> _Answer:
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
        if not 200 <= status < 300:
            return _Answer(status, headers, b"", location)
        _check_type(response, ask)
        wire = await _read(response, ask)
        receipt.bytes += len(wire)
        return _Answer(status, headers, _unpack(response, wire, ask), None)


def user_agent(contact: str) -> str:
    """'kliping/0.1.0 (+desk@example.org)'. Raises UsageProblem for a contact that cannot stand in a header."""
    try:
        release = version("kliping")
    except PackageNotFoundError:  # run from a source tree that is not installed
        release = "0"
    if not contact.isascii() or not contact.isprintable() or set(contact) & set("()\\"):
        raise UsageProblem(f"KLIPING_CONTACT={contact!r} cannot stand in a header: use an e-mail or web address.")
    return f"{AGENT}/{release} (+{contact})" if contact else f"{AGENT}/{release}"


def _conditions(validators: Validators | None) -> dict[str, str]:
    """The validators as headers, those left out that no header can carry back."""
    if validators is None:
        return {}
    named = {"if-none-match": validators.etag, "if-modified-since": validators.last_modified}
    return {name: value for name, value in named.items() if value and value.isascii() and value.isprintable()}


def _host(target: httpx.URL) -> str:
    """The host in its ASCII form, as it will be looked up."""
    return target.raw_host.decode("ascii")


def _place(target: httpx.URL) -> str:
    """The host, with a port that is not the scheme's own: what queues, rules and receipts are kept by."""
    return target.netloc.decode("ascii")


def _bare(url: httpx.URL) -> httpx.URL:
    """An address without fragment and without a name and password, which no crawl has reason to send.

    Raises httpx.InvalidURL, ValueError.
    """
    bare = url.copy_with(userinfo=b"", fragment=None)
    _ = bare.host  # decoded only when read: a false xn-- name fails here, and not in the middle of a request
    return bare


def _parse(url: str) -> httpx.URL:
    try:
        return _bare(httpx.URL(url))
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused(f"{url!r} is no address that can be fetched: {error}.", reason="scheme") from None


def _parse_location(target: httpx.URL, location: str) -> httpx.URL:
    try:
        return _bare(target.join(location))
    except (httpx.InvalidURL, ValueError):
        raise Unusable(f"{target} redirects to what is no address: {location!r}.", reason="redirects") from None


def _verdict(url: str, status: int) -> FetchError:
    if status in {404, 410}:
        return Gone(f"{url}: the server answered {status}.", reason=f"http-{status}", status=status)
    reason = "http-4xx" if 400 <= status < 500 else "http-other"
    return Unusable(f"{url}: the server answered {status}.", reason=reason, status=status)


def _check_type(response: httpx.Response, ask: _Ask) -> None:
    if ask.types is None:
        return
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in ask.types:
        raise Unusable(f"{response.url} is {media_type}, which holds no text to read.", reason="content-type")


async def _read(response: httpx.Response, ask: _Ask) -> bytes:
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


def _unpack(response: httpx.Response, wire: bytes, ask: _Ask) -> bytes:
    encoding = response.headers.get("content-encoding", "")
    unpack = decode.decompress_head if ask.is_robots else decode.decompress
    try:
        body = unpack(wire, encoding, limit=ask.max_bytes)
    except decode.TooLargeError:
        raise _too_large(response, ask) from None
    except decode.TruncatedError:
        raise TransientError(f"{response.url}: the answer broke off.", reason="connection") from None
    except decode.BadCompressionError as error:
        raise Unusable(f"{response.url} cannot be decompressed ({error}).", reason="decode") from None
    if not ask.is_robots and body.startswith(BINARY):
        raise Unusable(f"{response.url} is a picture or an archive, whatever its headers say.", reason="content-type")
    return body


def _too_large(response: httpx.Response, ask: _Ask) -> Unusable:
    return Unusable(f"{response.url} is larger than {ask.max_bytes:,} bytes.", reason="too-large")
