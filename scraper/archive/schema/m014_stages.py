"""Comparing texts goes by stages, which `sketches.stale` names: 1 to be compared, 2 compared and its source to be found
anew, 3 its group to be written anew, 0 nothing. The index finds the next of a stage.
"""

from __future__ import annotations

from sqlite_utils import Database


def upgrade(db: Database) -> None:
    """The index of what is stale goes by stage and article."""
    db.conn.execute("DROP INDEX sketches_stale")
    db.conn.execute("CREATE INDEX sketches_stale ON sketches (stale, article) WHERE stale")
