"""Bytes to text: decompression that cannot blow up, and an encoding for every page."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.web.decode import (
    BadCompressionError,
    TooLargeError,
    TruncatedError,
    decode,
    decompress,
    decompress_head,
    gunzip,
)

BODY = b"<p>Banjir surut di Serang.</p>" * 20
BARE_DEFLATE = zlib.compress(BODY)[2:-4]


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        ("", BODY),
        ("identity", BODY),
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("X-GZIP", gzip.compress(BODY, mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", BARE_DEFLATE),
    ],
    ids=["none", "identity", "gzip", "x-gzip", "zlib", "bare deflate"],
)
def test_every_encoding_we_ask_for_is_undone(encoding: str, wire: bytes) -> None:
    """gzip, and deflate in both of its readings, give back the body."""
    assert decompress(wire, encoding, limit=len(BODY)) == BODY


def test_gzip_files_of_several_members_are_read_whole() -> None:
    """Members that follow each other make one body; bytes after the last are ignored, as gzip itself does."""
    assert gunzip(gzip.compress(b"satu ", mtime=0) + gzip.compress(b"dua") + b"\0\0", limit=100) == b"satu dua"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_stopped_at_the_limit(encoding: str) -> None:
    """A body that unpacks to more than the limit is refused, without being unpacked."""
    bomb = gzip.compress(bytes(3_000_000), mtime=0) if encoding == "gzip" else zlib.compress(bytes(3_000_000))
    with pytest.raises(TooLargeError):
        decompress(bomb, encoding, limit=1_000_000)


def test_a_bomb_of_many_small_members_is_refused() -> None:
    """Thousands of empty gzip members, each a copy of the rest to step over, are given up on."""
    with pytest.raises(BadCompressionError):
        gunzip(gzip.compress(b"", mtime=0) * 5000, limit=100)


def test_nested_or_unasked_encodings_are_refused() -> None:
    """Two layers of gzip, and encodings we never ask for, are not undone."""
    for encoding in ("gzip, gzip", "br", "zstd"):
        with pytest.raises(BadCompressionError):
            decompress(b"", encoding, limit=100)


def test_a_body_cut_short_is_told_from_a_whole_one() -> None:
    """A gzip stream without its end is truncated, and noise is bad compression."""
    with pytest.raises(TruncatedError):
        decompress(gzip.compress(BODY, mtime=0)[:-12], "gzip", limit=10_000)
    with pytest.raises(BadCompressionError):
        decompress(b"not gzip at all", "gzip", limit=10_000)


def test_the_head_of_a_cut_body_is_still_read() -> None:
    """Where only the beginning matters, a stream without its end gives what it holds, up to the limit."""
    assert decompress_head(gzip.compress(BODY, mtime=0)[:-12], "gzip", limit=9) == BODY[:9]
    assert decompress_head(BODY, "", limit=9) == BODY[:9]


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Jumat – “Serang”".encode(), "text/html; charset=UTF-8", "Jumat – “Serang”"),
        ("Jumat – “Serang”".encode(), None, "Jumat – “Serang”"),
        ("é ”".encode("cp1252"), None, "é ”"),
        ("é ”".encode("cp1252"), "text/html; charset=iso-8859-1", "é ”"),
        (b"<meta charset=windows-1252>\x93x\x94", "text/html", "<meta charset=windows-1252>“x”"),
        ("é".encode("utf-16"), "text/html; charset=utf-8", "é"),
        ("é".encode(), "text/html; charset=bogus", "é"),
        (b"ok \xff", "text/html; charset=utf-8", "ok \ufffd"),
        ("<meta charset=utf-16>é".encode(), "text/html", "<meta charset=utf-16>é"),
        (b"a\\u0041", "text/html; charset=unicode_escape", "a\\u0041"),
        (b"abc", "text/html; charset=rot13", "abc"),
        (b"abc", "text/html; charset=undefined", "abc"),
    ],
)
def test_the_encoding_is_the_one_a_browser_would_choose(body: bytes, content_type: str | None, text: str) -> None:
    """Byte order mark, header, meta, valid UTF-8, windows-1252: in that order, and a bogus charset does no harm."""
    assert decode(body, content_type) == text


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from(
        ["hex", "base64", "zlib", "idna", "punycode", "unicode_escape", "utf-7", "utf-16", "utf-32", "mbcs"]
    ),
)
def test_decoding_never_fails(body: bytes, charset: str) -> None:
    """Any bytes under any charset name that Python knows become text."""
    assert isinstance(decode(body, f"text/html; charset={charset}"), str)
