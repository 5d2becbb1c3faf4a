"""Where the benches find real pages, texts, gold and scorers: beside the project, or where KLIPING_SHARED points."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("KLIPING_SHARED", ROOT.parent / "shared"))
MISSING = f"The shared test data is not at {SHARED}; set KLIPING_SHARED."


def stored_pages(kind: str = "articles") -> list[Path]:
    """The stored real pages of a kind (articles, listing, error …), by name; none where the data is not there."""
    return sorted((SHARED / "pages" / kind).glob("*.html.gz"))


def html_of(path: Path) -> str:
    """A stored page's text."""
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "replace")


def own_pages() -> list[Path]:
    """The pages written for this project, one or more a theme."""
    return sorted((ROOT / "fixtures" / "pages").glob("*/*/page.html"))
