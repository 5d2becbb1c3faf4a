"""Opens connections to checked addresses only: the network layer under httpx.

httpx would resolve a host by itself, after any check, and could be given another answer. Here the look-up, the check
and the connection are one step. TLS still names the host, so certificates are verified as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

import httpcore

if TYPE_CHECKING:
    from httpcore import SOCKET_OPTION

    from scraper.web.guard import Guard


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """A network whose every host passes the guard. Raises the guard's own errors through httpcore and httpx."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that answers; `timeout`, in seconds, is for the look-up and for each."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._guard.resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"no answer to the look-up of {host}") from None
        failure: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("only addresses of the internet are fetched")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)
