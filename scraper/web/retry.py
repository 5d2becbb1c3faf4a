"""What may pass, how often it is tried, and how long we wait between the tries."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from scraper.config import Settings
from scraper.errors import TemporaryFetchError
from scraper.web.pace import Sleep

BACKOFF = wait_exponential_jitter(max=60)  # seconds: about 1, 2, 4 … with up to 1 of jitter


class TransientError(TemporaryFetchError):
    """A failure of one try. `retry_after` is what the server asked for, in seconds; `tries` how often the request is
    worth making in all; `rest` how many seconds its host is left alone once the tries are spent.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        status: int | None = None,
        retry_after: float | None = None,
        tries: float = math.inf,
        rest: float = 0.0,
    ) -> None:
        super().__init__(message, reason=reason, status=status)
        self.retry_after = retry_after
        self.tries = tries
        self.rest = rest


def retrying(
    settings: Settings, *, sleep: Sleep, before_retry: Callable[[TransientError, float], None]
) -> AsyncRetrying:
    """Calls again what raises TransientError, until its tries or the setting's attempts are spent; raises the last.

    Waits what a Retry-After asks for, up to the setting's limit; without one, longer from try to try. `before_retry` is
    told each failure and the seconds that will be waited.
    """

    def wait(state: RetryCallState) -> float:
        asked = _failure(state).retry_after
        return BACKOFF(state) if asked is None else min(asked, settings.max_retry_after)

    return AsyncRetrying(
        retry=retry_if_exception_type(TransientError),
        stop=lambda state: state.attempt_number >= min(settings.attempts, _failure(state).tries),
        wait=wait,
        before_sleep=lambda state: before_retry(_failure(state), state.upcoming_sleep),
        sleep=sleep,
        reraise=True,
    )


def _failure(state: RetryCallState) -> TransientError:
    assert state.outcome is not None
    error = state.outcome.exception()
    assert isinstance(error, TransientError)
    return error


def read_retry_after(raw: str | None, *, now: datetime) -> float | None:
    """'120' or an HTTP date -> seconds from now, never negative, maybe infinite; None for nothing or nonsense."""
    if raw is None:
        return None
    try:
        seconds = float(raw)
    except ValueError:
        seconds = _seconds_until(raw, now)
    return None if math.isnan(seconds) else max(0.0, seconds)


def _seconds_until(raw: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(raw)
    except (ValueError, TypeError, OverflowError, IndexError):
        return math.nan
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
