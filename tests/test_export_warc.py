"""Kept pages as WARC and WACZ: valid for others' tools, the same bytes every time, no more than owners allow."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from warcio.archiveiterator import ArchiveIterator

from scraper.archive.store import Archive
from scraper.archive.visits import Visit
from scraper.errors import MissingExtra, UsageProblem
from scraper.export import parquet, wacz, warc
from scraper.export.manifest import Filters, read_manifest
from tests.factories import NOON, SITE, capture, entry, minutes, missed, post_url, site, visit

LATER = NOON + minutes(60)


def not_modified(run: int, number: int, **changed: Any) -> Visit:
    return visit(run, number, capture=None, reading=None, verdict="not-modified", status=304, **changed)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "kliping.db", create=True) as opened:
        opened.add_site(site())
        run = opened.start_run([SITE], NOON)
        opened.settle(visit(run, 1, entry=entry(1)))
        opened.settle(visit(run, 2, at=NOON + minutes(1)))
        opened.settle(visit(run, 3, at=NOON + minutes(2)))
        opened.settle(not_modified(run, 1, at=NOON + minutes(9)))
        yield opened


def records(archive: Archive, **asked: Any) -> list[Any]:
    """Type, address, HTTP head and payload of every record, as warcio reads them with digests checked."""
    stream = io.BytesIO()
    warc.deliver(archive, stream, Filters.asked(**asked), at=LATER)
    read = []
    for record in ArchiveIterator(io.BytesIO(stream.getvalue()), check_digests="raise"):
        payload = record.content_stream().read()
        read.append((record.rec_type, record.rec_headers, record.http_headers, payload))
    return read


def urls(archive: Archive, kind: str = "response", **asked: Any) -> list[str]:
    return [head["WARC-Target-URI"] for type_, head, _, _ in records(archive, **asked) if type_ == kind]


def test_pages_stand_with_requests_revisits_and_what_is_known_beside(archive: Archive) -> None:
    """In order of time: the file's own record, each page with its request, the feed's entry before its page, the 304."""
    assert [kind for kind, *_ in records(archive)] == [
        "warcinfo",
        *("metadata", "response", "request"),
        *("response", "request"),
        *("response", "request"),
        "revisit",
    ]


def test_a_page_stands_as_it_is_kept(tmp_path: Path) -> None:
    """Headers of the transfer are gone, the length is that of the bytes, all else is as it came, odd letters escaped."""
    page = capture(1, body=b"<p>isi</p>")
    sent = (
        ("content-type", "text/html"),
        ("content-encoding", "gzip"),
        ("transfer-encoding", "chunked"),
        ("content-length", "3"),
        ("x-judul", "caf\xe9\r\nx-two: 2"),
    )
    with Archive.open(tmp_path / "kliping.db", create=True) as archive:
        archive.add_site(site())
        kept = type(page)(body=page.body, status=200, headers=sent, final_url=page.final_url, fetched_at=NOON)
        archive.settle(visit(archive.start_run([SITE], NOON), 1, capture=kept))
        ((_, head, http, payload),) = [one for one in records(archive) if one[0] == "response"]
    assert payload == b"<p>isi</p>"
    assert http.headers == [
        ("content-type", "text/html"),
        ("x-judul", "caf%C3%A9%20x-two%3A%202"),
        ("content-length", "10"),
    ]
    assert (http.statusline, head["WARC-Date"]) == ("200 OK", "2026-03-02T12:00:00Z")


def test_a_page_that_was_redirected_to_stands_under_the_address_that_answered(archive: Archive) -> None:
    """The address that was asked for is told beside it."""
    run = archive.start_run([SITE], LATER)
    page = msgspec.structs.replace(capture(9, at=LATER), final_url=post_url(10))
    archive.settle(visit(run, 9, capture=page, at=LATER))
    *_, beside, answer, asked = records(archive)
    assert json.loads(beside[3]) == {"kliping": "kliping.beside/1", "address": post_url(9)}
    assert answer[1]["WARC-Target-URI"] == asked[1]["WARC-Target-URI"] == post_url(10)
    assert beside[1]["WARC-Concurrent-To"] == answer[1]["WARC-Record-ID"]
    assert (asked[2].protocol, asked[2].statusline) == ("GET", "/2026/03/jembatan-10.html HTTP/1.1")


def test_a_304_refers_to_the_page_as_it_was_had(archive: Archive) -> None:
    """The revisit names the earlier record, its date and the digest of its payload."""
    found = records(archive)
    (page,) = (head for kind, head, _, _ in found if kind == "response" and head["WARC-Target-URI"] == post_url(1))
    (again,) = (head for kind, head, _, _ in found if kind == "revisit")
    assert again["WARC-Profile"].endswith("server-not-modified")
    assert again["WARC-Refers-To"] == page["WARC-Record-ID"]
    assert again["WARC-Refers-To-Date"] == page["WARC-Date"] == "2026-03-02T12:00:00Z"
    assert again["WARC-Date"] == "2026-03-02T12:09:00Z"
    assert again["WARC-Payload-Digest"] == page["WARC-Payload-Digest"]


def test_two_exports_are_the_same_bytes(archive: Archive, tmp_path: Path) -> None:
    """Ids are derived from what a record holds, no clock is asked, and the manifest lies beside."""
    one, other = tmp_path / "one.warc.gz", tmp_path / "other.warc.gz"
    told = warc.deliver(archive, one, Filters.asked(), at=LATER)
    warc.deliver(archive, other, Filters.asked(), at=LATER + minutes(5))
    assert one.read_bytes() == other.read_bytes()
    assert (told.format, told.count, told.last_seq) == ("warc", 3, None)
    assert told.sha256 == hashlib.sha256(one.read_bytes()).hexdigest()
    assert read_manifest(one) == told
    ids = [head["WARC-Record-ID"] for _, head, _, _ in records(archive)]
    assert len(set(ids)) == len(ids)


def test_others_tools_find_no_fault(archive: Archive, tmp_path: Path) -> None:
    """`warcio check` passes every digest, and each record is a gzip member of its own."""
    target = tmp_path / "pages.warc.gz"
    warc.deliver(archive, target, Filters.asked(), at=LATER)
    check = [sys.executable, "-c", "from warcio.cli import main; main()", "check", "-v", str(target)]
    checked = subprocess.run(check, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count("digest pass") == 8
    assert target.read_bytes().count(b"\x1f\x8b\x08\x00\x00\x00\x00\x00") == 9
    assert gzip.decompress(target.read_bytes()).startswith(b"WARC/1.1\r\n")


def test_pages_of_an_opted_out_article_are_left_out(archive: Archive) -> None:
    """All its captures go, with their revisits and entries; asked for, they come."""
    run = archive.start_run([SITE], LATER)
    signals = ("meta robots: noarchive",)
    archive.settle(
        visit(run, 1, capture=capture(1, body=b"<html>page 1 anew</html>", at=LATER), opt_outs=signals, at=LATER)
    )
    assert urls(archive) == [post_url(2), post_url(3)]
    assert urls(archive, "revisit") == urls(archive, "metadata") == []
    assert urls(archive, include_opted_out=True).count(post_url(1)) == 2


def test_pages_of_an_opted_out_site_are_left_out_but_its_robots(archive: Archive) -> None:
    """The robots.txt that says so may be told."""
    robots = f"https://www.{SITE}/robots.txt"
    said = type(capture(1))(body=b"Content-Signal: ai-train=no", status=200, final_url=robots, fetched_at=LATER)
    archive.keep_robots(SITE, said, url=robots, signals=("content-signal: ai-train=no",))
    assert urls(archive) == [robots]


def test_a_page_without_article_is_asked_what_it_allows(archive: Archive) -> None:
    """A page that no article came of keeps no signals in the archive, so its own bytes are heard."""
    run = archive.start_run([SITE], LATER)
    for number, tag in ((7, b"<meta name=robots content=noarchive>"), (8, b"<meta name=robots content=index>")):
        body = b"<html><head>" + tag + b"</head><p>Gerbang</p></html>"
        page = capture(number, body=body, at=LATER)
        archive.settle(visit(run, number, capture=page, reading=None, verdict="no-article", reason="gated", at=LATER))
    assert urls(archive) == [post_url(1), post_url(2), post_url(3), post_url(8)]


def test_times_choose_pages_by_their_fetch(archive: Archive) -> None:
    """`--since` and `--as-of` are times of the fetch; `--site` is the capture's."""
    assert urls(archive, since=NOON + minutes(2)) == [post_url(3)]
    assert urls(archive, as_of=NOON + minutes(1)) == [post_url(1), post_url(2)]
    archive.add_site(site(name="lain.example", blog_id=None))
    assert urls(archive, site="lain.example") == []


def test_a_redacted_page_is_in_no_warc(archive: Archive) -> None:
    """What is not kept cannot be written; a page that was missed is no record either."""
    archive.settle(missed(archive.start_run([SITE], LATER), 2, at=LATER))
    archive.remove_site(SITE, purge=True, at=LATER)
    assert [kind for kind, *_ in records(archive)] == ["warcinfo"]


def test_a_wacz_validates_and_lists_its_articles(archive: Archive, tmp_path: Path) -> None:
    """Hashes, index and page list hold by the format's own validator; the WARC inside is the one `warc` writes."""
    target = tmp_path / "pages.wacz"
    told = wacz.deliver(archive, target, Filters.asked(), at=LATER)
    done = subprocess.run(
        [sys.executable, "-m", "wacz", "validate", "-f", str(target)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is valid" in done.stdout
    plain = io.BytesIO()
    warc.deliver(archive, plain, Filters.asked(), at=LATER)
    with zipfile.ZipFile(target) as container:
        assert container.read("archive/data.warc.gz") == plain.getvalue()
        header, *pages = container.read("pages/pages.jsonl").splitlines()
    assert json.loads(header)["format"] == "json-pages-1.0"
    assert [json.loads(page)["url"] for page in pages] == [post_url(1), post_url(2), post_url(3)]
    assert (told.format, told.count) == ("wacz", 3)
    assert sorted(path.name for path in tmp_path.glob("*pages*")) == ["pages.wacz", "pages.wacz.manifest.json"]


def test_a_folder_or_a_container_needs_a_place(archive: Archive) -> None:
    """What cannot be streamed is refused on a stream."""
    for writer in (wacz, parquet):
        with pytest.raises(UsageProblem, match="name it by -o"):
            writer.deliver(archive, io.BytesIO(), Filters.asked(), at=LATER)


def test_a_missing_extra_is_one_sentence(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its packages a form says what to install, exits with 3, and writes nothing."""
    for name in ("duckdb", "warcio.warcwriter"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(wacz, "find_spec", lambda name: None)
    for writer, extra in ((parquet, "parquet"), (warc, "warc"), (wacz, "wacz")):
        with pytest.raises(MissingExtra, match=rf"needs: pip install 'kliping\[{extra}\]'$") as told:
            writer.deliver(archive, tmp_path / "out", Filters.asked(), at=LATER)
        assert told.value.exit_code == 3
    assert not list(tmp_path.glob("*out*"))
