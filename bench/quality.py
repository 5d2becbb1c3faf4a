"""Scores on real pages and texts, beside the floors that may rise and never fall: `make quality`.

Needs the shared test data (KLIPING_SHARED); its scorers are run as they are, on what the commands print.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("KLIPING_SHARED", ROOT.parent / "shared"))
FLOORS = ROOT / "bench" / "floors.json"
SLACK = 1e-4  # scores are printed with four digits


def main() -> int:
    """Prints every score beside its floor; 1 where one is below."""
    if not SHARED.is_dir():
        print(f"The shared test data is not at {SHARED}; set KLIPING_SHARED.", file=sys.stderr)
        return 3
    floors: dict[str, dict[str, float]] = json.loads(FLOORS.read_text("utf-8"))
    below = 0
    for suite, scores in scored().items():
        print(f"\n{suite}")
        for name, value in scores.items():
            floor = floors.get(suite, {}).get(name)
            fallen = floor is not None and value < floor - SLACK
            below += fallen
            print(f"  {name:<22}{value:8.4f}   floor {'–' if floor is None else floor}{'   BELOW' if fallen else ''}")
    return 1 if below else 0


def scored() -> dict[str, dict[str, float]]:
    """Every suite's scores by name."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        return {
            "pages": _pages(work),
            "quotes dev, Indonesian": _quotes(work, "dev", "--lang", "id"),
            "quotes dev, English": _quotes(work, "dev", "--lang", "en"),
            "quotes dev": _quotes(work, "dev"),
            "quotes composed": _quotes(work, "composed"),
        }


def _pages(work: Path) -> dict[str, float]:
    gold = SHARED / "gold" / "pages" / "gold.jsonl"
    batch = work / "pages.jsonl"
    rows = [json.loads(line) for line in gold.read_text("utf-8").splitlines()]
    batch.write_bytes(
        msgspec.json.Encoder().encode_lines(
            [{"path": str(SHARED / "pages" / row["file"]), "url": row["url"] or ""} for row in rows]
        )
    )
    return _score("score_pages.py", _run("extract", "--batch", str(batch), out=work / "records.jsonl"), gold)


def _quotes(work: Path, kind: str, *options: str) -> dict[str, float]:
    gold = SHARED / "gold" / "quotes" / kind
    told = _run("quotes", "--batch", str(gold / "texts.jsonl"), out=work / f"{kind}.jsonl")
    return _score("score_quotes.py", told, gold, *options)


def _run(*arguments: str, out: Path) -> Path:
    with out.open("wb") as stream:
        subprocess.run([sys.executable, "-m", "scraper", *arguments], cwd=ROOT, stdout=stream, check=True)
    return out


def _score(scorer: str, told: Path, gold: Path, *options: str) -> dict[str, float]:
    command = [sys.executable, str(SHARED / "tools" / scorer), str(told), str(gold), "--json", *options]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    scores: dict[str, float] = {}
    for name, value in json.loads(printed).items():
        if isinstance(value, int | float):
            scores[name] = float(value)
        elif name == "leaks":
            scores["clean"] = 1 - int(value.partition("/")[0]) / int(value.partition("/")[2])
        else:
            scores[name] = int(value.partition("/")[0]) / int(value.partition("/")[2])
    return scores


if __name__ == "__main__":
    sys.exit(main())
