"""The receipts of a run, host by host: what was asked of whom, and how fast."""

from __future__ import annotations

import sqlite3

import msgspec


class HostReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What one host was asked in one run. Times are in seconds, `bytes` as they came over the wire.

    `requests` are those that found a connection, robots.txt, redirects and further tries among them: the host's own
    log has as many. `unconnected` tries ended before. `not_modified` counts 304s, `throttled` 429s, `overloaded` the
    answers of 500 and above. `smallest_gap` lies between the starts of two requests; None where there was one only.
    `robots` is the sha256 of the robots.txt obeyed, which is kept as a capture; None where there is none.
    """

    host: str
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


KEEP = """
INSERT INTO receipts (run, host, requests, unconnected, retries, not_modified, throttled, overloaded, bytes,
    smallest_gap, longest_answer, robots)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run, host) DO UPDATE SET
    requests = requests + excluded.requests,
    unconnected = unconnected + excluded.unconnected,
    retries = retries + excluded.retries,
    not_modified = not_modified + excluded.not_modified,
    throttled = throttled + excluded.throttled,
    overloaded = overloaded + excluded.overloaded,
    bytes = bytes + excluded.bytes,
    smallest_gap = min(coalesce(smallest_gap, excluded.smallest_gap), coalesce(excluded.smallest_gap, smallest_gap)),
    longest_answer = max(longest_answer, excluded.longest_answer),
    robots = coalesce(excluded.robots, robots)
"""


def keep(connection: sqlite3.Connection, run: int, counts: HostReceipt) -> None:
    """Adds the counts to the host's receipt of that run. The caller begins and ends the transaction."""
    connection.execute(KEEP, (run, *msgspec.structs.astuple(counts)))


def of_run(connection: sqlite3.Connection, run: int) -> tuple[HostReceipt, ...]:
    """The receipts of a run, by host."""
    columns = ", ".join(HostReceipt.__struct_fields__)
    rows = connection.execute(f"SELECT {columns} FROM receipts WHERE run = ? ORDER BY host", (run,))  # noqa: S608
    return tuple(HostReceipt(**dict(zip(HostReceipt.__struct_fields__, row, strict=True))) for row in rows)
