"""Raw pages: every byte comes back, pages of one site share their room, damage is named."""

from __future__ import annotations

import gzip
import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.archive.captures import DamagedCapture, decode, encode
from scraper.archive.store import Archive
from tests.factories import NOON, SITE, capture, entry, reading, site, visit
from tests.shared import shared


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "kliping.db", create=True) as opened:
        opened.add_site(site())
        yield opened


def template(seed: int, size: int = 60_000) -> bytes:
    """Bytes that compress little by themselves: a theme of its own for each seed."""
    return random.Random(seed).randbytes(size // 2).hex().encode()


def keep(archive: Archive, *bodies: bytes, theme: str | None = "kompaz", of: str = SITE) -> list[str]:
    """The hashes of pages captured one after the other, numbered on from those held."""
    run = archive.start_run([of], NOON)
    first = archive.counts().captures + 1
    for number, body in enumerate(bodies, start=first):
        read = reading(number, theme=theme)
        archive.settle(visit(run, number, site=of, capture=capture(number, body=body), reading=read))
    return [hashlib.sha256(body).hexdigest() for body in bodies]


def stored(archive: Archive) -> list[tuple[str, str | None, int]]:
    """Hash, hash of the reference page, bytes taken, in the order of keeping."""
    return archive.db.conn.execute("SELECT sha256, dictionary, length(data) FROM blobs ORDER BY rowid").fetchall()


@given(st.binary(max_size=3000), st.binary(max_size=3000))
@settings(max_examples=60, deadline=None)
def test_every_body_comes_back(body: bytes, reference: bytes) -> None:
    """With a reference page, without one, and with one that has nothing in common."""
    assert decode(encode(body)) == body
    if len(reference) >= 8:
        assert decode(encode(body, reference), reference) == body


def test_a_reference_larger_than_the_usual_window_still_serves() -> None:
    """The largest real pages are of 3 MiB, more than the level's own window of 2: they too shrink to what differs."""
    reference = template(1, 3 * 2**20)
    assert len(encode(reference[:1000] + b"<p>berita</p>" + reference[1000:], reference)) < 1000


def test_the_wrong_reference_opens_nothing() -> None:
    """A frame made with one page is not read with another, even of the same length."""
    data = encode(template(1) + b"x", template(1))
    with pytest.raises(DamagedCapture, match="cannot be decompressed"):
        decode(data, template(2))


def test_a_page_of_the_same_theme_takes_little_room(archive: Archive) -> None:
    """The first page is the reference, stored plainly; the next ones hold what differs."""
    first, second = template(1), template(1) + b"<p>berita kedua</p>"
    hashes = keep(archive, first, second)
    assert [(sha256, dictionary) for sha256, dictionary, _ in stored(archive)] == [
        (hashes[0], None),
        (hashes[1], hashes[0]),
    ]
    assert stored(archive)[1][2] < 200
    assert [archive.raw(sha256) for sha256 in hashes] == [first, second]


def test_the_same_body_at_two_addresses_is_kept_once(archive: Archive) -> None:
    """Two captures, one blob."""
    keep(archive, template(1), template(1))
    assert len(stored(archive)) == 1
    assert archive.counts().captures == 2


def test_a_theme_gets_a_reference_of_its_own(archive: Archive) -> None:
    """Pages of another theme are not measured against this one's."""
    keep(archive, template(1))
    (other,) = keep(archive, template(2), theme="median-ui")
    (third,) = keep(archive, template(2) + b"!", theme="median-ui")
    assert [row[:2] for row in stored(archive)[1:]] == [(other, None), (third, other)]


def test_a_page_unlike_all_references_becomes_one(archive: Archive) -> None:
    """A redesign that keeps its theme's name costs one plain page; the old design's pages still find theirs."""
    old, new, newer, older = keep(archive, template(1), template(2), template(2) + b"!", template(1) + b"!")
    assert [row[:2] for row in stored(archive)] == [(old, None), (new, None), (newer, new), (older, old)]


def test_another_site_s_pages_are_no_references(archive: Archive) -> None:
    """Each site stands alone, so that one can be taken out whole."""
    keep(archive, template(1))
    (other,) = keep(archive, template(1) + b"!", of="lain.example")
    assert stored(archive)[1][:2] == (other, None)


def test_a_missing_page_is_named(archive: Archive) -> None:
    """A hash nobody holds is told with the hash."""
    with pytest.raises(DamagedCapture, match="holds no page with the sha256 abc"):
        archive.raw("abc")


@pytest.mark.parametrize("harm", ["UPDATE blobs SET data = zeroblob(40)", "DELETE FROM blobs"])
def test_a_lost_reference_page_is_named(tmp_path: Path, archive: Archive, harm: str) -> None:
    """The page that needs it is told with the reference that is damaged or missing; new pages are still kept."""
    reference, page = keep(archive, template(1), template(1) + b"!")
    archive.db.conn.execute("PRAGMA foreign_keys = OFF")
    archive.db.conn.execute(f"{harm} WHERE sha256 = ?", (reference,))
    with Archive.open(tmp_path / "kliping.db") as again:
        with pytest.raises(DamagedCapture, match=f"kept page {page} cannot be read.*{reference}"):
            again.raw(page)
        (third,) = keep(again, template(1) + b"?")
        assert again.raw(third) == template(1) + b"?"


def test_swapped_bytes_are_noticed(archive: Archive) -> None:
    """A frame that opens well but holds another page is not given out."""
    (kept,) = keep(archive, template(1))
    archive.db.conn.execute("UPDATE blobs SET data = ?", (encode(b"something else"),))
    with pytest.raises(DamagedCapture, match=f"kept page {kept} is damaged: its bytes have another hash"):
        archive.raw(kept)


def test_only_the_newest_feed_entry_beside_a_page_is_kept(archive: Archive) -> None:
    """One that a newer took the place of goes, unless it stands beside another page as well."""
    old, new = entry(1, title="Lama"), entry(1, title="Baru")
    run = archive.start_run([site().name], NOON)
    for number in (1, 2):
        archive.settle(visit(run, number, entry=old))
    (shared,) = archive.db.execute("SELECT DISTINCT entry FROM captures WHERE entry IS NOT NULL").fetchone()
    archive.settle(visit(run, 1, entry=new))
    still = archive.db.execute("SELECT count(*) FROM blobs WHERE sha256 = ?", (shared,)).fetchone()
    archive.settle(visit(run, 2, entry=new))

    assert still == (1,)
    assert archive.db.execute("SELECT count(*) FROM blobs WHERE sha256 = ?", (shared,)).fetchone() == (0,)
    assert archive.kept_page(None, 1).entry == archive.kept_page(None, 2).entry == new


def test_headers_stand_beside_the_body(archive: Archive) -> None:
    """Status, headers in their order, final address and time of fetching are kept with the capture."""
    keep(archive, b"<html></html>")
    row = archive.db.conn.execute("SELECT status, headers, final_url, fetched_at FROM captures").fetchone()
    assert row == (
        200,
        '[["content-type","text/html; charset=UTF-8"],["etag","\\"1\\""]]',
        "https://www.kabarmuara.example/2026/03/jembatan-1.html",
        "2026-03-02T12:00:00Z",
    )


def test_real_pages_of_one_site_take_a_few_kilobytes(archive: Archive) -> None:
    """Pages of 346 KB on average, of one theme, take less than 5 KB each, and every byte comes back."""
    files = sorted(shared("pages/articles").glob("www.contohapps.com__*.html.gz"))[:25]
    if not files:
        pytest.skip("no pages of one site among the shared test data")
    bodies = [gzip.decompress(file.read_bytes()) for file in files]
    hashes = keep(archive, *bodies)
    later = [taken for _, _, taken in stored(archive)[1:]]
    assert sum(later) / len(later) < 5 * 1024
    assert [archive.raw(sha256) for sha256 in hashes] == bodies
