"""Where the real pages and gold live that some tests read: beside the project, or where KLIPING_SHARED points."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("KLIPING_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def shared(path: str = "") -> Path:
    """The file or folder of that name among the shared test data; skips the calling test where there is none."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"shared test data not found: {found} (set KLIPING_SHARED)")
    return found
