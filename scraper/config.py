"""Every setting in one place: name, default, range, unit, purpose. Environment variables KLIPING_<NAME> override."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, get_args

import msgspec
from msgspec import Meta

from scraper.errors import UsageProblem


class Told(NamedTuple):
    """What people are told of a setting, beside its name and default."""

    unit: str
    help: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one process. The ranges are held where values come from outside: in `from_environment`."""

    contact: Annotated[
        str, Told("address", "e-mail or URL put into the user agent; needed for any crawl beyond loopback")
    ] = ""
    delay: Annotated[
        float,
        Meta(ge=0, le=3600),
        Told("seconds", "pause between two requests to one host, unless the site has its own"),
    ] = 2.0
    provider_rate: Annotated[
        float,
        Meta(ge=0.001, le=1000),
        Told("requests a second", "budget shared by all blogs, since one front end serves them"),
    ] = 4.0
    attempts: Annotated[int, Meta(ge=1, le=100), Told("tries", "how often a failing request is tried in one run")] = 4
    timeout: Annotated[
        float, Meta(ge=0.1, le=3600), Told("seconds", "limit for connecting, and for each wait on an answer")
    ] = 30.0
    deadline: Annotated[
        float, Meta(ge=0.1, le=86_400), Told("seconds", "limit for one whole answer, however slowly it drips")
    ] = 120.0
    max_bytes: Annotated[
        int,
        Meta(ge=1, le=2**30),
        Told("bytes", "largest answer kept, after decompression; real post pages reach 3.1 MiB"),
    ] = 20 * 2**20
    max_redirects: Annotated[int, Meta(ge=0, le=100), Told("hops", "longest chain of redirects followed")] = 8
    max_retry_after: Annotated[
        float,
        Meta(ge=0, le=86_400),
        Told("seconds", "longest Retry-After obeyed in one run; a longer one ends the host's turn"),
    ] = 300.0
    workers: Annotated[
        int,
        Meta(ge=0, le=256),
        Told("processes", "how many processes may read pages beside the crawl, started as needed; 0 reads in its own"),
    ] = 2
    read_limit: Annotated[
        float,
        Meta(ge=0.1, le=3600),
        Told("seconds", "limit for reading one page, not held without workers; 20 MB of story take 2"),
    ] = 20.0

    gone_after: Annotated[
        float,
        Meta(ge=0, le=8760),
        Told("hours", "time between two checks that miss a post before it counts as gone"),
    ] = 24.0
    revisit_after: Annotated[
        float, Meta(ge=0, le=8760), Told("hours", "shortest time after which a settled page is visited again by itself")
    ] = 24.0
    revisit_within: Annotated[
        float, Meta(ge=0, le=3650), Told("days", "longest time until then, for the oldest posts; 0: never")
    ] = 180.0
    notify_command: Annotated[
        str, Told("command", "run after a run with trouble, the run's report as JSON on its standard input")
    ] = ""
    notify_url: Annotated[str, Told("address", "where the same report is posted to")] = ""
    notify_always: Annotated[int, Meta(ge=0, le=1), Told("0 or 1", "1: after every run, trouble or not")] = 0
    notify_limit: Annotated[
        float, Meta(ge=0.1, le=600), Told("seconds", "limit for either of the two; one that takes longer is given up")
    ] = 20.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Defaults, overridden by KLIPING_DELAY=5 and the like. Raises UsageProblem naming the variable at fault."""
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            raw = environment.get(setting.variable)
            if raw is not None:
                values[setting.name] = setting.read(raw)
        return cls(**values)


class Setting(NamedTuple):
    """One knob, as its field of Settings declares it. `type` holds its range."""

    name: str
    default: int | float | str
    unit: str
    help: str
    type: Any

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"KLIPING_{self.name.upper()}"

    def read(self, raw: str) -> Any:
        """The value in an environment variable. Raises UsageProblem for one of another type or out of range."""
        try:
            return msgspec.convert(raw, self.type, strict=False)
        except msgspec.ValidationError:
            kind, limits, _ = get_args(self.type)
            number = "whole number" if kind is int else "number"
            wanted = f"a {number} of {self.unit} from {limits.ge:,} to {limits.le:,}"
            raise UsageProblem(f"{self.variable}={raw!r} is not {wanted} ({self.help}).") from None


def _setting(field: msgspec.structs.FieldInfo) -> Setting:
    told: Told = get_args(field.type)[-1]
    return Setting(field.name, field.default, told.unit, told.help, field.type)


SETTINGS = tuple(_setting(field) for field in msgspec.structs.fields(Settings))
