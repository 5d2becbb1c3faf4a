"""The short form of `make torture` and `make many`: crawls killed and continued, and many newsrooms at once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(module: str, *arguments: str) -> str:
    """What the bench prints; it fails where anything is not as it must be."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_crawl_killed_anywhere_ends_like_one_that_was_not() -> None:
    """Killed before some of its writes, at random moments, with the power cut, and while sites are added: continued,
    the archive is sound, equal by digest, and no settled page was asked for again.
    """
    told = run("bench.unbroken", "--short")

    kinds = re.findall(
        r"^  (?:before each of the \d+|at a random).*?(\d+) +(\d+) +[\d.]+ +\d+ +(\d+)$", told, re.MULTILINE
    )
    assert len(kinds) == 4
    assert all(int(kills) >= 3 and int(wrong) == 0 for kills, _, wrong in kinds)
    assert sum(int(late) for _, late, _ in kinds) <= 4, "most were killed before they ended"


def test_many_newsrooms_are_crawled_at_once_each_in_order() -> None:
    """Ten newsrooms of forty posts: by the servers' own logs each page once, newest first, the delay kept."""
    told = run("bench.many", "--newsrooms", "10", "--posts", "40", "--delay", "0.2")

    assert "400 pages" in told
    assert "FAILED" not in told
