"""What each host was asked, counted while it is asked: the crawl's own account of its manners.

A host's own log must agree with it to the request. `drain` gives what was counted since it was last called, so that the
archive can keep the account while the crawl goes on.
"""

from __future__ import annotations

import msgspec


class Receipt(msgspec.Struct, kw_only=True):
    """What one host was asked. `bytes` counts bodies as they came over the wire, times are in seconds.

    `requests` are those for which there was a connection, robots.txt, redirects and further tries among them;
    `unconnected` the tries that ended before. `throttled` counts the answers 429, `overloaded` those of 500 and above.
    `smallest_gap` lies between the starts of two requests; None before the second. `longest_answer` is the slowest.
    `robots` is the sha256 of the robots.txt obeyed; None where there is none.
    """

    requests: int = 0
    unconnected: int = 0
    retries: int = 0
    not_modified: int = 0
    throttled: int = 0
    overloaded: int = 0
    bytes: int = 0
    smallest_gap: float | None = None
    longest_answer: float = 0.0
    robots: str | None = None

    def started(self, gap: float | None) -> None:
        """A request started, `gap` seconds after the one before it."""
        self.requests += 1
        if gap is not None:
            self.smallest_gap = gap if self.smallest_gap is None else min(gap, self.smallest_gap)

    def never_connected(self) -> None:
        """The request that was started last found no connection: nobody was asked."""
        self.requests -= 1
        self.unconnected += 1

    def refused(self, status: int | None) -> None:
        """An answer that asks for fewer requests, or tells of a server in trouble."""
        if status is not None:
            self.throttled += status == 429
            self.overloaded += status >= 500


COUNTS = ("requests", "unconnected", "retries", "not_modified", "throttled", "overloaded", "bytes")


class Ledger(dict[str, Receipt]):
    """The receipts by host, each begun when it is first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._drained: dict[str, Receipt] = {}

    def __missing__(self, host: str) -> Receipt:
        receipt = self[host] = Receipt()
        return receipt

    def drain(self) -> dict[str, Receipt]:
        """What was counted since the last call, by host: counts as differences, the rest as it stands.

        A request under way is counted already, and taken back by the next difference if it finds no connection.
        """
        fresh = {}
        for host, now in self.items():
            before = self._drained.get(host)
            if now != before:
                fresh[host] = _since(before or Receipt(), now)
                self._drained[host] = msgspec.structs.replace(now)
        return fresh


def _since(before: Receipt, now: Receipt) -> Receipt:
    return msgspec.structs.replace(now, **{name: getattr(now, name) - getattr(before, name) for name in COUNTS})
