"""Two processes on one archive: one crawl at a time, and whoever reads meanwhile sees whole states."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.together import Reader, Tally, together
from scraper.standin import StandIn
from tests.crawled import crawl, newsroom

SECONDS = 10.0


def test_a_crawl_and_its_readers_do_not_disturb_each_other(tmp_path: Path) -> None:
    """While one process crawls edits and new posts without a pause, a second crawl is refused in one sentence, and
    exports, increments, searches, checks and backups of another process all succeed, each of one whole state.
    """
    written, tally = together(tmp_path, SECONDS)

    assert tally.wrong == []
    assert written.visits["changed"] >= 20
    assert written.visits.get("failed", 0) == 0
    assert min(tally.commands[name] for name in ("export", "export --since", "search", "verify", "backup")) >= 3


def swap(data: bytes) -> bytes:
    """The first two lines in each other's place."""
    first, second, *rest = data.splitlines(keepends=True)
    return b"".join([second, first, *rest])


def shift(data: bytes) -> bytes:
    """Bodies of another state than their quotes."""
    records = [json.loads(line) for line in data.splitlines()]
    return b"".join(json.dumps({**record, "body": f"Baru. {record['body']}"}).encode() + b"\n" for record in records)


@pytest.mark.parametrize(
    ("damage", "told"),
    [(swap, "seqs out of order"), (shift, "does not stand where its record says"), (bytes.lower, "another sha256")],
)
def test_a_torn_export_would_be_found(
    damage: Callable[[bytes], bytes], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check itself: an export that was changed after it was written is told, for what is wrong with it."""
    with StandIn(newsroom(4)) as standin:
        crawl(tmp_path / "a.db", standin)
    tally = Tally()
    reader = Reader(tmp_path / "a.db", tmp_path, tally)
    reader.once()
    assert tally.wrong == []

    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: damage(real(path)) if path.suffix == ".jsonl" else real(path))
    reader.export_all()

    assert any(told in what for what in tally.wrong), tally.wrong
