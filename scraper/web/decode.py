"""Bytes to text: decompression under a limit, and the encoding a browser would choose."""

from __future__ import annotations

import zlib

from w3lib.encoding import html_body_declared_encoding, html_to_unicode, http_content_type_encoding

GZIP_MAGIC = b"\x1f\x8b"
GZIP_WINDOW = 16 + zlib.MAX_WBITS
NO_TEXT = frozenset({"unicode-escape", "raw-unicode-escape", "idna", "punycode"})  # Python's own, unknown to browsers
MAX_MEMBERS = 64  # real answers have one; each further one costs a copy of the rest


class TooLargeError(Exception):
    """The decompressed answer passes the limit."""


class BadCompressionError(Exception):
    """The answer is not what its Content-Encoding says, or says what nobody asked for."""


class TruncatedError(Exception):
    """The compressed answer breaks off before its end."""


def decompress(wire: bytes, encoding: str, *, limit: int) -> bytes:
    """The body behind a Content-Encoding of gzip, deflate or nothing, at most `limit` bytes.

    Nested encodings are refused: two layers of gzip turn kilobytes into gigabytes. Raises TooLargeError,
    BadCompressionError, TruncatedError.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        if len(wire) > limit:
            raise TooLargeError
        return wire
    if name in {"gzip", "x-gzip"}:
        return gunzip(wire, limit=limit)
    if name == "deflate":
        return _inflate_deflate(wire, limit)
    raise BadCompressionError(f"Content-Encoding {encoding!r}")


def decompress_head(wire: bytes, encoding: str, *, limit: int) -> bytes:
    """The first `limit` bytes of a body that may itself be cut short. Raises BadCompressionError."""
    if encoding.strip().lower() in {"gzip", "x-gzip"}:
        return _start(wire, GZIP_WINDOW, limit)[0]
    return decompress(wire[:limit], encoding, limit=limit)


def gunzip(wire: bytes, *, limit: int) -> bytes:
    """The content of a gzip file, all its members, garbage after the last one ignored. Raises as `decompress`."""
    out, rest = _inflate(wire, GZIP_WINDOW, limit)
    for _ in range(MAX_MEMBERS):
        if not rest.startswith(GZIP_MAGIC):
            return out
        member, rest = _inflate(rest, GZIP_WINDOW, limit - len(out))
        out += member
    raise BadCompressionError(f"more than {MAX_MEMBERS} gzip members")


def _inflate_deflate(wire: bytes, limit: int) -> bytes:
    try:
        return _inflate(wire, zlib.MAX_WBITS, limit)[0]
    except BadCompressionError:
        return _inflate(wire, -zlib.MAX_WBITS, limit)[0]  # some servers send the bare stream, without zlib's frame


def _inflate(wire: bytes, window: int, limit: int) -> tuple[bytes, bytes]:
    out, stream = _start(wire, window, max(limit, 0) + 1)
    if len(out) > limit:
        raise TooLargeError
    if not stream.eof:
        raise TruncatedError
    return out, stream.unused_data


def _start(wire: bytes, window: int, length: int) -> tuple[bytes, zlib._Decompress]:
    stream = zlib.decompressobj(window)
    try:
        return stream.decompress(wire, length), stream
    except zlib.error as error:
        raise BadCompressionError(str(error)) from None


def decode(body: bytes, content_type: str | None) -> str:
    """The text of a page. Trusted in this order: byte order mark, HTTP header, <meta>, valid UTF-8, windows-1252.

    Never raises: what no encoding explains becomes U+FFFD.
    """
    by_header, by_meta = http_content_type_encoding(content_type), html_body_declared_encoding(body)
    readable = by_header is None and (by_meta or "").startswith(("utf-16", "utf-32"))  # a <meta> we can read is neither
    if readable or NO_TEXT & {by_header, by_meta}:
        return body.decode(_guess(body), "replace")
    try:
        return html_to_unicode(content_type, body, auto_detect_fun=_guess)[1]
    except (LookupError, ValueError):  # a charset that Python knows but that encodes no text
        return body.decode("utf-8", "replace")


def _guess(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
