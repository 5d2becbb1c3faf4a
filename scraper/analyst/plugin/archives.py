"""An archive as a database of Datasette: what `view` shows, as tables without keys, and nothing of the file besides."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from datasette.database import Database

from scraper.analyst.view import definition, names, open_view
from scraper.archive.schema import APPLICATION_ID

IDENTITY = slice(68, 72)  # bytes of the file that hold the application's number


def is_archive(database: Any) -> bool:
    """Whether a database of Datasette is a file that Kliping wrote."""
    if database.is_memory or database.path is None or not Path(database.path).is_file():
        return False
    with Path(database.path).open("rb") as file:
        return file.read(IDENTITY.stop)[IDENTITY] == APPLICATION_ID.to_bytes(4, "big")


def archives(datasette: Any) -> dict[str, ShownArchive]:
    """The archives that are served, by name."""
    return {name: held for name, held in datasette.databases.items() if isinstance(held, ShownArchive)}


class ShownArchive(Database):  # type: ignore[misc]  # Datasette has no types
    """Its tables are views, by the names the archive's tables have; SQL reads those and nothing else."""

    def __init__(self, datasette: Any, path: str) -> None:
        super().__init__(datasette, path=path, is_mutable=True)

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """A connection of this thread. It is never one to write with: all rights lie with the program's commands."""
        if write:
            raise RuntimeError("an archive is served read-only")
        return open_view(Path(self.path))

    async def table_names(self) -> list[str]:
        return []

    async def view_names(self) -> list[str]:
        found: list[str] = await self.execute_fn(names)
        return found

    async def hidden_table_names(self) -> list[str]:
        return []

    async def table_exists(self, table: str) -> bool:
        return False

    async def get_table_definition(self, table: str, type_: str = "table") -> str | None:
        if type_ != "view" or table not in await self.view_names():
            return None
        return definition(table) or f"SELECT * FROM archive.{table}"  # noqa: S608 - for people to read

    async def get_all_foreign_keys(self) -> dict[str, Any]:
        return {}

    async def foreign_keys_for_table(self, table: str) -> list[Any]:
        return []

    async def fts_table(self, table: str) -> str | None:
        return "articles_fts" if table == "articles" else None

    async def attached_databases(self) -> list[Any]:
        return []
