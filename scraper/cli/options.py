"""Options that several commands share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import click

DEFAULT_ARCHIVE = Path("data/kliping.db")

db_option = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DEFAULT_ARCHIVE,
    envvar="KLIPING_DB",
    show_default=True,
    show_envvar=True,
    help="The archive.",
)
opted_out_option = click.option(
    "--include-opted-out", is_flag=True, help="With the text of what its owner asks not to archive or mine."
)
private_option = click.option(
    "--include-private", is_flag=True, help="With the names of speakers told by initials or as children."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")

Extra = Literal["claims", "removed", "seen"]
COMPACT_DATE = 8  # digits
EXTRAS: tuple[Extra, ...] = get_args(Extra)


class Since(click.ParamType[int | datetime]):
    """A whole number, or an ISO date or date-time read as UTC where it has no offset."""

    name = "number|date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | datetime:
        if str(value).isdecimal() and len(str(value)) != COMPACT_DATE:
            return int(value)
        if str(value).isdecimal():
            self.fail(
                f"{value!r} may be a number or a day; write 2026-03-01 for the day, 020260301 for the number.",
                param,
                ctx,
            )
        try:
            read = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is neither a whole number nor an ISO date such as 2026-03-01.", param, ctx)
        return read if read.tzinfo else read.replace(tzinfo=UTC)


class Instant(click.ParamType[datetime]):
    """An ISO date or date-time, read as UTC where it has no offset; a day means its beginning."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            read = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no ISO date or date-time such as 2026-03-01T12:00.", param, ctx)
        return read if read.tzinfo else read.replace(tzinfo=UTC)


class Moment(click.ParamType[str]):
    """An ISO day, or a date-time, as the archive writes times: '2026-03-01', '2026-03-01T05:00:00Z'."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError:
            read = Instant().convert(value, param, ctx)
        return read.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Extras(click.ParamType[frozenset[Extra]]):
    """Names of record extras, separated by commas."""

    name = "names"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[Extra]:
        if isinstance(value, frozenset):
            return value
        asked = [name.strip() for name in str(value).split(",") if name.strip()]
        for name in asked:
            if name not in EXTRAS:
                self.fail(f"{name!r} is not among {', '.join(EXTRAS)}.", param, ctx)
        return frozenset(extra for extra in EXTRAS if extra in asked)


class Names(click.ParamType[tuple[str, ...]]):
    """Names separated by commas, each once."""

    name = "names"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        asked = tuple(dict.fromkeys(name.strip() for name in str(value).split(",") if name.strip()))
        if not asked:
            self.fail("names nothing.", param, ctx)
        return asked
