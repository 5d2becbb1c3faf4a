"""`kliping demo` and `kliping standin`: the stand-in newsrooms, crawled once or served for trying things out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scraper.standin import StandIn


@click.command()
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("data/demo.db"),
    show_default=True,
    help="The archive to make; an older one of that name is replaced.",
)
def demo(db: Path) -> None:  # fmt: skip
    """Crawl two invented newsrooms on this machine, twice, and show what was archived.

    \b
    Examples:
      kliping demo
      kliping demo --db trial.db
    """  # noqa: D301 - \b is click's own mark
    import asyncio

    from scraper.cli.tour import paint_demo
    from scraper.demo import DELAY, crawl_newsrooms

    click.echo(
        f"Two invented newsrooms on this machine, crawled twice, {DELAY:g} s between requests (real sites get 2 s) …",
        err=True,
    )
    paint_demo(db, asyncio.run(crawl_newsrooms(db, lambda outcome: None)))


@click.command()
@click.option("--newsroom", help="Which of the invented newsrooms.  [default: kabarmuara.example]")
@click.option("--db", type=click.Path(dir_okay=False, path_type=Path), help="Serve the sites of this archive instead.")
@click.option("--site", help="Only this site of the archive.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8008,
    show_default=True,
    help="Of the first site; the others take the ports after it. 0: free ones.",
)
def standin(newsroom: str | None, db: Path | None, site: str | None, port: int) -> None:
    """Serve an invented newsroom, or the sites of an archive, as Blogger sites on this machine until Ctrl-C.

    With --db each site of the archive has a port of its own, and its pages are those captured, byte for byte.

    \b
    Examples:
      kliping standin
      kliping standin --newsroom harborcourier.example --port 0
      kliping standin --db data/demo.db
    """  # noqa: D301 - \b is click's own mark
    from scraper.errors import UsageProblem
    from scraper.standin import serve_all

    if db is not None and newsroom is not None:
        raise UsageProblem("--newsroom and --db are two things to serve; give one of them.")
    if site is not None and db is None:
        raise UsageProblem(f"--site {site} names a site of an archive; say which archive with --db.")
    standins = _archived(db, site, port) if db is not None else [_invented(newsroom or "kabarmuara.example", port)]
    serve_all(standins, announce=_announce)


def _announce(served: StandIn) -> None:
    click.echo(f"{served.url}  {served.newsroom.title} ({served.newsroom.domain})")


def _archived(db: Path, site: str | None, port: int) -> list[StandIn]:
    from scraper.standin.archived import standins

    return standins(db, site, port)


def _invented(newsroom: str, port: int) -> StandIn:
    from scraper.errors import UsageProblem
    from scraper.standin import Newsroom, StandIn, fixtures_dir

    folder = fixtures_dir() / "newsrooms" / newsroom
    if not folder.is_dir():
        known = ", ".join(sorted(path.name for path in folder.parent.iterdir() if path.is_dir()))
        raise UsageProblem(f"There is no newsroom {newsroom!r}; there are: {known}.")
    return StandIn(Newsroom.load(folder), port=port)
