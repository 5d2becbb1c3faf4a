"""`kliping` without a command: how things stand, and what to do next."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from scraper.cli.options import DEFAULT_ARCHIVE


def welcome() -> None:
    """Prints a sentence on the archive that commands would use, then commands to type and what each is good for."""
    from rich.text import Text

    from scraper.cli.paint import add_row, console, new_table
    from scraper.config import Settings
    from scraper.outlook import outlook

    db = Path(os.environ.get("KLIPING_DB") or DEFAULT_ARCHIVE)
    found = outlook(db, contact=Settings.from_environment().contact, now=datetime.now(UTC))
    out = console()
    out.print(found.told, markup=False)
    out.print()
    out.print(Text("Next", style="bold cyan"))
    table = new_table("", "")
    table.show_header = False
    table.columns[0].no_wrap = True  # to be copied
    for step in found.steps:
        add_row(table, f"  {step.command}", step.why)
    out.print(table)
    out.print()
    out.print("All commands: kliping --help. One of them, with examples: kliping COMMAND --help.", markup=False)
