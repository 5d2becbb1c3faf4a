"""What asked not to be kept or mined: signals of single pages, and of a site's robots.txt.

They are kept beside the record, which stays whole in the archive; `withheld` is the record as it may leave it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from scraper.archive.instants import utc_text

Record = dict[str, Any]

OPTED_OUT = "opted_out"
"""The record's key: the signals, in order; absent where there is none."""

LEFT_OUT: Record = {
    "lead": "",
    "body": "",
    "end_mark": None,
    "end_mark_at": None,
    "quotes": [],
    "event_dates": [],
    "images": [],
    "links": [],
    "embeds": [],
    "capture": None,
}
"""What the text itself is, and what stands in its place in a record that leaves the archive without it."""

EXTRAS_LEFT_OUT: Record = {"removed": [], "claims": {}}


def withheld(record: Record) -> Record:
    """The record as it may be published: without its text and its capture where an owner asked for that."""
    if OPTED_OUT not in record:
        return record
    extras = {key: value for key, value in EXTRAS_LEFT_OUT.items() if key in record}
    dateline = {**record["dateline"], "at": 0} if record["dateline"] else None
    return {**record, **LEFT_OUT, **extras, "dateline": dateline}


def keep_page(connection: sqlite3.Connection, article: str, signals: Sequence[str], at: datetime) -> bool:
    """Whether the signals of the article's page are others than those held; then these are held from now on."""
    held = {signal for (signal,) in connection.execute("SELECT signal FROM opt_outs WHERE article = ?", (article,))}
    if held == set(signals):
        return False
    connection.execute("DELETE FROM opt_outs WHERE article = ?", (article,))
    connection.executemany(
        "INSERT INTO opt_outs (article, signal, seen_at) VALUES (?, ?, ?)",
        [(article, signal, utc_text(at)) for signal in sorted(set(signals))],
    )
    return True


def keep_site(connection: sqlite3.Connection, site: str, signals: Iterable[str], at: datetime, *, seq: int) -> bool:
    """The same for a site's robots.txt. All the site's articles take export numbers, from `seq` on, in their order."""
    wanted = set(signals)
    held = {signal for (signal,) in connection.execute("SELECT signal FROM site_opt_outs WHERE site = ?", (site,))}
    if held == wanted:
        return False
    connection.execute("DELETE FROM site_opt_outs WHERE site = ?", (site,))
    connection.executemany(
        "INSERT INTO site_opt_outs (site, signal, seen_at) VALUES (?, ?, ?)",
        [(site, signal, utc_text(at)) for signal in sorted(wanted)],
    )
    connection.execute(
        "UPDATE articles SET changed_at = :at, seq = numbered.seq FROM (SELECT id, :seq - 1 + row_number() OVER"
        " (ORDER BY seq) AS seq FROM articles WHERE site = :site) AS numbered WHERE articles.id = numbered.id",
        {"at": utc_text(at), "seq": seq, "site": site},
    )
    return True


def signals_of(connection: sqlite3.Connection, articles: Sequence[str]) -> dict[str, list[str]]:
    """Article id -> its signals in order; an article without any is absent."""
    found: dict[str, list[str]] = {}
    rows = connection.execute(
        "SELECT article, signal FROM opted_out WHERE article IN (SELECT value FROM json_each(?)) ORDER BY 1, 2",
        (msgspec.json.encode(list(articles)).decode(),),
    )
    for article, signal in rows:
        found.setdefault(article, []).append(signal)
    return found
