"""Real stories, read by hand: the share of datelines, dates, end marks and initials that the rules get right."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from extractors.model import Dateline
from extractors.prose.byline import find_byline
from extractors.prose.dateline import find_dateline
from extractors.prose.dates import find_event_dates
from extractors.prose.endmark import find_end_mark
from extractors.prose.language import guess_language
from tests.shared import shared


def stories() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every text of the gold with what a reader found in it."""
    folder = shared("gold/quotes/dev")
    texts = {row["id"]: row for row in map(json.loads, (folder / "texts.jsonl").read_text("utf-8").splitlines())}
    return [(texts[g["id"]], g) for g in map(json.loads, (folder / "gold.jsonl").read_text("utf-8").splitlines())]


def folded(written: str | None) -> str:
    return re.sub(r"\s+", " ", written or "").strip(" -–—|/:;,.()[]").lower()


def test_datelines_of_real_stories() -> None:
    """At most one dateline in fifty is missed or made up, and at most one place or outlet is wrong."""
    pairs = [(find_dateline(text["text"]), gold["dateline"]) for text, gold in stories()]
    wrong = [(found, gold) for found, gold in pairs if bool(found) != bool(gold)]
    misread = [
        (found, gold)
        for found, gold in pairs
        if found
        and gold
        and (folded(found.place), folded(found.outlet)) != (folded(gold["place"]), folded(gold["outlet"]))
    ]

    assert len(wrong) <= 1, wrong
    assert len(misread) <= 1, misread


def test_event_dates_of_real_stories() -> None:
    """Nearly all days are found, and next to none is made up; a day with an inferred year is neither."""
    missed, made_up, right = [], [], 0
    for text, gold in stories():
        published = date.fromisoformat(text["published"][:10]) if text.get("published") else None
        found = {d.date for d in find_event_dates(text["text"], published=published, language=text["lang"])}
        told = set(gold["event_dates"])
        right += len(found & told)
        missed += sorted(told - found)
        made_up += sorted(day for day in found - told if day[5:] not in gold["event_dates_noyear"])

    assert right >= 35
    assert len(missed) + len(made_up) <= 2, (missed, made_up)


def test_initials_and_end_marks_of_real_stories() -> None:
    """Who signed is read in all but one story, and no end mark is made up."""
    bare = re.compile(r"[\s()\[\]]")
    wrong = [
        (found, gold["byline_or_initials"])
        for text, gold in stories()
        if bare.sub("", (found := find_byline(text["text"]).initials) or "")
        != bare.sub("", gold["byline_or_initials"] or "")
    ]

    assert len(wrong) <= 1, wrong
    assert [text["id"] for text, gold in stories() if find_end_mark(text["text"]) and not gold["end_marker"]] == []


def test_languages_of_real_stories() -> None:
    """Every story's language is told."""
    assert [text["id"] for text, _ in stories() if guess_language(text["text"]) != text["lang"]] == []


def test_the_reference_article() -> None:
    """Dateline, end mark and both dates of the reference article, the year of the second supplied."""
    rendered = shared("seed/kilas24news-rendered.txt").read_text("utf-8").replace("\u00a0", " ")
    body = rendered[rendered.index("Serang, Kilas24News.com") : rendered.index("***") + 3]
    dates = find_event_dates(body, published=date(2025, 12, 8), language="id")
    mark = find_end_mark(body)

    assert find_dateline(body) == Dateline(
        raw="Serang, Kilas24News.com || ", place="Serang", outlet="Kilas24News.com", at=0
    )
    assert mark is not None
    assert mark.raw == "***"
    assert [(d.date, d.weekday) for d in dates] == [("2025-12-08", "ok"), ("2025-11-27", "ok")]
