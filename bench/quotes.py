"""Quotes, measured: speed and scores beside a naive reader, and whether a stated confidence can be trusted.

    python -m bench.quotes [speed] [scores] [calibration] [spread] [record]      all five where none is named

The nearest peer with code, textacy's direct_quotations, needs a spaCy model that its makers do not put on PyPI, and has
no Indonesian; `naive` stands in: marks paired in order, the speaker the capitals beside a verb of speech. Needs the
shared test data (KLIPING_SHARED).
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from bench.scorers import Line, Score, Scores, kliping_lines, lines, quote_scores
from bench.stored import MISSING, SHARED
from bench.stories import Story, first_readings, stories
from extractors.quotes import explain_quotes, find_quotes
from extractors.quotes.alike import fold

ROUNDS = 15  # the fastest of which counts
WORDS = 400  # of the article that speed is stated for
SURE = 0.9  # confidence from which the archive calls a speaker sure
BANDS = (0.95, SURE, 0.85, 0.8, 0.7, 0.5, 0.0)  # lower ends
OVERLAP = 0.5  # of both quotes together, from which one found is the one in the gold
SETS = ("dev", "composed")
_PAIR = re.compile(r"[\"“”„]([^\"“”„\n]{2,})[\"“”„]")
_SAID = re.compile(r"[ ,.]{0,3}\w*(?:kata|ujar|jelas|ungkap|tutur|ucap|tegas|said|says)\w*((?: [A-Z][\w'’.]*){1,4})?")


class Judged(NamedTuple):
    """A direct quote that was found, or one of the gold that was not: then `sieve` is empty."""

    text: str
    sieve: str
    confidence: float
    right: bool
    """The full name is the gold's."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables asked for; 3 where the texts are not at hand."""
    parts = {"speed": _speed, "scores": _scores, "calibration": _calibration, "spread": _spread, "record": _record}
    parser = argparse.ArgumentParser(prog="python -m bench.quotes", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[*parts, []], metavar="|".join(parts))
    asked = parser.parse_args(arguments).parts or list(parts)
    if not SHARED.is_dir():
        print(MISSING, file=sys.stderr)
        return 3
    for name in asked:
        parts[name]()
        print(flush=True)
    return 0


def naive(text: str) -> list[Line]:
    """The quotes that pairing marks in order gives, with the capitalised words behind a verb of speech."""
    found = []
    for pair in _PAIR.finditer(text):
        said = _SAID.match(text, pair.end())
        speaker = said[1].strip() if said and said[1] else None
        found.append({"text": pair[1], "start": pair.start(1), "end": pair.end(1), "speaker": speaker, "cue": None})
    return found


# speed


def _speed() -> None:
    texts = lines(SHARED / "gold" / "quotes" / "dev" / "texts.jsonl")
    print(f"speed: CPU, the fastest of {ROUNDS} rounds, every word and name met before")
    print(f"  {'':<32}{'ms/article':>11}{f'ms/{WORDS} words':>15}{'articles/s':>12}")
    for language in ("id", "en"):
        chosen = [row["text"] for row in texts if row["lang"] == language]
        bare = [re.sub("[\"“”„‘’']", "", text) for text in chosen]
        _timed(f"Kliping, {language}", lambda text, language=language: find_quotes(text, language=language), chosen)
        _timed(
            f"Kliping, {language}, indirect too",
            lambda text, language=language: find_quotes(text, language=language, indirect=True),
            chosen,
        )
        _timed(
            f"Kliping, {language}, no marks", lambda text, language=language: find_quotes(text, language=language), bare
        )
        _timed(f"naive, {language}", naive, chosen)


def _timed(name: str, reader: Callable[[str], object], texts: list[str]) -> None:
    best = min(_once(reader, texts) for _ in range(ROUNDS))
    words = sum(len(text.split()) for text in texts)
    each = best / len(texts)
    print(f"  {name:<32}{1000 * each:>11.3f}{1000 * best / words * WORDS:>15.3f}{1 / each:>12,.0f}")


def _once(reader: Callable[[str], object], texts: list[str]) -> float:
    start = time.process_time()
    for text in texts:
        reader(text)
    return time.process_time() - start


# scores


def _scores() -> None:
    for name, kind, options in (
        ("dev, Indonesian", "dev", ("--lang", "id")),
        ("dev, English", "dev", ("--lang", "en")),
        ("composed texts", "composed", ()),
    ):
        gold = SHARED / "gold" / "quotes" / kind
        texts = lines(gold / "texts.jsonl")
        ours = quote_scores(kliping_lines("quotes", texts), gold, *options)
        theirs = quote_scores([{"id": row["id"], "quotes": naive(row["text"])} for row in texts], gold, *options)
        print(f"{name}{'Kliping':>{34 - len(name)}}{'naive':>9}")
        for score in ("span f1", "exact f1", "speaker full", "end to end f1", "cue"):
            print(f"  {score:<23}{ours[score].value:>9.4f}{_value(theirs, score):>9}")


def _value(scores: Scores, name: str) -> str:
    return f"{scores[name].value:.4f}" if name in scores else "–"


# calibration


def judged(kind: str) -> list[Judged]:
    """Every direct quote found in the texts of that gold, and every one that was not."""
    folder = SHARED / "gold" / "quotes" / kind
    texts = {row["id"]: row for row in lines(folder / "texts.jsonl")}
    return [one for gold in lines(folder / "gold.jsonl") for one in _judged_text(texts[gold["id"]], gold)]


def judged_stories() -> list[Judged]:
    """The same of our own stories."""
    return [one for story in stories() for one in _judged_story(story)]


def sure_scores(found: Iterable[Judged]) -> Scores:
    """How many of the quotes called sure have the right full name, and how many of all quotes they are."""
    every = list(found)
    sure = [one for one in every if one.confidence >= SURE]
    right = sum(one.right for one in sure)
    return {"precision": Score.of(right, len(sure)), "recall": Score.of(right, len(every))}


def _judged_text(row: Line, gold: Line) -> Iterable[Judged]:
    name = f"{row.get('outlet') or 'composed'} {row['id']}"
    left = list(gold["quotes"])
    for ruling in explain_quotes(row["text"], language=row["lang"]):
        quote = ruling.quote
        meant = next((one for one in left if _overlap(one, quote.start, quote.end) >= OVERLAP), None)
        if meant is not None:
            left.remove(meant)
        if meant is None or meant["kind"] == "direct":
            yield Judged(name, ruling.sieve, quote.confidence, meant is not None and _bears(quote.speaker, meant))
    yield from (Judged(name, "", 0.0, right=False) for one in left if one["kind"] == "direct")


def _judged_story(story: Story) -> Iterable[Judged]:
    left: dict[int, Line] = {}
    at = 0
    for opening, speaker, *_ in story.quotes:
        at = story.text.index(opening, at)
        left[at] = {"speaker": speaker}
        at += 1
    for ruling in explain_quotes(story.text):
        quote = ruling.quote
        if quote.kind == "direct":
            meant = left.pop(next((at for at in left if abs(at - quote.start) <= 1), -1), None)
            right = meant is not None and _bears(quote.speaker, meant)
            yield Judged(f"stories {story.name}", ruling.sieve, quote.confidence, right)
    yield from (Judged(f"stories {story.name}", "", 0.0, right=False) for _ in left)


def _overlap(gold: Line, start: int, end: int) -> float:
    shared = min(gold["end"], end) - max(gold["start"], start)
    return shared / (max(gold["end"], end) - min(gold["start"], start))


def _bears(speaker: str | None, gold: dict[str, Any]) -> bool:
    """Whether that is the full name, ranks and titles before it allowed."""
    told = fold(speaker or "")
    names = [fold(name) for name in (gold["speaker"], *gold.get("alt_speakers", ()))]
    return any(name and (told == name or told[-len(name) :] == name or set(told) == set(name)) for name in names)


def _calibration() -> None:
    sets = {kind: judged(kind) for kind in SETS} | {"our own stories": judged_stories()}
    found = [one for group in sets.values() for one in group]
    told = [one for one in found if one.sieve]
    print(f"calibration: {len(told)} quotes found in {', '.join(sets)}, of {len(found)} found or missed")
    print(f"  {'confidence':<22}{'quotes':>8}{'right':>8}{'share':>9}")
    bands: dict[str, list[Judged]] = defaultdict(list)
    for one in sorted(told, key=lambda one: -one.confidence):
        bands[f"≥ {next(low for low in BANDS if one.confidence >= low):.2f}"].append(one)
    _table(bands)
    print(f"  {'sieve':<22}{'quotes':>8}{'right':>8}{'share':>9}{'stated':>9}")
    sieves: dict[str, list[Judged]] = defaultdict(list)
    for one in told:
        sieves[one.sieve].append(one)
    _table(dict(sorted(sieves.items(), key=lambda item: -len(item[1]))), stated=True)
    for kind, group in sets.items():
        sure = sure_scores(group)
        print(
            f"  sure (≥ {SURE}), {kind}: precision {sure['precision'].value:.3f} ({sure['precision'].counted}), "
            f"recall {sure['recall'].value:.3f}"
        )


def _table(groups: dict[str, list[Judged]], *, stated: bool = False) -> None:
    for name, group in groups.items():
        right = sum(one.right for one in group)
        line = f"  {name:<22}{len(group):>8}{right:>8}{right / len(group):>9.3f}"
        print(line + (f"{sum(one.confidence for one in group) / len(group):>9.3f}" if stated else ""))


# spread


def _spread() -> None:
    """Rules have no training set to leave an outlet out of: how far the texts differ shows on each outlet alone."""
    outlets: dict[str, list[Judged]] = defaultdict(list)
    texts: dict[str, list[Judged]] = defaultdict(list)
    for kind in SETS:
        for one in judged(kind):
            outlets[one.text.rpartition(" ")[0]].append(one)
            texts[one.text].append(one)
    print(f"spread: found with the right full name, by outlet ({len(outlets)}); then the texts with a miss")
    for name, group in sorted(outlets.items(), key=lambda item: _share(item[1])):
        print(f"  {name:<48}{sum(one.right for one in group):>4}/{len(group):<4}{_share(group):>7.3f}")
    for name, group in texts.items():
        if _share(group) < 1:
            print(f"  misses in {name:<38}{sum(one.right for one in group):>4}/{len(group):<4}{_share(group):>7.3f}")


# record


def _record() -> None:
    """How the engine did on stories it had not met, batch after batch: its true measure."""
    print("record: our own stories at first reading, before any rule was mended by them")
    print(f"  {'batch':<14}{'quotes':>8}{'speaker':>9}{'cue':>8}{'ends':>8}{'sure':>8}{'right of sure':>15}")
    readings = list(first_readings())
    for one in readings:
        sure = _part(one.sure_right, one.sure)
        told = f"{_part(one.cues, one.quotes):>8}{_part(one.ends, one.quotes):>8}{_part(one.sure, one.quotes):>8}"
        print(f"  {one.batch:<14}{one.quotes:>8}{_part(one.speakers, one.quotes):>9}{told}{sure:>15}")
    quotes, right = sum(one.quotes for one in readings), sum(one.speakers for one in readings)
    print(f"  {'all':<14}{quotes:>8}{_part(right, quotes):>9}")


def _part(count: int | None, of: int | None) -> str:
    return f"{count / of:.3f}" if count is not None and of else "–"


def _share(group: list[Judged]) -> float:
    return sum(one.right for one in group) / len(group)


if __name__ == "__main__":
    sys.exit(main())
