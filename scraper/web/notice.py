"""A report posted to an address of its owner's: under the guard's rules, once, in bounded time, with no redirect."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from scraper.config import Settings
from scraper.errors import FetchError, TemporaryFetchError, Unusable
from scraper.web.client import Client, host_of, parse
from scraper.web.fetch import user_agent
from scraper.web.guard import Guard, is_loopback
from scraper.web.receipts import Receipt
from scraper.web.retry import TransientError


async def post(url: str, report: bytes, settings: Settings) -> None:
    """The report, JSON, is at the address once this returns. Raises FetchError where it was not accepted.

    This machine may be named by its own names; other private addresses are refused as everywhere.
    """
    target = parse(url)
    guard = Guard(allow_loopback=is_loopback(host_of(target)))
    guard.check(target.scheme, host_of(target), target.port)
    bounded = msgspec.structs.replace(settings, timeout=settings.notify_limit, deadline=settings.notify_limit)
    client = Client(bounded, guard, headers={"user-agent": user_agent(settings.contact)}, now=lambda: datetime.now(UTC))
    async with client:
        try:
            status = await client.post(target, report, Receipt())
        except TransientError as failure:
            raise TemporaryFetchError(str(failure), reason=failure.reason, status=failure.status) from None
    if not 200 <= status < 300:
        raise _refused(url, status)


def _refused(url: str, status: int) -> FetchError:
    return Unusable(f"{url}: the server answered {status} to the report.", reason="http-other", status=status)
