"""Settings: what the environment may say, and what happens where it says nonsense."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.config import SETTINGS, Setting, Settings
from scraper.errors import UsageProblem

NUMBERS = [setting for setting in SETTINGS if not isinstance(setting.default, str)]


def test_the_environment_overrides_the_defaults() -> None:
    """A variable replaces its setting alone, in the setting's own type; what is not named stays as it was."""
    told = {"KLIPING_DELAY": "5", "KLIPING_ATTEMPTS": "2", "KLIPING_CONTACT": "desk@example.org", "PATH": "/bin"}
    assert Settings.from_environment(told) == Settings(delay=5.0, attempts=2, contact="desk@example.org")
    assert Settings.from_environment({}) == Settings()


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda setting: setting.name)
@pytest.mark.parametrize("raw", ["nan", "inf", "-inf", "-1", "1e300", "soon", "", "5 seconds"])
def test_a_number_that_makes_no_sense_is_named(setting: Setting, raw: str) -> None:
    """What is no number, or none in the setting's range, is told with variable, value and unit."""
    with pytest.raises(UsageProblem) as wrong:
        Settings.from_environment({setting.variable: raw})
    for part in (setting.variable, repr(raw), setting.unit):
        assert part in str(wrong.value)


@pytest.mark.parametrize("name", ["provider_rate", "attempts", "timeout", "deadline", "max_bytes"])
def test_zero_is_refused_where_it_would_switch_something_off(name: str) -> None:
    """No tries, no time, no bytes and no budget are slips; no pause, no redirects and no patience are choices."""
    with pytest.raises(UsageProblem):
        Settings.from_environment({f"KLIPING_{name.upper()}": "0"})


def test_zero_is_taken_where_it_means_none() -> None:
    """A pause, a chain of redirects and a patience of zero can be asked for."""
    told = {"KLIPING_DELAY": "0", "KLIPING_MAX_REDIRECTS": "0", "KLIPING_MAX_RETRY_AFTER": "0"}
    assert Settings.from_environment(told) == Settings(delay=0.0, max_redirects=0, max_retry_after=0.0)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_default_is_within_its_own_range(setting: Setting) -> None:
    """Each default, written into the environment, gives the same settings."""
    assert Settings.from_environment({setting.variable: str(setting.default)}) == Settings()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(NUMBERS), st.one_of(st.text(max_size=12), st.floats().map(str), st.integers().map(str)))
def test_any_text_is_a_finite_setting_or_a_usage_problem(setting: Setting, raw: str) -> None:
    """Whatever a variable holds, it becomes a finite number from zero up, or a sentence."""
    try:
        value = getattr(Settings.from_environment({setting.variable: raw}), setting.name)
    except UsageProblem:
        return
    assert math.isfinite(value)
    assert value >= 0
