"""The archive as tables: CSV and Parquet hold what the records hold, typed, whole, and no more than owners allow."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from click.testing import CliRunner

from extractors.model import Moment, Quote
from scraper.archive.store import Archive
from scraper.cli import main
from scraper.cli.archive import FORMATS
from scraper.cli.archive import TABLES as OFFERED
from scraper.errors import DiskFull, NoSuchSite, UsageProblem
from scraper.export import delimited, jsonl, parquet
from scraper.export.flat import TABLES
from scraper.export.manifest import Filters, Manifest, manifest_path, read_manifest
from tests.factories import BODY, NOON, SITE, article, minutes, reading, site, visit

LATER = NOON + minutes(60)
DAY = Moment(value="2026-03-02", precision="day", zone="none", source="text", raw="2 Maret 2026")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "kliping.db", create=True) as opened:
        opened.add_site(site())
        run = opened.start_run([SITE], NOON)
        for number in (1, 2, 3):
            opened.settle(visit(run, number))
        yield opened


def table(archive: Archive, **asked: Any) -> list[dict[str, str]]:
    stream = io.BytesIO()
    delimited.deliver(archive, stream, Filters.asked(**asked), at=LATER)
    return list(csv.DictReader(io.StringIO(stream.getvalue().decode(), newline="")))


def lake(folder: Path, name: str, columns: str = "*") -> list[tuple[Any, ...]]:
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        query = (
            f"SELECT {columns} FROM read_parquet('{folder}/{name}/**/*.parquet', hive_partitioning = true) ORDER BY 1"
        )
        return connection.execute(query).fetchall()


def test_the_command_offers_the_tables_and_forms_there_are() -> None:
    """What `--table` and `--format` take, which the command spells out so as to load nothing, is what can be written."""
    assert set(OFFERED) == set(TABLES)
    assert set(FORMATS) == {"jsonl", "csv", "parquet", "warc", "wacz"}


def test_a_csv_row_says_what_the_archives_row_says(archive: Archive) -> None:
    """Flat columns carry the values of the table `articles` under its names; a list is JSON."""
    (row, *_) = table(archive)
    held = archive.db.execute(
        "SELECT id, published_at, updated_at, dateline_place, account, body, word_count FROM articles ORDER BY seq"
    ).fetchone()
    names = ("id", "published_at", "updated_at", "dateline_place", "account", "body", "word_count")
    assert [row[name] for name in names] == [str(value) if value is not None else "" for value in held]
    assert json.loads(row["labels"]) == archive.record(row["id"])["labels"]  # type: ignore[index]
    assert row["published_on"] == "2026-03-02"


def test_a_text_of_several_lines_survives_a_csv(archive: Archive) -> None:
    """Paragraphs, quotation marks and commas come back as they were."""
    run = archive.start_run([SITE], LATER)
    body = 'Satu, dua\n\n"Tiga"\r\n=empat; lima'
    archive.settle(visit(run, 9, reading=reading(9, body=body, lead="x", quotes=(), event_dates=(), dateline=None)))
    assert table(archive)[-1]["body"] == body


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_has_its_header_and_a_row_for_each_item(archive: Archive, name: str) -> None:
    """The header is the stated columns; as many rows follow as the records have items."""
    stream = io.BytesIO()
    told = delimited.deliver(archive, stream, Filters.asked(table=name), at=LATER)
    header, *rows = csv.reader(io.StringIO(stream.getvalue().decode(), newline=""))
    assert header == [column.name for column in TABLES[name]]
    assert len(rows) == told.count == int(archive.db.execute(COUNTS[name]).fetchone()[0])


COUNTS = {
    **{name: f"SELECT count(*) FROM {name}" for name in TABLES},
    "labels": "SELECT count(*) FROM article_labels",
}


def test_chosen_columns_stand_in_the_tables_order(archive: Archive) -> None:
    """`--fields` leaves out columns and adds none; one that is not there is refused, and nothing is written."""
    assert list(table(archive, fields=("title", "id"))[0]) == ["id", "title"]
    assert list(table(archive, fields=("title",))[0]) == ["title"]
    with pytest.raises(UsageProblem, match="no column 'judul'"):
        table(archive, fields=("judul",))


def test_chosen_keys_stand_in_the_order_of_the_contract(archive: Archive) -> None:
    """A line of JSON with `--fields` has these keys alone; an extra that is named comes without `--with`."""
    stream = io.BytesIO()
    told = jsonl.deliver(archive, stream, Filters.asked(fields=("seq", "title", "id", "claims")), at=LATER)
    line = json.loads(stream.getvalue().splitlines()[0])
    assert list(line) == ["id", "title", "seq", "claims"]
    assert told.filters.fields == ("id", "title", "seq", "claims")
    with pytest.raises(UsageProblem, match="has the field 'judul'"):
        jsonl.deliver(archive, stream, Filters.asked(fields=("judul",)), at=LATER)


def test_a_quote_stands_with_its_person(archive: Archive) -> None:
    """Beside the speaker as the article names them stands whom the archive takes them for."""
    (row, *_) = table(archive, table="quotes")
    assert (row["speaker"], row["person"]) == ("Sari Lembayung", "sari-lembayung")
    assert BODY[int(row["start"]) : int(row["end"])] == row["text"]


def test_increments_of_tables_add_up_to_the_whole(archive: Archive) -> None:
    """Rows of changed articles replace theirs, tombstones take articles out: the sum is a full export."""
    held = {row["id"]: row for row in table(archive)}
    quotes = {(row["article"], row["seq"]): row for row in table(archive, table="quotes")}
    run = archive.start_run([SITE], LATER)
    archive.settle(visit(run, 2, reading=reading(2, quotes=(), title="Judul Baru"), at=LATER))
    archive.settle(visit(run, 4, at=LATER))
    changed = {row["id"]: row for row in table(archive, since=3)}
    assert len(changed) == 2
    held |= changed
    quotes = {key: row for key, row in quotes.items() if key[0] not in changed}
    quotes |= {(row["article"], row["seq"]): row for row in table(archive, since=3, table="quotes")}
    assert held == {row["id"]: row for row in table(archive)}
    assert quotes == {(row["article"], row["seq"]): row for row in table(archive, table="quotes")}
    archive.remove_site(SITE, purge=True, at=LATER)
    assert {row["id"] for row in table(archive, since=5, table="tombstones")} == held.keys()
    assert table(archive) == []


def test_the_manifest_of_a_csv_tells_of_tombstones_beside_it(archive: Archive, tmp_path: Path) -> None:
    """An increment of articles has no row for what was taken out, and says how many tombstones there are."""
    archive.remove_site(SITE, purge=True, at=LATER)
    target = tmp_path / "articles.csv"
    told = delimited.deliver(archive, target, Filters.asked(), at=LATER)
    assert (told.format, told.count, told.tombstones, told.last_seq) == ("csv", 0, 3, 6)
    assert told.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert msgspec.json.decode(manifest_path(target).read_bytes(), type=Manifest) == told


def test_what_an_owner_opted_out_of_has_no_rows_but_its_articles(archive: Archive, tmp_path: Path) -> None:
    """Text, quotes, images and edits stay in the archive, unless asked for."""
    run = archive.start_run([SITE], LATER)
    archive.settle(visit(run, 2, opt_outs=("meta robots: noarchive",), at=LATER))
    out = article(2).id
    assert next(row["body"] for row in table(archive) if row["id"] == out) == ""
    for name in ("quotes", "images", "links", "event_dates", "claims", "removals"):
        assert out not in {row["article"] for row in table(archive, table=name)}
    assert [row["edits"] for row in table(archive, table="revisions") if row["article"] == out] == [""]
    assert out in {row["article"] for row in table(archive, table="quotes", include_opted_out=True)}
    parquet.deliver(archive, tmp_path / "lake", Filters.asked(), at=LATER)
    assert (out, "") in lake(tmp_path / "lake", "articles", "id, body")
    assert out not in {row[0] for row in lake(tmp_path / "lake", "quotes", "article")}


def test_a_speaker_who_is_not_public_is_in_no_table(archive: Archive) -> None:
    """A child's name is no row's speaker, unless asked for."""
    run = archive.start_run([SITE], LATER)
    body = "“Aku takut,” kata Rindu Senandung (9) di posko."
    told = Quote(text="Aku takut,", start=1, end=11, speaker="Rindu Senandung", mention="Rindu Senandung", cue="kata")
    archive.settle(visit(run, 8, reading=reading(8, body=body, lead=body, quotes=(told,), event_dates=())))
    assert "Rindu Senandung" not in {row["speaker"] for row in table(archive, table="quotes")}
    assert "Rindu Senandung" in {row["speaker"] for row in table(archive, table="quotes", include_private=True)}


def test_parquet_has_the_types_it_states(archive: Archive, tmp_path: Path) -> None:
    """Instants have a zone, days are days, lists are lists, whatever the rows hold; site and year split the files."""
    folder = tmp_path / "lake"
    told = parquet.deliver(archive, folder, Filters.asked(), at=LATER)
    with duckdb.connect(":memory:") as connection:
        described = connection.execute(
            f"DESCRIBE SELECT * FROM read_parquet('{folder}/articles/**/*.parquet', hive_partitioning = true)"
        ).fetchall()
    types = {row[0]: row[1] for row in described}
    assert types["published_at"] == types["fetched_at"] == "TIMESTAMP WITH TIME ZONE"
    assert (types["published_on"], types["labels"], types["witness_agreement"]) == ("DATE", "VARCHAR[]", "DOUBLE")
    assert (types["syndication_group"], types["end_mark"]) == ("BIGINT", "VARCHAR")  # of columns with no value at all
    assert (folder / "articles" / f"site={SITE}" / "year=2026" / "part-0.parquet").is_file()
    assert told.count == len(lake(folder, "articles")) == 3
    assert len(lake(folder, "quotes")) == sum(len(record["quotes"]) for record in archive.records())


def test_a_bare_day_is_no_instant_in_parquet(archive: Archive, tmp_path: Path) -> None:
    """Where the page shows a day alone, `published_at` is null and `published_on` has it."""
    run = archive.start_run([SITE], LATER)
    archive.settle(visit(run, 7, reading=reading(7, published=DAY)))
    archive.settle(visit(run, 8, reading=reading(8, published=None)))
    parquet.deliver(archive, tmp_path / "lake", Filters.asked(), at=LATER)
    told = {
        row[0]: row[1:] for row in lake(tmp_path / "lake", "articles", "id, published_at, published_on::VARCHAR, year")
    }
    assert told[article(7).id] == (None, "2026-03-02", 2026)
    assert told[article(8).id] == (None, None, None)


def test_two_parquet_exports_are_the_same_bytes(archive: Archive, tmp_path: Path) -> None:
    """The folder's hash is of its files; a second export replaces the first."""
    folder = tmp_path / "lake"
    first = parquet.deliver(archive, folder, Filters.asked(), at=LATER)
    assert parquet.deliver(archive, folder, Filters.asked(), at=LATER) == first == read_manifest(folder)
    assert isinstance(first.files, tuple)
    for part in first.files:
        assert hashlib.sha256((folder / part.path).read_bytes()).hexdigest() == part.sha256
    listing = "".join(f"{part.sha256}  {part.path}\n" for part in first.files)
    assert first.sha256 == hashlib.sha256(listing.encode()).hexdigest()
    assert sorted(path.name for path in tmp_path.glob("*lake*")) == ["lake", "lake.manifest.json"]
    assert not list(tmp_path.glob(".*"))


def test_a_folder_of_somebody_elses_is_left_alone(archive: Archive, tmp_path: Path) -> None:
    """What is no export of ours is not replaced."""
    folder = tmp_path / "lake"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(UsageProblem, match="is no export of Kliping's"):
        parquet.deliver(archive, folder, Filters.asked(), at=LATER)
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_parquet_that_cannot_be_written_leaves_the_old_one(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills costs neither the earlier folder nor a stray file."""
    folder = tmp_path / "lake"
    parquet.deliver(archive, folder, Filters.asked(), at=LATER)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}

    def burst(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", burst)
    with pytest.raises(DiskFull, match="disk is full"):
        parquet.deliver(archive, folder, Filters.asked(), at=LATER)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")} == before
    assert not list(tmp_path.glob(".*"))


def test_an_empty_archive_is_empty_tables(tmp_path: Path) -> None:
    """Every table is there with its columns, so that a query need not know whether anything was held."""
    with Archive.open(tmp_path / "empty.db", create=True) as empty:
        parquet.deliver(empty, tmp_path / "lake", Filters.asked(), at=LATER)
    for name in parquet.ALL:
        assert lake(tmp_path / "lake", name) == []


def test_an_unknown_site_writes_no_table(archive: Archive, tmp_path: Path) -> None:
    """A mistyped name is told."""
    for writer in (delimited, parquet):
        with pytest.raises(NoSuchSite):
            writer.deliver(archive, tmp_path / "out", Filters.asked(site="salah.example"), at=LATER)
    assert not (tmp_path / "out").exists()


def test_tables_of_a_past_time_hold_what_was_held_then(archive: Archive) -> None:
    """`--as-of` gives the wording of that time, and no revision that came after."""
    run = archive.start_run([SITE], LATER)
    archive.settle(visit(run, 2, reading=reading(2, title="Judul Baru"), at=LATER))
    assert "Judul Baru" not in {row["title"] for row in table(archive, as_of=NOON)}
    assert len(table(archive, as_of=NOON, table="revisions")) == 3
    assert len(table(archive, table="revisions")) == 4


def test_the_command_writes_each_form_and_notes_it(archive: Archive, tmp_path: Path) -> None:
    """A file or folder is noted for whoever must be told of a redaction; what goes to stdout is nobody's copy."""

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["export", "--db", str(archive.path), *arguments])

    assert run("--format", "csv", "--fields", "id,seq").stdout_bytes.startswith(b"id,seq\r\n")
    assert run("--fields", "seq").stdout == '{"seq":1}\n{"seq":2}\n{"seq":3}\n'
    for form, name in (("csv", "a.csv"), ("parquet", "lake"), ("warc", "a.warc.gz"), ("wacz", "a.wacz")):
        done = run("--format", form, "-o", str(tmp_path / name))
        assert (done.exit_code, done.stderr.split()[0]) == (0, "3")
        assert manifest_path(tmp_path / name).is_file()
    noted = archive.db.execute("SELECT place, records FROM deliveries ORDER BY id").fetchall()
    assert [Path(place).name for place, _ in noted] == ["a.csv", "lake", "a.warc.gz", "a.wacz"]
    assert {count for _, count in noted} == {3}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "warc", "--since", "5"),
        ("--format", "warc", "--table", "quotes"),
        ("--format", "csv", "--with", "claims"),
        ("--format", "parquet", "--fields", "id"),
        ("--format", "parquet"),
        ("--table", "quotes"),
        ("--fields", ","),
        ("--as-of", "2026-03-01", "--since", "5"),
    ],
)
def test_an_option_that_means_nothing_in_a_form_is_refused(archive: Archive, arguments: tuple[str, ...]) -> None:
    """Wrong usage exits with 2 and says why; nothing is left out in silence."""
    done = CliRunner().invoke(main, ["export", "--db", str(archive.path), *arguments])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr
