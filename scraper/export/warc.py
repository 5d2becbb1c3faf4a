"""The kept pages as a WARC file, in order of time: a function of what is kept, with no clock but the archive's.

A page that was fetched is a `response`, with the `request` it answers, of which method and address are known and no
more. A 304 is a `revisit` of the page as it was had before; a page that came from a file is a `resource`. What is known
beside, the address that was asked for and the post's feed entry, stands as a `metadata` record before its page: with it
an import reads the same article again. Names in a page stand as it was published.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from extractors.model import FeedEntry
from scraper.archive.captures import CaptureShelf
from scraper.archive.imports import ORIGIN
from scraper.archive.store import Archive
from scraper.export.manifest import Filters, Manifest, Tally, write_manifest
from scraper.export.placing import HashedStream, opened
from scraper.export.warcfile import Headers, Page, WarcFile, Written
from scraper.web.decode import decode
from scraper.web.optout import header_signals, meta_signals

NO_TIME = "1970-01-01T00:00:00Z"  # of a file that holds no page

KEPT = """
SELECT fetched_at, url, id, final_url, status, headers, sha256,
    EXISTS (SELECT 1 FROM frontier f WHERE f.url = captures.url AND f.article IS NOT NULL)
FROM captures WHERE :site IS NULL OR site = :site
UNION ALL
SELECT at, url, NULL, url, 304, '[]', '', 1 FROM observations
WHERE kind = 'not-modified' AND (:site IS NULL OR site = :site)
ORDER BY 1, 2, 7
"""
NEWEST = "SELECT max(fetched_at) FROM captures WHERE :site IS NULL OR site = :site"
OPTED_OUT = """
WITH opted AS (SELECT DISTINCT article FROM opted_out), addresses AS (
    SELECT url FROM articles WHERE id IN opted UNION SELECT url FROM frontier WHERE article IN opted)
SELECT capture FROM articles WHERE id IN opted UNION SELECT capture FROM revisions WHERE article IN opted
UNION SELECT capture FROM extractions WHERE article IN opted
UNION SELECT id FROM captures WHERE url IN addresses OR final_url IN addresses
UNION SELECT id FROM captures WHERE site IN (SELECT site FROM site_opt_outs) AND url NOT LIKE '%/robots.txt'
"""
"""Captures of what its owner asks not to keep or mine; the robots.txt that says so may be told."""


class Beside(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a metadata record tells of its page: the address that was asked for, the kind of file it came from if from
    one, and the feed's entry.
    """

    kliping: str
    address: str
    origin: str | None = None
    entry: FeedEntry | None = None


BESIDE = "kliping.beside/1"


class _Row(NamedTuple):
    """A row of KEPT; `capture` is None for a 304."""

    at: str
    url: str
    capture: int | None
    final_url: str
    status: int
    headers: str
    sha256: str
    has_article: int


def deliver(archive: Archive, target: Path | BinaryIO, filters: Filters, *, at: datetime) -> Manifest:
    """The manifest of what was written to `target`: a path, which gets its manifest beside it, or an open stream.

    Of the filters, times are those of the fetch. Pages whose owner opted out are left out, unless included. Raises
    MissingExtra, NoSuchSite, DamagedCapture and DiskFull; each leaves the target as it was.
    """
    tally = Tally()
    with opened(target) as stream:
        for _ in write(archive, stream, filters):
            tally.count += 1
    manifest = tally.manifest(archive, filters, at=at, sha256=stream.sha256, form="warc")
    if isinstance(target, Path):
        write_manifest(target, manifest)
    return manifest


def write(archive: Archive, stream: HashedStream, filters: Filters) -> Iterator[Written]:
    """Writes the file, while what is written of each page is taken from here."""
    if filters.site is not None:
        archive.check_site(filters.site)
    with archive.snapshot():
        withheld = set() if filters.include_opted_out else _withheld(archive)
        software = f"kliping/{version('kliping')}"
        (last,) = archive.db.conn.execute(NEWEST, {"site": filters.site}).fetchone()
        file = WarcFile(stream, software=software, part_of=archive.path.name, at=last or NO_TIME)
        shelf, newest = CaptureShelf(archive.db.conn), dict[str, Written]()
        for row in map(_Row._make, archive.db.conn.execute(KEPT, {"site": filters.site})):
            if not _is_asked(row, filters):
                continue
            if row.capture is None:
                if row.url in newest:
                    file.write_revisit(row.at, newest[row.url])
                continue
            newest.pop(row.url, None)
            if row.capture in withheld:
                continue
            page = _page(row, shelf)
            if not row.has_article and not filters.include_opted_out and _opts_out(page):
                continue
            newest[row.url] = file.write_page(page, _beside(row, page, shelf))
            yield newest[row.url]


def _withheld(archive: Archive) -> set[int]:
    return {capture for (capture,) in archive.db.conn.execute(OPTED_OUT)}


def _is_asked(row: _Row, filters: Filters) -> bool:
    is_early = filters.since_date is not None and row.at < filters.since_date
    return not is_early and (filters.as_of is None or row.at <= filters.as_of)


def _page(row: _Row, shelf: CaptureShelf) -> Page:
    headers = msgspec.json.decode(row.headers, type=Headers)
    origin = next((value for name, value in headers if name == ORIGIN), None)
    return Page(row.final_url, row.at, row.status, headers, shelf.body(row.sha256), row.sha256, origin)


def _opts_out(page: Page) -> bool:
    """Whether a page that no article came of says so itself."""
    content_type = next((value for name, value in page.headers if name.lower() == "content-type"), None)
    return bool(header_signals(page.headers) or meta_signals(decode(page.body, content_type)))


def _beside(row: _Row, page: Page, shelf: CaptureShelf) -> bytes | None:
    assert row.capture is not None
    entry = shelf.entry(row.capture)
    if entry is None and page.origin is None and row.final_url == row.url:
        return None
    return msgspec.json.encode(Beside(kliping=BESIDE, address=row.url, origin=page.origin, entry=entry))
