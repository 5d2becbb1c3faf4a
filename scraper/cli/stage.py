"""`kliping demo` and `kliping standin`: the stand-in newsrooms, crawled once or served for trying things out."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("data/demo.db"),
    show_default=True,
    help="The archive to make; an older one of that name is replaced.",
)
def demo(db: Path) -> None:  # fmt: skip
    """Crawl two invented newsrooms on this machine and show what was archived."""
    import asyncio

    from scraper.cli.paint import paint_demo
    from scraper.demo import DELAY, crawl_newsrooms

    click.echo(
        f"Two stand-in newsrooms on loopback, crawled with a delay of {DELAY:g} s (real sites get 2 s) …", err=True
    )
    sites, counts, record = asyncio.run(crawl_newsrooms(db, lambda outcome: None))
    paint_demo(db, sites, counts, record)


@click.command()
@click.option("--newsroom", default="kabarmuara.example", show_default=True, help="Which of the invented newsrooms.")
@click.option("--port", type=click.IntRange(0, 65535), default=8008, show_default=True, help="0 takes a free one.")
def standin(newsroom: str, port: int) -> None:
    """Serve an invented newsroom as a Blogger site on this machine until Ctrl-C."""
    from scraper.errors import UsageProblem
    from scraper.standin import Newsroom, fixtures_dir, serve

    folder = fixtures_dir() / "newsrooms" / newsroom
    if not folder.is_dir():
        known = ", ".join(sorted(path.name for path in folder.parent.iterdir() if path.is_dir()))
        raise UsageProblem(f"There is no newsroom {newsroom!r}; there are: {known}.")
    serve(Newsroom.load(folder), port)
