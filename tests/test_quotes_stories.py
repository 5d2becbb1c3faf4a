"""Whole invented stories in the manner of many newsrooms: how many quotes get the right speaker."""

from __future__ import annotations

from bench.stories import SURE, indirect_scores, marked_scores, stories


def test_speakers_of_whole_stories() -> None:
    """Nearly every quote in marks is found and has its speaker, and none that is none is told."""
    scores = marked_scores()
    assert scores["quotes found"].value == 1
    assert scores["end to end f1"].value >= 0.97
    assert scores["cue"].value >= 0.98
    assert scores["closing words"].value == 1
    assert scores["non-speech left out"].value == 1


def test_a_sure_speaker_is_right() -> None:
    """From the confidence the archive calls sure, 98 of 100 speakers are right."""
    assert marked_scores()[f"precision at {SURE}"].value >= 0.98


def test_indirect_speech_is_told_only_where_it_is_sure() -> None:
    """Clauses without marks are right nearly always; some are left out."""
    scores = indirect_scores()
    assert scores["precision"].value >= 0.98
    assert scores["recall"].value >= 0.85


def test_the_stories_are_there() -> None:
    """Sixty stories or more, each with quotes."""
    told = list(stories())
    assert len(told) >= 60
    assert all(story.quotes for story in told)
