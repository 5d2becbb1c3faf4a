"""DuckDB as the fleet uses it: nothing fetched, nothing installed, times in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scraper.errors import DiskFull, MissingExtra
from scraper.export.parquet import LONGEST_LINE, SETTINGS

if TYPE_CHECKING:
    import duckdb

TYPES = {"TEXT": "VARCHAR", "INTEGER": "BIGINT", "REAL": "DOUBLE", "": "VARCHAR"}
"""A column's type in the archive, and here; that of an expression is not told, and all that are shown are texts."""

Columns = tuple[tuple[str, str], ...]
"""Names and types, as DuckDB has them."""


@contextmanager
def writer(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for writing Parquet: the same rows are the same bytes. Raises MissingExtra and DiskFull."""
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("A dataset of a fleet", "fleet") from None
    try:
        with closing(duckdb.connect(":memory:", config={"temp_directory": str(scratch)})) as connection:
            for name, value in SETTINGS.items():
                told = f"'{value}'" if isinstance(value, str) else str(value).lower()
                connection.execute(f"SET {name} = {told}")
            yield connection
    except duckdb.IOException as error:
        raise DiskFull(f"DuckDB cannot write beside {scratch}: {error}") from error


def lines_read(columns: Columns) -> str:
    """The FROM clause that reads a file of JSON lines, named by a parameter, with these columns and no other types."""
    stated = ", ".join(f"'{name}': '{kind}'" for name, kind in columns)
    return f"read_json(?, format = 'newline_delimited', maximum_object_size = {LONGEST_LINE}, columns = {{{stated}}})"
