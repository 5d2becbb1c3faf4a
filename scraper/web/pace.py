"""Politeness: when the next request may start.

Two rules, both by the clock handed in. A host is asked one thing at a time, and at least its delay lies between the
starts of two requests. All hosts together share the budget of their provider, since one front end serves every blog;
loopback, which nobody else serves, is free of that.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Clock = Callable[[], float]
"""Monotonic seconds."""
Sleep = Callable[[float], Awaitable[None]]


class _Host:
    """One host's queue. `lock` is held by the request under way; `free_at` is when the next may start."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.started_at: float | None = None
        self.held_until = 0.0


class Pace:
    """Turns for the requests of one crawl. `provider_rate` is in requests a second; 0 means no shared budget."""

    def __init__(self, *, provider_rate: float, clock: Clock, sleep: Sleep) -> None:
        self._interval = 1 / provider_rate if provider_rate > 0 else 0.0
        self._clock = clock
        self._sleep = sleep
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._provider_free_at = 0.0

    @asynccontextmanager
    async def turn(self, host: str, *, delay: float, shared: bool = True) -> AsyncIterator[None]:
        """The host's turn, for one request: begins once `delay` seconds lie behind the start of its last one.

        `shared` takes the provider's budget into account as well.
        """
        queue = self._hosts[host]
        async with queue.lock:
            await self._wait_for(queue, delay)
            if shared:
                await self._wait_for_provider()
            queue.started_at = self._clock()
            yield

    def hold(self, host: str, seconds: float) -> None:
        """Lets no request to the host start for that long: what a Retry-After asks for."""
        queue = self._hosts[host]
        queue.held_until = max(queue.held_until, self._clock() + seconds)

    async def _wait_for(self, queue: _Host, delay: float) -> None:
        due = queue.held_until
        if queue.started_at is not None:
            due = max(due, queue.started_at + delay)
        wait = due - self._clock()
        if wait > 0:
            await self._sleep(wait)

    async def _wait_for_provider(self) -> None:
        now = self._clock()
        start = max(now, self._provider_free_at)
        self._provider_free_at = start + self._interval
        if start > now:
            await self._sleep(start - now)
