"""An article as its page shows it: the text with its quotes marked, its past word by word, what its values rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import msgspec

from scraper.archive.people.privacy import spared
from scraper.archive.records import Record
from scraper.archive.sites.optouts import OPTED_OUT
from scraper.archive.store import Archive
from scraper.archive.versions.edits import told
from scraper.archive.versions.history import Piece, Revision, revisions, word_diff

WITH: frozenset[Any] = frozenset({"claims", "removed", "seen"})
EVIDENT = ("title", "published", "updated", "dateline", "byline", "reporter", "editor", "account", "language")
"""Fields whose claims stand first; others follow."""

KEPT = 24  # words of an unchanged stretch that stand at each side of a change
MOST_REVISIONS = 20  # shown word by word; the newest


class Run(msgspec.Struct, frozen=True):
    """A stretch of a paragraph, and the number of the quote it belongs to, if any."""

    text: str
    quote: int | None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """From one state of the article to the next: when it was seen, what was done, and both texts in one."""

    revision: int
    seen_at: str
    silent: bool | None
    edits: tuple[str, ...]
    pieces: tuple[Piece, ...]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the article's page is made of."""

    record: Record
    paragraphs: tuple[tuple[Run, ...], ...]
    steps: tuple[Step, ...]
    claims: tuple[tuple[str, list[dict[str, Any]]], ...]


def read(archive: Archive, id_: str) -> Reading | None:
    """The article of that id or address; None where there is none that may be shown."""
    record = archive.record(id_, with_=WITH)
    if record is None or OPTED_OUT in record:
        return None
    record = spared(record)
    return Reading(
        record=record,
        paragraphs=tuple(paragraphs(record["body"], record["quotes"])),
        steps=tuple(_steps(revisions(archive, record["id"]))) if record["revision"] > 1 else (),
        claims=tuple(_in_order(record["claims"])),
    )


def may_download(archive: Archive, sha256: str) -> bool:
    """Whether a page is one that was captured for an article that may be shown."""
    owners = archive.db.conn.execute(
        "SELECT a.id FROM captures c JOIN articles a ON a.capture = c.id WHERE c.sha256 = ?"
        " UNION SELECT r.article FROM captures c JOIN revisions r ON r.capture = c.id WHERE c.sha256 = ?",
        (sha256, sha256),
    ).fetchall()
    ids = [owner for (owner,) in owners]
    hidden = archive.db.conn.execute(
        "SELECT 1 FROM opted_out WHERE article IN (SELECT value FROM json_each(?)) LIMIT 1",
        (msgspec.json.encode(ids).decode(),),
    ).fetchone()
    return bool(ids) and hidden is None


def safe_link(url: str | None) -> str | None:
    """The address where it is one of the web: never a script, a file or data."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return None
    return parts.geturl() if parts.scheme in {"http", "https"} and parts.netloc else None


def paragraphs(body: str, quotes: Sequence[dict[str, Any]]) -> Iterable[tuple[Run, ...]]:
    """The paragraphs, cut where quotes begin and end. A quote over several paragraphs is marked in each."""
    spans = sorted((quote["start"], quote["end"], number) for number, quote in enumerate(quotes))
    at = 0
    for paragraph in body.split("\n\n"):
        runs, begin, end = [], at, at + len(paragraph)
        for start, stop, number in spans:
            start, stop = max(start, begin), min(stop, end)  # noqa: PLW2901 - the part in this paragraph
            if start >= stop:
                continue
            if begin < start:
                runs.append(Run(body[begin:start], None))
            runs.append(Run(body[start:stop], number))
            begin = stop
        if begin < end:
            runs.append(Run(body[begin:end], None))
        if runs:
            yield tuple(runs)
        at = end + 2


def _in_order(claims: dict[str, list[dict[str, Any]]]) -> list[tuple[str, list[dict[str, Any]]]]:
    ranks = {field: rank for rank, field in enumerate(EVIDENT)}
    return sorted(claims.items(), key=lambda item: (ranks.get(item[0], len(ranks)), item[0]))


def _steps(states: Sequence[Revision]) -> Iterable[Step]:
    for old, new in reversed(list(pairwise(states))[-MOST_REVISIONS:]):
        yield Step(
            revision=new.revision,
            seen_at=new.seen_at,
            silent=new.silent,
            edits=tuple(told(edit) for edit in new.edits),
            pieces=tuple(_shortened(word_diff(_text(old.record), _text(new.record)))),
        )


def _text(record: dict[str, Any]) -> str:
    return f"{record['title']}\n\n{record['body']}"


def _shortened(pieces: list[Piece]) -> Iterable[Piece]:
    """The pieces, unchanged stretches cut down to the words beside a change."""
    for place, piece in enumerate(pieces):
        words = piece.text.split(" ")
        if piece.op != "same" or len(words) <= 3 * KEPT:
            yield piece
            continue
        head = " ".join(words[:KEPT]) if place else ""
        tail = " ".join(words[-KEPT:]) if place < len(pieces) - 1 else ""
        yield Piece("same", f"{head} … {tail}".strip(" "))
