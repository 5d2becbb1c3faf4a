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


@cache
def names() -> tuple[str, ...]:
    """The names of all lists, in order."""
    found = (file.name for file in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))
