"""The archive as it was: the revisions of an article, what was done between two, and every record at a past time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Literal

import msgspec

from scraper.archive.connection import troubles_told
from scraper.archive.instants import utc_text
from scraper.archive.records import Record, select_records
from scraper.archive.sites.optouts import OPTED_OUT
from scraper.archive.store import Archive
from scraper.archive.versions.edits import LONGEST, Edit

Op = Literal["same", "gone", "come"]

SUPERSEDED = """
SELECT r.article, r.record FROM revisions r JOIN articles a ON a.id = r.article
WHERE r.record IS NOT NULL AND r.seen_at <= :at AND (:site IS NULL OR a.site = :site) AND NOT EXISTS (
    SELECT 1 FROM revisions n WHERE n.article = r.article AND n.revision = r.revision + 1 AND n.seen_at <= :at)
"""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One state of an article: when the archive first saw it (UTC), what was done to the state before, and whether the
    newsroom said nothing of it (None for the first). `record` is the article's part as it stood.
    """

    revision: int
    seen_at: str
    updated_at: str | None
    silent: bool | None
    edits: tuple[Edit, ...]
    record: dict[str, Any]


class Piece(msgspec.Struct, frozen=True):
    """A run of words that stands in both texts, or in the old one alone, or in the new one alone."""

    op: Op
    text: str


def revisions(archive: Archive, article: str) -> list[Revision]:
    """The states of the article with that id, oldest first. One archived before states were kept whole has title and
    body alone in its old records.
    """
    current = archive.record(article)
    if current is None:
        return []
    with troubles_told(archive.path):
        rows = archive.db.conn.execute(
            "SELECT revision, seen_at, updated_at, silent, changes, record, title, body FROM revisions"
            " WHERE article = ? ORDER BY revision",
            (current["id"],),
        ).fetchall()
    states = []
    for revision, seen_at, updated_at, silent, changes, record, title, body in rows:
        if record is not None:
            state = msgspec.json.decode(record)
        else:
            state = current if body is None else {**current, "title": title, "body": body, "quotes": []}
        told = msgspec.json.decode(changes) if changes else {}
        states.append(
            Revision(
                revision=revision,
                seen_at=seen_at,
                updated_at=updated_at,
                silent=None if silent is None else bool(silent),
                edits=msgspec.convert(tuple(told.get("edits", ())), tuple[Edit, ...]),
                record=state,
            )
        )
    return states


def records_as_of(archive: Archive, at: datetime, *, site: str | None = None) -> Iterator[Record]:
    """The records as the archive held them at that time, in today's order of seq: articles seen by then, each in the
    state that was the newest. What was taken out of the archive since is not among them.
    """
    asked = {"at": utc_text(at), "site": site}
    with troubles_told(archive.path):
        old = dict(archive.db.conn.execute(SUPERSEDED, asked))
        now = select_records(
            archive.db.conn, "a.first_seen_at <= :at AND (:site IS NULL OR a.site = :site)", asked, order="a.seq"
        )
        for record in now:
            superseded = old.get(record["id"])
            if superseded is not None:
                allowed = {key: value for key, value in record.items() if key == OPTED_OUT}
                record = {**msgspec.json.decode(superseded), **allowed}  # noqa: PLW2901 - the record that stood then
            yield record


def word_diff(old: str, new: str) -> list[Piece]:
    """The two texts as runs of words with their white space; texts of more than 2,000 words paragraph by paragraph."""
    before, after = _parts(old), _parts(new)
    pieces: list[Piece] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(after[j:j_end])))
            continue
        if i < i_end:
            pieces.append(Piece("gone", "".join(before[i:i_end])))
        if j < j_end:
            pieces.append(Piece("come", "".join(after[j:j_end])))
    return pieces


def _parts(text: str) -> list[str]:
    """Words and the white space between them, or the paragraphs of a long text; together they are the text."""
    parts = re.findall(r"\s+|\S+", text)
    return parts if len(parts) <= 2 * LONGEST else text.splitlines(keepends=True)
