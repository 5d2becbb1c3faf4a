"""The scores on hand-annotated articles of real outlets, which a change may not lower."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from extractors.quotes import find_quotes
from tests.shared import shared

if TYPE_CHECKING:
    from pathlib import Path

FLOORS = {"span_f1": 0.97, "exact_f1": 0.95, "end_to_end_f1": 0.92, "cue": 0.95}


@pytest.mark.parametrize("part", ["dev", "composed"])
def test_quotes_and_speakers_of_the_gold_articles(part: str, tmp_path: Path) -> None:
    """Spans, cues and full names reach their floors, and at most one title is taken for speech."""
    gold = shared(f"gold/quotes/{part}")
    predictions = tmp_path / "predictions.jsonl"
    with predictions.open("w", encoding="utf-8") as lines:
        for line in (gold / "texts.jsonl").read_text("utf-8").splitlines():
            text = json.loads(line)
            quotes = msgspec.to_builtins(find_quotes(text["text"], language=text.get("lang")))
            lines.write(json.dumps({"id": text["id"], "quotes": quotes}) + "\n")
    scorer = [sys.executable, str(shared("tools/score_quotes.py")), str(predictions), str(gold), "--json"]
    scores = json.loads(subprocess.run(scorer, check=True, capture_output=True, text=True).stdout)
    assert {name: scores[name] for name in FLOORS if scores[name] < FLOORS[name]} == {}
    assert scores["non_speech_taken"] <= 1
