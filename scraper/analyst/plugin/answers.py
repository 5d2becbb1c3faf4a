"""The archive's named questions as Datasette's canned queries."""

from __future__ import annotations

from functools import cache
from typing import Any

from scraper.analyst.queries import queries


@cache
def canned() -> dict[str, dict[str, Any]]:
    """The questions as Datasette's canned queries, by name."""
    return {
        name: {
            "sql": one.sql,
            "title": f"{one.title['en']} · {one.title['id']}",
            "description": f"{one.tells['en']}\n{one.tells['id']}",
            "params": list(one.parameters),
        }
        for name, one in queries().items()
    }
