"""Word lists, as TOML files beside this module: the only files an extractor reads."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """'calendar' -> the tables of calendar.toml, read once a process. Raises FileNotFoundError for an unknown list."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))
