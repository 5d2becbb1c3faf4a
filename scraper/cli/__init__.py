"""The command `kliping`: reads the command line, calls one function, prints. Modules here import click alone; what a
command needs besides is imported when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from typing import Any

import click

from scraper.cli import (
    archive,
    backup,
    completeness,
    crawl,
    daemon,
    doctor,
    extract,
    fleet,
    health,
    import_,
    people,
    query,
    rebuild,
    record,
    redact,
    reextract,
    run,
    serve,
    sites,
    stage,
    syndication,
    why,
)
from scraper.cli.terminal import harmless
from scraper.errors import ArchiveUnusable, KlipingError, NothingDone

EPILOG = (
    "Exit codes: 0 done · 1 finished, with failures reported · 2 wrong usage · 3 nothing could be done ·"
    " 130 stopped by Ctrl-C · 143 stopped by SIGTERM."
)
OUTDATED = (
    "The archive was written by an earlier Kliping and lacks a table that this command reads; 'kliping doctor"
    " --optimize' brings it up to date, and keeps a copy of it as it is."
)


class Problem(click.ClickException):
    """A KlipingError on its way to the person: its sentence on stderr, its exit code."""

    def __init__(self, error: KlipingError) -> None:
        super().__init__(str(error))
        setattr(self, "exit_code", error.exit_code)  # noqa: B010 - click declares a class variable

    def show(self, file: Any = None) -> None:
        click.echo(f"kliping: {harmless(self.message)}", err=True, file=file)


class Interrupted(KlipingError):
    """Ctrl-C."""

    exit_code = 130


class Kliping(click.Group):
    """The group that turns the project's own errors into sentences and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KlipingError as error:
            raise Problem(error) from error
        except click.UsageError as error:  # what was typed may have been pasted from a page
            told = error.format_message()
            if harmless(told) == told:
                raise
            raise click.UsageError(harmless(told), error.ctx) from None
        except KeyboardInterrupt:
            raise Problem(Interrupted("stopped. What was settled is kept; run the command again to go on.")) from None
        except BrokenPipeError:  # `kliping export | head`: the reader has what it wanted
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(0) from None
        except OSError as error:
            raise Problem(NothingDone(f"The system refused: {error}.")) from error
        except sqlite3.OperationalError as error:
            if not str(error).startswith("no such "):  # a table or column that an older archive does not have yet
                raise
            raise Problem(ArchiveUnusable(OUTDATED)) from error


@click.group(
    cls=Kliping,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="kliping", prog_name="kliping")
@click.pass_context
def main(context: click.Context) -> None:
    """Archive Blogger-hosted newsrooms: crawl politely, keep clean and provable article records in one SQLite file.

    Without a command it says what to do next.

    \b
    Examples:
      kliping demo
      kliping sites add https://www.example.com/
      kliping crawl
      kliping export -o articles.jsonl
    """  # noqa: D301 - \b is click's own mark
    if context.invoked_subcommand is None:
        from scraper.cli.welcome import welcome

        welcome()


for command in (
    stage.demo, sites.sites, crawl.crawl, run.run, daemon.daemon, health.health,
    extract.extract, extract.quotes, archive.export, archive.search,
    archive.show, archive.status, completeness.completeness, archive.verify,
    backup.backup, doctor.doctor, why.why, record.record, stage.standin,
    people.people, syndication.syndication, redact.redact, reextract.reextract, rebuild.rebuild,
    query.query, serve.serve,
    import_.import_, fleet.fleet,
):  # fmt: skip
    main.add_command(command)
