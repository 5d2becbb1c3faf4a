"""docs/schema.md and docs/record.schema.json are what the code says today."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper.archive.schema import dictionary
from scraper.archive.store import Archive
from scraper.export.contract import record_schema

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "kliping.db", create=True) as opened:
        yield opened


def test_the_page_is_made_of_the_schema(archive: Archive) -> None:
    """Every table, view and column stands there with a meaning; `python -m scraper.archive.schema.dictionary` makes it."""
    assert (DOCS / "schema.md").read_text("utf-8") == dictionary.page(archive.db.conn)


def test_nothing_is_explained_that_is_not_there(archive: Archive) -> None:
    """A table or column that went takes its meaning along."""
    explained = tomllib.loads(dictionary.MEANINGS.read_text("utf-8"))["tables"]
    held = {name for (name,) in archive.db.execute("SELECT name FROM sqlite_schema").fetchall()}
    assert explained.keys() <= held
    for name, meanings in explained.items():
        columns = {row[1] for row in archive.db.execute(f'PRAGMA table_info("{name}")').fetchall()}
        assert meanings.keys() - {"about"} <= columns, name


def test_the_records_json_schema_is_that_of_the_code() -> None:
    """What is published of an export's lines is what they are made by."""
    assert json.loads((DOCS / "record.schema.json").read_text("utf-8")) == record_schema()
