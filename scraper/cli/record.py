"""`kliping record`: a post as a fixture folder, and a draft of its site's module."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("url")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("fixtures/pages"),
    show_default=True,
    help="Where the folder <domain>/<date>-<slug> is made.",
)
@click.option("--site-module", is_flag=True, help="Read the site's five newest posts too, and print a site module.")
@click.option("--delay", type=click.FloatRange(min=0), help="Seconds between two requests to this host.")
@click.option("--allow-loopback", is_flag=True, help="Allow an address on this machine (a stand-in, a test).")
def record(url: str, into: Path, site_module: bool, delay: float | None, allow_loopback: bool) -> None:
    """Record a post as a fixture: page.html, entry.json (its feed entry), expected.json (what must be read).

    The folder's name is printed, or, with --site-module, the source of a site module. An existing folder is never
    overwritten.

    \b
    Examples:
      kliping record https://www.example.com/2026/03/x.html
      kliping record --site-module https://www.example.com/2026/03/x.html > extractors/sites/example_com.py
    """  # noqa: D301 - click wants the backspace itself
    import asyncio

    from scraper.cli.paint import paint_recorded
    from scraper.config import Settings
    from scraper.newsrooms import record_post

    settings = Settings.from_environment()
    found = asyncio.run(
        record_post(url, settings, into=into, with_module=site_module, delay=delay, allow_loopback=allow_loopback)
    )
    paint_recorded(*found)
