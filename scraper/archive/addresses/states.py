"""The states a held post goes through: live, suspect, gone, and back; or moved to another address.

A page that is missing or closed makes its post suspect, and no more than that: servers, themes and owners err. Gone is
what a whole listing of the site no longer names *and* was missing at two checks apart in time. Whatever shows the post
again brings it back. Nothing of it is ever deleted. Each change takes an export number and a row of `states`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from scraper.archive.instants import instant, utc_text

MISSING = frozenset({"http-404", "http-410", "error-page", "soft-404", "redirected", "redirected-home"})
"""Reasons that say the post is not at its address."""

CLOSED = frozenset({"http-403", "gated"})
"""Reasons that keep us from it, and tell nothing of the post itself: suspect, and never gone by them."""

SUSPICIOUS = MISSING | CLOSED

GONE_AFTER = timedelta(hours=24)
"""Time between the two checks that miss a post, unless told otherwise: longer than an outage or a slip lasts."""

IsAbsent = Callable[[str], bool]
"""Whether an article, by its id, is absent from the newest whole listing of its site."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit found of a held article. `observation` is the row of `observations` that tells it, if one does."""

    article: str
    run: int
    url: str
    at: datetime
    reason: str
    observation: int | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a post's state, as `states` keeps it."""

    at: str
    run: int
    url: str
    was: str
    status: str
    reason: str


def missed(
    connection: sqlite3.Connection, finding: Finding, *, seq: int, gone_after: timedelta, is_absent: IsAbsent
) -> None:
    """The article is suspect from now on, or gone, or as it was. A change takes `seq`."""
    (status,) = connection.execute("SELECT status FROM articles WHERE id = ?", (finding.article,)).fetchone()
    if status in {"live", "moved"}:
        _set(connection, finding, was=status, status="suspect", seq=seq)
        return
    if status != "suspect" or finding.reason not in MISSING:
        return
    if _missed_long(connection, finding, gone_after) and is_absent(finding.article):
        _set(connection, finding, was=status, status="gone", seq=seq)


def shown(connection: sqlite3.Connection, finding: Finding, *, was: str) -> None:
    """Notes that the article is live again; the caller writes the article."""
    _note(connection, finding, was=was, status="live")


def moved(connection: sqlite3.Connection, finding: Finding, *, was: str) -> None:
    """Notes that the article left an address, that of the finding, for another; the caller writes the article."""
    _note(connection, finding, was=was, status="moved")


def superseded(connection: sqlite3.Connection, finding: Finding, *, was: str, seq: int) -> None:
    """The article is another's earlier self: its address leads to a page that carries another identity."""
    _set(connection, finding, was=was, status="moved", seq=seq)


def changes_of(connection: sqlite3.Connection, article: str) -> tuple[Change, ...]:
    """Every change of an article's state, the oldest first."""
    rows = connection.execute(
        "SELECT at, run, url, was, status, reason FROM states WHERE article = ? ORDER BY id", (article,)
    )
    return tuple(Change(**dict(zip(Change.__struct_fields__, row, strict=True))) for row in rows)


def _missed_long(connection: sqlite3.Connection, finding: Finding, gone_after: timedelta) -> bool:
    """Whether an earlier check since the post became suspect missed it too, at least `gone_after` ago.

    Checks are put in order by their rows, not by their clock: one that was set back makes the wait longer, never
    shorter.
    """
    (first,) = connection.execute(
        "SELECT min(o.at) FROM observations o WHERE o.article = :article AND o.id < :now"
        " AND o.kind IN (SELECT value FROM json_each(:missing))"
        " AND o.id >= (SELECT max(observation) FROM states WHERE article = :article AND status = 'suspect')",
        {
            "article": finding.article,
            "now": finding.observation,
            "missing": msgspec.json.encode(sorted(MISSING)).decode(),
        },
    ).fetchone()
    began = instant(first)
    return began is not None and finding.at - began >= gone_after


def _set(connection: sqlite3.Connection, finding: Finding, *, was: str, status: str, seq: int) -> None:
    connection.execute(
        "UPDATE articles SET status = ?, seq = ?, changed_at = ? WHERE id = ?",
        (status, seq, utc_text(finding.at), finding.article),
    )
    _note(connection, finding, was=was, status=status)


def _note(connection: sqlite3.Connection, finding: Finding, *, was: str, status: str) -> None:
    connection.execute(
        "INSERT INTO states (article, run, url, was, status, reason, at, observation) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            finding.article,
            finding.run,
            finding.url,
            was,
            status,
            finding.reason,
            utc_text(finding.at),
            finding.observation,
        ),
    )
