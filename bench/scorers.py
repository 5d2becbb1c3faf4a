"""The shared scorers, run as they are on what readers print: gold in, shares with their counts out."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.peers import Peer
from bench.stored import ROOT, SHARED, html_of


class Score(NamedTuple):
    """A share, 0 to 1; `counted` says of how many it is, as '28/29', where it is one of things that can be counted."""

    value: float
    counted: str = ""

    @classmethod
    def of(cls, right: float, total: int) -> Score:
        return cls(right / total if total else 0.0, f"{round(right)}/{total}")


Scores = dict[str, Score]
Line = dict[str, Any]


def lines(path: Path) -> list[Line]:
    """The objects of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def write(path: Path, rows: Iterable[Line]) -> Path:
    path.write_bytes(msgspec.json.Encoder().encode_lines(rows))
    return path


def kliping_lines(command: str, rows: list[Line]) -> list[Line]:
    """What `kliping extract --batch` or `kliping quotes --batch` prints for the rows."""
    with tempfile.TemporaryDirectory() as folder:
        batch = write(Path(folder) / "batch.jsonl", rows)
        arguments = [sys.executable, "-m", "scraper", command, "--batch", str(batch)]
        printed = subprocess.run(arguments, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in printed.splitlines()]


def peer_lines(peer: Peer, rows: list[Line]) -> list[Line]:
    """What a peer finds on the same pages, in the same shape. A page on which it fails holds no article for it."""
    told = []
    for row in rows:
        try:
            record = peer.told(html_of(Path(row["path"])), row["url"])
        except Exception as error:  # noqa: BLE001 - a peer's failure is its own
            record, problem = None, type(error).__name__
        else:
            problem = "no article"
        told.append({"input": row["path"], **(record or {"error": problem})})
    return told


def page_scores(told: list[Line], gold: list[Line]) -> Scores:
    """score_pages.py: the fields' shares, the body's precision, recall and F1, leaks as the share of pages' must-lack
    strings that stayed out.
    """
    raw = _run("score_pages.py", told, gold)
    articles = raw["articles"]
    leaks, bait = map(int, raw["leaks"].split("/"))
    refused, others = map(int, raw["non_articles_right"].split("/"))
    scores = {"articles found": Score.of(raw["found"], articles)}
    for name in ("title", "published", "author", "labels", "post_id", "pages_f1_ge_0.99"):
        scores[_spoken(name)] = Score.of(raw[name] * articles, articles)
    for name in ("body_p", "body_r", "body_f1"):
        scores[_spoken(name)] = Score(raw[name])
    return scores | {"furniture kept out": Score.of(bait - leaks, bait), "non-articles": Score.of(refused, others)}


def body_scores(told: list[Line], gold: Path) -> Scores:
    """score_bodies.py: precision, recall, F1 over word 4-grams, and the share of exact pages."""
    raw = _run("score_bodies.py", told, gold)
    exact = Score.of(raw["exact"] * raw["pages"], raw["pages"])
    return {name: Score(raw[name]) for name in ("precision", "recall", "f1")} | {"exact pages": exact}


def quote_scores(told: list[Line], gold: Path, *options: str) -> Scores:
    """score_quotes.py, less the scores of what the gold has none of."""
    raw = _run("score_quotes.py", told, gold, *options)
    size = f"{raw['quotes']} quotes"
    return {_spoken(name): Score(value, size) for name, value in raw.items() if isinstance(value, float) and value}


def _spoken(name: str) -> str:
    return name.replace("_ge_", " ≥ ").replace("_", " ")


def _run(scorer: str, told: list[Line], gold: list[Line] | Path, *options: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        truth = gold if isinstance(gold, Path) else write(Path(folder) / "gold.jsonl", gold)
        said = write(Path(folder) / "told.jsonl", told)
        command = [sys.executable, str(SHARED / "tools" / scorer), str(said), str(truth), "--json", *options]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    scores: dict[str, Any] = json.loads(printed)
    return scores
