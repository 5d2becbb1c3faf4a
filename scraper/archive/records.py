"""Between an Article and its rows: one row of flat columns and the lists that hang on it; and back, as the record.

The record's keys stand in the order of the public contract, the article's first, then what only the archive knows.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from extractors.model import SCHEMA, Article, Dateline, Moment, Quote, Reading
from scraper.archive.instants import utc_text
from scraper.archive.sites import edges
from scraper.archive.sites.optouts import OPTED_OUT, signals_of

Extra = Literal["seen", "removed", "claims"]
"""What a record carries only when asked for."""

Record = dict[str, Any]

BATCH = 500  # articles whose lists are fetched together; more gains nothing and holds more memory


class ArticleRow(msgspec.Struct, frozen=True):
    """The columns of `articles`, in the table's order, but for the integer key and what the archive itself decides."""

    id: str
    site: str
    url: str
    blog_id: str | None
    post_id: str | None
    title: str
    dateline_raw: str | None
    dateline_place: str | None
    dateline_outlet: str | None
    dateline_at: int | None
    byline_reporter: str | None
    byline_editor: str | None
    byline_initials: str | None
    account: str | None
    published_at: str | None
    published_value: str | None
    published_precision: str | None
    published_zone: str | None
    published_source: str | None
    published_raw: str | None
    updated_at: str | None
    updated_value: str | None
    updated_precision: str | None
    updated_zone: str | None
    updated_source: str | None
    updated_raw: str | None
    language: str | None
    section: str | None
    lead: str
    body: str
    end_mark: str | None
    end_mark_at: int | None
    extractor: str
    platform: str | None
    theme: str | None
    witness_feed: str
    witness_agreement: float | None
    word_count: int


class Standing(msgspec.Struct, frozen=True):
    """What only the archive knows of an article: columns of `articles`, and of its capture."""

    status: str
    revision: int
    seq: int
    first_seen_at: str
    syndication_group: int | None
    syndication_role: str | None
    syndication_share: float | None
    sha256: str | None
    fetched_at: str | None


ARTICLE_COLUMNS = ArticleRow.__struct_fields__
_WIDTH = len(ARTICLE_COLUMNS)
_SELECT = (
    f"SELECT {', '.join(f'a.{column}' for column in ARTICLE_COLUMNS)}, a.status, a.revision, a.seq, a.first_seen_at,"
    " a.syndication_group, a.syndication_role, a.syndication_share, c.sha256, c.fetched_at"
    " FROM articles a LEFT JOIN captures c ON c.id = a.capture"
)

LISTS: dict[str, tuple[str, ...]] = {
    "article_labels": ("label",),
    "quotes": (
        "text", '"start"', '"end"', "speaker", "role", "mention", "cue", "kind", "resolved_by", "confidence",
    ),
    "event_dates": ("raw", "date", "weekday", '"start"', '"end"'),
    "images": ("url", "original_url", "alt", "caption"),
    "links": ("url", "text", "kind"),
    "embeds": ("url", "kind"),
    "removals": ("rule", "text"),
    "claims": ("field", "value", "raw", "source", "rule", "chosen"),
}  # fmt: skip
"""The tables of what hangs on an article in order, and their columns; those of the record in its order of keys."""

_WRITTEN = LISTS | {"quotes": (*LISTS["quotes"], "person")}
_INSERTS = {
    table: f"INSERT INTO {table} (article, seq, {', '.join(columns)}) VALUES (?, ?{', ?' * len(columns)})"
    for table, columns in _WRITTEN.items()
}

_ALWAYS = ("article_labels", "quotes", "event_dates", "images", "links", "embeds")


def row_of(article: Article) -> ArticleRow:
    """The flat columns of an article. Its schema is not kept: a record is always written in the newest."""
    byline = article.byline
    return ArticleRow(
        article.id,
        article.site,
        article.url,
        article.blog_id,
        article.post_id,
        article.title,
        *_dateline_columns(article.dateline),
        byline.reporter,
        byline.editor,
        byline.initials,
        byline.account,
        *_moment_columns(article.published),
        *_moment_columns(article.updated),
        article.language,
        article.section,
        article.lead,
        article.body,
        article.end_mark,
        article.end_mark_at,
        article.extractor,
        article.platform,
        article.theme,
        article.witness.feed,
        article.witness.agreement,
        article.word_count,
    )


def _dateline_columns(dateline: Dateline | None) -> tuple[str | None, str | None, str | None, int | None]:
    if dateline is None:
        return (None, None, None, None)
    return (dateline.raw, dateline.place, dateline.outlet, dateline.at)


def _moment_columns(
    moment: Moment | None,
) -> tuple[str | None, str | None, str | None, str | None, str | None, str | None]:
    """First a text to sort by: the instant in UTC; the bare day, or the local time, where there is none."""
    if moment is None:
        return (None, None, None, None, None, None)
    instant = moment.instant
    at = utc_text(instant) if instant else moment.value
    return (at, moment.value, moment.precision, moment.zone, moment.source, moment.raw)


def lists_of(reading: Reading) -> dict[str, list[tuple[Any, ...]]]:
    """Table -> the rows of what hangs on the article, in order, without article and seq."""
    article = reading.article
    return {
        "article_labels": [(label,) for label in article.labels],
        "quotes": [msgspec.structs.astuple(quote) for quote in article.quotes],
        "event_dates": [msgspec.structs.astuple(date) for date in article.event_dates],
        "images": [msgspec.structs.astuple(image) for image in article.images],
        "links": [msgspec.structs.astuple(link) for link in article.links],
        "embeds": [msgspec.structs.astuple(embed) for embed in article.embeds],
        "removals": [msgspec.structs.astuple(removal) for removal in reading.removals],
        "claims": [
            (field, *msgspec.structs.astuple(claim)) for field, claims in reading.claims.items() for claim in claims
        ],
    }


def write_lists(connection: sqlite3.Connection, reading: Reading, persons: Mapping[str, str], *, instead: bool) -> None:
    """The rows of everything that hangs on the article; `instead` of those held already.

    `persons`: the speakers that are people, and their ids.
    """
    article = reading.article.id
    edges.keep(connection, article, reading.article.site, reading.edges)
    labels = [(label,) for label in reading.article.labels]
    connection.executemany("INSERT INTO labels (name) VALUES (?) ON CONFLICT DO NOTHING", labels)
    for table, read in lists_of(reading).items():
        if instead:
            connection.execute(f"DELETE FROM {table} WHERE article = ?", (article,))
        if not read:
            continue
        rows = read
        if table == "quotes":
            rows = [(*row, _person(quote, persons)) for row, quote in zip(read, reading.article.quotes, strict=True)]
        connection.executemany(_INSERTS[table], [(article, number, *row) for number, row in enumerate(rows)])


def _person(quote: Quote, persons: Mapping[str, str]) -> str | None:
    return persons.get(quote.speaker) if quote.speaker is not None and quote.speaker != quote.role else None


def select_records(
    connection: sqlite3.Connection,
    where: str = "1",
    parameters: Sequence[Any] | Mapping[str, Any] = (),
    *,
    order: str = "a.seq",
    with_: frozenset[Extra] = frozenset(),
) -> Iterator[Record]:
    """The records of the articles (alias `a`) that meet a condition."""
    cursor = connection.execute(f"{_SELECT} WHERE {where} ORDER BY {order}", parameters)
    while rows := cursor.fetchmany(BATCH):
        yield from _records(connection, rows, with_)


def _records(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], with_: frozenset[Extra]) -> list[Record]:
    ids = [row[0] for row in rows]
    lists = {table: _fetch_list(connection, table, ids) for table in _ALWAYS}
    removals = _fetch_list(connection, "removals", ids) if "removed" in with_ else {}
    claims = _fetch_list(connection, "claims", ids) if "claims" in with_ else {}
    seen = _last_seen(connection, ids) if "seen" in with_ else {}
    signals = signals_of(connection, ids)
    records = []
    for row in rows:
        article, standing = ArticleRow(*row[:_WIDTH]), Standing(*row[_WIDTH:])
        record = _article_part(article, {table: found.get(article.id, []) for table, found in lists.items()})
        record |= _archive_part(standing)
        if article.id in signals:
            record[OPTED_OUT] = signals[article.id]
        if "seen" in with_:
            first = standing.first_seen_at
            record["seen"] = {"first": first, "last": seen.get(article.id, first)}
        if "removed" in with_:
            record["removed"] = removals.get(article.id, [])
        if "claims" in with_:
            record["claims"] = _by_field(claims.get(article.id, []))
        records.append(record)
    return records


def _fetch_list(connection: sqlite3.Connection, table: str, ids: Sequence[str]) -> dict[str, list[Any]]:
    """Article id -> its items as dicts, in order; a one-column table gives bare values."""
    columns = LISTS[table]
    rows = connection.execute(
        f"SELECT {', '.join(columns)}, article FROM {table}"
        " WHERE article IN (SELECT value FROM json_each(?)) ORDER BY article, seq",
        (msgspec.json.encode(ids).decode(),),
    )
    keys = tuple(column.strip('"') for column in columns)
    found: defaultdict[str, list[Any]] = defaultdict(list)
    if len(keys) == 1:
        for value, article in rows:
            found[article].append(value)
    else:
        for row in rows:
            found[row[-1]].append(dict(zip(keys, row, strict=False)))  # all but the article, which comes last
    return found


def _last_seen(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, str]:
    return dict(
        connection.execute(
            "SELECT article, max(seen_at) FROM frontier WHERE article IN (SELECT value FROM json_each(?))"
            " AND seen_at IS NOT NULL GROUP BY article",
            (msgspec.json.encode(ids).decode(),),
        )
    )


def _by_field(claims: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    fields: dict[str, list[dict[str, Any]]] = {}
    for claim in claims:
        field = claim.pop("field")
        fields.setdefault(field, []).append(claim | {"chosen": bool(claim["chosen"])})
    return fields


def _article_part(row: ArticleRow, lists: dict[str, list[Any]]) -> Record:
    """The record as `extract` gives it: equal, key by key, to the encoded Article it was written from."""
    dateline = None
    if row.dateline_raw is not None:
        dateline = {
            "raw": row.dateline_raw,
            "place": row.dateline_place,
            "outlet": row.dateline_outlet,
            "at": row.dateline_at,
        }
    return {
        "schema": SCHEMA,
        "id": row.id,
        "site": row.site,
        "url": row.url,
        "blog_id": row.blog_id,
        "post_id": row.post_id,
        "title": row.title,
        "dateline": dateline,
        "byline": {
            "reporter": row.byline_reporter,
            "editor": row.byline_editor,
            "initials": row.byline_initials,
            "account": row.account,
        },
        "published": _moment(
            row.published_value, row.published_precision, row.published_zone, row.published_source, row.published_raw
        ),
        "updated": _moment(
            row.updated_value, row.updated_precision, row.updated_zone, row.updated_source, row.updated_raw
        ),
        "language": row.language,
        "labels": lists["article_labels"],
        "section": row.section,
        "lead": row.lead,
        "body": row.body,
        "end_mark": row.end_mark,
        "end_mark_at": row.end_mark_at,
        "quotes": lists["quotes"],
        "event_dates": lists["event_dates"],
        "images": lists["images"],
        "links": lists["links"],
        "embeds": lists["embeds"],
        "extractor": row.extractor,
        "platform": row.platform,
        "theme": row.theme,
        "witness": {"feed": row.witness_feed, "agreement": row.witness_agreement},
        "word_count": row.word_count,
    }


def _moment(
    value: str | None, precision: str | None, zone: str | None, source: str | None, raw: str | None
) -> dict[str, str | None] | None:
    if value is None:
        return None
    return {"value": value, "precision": precision, "zone": zone, "source": source, "raw": raw}


def _archive_part(standing: Standing) -> Record:
    capture = syndication = None
    if standing.sha256 is not None:
        capture = {"sha256": standing.sha256, "fetched_at": standing.fetched_at}
    if standing.syndication_group is not None:
        syndication = {
            "group": standing.syndication_group,
            "role": standing.syndication_role,
            "share": standing.syndication_share,
        }
    return {
        "status": standing.status,
        "revision": standing.revision,
        "capture": capture,
        "syndication": syndication,
        "seq": standing.seq,
    }
