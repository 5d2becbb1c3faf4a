"""Titles, descriptions, units and licence, as Datasette asks for them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from scraper.analyst.plugin.archives import archives

COMMON = ("title", "description", "license")
SEARCH = {"fts_table": "articles_fts", "fts_pk": "number"}
SIZE = 50  # rows of a page


def of(datasette: Any) -> dict[str, Any]:
    """What is told of every archive that is served."""
    told = {"tables": tables(), "description": _held()["description"], "license": _held()["license"]}
    databases = dict.fromkeys(archives(datasette), told)
    return {"title": _held()["title"], "databases": databases} if databases else {}


@cache
def tables() -> dict[str, dict[str, Any]]:
    """By table: its description, columns, facets."""
    held = {name: told | {"size": SIZE} for name, told in _held().items() if name not in COMMON}
    held["articles"] |= SEARCH
    return held


@cache
def _held() -> dict[str, Any]:
    held: dict[str, Any] = msgspec.toml.decode((files(__package__) / "metadata.toml").read_bytes())
    return held
