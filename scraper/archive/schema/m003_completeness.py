"""What was listed, by whom and when: the evidence for saying that nothing is missing, and for calling a post absent."""

from __future__ import annotations

from sqlite_utils import Database

# ended_at: null while the listing is under way, and for ever where it was broken off.
# proven: two lists that do not stem from one another agree, and none contradicts them.
LISTINGS = """
CREATE TABLE listings (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    proven INTEGER NOT NULL DEFAULT 0
) STRICT
"""

# named: posts it named; total: posts it claims to have; most: entries in its fullest answer, the server's cap;
# ended: null where the list was read to its own end, else the reason why not
LISTING_SOURCES = """
CREATE TABLE listing_sources (
    listing INTEGER NOT NULL REFERENCES listings (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    named INTEGER NOT NULL,
    total INTEGER,
    most INTEGER,
    ended TEXT,
    PRIMARY KEY (listing, source)
) STRICT, WITHOUT ROWID
"""

# address: the url without scheme and www.; listing: the newest that a sighting belongs to
LISTED_POSTS = """
CREATE TABLE listed_posts (
    site TEXT NOT NULL,
    source TEXT NOT NULL,
    address TEXT NOT NULL,
    url TEXT NOT NULL,
    post_id TEXT,
    month TEXT,
    published_at TEXT,
    stamp TEXT,
    listing INTEGER NOT NULL REFERENCES listings (id) ON DELETE CASCADE,
    first_seen_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (site, source, address)
) STRICT, WITHOUT ROWID
"""

# The counts beside the months in a page's archive widget; month 'YYYY': of a year, beyond the months it shows
WIDGET_COUNTS = """
CREATE TABLE widget_counts (
    site TEXT NOT NULL,
    month TEXT NOT NULL,
    posts INTEGER NOT NULL,
    read_at TEXT NOT NULL,
    PRIMARY KEY (site, month)
) STRICT, WITHOUT ROWID
"""

# Where the next poll goes on. newest: the newest 'updated' seen; etag, last_modified: of the poll's own address
FEED_POLLS = """
CREATE TABLE feed_polls (
    site TEXT PRIMARY KEY,
    newest TEXT,
    total INTEGER,
    address TEXT,
    etag TEXT,
    last_modified TEXT,
    polled_at TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""

# A null count: that list was not to be had. month '' holds posts whose month nobody tells.
COMPLETENESS = """
CREATE TABLE completeness (
    site TEXT NOT NULL,
    month TEXT NOT NULL,
    held INTEGER NOT NULL,
    feed INTEGER,
    sitemap INTEGER,
    archive_widget INTEGER,
    missing INTEGER NOT NULL,
    listed_at TEXT NOT NULL,
    counted_at TEXT NOT NULL,
    PRIMARY KEY (site, month)
) STRICT, WITHOUT ROWID
"""

STATEMENTS = (
    LISTINGS,
    LISTING_SOURCES,
    LISTED_POSTS,
    WIDGET_COUNTS,
    FEED_POLLS,
    COMPLETENESS,
    "CREATE INDEX listings_site ON listings (site, id)",
    "CREATE INDEX captures_site ON captures (site, id)",
)


def upgrade(db: Database) -> None:
    """The tables of listings, and `completeness`."""
    for statement in STATEMENTS:
        db.conn.execute(statement)
