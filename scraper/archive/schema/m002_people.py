"""People: whoever is quoted, gathered over all articles, with the names written, the offices held and what a person
decided about them.

`appearances` is the ground the others stand on: one row for each speaker of each article, `person` being whom the rules
and decisions make of it. All but the decisions can be derived again from the quotes. Those of an archive made before
are gathered here; a later step that adds a column to these tables takes this call over.
"""

from __future__ import annotations

from sqlite_utils import Database

from scraper.archive.people.appearances import fill

PEOPLE = """
CREATE TABLE people (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'organisation')),
    first_seen TEXT,
    last_seen TEXT
) STRICT, WITHOUT ROWID
"""

PERSON_NAMES = """
CREATE TABLE person_names (
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (person, name)
) STRICT, WITHOUT ROWID
"""

PERSON_ROLES = """
CREATE TABLE person_roles (
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    body TEXT,
    first_seen TEXT,
    last_seen TEXT,
    count INTEGER NOT NULL,
    PRIMARY KEY (person, role)
) STRICT, WITHOUT ROWID
"""

# name: the key of the speaker's name; office: the role spelt out; apart: within what alone a bare name means one
# person, or the decision that set it apart; private: why the name is not public, which leaves person empty
APPEARANCES = """
CREATE TABLE appearances (
    article TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    speaker TEXT NOT NULL,
    role TEXT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    apart TEXT,
    site TEXT NOT NULL,
    place TEXT,
    body TEXT,
    office TEXT,
    day TEXT,
    private TEXT CHECK (private IN ('initials', 'minor')),
    person TEXT REFERENCES people (id),
    PRIMARY KEY (article, speaker)
) STRICT, WITHOUT ROWID
"""

# one undone keeps its row, so that no number is given twice, and loses its merges or splits
DECISIONS = """
CREATE TABLE person_decisions (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('merge', 'split')),
    told TEXT NOT NULL,
    made_at TEXT NOT NULL,
    undone_at TEXT
) STRICT
"""

# of the standings of one decision the first is the person that goes on
MERGES = """
CREATE TABLE person_merges (
    decision INTEGER NOT NULL REFERENCES person_decisions (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    apart TEXT,
    site TEXT NOT NULL,
    place TEXT,
    body TEXT,
    PRIMARY KEY (decision, seq)
) STRICT, WITHOUT ROWID
"""

# what is NULL may be anything
SPLITS = """
CREATE TABLE person_splits (
    decision INTEGER NOT NULL REFERENCES person_decisions (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    site TEXT,
    place TEXT,
    office TEXT,
    article TEXT,
    PRIMARY KEY (decision, seq)
) STRICT, WITHOUT ROWID
"""

STATEMENTS = (
    PEOPLE,
    PERSON_NAMES,
    PERSON_ROLES,
    APPEARANCES,
    DECISIONS,
    MERGES,
    SPLITS,
    "ALTER TABLE quotes ADD COLUMN person TEXT REFERENCES people (id) ON DELETE SET NULL",
    "CREATE INDEX quotes_person ON quotes (person) WHERE person IS NOT NULL",
    "CREATE INDEX person_names_name ON person_names (name)",
    "CREATE INDEX appearances_name ON appearances (name, apart, site, place, body)",
    "CREATE INDEX appearances_person ON appearances (person, day) WHERE person IS NOT NULL",
    "CREATE INDEX person_merges_name ON person_merges (name)",
    "CREATE INDEX person_splits_name ON person_splits (name)",
    "DROP VIEW quotes_by_person",
    """
    CREATE VIEW quotes_by_person AS
    SELECT p.name AS person_name, q.person, q.speaker, q.role, q.text, q.kind, q.confidence,
        a.site, a.published_at, a.title, a.url, q.article, q.seq
    FROM quotes q JOIN people p ON p.id = q.person JOIN articles a ON a.id = q.article
    ORDER BY p.name, q.person, a.published_at
    """,
)


EXPORTED_ANEW = """
UPDATE articles SET seq = later.seq FROM (
    SELECT id, row_number() OVER (ORDER BY seq)
        + max((SELECT max(seq) FROM articles), coalesce((SELECT max(seq) FROM tombstones), 0)) AS seq
    FROM articles WHERE id IN (SELECT article FROM appearances WHERE private IS NOT NULL)) AS later
WHERE later.id = articles.id
"""
"""Whose record changes, because it names a speaker who is not public, takes a new export number."""


def upgrade(db: Database) -> None:
    """The tables of people, and the people of the quotes held."""
    for statement in STATEMENTS:
        db.conn.execute(statement)
    fill(db.conn)
    db.conn.execute(EXPORTED_ANEW)
