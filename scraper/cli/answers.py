"""Answers of the archive's questions, printed: a table for a person, CSV for a spreadsheet."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable

from scraper.analyst.queries import Answer, Query
from scraper.cli.paint import add_row, console, new_table

SHOWN = 80  # characters of a cell on a terminal
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell: stored text is not to be trusted with that."""


def paint_queries(queries: Iterable[Query]) -> None:
    """The questions that wait ready, a line each."""
    table = new_table("query", "parameters", "what it tells")
    table.columns[0].no_wrap = True
    for one in queries:
        add_row(table, one.name, ", ".join(one.parameters) or "–", one.tells["en"])
    console().print(table)


def paint_answer(answer: Answer) -> None:
    """An answer as a table."""
    if not answer.rows:
        console().print("Nothing found.")
        return
    table = new_table(*answer.columns)
    for row in answer.rows:
        add_row(table, *(_shown(value) for value in row))
    console().print(table)


def print_csv(answer: Answer) -> None:
    """CSV with a heading; text that a spreadsheet would run as a formula begins with an apostrophe."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(answer.columns)
    out.writerows([_safe(value) for value in row] for row in answer.rows)


def _shown(value: object) -> str:
    if value is None:
        return "–"
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
