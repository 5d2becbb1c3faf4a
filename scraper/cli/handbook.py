"""docs/cli.md: every command with its help, its arguments and its options, from the commands themselves.

`python -m scraper.cli.handbook > docs/cli.md` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import cleandoc

import click

INTRODUCTION = """# The commands

What `kliping COMMAND --help` says, on one page. [Reference](reference.md) tells what the answers mean, and gives exit
codes and settings. This page is made of the commands (`python -m scraper.cli.handbook`).
"""
EXAMPLES = "\b\nExamples:\n"  # how a help text marks its examples, for click as for this page
TOLD_ONCE = {"--help", "--db"}  # options of every command, or nearly
SHARED = """
Every command takes `-h` or `--help`. Those that use the archive take `--db FILE` (environment: `KLIPING_DB`; default
`data/kliping.db`).
"""
NOT_RUN = (
    "<!-- not run: the newsrooms and files named are the reader's own; a test holds that each line is understood -->"
)


def page() -> str:
    """The page, as Markdown."""
    from scraper.cli import main

    parts = [INTRODUCTION, SHARED.lstrip()]
    for path, command in commands(main):
        parts.append("\n".join(_described(path, command)))
    return "\n".join(parts)


def commands(group: click.Group, path: str = "kliping") -> Iterator[tuple[str, click.Command]]:
    """Every command below the group, as it is typed, in the order of the alphabet; a group before what is in it."""
    for name in sorted(group.commands):
        command = group.commands[name]
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def examples(command: click.Command) -> list[str]:
    """The lines that a command's help gives as examples."""
    _, _, shown = cleandoc(command.help or "").partition(EXAMPLES)
    return [line.strip() for line in shown.splitlines() if line.strip()]


def _described(path: str, command: click.Command) -> Iterator[str]:
    told, _, _ = cleandoc(command.help or "").partition(EXAMPLES)
    yield f"{'#' * (path.count(' ') + 1)} {path}\n"
    context = click.Context(command, info_name=path)
    yield f"`{' '.join([path, *command.collect_usage_pieces(context)])}`\n"
    yield told.replace("\b\n", "").strip() + "\n"
    options = [
        option
        for option in command.get_params(context)
        if isinstance(option, click.Option) and TOLD_ONCE.isdisjoint(option.opts)
    ]
    if options:
        yield "| option | |\n|---|---|"
        yield from (_row(option, context) for option in options)
        yield ""
    if shown := examples(command):
        yield "\n".join([NOT_RUN, "```sh", *shown, "```"]) + "\n"


def _row(option: click.Option, context: click.Context) -> str:
    names, told = option.get_help_record(context) or ("", "")
    return f"| `{names.replace('|', chr(92) + '|')}` | {' '.join(told.split()).replace('|', chr(92) + '|')} |"


def main() -> None:
    """Prints the page."""
    sys.stdout.write(page())


if __name__ == "__main__":
    main()
