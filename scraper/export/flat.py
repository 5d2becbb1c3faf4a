"""The record as rows: one table of articles, and one for each list that an article carries.

The columns are those of the archive's own tables, so that a question asked there can be asked here. Every row is made
of a record that may be published: what its owner opted out of has no text, and so no quotes, images or links.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from extractors.model import Claim, Embed, EventDate, Image, Link, Quote, Removal
from scraper.archive.instants import instant_text
from scraper.archive.records import Extra, Record
from scraper.archive.sites.optouts import OPTED_OUT
from scraper.archive.store import Archive, Tombstone

Row = tuple[Any, ...]
INSTANT = len("2026-03-02T12:00:00Z")  # characters of an instant in UTC; a bare day has fewer, a time with no zone no Z


class Column(NamedTuple):
    """A column's name and its type, as DuckDB and Parquet name it. `TIMESTAMPTZ` holds instants, in UTC."""

    name: str
    type: str


def _columns(text: str) -> tuple[Column, ...]:
    return tuple(Column(*pair.split(":")) if ":" in pair else Column(pair, "VARCHAR") for pair in text.split())


ARTICLES = _columns(
    "id seq:BIGINT site url blog_id post_id title dateline_raw dateline_place dateline_outlet dateline_at:INTEGER"
    " byline_reporter byline_editor byline_initials account"
    " published_at:TIMESTAMPTZ published_on:DATE published_value published_precision published_zone published_source"
    " updated_at:TIMESTAMPTZ updated_value updated_precision updated_zone updated_source"
    " language labels:VARCHAR[] section lead body end_mark end_mark_at:INTEGER"
    " extractor platform theme witness_feed witness_agreement:DOUBLE word_count:INTEGER"
    " status revision:INTEGER syndication_group:BIGINT syndication_role syndication_share:DOUBLE"
    " capture_sha256 fetched_at:TIMESTAMPTZ opted_out:VARCHAR[]"
)
OF = _columns("article site published_on:DATE seq:INTEGER")
"""What every row of a list begins with: whose it is, and its place in the list."""


class List(NamedTuple):
    """A list of the record: its key there, the columns of its table after those of OF, and how an item fills them."""

    key: str
    columns: tuple[Column, ...]
    read: Callable[[Any], Row]


def _list(key: str, kind: type[msgspec.Struct], **types: str) -> List:
    names = kind.__struct_fields__
    columns = tuple(Column(name, types.get(name, "VARCHAR")) for name in names)
    return List(key, columns, lambda item: tuple(item[name] for name in names))


LISTS = {
    "labels": List("labels", _columns("label"), lambda label: (label,)),
    "quotes": _list("quotes", Quote, start="INTEGER", end="INTEGER", confidence="DOUBLE"),
    "event_dates": _list("event_dates", EventDate, date="DATE", start="INTEGER", end="INTEGER"),
    "images": _list("images", Image),
    "links": _list("links", Link),
    "embeds": _list("embeds", Embed),
    "removals": _list("removed", Removal),
    "claims": List(
        "claims",
        (Column("field", "VARCHAR"), *_list("", Claim, chosen="BOOLEAN").columns),
        lambda one: (one[0], *(one[1][name] for name in Claim.__struct_fields__)),
    ),
}
REVISIONS = _columns("article site published_on:DATE revision:INTEGER seen_at:TIMESTAMPTZ silent:BOOLEAN edits:JSON")
TOMBSTONES = _columns("id seq:BIGINT url reason at:TIMESTAMPTZ sha256")
STATES = """
SELECT revision, seen_at, silent, coalesce(json_extract(changes, '$.edits'), '[]') FROM revisions
WHERE article = :article AND (:as_of IS NULL OR seen_at <= :as_of) ORDER BY revision
"""
PERSON = Column("person", "VARCHAR")

TABLES: dict[str, tuple[Column, ...]] = {
    "articles": ARTICLES,
    **{name: (*OF, *one.columns) for name, one in LISTS.items()},
    "quotes": (*OF, *LISTS["quotes"].columns, PERSON),
    "revisions": REVISIONS,
    "tombstones": TOMBSTONES,
}
"""Every table that can be exported, with its columns in order."""


EXTRAS: dict[str, Extra] = {"claims": "claims", "removals": "removed"}


def extras_of(tables: Iterable[str]) -> tuple[Extra, ...]:
    """What records must be asked for so that those tables can be made of them."""
    return tuple(EXTRAS[table] for table in tables if table in EXTRAS)


def rows(table: str, record: Record, archive: Archive, *, as_of: str | None = None) -> Iterator[Row]:
    """The rows of a table that one record makes. `as_of`: the past time it is of, whose people nobody knows."""
    if table == "articles":
        yield _article(record)
    elif table == "revisions":
        yield from _revisions(record, archive, as_of)
    elif table == "quotes":
        people = {} if as_of or not record["quotes"] else _people(record["id"], archive)
        for row in _items(LISTS[table], record):
            yield (*row, people.get(row[len(OF) - 1]))
    else:
        yield from _items(LISTS[table], record)


def item_rows(table: str, record: Record) -> Iterator[Row]:
    """The rows that a record makes without an archive: of `articles`, or of a list; nobody knows the people."""
    if table == "articles":
        yield _article(record)
        return
    nobody = (None,) * (len(TABLES[table]) - len(OF) - len(LISTS[table].columns))
    for row in _items(LISTS[table], record):
        yield (*row, *nobody)


def tombstone_row(tombstone: Tombstone) -> Row:
    """The row of what was taken out of the archive."""
    return tuple(getattr(tombstone, column.name) for column in TOMBSTONES)


def _article(record: Record) -> Row:
    nothing: dict[str, Any] = {}
    dateline, byline = record["dateline"] or nothing, record["byline"]
    published, updated = record["published"] or nothing, record["updated"] or nothing
    syndication, capture = record["syndication"] or nothing, record["capture"] or nothing
    values = {
        **record,
        **{f"dateline_{key}": dateline.get(key) for key in ("raw", "place", "outlet", "at")},
        **{f"byline_{key}": byline[key] for key in ("reporter", "editor", "initials")},
        "account": byline["account"],
        **_moment("published", published),
        **_moment("updated", updated),
        "published_on": _day(record),
        "witness_feed": record["witness"]["feed"],
        "witness_agreement": record["witness"]["agreement"],
        **{f"syndication_{key}": syndication.get(key) for key in ("group", "role", "share")},
        "capture_sha256": capture.get("sha256"),
        "fetched_at": capture.get("fetched_at"),
        OPTED_OUT: record.get(OPTED_OUT, []),
    }
    return tuple(values[column.name] for column in ARTICLES)


def _moment(name: str, moment: dict[str, Any]) -> dict[str, Any]:
    """The columns of a moment; `at` as in the archive: the instant in UTC, else the bare day or local time."""
    value = moment.get("value")
    at = instant_text(value) if value and moment["precision"] != "day" and moment["zone"] != "none" else value
    parts = {f"{name}_{key}": moment.get(key) for key in ("value", "precision", "zone", "source")}
    return {f"{name}_at": at, **parts}


def _day(record: Record) -> str | None:
    """The day of publication in the newsroom's own zone."""
    published = record["published"]
    return published["value"][: len("2026-03-02")] if published else None


def _items(one: List, record: Record) -> Iterator[Row]:
    held = record[one.key]
    if isinstance(held, dict):
        held = [(field, claim) for field, claims in held.items() for claim in claims]
    for number, item in enumerate(held):
        yield (record["id"], record["site"], _day(record), number, *one.read(item))


def _people(article: str, archive: Archive) -> dict[int, str]:
    found = archive.db.conn.execute(
        "SELECT seq, person FROM quotes WHERE article = ? AND person IS NOT NULL", (article,)
    )
    return dict(found.fetchall())


def _revisions(record: Record, archive: Archive, as_of: str | None) -> Iterator[Row]:
    """An article's states; without what was edited, where the text is withheld."""
    withheld = OPTED_OUT in record and not record["body"]
    asked = {"article": record["id"], "as_of": as_of}
    for revision, seen_at, silent, edits in archive.db.conn.execute(STATES, asked):
        told = None if withheld else edits
        yield (record["id"], record["site"], _day(record), revision, seen_at, _truth(silent), told)


def _truth(value: int | None) -> bool | None:
    return None if value is None else bool(value)
