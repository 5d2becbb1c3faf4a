"""The records of a WARC file (ISO 28500, version 1.1), each a gzip member of its own: the one writer of the format.

Ids are derived from what a record holds, and times are given: the same records are the same bytes.
"""

from __future__ import annotations

from http import HTTPStatus
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from scraper.errors import MissingExtra
from scraper.export.placing import HashedStream

VERSION = "WARC/1.1"
NAMESPACE = uuid5(NAMESPACE_URL, "kliping")
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
JSON = "application/json"

TRANSFER = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"})
"""Headers of the way over the wire: the page stands as it is kept, decompressed, in one piece."""

Headers = tuple[tuple[str, str], ...]


class Page(NamedTuple):
    """A page to be written. `at` is UTC text; `origin` is None for an answer of a server."""

    url: str
    at: str
    status: int
    headers: Headers
    body: bytes
    sha256: str
    origin: str | None


class Written(NamedTuple):
    """A page in the file, as a later record refers to it."""

    record: str
    url: str
    at: str
    digest: str


class WarcFile:
    """A WARC file that is being written to a stream. Raises MissingExtra where warcio is not installed."""

    def __init__(self, stream: HashedStream, *, software: str, part_of: str, at: str) -> None:
        try:
            from warcio.statusandheaders import StatusAndHeaders
            from warcio.warcwriter import WARCWriter
        except ImportError:
            raise MissingExtra("A WARC export", "warc") from None
        self._heads = StatusAndHeaders
        self._writer: Any = WARCWriter(stream, gzip=True, warc_version=VERSION)
        self._info: str | None = None
        told = {"software": software, "format": VERSION.replace("/", " File Format "), "isPartOf": part_of}
        fields = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self._info = self._write("warcinfo", "", at, fields.encode(), "", content_type="application/warc-fields")

    def write_page(self, page: Page, beside: bytes | None) -> Written:
        """The page as written: a response with its request, or a resource; before it what is told beside, as JSON."""
        kind = "response" if page.origin is None else "resource"
        record = _id(kind, page.url, page.at, page.sha256)
        if beside is not None:
            self._write("metadata", page.url, page.at, beside, page.sha256, content_type=JSON, about=record)
        if page.origin is None:
            self._write("response", page.url, page.at, page.body, page.sha256, head=self._response_head(page))
            self._write("request", page.url, page.at, b"", page.sha256, head=self._request_head(page), about=record)
        else:
            content_type = next((value for name, value in page.headers if name == "content-type"), "text/html")
            self._write("resource", page.url, page.at, page.body, page.sha256, content_type=content_type)
        return Written(record, page.url, page.at, self._digest)

    def write_revisit(self, at: str, earlier: Written) -> None:
        """The server's word that a page is as it was."""
        told = {
            "WARC-Profile": NOT_MODIFIED,
            "WARC-Refers-To": earlier.record,
            "WARC-Refers-To-Target-URI": earlier.url,
            "WARC-Refers-To-Date": earlier.at,
            "WARC-Payload-Digest": earlier.digest,
        }
        head = self._heads(_status(304), [], protocol="HTTP/1.1")
        self._write("revisit", earlier.url, at, b"", "", head=head, told=told)

    def _write(
        self,
        kind: str,
        url: str,
        at: str,
        payload: bytes,
        sha256: str,
        *,
        head: Any = None,
        content_type: str = "",
        about: str | None = None,
        told: dict[str, str] | None = None,
    ) -> str:
        """The id of the record, once it is written."""
        record_id = _id(kind, url, at, sha256)
        fields = {"WARC-Record-ID": record_id, "WARC-Date": at, **(told or {})}
        if about is not None:
            fields["WARC-Concurrent-To"] = about
        if self._info is not None:
            fields["WARC-Warcinfo-ID"] = self._info
        record = self._writer.create_warc_record(
            url,
            kind,
            payload=BytesIO(payload),
            length=len(payload),
            http_headers=head,
            warc_content_type=content_type,
            warc_headers_dict=fields,
        )
        self._writer.write_record(record)
        if kind in {"response", "resource"}:
            self._digest: str = record.rec_headers.get_header("WARC-Payload-Digest")
        return record_id

    def _response_head(self, page: Page) -> Any:
        kept = [(_line(name), _line(value)) for name, value in page.headers if name.lower() not in TRANSFER]
        return self._heads(_status(page.status), [*kept, ("content-length", str(len(page.body)))], protocol="HTTP/1.1")

    def _request_head(self, page: Page) -> Any:
        parts = urlsplit(page.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return self._heads(f"{target} HTTP/1.1", [("host", parts.netloc)], protocol="GET")


def _id(*parts: str) -> str:
    return f"<urn:uuid:{uuid5(NAMESPACE, ' '.join(parts))}>"


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} -"


def _line(text: str) -> str:
    """Without what would end a header's line."""
    return " ".join(text.splitlines())
