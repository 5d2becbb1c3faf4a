"""A Chromium that is installed already, and the window served to it; or the clear word that there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

REQUIRED = "KLIPING_BROWSER"
"""Set by `make browser`: without a browser these tests fail there, and are left out elsewhere."""

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
PATIENCE = 60  # seconds


def program() -> str | None:
    """Where Chromium lies."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def absent(what: str) -> None:
    """Ends the test module: a failure where the browser is required, else left out."""
    told = f"{what}: the window is not tried in a browser; 'make browser' does it where Chromium is installed"
    if os.environ.get(REQUIRED):
        pytest.fail(told, pytrace=False)
    pytest.skip(told, allow_module_level=True)


@contextmanager
def launched() -> Iterator[Any]:
    """The browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def serving(path: Path) -> Iterator[str]:
    """The address of the window over that archive, without a final slash."""
    command = [sys.executable, "-m", "scraper", "serve", "--port", "0", "--db", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip().rstrip("/")
        finally:
            server.terminate()
            server.communicate(timeout=PATIENCE)
