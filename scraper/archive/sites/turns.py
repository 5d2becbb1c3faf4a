"""Each site's turns: when it was crawled, what kept a turn from being whole. One that was broken off leaves no row."""

from __future__ import annotations

import sqlite3

import msgspec


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One site's turn in one run. Times are UTC texts. `new`, `updated` and `known` count addresses that its lists
    named, `foreign` those of other sites, `quarantined` pages of an unknown template. `feed_ended` is the reason why
    its feed was not enough, `trouble` a sentence on what kept the turn from being whole.
    """

    site: str
    run: int
    started_at: str
    ended_at: str
    new: int = 0
    updated: int = 0
    known: int = 0
    foreign: int = 0
    quarantined: int = 0
    feed_ended: str | None = None
    trouble: str | None = None


COLUMNS = ", ".join(f'"{column}"' for column in Turn.__struct_fields__)
PLACES = ", ".join("?" * len(Turn.__struct_fields__))


def keep(connection: sqlite3.Connection, turn: Turn) -> None:
    """The caller begins and ends the transaction."""
    connection.execute(
        f"INSERT OR REPLACE INTO turns ({COLUMNS}) VALUES ({PLACES})",  # noqa: S608 - its own column names
        msgspec.structs.astuple(turn),
    )


def of_run(connection: sqlite3.Connection, run: int) -> tuple[Turn, ...]:
    """The turns of a run, by site."""
    return _turns(connection, "run = ? ORDER BY site", run)


def newest(connection: sqlite3.Connection, site: str, count: int, *, before: int | None = None) -> tuple[Turn, ...]:
    """The site's last turns, the newest first; those before a run, where one is named."""
    where = "site = ? AND (? IS NULL OR run < ?) ORDER BY run DESC LIMIT ?"
    return _turns(connection, where, site, before, before, count)


def _turns(connection: sqlite3.Connection, where: str, *parameters: object) -> tuple[Turn, ...]:
    rows = connection.execute(f"SELECT {COLUMNS} FROM turns WHERE {where}", parameters)  # noqa: S608 - as above
    return tuple(Turn(**dict(zip(Turn.__struct_fields__, row, strict=True))) for row in rows)
