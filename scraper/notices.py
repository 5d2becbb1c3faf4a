"""Telling somebody of a run: a command that gets the report on its standard input, an address that it is posted to.

Neither holds anything up for longer than the setting allows, and none that fails changes what the run came to.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from scraper.config import Settings
from scraper.errors import FetchError, UsageProblem
from scraper.reports import RunReport, as_json

LAST_WORDS = 300  # characters of what a failing command says that are told


async def notify(told: RunReport, settings: Settings) -> list[str]:
    """A sentence for each way of telling that failed; without trouble nobody is told, unless the settings say so."""
    if not (told.has_trouble or settings.notify_always):
        return []
    report = as_json(told)
    failures = list(_run(report, settings)) if settings.notify_command else []
    if settings.notify_url:
        failures += [sentence async for sentence in _post(report, settings)]
    return failures


def _run(report: bytes, settings: Settings) -> Iterator[str]:
    name = "KLIPING_NOTIFY_COMMAND"
    try:
        command = shlex.split(settings.notify_command)
        process = subprocess.Popen(  # noqa: S603 - the person's own command
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        yield f"{name} cannot be run: {error}. Nobody was told."
        return
    with process:
        try:
            _, words = process.communicate(report, timeout=settings.notify_limit)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            yield f"{name} took longer than {settings.notify_limit:g} seconds and was ended."
            return
    if process.returncode:
        said = words.decode("utf-8", "replace").strip()[-LAST_WORDS:]
        yield f"{name} failed with exit code {process.returncode}{f': {said}' if said else '.'}"


async def _post(report: bytes, settings: Settings) -> AsyncIterator[str]:
    from scraper.web.notice import post

    try:
        await post(settings.notify_url, report, settings)
    except (FetchError, UsageProblem) as error:
        # the address itself may be a secret, as those of chat rooms are
        place = _host(settings.notify_url)
        reason = error.reason if isinstance(error, FetchError) else str(error)
        yield f"KLIPING_NOTIFY_URL: the report was not accepted by {place} ({reason})."


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "what is no address"
    except ValueError:
        return "what is no address"
