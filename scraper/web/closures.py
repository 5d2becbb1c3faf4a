"""Hosts that are left alone for a while: they asked for it, their name leads nowhere, or they have fallen silent.

A page's own tries tell a hiccup from a failure; here several failures tell a host that is down, whose other pages would
each cost the same tries and the same waits again.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from scraper.errors import TemporaryFetchError

if TYPE_CHECKING:
    from scraper.web.pace import Clock
    from scraper.web.retry import TransientError

SILENCE = frozenset({"connection", "timeout"})  # the reasons of a host that does not answer; a 503 is an answer
SILENT_ADDRESSES = 3  # addresses in a row whose tries were all spent on silence; one alone may be a page that hangs
SILENT_REST = 300.0  # seconds; an outage that outlasts three addresses' tries (25 s at best) is seldom over sooner


class _Closed(NamedTuple):
    """`until` is by the monotonic clock."""

    until: float
    reason: str
    why: str


class Closures:
    """The hosts closed in one Fetcher's life. `patience` is the longest Retry-After, in seconds, that closes none."""

    def __init__(self, *, patience: float, clock: Clock) -> None:
        self._patience = patience
        self._clock = clock
        self._closed: dict[str, _Closed] = {}
        self._silent: defaultdict[str, set[str]] = defaultdict(set)

    def check(self, host: str, address: str) -> None:
        """Raises TemporaryFetchError, with the reason it was closed for, while a host is closed."""
        closed = self._closed.get(host)
        if closed is not None and closed.until > self._clock():
            raise TemporaryFetchError(f"{address} was not asked, since {closed.why}", reason=closed.reason)

    def answered(self, host: str) -> None:
        """Notes that a host is there: its silences so far count no more."""
        self._silent.pop(host, None)

    def spent(self, host: str, address: str, failure: TransientError) -> None:
        """Notes an address whose tries are spent, and closes its host where that calls for it."""
        asked = failure.retry_after or 0.0
        rest = asked if asked > self._patience else failure.rest
        if rest:
            self._close(host, rest, failure.reason, str(failure))
        if failure.status is not None:
            self.answered(host)
        if failure.reason not in SILENCE:
            return
        silent = self._silent[host]
        silent.add(address)
        if len(silent) >= SILENT_ADDRESSES:
            why = f"{host} gave no answer at {SILENT_ADDRESSES} addresses in a row, the last time so: {failure}"
            self._close(host, SILENT_REST, failure.reason, why)

    def _close(self, host: str, rest: float, reason: str, why: str) -> None:
        self._closed[host] = _Closed(self._clock() + rest, reason, why)
