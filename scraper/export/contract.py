"""The public contract of an export's lines: the whole record as a type, and the JSON Schema made from it."""

from __future__ import annotations

import sys
from inspect import cleandoc
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from extractors.model import SCHEMA, Article, Claim, Removal
from scraper.archive.store import TOMBSTONE, Tombstone

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class CaptureOf(msgspec.Struct, frozen=True, kw_only=True):
    """The raw page a record was read from."""

    sha256: str
    fetched_at: str


class Syndication(msgspec.Struct, frozen=True, kw_only=True):
    """The group of articles that share their text, and this one's part in it; `share` of words in common, 0..1."""

    group: int
    role: Literal["origin", "copy", "none"]
    share: float


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """When the archive first and last saw the article, in UTC."""

    first: str
    last: str


class ArticleRecord(Article, frozen=True, kw_only=True):
    """One article as exported: what the page told, then what only the archive knows.

    `seen`, `removed` and `claims` are there only when asked for. `opted_out` is there where the site or the page asks
    not to be archived or mined, and says how; then `lead`, `body`, `quotes` and all else of the text are empty, and
    `capture` is null, unless the export was told to include them.
    """

    status: Literal["live", "suspect", "gone", "moved"]
    revision: int
    capture: CaptureOf | None
    syndication: Syndication | None
    seq: int
    opted_out: tuple[str, ...] | UnsetType = UNSET
    seen: Seen | UnsetType = UNSET
    removed: tuple[Removal, ...] | UnsetType = UNSET
    claims: dict[str, tuple[Claim, ...]] | UnsetType = UNSET


def record_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a line: an article's record, or a tombstone."""
    (article, tombstone), parts = msgspec.json.schema_components(
        (ArticleRecord, Tombstone), ref_template="#/$defs/{name}"
    )
    for name, schema in (("ArticleRecord", SCHEMA), ("Tombstone", TOMBSTONE)):
        parts[name]["properties"]["schema"] = {"const": schema}
        parts[name]["required"].insert(0, "schema")
        parts[name]["additionalProperties"] = False
    for part in parts.values():
        if "description" in part:  # a docstring's indent is part of it before Python 3.13
            part["description"] = cleandoc(part["description"])
    return {"$schema": DIALECT, "title": "A line of a Kliping export", "oneOf": [article, tombstone], "$defs": parts}


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(record_schema()), indent=2) + b"\n")
