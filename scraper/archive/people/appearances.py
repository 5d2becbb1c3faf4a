"""Who speaks in an article, kept in step with its quotes: `appearances`, and the people they make.

Part of the transaction that writes an article. Whom an appearance belongs to is the rule of `standings`, applied to all
standings of its name, under what a person decided (`people`): decisions name standings, never ids, so that they hold
when everything here is derived anew. A name that is not public has its row, with the reason, and no person.
"""

# ruff: noqa: S608  (the SQL is made of this package's own names; what comes from outside is always a parameter)

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from scraper.archive.people.speakers import Appearance, Telling, appearances_of, confines
from scraper.archive.people.standings import Standing, bearers

Group = tuple[str, str]
"""A name's key and its `apart`: who is who is settled among the standings of one group."""

COLUMNS = Appearance.__struct_fields__
_INSERT = f"INSERT INTO appearances ({', '.join(COLUMNS)}, person) VALUES ({', '.join('?' * len(COLUMNS))}, ?)"
_AT = "a.name = ? AND apart IS nullif(?, '') AND site = ? AND place IS nullif(?, '') AND body IS nullif(?, '')"
"""The appearances of one standing that are public; its columns in order are the parameters."""

_LINK = """
UPDATE quotes SET person = (
    SELECT a.person FROM appearances a WHERE a.article = quotes.article AND a.speaker = quotes.speaker
        AND quotes.speaker IS NOT quotes.role)
WHERE speaker IS NOT NULL
"""

_COUNT = (
    """
    INSERT INTO people (id, name, kind, first_seen, last_seen) VALUES (:person, :speaker, :kind, :day, :day)
    ON CONFLICT (id) DO UPDATE SET kind = min(kind, excluded.kind),
        first_seen = coalesce(min(first_seen, excluded.first_seen), first_seen, excluded.first_seen),
        last_seen = coalesce(max(last_seen, excluded.last_seen), last_seen, excluded.last_seen)
        WHERE kind > excluded.kind OR excluded.first_seen IS NOT NULL
            AND (first_seen IS NULL OR excluded.first_seen NOT BETWEEN first_seen AND last_seen)
    """,
    """
    INSERT INTO person_names (person, name, count) VALUES (:person, :speaker, 1)
    ON CONFLICT (person, name) DO UPDATE SET count = count + 1
    """,
    """
    INSERT INTO person_roles (person, role, body, first_seen, last_seen, count)
    VALUES (:person, :role, :body, :day, :day, 1)
    ON CONFLICT (person, role) DO UPDATE SET count = count + 1, body = coalesce(max(body, excluded.body), body),
        first_seen = coalesce(min(first_seen, excluded.first_seen), first_seen, excluded.first_seen),
        last_seen = coalesce(max(last_seen, excluded.last_seen), last_seen, excluded.last_seen)
    """,
)
_CALL = """
UPDATE people SET name = (
    SELECT n.name FROM person_names n WHERE n.person = id ORDER BY n.count DESC, length(n.name) DESC, n.name LIMIT 1)
WHERE id = ?
"""
"""A person is called by the form written most often; of several, the longest."""

_RECOUNT = (
    "DELETE FROM person_names WHERE person = :person",
    "DELETE FROM person_roles WHERE person = :person",
    """
    INSERT INTO person_names (person, name, count)
    SELECT person, speaker, count(*) FROM appearances WHERE person = :person GROUP BY speaker
    """,
    """
    INSERT INTO person_roles (person, role, body, first_seen, last_seen, count)
    SELECT person, role, max(body), min(day), max(day), count(*) FROM appearances
    WHERE person = :person AND role IS NOT NULL GROUP BY role
    """,
    """
    UPDATE people SET (kind, first_seen, last_seen) = (
        SELECT min(kind), min(day), max(day) FROM appearances WHERE person = :person)
    WHERE id = :person
    """,
)


def settle(connection: sqlite3.Connection, telling: Telling, *, instead: bool) -> dict[str, str]:
    """The people who speak in the article, speaker -> person id, after writing them and all that follows.

    `instead`: of what was held of it. The article's row is there; its quotes, written next, are the caller's.
    """
    decided = _decided(connection)
    found = appearances_of(telling)
    if decided:
        found = [msgspec.structs.replace(one, apart=confines(one, _split(connection, one))) for one in found]
    held = _held(connection, telling.article) if instead else []
    if [one for one, _ in held] == found:
        return {one.speaker: person for one, person in held if person}
    if held:
        connection.execute("DELETE FROM appearances WHERE article = ?", (telling.article,))
        rest = found
    else:
        persons = {one.speaker: _take(connection, one, decided=decided) for one in found if not one.private}
        rest = [one for one in found if persons.get(one.speaker) is None]
        if all(one.private for one in rest):
            _insert(connection, rest)
            return {speaker: person for speaker, person in persons.items() if person}
    _insert(connection, rest)
    groups = {_group(one) for one in [*rest, *(one for one, _ in held)] if not one.private}
    assign(connection, groups, {person for _, person in held if person})
    return {one.speaker: person for one, person in _held(connection, telling.article) if person}


def fill(connection: sqlite3.Connection) -> None:
    """All appearances and people derived anew from the articles and quotes held; decisions stay, and count."""
    connection.execute("UPDATE quotes SET person = NULL WHERE person IS NOT NULL")
    connection.execute("DELETE FROM appearances")
    connection.execute("DELETE FROM people")
    articles = connection.execute(
        "SELECT id, site, dateline_place, substr(published_value, 1, 10), language, body FROM articles"
        " WHERE id IN (SELECT article FROM quotes WHERE speaker IS NOT NULL)"
    )
    for row in articles:
        spoken = connection.execute("SELECT speaker, role FROM quotes WHERE article = ? ORDER BY seq", row[:1])
        told = dict(zip(("article", "site", "place", "day", "language", "body"), row, strict=True))
        settle(connection, Telling(**told, spoken=tuple(spoken.fetchall())), instead=False)
    connection.execute(_LINK)


def withdraw(connection: sqlite3.Connection, articles: Iterable[str]) -> None:
    """Takes the appearances of those articles away, before the articles go: counts, days and people follow."""
    asked = (msgspec.json.encode(list(articles)).decode(),)
    among = "article IN (SELECT value FROM json_each(?)) AND person IS NOT NULL"
    groups = connection.execute(f"SELECT DISTINCT name, coalesce(apart, '') FROM appearances WHERE {among}", asked)
    found = {(name, apart) for name, apart in groups}
    touched = {
        person for (person,) in connection.execute(f"SELECT DISTINCT person FROM appearances WHERE {among}", asked)
    }
    connection.execute("DELETE FROM appearances WHERE article IN (SELECT value FROM json_each(?))", asked)
    assign(connection, found, touched)


def set_apart(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    """What the splits that stand make of the appearances of those names; everything of them is assigned anew."""
    groups: set[Group] = set()
    for name in names:
        for row in connection.execute(
            f"SELECT {', '.join(COLUMNS)} FROM appearances WHERE name = ?",
            (name,),
        ).fetchall():
            held = Appearance(*row)
            apart = confines(held, _split(connection, held))
            groups |= {_group(held), (name, apart or "")}
            connection.execute(
                "UPDATE appearances SET apart = ? WHERE article = ? AND speaker = ?",
                (apart, held.article, held.speaker),
            )
    assign(connection, groups, set())


# whom an appearance belongs to


def _decided(connection: sqlite3.Connection) -> bool:
    """Whether any decision stands."""
    found = connection.execute("SELECT EXISTS (SELECT 1 FROM person_decisions WHERE undone_at IS NULL)").fetchone()
    return bool(found[0])


def _group(one: Appearance) -> Group:
    return one.name, one.apart or ""


def _insert(connection: sqlite3.Connection, appearances: Iterable[Appearance]) -> None:
    """Rows that are nobody's so far."""
    connection.executemany(_INSERT, [(*msgspec.structs.astuple(one), None) for one in appearances])


def _split(connection: sqlite3.Connection, one: Appearance) -> int | None:
    """The last split that meets the appearance."""
    found = connection.execute(
        "SELECT max(decision) FROM person_splits WHERE name = ?1 AND (site IS NULL OR site = ?2)"
        " AND (place IS NULL OR place IS ?3) AND (office IS NULL OR office IS ?4)"
        " AND (article IS NULL OR article = ?5)",
        (one.name, one.site, one.place, one.office, one.article),
    ).fetchone()
    return None if found[0] is None else int(found[0])


def _held(connection: sqlite3.Connection, article: str) -> list[tuple[Appearance, str | None]]:
    rows = connection.execute(
        f"SELECT {', '.join(COLUMNS)}, person FROM appearances WHERE article = ? ORDER BY speaker",
        (article,),
    )
    return [(Appearance(*row[:-1]), row[-1]) for row in rows]


def _take(connection: sqlite3.Connection, one: Appearance, *, decided: bool) -> str | None:
    """Whose the appearance is, after writing and counting it; None, and nothing written, where it changes whose other
    appearances are.
    """
    person, name = _known(connection, one)
    if person is None:
        groups = {_group(one)}
        whose = _whose(connection, _closure(connection, groups) if decided else groups, one.standing, decided=decided)
        if any(held != now for (standing, held), now in whose.items() if standing != one.standing):
            return None
        person, name = whose[one.standing, None], one.speaker if len(whose) == 1 else None
    values = msgspec.structs.asdict(one) | {"person": person}
    for statement in _COUNT if one.role else _COUNT[:-1]:
        connection.execute(statement, values)
    if name != one.speaker:
        connection.execute(_CALL, (person,))
    connection.execute(_INSERT, (*msgspec.structs.astuple(one), person))
    return person


def _known(connection: sqlite3.Connection, one: Appearance) -> tuple[str | None, str | None]:
    """Whose the appearance is, and how that person is called, where its standing is held already."""
    found = connection.execute(
        f"SELECT p.id, p.name FROM appearances a JOIN people p ON p.id = a.person WHERE {_AT} LIMIT 1",
        msgspec.structs.astuple(one.standing),
    ).fetchone()
    return found or (None, None)


def assign(connection: sqlite3.Connection, groups: set[Group], touched: set[str]) -> None:
    """Every appearance of those names (and `apart`) to its person, and of all names that decisions tie to them.

    `touched`: people who lost an appearance already. Whoever has none left goes.
    """
    whose = _whose(connection, _closure(connection, groups), decided=True)
    changed: list[tuple[str, Standing]] = []
    for (standing, held), person in whose.items():
        if held != person:
            changed.append((person, standing))
            touched |= {person} | ({held} if held else set())
    for person, standing in changed:
        connection.execute(
            "INSERT INTO people (id, name, kind) VALUES (?, ?, 'person') ON CONFLICT DO NOTHING",
            (person, standing.name),
        )
        connection.execute(
            f"UPDATE appearances AS a SET person = ? WHERE {_AT} AND private IS NULL",
            (person, *msgspec.structs.astuple(standing)),
        )
    for person in sorted(touched):
        _recount(connection, person)
    if changed:
        _link_people(connection, {person for person, _ in changed})
    for person in sorted(touched):
        connection.execute(
            "DELETE FROM people WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM appearances WHERE person = ?1)", (person,)
        )


def _whose(
    connection: sqlite3.Connection, groups: Iterable[Group], new: Standing | None = None, *, decided: bool
) -> dict[tuple[Standing, str | None], str]:
    """Standing and whose it is held to be -> whose it is. `new`: one more standing, held to be nobody's."""
    held: list[tuple[Standing, str | None]] = []
    persons: dict[Standing, str] = {}
    for name, apart in sorted(groups):
        rows = connection.execute(
            "SELECT DISTINCT coalesce(apart, ''), site, coalesce(place, ''), coalesce(body, ''), person"
            " FROM appearances WHERE name = ? AND apart IS nullif(?, '') AND private IS NULL",
            (name, apart),
        ).fetchall()
        met = [(Standing(name, *row[:4]), row[4]) for row in rows]
        if new is not None and (new.name, new.apart) == (name, apart):
            met.append((new, None))
        held += met
        persons |= bearers({standing for standing, _ in met})
    if decided:
        _merge(connection, persons)
    return {(standing, person): persons[standing] for standing, person in held}


def _merge(connection: sqlite3.Connection, persons: dict[Standing, str]) -> None:
    """What the merges that stand make of it, the earliest first: the first standing's person goes on."""
    names = msgspec.json.encode(sorted({standing.name for standing in persons})).decode()
    rows = connection.execute(
        "SELECT decision, name, coalesce(apart, ''), site, coalesce(place, ''), coalesce(body, '') FROM person_merges"
        " WHERE decision IN (SELECT decision FROM person_merges WHERE name IN (SELECT value FROM json_each(?)))"
        " ORDER BY decision, seq",
        (names,),
    ).fetchall()
    told: dict[int, list[Standing]] = {}
    for decision, *standing in rows:
        told.setdefault(decision, []).append(Standing(*standing))
    for standings in told.values():
        joined = list(dict.fromkeys(persons[one] for one in standings if one in persons))
        for standing, person in persons.items():
            if person in joined:
                persons[standing] = joined[0]


def _closure(connection: sqlite3.Connection, groups: set[Group]) -> set[Group]:
    """Those names and apart, and all that merges tie to them."""
    pending = list(groups)
    while pending:
        name, apart = pending.pop()
        tied = connection.execute(
            "SELECT DISTINCT o.name, coalesce(o.apart, '') FROM person_merges m JOIN person_merges o USING (decision)"
            " WHERE m.name = ? AND m.apart IS nullif(?, '')",
            (name, apart),
        ).fetchall()
        pending += [group for group in tied if group not in groups]
        groups = groups | set(tied)
    return groups


def _recount(connection: sqlite3.Connection, person: str) -> None:
    """Names, roles and days of a person, from the appearances; nothing for one who has none left."""
    if not connection.execute("SELECT 1 FROM appearances WHERE person = ? LIMIT 1", (person,)).fetchone():
        return
    for statement in _RECOUNT:
        connection.execute(statement, {"person": person})
    connection.execute(_CALL, (person,))


def _link_people(connection: sqlite3.Connection, persons: Iterable[str]) -> None:
    connection.execute(
        f"{_LINK} AND article IN (SELECT article FROM appearances WHERE person IN (SELECT value FROM json_each(?)))",
        (msgspec.json.encode(sorted(persons)).decode(),),
    )
