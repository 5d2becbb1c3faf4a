"""`kliping daemon`: scheduled crawls in one process that stays."""

from __future__ import annotations

from pathlib import Path

import click

from scraper.cli.crawling import report_options
from scraper.cli.options import db_option


@click.command()
@report_options
@db_option
def daemon(report: Path | None, metrics: Path | None, db: Path) -> None:
    """Stay and crawl each newsroom when its schedule says so; ends on SIGTERM or Ctrl-C.

    Schedules may be changed meanwhile. A visit missed is caught up once. SIGTERM finishes the page in hand and leaves
    within five seconds. Needs the extra: pip install 'kliping[daemon]'.

    \b
    Examples:
      kliping sites schedule kilas24news.com "0 6 * * *"
      kliping daemon --report /var/lib/kliping/last-run.json
    """  # noqa: D301 - \b is click's own mark
    import asyncio
    import signal

    from scraper.cli.crawling import Runner
    from scraper.config import Settings
    from scraper.daemon import Daemon

    runner = Runner(Settings.from_environment(), report=report, metrics=metrics)

    async def serve() -> None:
        served = Daemon(db, runner.run, say=lambda told: click.echo(told, err=True))

        def stop() -> None:
            served.stop()
            runner.stop()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
        await served.serve()

    asyncio.run(serve())
