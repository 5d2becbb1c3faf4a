"""The archive's file: what is opened, what is refused and how that is said, who may write."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlite_utils import Database

from scraper.archive import schema
from scraper.archive.search.articles import search
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.errors import (
    ArchiveLocked,
    ArchiveUnusable,
    DiskFull,
    ForeignArchive,
    NewerArchive,
    NoSuchSite,
    NothingDone,
)
from scraper.export.jsonl import export
from scraper.frontier import due
from tests.factories import NOON, SITE, capture, failed, minutes, post_url, reading, site, visit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kliping.db"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    with Archive.open(path, create=True) as opened:
        opened.add_site(site())
        yield opened


def test_every_table_is_strict(archive: Archive) -> None:
    """All tables but the full-text index's own and the migrations' record refuse a value of the wrong type."""
    tables = archive.db.conn.execute(
        "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
    ).fetchall()
    loose = {name for name, strict in tables if not strict}
    assert loose == {"sqlite_schema", schema.MIGRATIONS_TABLE}
    assert {"sites", "articles", "quotes", "captures", "outcomes", "frontier"} <= {name for name, _ in tables}


def test_the_views_answer(archive: Archive) -> None:
    """Each view runs, and those over articles tell of the one held."""
    archive.settle(visit(archive.start_run([SITE], NOON)))
    told = {
        view: archive.db.conn.execute(f"SELECT * FROM {view}").fetchall()
        for view in ("latest", "gone", "silent_edits", "field_coverage", "quotes_by_person")
    }
    assert {view: len(rows) for view, rows in told.items()} == {
        "latest": 1, "gone": 0, "silent_edits": 0, "field_coverage": 1, "quotes_by_person": 1,
    }  # fmt: skip
    assert told["quotes_by_person"][0][0] == "Sari Lembayung"


def test_an_archive_opens_again(path: Path) -> None:
    """What was written is there, and no migration runs twice."""
    with Archive.open(path, create=True) as first:
        first.add_site(site())
    with Archive.open(path) as second:
        assert second.sites() == (site(),)
        assert second.db.conn.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert second.db.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_missing_file_is_made_only_when_asked(path: Path) -> None:
    """The sentence says how to make one, and no file appears."""
    with pytest.raises(ArchiveUnusable, match=r"no archive at .*kliping\.db; make one with 'kliping sites add"):
        Archive.open(path)
    assert not path.exists()
    Archive.open(path, create=True).close()
    assert path.exists()


def test_an_empty_file_becomes_an_archive_only_when_asked(path: Path) -> None:
    """An empty file is nobody's."""
    path.touch()
    with pytest.raises(ArchiveUnusable, match="is empty"):
        Archive.open(path)
    with Archive.open(path, create=True) as made:
        assert made.sites() == ()


def test_the_folder_is_made_with_the_archive(tmp_path: Path) -> None:
    """A first archive needs no preparation."""
    Archive.open(tmp_path / "data" / "deep" / "kliping.db", create=True).close()
    assert (tmp_path / "data" / "deep" / "kliping.db").exists()


def test_another_program_s_database_is_refused_untouched(path: Path) -> None:
    """A foreign file keeps every byte, even where an archive was to be made."""
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("CREATE TABLE notes (text)")
        foreign.commit()
    before = path.read_bytes()
    for create in (False, True):
        with pytest.raises(ForeignArchive, match=r"kliping\.db is another program's database; name another file"):
            Archive.open(path, create=create)
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.iterdir()] == ["kliping.db"]


def test_a_marked_foreign_database_is_refused(path: Path) -> None:
    """An application_id that is not ours is enough, with no table yet."""
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("PRAGMA application_id = 12345")
        foreign.commit()
    with pytest.raises(ForeignArchive):
        Archive.open(path, create=True)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    """A text file is not an archive."""
    path.write_text("Muara, 2 Maret 2026\n" * 100)
    with pytest.raises(ForeignArchive, match="not an SQLite database"):
        Archive.open(path)


def test_a_newer_archive_is_refused(path: Path) -> None:
    """An older program does not guess at tables it cannot know."""
    Archive.open(path, create=True).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    with pytest.raises(NewerArchive, match=r"written by a newer Kliping .*; upgrade"):
        Archive.open(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """What cannot be opened at all is told with the name."""
    with pytest.raises(ArchiveUnusable, match="cannot be opened"):
        Archive.open(tmp_path)


def test_a_damaged_archive_is_told(path: Path) -> None:
    """Bytes overwritten in the middle of the file end as one sentence, not as a traceback of sqlite3."""
    with Archive.open(path, create=True) as whole:
        whole.add_site(site())
        whole.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.seek(4096)
        stream.write(os.urandom(size - 8192))
    with pytest.raises(ArchiveUnusable, match="is damaged; keep the file"), Archive.open(path) as damaged:
        damaged.counts()


def test_a_reader_cannot_write(path: Path, archive: Archive) -> None:
    """A read-only archive answers, and refuses to be changed."""
    with Archive.open(path, readonly=True) as reader:
        assert [held.name for held in reader.sites()] == [SITE]
        with pytest.raises(ArchiveUnusable, match="may not be written"):
            reader.start_run([SITE], NOON)


def test_only_one_crawl_writes(path: Path, archive: Archive) -> None:
    """The second is refused at once; when the first ends, the right is free again; readers are never asked."""
    with Archive.open(path) as other:
        with archive.writing():
            with pytest.raises(ArchiveLocked, match="Another crawl is writing"), other.writing():
                pass
            assert other.counts().articles == 0
        with other.writing():
            pass


def test_a_killed_crawl_frees_its_lock(path: Path, archive: Archive) -> None:
    """The lock ends with the process that held it, though its file stays."""
    code = (
        "import os, signal, sys\nfrom scraper.archive.store import Archive\n"
        "with Archive.open(sys.argv[1]).writing():\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(path)], check=False, timeout=60)
    assert ended.returncode == -9
    assert path.with_name("kliping.db.lock").exists()
    with archive.writing():
        pass


def test_one_archive_has_one_lock_whatever_leads_to_it(tmp_path: Path, path: Path, archive: Archive) -> None:
    """A link to the file, to its folder, or a way round is the same archive: the second crawl is refused."""
    (tmp_path / "tautan.db").symlink_to(path)
    (tmp_path / "folder").symlink_to(tmp_path, target_is_directory=True)
    for spelling in (tmp_path / "tautan.db", tmp_path / "folder" / path.name, tmp_path / "folder" / ".." / path):
        with Archive.open(spelling) as other:
            with archive.writing(), pytest.raises(ArchiveLocked, match="Another crawl is writing"), other.writing():
                pass
            with other.writing():
                pass


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """The folder as one that this process may read and not write; root, whom no rights stop, is somebody else here."""
    is_root = os.geteuid() == 0
    folder.chmod(0o555)
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder that every user of this machine may enter, unlike those of `tmp_path`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_an_archive_in_a_read_only_folder_is_read(shelf: Path) -> None:
    """Status, search and export need no right to write beside the archive; a crawl is told that it has none."""
    with Archive.open(shelf / "kliping.db", create=True) as made:
        made.add_site(site())
        made.settle(visit(made.start_run([SITE], NOON)))
    (shelf / "kliping.db").chmod(0o644)  # an archive is its owner's alone, unless he gives it to others
    with unwritable(shelf):
        with Archive.open(shelf / "kliping.db", readonly=True) as reader:
            exported = export(reader, io.BytesIO(), at=NOON)
            assert (reader.counts().articles, len(search(reader, "jembatan")), exported.count) == (1, 1, 1)
        with pytest.raises(ArchiveUnusable, match="check the rights of the file and its folder"):
            Archive.open(shelf / "kliping.db")


def test_an_archive_with_commits_beside_it_is_not_read_without_them(shelf: Path) -> None:
    """A write-ahead log that cannot be opened holds what the file lacks: nothing is shown rather than half."""
    with Archive.open(shelf / "whole.db", create=True) as made:
        made.add_site(site())
        for suffix in ("", "-wal"):
            shutil.copy(shelf / f"whole.db{suffix}", shelf / f"kliping.db{suffix}")
    with unwritable(shelf), pytest.raises(ArchiveUnusable, match="cannot be opened; check"):
        Archive.open(shelf / "kliping.db", readonly=True)


def test_a_lock_of_another_program_is_told(path: Path, archive: Archive) -> None:
    """A database held by somebody else past the busy timeout is locked, not broken."""
    archive.db.conn.execute("PRAGMA busy_timeout = 20")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveLocked, match=r"kliping\.db is locked by another program"):
            archive.start_run([SITE], NOON)
        other.execute("ROLLBACK")
    assert archive.start_run([SITE], NOON) == 1


def test_a_full_disk_keeps_what_was_committed(archive: Archive) -> None:
    """A visit that finds no room is not half written; earlier ones stay, and later ones succeed once there is room."""
    run = archive.start_run([SITE], NOON)
    archive.settle(visit(run, 1))
    (pages,) = archive.db.conn.execute("PRAGMA page_count").fetchone()
    archive.db.conn.execute(f"PRAGMA max_page_count = {pages}")
    huge = visit(run, 2, capture=capture(2, body=os.urandom(200_000)))
    with pytest.raises(DiskFull, match="the disk is full; make room"):
        archive.settle(huge)
    assert [record["url"] for record in archive.records()] == [post_url(1)]
    assert archive.db.conn.execute("SELECT url FROM outcomes").fetchall() == [(post_url(1),)]
    archive.db.conn.execute("PRAGMA max_page_count = 1000000")
    assert archive.settle(huge).verdict == "new"


def test_readers_see_whole_visits_while_one_writes(path: Path, archive: Archive) -> None:
    """Two readers, one in the middle of a listing, are neither kept waiting nor shown half a visit."""
    run = archive.start_run([SITE], NOON)
    archive.settle(visit(run, 1))
    with Archive.open(path, readonly=True) as first, Archive.open(path, readonly=True) as second:
        listing = first.records()
        assert next(listing)["url"] == post_url(1)
        with archive.transaction():
            archive.settle(visit(run, 2))
            assert second.counts().articles == 1
        assert second.counts().articles == 2
        assert list(listing) == []
        assert [record["url"] for record in first.records()] == [post_url(1), post_url(2)]


def test_a_bug_is_not_called_a_bad_archive(archive: Archive) -> None:
    """An error that tells of the program, not of the file, keeps its own name."""
    with pytest.raises(sqlite3.IntegrityError):
        archive.settle(visit(999))


def test_a_site_is_kept_as_it_was_given(archive: Archive) -> None:
    """Every field of a site comes back; adding it again replaces it; an unknown name is told with the cure."""
    assert archive.site(SITE) == site()
    changed = site(delay=None, zone=None, total=None, loopback=True)
    archive.add_site(changed)
    assert archive.site(SITE) == changed
    with pytest.raises(NoSuchSite, match=r"knows no site 'lain\.example'; .* 'kliping sites add URL' adds one"):
        archive.site("lain.example")


def test_one_blog_is_crawled_under_one_name(archive: Archive) -> None:
    """A second site of the same blog is refused, with the other's name; once that one is removed it is welcome."""
    second = site(name="muara.blogspot.example")
    with pytest.raises(
        NothingDone,
        match=rf"is the blog {site().blog_id}, which this archive crawls as {SITE}; .*'kliping sites remove {SITE}'",
    ):
        archive.add_site(second)
    assert archive.sites() == (site(),)
    archive.add_site(site(delay=9.0))
    for name in ("satu.example", "dua.example"):
        archive.add_site(site(name=name, blog_id=None))
    archive.remove_site(SITE, at=NOON)
    archive.add_site(second)
    with pytest.raises(NothingDone):
        archive.add_site(site())


def test_a_site_is_known_while_anything_is_left_of_it(archive: Archive) -> None:
    """One removed is known, and one purged by its tombstones; any other name is told with the cure."""
    archive.settle(visit(archive.start_run([SITE], NOON)))
    archive.check_site(SITE)
    archive.remove_site(SITE, at=NOON)
    archive.check_site(SITE)
    archive.remove_site(SITE, purge=True, at=NOON)
    archive.check_site(SITE)
    with pytest.raises(NoSuchSite, match=r"knows no site 'lain\.example'; 'kliping sites list' names"):
        archive.check_site("lain.example")


@pytest.mark.parametrize("written", ["?m=1", "#more", "?m=1#comments"])
def test_a_record_is_found_however_its_address_is_written(archive: Archive, written: str) -> None:
    """An address copied from a telephone, or with a place on the page, is the article's."""
    archive.settle(visit(archive.start_run([SITE], NOON)))
    found = archive.record(post_url(1) + written)
    assert found is not None
    assert found["url"] == post_url(1)
    assert archive.record(post_url(2) + written) is None


def test_an_interrupted_run_has_no_end(archive: Archive) -> None:
    """What it came to is kept, but it is not taken for whole; one that was killed has not even that."""
    whole, stopped, _ = (archive.start_run([SITE], NOON) for _ in range(3))
    archive.end_run(whole, NOON, {"new": 2})
    archive.end_run(stopped, NOON, {"new": 1}, interrupted=True)
    assert archive.db.conn.execute("SELECT ended_at, summary FROM runs ORDER BY id").fetchall() == [
        ("2026-03-02T12:00:00Z", '{"new":2}'),
        (None, '{"new":1}'),
        (None, None),
    ]


def test_a_removed_site_keeps_its_articles(archive: Archive) -> None:
    """It is crawled no longer; adding it again takes it up where it was."""
    archive.settle(visit(archive.start_run([SITE], NOON)))
    archive.remove_site(SITE, purge=False, at=NOON)
    assert archive.sites() == ()
    assert archive.site(SITE).removed_at == NOON
    assert archive.record(post_url(1)) is not None
    archive.add_site(site())
    assert archive.sites() == (site(),)


def test_a_purge_leaves_nothing_but_tombstones(archive: Archive) -> None:
    """Rows, pages, index and history go; another site's stay, with the reference page theirs was compressed with."""
    run = archive.start_run([SITE], NOON)
    archive.settle(visit(run, 1))
    archive.settle(visit(run, 1, reading=reading(title="Judul Baru"), at=NOON + minutes(1)))
    other = "https://lain.example/2026/03/a.html"
    kept = reading(2, id="url:0123456789abcdef", site="lain.example", url=other, blog_id=None, post_id=None)
    archive.add_site(site(name="lain.example", blog_id=None))
    archive.settle(visit(run, 2, url=other, site="lain.example", reading=kept))
    archive.remove_site(SITE, purge=True, at=NOON)
    assert [held.name for held in archive.sites()] == ["lain.example"]
    assert [record["url"] for record in archive.records()] == [other]
    assert [(left.url, left.seq) for left in archive.tombstones()] == [(post_url(1), 4)]
    execute = archive.db.conn.execute
    for table in ("quotes", "revisions", "extractions", "captures", "blobs", "outcomes", "frontier", "reference_pages"):
        assert execute(f"SELECT count(*) FROM {table}").fetchone() == (1,), table
    assert execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'jembatan'").fetchone() == (1,)
    assert execute("PRAGMA foreign_key_check").fetchall() == []
    assert archive.raw(next(archive.records())["capture"]["sha256"]) == capture(2).body
    assert archive.settle(visit(run, 3)).verdict == "new"
    assert [record["seq"] for record in archive.records()] == [3, 5]


def test_a_purge_takes_nothing_of_another_site(archive: Archive) -> None:
    """An article that went over to another site stays whole, with every page it was ever read from."""
    run = archive.start_run([SITE], NOON)
    archive.settle(visit(run, 1))
    archive.settle(visit(run, 2))
    archive.remove_site(SITE, at=NOON)
    archive.add_site(site(name="lain.example"))
    archive.settle(visit(run, 1, site="lain.example", capture=None))
    archive.remove_site(SITE, purge=True, at=NOON)
    (record,) = archive.records()
    assert (record["id"], record["site"]) == (reading(1).article.id, "lain.example")
    assert archive.raw(record["capture"]["sha256"]) == capture(1).body
    assert [left.id for left in archive.tombstones()] == [reading(2).article.id]
    assert list(problems(archive)) == []


def test_a_purge_leaves_no_other_site_without_its_article(archive: Archive) -> None:
    """A site whose article had gone over to the purged one reads the article's address again."""
    run = archive.start_run([SITE], NOON)
    archive.settle(visit(run, 1))
    archive.remove_site(SITE, at=NOON)
    archive.add_site(site(name="lain.example"))
    archive.settle(visit(run, 1, site="lain.example", url="https://lain.example/a.html"))
    archive.remove_site("lain.example", purge=True, at=NOON)
    archive.add_site(site())
    assert [item.url for item in due(archive, SITE, at=NOON)] == [post_url(1)]
    assert archive.settle(visit(run, 1)).verdict == "new"
    assert list(problems(archive)) == []


def test_counts_tell_what_is_held(archive: Archive) -> None:
    """In all and by site, with the last run's outcomes alone."""
    run = archive.start_run([SITE], NOON)
    archive.settle(visit(run, 1))
    archive.settle(visit(run, 2))
    archive.end_run(run, NOON, {"new": 2})
    last = archive.start_run([SITE], NOON + minutes(60))
    archive.settle(visit(last, 1))
    archive.settle(failed(last, 3))
    counts = archive.counts()
    (told,) = counts.sites
    assert (counts.articles, counts.quotes, counts.captures) == (2, 2, 2)
    assert (told.site, told.articles, told.quotes, told.failed, told.due) == (SITE, 2, 2, 1, 0)
    assert (told.first_published, told.last_published) == ("2026-03-01T18:05:00Z", "2026-03-01T19:05:00Z")
    assert (told.last_run, told.last_run_at, told.outcomes) == (
        last, "2026-03-02T13:00:00Z", {"unchanged": 1, "failed": 1},
    )  # fmt: skip


def test_migrations_are_numbered_in_order() -> None:
    """Their names sort as they are applied, and the file's schema number is their count."""
    with closing(sqlite3.connect(":memory:")) as connection:
        names = [migration.name for migration in schema.MIGRATIONS.pending(Database(connection))]
    assert names == sorted(names)
    assert len(names) == schema.VERSION
