"""`kliping query`: a question with a name, answered on the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from scraper.cli.options import db_option, json_option


class Values(click.ParamType[tuple[str, str]]):
    """NAME=VALUE."""

    name = "name=value"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, equals, given = value.partition("=")
        if not equals:
            self.fail(f"{value!r} is no NAME=VALUE.", param, ctx)
        return name.strip(), given


@click.command()
@click.argument("name", required=False)
@click.option("--param", "values", type=Values(), multiple=True, help="A parameter; one left out asks for anything.")
@click.option("--list", "list_", is_flag=True, help="Name every query, what it tells and its parameters.")
@click.option("--sql", "show_sql", is_flag=True, help="Print its SQL and ask nothing.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for spreadsheets.")
@json_option
@db_option
def query(
    name: str | None,
    values: tuple[tuple[str, str], ...],
    list_: bool,
    show_sql: bool,
    as_csv: bool,
    as_json: bool,
    db: Path,
) -> None:
    """Answer a question about the archive: who said it, who copied whom, what was changed without notice.

    \b
    Examples:
      kliping query --list
      kliping query quotes_by_speaker --param name=hartanto
      kliping query silent_edits --param since=2026-01-01 --csv > edits.csv
    """  # noqa: D301 - \b is click\'s own mark
    from scraper.analyst.queries import ask, queries
    from scraper.analyst.queries import query as named
    from scraper.cli.answers import paint_answer, paint_queries, print_csv
    from scraper.cli.paint import print_json

    if list_ or name is None:
        if name is None and not list_:
            raise click.UsageError("Name a query; kliping query --list names them all.")
        print_json(list(queries().values())) if as_json else paint_queries(queries().values())
        return
    asked = named(name)
    if show_sql:
        sys.stdout.write(asked.sql + "\n")
        return
    answer = ask(db, asked, dict(values))
    if as_json:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    elif as_csv:
        print_csv(answer)
    else:
        paint_answer(answer)
