"""docs/schema.md: every table, view and column with its meaning, from the schema itself and dictionary.toml beside it.

`python -m scraper.archive.schema.dictionary > docs/schema.md` writes it anew.
"""

from __future__ import annotations

import sqlite3
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from scraper.archive.schema import MIGRATIONS, VERSION

MEANINGS = Path(__file__).with_name("dictionary.toml")
OBJECTS = """
SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
    AND name NOT LIKE '%~_fts~_%' ESCAPE '~' AND name NOT LIKE '~_%' ESCAPE '~' ORDER BY name
"""
ASKED_FIRST = (
    "articles", "quotes", "people", "person_names", "person_roles", "article_labels", "images", "links", "event_dates",
    "revisions", "captures", "outcomes", "runs",
)  # fmt: skip
INTRODUCTION = f"""# The archive's tables

Schema {VERSION}. SQLite, STRICT; `user_version` tells the schema of a file. Times are texts in UTC that sort as they
are (`2026-03-02T12:00:00Z`), days `2026-03-02`; truth is 1 and 0; lists and objects are JSON; offsets are code points.
Any tool may read the file while a crawl writes to it; write through `kliping` alone. This page is made of the schema
(`python -m scraper.archive.schema.dictionary`).
"""


def page(connection: sqlite3.Connection) -> str:
    """The page for an archive brought up to date. Raises KeyError for a table or column without a meaning."""
    meanings = tomllib.loads(MEANINGS.read_text("utf-8"))
    objects = dict(connection.execute(OBJECTS).fetchall())
    tables = [name for name in objects if objects[name] == "table" and name not in ASKED_FIRST]
    views = [name for name in objects if objects[name] == "view"]
    parts = [INTRODUCTION]
    for heading, names in (("To ask first", ASKED_FIRST), ("Views", views), ("The other tables", tables)):
        parts.append(f"## {heading}\n")
        parts.extend("\n".join(_described(connection, name, meanings)) + "\n" for name in names)
    return "\n".join(parts)


def _described(connection: sqlite3.Connection, name: str, meanings: dict[str, dict[str, str]]) -> Iterator[str]:
    own: dict[str, str] = meanings["tables"][name]  # type: ignore[assignment]  # one level deeper than the others
    yield f"### {name}\n\n{own['about']}\n\n| column | type | |\n|---|---|---|"
    for _, column, kind, *_ in connection.execute(f'PRAGMA table_info("{name}")'):
        meaning = own.get(column) or meanings["common"].get(column)
        if meaning is None:
            raise KeyError(f"{name}.{column} has no meaning in {MEANINGS.name}")
        yield f"| `{column}` | {kind.lower() or '–'} | {meaning} |"


def main() -> None:
    """Prints the page."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        MIGRATIONS.apply(Database(connection, execute_plugins=False))
        sys.stdout.write(page(connection))


if __name__ == "__main__":
    main()
