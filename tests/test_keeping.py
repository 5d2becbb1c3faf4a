"""An archive over time: backups, upgrades of old files, and what the doctor says."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from scraper.archive import connection, schema
from scraper.archive.removal.redaction import redact
from scraper.archive.schema import m001_archive
from scraper.archive.search.articles import find
from scraper.archive.store import Archive
from scraper.archive.upkeep.backup import back_up
from scraper.archive.upkeep.doctor import Examination, examine, optimize, vacuum
from scraper.archive.upkeep.soundness import problems
from scraper.cli import main
from scraper.config import Settings
from scraper.errors import DiskFull, NewerArchive, UsageProblem
from tests.factories import NOON, SITE, minutes, post_url, reading, site, visit

HELD = "http://127.0.0.1/kontak"


class Usage(NamedTuple):
    """What `shutil.disk_usage` gives."""

    total: int
    used: int
    free: int


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kliping.db"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    with Archive.open(path, create=True) as opened:
        opened.add_site(site())
        run = opened.start_run([SITE], NOON)
        opened.settle(visit(run, 1))
        opened.settle(visit(run, 2))
        yield opened


def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 1000))


# backups


def test_a_backup_is_an_equal_archive_in_one_file(path: Path, archive: Archive, tmp_path: Path) -> None:
    """It has the archive's digest, is sound, needs no file beside it, and tells its own size and hash."""
    made = back_up(path, tmp_path / "b.db", at=NOON, digest=True)
    assert (made.articles, made.last_seq, made.digest) == (2, 2, archive.digest())
    assert sorted(found.name for found in tmp_path.glob("b.db*")) == ["b.db"]
    with Archive.open(tmp_path / "b.db") as copy:
        assert list(problems(copy)) == []


def test_a_backup_is_of_one_moment_while_a_crawl_writes(path: Path, archive: Archive, tmp_path: Path) -> None:
    """What is not committed is not in it, and neither waits for the other."""
    run = archive.start_run([SITE], NOON)
    with archive.transaction():
        archive.settle(visit(run, 3))
        with Archive.open(path, readonly=True) as reader:
            connection.write_copy(reader.db.conn, tmp_path / "b.db")
    with Archive.open(tmp_path / "b.db", readonly=True) as copy:
        assert copy.counts().articles == 2


def test_a_backup_takes_the_place_of_the_last_one_whole(path: Path, archive: Archive, tmp_path: Path) -> None:
    """The target is replaced at the end, and a broken attempt leaves it as it was."""
    target = tmp_path / "b.db"
    back_up(path, target, at=NOON)
    archive.settle(visit(archive.start_run([SITE], NOON), 3))
    assert back_up(path, target, at=NOON).articles == 3
    with pytest.raises(UsageProblem, match="cannot take the place of"):
        back_up(path, path, at=NOON)


def test_a_full_disk_is_told_before_a_byte_is_written(
    path: Path, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what is needed and what is left, in one sentence."""
    full_disk(monkeypatch)
    with pytest.raises(DiskFull, match=r"needs 0\.\d MB beside .*b\.db, the disk has 0\.0 MB left; make room"):
        back_up(path, tmp_path / "b.db", at=NOON)
    assert list(tmp_path.glob("*b.db*")) == []


def test_a_folder_that_is_not_there_is_told(path: Path, archive: Archive, tmp_path: Path) -> None:
    """With another way."""
    with pytest.raises(UsageProblem, match="name another file"):
        back_up(path, tmp_path / "tiada" / "b.db", at=NOON)


def test_a_redaction_tells_of_the_backup(path: Path, archive: Archive, tmp_path: Path) -> None:
    """A backup made since the article was read may hold it still."""
    assert back_up(path, tmp_path / "b.db", at=NOON + minutes(5)).noted
    told = redact(archive, post_url(1), reason="wish", at=NOON + minutes(9))
    assert [(copy.kind, copy.place) for copy in told.deliveries] == [("backup", str((tmp_path / "b.db").resolve()))]


# upgrades


def old_archive(path: Path) -> None:
    """An archive as schema 1 left it, with two articles, one of them edited, a quote, a page, and a full-text index."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        db = Database(raw, execute_plugins=False)
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("BEGIN")
        schema.MIGRATIONS.ensure_migrations_table(db)
        m001_archive.upgrade(db)
        raw.execute(
            f"INSERT INTO {schema.MIGRATIONS_TABLE} (migration_set, name, applied_at)"
            " VALUES ('kliping', 'm001_archive', '2026-01-01')"
        )
        raw.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        raw.execute("PRAGMA user_version = 1")
        raw.execute("COMMIT")
        fill(raw, path.with_name("new.db"))


def fill(old: sqlite3.Connection, newer: Path) -> None:
    """Copies what schema 1 has columns for out of an archive of today."""
    with Archive.open(newer, create=True) as today:
        today.add_site(site())
        run = today.start_run([SITE], NOON)
        today.settle(visit(run, 1))
        today.settle(visit(run, 2))
        today.settle(visit(run, 1, at=NOON + minutes(60), reading=reading(1, title="Judul Baru")))
        tables = old.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%fts%' AND name NOT LIKE '\\_%' ESCAPE '\\'"
        ).fetchall()
        old.execute("BEGIN")
        old.execute("PRAGMA defer_foreign_keys = ON")
        for (table,) in tables:
            columns = ", ".join(f'"{row[1]}"' for row in old.execute(f"PRAGMA table_info({table})"))
            rows = today.db.conn.execute(f"SELECT {columns} FROM {table}").fetchall()
            places = ", ".join("?" * (columns.count(",") + 1))
            old.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)
        old.execute("COMMIT")
    for found in newer.parent.glob("new.db*"):
        found.unlink()


def test_an_archive_of_the_first_schema_is_brought_up_to_date(path: Path) -> None:
    """It opens, is sound, can be searched and crawled on; the file as it was lies beside it, whole."""
    old_archive(path)
    with Archive.open(path) as archive:
        assert list(problems(archive)) == []
        assert archive.counts().articles == 2
        assert [hit.title for hit in find(archive, "baru", newest=True).hits] == ["Judul Baru"]
        assert archive.db.conn.execute("SELECT count(*) FROM quotes_by_person").fetchone() == (2,)
        assert archive.settle(visit(archive.start_run([SITE], NOON), 3)).verdict == "new"
    kept = path.with_name(f"kliping.db.before-schema-{schema.VERSION}")
    with closing(sqlite3.connect(kept)) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("SELECT count(*) FROM articles").fetchone() == (2,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_copy_kept_at_an_upgrade_is_one_a_redaction_tells_of(path: Path) -> None:
    """It holds what is taken out later."""
    old_archive(path)
    with Archive.open(path) as archive:
        told = redact(archive, post_url(2), reason="wish", at=NOON)
    assert [Path(copy.place).name for copy in told.deliveries] == [f"kliping.db.before-schema-{schema.VERSION}"]


def test_without_room_for_a_copy_nothing_is_upgraded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file stays as it was, and the sentence says what to do."""
    old_archive(path)
    with monkeypatch.context() as patched:
        full_disk(patched)
        with pytest.raises(DiskFull, match=r"needs .* beside .*before-schema-\d+, the disk has .* make room and run"):
            Archive.open(path)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (1,)
    Archive.open(path).close()


def test_a_new_archive_and_one_up_to_date_leave_no_copy(path: Path, archive: Archive) -> None:
    """There is nothing to keep."""
    Archive.open(path).close()
    assert list(path.parent.glob("*.before-schema-*")) == []


def test_a_newer_archive_is_neither_copied_nor_touched(path: Path, archive: Archive) -> None:
    """One sentence says what to do."""
    archive.db.conn.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    with pytest.raises(NewerArchive, match="upgrade Kliping"):
        Archive.open(path)
    assert list(path.parent.glob("*.before-schema-*")) == []


# the doctor


def told(archive: Archive, **settings: object) -> Examination:
    return examine(archive, Settings(**({"contact": HELD} | settings)))  # type: ignore[arg-type]


def gravities(found: Examination, words: str) -> list[str]:
    return [finding.gravity for finding in found.findings if words in f"{finding.what} {finding.remedy}"]


def test_a_well_archive_is_told_its_weights(archive: Archive) -> None:
    """Size, articles, pages and what they take; no trouble."""
    found = told(archive)
    weights = found.weights
    assert (found.is_well, weights.articles, weights.bodies, weights.schema) == (True, 2, 2, schema.VERSION)
    assert weights.size > 4096
    assert weights.raw > 0
    assert gravities(found, "No backup was ever made") == ["advice"]


def test_each_trouble_comes_with_its_cure(archive: Archive, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No contact, little disk, an index that lost rows."""
    full_disk(monkeypatch)
    archive.db.conn.execute("DELETE FROM articles_fts_docsize")
    found = told(archive, contact="", delay=9.0)
    assert gravities(found, "Set KLIPING_CONTACT") == ["trouble"]
    assert gravities(found, "Make room before the next crawl") == ["trouble"]
    assert gravities(found, "articles_fts covers 0 rows") == ["trouble"]
    assert gravities(found, "KLIPING_DELAY=9.0") == ["note"]
    assert not found.is_well
    assert [finding.gravity for finding in found.findings] == sorted(
        (finding.gravity for finding in found.findings), key=("trouble", "advice", "note").index
    )


def test_who_holds_the_right_to_write_is_told(archive: Archive, path: Path) -> None:
    """A crawl elsewhere is no trouble, only a fact."""
    with Archive.open(path) as other, other.writing():
        assert gravities(told(archive), "The right to write is held by") == ["note"]
    assert gravities(told(archive), "The right to write is held by") == []


def test_what_grew_loose_is_put_right(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty pages and pieces of the index are told, and gone afterwards; nothing that is held changes."""
    run = archive.start_run([SITE], NOON)
    for number in range(3, 9):
        archive.settle(visit(run, number))
    archive.db.conn.execute("CREATE TABLE ballast AS SELECT randomblob(200000) AS b")
    archive.db.conn.execute("DROP TABLE ballast")
    digest = archive.digest()
    monkeypatch.setattr("scraper.archive.upkeep.doctor.LEAST_LOOSE", 1000)
    monkeypatch.setattr("scraper.archive.upkeep.doctor.LOOSE", 0.01)
    monkeypatch.setattr("scraper.archive.upkeep.doctor.MANY_SEGMENTS", 2)
    assert gravities(told(archive), "--vacuum") == ["advice"]
    assert gravities(told(archive), "--optimize") == ["advice", "advice"]
    optimize(archive)
    vacuum(archive)
    assert gravities(told(archive), "--vacuum") == gravities(told(archive), "--optimize") == []
    assert archive.digest() == digest
    assert list(problems(archive)) == []


def test_the_commands_answer(path: Path, archive: Archive, tmp_path: Path) -> None:
    """For people and for programs; a trouble makes exit code 1."""
    run = CliRunner(env={"KLIPING_DB": str(path), "KLIPING_CONTACT": HELD}).invoke
    made = run(main, ["backup", str(tmp_path / "b.db"), "--digest"])
    assert (made.exit_code, made.stdout.splitlines()[1:]) == (0, [archive.digest()])
    assert json.loads(run(main, ["backup", str(tmp_path / "b.db"), "--json"]).stdout)["articles"] == 2
    healthy = run(main, ["doctor", "--json", "--optimize", "--vacuum"])
    assert (healthy.exit_code, json.loads(healthy.stdout)["weights"]["articles"]) == (0, 2)
    ill = run(main, ["doctor"], env={"KLIPING_CONTACT": ""})
    assert (ill.exit_code, "trouble: 1 sites cannot be crawled" in ill.stdout) == (1, True)
