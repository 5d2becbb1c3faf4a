"""What `crawl`, `run` and `daemon` share: a crawl that is shown, can be asked to stop, and is reported at its end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scraper.cli.terminal import one_line
from scraper.errors import KlipingError

if TYPE_CHECKING:
    from scraper.archive.store import Archive, Site
    from scraper.config import Settings
    from scraper.crawl import Crawl

Command = TypeVar("Command", bound=Callable[..., Any])


class Terminated(KlipingError):
    """SIGTERM, obeyed."""

    exit_code = 143


def report_options(command: Command) -> Command:
    """Adds --report and --metrics."""
    path = click.Path(dir_okay=False, path_type=Path)
    command = click.option("--metrics", type=path, help="Write the run's figures here, as a Prometheus textfile.")(
        command
    )
    return click.option("--report", type=path, help="Write the run's report here, as JSON.")(command)


class Runner:
    """Crawls one after the other, until it is asked to stop."""

    def __init__(self, settings: Settings, *, report: Path | None, metrics: Path | None) -> None:
        self._settings, self._report, self._metrics = settings, report, metrics
        self._crawl: Crawl | None = None
        self.is_stopped = False

    def stop(self) -> None:
        """The page in hand is finished, and no other begun. To be called on the event loop."""
        self.is_stopped = True
        if self._crawl is not None:
            self._crawl.stop()

    async def run(self, archive: Archive, sites: Sequence[Site], **options: Any) -> Crawl:
        """A crawl of those sites, over and reported. `options` are Crawl's. Hold `archive.writing()`."""
        from scraper.cli.progress import CrawlView
        from scraper.crawl import Crawl

        crawl = self._crawl = Crawl(archive, self._settings, **options)
        if self.is_stopped:
            crawl.stop()
        try:
            with CrawlView(crawl) as view:
                async for outcome in crawl.outcomes(sites):
                    view.show(outcome)
        except KlipingError as error:
            await self._break_off(archive, crawl, error)
            raise
        finally:
            self._crawl = None
        await self._conclude(archive, crawl, [site.name for site in sites])
        return crawl

    async def _break_off(self, archive: Archive, crawl: Crawl, error: KlipingError) -> None:
        from scraper.conclusion import break_off

        if crawl.number:
            for sentence in await break_off(archive, crawl.number, error, self._settings, report_file=self._report):
                click.echo(one_line(sentence), err=True)

    async def _conclude(self, archive: Archive, crawl: Crawl, sites: Sequence[str]) -> None:
        from scraper.conclusion import conclude

        said = await conclude(
            archive,
            crawl.number,
            sites,
            self._settings,
            at=datetime.now(UTC),
            report_file=self._report,
            metrics_file=self._metrics,
            telling=not crawl.stopped,
        )
        for sentence in said:
            click.echo(one_line(sentence), err=True)


def run_once(runner: Runner, archive: Archive, sites: Sequence[Site], **options: Any) -> None:
    """One crawl under SIGTERM's rule. Exits with 1 where it met trouble; raises Terminated where it was stopped."""

    async def run() -> Crawl:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, runner.stop)
        return await runner.run(archive, sites, **options)

    with archive.writing():
        crawl = asyncio.run(run())
    if crawl.stopped:
        raise Terminated("asked to stop: the page in hand was finished. Run the command again to go on.")
    if crawl.troubled:
        raise click.exceptions.Exit(1)
