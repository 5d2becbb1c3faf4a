"""Everything derived anew from kept pages equals the archive; what damage or a hand did to it is mended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import structs

from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.archive.versions.history import revisions
from scraper.cli import main
from scraper.rebuild import rebuild
from scraper.standin import StandIn
from tests.crawled import copied, crawl, newsroom

FEW = 6


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six posts crawled twice, two of them edited between: one text, one headline."""
    path = tmp_path_factory.mktemp("crawled") / "a.db"
    room = newsroom(FEW)
    with StandIn(room) as standin:
        crawl(path, standin)
        first, second = room.posts[:2]
        later = max(post.updated for post in room.posts) + timedelta(days=1)
        room.posts[0] = structs.replace(first, title="Judul Baru", updated=later)
        room.posts[1] = structs.replace(second, body=f"{second.body}<p>Tambahan dari redaksi.</p>", updated=later)
        crawl(path, standin)
    return path


@pytest.mark.parametrize("workers", [0, 2])
def test_it_equals_the_archive(crawled: Path, tmp_path: Path, workers: int) -> None:
    """With the rules that wrote it, what is derived has the archive's digest, revisions and all."""
    with Archive.open(copied(crawled, tmp_path / "a.db")) as archive:
        before = [revisions(archive, record["id"]) for record in archive.records()]
        done = rebuild(archive, workers=workers, check=False)
        after = [revisions(archive, record["id"]) for record in archive.records()]

        assert (done.articles, done.unread, done.equal, done.replaced) == (FEW, 0, True, True)
        assert after == before
        assert sorted(len(states) for states in after) == [1, 1, 1, 1, 2, 2]
        assert not list(problems(archive))
    assert not [path.name for path in tmp_path.iterdir() if "rebuild" in path.name]


def test_what_a_hand_did_is_mended(crawled: Path, tmp_path: Path) -> None:
    """Bodies overwritten, quotes and people deleted: all is as the pages tell, found by search, with a new seq."""
    with Archive.open(copied(crawled, tmp_path / "a.db")) as archive:
        whole = archive.digest()
        highest = max(record["seq"] for record in archive.records())
        archive.db.conn.execute("UPDATE articles SET body = 'tangan jahil', lead = 'tangan' WHERE number <= 3")
        for table in ("quotes", "claims", "removals"):
            archive.db.conn.execute(f"DELETE FROM {table}")
        done = rebuild(archive, workers=0, check=False)

        assert (done.equal, done.after) == (False, whole)
        assert archive.digest() == whole
        assert max(record["seq"] for record in archive.records()) > highest
        assert not list(problems(archive))
        found = archive.db.conn.execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'jahil'").fetchone()
        assert found == (0,)


def test_a_check_changes_nothing_and_says_what_it_found(crawled: Path, tmp_path: Path) -> None:
    """`kliping rebuild --check` exits 0 where the result equals the archive, 1 where it does not."""
    path = copied(crawled, tmp_path / "a.db")
    command = ["rebuild", "--check", "--workers", "0", "--db", str(path)]
    same = CliRunner().invoke(main, command)
    with Archive.open(path) as archive:
        archive.db.conn.execute("UPDATE articles SET section = 'Tangan' WHERE number = 1")
        touched = archive.digest()
    other = CliRunner().invoke(main, command)

    assert same.exit_code == 0, same.output
    assert same.stdout == f"{FEW} articles derived; the result equals the archive before.\n"
    assert other.exit_code == 1
    assert "reextract" in other.stderr
    with Archive.open(path, readonly=True) as archive:
        assert archive.digest() == touched


def test_an_article_without_a_page_keeps_what_it_has(crawled: Path, tmp_path: Path) -> None:
    """Where the page is damaged the article is told of, and left as it is."""
    with Archive.open(copied(crawled, tmp_path / "a.db")) as archive:
        (sha256,) = archive.db.conn.execute(
            "SELECT c.sha256 FROM articles a JOIN captures c ON c.id = a.capture JOIN blobs b ON b.sha256 = c.sha256"
            " WHERE b.dictionary IS NOT NULL AND a.revision = 1 LIMIT 1"
        ).fetchone()
        archive.db.conn.execute("UPDATE blobs SET data = x'00' WHERE sha256 = ?", (sha256,))
        with pytest.raises(Exception, match="cannot be read") as caught:
            rebuild(archive, workers=0, check=False)
        assert "was not put in place" in str(caught.value)
