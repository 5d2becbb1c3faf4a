"""The floors of bench/floors.json: the scores that were reached, which may rise and never fall.

A floor is a share with three digits, cut, never rounded up. A line `"// name": "why"` beside a floor says why it was
set lower than what is reached; such a floor is held by hand, and --update leaves it alone until the line is taken out.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import NamedTuple

Values = dict[str, dict[str, float]]
Pinned = dict[str, dict[str, float | str]]
SLACK = 1e-9  # of floating point


class Fall(NamedTuple):
    """A score below its floor; None where the score is no longer measured."""

    suite: str
    name: str
    value: float | None
    floor: float

    def __str__(self) -> str:
        now = "is not measured any more" if self.value is None else f"is {self.value:.4f}"
        return f"{self.suite}: {self.name} {now}; its floor is {self.floor:.3f}."


def load(path: Path) -> Pinned:
    pinned: Pinned = json.loads(path.read_text("utf-8"))
    return pinned


def save(path: Path, pinned: Pinned) -> None:
    path.write_text(json.dumps(pinned, ensure_ascii=False, indent=2) + "\n", "utf-8")


def floor_of(pinned: Pinned, suite: str, name: str) -> float | None:
    """The floor; None for a score that has none yet."""
    floor = pinned.get(suite, {}).get(name)
    return floor if isinstance(floor, int | float) else None


def falls(pinned: Pinned, measured: Values) -> list[Fall]:
    """Every score below its floor, of the suites that were measured."""
    found = []
    for suite in pinned.keys() & measured.keys():
        for name, floor in pinned[suite].items():
            if isinstance(floor, str):
                continue
            value = measured[suite].get(name)
            if value is None or value < floor - SLACK:
                found.append(Fall(suite, name, value, floor))
    return sorted(found)


def raised(pinned: Pinned, measured: Values, *, lower: str | None = None) -> Pinned:
    """The floors with each score reached pinned anew. One below its floor keeps it, unless `lower` says why not."""
    return {
        suite: _raised(pinned.get(suite, {}), measured.get(suite, {}), lower)
        for suite in dict.fromkeys((*pinned, *measured))
    }


def _raised(floors: dict[str, float | str], scores: dict[str, float], lower: str | None) -> dict[str, float | str]:
    new: dict[str, float | str] = {}
    for name in dict.fromkeys((*(name for name in floors if not name.startswith("// ")), *scores)):
        old, reached, why = floors.get(name), scores.get(name), floors.get(f"// {name}")
        if isinstance(old, int | float):
            fell = reached is None or reached < old - SLACK
            if fell and lower is not None:
                why = lower
            elif fell or why is not None:
                reached = float(old)
        if reached is None:
            continue
        if why is not None:
            new[f"// {name}"] = why
        new[name] = math.floor((reached + SLACK) * 1000) / 1000
    return new
