"""Politeness: when the next request may start.

Two rules, both by the clock handed in. A host is asked one thing at a time, and at least its delay lies between the
starts of two requests. All hosts together share the budget of their provider, since one front end serves every blog;
loopback, which nobody else serves, is free of that.

A host in trouble gets more room. Each 429 or 503 doubles an extra pause, each good answer takes a quarter of it back.
One that answers slowly is left alone for as long as its answers take, so that it is never busy with us for more than
half of the time.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

Clock = Callable[[], float]
"""Monotonic seconds."""
Sleep = Callable[[float], Awaitable[None]]
Leave = Callable[[str, float, bool], Awaitable[None]]
"""Waits until others, who crawl elsewhere, let a request to a host start: the host, its delay in seconds, and whether
it takes of the provider's budget. Raises what ends the crawl.
"""

LEAST_EXTRA = 0.25  # seconds; the first extra pause of a host without a delay
MOST_EXTRA = 120.0  # seconds; a host that wants more says so by a Retry-After
RECOVERY = 0.75  # of the extra pause is left after a good answer: a doubling is undone by three
SLOW = 1.0  # seconds; a Blogger page takes a few tenths, one that takes longer comes from a server at its limit
MEMORY = 0.7  # weight of the earlier answers in the average time of a host's answers


class Turn(NamedTuple):
    """A host's turn: when it began, by the clock, and how many seconds after the one before; None for the first."""

    started_at: float
    gap: float | None


class _Host:
    """One host's queue. `lock` is held by the request under way; `extra` and `took` are in seconds."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.started_at: float | None = None
        self.held_until = 0.0
        self.extra = 0.0
        self.took = 0.0

    def pause(self, delay: float) -> float:
        """Seconds between the starts of two requests, as the host does today."""
        rest = 2 * self.took if self.took > SLOW else 0.0
        return max(delay, rest) + self.extra


class Pace:
    """Turns for the requests of one crawl. `provider_rate` is in requests a second; 0 means no shared budget.

    With `leave`, which several crawls ask in common, that holds the provider's budget for all of them.
    """

    def __init__(self, *, provider_rate: float, clock: Clock, sleep: Sleep, leave: Leave | None = None) -> None:
        self._leave = leave
        self._interval = 1 / provider_rate if provider_rate > 0 else 0.0
        self._clock = clock
        self._sleep = sleep
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._provider_free_at = 0.0

    @asynccontextmanager
    async def turn(self, host: str, *, delay: float, shared: bool = True) -> AsyncIterator[Turn]:
        """The host's turn, for one request: begins once `delay` seconds lie behind the start of its last one, or more
        where the host is in trouble.

        `shared` takes the provider's budget into account as well.
        """
        queue = self._hosts[host]
        async with queue.lock:
            await self._wait_for(queue, delay)
            if self._leave is not None:
                await self._leave(host, delay, shared)
            elif shared:
                await self._wait_for_provider()
            before, queue.started_at = queue.started_at, self._clock()
            yield Turn(queue.started_at, None if before is None else queue.started_at - before)

    def hold(self, host: str, seconds: float) -> None:
        """Lets no request to the host start for that long: what a Retry-After asks for."""
        queue = self._hosts[host]
        queue.held_until = max(queue.held_until, self._clock() + seconds)

    def slow_down(self, host: str, *, delay: float) -> None:
        """Doubles the host's extra pause; the first is as long as its delay."""
        queue = self._hosts[host]
        queue.extra = min(MOST_EXTRA, max(LEAST_EXTRA, delay, 2 * queue.extra))

    def answered(self, host: str, *, took: float) -> None:
        """Notes a good answer and the seconds it took: the host's extra pause shrinks."""
        queue = self._hosts[host]
        queue.extra = queue.extra * RECOVERY if queue.extra > LEAST_EXTRA / 2 else 0.0
        queue.took = took if queue.took == 0.0 else MEMORY * queue.took + (1 - MEMORY) * took

    async def _wait_for(self, queue: _Host, delay: float) -> None:
        due = queue.held_until
        if queue.started_at is not None:
            due = max(due, queue.started_at + queue.pause(delay))
        wait = due - self._clock()
        if wait > 0:
            await self._sleep(wait)

    async def _wait_for_provider(self) -> None:
        now = self._clock()
        start = max(now, self._provider_free_at)
        self._provider_free_at = start + self._interval
        if start > now:
            await self._sleep(start - now)
