"""Exports: whole files, true manifests, a cursor that misses nothing, lines that keep the public contract."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest

from extractors.model import Article
from scraper.archive.records import Extra
from scraper.archive.store import Archive
from scraper.cli import options
from scraper.errors import DiskFull, NoSuchSite, UsageProblem
from scraper.export.contract import ArticleRecord, record_schema
from scraper.export.jsonl import export
from scraper.export.manifest import Manifest, manifest_path
from tests.factories import NOON, SITE, capture, minutes, missed, reading, site, visit

LATER = NOON + minutes(60)
EVERYTHING: frozenset[Extra] = frozenset({"seen", "removed", "claims"})


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "kliping.db", create=True) as opened:
        opened.add_site(site())
        run = opened.start_run([SITE], NOON)
        for number in (1, 2, 3):
            opened.settle(visit(run, number))
        yield opened


def lines(archive: Archive, **asked: Any) -> list[dict[str, Any]]:
    stream = io.BytesIO()
    export(archive, stream, at=LATER, **asked)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_file_holds_one_record_a_line_in_the_order_of_seq(archive: Archive, tmp_path: Path) -> None:
    """UTF-8 without escapes, LF at each end, and nothing else."""
    target = tmp_path / "articles.jsonl"
    export(archive, target, at=LATER)
    raw = target.read_bytes()
    assert raw.endswith(b"}\n")
    assert "“Warga boleh lewat".encode() in raw
    assert [json.loads(line)["seq"] for line in raw.split(b"\n")[:-1]] == [1, 2, 3]


def test_the_manifest_tells_what_the_file_holds(archive: Archive, tmp_path: Path) -> None:
    """Count, first and last seq, hash and filters stand beside the file."""
    target = tmp_path / "articles.jsonl"
    told = export(archive, target, at=LATER, since=1, with_=frozenset({"claims"}))
    read = msgspec.json.decode(manifest_path(target).read_bytes(), type=Manifest)
    assert read == told
    assert (read.count, read.first_seq, read.last_seq, read.tombstones) == (2, 2, 3, 0)
    assert read.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert (read.archive, read.created_at, read.schema) == ("kliping.db", "2026-03-02T13:00:00Z", "kliping.article/1")
    assert json.loads(manifest_path(target).read_bytes())["filters"]["with"] == ["claims"]


def test_an_empty_export_is_an_empty_file(archive: Archive, tmp_path: Path) -> None:
    """Nothing new since the cursor is a whole export of no lines."""
    target = tmp_path / "articles.jsonl"
    told = export(archive, target, at=LATER, since=3)
    assert target.read_bytes() == b""
    assert (told.count, told.first_seq, told.last_seq) == (0, None, None)


def test_only_one_site_is_exported_when_asked(archive: Archive) -> None:
    """The filter is the site of the record."""
    assert len(lines(archive, site=SITE)) == 3
    archive.add_site(site(name="lain.example", blog_id=None))
    assert lines(archive, site="lain.example") == []


def test_an_unknown_site_writes_nothing(archive: Archive, tmp_path: Path) -> None:
    """A mistyped name is told, not answered with an empty file; a purged site's tombstones can still be asked for."""
    with pytest.raises(NoSuchSite, match=r"knows no site 'salah\.example'"):
        export(archive, tmp_path / "articles.jsonl", at=LATER, site="salah.example")
    assert not list(tmp_path.glob("articles*"))
    archive.remove_site(SITE, purge=True, at=LATER)
    assert {line["schema"] for line in lines(archive, site=SITE)} == {"kliping.tombstone/1"}


def test_the_command_offers_what_a_record_can_carry() -> None:
    """The names `--with` takes, which the command spells out so as to load nothing, are the archive's."""
    assert set(options.EXTRAS) == set(get_args(Extra))


def test_since_a_time_means_what_changed_since(archive: Archive) -> None:
    """A record counts from when it took its seq, not from its publication."""
    run = archive.start_run([SITE], LATER)
    archive.settle(visit(run, 2, reading=reading(2, title="Judul Baru"), at=LATER))
    assert [record["title"] for record in lines(archive, since=LATER)] == ["Judul Baru"]
    assert len(lines(archive, since=NOON)) == 3


def test_increments_add_up_to_the_whole(archive: Archive) -> None:
    """Who replays every increment in order holds what one whole export holds, purged articles gone."""
    held: dict[str, dict[str, Any]] = {}
    cursor = 0

    def catch_up() -> None:
        nonlocal cursor
        for line in lines(archive, since=cursor):
            cursor = line["seq"]
            if line["schema"] == "kliping.tombstone/1":
                del held[line["id"]]
            else:
                held[line["id"]] = line

    catch_up()
    run = archive.start_run([SITE], LATER)
    archive.settle(visit(run, 2, reading=reading(2, labels=("Baru",))))
    archive.settle(missed(run, 3))
    archive.settle(visit(run, 4))
    catch_up()
    assert held == {record["id"]: record for record in archive.records()}
    archive.remove_site(SITE, purge=True, at=LATER)
    catch_up()
    assert held == {}


def test_a_purged_site_leaves_tombstones(archive: Archive) -> None:
    """Each names the article and the hash of the page that was removed."""
    held = {record["id"]: record["capture"]["sha256"] for record in archive.records()}
    archive.remove_site(SITE, purge=True, at=LATER)
    left = lines(archive)
    assert [(line["schema"], line["seq"], line["status"], line["reason"]) for line in left] == [
        ("kliping.tombstone/1", seq, "removed", "site-purged") for seq in (4, 5, 6)
    ]
    assert {line["id"]: line["sha256"] for line in left} == held
    assert {line["at"] for line in left} == {"2026-03-02T13:00:00Z"}


def test_every_line_keeps_the_schema(archive: Archive) -> None:
    """Records with and without the keys that are asked for, and tombstones, are valid by the published schema."""
    run = archive.start_run([SITE], NOON)
    archive.settle(visit(run, 5, reading=reading(5, dateline=None, published=None, quotes=()), capture=None))
    validator = jsonschema.Draft202012Validator(record_schema())
    jsonschema.Draft202012Validator.check_schema(record_schema())
    for line in (*lines(archive), *lines(archive, with_=EVERYTHING)):
        validator.validate(line)
    archive.remove_site(SITE, purge=True, at=LATER)
    for line in lines(archive):
        validator.validate(line)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"schema": "kliping.article/1", "id": "x"})


def test_a_line_is_the_type_it_claims_to_be(archive: Archive) -> None:
    """Read as the typed record and written again, a line is the same bytes: no key missing, spare or out of place."""
    stream = io.BytesIO()
    export(archive, stream, at=LATER, with_=EVERYTHING)
    for line in stream.getvalue().splitlines():
        assert msgspec.json.encode(msgspec.json.decode(line, type=ArticleRecord)) == line


def test_the_record_begins_with_the_article() -> None:
    """The archive's keys are added after the article's, never among them."""
    fields = Article.__struct_fields__
    assert ArticleRecord.__struct_fields__[: len(fields)] == fields


class Bursting(io.RawIOBase):
    """A stream of a full disk."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_told_for_a_stream(archive: Archive) -> None:
    """The error says that there is no room."""
    with pytest.raises(DiskFull, match="disk is full"):
        export(archive, io.BufferedWriter(Bursting()), at=LATER)


def test_an_error_leaves_the_old_file_and_nothing_beside_it(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills while an export is flushed costs neither the earlier export nor a stray file."""
    folder = tmp_path / "out"
    folder.mkdir()
    target = folder / "articles.jsonl"
    export(archive, target, at=LATER)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def burst(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", burst)
    with pytest.raises(DiskFull, match=r"articles\.jsonl.*disk is full"):
        export(archive, target, at=LATER, since=2)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_folder_that_is_missing_is_told(archive: Archive, tmp_path: Path) -> None:
    """The sentence names the file and what to do."""
    with pytest.raises(
        UsageProblem, match=r"Cannot write .*articles\.jsonl: No such file or directory; choose another"
    ):
        export(archive, tmp_path / "missing" / "articles.jsonl", at=LATER)


def test_an_export_is_of_one_moment(archive: Archive, tmp_path: Path) -> None:
    """What another connection writes meanwhile is not in it."""
    run = archive.start_run([SITE], NOON)

    class Meddling(io.BytesIO):
        def write(self, data: Any) -> int:
            with Archive.open(archive.path) as other:
                number = 10 + self.tell()
                other.settle(visit(run, number, capture=capture(number)))
            return super().write(data)

    stream = Meddling()
    assert export(archive, stream, at=LATER).count == 3
    assert len(lines(archive)) == 6
