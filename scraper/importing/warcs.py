"""Pages in WARC files, and in the WARC files inside a WACZ: answers of HTML under the address of a post.

Read by hand, in one pass: a record's head is held to HEAD bytes, its block to the limit of a page, and what is larger
is passed over without being held. So a file that unpacks to more than it should costs time, and no room. Nothing is
unpacked to the disk, so names inside a WACZ lead nowhere.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import NamedTuple

import msgspec

from extractors.urls import canonical, is_permalink
from scraper.archive.imports import EXPORT, ORIGIN, SAVED
from scraper.archive.instants import instant
from scraper.export.warc import BESIDE, Beside
from scraper.importing.found import Finding, Found, Headers, Lost, Passed, damaged, too_large
from scraper.web.decode import GZIP_MAGIC, BadCompressionError, TooLargeError, TruncatedError, decompress

HEAD = 64 * 1024  # bytes of a record's own head, or of the HTTP head in it
LINE = 16 * 1024  # bytes of one line of a head
PIECE = 1024 * 1024  # bytes read at once where they are thrown away
SLACK = 1024 * 1024  # bytes of a block beyond the page: the HTTP head, the marks of its chunks
SMALL = 256 * 1024 * 1024  # bytes unpacked that any file may have: half a second
MOST_SWELLING = 100  # times its size; pages of one site, each packed alone, swell 4 to 8 times
MEMBERS = ("archive/",)
HTML = ("text/html", "application/xhtml+xml")
DAMAGE = (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)
"""How gzip, zip and the text of a record tell that they are broken."""

Peekable = BufferedReader | zipfile.ZipExtFile
Stream = BufferedReader | zipfile.ZipExtFile | gzip.GzipFile | BytesIO


class _Record(NamedTuple):
    """A record: its fields, in lower case, and its block, None for one that passes the limit."""

    fields: dict[str, str]
    block: bytes | None


def pages_in_warc(path: Path, *, max_bytes: int) -> Iterator[Finding]:
    """The posts' pages in a WARC file, packed by gzip or not."""
    try:
        with path.open("rb") as stream:
            yield from _pages(str(path), stream, max_bytes)
    except OSError as error:
        yield damaged(str(path), error.strerror or str(error))


def pages_in_wacz(path: Path, *, max_bytes: int) -> Iterator[Finding]:
    """The posts' pages in the WARC files of a WACZ, by name."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in sorted(archive.namelist()) if is_warc(name) and name.startswith(MEMBERS)]
            swollen = sum(archive.getinfo(name).file_size for name in names)
            if swollen > max(SMALL, MOST_SWELLING * path.stat().st_size):
                yield damaged(str(path), f"it would unpack to {swollen:,} bytes, which no real one does")
                return
            for name in names:
                with archive.open(name) as stream:
                    assert isinstance(stream, zipfile.ZipExtFile)
                    yield from _pages(f"{path}!{name}", stream, max_bytes)
            if not names:
                yield damaged(str(path), "it holds no WARC file")
    except DAMAGE as error:
        yield damaged(str(path), error)


def is_warc(name: str) -> bool:
    """Whether a file is a WARC by its name."""
    return name.lower().endswith((".warc", ".warc.gz"))


def page_of(
    source: str, fields: dict[str, str], block: bytes | None, beside: Beside | None, *, max_bytes: int
) -> Found | Lost | None:
    """The page of a record that others have read: its named fields, in lower case, and its block, None for one that
    passes the limit. None for a record that is no post's page.
    """
    return _found(source, _Record(fields, block), beside, max_bytes)


def beside_of(block: bytes) -> Beside | None:
    """What the metadata record of our own export tells beside a page; None for any other."""
    return _beside(_Record({}, block))


def _pages(source: str, raw: Peekable, max_bytes: int) -> Iterator[Finding]:
    passed = 0
    beside: dict[str, Beside] = {}
    try:
        for number, record in enumerate(_records(_unpacked(raw), max_bytes + SLACK)):
            kind, about = record.fields.get("warc-type"), record.fields.get("warc-record-id", "")
            if kind == "metadata":
                if (told := _beside(record)) is not None:
                    beside = {record.fields.get("warc-concurrent-to", ""): told}
                continue
            found = _found(f"{source}!{number}", record, beside.pop(about, None), max_bytes)
            if found is not None:
                yield found
            elif kind in {"response", "resource"}:
                passed += 1
    except DAMAGE as error:
        yield damaged(source, error)
    if passed:
        yield Passed(source=source, count=passed)


def _unpacked(raw: Peekable) -> Stream:
    return _Swelling(raw) if raw.peek(2).startswith(GZIP_MAGIC) else raw


class _Swelling(gzip.GzipFile):
    """A packed file that is given up once it unpacks to more than any real one: a few kilobytes hold gigabytes of
    nothing, and in each other they hold terabytes, which would cost days.
    """

    def __init__(self, raw: Peekable) -> None:
        super().__init__(fileobj=raw)
        self._raw, self._given = raw, 0

    def _count(self, data: bytes) -> bytes:
        self._given += len(data)
        if self._given > max(SMALL, MOST_SWELLING * self._raw.tell()):
            raise ValueError(f"it unpacks to more than {MOST_SWELLING} times its size, which no real one does")
        return data

    def read(self, size: int | None = -1) -> bytes:
        return self._count(super().read(size))

    def readline(self, size: int | None = -1) -> bytes:
        return self._count(super().readline(size))


def _records(stream: Stream, limit: int) -> Iterator[_Record]:
    """The records of a file. Raises ValueError where it is no WARC, EOFError where it breaks off."""
    while True:
        line = stream.readline(LINE)
        if not line:
            return
        if not line.strip():
            continue
        if not line.startswith(b"WARC/"):
            raise ValueError("a record does not begin where one should")
        fields = _head(stream)
        length = int(fields["content-length"]) if fields.get("content-length", "").isdecimal() else -1
        if length < 0:
            raise ValueError("a record does not tell its length")
        block = _block(stream, length) if length <= limit else None
        if block is None:
            _pass_over(stream, length)
        yield _Record(fields, block)


def _head(stream: Stream) -> dict[str, str]:
    """The named fields up to an empty line, the last of a name; names in lower case."""
    return dict(_fields(stream))


def _fields(stream: Stream) -> Iterator[tuple[str, str]]:
    read = 0
    while line := stream.readline(LINE):
        read += len(line)
        if read > HEAD or not line.endswith(b"\n"):
            raise ValueError("the head of a record is too long, or breaks off")
        if not line.strip():
            return
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if colon and not line.startswith((b" ", b"\t")):
            yield name.strip().lower(), value.strip()


def _block(stream: Stream, length: int) -> bytes:
    block = stream.read(length)
    if len(block) < length:
        raise EOFError("it breaks off inside a record")
    return block


def _pass_over(stream: Stream, length: int) -> None:
    while length > 0:
        piece = stream.read(min(PIECE, length))
        if not piece:
            raise EOFError("it breaks off inside a record")
        length -= len(piece)


def _beside(record: _Record) -> Beside | None:
    """What our own export tells beside a page."""
    try:
        told = msgspec.json.decode(record.block or b"", type=Beside)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return told if told.kliping == BESIDE else None


def _found(source: str, record: _Record, beside: Beside | None, max_bytes: int) -> Found | Lost | None:
    """The page of a record; None for one that is no post's page by its fields."""
    fields, kind = record.fields, record.fields.get("warc-type")
    final_url = fields.get("warc-target-uri", "").strip("<>")
    url = canonical(beside.address if beside is not None else final_url)
    at = instant(fields.get("warc-date"))
    if kind not in {"response", "resource"} or not is_permalink(url) or _is_mobile(final_url) or at is None:
        return None
    if record.block is None:
        return too_large(source, max_bytes)
    try:
        page = _resource(record, beside) if kind == "resource" else _answer(record.block, max_bytes)
    except TooLargeError:
        return too_large(source, max_bytes)
    except (BadCompressionError, TruncatedError, ValueError) as error:
        return Lost(source=source, reason="decode", detail=f"The answer in {source} cannot be unpacked: {error}.")
    if page is None:
        return None
    headers, body = page
    return Found(
        source=source,
        url=url,
        final_url=final_url,
        body=body,
        headers=headers,
        fetched_at=at,
        entry=beside.entry if beside is not None else None,
        is_entry_alone=beside is not None and beside.origin == EXPORT,
    )


def _resource(record: _Record, beside: Beside | None) -> tuple[Headers, bytes] | None:
    """A page that no server answered."""
    content_type = record.fields.get("content-type", "")
    origin = beside.origin if beside is not None and beside.origin is not None else SAVED
    if not _is_html(content_type) or record.block is None:
        return None
    return (("content-type", content_type), (ORIGIN, origin)), record.block


def _answer(block: bytes, max_bytes: int) -> tuple[Headers, bytes] | None:
    """Headers and body of an answer that is a page; None for any other. Raises TooLargeError, BadCompressionError,
    TruncatedError, and ValueError for a head or a body that is none.
    """
    stream = BytesIO(block)
    first = stream.readline(LINE).split(None, 2)
    if len(first) < 2 or not first[0].startswith(b"HTTP/") or first[1] != b"200":
        return None
    headers = tuple(_fields(stream))
    told, wire = dict(headers), block[stream.tell() :]
    if not _is_html(told.get("content-type", "")):
        return None
    body = _unchunked(wire) if "chunked" in told.get("transfer-encoding", "").lower() else wire
    return headers, decompress(body, told.get("content-encoding", ""), limit=max_bytes)


def _is_html(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in HTML


def _is_mobile(url: str) -> bool:
    """Whether it is the small form of a page, another rendering of what the address shows."""
    return "m=1" in url.partition("?")[2].split("&")


def _unchunked(wire: bytes) -> bytes:
    """The body behind Transfer-Encoding: chunked; one that was unpacked by whoever wrote the file, as it is."""
    stream, body = BytesIO(wire), bytearray()
    while line := stream.readline(LINE):
        try:
            size = int(line.partition(b";")[0], 16)
        except ValueError:
            if not body:
                return wire
            raise
        if size == 0:
            return bytes(body)
        body += stream.read(min(max(size, 0), len(wire)))  # a file that breaks off, or lies, holds fewer
        stream.readline(LINE)
    return bytes(body)
