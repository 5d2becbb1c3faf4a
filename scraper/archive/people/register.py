"""The people of an archive: found, shown with their roles and quotes, and put right by hand.

A decision wins over the rule, the later over the earlier. A merge names the standings that are one person; a split sets
apart whatever a name says at a site, at a place, in a role or in an article, then and ever after. Both name what stands
in the articles and no person id, so that they hold in an archive derived anew, and can be undone.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from extractors.quotes.identity import name_key, office
from scraper.archive.connection import troubles_told
from scraper.archive.instants import utc_text
from scraper.archive.people.appearances import assign, set_apart
from scraper.archive.people.speakers import place_key
from scraper.archive.removal.stubs import absence
from scraper.archive.store import Archive
from scraper.errors import NothingDone

SEVERAL = 2  # people that a merge needs
REDACTED = "redacted"
"""What a decision tells of itself once somebody it named was taken out of the archive."""

NAME = re.compile(r"[\w-]+")  # in what a decision tells: a name's key, with a mark after it or without

BORNE = "SELECT 1 FROM appearances WHERE name = ? LIMIT 1"
TIED = """
SELECT DISTINCT name, coalesce(apart, '') FROM person_merges WHERE decision IN (
    SELECT decision FROM person_merges WHERE name IN (SELECT value FROM json_each(:names)))
"""
FORGOTTEN = (
    "DELETE FROM person_merges WHERE name IN (SELECT value FROM json_each(:names))",
    "DELETE FROM person_splits WHERE name IN (SELECT value FROM json_each(:names))",
    """
    UPDATE person_decisions SET undone_at = :at WHERE undone_at IS NULL
        AND id NOT IN (SELECT decision FROM person_merges UNION SELECT decision FROM person_splits)
    """,
)


class PersonLine(msgspec.Struct, frozen=True, kw_only=True):
    """A person in a list. `role` is the last one given; days are of publication, as written."""

    id: str
    name: str
    kind: str
    role: str | None
    quotes: int
    articles: int
    first_seen: str | None
    last_seen: str | None


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """A form in which the name is written, and in how many articles."""

    name: str
    count: int


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A role, the body it is of, and when it was given, in how many articles."""

    role: str
    body: str | None
    first_seen: str | None
    last_seen: str | None
    count: int


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the person is met: what a split chooses by."""

    site: str
    place: str | None
    articles: int


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A quote of the person."""

    text: str
    role: str | None
    confidence: float
    day: str | None
    site: str
    url: str
    article: str


class PersonFile(msgspec.Struct, frozen=True, kw_only=True):
    """All the archive knows of a person; roles by the day first given, quotes from the newest."""

    id: str
    name: str
    kind: str
    first_seen: str | None
    last_seen: str | None
    names: tuple[Name, ...]
    roles: tuple[Role, ...]
    places: tuple[Place, ...]
    quotes: tuple[Said, ...]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A merge or a split that a person made; `told` says of whom. `undone_at`: it counts no longer."""

    id: int
    kind: str
    told: str
    made_at: str
    undone_at: str | None


PEOPLE = """
SELECT p.id, p.name, p.kind,
    (SELECT role FROM person_roles WHERE person = p.id ORDER BY last_seen DESC, count DESC, role LIMIT 1) AS role,
    (SELECT count(*) FROM quotes WHERE person = p.id) AS quotes,
    (SELECT count(DISTINCT article) FROM appearances WHERE person = p.id) AS articles,
    p.first_seen, p.last_seen
FROM people p
WHERE (:key IS NULL OR EXISTS (SELECT 1 FROM appearances WHERE person = p.id AND instr('-' || name, :key)))
    AND (:site IS NULL OR EXISTS (SELECT 1 FROM appearances WHERE person = p.id AND site = :site))
ORDER BY quotes DESC, p.name, p.id LIMIT :limit
"""


def people(
    archive: Archive, *, search: str | None = None, site: str | None = None, limit: int = 50
) -> list[PersonLine]:
    """The people with most quotes, of all or of those in whose name words begin so. Raises NoSuchSite."""
    if site is not None:
        archive.check_site(site)
    key = f"-{name_key(search)}" if search else None
    with troubles_told(archive.path):
        rows = archive.db.conn.execute(PEOPLE, {"key": key, "site": site, "limit": limit}).fetchall()
    return [PersonLine(**dict(zip(PersonLine.__struct_fields__, row, strict=True))) for row in rows]


def person(archive: Archive, id_: str) -> PersonFile:
    """The person of that id. Raises NothingDone, naming who else bears the name."""
    with troubles_told(archive.path):
        execute = archive.db.conn.execute
        found = execute("SELECT id, name, kind, first_seen, last_seen FROM people WHERE id = ?", (id_,)).fetchone()
        if found is None:
            raise _no_such_person(archive, id_)
        names = execute("SELECT name, count FROM person_names WHERE person = ? ORDER BY count DESC, name", (id_,))
        roles = execute(
            "SELECT role, body, first_seen, last_seen, count FROM person_roles WHERE person = ?"
            " ORDER BY first_seen, last_seen, role",
            (id_,),
        )
        places = execute(
            "SELECT site, place, count(*) FROM appearances WHERE person = ? GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2", (id_,)
        )
        quotes = execute(
            "SELECT q.text, q.role, q.confidence, substr(a.published_value, 1, 10), a.site, a.url, a.id"
            " FROM quotes q JOIN articles a ON a.id = q.article WHERE q.person = ?"
            " ORDER BY a.published_at DESC, a.id, q.seq",
            (id_,),
        )
        return PersonFile(
            **dict(zip(("id", "name", "kind", "first_seen", "last_seen"), found, strict=True)),
            names=tuple(Name(name=name, count=count) for name, count in names),
            roles=tuple(Role(**dict(zip(Role.__struct_fields__, row, strict=True))) for row in roles),
            places=tuple(Place(**dict(zip(Place.__struct_fields__, row, strict=True))) for row in places),
            quotes=tuple(Said(**dict(zip(Said.__struct_fields__, row, strict=True))) for row in quotes),
        )


def _no_such_person(archive: Archive, id_: str) -> NothingDone:
    rows = archive.db.conn.execute(
        "SELECT DISTINCT person FROM appearances WHERE name = ? AND person IS NOT NULL ORDER BY person",
        (id_.partition("~")[0],),
    )
    bearers = ", ".join(other for (other,) in rows)
    told = f"that name is borne by {bearers}" if bearers else "kliping people list --search finds who it knows"
    return NothingDone(f"The archive {archive.path} knows no person {id_!r}; {told}.")


def merge(archive: Archive, ids: Sequence[str], *, at: datetime) -> int:
    """The number of the decision that those people are one, whose id is the first's. Raises NothingDone."""
    ids = list(dict.fromkeys(ids))
    if len(ids) < SEVERAL:
        raise NothingDone("A merge needs two people or more; kliping people list names their ids.")
    with archive.transaction():
        connection = archive.db.conn
        standings = [
            row
            for id_ in ids
            for row in connection.execute(
                "SELECT DISTINCT name, apart, site, place, body FROM appearances WHERE person = ?"
                " ORDER BY name, apart, site, place, body",
                (person(archive, id_).id,),
            ).fetchall()
        ]
        decision = _decide(connection, "merge", " + ".join(ids), at)
        connection.executemany(
            "INSERT INTO person_merges (decision, seq, name, apart, site, place, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(decision, seq, *row) for seq, row in enumerate(standings)],
        )
        assign(connection, {(row[0], row[1] or "") for row in standings}, set())
    return decision


def split(
    archive: Archive,
    id_: str,
    *,
    site: str | None = None,
    place: str | None = None,
    role: str | None = None,
    article: str | None = None,
    at: datetime,
) -> int:
    """The number of the decision that whoever meets all the conditions is another person of that name.

    `article` is an address or id. Raises NothingDone where the person meets them nowhere, or everywhere.
    """
    given = {"site": site, "place": place, "role": role, "article": article}
    if not any(given.values()):
        raise NothingDone("Say by what to part them: a site, a place, a role or an article.")
    held = archive.record(article) if article else None
    if article and held is None:
        raise NothingDone(absence(archive, article))
    rule = {"site": site, "place": place_key(place) if place else None, "article": held["id"] if held else None}
    with archive.transaction():
        connection = archive.db.conn
        offices, met = _met(connection, person(archive, id_).id, role, rule)
        (all_,) = connection.execute("SELECT count(*) FROM appearances WHERE person = ?", (id_,)).fetchone()
        if met in {0, all_}:
            raise NothingDone(f"{id_} meets that {'nowhere' if met == 0 else 'everywhere'}: there is nothing to part.")
        told = ", ".join(f"{name} {value}" for name, value in given.items() if value)
        decision = _decide(connection, "split", f"{id_}: {told}", at)
        connection.executemany(
            "INSERT INTO person_splits (decision, seq, name, office, site, place, article)"
            " VALUES (:decision, :seq, :name, :office, :site, :place, :article)",
            [
                {"decision": decision, "seq": seq, "name": name, "office": held_office or None} | rule
                for seq, (name, held_office) in enumerate(sorted(offices))
            ],
        )
        set_apart(connection, {name for name, _ in offices})
    return decision


def _met(
    connection: sqlite3.Connection, id_: str, role: str | None, rule: dict[str, str | None]
) -> tuple[set[tuple[str, str]], int]:
    """Names and offices of the person's appearances that a split is to part, and their number; with no `role` asked for
    the offices are ''.
    """
    rows = connection.execute(
        "SELECT p.name, coalesce(p.office, ''), a.language FROM appearances p JOIN articles a ON a.id = p.article"
        " WHERE p.person = :id AND (:site IS NULL OR p.site = :site) AND (:place IS NULL OR p.place = :place)"
        " AND (:article IS NULL OR p.article = :article)",
        rule | {"id": id_},
    ).fetchall()
    met = [(name, held) for name, held, language in rows if role is None or held == office(role, language)]
    return {(name, held if role else "") for name, held in met}, len(met)


def decisions(archive: Archive) -> list[Decision]:
    """Every merge and split that was made, the undone ones too."""
    with troubles_told(archive.path):
        rows = archive.db.conn.execute("SELECT id, kind, told, made_at, undone_at FROM person_decisions ORDER BY id")
        return [Decision(**dict(zip(Decision.__struct_fields__, row, strict=True))) for row in rows]


def undo(archive: Archive, decision: int, *, at: datetime) -> None:
    """The decision counts no longer. Raises NothingDone where none of that number stands."""
    with archive.transaction():
        connection = archive.db.conn
        standing = connection.execute(
            "UPDATE person_decisions SET undone_at = ? WHERE id = ? AND undone_at IS NULL", (utc_text(at), decision)
        )
        if standing.rowcount == 0:
            raise NothingDone(f"No decision {decision} stands; kliping people decisions lists them.")
        merged = connection.execute(
            "DELETE FROM person_merges WHERE decision = ? RETURNING name, coalesce(apart, '')", (decision,)
        ).fetchall()
        parted = connection.execute(
            "DELETE FROM person_splits WHERE decision = ? RETURNING name", (decision,)
        ).fetchall()
        assign(connection, set(merged), set())
        set_apart(connection, {name for (name,) in parted})


def forget_names(connection: sqlite3.Connection, names: Iterable[str], *, at: datetime) -> None:
    """What decisions say of those names that nobody in the archive bears any more; one that is left with nothing to
    decide counts no longer. The names themselves stand in the archive no more.
    """
    gone = {name for name in names if not connection.execute(BORNE, (name,)).fetchone()}
    if not gone:
        return
    for decision, told in connection.execute("SELECT id, told FROM person_decisions").fetchall():
        if gone.isdisjoint(NAME.findall(told)):
            continue
        connection.execute("UPDATE person_decisions SET told = ? WHERE id = ?", (REDACTED, decision))
    asked = {"names": msgspec.json.encode(sorted(gone)).decode(), "at": utc_text(at)}
    tied = {(name, apart) for name, apart in connection.execute(TIED, asked) if name not in gone}
    for statement in FORGOTTEN:
        connection.execute(statement, asked)
    assign(connection, tied, set())


def _decide(connection: sqlite3.Connection, kind: str, told: str, at: datetime) -> int:
    row = (kind, told, utc_text(at))
    found = connection.execute(
        "INSERT INTO person_decisions (kind, told, made_at) VALUES (?, ?, ?) RETURNING id", row
    ).fetchone()
    return int(found[0])
