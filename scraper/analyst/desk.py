"""What each page of the window tells, asked of the archive as it is shown (`view`): rows ready to be set."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import msgspec

from scraper.analyst.queries import queries

Row = Mapping[str, Any]
Rows = list[Row]

COUNTS = """
SELECT (SELECT count(*) FROM articles) AS articles, (SELECT count(*) FROM quotes) AS quotes,
    (SELECT count(*) FROM sites WHERE removed_at IS NULL) AS sites,
    (SELECT count(*) FROM revisions WHERE silent = 1) AS silent,
    (SELECT count(DISTINCT s.article) FROM states s JOIN articles a ON a.id = s.article
        WHERE s.status IN ('suspect', 'gone') AND a.status IN ('suspect', 'gone')) AS vanished
"""

NEWEST = """
SELECT a.id, a.site, s.title AS site_title, a.published_value, a.title, a.lead, a.dateline_place AS place, a.status
FROM articles a LEFT JOIN sites s ON s.name = a.site
WHERE a.number IN (SELECT number FROM articles WHERE :site = '' OR site = :site ORDER BY published_at DESC LIMIT :limit)
ORDER BY a.published_at DESC
"""

SILENT = """
SELECT a.id, a.site, s.title AS site_title, a.title, r.seen_at, r.revision,
    json_array_length(r.changes, '$.edits') AS edits,
    (SELECT value ->> 'kind' FROM json_each(r.changes, '$.edits') LIMIT 1) AS kind,
    (SELECT value ->> 'before' FROM json_each(r.changes, '$.edits') LIMIT 1) AS before,
    (SELECT value ->> 'after' FROM json_each(r.changes, '$.edits') LIMIT 1) AS after
FROM revisions r JOIN articles a ON a.id = r.article LEFT JOIN sites s ON s.name = a.site
WHERE r.silent = 1 AND (:site = '' OR a.site = :site)
ORDER BY r.seen_at DESC LIMIT :limit
"""

SITES = """
SELECT s.name, coalesce(s.title, s.name) AS title, s.url, s.theme, s.language, s.feed, s.zone, s.total, s.added_at,
    s.removed_at, (SELECT count(*) FROM articles WHERE site = s.name) AS articles,
    (SELECT max(published_at) FROM articles WHERE site = s.name) AS newest,
    (SELECT max(ended_at) FROM turns WHERE site = s.name) AS visited_at
FROM sites s WHERE :site = '' OR s.name = :site
ORDER BY s.removed_at IS NOT NULL, articles DESC, s.name
"""

COMPLETENESS = """
SELECT month, held, missing, feed, sitemap, archive_widget FROM completeness
WHERE site = :site AND month LIKE '____-__' ORDER BY month
"""

PEOPLE = """
WITH met (person, articles) AS (
    SELECT person, sum(count) FROM person_names
    WHERE :name = '' OR person IN (SELECT person FROM person_names WHERE name LIKE '%' || :name || '%')
    GROUP BY person ORDER BY sum(count) DESC LIMIT 100
)
SELECT p.id, p.name, m.articles, p.first_seen, p.last_seen,
    (SELECT role FROM person_roles WHERE person = p.id ORDER BY last_seen DESC, count DESC LIMIT 1) AS role
FROM met m JOIN people p ON p.id = m.person ORDER BY m.articles DESC, p.name
"""

PERSON = "SELECT id, name, kind, first_seen, last_seen FROM people WHERE id = :person"
NAMES = "SELECT name, count FROM person_names WHERE person = :person ORDER BY count DESC, name LIMIT 20"
ROLES = """
SELECT role, body, first_seen, last_seen, count FROM person_roles WHERE person = :person
ORDER BY last_seen DESC, first_seen DESC, role LIMIT 40
"""
MET_AT = """
SELECT a.site, coalesce(s.title, a.site) AS title, count(DISTINCT a.article) AS articles
FROM appearances a LEFT JOIN sites s ON s.name = a.site
WHERE a.person = :person GROUP BY a.site ORDER BY articles DESC, a.site LIMIT 40
"""
SAID = """
WITH met (article) AS MATERIALIZED (
    SELECT DISTINCT article FROM appearances WHERE person = :person ORDER BY day DESC LIMIT :limit)
SELECT q.text, q.role, q.confidence, q.resolved_by, q.kind, substr(a.published_value, 1, 10) AS day, a.id AS article,
    a.title, a.site, coalesce(s.title, a.site) AS site_title
FROM met m CROSS JOIN articles a ON a.id = m.article JOIN quotes q ON q.article = m.article AND +q.person = :person
LEFT JOIN sites s ON s.name = a.site
ORDER BY a.published_at DESC, a.id, q.seq LIMIT :limit
"""

RELEASES = """
WITH copied (origin, copies, share) AS (
    SELECT origin, count(*), round(avg(share), 3) FROM syndication WHERE source IS NOT NULL
    GROUP BY origin ORDER BY count(*) DESC, origin LIMIT 60
)
SELECT c.origin, o.title, o.site AS first_site, coalesce(s.title, o.site) AS site_title,
    o.published_at AS first_published_at, c.copies, c.share AS copied_share,
    (SELECT count(DISTINCT a.site) FROM syndication y JOIN articles a ON a.id = y.article WHERE y.origin = c.origin)
        AS sites
FROM copied c JOIN articles o ON o.id = c.origin LEFT JOIN sites s ON s.name = o.site
ORDER BY c.copies DESC, first_published_at DESC
"""
COPIES = """
SELECT a.id, a.site, coalesce(t.title, a.site) AS site_title, a.title, a.published_value, s.source, s.share,
    s.release_share, s.own_paragraphs, s.own_quotes
FROM syndication s JOIN articles a ON a.id = s.article LEFT JOIN sites t ON t.name = a.site
WHERE s.origin = (SELECT origin FROM syndication WHERE article = :article)
ORDER BY s.source IS NOT NULL, a.published_at, a.id LIMIT 200
"""

SPEAKERS = """
SELECT speaker, max(person) AS person, max(role) AS role, count(*) AS quotes FROM quotes WHERE article = :article
GROUP BY speaker ORDER BY speaker IS NULL, min(seq)
"""

MOST_QUOTES = 200  # of a person on one page; the rest by the query 'quotes_by_speaker'


class Front(msgspec.Struct, frozen=True, kw_only=True):
    """What is new, changed without notice, and vanished."""

    newest: Rows
    silent: Rows
    vanished: Rows


class SitePage(msgspec.Struct, frozen=True, kw_only=True):
    """One newsroom: what is held, how complete, and how much of each field was read."""

    site: Row
    coverage: Row | None
    months: Rows
    newest: Rows
    silent: Rows
    vanished: Rows


class PersonPage(msgspec.Struct, frozen=True, kw_only=True):
    """One person: names, roles from the last, newsrooms, quotes from the newest."""

    person: Row
    names: Rows
    roles: Rows
    places: Rows
    quotes: Rows


def rows(view: sqlite3.Connection, sql: str, **values: object) -> Rows:
    """Each row by the names of its columns."""
    cursor = view.execute(sql, values)
    columns = [column for column, *_ in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor]


def answer(view: sqlite3.Connection, name: str, **values: str) -> Rows:
    """What a named question answers."""
    asked = queries()[name]
    return rows(view, asked.sql, **(dict.fromkeys(asked.parameters, "") | values))


def counts(view: sqlite3.Connection) -> Row:
    """How much there is, for the front page; some tenths of a second on 100,000 articles."""
    return rows(view, COUNTS)[0]


def front(view: sqlite3.Connection) -> Front:
    """What the front page tells: what is new, what changed silently, what vanished."""
    return Front(
        newest=rows(view, NEWEST, site="", limit=12),
        silent=rows(view, SILENT, site="", limit=6),
        vanished=answer(view, "vanished_posts")[:6],
    )


def sites(view: sqlite3.Connection) -> Rows:
    """Every newsroom, those still crawled first."""
    return rows(view, SITES, site="")


def site(view: sqlite3.Connection, name: str) -> SitePage | None:
    """The newsroom of that name; None for one that is not known."""
    found = rows(view, SITES, site=name)
    if not found:
        return None
    return SitePage(
        site=found[0],
        coverage=next(iter(answer(view, "missing_fields", site=name)), None),
        months=rows(view, COMPLETENESS, site=name),
        newest=rows(view, NEWEST, site=name, limit=20),
        silent=rows(view, SILENT, site=name, limit=6),
        vanished=answer(view, "vanished_posts", site=name)[:6],
    )


def site_title(view: sqlite3.Connection, name: str) -> str:
    """What the newsroom calls itself; its name where it tells nothing."""
    found = view.execute("SELECT coalesce(title, name) FROM sites WHERE name = ?", (name,)).fetchone()
    return str(found[0]) if found else name


def people(view: sqlite3.Connection, name: str = "") -> Rows:
    """The hundred people quoted in most articles, of all or of those whose name holds this."""
    return rows(view, PEOPLE, name=name)


def person(view: sqlite3.Connection, id_: str) -> PersonPage | None:
    """The person of that id; None for one who is not known, or not public."""
    found = rows(view, PERSON, person=id_)
    if not found:
        return None
    return PersonPage(
        person=found[0],
        names=rows(view, NAMES, person=id_),
        roles=rows(view, ROLES, person=id_),
        places=rows(view, MET_AT, person=id_),
        quotes=rows(view, SAID, person=id_, limit=MOST_QUOTES),
    )


def releases(view: sqlite3.Connection) -> Rows:
    """The texts with most copies."""
    return rows(view, RELEASES)


def copies(view: sqlite3.Connection, article: str) -> Rows:
    """All who print the text of that article, the first of them first; none for one like no other."""
    found = rows(view, COPIES, article=article)
    return found if len(found) > 1 else []


def speakers(view: sqlite3.Connection, article: str) -> Rows:
    """Who speaks in the article, in the order of the text; last the quotes of nobody known."""
    return rows(view, SPEAKERS, article=article)
