"""The kept pages as WACZ (1.1.1): the WARC file of `warc`, its index, and a list of its articles for a reader.

The package `wacz` writes it, in a process of its own. The WARC inside is the same bytes every time; the container is
not, since that package dates it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

import msgspec

from scraper.archive.store import Archive
from scraper.errors import KlipingError, MissingExtra, UsageProblem
from scraper.export import warc
from scraper.export.manifest import Filters, Manifest, Tally, write_manifest
from scraper.export.placing import HashedStream, opened, scratch_folder
from scraper.export.warcfile import Written
from scraper.files import troubles_told

HEADER = {"format": "json-pages-1.0", "id": "pages", "title": "Articles"}
TITLES = """
SELECT c.final_url, c.fetched_at, a.title FROM articles a JOIN captures c ON c.id = a.capture
WHERE :site IS NULL OR a.site = :site ORDER BY a.published_at, a.id
"""


def deliver(archive: Archive, target: Path | BinaryIO, filters: Filters, *, at: datetime) -> Manifest:
    """The manifest of what was written to `target`; filters and errors are those of a WARC. Its list of pages has the
    newest page of each article in it.
    """
    if not isinstance(target, Path):
        raise UsageProblem("A WACZ export is a file: name it by -o.")
    if find_spec("wacz") is None:
        raise MissingExtra("A WACZ export", "wacz")
    tally = Tally()
    with troubles_told(target), scratch_folder(target) as scratch:
        pages, made = scratch / "data.warc.gz", scratch / "made.wacz"
        with pages.open("wb") as raw:
            written = list(warc.write(archive, HashedStream(raw), filters))
        tally.count = len(written)
        listing = scratch / "pages.jsonl"
        listing.write_bytes(b"".join(_lines(archive, filters, written)))
        _create(made, pages, listing)
        with opened(target) as stream, made.open("rb") as whole:
            shutil.copyfileobj(whole, stream)
    manifest = tally.manifest(archive, filters, at=at, sha256=stream.sha256, form="wacz")
    write_manifest(target, manifest)
    return manifest


def _lines(archive: Archive, filters: Filters, written: list[Written]) -> Iterator[bytes]:
    """The list of pages: a header, then every article whose newest page is in the file."""
    held = {(page.url, page.at) for page in written}
    yield msgspec.json.encode(HEADER) + b"\n"
    for url, at, title in archive.db.conn.execute(TITLES, {"site": filters.site}).fetchall():
        if (url, at) in held:
            yield msgspec.json.encode({"url": url, "ts": at, "title": title}) + b"\n"


def _create(made: Path, pages: Path, listing: Path) -> None:
    command = [sys.executable, "-m", "wacz", "create", "-o", str(made), "-p", str(listing), "-c", str(pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - all of it is ours
    if done.returncode != 0:
        raise KlipingError(f"The package wacz could not write the file: {(done.stderr or done.stdout).strip()[-500:]}")
