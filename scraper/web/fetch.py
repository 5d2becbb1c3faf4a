"""Fetches one address, politely and safely.

Around each request stand the guard (where to), robots.txt (whether), the pace (when) and limits on size and time.
Redirects are followed here, hop by hop, so that each hop passes all of that. What fails in passing is tried again,
and whatever happens ends as a Fetched or as one of the project's own FetchErrors with its reason.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Self

import msgspec

from scraper.errors import FetchError, Gone, Refused, TemporaryFetchError, Unusable, UsageProblem
from scraper.web import decode
from scraper.web.client import (
    Address,
    Answer,
    Ask,
    Client,
    Headers,
    Transport,
    host_of,
    parse,
    parse_location,
    place_of,
)
from scraper.web.closures import Closures
from scraper.web.guard import Guard, Resolver, is_loopback, system_resolver
from scraper.web.media import KINDS, Accept
from scraper.web.pace import Clock, Leave, Pace, Sleep
from scraper.web.receipts import Ledger, Receipt
from scraper.web.retry import TransientError, retrying
from scraper.web.robots import AGENT, MAX_ROBOTS_BYTES, MAX_ROBOTS_REDIRECTS, Rules

if TYPE_CHECKING:
    from types import TracebackType

    from scraper.config import Settings

__all__ = ["Fetched", "Fetcher", "Receipt", "RobotsFile", "Validators", "user_agent"]

GATE_HOSTS = frozenset({"www.blogger.com", "draft.blogger.com", "blogger.com"})
GATE_PATHS = ("/interstitial", "/post-interstitial.g", "/blogin.g")  # content warning (two forms), private blog
OVERBURDENED = frozenset({429, 503})  # answers that ask for a slower pace, whether or not they say how slow
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


class RobotsFile(msgspec.Struct, frozen=True, kw_only=True):
    """A host's robots.txt as it was obeyed: the answer whose bytes were read, and what they opt out of."""

    place: str
    answer: Fetched
    signals: tuple[str, ...]


class _Known(NamedTuple):
    """A host's robots.txt, and until when it stands, by the monotonic clock."""

    rules: Rules
    until: float


class Fetcher:
    """One crawl's way to the web: `async with Fetcher(settings) as fetcher`.

    robots.txt is read once a host and kept for the Fetcher's life; one that could not be had is asked for again after
    ROBOTS_REST. A host that does not answer is left alone for a while (closures.py). `allow_loopback` lets it ask this
    machine's own addresses, and without a contact nothing else. `receipts` say what each host was asked, `robots_files`
    which rules were obeyed, until they are drained. `clock` gives monotonic seconds, `now` aware UTC; a `transport`
    replaces the network, guard's look-up included; `leave` is asked before each request as well. Raises UsageProblem
    for a contact that no header can carry.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        allow_loopback: bool = False,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: Transport | None = None,
        resolver: Resolver = system_resolver,
        leave: Leave | None = None,
    ) -> None:
        self._settings = settings
        self._clock, self._sleep, self._now = clock, sleep, now
        self._guard = Guard(allow_loopback=allow_loopback, resolver=resolver)
        self._pace = Pace(provider_rate=settings.provider_rate, clock=clock, sleep=sleep, leave=leave)
        self._rules: dict[str, _Known] = {}
        self._rules_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._closures = Closures(patience=settings.max_retry_after, clock=clock)
        self.receipts = Ledger()
        self.robots_files: list[RobotsFile] = []
        headers = {"user-agent": user_agent(settings.contact), "accept-encoding": "gzip, deflate"}
        self._client = Client(settings, self._guard, headers=headers, now=now, transport=transport)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, traceback)

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
        ask = Ask(
            headers={"accept": kind.header, **conditions},
            delay=self._settings.delay if delay is None else delay,
            max_bytes=self._settings.max_bytes,
            max_redirects=self._settings.max_redirects,
            types=kind.types,
        )
        final, answer = await self._chase(parse(url), ask)
        if answer.status == 304 and conditions:
            self.receipts[place_of(final)].not_modified += 1
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
        target = parse(url)
        self._permit(target, came_from=target)
        return await self._rules_of(target)

    async def _chase(self, target: Address, ask: Ask) -> tuple[Address, Answer]:
        """The last answer of a chain of redirects, and its address."""
        chain: list[Address] = []
        while True:
            self._permit(target, came_from=chain[0] if chain else target)
            chain.append(target)
            delay = ask.delay if ask.is_robots else max(ask.delay, await self._obey_robots(target))
            answer = await self._ask(target, ask, delay)
            if answer.location is None:
                return target, answer
            target = parse_location(target, answer.location)
            if target in chain or len(chain) > ask.max_redirects:
                raise Unusable(f"{chain[0]}: its redirects lead nowhere (last: {target}).", reason="redirects")

    def _permit(self, target: Address, *, came_from: Address) -> None:
        host = host_of(target)
        self._guard.check(target.scheme, host, target.port)
        if is_loopback(host) and not is_loopback(host_of(came_from)):
            raise Refused(f"{came_from} redirects to {target}, inside this machine.", reason="internal-address")
        if host in GATE_HOSTS and target.path.startswith(GATE_PATHS):
            raise Unusable(f"{came_from}: a content warning or a login stands before it ({target}).", reason="gated")
        if not self._settings.contact and not is_loopback(host):
            self._ask_for_a_contact(host)

    def _ask_for_a_contact(self, host: str) -> NoReturn:
        """Ends a request that nobody could be reached about: a link out of a site on this machine is only refused."""
        need = (
            f"Before {host} is asked for anything, set KLIPING_CONTACT to an e-mail or web address: "
            "it goes into the user agent, so that the site's owner can reach you."
        )
        if self._guard.allow_loopback:
            raise Refused(need, reason="no-contact")
        raise UsageProblem(need)

    async def _obey_robots(self, target: Address) -> float:
        """The host's Crawl-delay, in seconds. Raises Refused where robots.txt says no, or cannot be had."""
        rules = await self._rules_of(target)
        if rules.trouble:
            raise Refused(f"{target} is not fetched: {rules.trouble}", reason="robots-unreachable")
        if not rules.allow(str(target)):
            raise Refused(f"{target}: the site's robots.txt disallows it.", reason="robots")
        return rules.crawl_delay

    async def _rules_of(self, target: Address) -> Rules:
        """The rules of a host, by whichever scheme they were read; a failure counts for its own scheme only."""
        place = place_of(target)
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

    async def _fetch_rules(self, target: Address) -> Rules:
        address = target.copy_with(raw_path=b"/robots.txt")
        ask = Ask({"accept": "text/plain,*/*;q=0.1"}, self._settings.delay, MAX_ROBOTS_BYTES, MAX_ROBOTS_REDIRECTS)
        try:
            final, answer = await self._chase(address, ask)
        except TemporaryFetchError as error:
            if error.reason == "unresolvable":
                raise
            return Rules(trouble=f"its robots.txt cannot be had, and that counts as no. {error}")
        except Unusable as error:
            if error.reason in {"redirects", "gated"}:
                return Rules()  # RFC 9309 §2.3.1.2: too many redirects make the file unavailable, which allows
            return Rules(trouble=f"its robots.txt cannot be read, and that counts as no. {error}")
        rules = Rules.read(answer.body) if 200 <= answer.status < 300 else Rules()
        self._keep_rules(address, final, answer, rules)
        return rules

    def _keep_rules(self, address: Address, final: Address, answer: Answer, rules: Rules) -> None:
        """Notes which version of its robots.txt a host is asked by, or that it has none."""
        place = place_of(address)
        self.receipts[place].robots = hashlib.sha256(answer.body).hexdigest() if rules.found else None
        file = Fetched(
            url=str(address),
            final_url=str(final),
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            fetched_at=self._now(),
        )
        self.robots_files.append(RobotsFile(place=place, answer=file, signals=rules.signals))

    async def _ask(self, target: Address, ask: Ask, delay: float) -> Answer:
        """One hop's answer, tried again while the failure may pass."""
        place = place_of(target)
        self._closures.check(place, str(target))

        def before_retry(failure: TransientError, wait: float) -> None:
            self.receipts[place].retries += 1
            if failure.retry_after is not None:
                self._pace.hold(place, wait)

        tries = retrying(self._settings, sleep=self._sleep, before_retry=before_retry)
        try:
            answer: Answer = await tries(self._exchange, target, ask, delay)
        except TransientError as failure:
            self._pace.hold(place, min(failure.retry_after or 0.0, self._settings.max_retry_after))
            self._closures.spent(place, str(target), failure)
            raise TemporaryFetchError(str(failure), reason=failure.reason, status=failure.status) from None
        except Unusable:
            self._closures.answered(place)
            raise
        self._closures.answered(place)
        return answer

    async def _exchange(self, target: Address, ask: Ask, delay: float) -> Answer:
        """One request and its answer, in the host's turn. Raises TransientError for what may pass."""
        place = place_of(target)
        receipt = self.receipts[place]
        shared = not is_loopback(host_of(target))
        async with self._pace.turn(place, delay=delay, shared=shared) as turn:
            receipt.started(turn.gap)
            try:
                answer = await self._client.exchange(target, ask, receipt)
            except TransientError as failure:
                receipt.refused(failure.status)
                if failure.status in OVERBURDENED:
                    self._pace.slow_down(place, delay=delay)
                raise
            took = self._clock() - turn.started_at
            receipt.longest_answer = max(receipt.longest_answer, took)
            self._pace.answered(place, took=took)
            return answer


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


def _verdict(url: str, status: int) -> FetchError:
    if status in {404, 410}:
        return Gone(f"{url}: the server answered {status}.", reason=f"http-{status}", status=status)
    reason = "http-4xx" if 400 <= status < 500 else "http-other"
    if status == 403:
        reason = "http-403"
    return Unusable(f"{url}: the server answered {status}.", reason=reason, status=status)
