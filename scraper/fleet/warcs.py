"""Posts in WARC files read to records, without an archive: a crawl's own files, or a crawler's of many hosts.

Read by FastWARC, and spread over workers: each first says where a file's records lie, then reads some of them by their
place. A page is read as the crawl reads it (`scraper.reading`). A record that is broken costs itself, and is told.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from extractors.model import Reading
from extractors.urls import site_name
from scraper.archive.instants import utc_text
from scraper.archive.records import Record
from scraper.archive.sites.optouts import OPTED_OUT
from scraper.archive.store import Archive
from scraper.importing.found import Found, Lost
from scraper.importing.warcs import SLACK, beside_of, page_of
from scraper.reading import Answered, read_answer
from scraper.reextract import Hiring
from scraper.repeating import repeated_by_site
from scraper.web.optout import header_signals

LISTING = f"{__name__}:serve_listing"
READING = f"{__name__}:serve_pages"
LIST_LIMIT = 3600.0  # seconds for one file's list; a file of 1 GB takes some ten
READ_LIMIT = 120.0  # seconds a chunk may take
CHUNK = 16  # records a worker is asked for at once
TOGETHER = 64  # files listed before their pages are read
GZIP = b"\x1f\x8b\x08"
BEGIN = b"WARC/"
PROBE = 4096  # bytes of a gzip member that tell whether a record begins in it
WINDOW = 2**20  # bytes read at once in search of the next record
PAGES = frozenset({"response", "resource"})


class Place(msgspec.Struct, frozen=True):
    """Where a page's record lies: file, offset, and the offset of the record beside it, if our own export wrote one."""

    path: str
    offset: int
    beside: int | None = None


class Listed(msgspec.Struct, frozen=True):
    """What is in a file: the pages' records, how many others, and the offsets of those that are broken."""

    path: str
    places: tuple[Place, ...] = ()
    others: int = 0
    broken: tuple[tuple[int, str], ...] = ()


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive knows of a site, and its pages' reading depends on."""

    zone: str | None = None
    blog_id: str | None = None
    repeated: frozenset[str] = frozenset()


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a record: a reading with what stands beside it, or a word of scraper.outcomes.REASONS."""

    source: str
    reason: str = "ok"
    detail: str | None = None
    reading: Reading | None = None
    opted_out: tuple[str, ...] = ()
    sha256: str = ""
    fetched_at: str = ""

    @property
    def is_lost(self) -> bool:
        """Whether it is damaged, or took its reader with it; a page that is no article is not."""
        return self.reason in {"damaged-file", "too-large", "decode", "extractor-crash", "extractor-bug"}


def known_sites(archive: Archive) -> dict[str, Known]:
    """What the archive knows of each of its sites."""
    repeated = repeated_by_site(archive)
    return {
        site.name: Known(zone=site.zone, blog_id=site.blog_id, repeated=repeated.get(site.name, frozenset()))
        for site in archive.sites()
    }


def read_files(
    paths: Sequence[Path], hire: Hiring, *, known: Mapping[str, Known] | None = None, max_bytes: int
) -> Iterator[Told]:
    """What came of every page of the files, in their order, and of every record that is broken."""
    for at in range(0, len(paths), TOGETHER):
        listings = list(_list_files(paths[at : at + TOGETHER], hire))
        for listing in listings:
            for offset, why in listing.broken:
                yield _damaged(f"{listing.path}!{offset}", why)
        places = [place for listing in listings for place in listing.places]
        chunks = (places[at : at + CHUNK] for at in range(0, len(places), CHUNK))
        with hire(READING, READ_LIMIT) as crew:
            yield from crew.work(
                chunks,
                encode=lambda chunk: msgspec.msgpack.encode((chunk, known or {}, max_bytes)),
                decode=msgspec.msgpack.Decoder(list[Told]).decode,
                lost=lambda place, words: Told(source=_name(place), reason="extractor-crash", detail=words),
            )


def _list_files(paths: Sequence[Path], hire: Hiring) -> Iterator[Listed]:
    with hire(LISTING, LIST_LIMIT) as crew:
        yield from crew.work(
            [[str(path.absolute())] for path in paths],
            encode=msgspec.msgpack.encode,
            decode=msgspec.msgpack.Decoder(list[Listed]).decode,
            lost=lambda path, words: Listed(path, broken=((0, words),)),
        )


def serve_listing(sent: bytes) -> bytes:
    """The worker's side: files in, what is in them out."""
    return msgspec.msgpack.encode([listed(path) for path in msgspec.msgpack.decode(sent, type=list[str])])


def serve_pages(sent: bytes) -> bytes:
    """The worker's side: places in, what came of the pages out."""
    places, known, max_bytes = msgspec.msgpack.decode(sent, type=tuple[list[Place], dict[str, Known], int])
    return msgspec.msgpack.encode([read_place(place, known, max_bytes=max_bytes) for place in places])


def listed(path: str) -> Listed:
    """Where the pages of a file lie. What is broken is passed over, to the next record that begins."""
    places, broken, others = list[Place](), list[tuple[int, str]](), 0
    try:
        with Path(path).open("rb") as stream:
            start: int | None = 0
            while start is not None:
                last, beside = start, dict[str, int]()
                try:
                    for record in _records(stream, start):
                        last, fields = start + record.stream_pos, _fields(record)
                        kind = fields.get("warc-type")
                        if kind == "metadata":
                            beside = {fields.get("warc-concurrent-to", ""): last}
                        elif kind in PAGES:
                            places.append(Place(path, last, beside.pop(fields.get("warc-record-id", ""), None)))
                        else:
                            others += 1
                    start = None
                except (OSError, ValueError) as error:
                    start = _next_record(stream, last + 1)
                    broken.append((last, str(error)))
    except OSError as error:
        broken.append((0, error.strerror or str(error)))
    return Listed(path, tuple(places), others, tuple(broken))


def _records(stream: BinaryIO, start: int) -> Iterator[Any]:
    """FastWARC's records from an offset on; `stream_pos` counts from there."""
    from fastwarc.warc import ArchiveIterator

    stream.seek(start)
    return iter(ArchiveIterator(_From(stream, start), parse_http=False, fsspec_args=False))


class _From:
    """A file as if it began at an offset."""

    def __init__(self, stream: BinaryIO, start: int) -> None:
        self._stream, self._start = stream, start

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size)

    def tell(self) -> int:
        return self._stream.tell() - self._start

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset + self._start if whence == 0 else offset, whence) - self._start

    def close(self) -> None:
        pass


def _next_record(stream: BinaryIO, start: int) -> int | None:
    """Where the next record begins: a gzip member that unpacks to one, or a line of its own."""
    stream.seek(0)
    mark = GZIP if stream.read(len(GZIP)) == GZIP else b"\n" + BEGIN
    while True:
        stream.seek(start)
        window = stream.read(WINDOW)
        found = window.find(mark)
        while found >= 0:
            at = start + found
            if mark is not GZIP:
                return at + 1
            if _unpacks(stream, at):
                return at
            found = window.find(mark, found + 1)
        if len(window) < WINDOW:
            return None
        start += len(window) - len(mark)


def _unpacks(stream: BinaryIO, at: int) -> bool:
    stream.seek(at)
    try:
        return zlib.decompressobj(wbits=31).decompress(stream.read(PROBE), len(BEGIN)) == BEGIN
    except zlib.error:
        return False


def _fields(record: Any) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in record.headers.items()}


def read_place(place: Place, known: Mapping[str, Known], *, max_bytes: int) -> Told:
    """What came of the page whose record lies there. Never raises."""
    source = _name(place)
    try:
        with Path(place.path).open("rb") as stream:
            told = (
                None if place.beside is None else beside_of(_block(next(_records(stream, place.beside)), SLACK) or b"")
            )
            record = next(_records(stream, place.offset))
            page = page_of(source, _fields(record), _block(record, max_bytes + SLACK), told, max_bytes=max_bytes)
    except (OSError, ValueError, EOFError, StopIteration) as error:
        return _damaged(source, str(error))
    if isinstance(page, Lost):
        return Told(source=source, reason=page.reason, detail=page.detail)
    return Told(source=source, reason="not-an-article") if page is None else _read(page, known)


def _block(record: Any, limit: int) -> bytes | None:
    """The record's block; None for one that passes the limit. Raises EOFError where it breaks off."""
    if record.content_length > limit:
        return None
    block: bytes = record.reader.read()
    if len(block) < record.content_length:
        raise EOFError("it breaks off inside a record")
    return block


def _read(page: Found, known: Mapping[str, Known]) -> Told:
    site = site_name(page.url)
    of_site = known.get(site, Known())
    read = read_answer(
        Answered(
            url=page.url,
            final_url=page.final_url,
            body=page.body,
            content_type=page.content_type,
            fetched_at=page.fetched_at,
            entry=page.entry,
            zone=of_site.zone,
            blog_id=of_site.blog_id,
            site=site,
            repeated=of_site.repeated,
        )
    )
    return Told(
        source=page.source,
        reason=read.reason,
        detail=read.detail,
        reading=read.reading,
        opted_out=(*header_signals(page.headers), *read.opt_outs),
        sha256=hashlib.sha256(page.body).hexdigest(),
        fetched_at=utc_text(page.fetched_at),
    )


def record_of(told: Told, number: int) -> Record:
    """The record that an archive would have of a page read for the first time; `number` stands for its seq."""
    assert told.reading is not None
    record: Record = msgspec.json.decode(msgspec.json.encode(told.reading.article))
    record |= {
        "status": "live",
        "revision": 1,
        "capture": {"sha256": told.sha256, "fetched_at": told.fetched_at},
        "syndication": None,
        "seq": number,
    }
    return {**record, OPTED_OUT: list(told.opted_out)} if told.opted_out else record


def _name(place: Place) -> str:
    return f"{place.path}!{place.offset}"


def _damaged(source: str, why: str) -> Told:
    return Told(source=source, reason="damaged-file", detail=f"{source} cannot be read: {why}.")
