"""The contest for each field: every answer found is a claim, the first in the field's order of trust wins, and the
losers are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, NamedTuple, TypeVar, cast

import msgspec

from extractors.model import Claim, Moment
from extractors.rules import Found

T = TypeVar("T")


class Candidate(NamedTuple, Generic[T]):
    """An answer and where it stood: 'feed', 'json-ld', 'layout:kompaz', 'meta', 'text', 'url' …"""

    source: str
    found: Found[T]


class Contest:
    """Collects the claims of one article; `decide` is called once per field with candidates in order of trust."""

    def __init__(self) -> None:
        self.claims: dict[str, tuple[Claim, ...]] = {}

    def decide(
        self, field: str, candidates: Iterable[Candidate[T] | None], *, hints: Iterable[Candidate[T] | None] = ()
    ) -> T | None:
        """The value of the first candidate there is. `hints` are recorded as claims and never win."""
        standing = [_sourced(candidate) for candidate in candidates if candidate is not None]
        beaten = [hint for hint in hints if hint is not None]
        claims = [_claim(candidate, chosen=index == 0) for index, candidate in enumerate(standing)]
        claims += [_claim(hint, chosen=False) for hint in beaten]
        if claims:
            self.claims[field] = tuple(claims)
        return standing[0].found.value if standing else None


def _sourced(candidate: Candidate[T]) -> Candidate[T]:
    """A time says itself where it came from; rules leave that to the contest."""
    value = candidate.found.value
    if not isinstance(value, Moment):
        return candidate
    moment = msgspec.structs.replace(value, source=candidate.source)
    return Candidate(candidate.source, Found(cast("T", moment), candidate.found.raw, candidate.found.rule))


def stated(source: str, rule: str, value: T | None, raw: str | None = None) -> Candidate[T] | None:
    """A candidate for a value read outside the rules; None where there is no value."""
    if value is None or value in ("", ()):
        return None
    return Candidate(source, Found(value, str(value) if raw is None else raw, rule))


def _claim(candidate: Candidate[Any], *, chosen: bool) -> Claim:
    value = candidate.found.value
    if isinstance(value, Moment):
        value = value.value
    elif isinstance(value, tuple):
        value = ", ".join(value)
    return Claim(
        value=str(value), raw=candidate.found.raw, source=candidate.source, rule=candidate.found.rule, chosen=chosen
    )
