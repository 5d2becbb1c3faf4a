"""Equal archives: one digest for the same articles, however they were come by, and after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scraper.archive.store import Archive
from scraper.archive.visits import Visit
from tests.factories import NOON, SITE, capture, failed, minutes, missed, reading, site, visit

POSTS = range(1, 41)


def archived(path: Path, *visits: Visit) -> str:
    """The digest of a fresh archive after those visits."""
    with Archive.open(path, create=True) as archive:
        archive.add_site(site())
        archive.start_run([SITE], NOON)
        for each in visits:
            archive.settle(each)
        return archive.digest()


def test_order_seq_and_times_play_no_part(tmp_path: Path) -> None:
    """The same pages in another order, at other times, visited more than once, are the same archive."""
    one = archived(tmp_path / "one.db", visit(1, 1), visit(1, 2))
    late = NOON + minutes(99)
    two = archived(
        tmp_path / "two.db", failed(1, 2), visit(1, 2, at=late), visit(1, 1, at=late), visit(1, 1, at=late + minutes(1))
    )
    assert one == two


@pytest.mark.parametrize(
    "different",
    [
        visit(1, 2, reading=reading(2, title="Lain")),
        visit(1, 2, reading=reading(2, labels=())),
        visit(1, 2, reading=reading(2, quotes=())),
        visit(1, 2, capture=capture(2, body=b"other bytes")),
        visit(1, 3),
    ],
    ids=["title", "labels", "quotes", "capture", "article"],
)
def test_whatever_is_exported_plays_its_part(tmp_path: Path, different: Visit) -> None:
    """A record or a raw page that differs makes another digest."""
    one = archived(tmp_path / "one.db", visit(1, 1), visit(1, 2))
    assert archived(tmp_path / "two.db", visit(1, 1), different) != one


def test_a_status_plays_its_part(tmp_path: Path) -> None:
    """An article whose page is missing is not the same as one that stands."""
    assert archived(tmp_path / "one.db", visit(1)) != archived(tmp_path / "two.db", visit(1), missed(1))


CRAWL = """
import sys
from scraper.archive.store import Archive
from tests.factories import NOON, SITE, site, visit
with Archive.open(sys.argv[1], create=True) as archive, archive.writing():
    archive.add_site(site())
    run = archive.start_run([SITE], NOON)
    print("ready", flush=True)
    for number in range(1, 41):
        archive.settle(visit(run, number))
"""


def crawl(path: Path) -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[1]
    return subprocess.Popen([sys.executable, "-c", CRAWL, str(path)], cwd=root, stdout=subprocess.PIPE)


def test_a_killed_crawl_leaves_a_whole_archive(tmp_path: Path) -> None:
    """Killed at any time among its commits, the archive is sound, holds whole visits only, and a re-run completes it
    to the archive of an unbroken run.
    """
    path = tmp_path / "killed.db"
    held = []
    for pause in (0.0, 0.01, 0.03):
        with crawl(path) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            time.sleep(pause)
            os.kill(child.pid, signal.SIGKILL)
        with Archive.open(path) as archive:
            execute = archive.db.conn.execute
            assert execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert execute("PRAGMA foreign_key_check").fetchall() == []
            counts = [
                execute(f"SELECT count(DISTINCT {column}) FROM {table}").fetchone()[0]
                for table, column in (
                    ("articles", "id"),
                    ("quotes", "article"),
                    ("outcomes", "url"),
                    ("frontier", "url"),
                )
            ]
            assert len(set(counts)) == 1
            held.append(counts[0])
    assert held == sorted(held)
    with crawl(path) as child:
        assert child.wait(timeout=60) == 0
    with Archive.open(path) as archive:
        after = archive.digest()
        assert archive.counts().articles == len(POSTS)
    assert after == archived(tmp_path / "whole.db", *(visit(1, number) for number in POSTS))
