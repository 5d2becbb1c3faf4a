"""What health is judged by, read from the archive: the newest posts field by field, when posts came out, what waits."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from scraper.archive.instants import instant, utc_text
from scraper.archive.sites.templates import UNKNOWN


class PostVitals(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of one post: which fields there are. `agreement` is of the two witnesses, None with one alone."""

    url: str
    words: int
    agreement: float | None
    dateline: bool
    reporter: bool
    account: bool
    published: bool
    time: bool
    labels: bool
    images: bool
    quotes: bool


class Quarantine(msgspec.Struct, frozen=True, kw_only=True):
    """A site's pages that came on a template not known to it: those that were not read, and those whose text is the
    feed's alone. `url` is the newest of them; `since` is UTC text.
    """

    unread: int
    fed: int
    url: str
    since: str


POSTS = """
SELECT url, word_count, witness_agreement, dateline_raw IS NOT NULL, byline_reporter IS NOT NULL, account IS NOT NULL,
    published_at IS NOT NULL, coalesce(published_precision, '') IN ('second', 'minute'),
    EXISTS (SELECT 1 FROM article_labels WHERE article = articles.id),
    EXISTS (SELECT 1 FROM images WHERE article = articles.id), EXISTS (SELECT 1 FROM quotes WHERE article = articles.id)
FROM articles WHERE site = ? AND status != 'moved' ORDER BY coalesce(published_at, first_seen_at) DESC, id LIMIT ?
"""

QUARANTINED = """
SELECT c.url, c.fetched_at, coalesce(f.last_error = :reason, 0)
FROM templates t JOIN captures c ON c.site = t.site AND c.template = t.id
LEFT JOIN frontier f ON f.url = c.url
WHERE t.site = :site AND t.state = 'unknown' AND c.id = (SELECT max(id) FROM captures n WHERE n.url = c.url)
ORDER BY c.id DESC
"""

PUBLISHED = """
SELECT DISTINCT published_at FROM frontier WHERE site = ? AND published_at <= ? ORDER BY published_at DESC LIMIT ?
"""

UNDER_WAY = """
SELECT 1 FROM runs r, json_each(r.sites) s
WHERE r.id = (SELECT max(id) FROM runs WHERE kind = 'crawl') AND r.summary IS NULL AND s.value = :site
    AND coalesce((SELECT max(at) FROM outcomes WHERE run = r.id), r.started_at) >= :since
"""


def posts(connection: sqlite3.Connection, site: str, count: int) -> list[PostVitals]:
    """The site's newest posts, the newest first."""
    found = []
    for url, words, agreement, *fields in connection.execute(POSTS, (site, count)):
        told = dict(zip(PostVitals.__struct_fields__[3:], map(bool, fields), strict=True))
        found.append(PostVitals(url=url, words=words, agreement=agreement, **told))
    return found


def published(connection: sqlite3.Connection, site: str, count: int, *, until: datetime) -> list[datetime]:
    """When the site's newest posts came out, as its lists tell, the newest first; later ones than `until` left out."""
    rows = connection.execute(PUBLISHED, (site, utc_text(until), count))
    return [moment for (told,) in rows if (moment := instant(told)) is not None]


def quarantine(connection: sqlite3.Connection, site: str) -> Quarantine | None:
    """What of the site is in quarantine; None where nothing is."""
    rows = connection.execute(QUARANTINED, {"site": site, "reason": UNKNOWN}).fetchall()
    if not rows:
        return None
    unread = sum(is_unread for _, _, is_unread in rows)
    return Quarantine(unread=unread, fed=len(rows) - unread, url=rows[0][0], since=min(at for _, at, _ in rows))


def is_under_way(connection: sqlite3.Connection, site: str, *, since: datetime) -> bool:
    """Whether the newest run is at work on the site: neither ended nor without any outcome since that time."""
    asked = {"site": site, "since": utc_text(since)}
    return connection.execute(UNDER_WAY, asked).fetchone() is not None
