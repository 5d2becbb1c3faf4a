"""The crawl's account of its own manners, written down while it goes on: receipts by host, and the rules obeyed."""

from __future__ import annotations

import msgspec

from extractors.urls import site_name
from scraper.archive.captures import Capture
from scraper.archive.sites.receipts import HostReceipt
from scraper.archive.store import Archive
from scraper.web.fetch import Fetcher, RobotsFile


def keep_manners(archive: Archive, run: int, fetcher: Fetcher) -> None:
    """What was asked since the last call, host by host, and each robots.txt that was read: all in one transaction."""
    counts, files = fetcher.receipts.drain(), list(fetcher.robots_files)
    if not counts:
        return
    with archive.transaction():
        for file in files:
            _keep_robots(archive, file)
        for host, receipt in counts.items():
            archive.keep_receipt(run, HostReceipt(host=host, **msgspec.structs.asdict(receipt)))
    del fetcher.robots_files[: len(files)]


def _keep_robots(archive: Archive, file: RobotsFile) -> None:
    answer = file.answer
    capture = Capture(
        body=answer.body,
        status=answer.status,
        headers=answer.headers,
        final_url=answer.final_url,
        fetched_at=answer.fetched_at,
    )
    archive.keep_robots(site_name(answer.url), capture, url=answer.url, signals=file.signals)
