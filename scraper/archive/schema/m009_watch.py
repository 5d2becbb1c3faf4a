"""What keeps watch over an archive: when each site is to be crawled, how each of its turns went, and which templates
its pages came on.
"""

from __future__ import annotations

from sqlite_utils import Database

# told: as the person said it; zone: an IANA name for cron expressions; set_at: from when on it counts
SCHEDULES = """
CREATE TABLE schedules (
    site TEXT PRIMARY KEY,
    told TEXT NOT NULL,
    zone TEXT NOT NULL,
    set_at TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""

# A turn that was broken off has no row. new, updated, known: addresses its lists named; quarantined: pages of a
# template that is not known
TURNS = """
CREATE TABLE turns (
    site TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id),
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    new INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    known INTEGER NOT NULL DEFAULT 0,
    "foreign" INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0,
    feed_ended TEXT,
    trouble TEXT,
    PRIMARY KEY (site, run)
) STRICT, WITHOUT ROWID
"""

# skeleton: hashes of four bytes, the highest byte first; read_well: pages of it that both witnesses told alike, counted
# until it is known
TEMPLATES = """
CREATE TABLE templates (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    skeleton BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('known', 'unknown')),
    read_well INTEGER NOT NULL DEFAULT 0,
    seen_at TEXT NOT NULL
) STRICT
"""

# What a run found wrong and the ones before did not; subject: a field, or '' for the site as a whole
ALARMS = """
CREATE TABLE alarms (
    site TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (site, kind, subject)
) STRICT, WITHOUT ROWID
"""

STATEMENTS = (
    SCHEDULES,
    TURNS,
    TEMPLATES,
    ALARMS,
    "CREATE INDEX templates_site ON templates (site)",
    "CREATE INDEX turns_run ON turns (run)",
    "ALTER TABLE captures ADD COLUMN template INTEGER REFERENCES templates (id) ON DELETE SET NULL",
    """
    INSERT INTO turns (site, run, started_at, ended_at)
    SELECT s.value, r.id, r.started_at, r.ended_at FROM runs r, json_each(r.sites) s
    WHERE r.kind = 'crawl' AND r.ended_at IS NOT NULL AND s.value IN (SELECT name FROM sites) GROUP BY s.value, r.id
    """,
)


def upgrade(db: Database) -> None:
    """Those tables, and the turns of the runs that came to their end."""
    for statement in STATEMENTS:
        db.conn.execute(statement)
