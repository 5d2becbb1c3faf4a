"""The raw bytes of every page, kept for ever in little room.

Pages of one site differ by a few KB, so each is compressed with a whole earlier page of its site as the dictionary: the
reference page, itself stored plainly. A page that shares too little with the references of its theme becomes the next
reference. Bodies are addressed by the sha256 of their raw bytes: one body is kept once, and what is read is checked.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from extractors.model import FeedEntry
from scraper.archive.instants import utc_text
from scraper.errors import ArchiveUnusable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 3  # 3.5 KB and 0.7 ms a page of 346 KB; level 9 gives 3.3 KB for 3.0 ms, level 12 no less than 9
MAX_WINDOW = 27  # log2 of bytes; more than this a decoder refuses without being told
MIN_WINDOW = 10

TRIED = (
    3  # newest references of a theme that are tried; 1 costs a site of mixed pages half as much again, 6 gain nothing
)
CLOSE = 0.25  # of the size without a dictionary: good enough, no other reference is tried
FAR = 0.5  # of the size without a dictionary: the page is unlike all references, and becomes one
REFERENCES_HELD = 32  # reference pages in memory: of 350 KB some 0.4 MB each, and 0.5 MB more once digested
SHORT = 2**16  # bytes of a reference; to digest a shorter one gains nothing
LONG = 2**20  # bytes of a reference; what level 3 remembers of a longer one is its tail


OPTIONS: dict[int, int] = {
    zstd.CompressionParameter.compression_level: LEVEL,
    zstd.CompressionParameter.checksum_flag: 1,
}


FORGOTTEN = """
DELETE FROM blobs WHERE sha256 = :sha256 AND NOT EXISTS (SELECT 1 FROM captures WHERE sha256 = :sha256)
    AND NOT EXISTS (SELECT 1 FROM captures WHERE entry = :sha256)
    AND NOT EXISTS (SELECT 1 FROM blobs WHERE dictionary = :sha256)
"""
"""An entry that a newer one took the place of goes, unless it stands beside another page too."""


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it came: `body` decompressed by the transport, otherwise untouched. `fetched_at` is aware."""

    body: bytes
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    final_url: str
    fetched_at: datetime


class DamagedCapture(ArchiveUnusable):
    """Kept bytes that cannot be had back whole; the message names them."""


def encode(body: bytes, reference: bytes | None = None) -> bytes:
    """A zstd frame of the body; with a reference, one that only the same reference opens."""
    if reference is None:
        return zstd.compress(body, options=OPTIONS)
    return _Reference(reference).encode(body)


def decode(data: bytes, reference: bytes | None = None) -> bytes:
    """The body a frame was made of. Raises DamagedCapture for a broken frame or the wrong reference."""
    return _decompressed(data) if reference is None else _Reference(reference).decode(data)


def _decompressed(data: bytes, dictionary: zstd.ZstdDict | None = None) -> bytes:
    try:
        return zstd.decompress(data, zstd_dict=dictionary)
    except zstd.ZstdError as error:
        raise DamagedCapture(f"A kept page cannot be decompressed: {error}.") from error


class _Reference:
    """A page that others are compressed with."""

    def __init__(self, body: bytes) -> None:
        self._size, self._uses = len(body), 0
        self._dictionary = zstd.ZstdDict(body, is_raw=True)

    @property
    def body(self) -> bytes:
        return self._dictionary.dict_content

    def encode(self, body: bytes) -> bytes:
        """The body's frame. With the reference as a prefix a page of 350 KB takes 0.4 ms; digesting the reference, done
        when it is used again, takes 1.0 ms, and then a page takes 0.2 ms.
        """
        self._uses += 1
        window = (self._size + len(body)).bit_length()  # so that even the reference's first byte is in sight
        options = {**OPTIONS, zstd.CompressionParameter.window_log: min(max(window, MIN_WINDOW), MAX_WINDOW)}
        is_digested = self._uses > 1 and SHORT <= self._size <= LONG
        dictionary = self._dictionary.as_digested_dict if is_digested else self._dictionary.as_prefix
        if self._size > LONG:
            options[zstd.CompressionParameter.enable_long_distance_matching] = 1
        return zstd.compress(body, options=options, zstd_dict=dictionary)

    def decode(self, data: bytes) -> bytes:
        """The body a frame was made of. Raises DamagedCapture."""
        return _decompressed(data, self._dictionary)


class CaptureShelf:
    """The captures of one open archive. It writes inside the transaction of its caller and opens none of its own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._held: OrderedDict[str, _Reference] = OrderedDict()
        self._last: dict[tuple[str, str | None], str] = {}

    def keep(self, capture: Capture, *, url: str, site: str, theme: str | None, entry: FeedEntry | None = None) -> int:
        """The number of the capture of that answer at `url`; the same body there again is the capture held already.

        `entry` is the feed's, to stand beside the page when it is read again; the newest counts.
        """
        sha256 = hashlib.sha256(capture.body).hexdigest()
        number = self._keep_page(sha256, capture, url=url, site=site, theme=theme)
        if entry is not None:
            self._keep_entry(number, sha256, capture.body, msgspec.json.encode(entry))
        return number

    def _keep_page(self, sha256: str, capture: Capture, *, url: str, site: str, theme: str | None) -> int:
        held = self._connection.execute(
            "SELECT id FROM captures WHERE url = ? AND sha256 = ?", (url, sha256)
        ).fetchone()
        if held:
            return int(held[0])
        if not self._connection.execute("SELECT 1 FROM blobs WHERE sha256 = ?", (sha256,)).fetchone():
            self._keep_body(sha256, capture.body, site=site, theme=theme)
        headers = msgspec.json.encode(capture.headers).decode()
        row = (url, site, capture.final_url, utc_text(capture.fetched_at), capture.status, headers, sha256)
        return int(
            self._connection.execute(
                "INSERT INTO captures (url, site, final_url, fetched_at, status, headers, sha256)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
                row,
            ).fetchone()[0]
        )

    def _keep_entry(self, number: int, page: str, body: bytes, entry: bytes) -> None:
        execute, sha256 = self._connection.execute, hashlib.sha256(entry).hexdigest()
        (held,) = execute("SELECT entry FROM captures WHERE id = ?", (number,)).fetchone()
        if held == sha256:
            return
        if not execute("SELECT 1 FROM blobs WHERE sha256 = ?", (sha256,)).fetchone():
            execute(
                "INSERT INTO blobs (sha256, size, dictionary, data) VALUES (?, ?, ?, ?)",
                (sha256, len(entry), page, encode(entry, body)),
            )
        execute("UPDATE captures SET entry = ? WHERE id = ?", (sha256, number))
        if held is not None:
            execute(FORGOTTEN, {"sha256": held})

    def entry(self, number: int) -> FeedEntry | None:
        """The feed's entry beside a capture. Raises DamagedCapture."""
        (sha256,) = self._connection.execute("SELECT entry FROM captures WHERE id = ?", (number,)).fetchone()
        return msgspec.json.decode(self.body(sha256), type=FeedEntry) if sha256 is not None else None

    def change_reference(self, going: str, dependents: Sequence[str]) -> None:
        """The bodies that were compressed with one that is about to go are kept without it: the first plainly, in its
        place among the references, the others with that one. Raises DamagedCapture.
        """
        heir: str | None = None
        for sha256 in dependents:
            body = self.body(sha256)
            data = self._reference(heir).encode(body) if heir else encode(body)
            self._connection.execute("UPDATE blobs SET dictionary = ?, data = ? WHERE sha256 = ?", (heir, data, sha256))
            if heir is None:
                heir = sha256
                self._connection.execute("UPDATE reference_pages SET sha256 = ? WHERE sha256 = ?", (sha256, going))
        self._held.pop(going, None)

    def _keep_body(self, sha256: str, body: bytes, *, site: str, theme: str | None) -> None:
        references, last = self._references(site, theme), self._last.get((site, theme))
        plain = self._plain_size(body, references)
        # the one that was closest to the page before is mostly close to this one too
        tried = sorted((reference for reference, *_ in references), key=lambda reference: reference != last)
        dictionary, data = self._closest(body, tried, enough=CLOSE * plain)
        if dictionary is None or len(data) > FAR * plain:
            dictionary, data = None, encode(body)
        self._connection.execute(
            "INSERT INTO blobs (sha256, size, dictionary, data) VALUES (?, ?, ?, ?)",
            (sha256, len(body), dictionary, data),
        )
        self._last[site, theme] = dictionary or sha256
        if dictionary is None:
            self._connection.execute(
                "INSERT INTO reference_pages (site, theme, sha256) VALUES (?, ?, ?)", (site, theme, sha256)
            )

    def _references(self, site: str, theme: str | None) -> list[tuple[str, int, int]]:
        """sha256, size and stored size of the newest references of a theme, newest first."""
        return self._connection.execute(
            "SELECT p.sha256, b.size, length(b.data) FROM reference_pages p JOIN blobs b USING (sha256)"
            " WHERE p.site = ? AND p.theme IS ? ORDER BY p.id DESC LIMIT ?",
            (site, theme, TRIED),
        ).fetchall()

    @staticmethod
    def _plain_size(body: bytes, references: Sequence[tuple[str, int, int]]) -> float:
        """What the body would take without a dictionary, judged by the newest reference: compressing it costs 1 ms."""
        if not references:
            return 0.0
        _, size, stored = references[0]
        return len(body) * stored / max(size, 1)

    def _closest(self, body: bytes, references: Iterable[str], *, enough: float) -> tuple[str | None, bytes]:
        """The reference that makes the body smallest, or small `enough`, and the frame; (None, b"") where none can be
        read.
        """
        best: tuple[str | None, bytes] = (None, b"")
        for sha256 in references:
            try:
                data = self._reference(sha256).encode(body)
            except DamagedCapture:
                continue  # told when a page that needs it is read; a new page does well without
            if best[0] is None or len(data) < len(best[1]):
                best = (sha256, data)
            if len(data) <= enough:
                break
        return best

    def body(self, sha256: str) -> bytes:
        """The raw bytes of that hash, checked. Raises DamagedCapture, naming the hash that is missing or damaged."""
        row = self._connection.execute("SELECT data, dictionary FROM blobs WHERE sha256 = ?", (sha256,)).fetchone()
        if row is None:
            raise DamagedCapture(f"The archive holds no page with the sha256 {sha256}.")
        if sha256 in self._held:
            return self._held[sha256].body
        data, dictionary = row
        try:
            body = self._reference(dictionary).decode(data) if dictionary else decode(data)
        except DamagedCapture as error:
            raise DamagedCapture(f"The kept page {sha256} cannot be read. {error}") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise DamagedCapture(f"The kept page {sha256} is damaged: its bytes have another hash.")
        return body

    def _reference(self, sha256: str) -> _Reference:
        """A reference page, held in memory for the next page that needs it."""
        if sha256 in self._held:
            self._held.move_to_end(sha256)
            return self._held[sha256]
        reference = self._held[sha256] = _Reference(self.body(sha256))
        if len(self._held) > REFERENCES_HELD:
            self._held.popitem(last=False)
        return reference
