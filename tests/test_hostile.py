"""Hostile servers met by a whole crawl: each costs one address, with a documented reason, and nothing is lost.

Every third behaviour of the table is tried here; `python -m bench.hostile` tries all.
"""

from __future__ import annotations

import pytest

from bench.hostile import BEHAVIOURS, Behaviour, Result, results
from scraper.outcomes import REASONS, VERDICTS

TRIED = BEHAVIOURS[::3]


@pytest.fixture(scope="module")
def met() -> dict[str, Result]:
    return {result.behaviour.name: result for result in results(TRIED)}


@pytest.mark.parametrize("behaviour", TRIED, ids=[behaviour.name for behaviour in TRIED])
def test_a_hostile_answer_costs_one_address(met: dict[str, Result], behaviour: Behaviour) -> None:
    """It ends as documented; the other posts are held; once the server behaves, the next crawl holds that post too."""
    result = met[behaviour.name]

    assert result.ended_as == {(behaviour.verdict, behaviour.reason)}
    assert result.others_held
    assert result.lost == set()
    assert result.unsound == ()


@pytest.mark.parametrize("behaviour", TRIED, ids=[behaviour.name for behaviour in TRIED])
def test_the_receipt_agrees_with_the_servers_log(met: dict[str, Result], behaviour: Behaviour) -> None:
    """However the server behaves, it has seen as many requests as the receipts of the runs tell."""
    assert met[behaviour.name].told == met[behaviour.name].asked > 0


def test_the_table_speaks_the_words_of_outcomes() -> None:
    """Every behaviour has a name of its own, and ends with a verdict and a reason that are documented."""
    assert len({behaviour.name for behaviour in BEHAVIOURS}) == len(BEHAVIOURS)
    assert {behaviour.verdict for behaviour in BEHAVIOURS} <= VERDICTS.keys()
    assert {behaviour.reason for behaviour in BEHAVIOURS} <= REASONS.keys()
