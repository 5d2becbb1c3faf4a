"""The tables of an archive, made by migrations that are each applied once: one module a step, in this order.

Every table is STRICT; times are texts as `instants` writes them. `articles` and `quotes` carry an integer key for the
full-text indexes, which hold no text of their own (external content) and are kept true by triggers. The lists that
belong to an article (labels, images, links, …) are clustered by its id, so that a record is read from few pages.

The file says what it is: `application_id` is APPLICATION_ID and `user_version` the VERSION it was brought up to. A step
that was ever released is never edited: what it got wrong, the next one mends.
"""

from __future__ import annotations

from sqlite_utils import Migrations

from scraper.archive.schema import (
    m001_archive,
    m002_people,
    m003_completeness,
    m004_politeness,
    m005_syndication,
    m006_edits,
    m007_redactions,
    m008_rereading,
    m009_watch,
    m010_search,
    m011_edges,
    m012_indexing,
    m013_entries,
    m014_stages,
)

APPLICATION_ID = 0x4B4C4950  # "KLIP"
MIGRATIONS_TABLE = Migrations.migrations_table

STEPS = (
    m001_archive,
    m002_people,
    m003_completeness,
    m004_politeness,
    m005_syndication,
    m006_edits,
    m007_redactions,
    m008_rereading,
    m009_watch,
    m010_search,
    m011_edges,
    m012_indexing,
    m013_entries,
    m014_stages,
)
VERSION = len(STEPS)

MIGRATIONS = Migrations("kliping")
for _step in STEPS:
    MIGRATIONS(name=_step.__name__.rpartition(".")[2])(_step.upgrade)
