"""Questions with names: SQL over the archive, a sentence each, kept as data in queries.toml beside this module."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from scraper.analyst.view import open_view
from scraper.errors import NothingDone, UsageProblem

PARAMETER = re.compile(r":([a-z_]+)")
STEPS = 10_000  # of SQLite's machine between two looks at the clock
TIME_LIMIT = 30.0  # seconds; on 100,000 articles each takes under one


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A question: its title and one sentence by language, its SQL, and values that show what it gives."""

    name: str
    title: dict[str, str]
    tells: dict[str, str]
    sql: str
    parameters: tuple[str, ...]
    example: dict[str, str]


class Answer(msgspec.Struct, frozen=True):
    """Rows under their columns' names."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@cache
def queries() -> dict[str, Query]:
    """Every question by its name, in the order of their file."""
    held = msgspec.toml.decode((files(__package__) / "queries.toml").read_bytes())
    return {name: _query(name, told) for name, told in held.items()}


def query(name: str) -> Query:
    """The question of that name. Raises UsageProblem."""
    found = queries().get(name)
    if found is None:
        raise UsageProblem(f"There is no query {name!r}; kliping query --list names them all.")
    return found


def ask(path: Path, asked: Query, values: Mapping[str, str], *, time_limit: float = TIME_LIMIT) -> Answer:
    """What the archive at that path answers; parameters without a value ask for anything.

    Texts and names that the archive does not publish are left out. Raises UsageProblem for a parameter the question
    does not have, NothingDone once the limit (seconds) has passed.
    """
    unknown = sorted(values.keys() - set(asked.parameters))
    if unknown:
        known = ", ".join(asked.parameters) or "none"
        raise UsageProblem(f"The query {asked.name} has no parameter {unknown[0]!r}; it has {known}.")
    view = open_view(path)
    try:
        until = time.monotonic() + time_limit
        view.set_progress_handler(lambda: time.monotonic() > until, STEPS)
        cursor = view.execute(asked.sql, dict.fromkeys(asked.parameters, "") | dict(values))
        return Answer(tuple(column for column, *_ in cursor.description), tuple(cursor.fetchall()))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise NothingDone(f"The query {asked.name} took more than {time_limit:g} s; narrow it down.") from error
        raise NothingDone(f"The query {asked.name} cannot be answered with these values: {error}.") from error
    finally:
        view.close()


def _query(name: str, told: dict[str, Any]) -> Query:
    sql = told["sql"].strip()
    return Query(
        name=name,
        title={"en": told["en"], "id": told["id"]},
        tells=told["tells"],
        sql=sql,
        parameters=tuple(dict.fromkeys(PARAMETER.findall(sql))),
        example=told.get("example", {}),
    )
