"""Pages that came from files: their runs, what is known of a post already, and pages kept beside it.

A file may be older than what the archive holds. Then its page is kept, and the article stays as the newer visit left
it: the states of an article follow one another as they were seen.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from extractors.model import FeedEntry, Reading
from scraper.archive.captures import Capture, CaptureShelf
from scraper.archive.instants import utc_text
from scraper.archive.removal.stubs import forgotten
from scraper.archive.store import Archive
from scraper.archive.versions import rereadings
from scraper.archive.versions.rereadings import Kept

ORIGIN = "x-kliping-origin"
"""The header of a kept page that no server answered: SAVED or EXPORT."""

SAVED = "saved-page"
EXPORT = "blogger-export"

KNOWN = """
SELECT max(at) FROM (
    SELECT max(visited_at) AS at FROM frontier WHERE url = :url OR article = :article
    UNION ALL SELECT max(seen_at) FROM revisions WHERE article = :article
    UNION ALL SELECT c.fetched_at FROM articles a JOIN captures c ON c.id = a.capture WHERE a.id = :article)
WHERE EXISTS (SELECT 1 FROM articles WHERE id = :article)
"""


class Holding(msgspec.Struct, frozen=True):
    """What the archive holds of an article: when it was last looked at, and its newsroom's own time of update."""

    known_at: str
    updated_at: str | None


def begin(archive: Archive, at: datetime) -> int:
    """The number of a new run of kind 'import'."""
    with archive.transaction():
        found = archive.db.conn.execute(
            "INSERT INTO runs (sites, started_at, kind) VALUES ('[]', ?, 'import') RETURNING id", (utc_text(at),)
        )
        return int(found.fetchone()[0])


def conclude(archive: Archive, run: int, at: datetime, summary: dict[str, int], *, sites: set[str]) -> None:
    """Ends the run, over the sites it turned out to be of."""
    with archive.transaction():
        told = msgspec.json.encode(sorted(sites)).decode()
        archive.db.conn.execute("UPDATE runs SET sites = ? WHERE id = ?", (told, run))
        archive.end_run(run, at, summary)


def holding(archive: Archive, article: str, url: str) -> Holding | None:
    """What is held of an article that a file tells of at `url`; None where nothing is."""
    connection = archive.db.conn
    (known_at,) = connection.execute(KNOWN, {"article": article, "url": url}).fetchone()
    if known_at is None:
        return None
    (updated_at,) = connection.execute("SELECT updated_at FROM articles WHERE id = ?", (article,)).fetchone()
    return Holding(known_at, updated_at)


def site_of_blog(archive: Archive, blog_id: str) -> str | None:
    """The name under which the archive knows a blog, the one it crawls first."""
    found = archive.db.conn.execute(
        "SELECT name FROM sites WHERE blog_id = ? ORDER BY removed_at IS NOT NULL, name LIMIT 1", (blog_id,)
    ).fetchone()
    return found[0] if found else None


def lone_page(archive: Archive, article: str) -> int | None:
    """The capture an article was read from, if no feed entry stands beside it."""
    found = archive.db.conn.execute(
        "SELECT c.id FROM articles a JOIN captures c ON c.id = a.capture WHERE a.id = ? AND c.entry IS NULL", (article,)
    ).fetchone()
    return found[0] if found else None


def pair(archive: Archive, run: int, kept: Kept, entry: FeedEntry, reading: Reading, *, at: datetime) -> None:
    """Puts an entry beside the page that is held of its post, and what both tell in the place of what the page told."""
    with archive.transaction():
        capture = Capture(
            body=archive.raw(kept.sha256),
            status=kept.status,
            headers=kept.headers,
            final_url=kept.final_url,
            fetched_at=kept.fetched_at,
        )
        CaptureShelf(archive.db.conn).keep(capture, url=kept.url, site=kept.site, theme=None, entry=entry)
        rereadings.replace(archive.db.conn, run, reading, site=kept.site, at=at)


def keep_beside(
    archive: Archive, capture: Capture, *, url: str, site: str, article: str, theme: str | None, entry: FeedEntry | None
) -> bool:
    """Whether the page is kept, and nothing else changed; not of an article that was redacted. One that is held
    already keeps the entry it was read with.
    """
    with archive.transaction():
        connection = archive.db.conn
        if forgotten(connection, url=url, article=article):
            return False
        sha256 = hashlib.sha256(capture.body).hexdigest()
        if not connection.execute("SELECT 1 FROM captures WHERE url = ? AND sha256 = ?", (url, sha256)).fetchone():
            CaptureShelf(connection).keep(capture, url=url, site=site, theme=theme, entry=entry)
    return True
