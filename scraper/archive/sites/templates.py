"""The templates a site's pages come on, and the quarantine of what is read from one that nobody has seen there before.

A theme that is swapped can leave rules that read something, and the wrong thing. So a page whose skeleton is unlike any
its site is known by is judged by itself: where feed and page tell the same it is kept, else it fails as UNKNOWN, with
its bytes, and what the archive holds stays as it was. ENOUGH pages that were read well make the new template known; so
does a person. A site with fewer than HISTORY pages has no habits yet, and whatever it shows is its template.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from extractors.model import Reading
from extractors.skeleton import Skeleton, likeness, skeleton
from scraper.archive.captures import CaptureShelf, DamagedCapture
from scraper.archive.instants import utc_text

UNKNOWN = "unknown-template"
"""The reason of a page that was not read because its template is not known."""

ALIKE = 0.4  # likeness from which two pages are of one template: within a site .82 and more, of two themes .15 and less
HISTORY = 5  # pages on known templates from which a site has habits
ENOUGH = 3  # pages read well that make a template known
FEED_ALONE = "feed@"  # how the extractor is called that takes the text from the feed
WELL = 0.9  # agreement of the witnesses; a body with a list of other posts in it reaches .8
UNREADABLE = frozenset({"not-an-article", "needs-feed"})
"""Reasons for finding no article that may be the template's doing; the others the platform or the server gives."""


NEWEST = """
SELECT c.id, c.sha256 FROM articles a JOIN captures c ON c.id = a.capture WHERE a.site = ? ORDER BY c.id DESC LIMIT ?
"""


class Template(NamedTuple):
    """A row of `templates`."""

    id: int
    skeleton: Skeleton
    is_known: bool


class Ruling(NamedTuple):
    """What becomes of a page: `template` is the one it came on, None where that is not looked at."""

    template: int | None
    is_trusted: bool


ANY = Ruling(None, is_trusted=True)


def is_from_feed(reading: Reading | None) -> bool:
    """Whether the text is the feed's alone: right, and no evidence that the page can be read."""
    return reading is not None and reading.article.extractor.startswith(FEED_ALONE)


def reads_well(reading: Reading | None) -> bool:
    """Whether the feed bears out what was read: word for word, or in its opening on a theme that is described."""
    if reading is None or reading.article.witness.agreement is None:
        return False
    is_sure = reading.article.witness.feed == "full" or reading.article.theme is not None
    return is_sure and reading.article.witness.agreement >= WELL


def of_site(connection: sqlite3.Connection, site: str) -> list[Template]:
    """The site's templates, known ones first, the newest first."""
    rows = connection.execute(
        "SELECT id, skeleton, state = 'known' FROM templates WHERE site = ? ORDER BY state, id DESC", (site,)
    )
    return [Template(id_, _decode(data), bool(is_known)) for id_, data, is_known in rows]


def trusts(connection: sqlite3.Connection, site: str, shown: Skeleton | None, reading: Reading | None) -> bool:
    """Whether what was read from a page may be written down. Nothing is."""
    if shown is None or reads_well(reading):
        return True
    held = _nearest(of_site(connection, site), shown)
    return held.is_known if held is not None else not _has_habits(connection, site)


def judge(
    connection: sqlite3.Connection,
    shelf: CaptureShelf,
    site: str,
    shown: Skeleton | None,
    reading: Reading | None,
    *,
    at: datetime,
) -> Ruling:
    """What becomes of a page, after its template is noted. The caller begins and ends the transaction."""
    if shown is None:
        return ANY
    held = _nearest(of_site(connection, site) or _learn(connection, shelf, site, at), shown)
    if held is None:
        is_known = not _has_habits(connection, site)
        if is_known and reading is None:
            return ANY  # a list or an empty page is no example of its posts
        held = Template(_note(connection, site, shown, is_known=is_known, at=at), shown, is_known)
    if held.is_known:
        return Ruling(held.id, is_trusted=True)
    if not reads_well(reading):
        return Ruling(held.id, is_trusted=False)
    if is_from_feed(reading):
        return Ruling(held.id, is_trusted=True)
    (well,) = connection.execute(
        "UPDATE templates SET read_well = read_well + 1 WHERE id = ? RETURNING read_well", (held.id,)
    ).fetchone()
    if well >= ENOUGH:
        accept(connection, site, [held.id], at=at)
    return Ruling(held.id, is_trusted=True)


def accept(connection: sqlite3.Connection, site: str, ids: Iterable[int], *, at: datetime) -> int:
    """Makes templates known; how many pages of the site that were in quarantine are due for that."""
    connection.executemany("UPDATE templates SET state = 'known' WHERE id = ?", [(id_,) for id_ in ids])
    return connection.execute(
        "UPDATE frontier SET state = 'due', due_at = ?, attempts = 0, etag = NULL, last_modified = NULL"
        " WHERE site = ? AND last_error = ?",
        (utc_text(at), site, UNKNOWN),
    ).rowcount


def mark(connection: sqlite3.Connection, capture: int, template: int) -> None:
    """Notes which template a kept page came on."""
    connection.execute("UPDATE captures SET template = ? WHERE id = ?", (template, capture))


def _learn(connection: sqlite3.Connection, shelf: CaptureShelf, site: str, at: datetime) -> list[Template]:
    """The templates of a site that was crawled before templates were looked at, from its newest articles' pages."""
    for capture, sha256 in connection.execute(NEWEST, (site, HISTORY)).fetchall():
        try:
            shown = skeleton(shelf.body(sha256).decode("utf-8", "replace"))
        except DamagedCapture:
            continue  # told by 'kliping verify'
        held = _nearest(of_site(connection, site), shown)
        mark(connection, capture, held.id if held else _note(connection, site, shown, is_known=True, at=at))
    return of_site(connection, site)


def _nearest(templates: list[Template], shown: Skeleton) -> Template | None:
    """The first that the page is like; of a template that changed by and by the newest form comes first."""
    return next((template for template in templates if likeness(template.skeleton, shown) >= ALIKE), None)


def _has_habits(connection: sqlite3.Connection, site: str) -> bool:
    (pages,) = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM captures c JOIN templates t ON t.id = c.template"
        " WHERE c.site = ? AND t.state = 'known' LIMIT ?)",
        (site, HISTORY),
    ).fetchone()
    return bool(pages >= HISTORY)


def _note(connection: sqlite3.Connection, site: str, shown: Skeleton, *, is_known: bool, at: datetime) -> int:
    state = "known" if is_known else "unknown"
    row = (site, struct.pack(f">{len(shown)}I", *shown), state, utc_text(at))
    found = connection.execute(
        "INSERT INTO templates (site, skeleton, state, seen_at) VALUES (?, ?, ?, ?) RETURNING id", row
    )
    return int(found.fetchone()[0])


def _decode(data: bytes) -> Skeleton:
    return struct.unpack(f">{len(data) // 4}I", data)
