"""Every setting in one place: name, default, unit, what it is for. Environment variables KLIPING_<NAME> override."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from scraper.errors import UsageProblem


class Setting(NamedTuple):
    """One knob. `unit` is for people; the type is the default's."""

    name: str
    default: int | float | str
    unit: str
    help: str


SETTINGS = (
    Setting("contact", "", "address", "e-mail or URL put into the user agent; needed for any crawl beyond loopback"),
    Setting("delay", 2.0, "seconds", "pause between two requests to one host, unless the site has its own"),
    Setting("provider_rate", 4.0, "requests a second", "budget shared by all blogs, since one front end serves them"),
    Setting("attempts", 4, "tries", "how often a failing request is tried in one run"),
    Setting("timeout", 30.0, "seconds", "limit for connecting, and for each wait on an answer"),
    Setting("deadline", 120.0, "seconds", "limit for one whole answer, however slowly it drips"),
    Setting(
        "max_bytes", 20 * 2**20, "bytes", "largest answer kept, after decompression; real post pages reach 3.1 MiB"
    ),
    Setting("max_redirects", 8, "hops", "longest chain of redirects followed"),
    Setting(
        "max_retry_after", 300.0, "seconds", "longest Retry-After obeyed in one run; a longer one ends the host's turn"
    ),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one process. Field names and defaults are those of SETTINGS."""

    contact: str = ""
    delay: float = 2.0
    provider_rate: float = 4.0
    attempts: int = 4
    timeout: float = 30.0
    deadline: float = 120.0
    max_bytes: int = 20 * 2**20
    max_redirects: int = 8
    max_retry_after: float = 300.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Defaults, overridden by KLIPING_DELAY=5 and the like. Raises UsageProblem naming the variable at fault."""
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            variable = f"KLIPING_{setting.name.upper()}"
            raw = environment.get(variable)
            if raw is None:
                continue
            try:
                values[setting.name] = type(setting.default)(raw)
            except ValueError:
                kind = type(setting.default).__name__
                raise UsageProblem(f"{variable}={raw!r} is not a {kind} ({setting.unit}: {setting.help}).") from None
        return cls(**values)
