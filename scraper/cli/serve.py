"""`kliping serve`: the archive in a browser."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from scraper.cli.options import db_option


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--open", "open_", is_flag=True, help="Open it in the browser.")
@db_option
def serve(port: int, host: str, open_: bool, db: Path) -> None:
    """Show the archive in a browser: articles, people, newsrooms, what changed and vanished, SQL.

    Read-only, and goes on while a crawl writes. It answers this machine alone unless --host says otherwise. Texts of
    owners who opted out and names of speakers who are not public are left out, from SQL too.

    \b
    Examples:
      kliping serve --open
      kliping serve --port 0 --db data/demo.db
    """  # noqa: D301 - \b is click's own mark
    from scraper.analyst.server import LOOPBACK, serve

    def announce(address: str) -> None:
        click.echo(address)
        sys.stdout.flush()
        if host not in LOOPBACK:
            click.echo("Everybody who reaches this address can read it; docs/analysts.md tells of passwords.", err=True)
        if open_:
            click.launch(address)

    serve(db, host=host, port=port, announce=announce)
