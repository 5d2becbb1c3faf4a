"""People across the archive: who is one person, whatever the order of the crawl, and what a person decides about it."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from extractors.model import Dateline, Moment
from extractors.quotes.identity import body_of, kind_of, name_key
from scraper.archive import schema
from scraper.archive.people import register as people
from scraper.archive.people.appearances import fill
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.archive.visits import Visit
from scraper.cli import main
from scraper.errors import NothingDone
from scraper.export.jsonl import export
from tests.factories import BODY, NOON, SITE, article, minutes, post_url, reading, site, visit

ELSEWHERE = "suarahulu.example"
TABLES = ("people", "person_names", "person_roles", "appearances")

Speaker = tuple[str | None, str | None]
Fresh = Callable[..., Archive]


def said(
    number: int,
    *speakers: Speaker,
    where: str | None = "Muara",
    by: str = SITE,
    day: str = "2026-03-02",
    body: str = BODY,
) -> Visit:
    """A visit to the numbered post, in which those speakers say the same, each with a name and a role."""
    one = article(number).quotes[0]
    quotes = tuple(replace(one, speaker=name, role=role, mention=name) for name, role in speakers)
    at = Moment(value=day, precision="day", zone="none", source="meta", raw=day)
    dateline = Dateline(raw=f"{where} - ", place=where, outlet=None) if where else None
    told = reading(number, site=by, quotes=quotes, published=at, dateline=dateline, body=body)
    return visit(1, number, site=by, url=post_url(number).replace(SITE, by), reading=told)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Fresh]:
    """Makes a new archive under that name, after those visits; closed when the test ends."""
    with ExitStack() as stack:

        def make(name: str, *visits: Visit) -> Archive:
            archive = stack.enter_context(Archive.open(tmp_path / name, create=True))
            archive.add_site(site())
            archive.add_site(site(name=ELSEWHERE, url=f"https://{ELSEWHERE}/", blog_id="7000000000000000002"))
            archive.start_run([SITE, ELSEWHERE], NOON)
            for each in visits:
                archive.settle(each)
            return archive

        yield make


@pytest.fixture
def archive(fresh: Fresh) -> Archive:
    return fresh("archive.db")


def contents(archive: Archive) -> dict[str, list[tuple[object, ...]]]:
    """All that the archive knows of people, and its quotes' persons."""
    told = {table: archive.db.conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in TABLES}
    told["quotes"] = archive.db.conn.execute("SELECT article, seq, person FROM quotes ORDER BY 1, 2").fetchall()
    return told


def persons(archive: Archive) -> list[str]:
    """Whose the quotes are, by article and quote."""
    return [row[0] for row in archive.db.conn.execute("SELECT person FROM quotes ORDER BY article, seq")]


def is_sound(archive: Archive) -> bool:
    return list(problems(archive)) == []


MAYOR = ("Sari Lembayung", "Bupati Muara")


def test_one_name_at_one_site_is_one_person(archive: Archive) -> None:
    """A full name quoted twice by a newsroom is one person, in whatever role, with a role's first and last day."""
    archive.settle(said(1, ("Sari Lembayung", "Camat Hulu"), day="2024-05-01"))
    archive.settle(said(2, MAYOR, day="2026-03-02"))
    archive.settle(said(3, ("SARI  LEMBAYUNG", "Bupati Muara"), day="2025-01-10"))
    archive.settle(said(4, ("Sari Lembayung", None), day="2026-01-10"))

    found = people.person(archive, "sari-lembayung")

    assert set(persons(archive)) == {"sari-lembayung"}
    assert (found.name, found.kind, found.first_seen, found.last_seen) == (
        "Sari Lembayung", "person", "2024-05-01", "2026-03-02",
    )  # fmt: skip
    assert [(role.role, role.body, role.first_seen, role.last_seen, role.count) for role in found.roles] == [
        ("Camat Hulu", "hulu", "2024-05-01", "2024-05-01", 1),
        ("Bupati Muara", "muara", "2025-01-10", "2026-03-02", 2),
    ]
    assert [(name.name, name.count) for name in found.names] == [("Sari Lembayung", 3), ("SARI  LEMBAYUNG", 1)]
    assert is_sound(archive)


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        (said(1, MAYOR), said(2, MAYOR, by=ELSEWHERE, where="Rantau"), True),
        (said(1, ("Sari Lembayung", None)), said(2, ("Sari Lembayung", None), by=ELSEWHERE), True),
        (said(1, ("Sari Lembayung", "Kadishub Muara")), said(2, ("Sari Lembayung", "Kepala Dinas Perhubungan Muara"),
              by=ELSEWHERE, where=None), True),
        (said(1, ("Sari Lembayung", None)), said(2, ("Sari Lembayung", None), by=ELSEWHERE, where="Rantau"), False),
        (said(1, ("Sari Lembayung", "Kepala Desa")), said(2, ("Sari Lembayung", "Kepala Desa"), by=ELSEWHERE,
              where="Rantau"), False),
        (said(1, ("Sari Lembayung", "Lurah Pasir")), said(2, ("Sari Lembayung", "Ketua Persipa"), where="Rantau"),
         False),
        (said(1, ("Sari Lembayung", "Kapolres Muara")), said(2, ("Sari Lembayung", "Kapolres Rantau"), where="Rantau"),
         True),
        (said(1, MAYOR), said(2, ("Sari Lembayun", "Bupati Muara")), False),
    ],
    ids=["same-body", "same-place", "office-spelt-out", "other-place", "office-of-any-district", "contradiction",
         "transferred", "other-name"],
)  # fmt: skip
def test_name_body_place_and_site_tell_who_is_one(archive: Archive, first: Visit, second: Visit, one: bool) -> None:
    """Two appearances of a full name are one person by body, place or site; where those contradict, two."""
    archive.settle(first)
    archive.settle(second)

    assert (len(set(persons(archive))) == 1) is one
    assert is_sound(archive)


def test_what_touches_two_namesakes_is_neither(archive: Archive) -> None:
    """A mention without role that might be either of two people of the site is a third: in doubt, nobody is mixed up."""
    archive.settle(said(1, ("Sari Lembayung", "Lurah Pasir")))
    archive.settle(said(2, ("Sari Lembayung", "Ketua Persipa"), where="Rantau"))
    archive.settle(said(3, ("Sari Lembayung", None), where=None))

    assert len(set(persons(archive))) == 3


def test_a_bare_name_is_one_person_within_site_and_office(archive: Archive) -> None:
    """'Bakri' alone is the same man only in the same office at the same site; without an office, in one article."""
    for number, role, by in [(1, "Kepala Desa Hulu", SITE), (2, "Kades Hulu", SITE), (3, "Kades Hulu", ELSEWHERE),
                             (4, "warga", SITE), (5, "warga", SITE), (6, None, SITE)]:  # fmt: skip
        archive.settle(said(number, ("Bakri", role), by=by))

    found = persons(archive)

    assert found[0] == found[1]
    assert len(set(found)) == 5
    assert all(one.startswith("bakri~") for one in found)


def test_bodies_speak_as_organisations(archive: Archive) -> None:
    """A body that speaks is kept as an organisation; a bare role is nobody."""
    archive.settle(said(1, ("Dinas Perhubungan Muara", None), ("BMKG", None), ("Kapolsek Hulu", "Kapolsek Hulu")))

    kinds = {one.name: one.kind for one in people.people(archive)}

    assert kinds == {"Dinas Perhubungan Muara": "organisation", "BMKG": "organisation"}
    assert persons(archive)[2] is None


def crowd() -> list[Visit]:
    """Visits in which few names stand in many places: enough to join, to contradict and to part again."""
    chance = random.Random(11)
    roles = ("Bupati Muara", "Camat Hulu", "Kapolres Rantau", "Ketua DPRD Muara", "warga", None, "Lurah Pasir")
    names = ("Sari Lembayung", "Tirta Wibawa", "Bakri", "tirta wibawa")
    mixed = [
        said(
            number,
            *{name: (name, chance.choice(roles)) for name in chance.choices(names, k=2)}.values(),
            where=chance.choice(("Muara", "Rantau", "Hulu", None)),
            by=chance.choice((SITE, ELSEWHERE)),
            day=f"2026-03-{number:02d}",
        )
        for number in range(1, 21)
    ]
    namesakes = (("Lurah Pasir", "Pasir"), ("Ketua Persipa", "Rantau"), (None, None), ("Lurah Pasir", None))
    return mixed + [
        said(number, ("Galih Pradana", role), where=where, by=by)
        for number, ((role, where), by) in enumerate(itertools.product(namesakes, (SITE, ELSEWHERE)), start=21)
    ]


def test_the_order_of_the_crawl_plays_no_part(fresh: Fresh) -> None:
    """The same pages in any order make the same people, ids and all, and deriving them anew changes nothing."""
    visits = crowd()
    one = fresh("one.db", *visits)
    assert sum(line.id.startswith("galih") for line in people.people(one)) > 1
    for seed in range(4):
        other = fresh(f"{seed}.db", *random.Random(seed).sample(visits, len(visits)))
        assert contents(other) == contents(one)
        assert other.digest() == one.digest()
        assert is_sound(other)
    before = contents(one)
    with one.transaction():
        fill(one.db.conn)
    assert contents(one) == before


def test_an_edit_takes_speakers_away_and_brings_others(fresh: Fresh) -> None:
    """An article read again with other speakers leaves the archive as if it had never been read otherwise."""
    visits = crowd()
    straight = fresh("straight.db", *visits)
    edited = fresh("edited.db")
    for number, each in enumerate(visits, start=1):
        edited.settle(said(number, ("Galih Pradana", "Camat Hulu"), by=each.site))
    for each in visits:
        edited.settle(replace(each, at=NOON + minutes(9)))

    assert contents(edited) == contents(straight)
    assert is_sound(edited)


def test_a_purged_site_leaves_no_people(fresh: Fresh) -> None:
    """People whom only the purged site quoted go; of the others its quotes are counted no longer."""
    visits = crowd()
    kept = [each for each in visits if each.site == ELSEWHERE]
    purged = fresh("purged.db", *visits)
    purged.remove_site(SITE, purge=True, at=NOON)

    assert contents(purged) == contents(fresh("kept.db", *kept))
    assert is_sound(purged)


# decisions


def test_a_merge_makes_one_person_and_can_be_undone(archive: Archive) -> None:
    """Two people merged by hand are one under the first's id, also in what comes later; undone, they are two again."""
    archive.settle(said(1, MAYOR))
    archive.settle(said(2, ("Sari Lembayun", "Bupati Muara")))
    before = contents(archive)

    decision = people.merge(archive, ["sari-lembayung", "sari-lembayun"], at=NOON)
    archive.settle(said(3, ("Sari Lembayun", None)))

    assert set(persons(archive)) == {"sari-lembayung"}
    assert {name.name for name in people.person(archive, "sari-lembayung").names} == {"Sari Lembayung", "Sari Lembayun"}
    assert is_sound(archive)

    archive.settle(said(3))
    people.undo(archive, decision, at=NOON)
    assert contents(archive) == before
    with pytest.raises(NothingDone):
        people.undo(archive, decision, at=NOON)


@pytest.mark.parametrize("by", [{"site": ELSEWHERE}, {"place": "RANTAU"}, {"role": "Ketua RT 3"}, {"article": post_url(2).replace(SITE, ELSEWHERE)}],
                         ids=["site", "place", "role", "article"])  # fmt: skip
def test_a_split_parts_two_of_one_name_and_can_be_undone(archive: Archive, by: dict[str, str]) -> None:
    """What meets a split is another person of that name, and the rest keeps the id; undone, it is one again."""
    archive.settle(said(1, MAYOR))
    archive.settle(said(2, ("Sari Lembayung", "Ketua RT 3"), by=ELSEWHERE, where="Rantau"))
    archive.settle(said(3, ("Sari Lembayung", None), by=ELSEWHERE))
    before = contents(archive)
    assert set(persons(archive)) == {"sari-lembayung"}

    decision = people.split(archive, "sari-lembayung", at=NOON, **by)

    told = persons(archive)
    assert told[0] == "sari-lembayung"
    assert told[1].startswith("sari-lembayung~")
    assert is_sound(archive)
    with pytest.raises(NothingDone):
        people.split(archive, told[1], at=NOON, **by)
    people.undo(archive, decision, at=NOON)
    assert contents(archive) == before


def test_a_split_holds_for_what_is_crawled_later(archive: Archive) -> None:
    """A later article that meets the split goes to the one who was set apart."""
    archive.settle(said(1, MAYOR))
    archive.settle(said(2, ("Sari Lembayung", None), by=ELSEWHERE))
    people.split(archive, "sari-lembayung", site=ELSEWHERE, at=NOON)
    archive.settle(said(3, ("Sari Lembayung", "Camat Hulu"), by=ELSEWHERE, where="Hulu"))

    told = persons(archive)
    assert told[1] == told[2] != told[0]


def test_the_later_decision_wins(archive: Archive) -> None:
    """A merge of two parted people joins them; a further split parts what was merged."""
    archive.settle(said(1, MAYOR))
    archive.settle(said(2, MAYOR, by=ELSEWHERE))
    people.split(archive, "sari-lembayung", site=ELSEWHERE, at=NOON)
    people.merge(archive, persons(archive), at=NOON)
    assert set(persons(archive)) == {"sari-lembayung"}

    people.split(archive, "sari-lembayung", site=ELSEWHERE, at=NOON)
    assert len(set(persons(archive))) == 2
    assert [one.kind for one in people.decisions(archive)] == ["split", "merge", "split"]


def test_decisions_hold_when_people_are_derived_anew(fresh: Fresh) -> None:
    """Deriving all people again keeps what was merged and split, whatever ids they had."""
    archive = fresh("archive.db", *crowd())
    galih = sorted(one.id for one in people.people(archive) if one.id.startswith("galih"))
    people.merge(archive, ["tirta-wibawa", *galih[:2]], at=NOON)
    people.split(archive, "sari-lembayung", site=ELSEWHERE, at=NOON)
    assert len(galih) > 2
    before = contents(archive)
    with archive.transaction():
        fill(archive.db.conn)
    assert contents(archive) == before
    assert is_sound(archive)


def test_a_decision_needs_something_to_decide(archive: Archive) -> None:
    """One person alone, an unknown one, or a split that meets nothing changes nothing and says so."""
    archive.settle(said(1, MAYOR))
    for attempt in (
        lambda: people.merge(archive, ["sari-lembayung"], at=NOON),
        lambda: people.merge(archive, ["sari-lembayung", "nobody"], at=NOON),
        lambda: people.split(archive, "sari-lembayung", at=NOON),
        lambda: people.split(archive, "sari-lembayung", site=ELSEWHERE, at=NOON),
        lambda: people.split(archive, "sari-lembayung", article="nowhere", at=NOON),
    ):
        with pytest.raises(NothingDone):
            attempt()
    assert people.decisions(archive) == []


def test_an_id_that_became_two_names_both(archive: Archive) -> None:
    """Asked for a name that several bear by now, the archive names their ids."""
    archive.settle(said(1, ("Sari Lembayung", "Lurah Pasir")))
    archive.settle(said(2, ("Sari Lembayung", "Ketua Persipa"), where="Rantau"))

    with pytest.raises(NothingDone, match=r"borne by sari-lembayung~.*, sari-lembayung~"):
        people.person(archive, "sari-lembayung")


# names that are not public

CHILD = BODY + "\n\nRafi Anindya (9) ikut menyeberang bersama RM, korban."


def private_archive(fresh: Fresh) -> Archive:
    speakers = (("Rafi Anindya", "siswa"), ("RM", "korban"), ("MJ", None), MAYOR)
    return fresh("private.db", said(1, *speakers, body=CHILD))


def test_children_and_initials_are_no_people(fresh: Fresh) -> None:
    """Who is told by initials or with an age under 18 is kept with the reason, and is nobody in the people's tables."""
    archive = private_archive(fresh)

    reasons = archive.db.conn.execute("SELECT speaker, private FROM appearances ORDER BY speaker").fetchall()

    assert reasons == [("MJ", "initials"), ("RM", "initials"), ("Rafi Anindya", "minor"), ("Sari Lembayung", None)]
    assert [one.id for one in people.people(archive)] == ["sari-lembayung"]
    assert archive.db.conn.execute("SELECT person_name FROM quotes_by_person").fetchall() == [("Sari Lembayung",)]
    assert is_sound(archive)


@pytest.mark.parametrize("included", [False, True])
def test_exports_leave_such_names_out_unless_asked(fresh: Fresh, tmp_path: Path, included: bool) -> None:
    """A speaker who is not public is exported as the role, or null; the whole name only with include_private."""
    archive, target = private_archive(fresh), tmp_path / "out.jsonl"

    export(archive, target, at=NOON, include_private=included)

    (record,) = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    told = [(quote["speaker"], quote["mention"]) for quote in record["quotes"]]
    hidden = [("siswa", None), ("korban", None), (None, None)]
    whole = [("Rafi Anindya", "Rafi Anindya"), ("RM", "RM"), ("MJ", "MJ")]
    assert told == [*(whole if included else hidden), ("Sari Lembayung", "Sari Lembayung")]
    assert record["body"] == CHILD


def test_the_commands_leave_such_names_out_unless_asked(fresh: Fresh, tmp_path: Path) -> None:
    """`kliping export` and `kliping show` name no child; with --include-private they do."""
    private_archive(fresh)
    db = ["--db", str(tmp_path / "private.db")]
    for command in (["export"], ["export", "--as-of", "2027-01-01"], ["show", post_url(1), "--json"]):
        told = CliRunner().invoke(main, [*command, *db], catch_exceptions=False).stdout
        whole = CliRunner().invoke(main, [*command, *db, "--include-private"], catch_exceptions=False).stdout
        assert json.loads(told)["quotes"][0]["speaker"] == "siswa"
        assert json.loads(whole)["quotes"][0]["speaker"] == "Rafi Anindya"


# the archive around it


def test_an_archive_made_before_gets_its_people(fresh: Fresh, tmp_path: Path) -> None:
    """An archive of the first schema gets the people of the quotes it holds; records that no longer name somebody who
    is not public are exported anew.
    """
    path = tmp_path / "archive.db"
    whole = fresh(path.name, *crowd(), said(40, ("RM", "korban")))
    expected, exported = contents(whole), [record["id"] for record in whole.records()]
    connection = whole.db.conn
    connection.execute("PRAGMA foreign_keys = OFF")
    for trigger in ("DROP VIEW quotes_by_person", "DROP INDEX quotes_person", "ALTER TABLE quotes DROP COLUMN person"):
        connection.execute(trigger)
    for table in (*TABLES, "person_merges", "person_splits", "person_decisions"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("CREATE VIEW quotes_by_person AS SELECT speaker FROM quotes")
    connection.execute(f"DELETE FROM {schema.MIGRATIONS_TABLE} WHERE name = 'm002_people'")
    connection.execute("PRAGMA user_version = 1")
    whole.close()

    with Archive.open(path) as upgraded:
        assert contents(upgraded) == expected
        assert is_sound(upgraded)
        anew = [record["id"] for record in upgraded.records(since_seq=len(exported))]
        assert anew == [record_id for record_id in exported if record_id.endswith("040")]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE quotes SET person = NULL", "not of the person"),
        ("UPDATE appearances SET person = NULL", "nobody though public"),
        ("DELETE FROM person_names", "names of the person sari-lembayung"),
        ("UPDATE person_roles SET count = 7", "roles or days"),
        ("DELETE FROM quotes", "speaks nowhere"),
    ],
)
def test_verify_sees_people_that_disagree(archive: Archive, damage: str, told: str) -> None:
    """People, names, roles or quotes that no longer fit each other are told of."""
    archive.settle(said(1, MAYOR))
    archive.db.conn.execute(damage)

    assert any(told in problem for problem in problems(archive))


def run(path: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["people", *arguments, "--db", str(path)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_commands_tell_and_decide(fresh: Fresh, tmp_path: Path) -> None:
    """list, show, merge, split, decisions and undo do what they say, for a person and as JSON."""
    path = tmp_path / "archive.db"
    fresh(path.name, said(1, MAYOR), said(2, ("Sari Lembayun", "Bupati Muara")), said(3, MAYOR, by=ELSEWHERE))

    assert "Sari Lembayung" in run(path, "list")
    assert [one["id"] for one in json.loads(run(path, "list", "--search", "lembayung", "--json"))] == ["sari-lembayung"]
    assert "Decision 1" in run(path, "merge", "sari-lembayung", "sari-lembayun")
    assert "Decision 2" in run(path, "split", "sari-lembayung", "--site", ELSEWHERE)
    shown = json.loads(run(path, "show", "sari-lembayung", "--json"))
    assert {name["name"] for name in shown["names"]} == {"Sari Lembayung", "Sari Lembayun"}
    assert "Bupati Muara" in run(path, "show", "sari-lembayung")
    assert "merge" in run(path, "decisions")
    assert "undone" in run(path, "undo", "1")
    assert json.loads(run(path, "decisions", "--json"))[0]["undone_at"]


# keys


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("M. Ma’mun Hadi", "m-mamun-hadi"),
        ("SARI  Lembayung", "sari-lembayung"),
        ("Andrée Hill", "andree-hill"),
        ("…", ""),
    ],
)
def test_a_name_has_one_key(written: str, key: str) -> None:
    """Case, accents, dots and apostrophes play no part in a name's key."""
    assert name_key(written) == key


@pytest.mark.parametrize(
    ("role", "language", "body"),
    [
        ("Kadishub Muara", "id", "dinas perhubungan muara"),
        ("Plt. Kepala Dinas Perhubungan Muara", "id", "dinas perhubungan muara"),
        ("Wakil Bupati Muara", "id", "muara"),
        ("Menteri Kesehatan", "id", "kesehatan"),
        ("Kapolres", "id", None),
        ("Kepala Desa", "id", None),
        ("warga Muara", "id", None),
        ("Warga sekaligus Ketua Persipa", "id", None),
        ("Asisten I", "id", None),
        ("mayor of Springfield", "en", "springfield"),
        ("police officer", "en", None),
    ],
)
def test_a_role_tells_the_body_it_is_of(role: str, language: str, body: str | None) -> None:
    """The body of a role is what is left of it spelt out; an office that every district has tells of none."""
    assert body_of(role, language) == body


def test_kinds_of_speakers_are_told_apart() -> None:
    """A body is an organisation, a person whose name is also a body's word is not."""
    told = {name: kind_of(name, "id") for name in ("Polres Muara", "KPK", "Putri Sari", "Dharma Sari")}
    assert told == {
        "Polres Muara": "organisation",
        "KPK": "organisation",
        "Putri Sari": "person",
        "Dharma Sari": "person",
    }
