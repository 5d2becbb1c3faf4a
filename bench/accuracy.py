"""The figures of docs/accuracy.md: floors as they are pinned, and the record of stories at first reading.

`python -m bench.accuracy` (part of `make docs`) writes them into the page anew; its words are a person's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bench.stored import ROOT
from bench.stories import FirstReading, first_readings

PAGE = ROOT / "docs" / "accuracy.md"
FLOORS = ROOT / "bench" / "floors.json"
SUITE = re.compile(r"^### (.+)$")
FLOOR = re.compile(r"^\| ([^|]+?) \| ([\d.]+) \|$")
RECORD = re.compile(r"(?<=<!-- record -->\n\n).*?(?=\n\n<!-- end of record -->)", re.DOTALL)


def current(page: str) -> str:
    """The page with today's figures in it. Raises KeyError for a row that is no floor."""
    floors = json.loads(FLOORS.read_text("utf-8"))
    return RECORD.sub(lambda _: "\n".join(_record(list(first_readings()))), "\n".join(_pinned(page, floors)) + "\n")


def _pinned(page: str, floors: dict[str, dict[str, float]]) -> Iterator[str]:
    suite = ""
    for line in page.splitlines():
        heading, row = SUITE.match(line), FLOOR.match(line)
        suite = heading[1] if heading else "" if line.startswith("## ") else suite
        yield f"| {row[1]} | {floors[suite][row[1]]} |" if row and suite in floors else line


def _record(readings: list[FirstReading]) -> Iterator[str]:
    sure = [one for one in readings if one.sure is not None]
    yield "| batch | quotes | speaker right | told with .9 or more | of those right |\n|---|---|---|---|---|"
    for one in readings:
        told = f"{one.sure} | {one.sure_right}" if one.sure is not None else "– | –"
        yield f"| {one.batch.rpartition('-')[2]} | {one.quotes} | {one.speakers} | {told} |"
    quotes, right = sum(one.quotes for one in readings), sum(one.speakers for one in readings)
    told, held = sum(one.sure or 0 for one in sure), sum(one.sure_right or 0 for one in sure)
    yield f"| all | {quotes} | {right} ({right / quotes:.1%}) | {told} | {held} ({held / (told or 1):.1%}) |"


def main() -> None:
    """Writes the page."""
    PAGE.write_text(current(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
