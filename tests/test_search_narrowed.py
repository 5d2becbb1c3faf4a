"""Search beyond words: narrowed by site, date, person and label, newest of very many, quotes, and what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.invented import COMMON, Invention, sites, word
from extractors import Quote
from extractors.model import Moment
from scraper.archive.search import articles as searching
from scraper.archive.search.articles import Narrowing, find
from scraper.archive.search.quotes import QuoteHit, find_quotes
from scraper.archive.store import Archive
from scraper.cli import main
from tests.factories import NOON, SITE, minutes, reading, site, visit

SPOKEN = {
    1: ("Sari Lembayung", "Kepala Dinas Perhubungan", "Jembatan gantung boleh dilewati lagi"),
    2: ("Bayu Angkasa", "Kapolres Muara", "Jembatan dijaga sampai pagi"),
    3: ("RD", "siswa", "Kami takut menyeberang jembatan"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kliping.db"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    """Three articles, a day apart, each with one quote and one label of its own."""
    with Archive.open(path, create=True) as opened:
        opened.add_site(site())
        run = opened.start_run([SITE], NOON)
        for number, (speaker, role, said) in SPOKEN.items():
            opened.settle(visit(run, number, at=NOON + minutes(number), reading=spoken(number, speaker, role, said)))
        yield opened


def spoken(number: int, speaker: str, role: str, said: str) -> Any:
    body = f"“{said},” ujar {role} {speaker}."
    quote = Quote(
        text=said, start=1, end=1 + len(said), speaker=speaker, role=role, mention=f"{role} {speaker}", cue="ujar",
        resolved_by="name", confidence=0.9,
    )  # fmt: skip
    day = f"2026-03-0{number}T12:00:00+00:00"
    return reading(
        number, body=body, lead=body, quotes=(quote,), event_dates=(), end_mark=None, end_mark_at=None,
        title=f"Judul {number}", labels=(f"Label {number}", "Daerah"), language="id",
        published=Moment(value=day, precision="second", zone="offset", source="feed", raw=day),
    )  # fmt: skip


def titles(archive: Archive, query: str = "jembatan", **narrowed: Any) -> list[str]:
    return sorted(hit.title for hit in find(archive, query, Narrowing(**narrowed)).hits)


def test_dates_narrow_both_ends_included(archive: Archive) -> None:
    """A day means the whole of it; a time means itself."""
    assert titles(archive, published_from="2026-03-02") == ["Judul 2", "Judul 3"]
    assert titles(archive, published_until="2026-03-02") == ["Judul 1", "Judul 2"]
    assert titles(archive, published_from="2026-03-02", published_until="2026-03-02") == ["Judul 2"]
    assert titles(archive, published_from="2026-03-02T12:00:01Z") == ["Judul 3"]


def test_a_label_narrows_in_any_case(archive: Archive) -> None:
    """Labels are compared whole, without regard to case."""
    assert titles(archive, label="label 2") == ["Judul 2"]
    assert titles(archive, label="DAERAH") == ["Judul 1", "Judul 2", "Judul 3"]
    assert titles(archive, label="label") == []


def test_a_person_narrows_by_id_and_by_name(archive: Archive) -> None:
    """Words of a name in their order are enough; a part of a word is not; nor is one who is not public to be found."""
    assert titles(archive, person="sari-lembayung") == ["Judul 1"]
    assert titles(archive, person="Lembayung") == ["Judul 1"]
    assert titles(archive, person="Lembay") == []
    assert titles(archive, person="RD") == []
    assert titles(archive, person="…") == []


def test_narrowings_add_up_in_both_orders(archive: Archive) -> None:
    """All must hold, ranked or newest first."""
    narrowing = Narrowing(site=SITE, label="Daerah", person="Bayu Angkasa", published_from="2026-03-01")
    for newest in (False, True):
        assert [hit.title for hit in find(archive, "jembatan", narrowing, newest=newest).hits] == ["Judul 2"]


def test_quotes_are_found_by_words_and_speaker(archive: Archive) -> None:
    """A hit says who, where and at which offsets; the person's own quotes alone when asked."""
    (hit,) = find_quotes(archive, "gantung").hits
    assert isinstance(hit, QuoteHit)
    assert (hit.speaker, hit.person, hit.text[hit.start - 1 : 8]) == ("Sari Lembayung", "sari-lembayung", "Jembatan")
    assert "[gantung]" in hit.snippet
    assert [found.speaker for found in find_quotes(archive, "angkasa").hits] == ["Bayu Angkasa"]
    assert [found.seq for found in find_quotes(archive, "jembatan", Narrowing(person="Bayu")).hits] == [0]
    assert [found.title for found in find_quotes(archive, "jembatan", newest=True).hits] == [
        "Judul 3", "Judul 2", "Judul 1",
    ]  # fmt: skip


def test_a_speaker_who_is_not_public_is_neither_named_nor_found(archive: Archive) -> None:
    """His words are found and told with his role; his name finds nothing, unless private names are included."""
    assert [hit.speaker for hit in find_quotes(archive, "takut").hits] == ["siswa"]
    assert find_quotes(archive, "RD").hits == []
    assert [hit.speaker for hit in find_quotes(archive, "RD", include_private=True).hits] == ["RD"]


def test_quotes_of_what_its_owner_opted_out_of_are_not_found(archive: Archive) -> None:
    """Unless asked for."""
    run = archive.start_run([SITE], NOON)
    again = visit(run, 2, reading=spoken(2, *SPOKEN[2]), opt_outs=("meta robots: noarchive",))
    archive.settle(again)
    assert [hit.title for hit in find_quotes(archive, "jembatan", newest=True).hits] == ["Judul 3", "Judul 1"]
    assert len(find_quotes(archive, "jembatan", include_opted_out=True).hits) == 3


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Two thousand articles, archived newest first, then more in the order of their publication."""
    with Archive.open(tmp_path_factory.mktemp("many") / "a.db", create=True) as opened:
        for one in sites():
            opened.add_site(one)
        run = opened.start_run(["kabar0.example"], NOON)
        visits = list(islice(Invention().visits(run), 600))
        with opened.transaction():
            for one in [*reversed(visits[:400]), *visits[400:]]:
                opened.settle(one)
        yield opened


@pytest.mark.parametrize("rank", [COMMON, 100, 1000])
@pytest.mark.parametrize("of", [None, "kabar3.example"])
def test_the_walk_from_the_newest_finds_what_sorting_finds(
    many: Archive, monkeypatch: pytest.MonkeyPatch, rank: int, of: str | None
) -> None:
    """Whichever way is taken, the same articles come in the same order, in whatever order they were archived."""
    asked, narrowing = word(rank), Narrowing(site=of, published_from="2020-01-01T10:00:00Z")
    monkeypatch.setattr(searching, "RAREST", 1000)
    sorted_ = [hit.id for hit in find(many, asked, narrowing, newest=True, limit=30).hits]
    monkeypatch.setattr(searching, "RAREST", 1)
    monkeypatch.setattr(searching, "STEP", 4)
    monkeypatch.setattr(searching, "LONG_STEP", 16)
    for most in (2000, 1):
        monkeypatch.setattr(searching, "SORTED", most)
        assert [hit.id for hit in find(many, asked, narrowing, newest=True, limit=30).hits] == sorted_
    assert sorted_ or rank == 1000


def test_a_very_common_word_is_ranked_among_the_newest(many: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer says of how many it is the best; below the bound it says nothing."""
    assert find(many, word(COMMON)).note is None
    monkeypatch.setattr(searching, "RANKED", 50)
    found = find(many, word(COMMON))
    assert found.note is not None
    assert found.note.startswith(f"Ranked among the newest 50 of {found.matches} matches;")
    newest = {number for (number,) in many.db.conn.execute("SELECT id FROM articles ORDER BY number DESC LIMIT 60")}
    assert {hit.id for hit in found.hits} <= newest
    narrowed = find(many, word(COMMON), Narrowing(published_from="2020"))
    assert narrowed.note is not None
    assert "of more matches" in narrowed.note


def test_a_common_word_narrowed_to_few_is_found_without_looking_at_all(
    many: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the matches only so many are looked at; what is meant and lies further back is found by its date, after those
    that were weighed, and the answer says how many these were.
    """
    words = word(COMMON)
    first = min(many.records(), key=lambda record: record["published"]["value"])
    narrowing = Narrowing(site=first["site"])
    whole = find(many, words, narrowing, limit=500)
    monkeypatch.setattr(searching, "LOOKED_AT", 30)
    near = find(many, words, narrowing, limit=500)

    assert whole.ranked_among is None
    assert near.ranked_among is not None
    assert 0 < near.ranked_among < len(whole.hits)
    assert {hit.id for hit in near.hits} == {hit.id for hit in whole.hits}
    assert f"newest {near.ranked_among}" in str(near.note)


def test_the_command_prints_hits_for_people_and_programs(path: Path, archive: Archive) -> None:
    """Quotes with their speaker, or JSON; a wrong date is told."""
    run = CliRunner().invoke
    shown = run(main, ["search", "--db", str(path), "--quotes", "--person", "Sari Lembayung", "jembatan"])
    assert (shown.exit_code, "— Sari Lembayung, Kepala Dinas Perhubungan" in shown.stdout) == (0, True)
    told = run(main, ["search", "--db", str(path), "--from", "2026-03-02", "--newest", "--json", "jembatan"])
    assert [hit["title"] for hit in json.loads(told.stdout)] == ["Judul 3", "Judul 2"]
    wrong = run(main, ["search", "--db", str(path), "--until", "kemarin", "jembatan"])
    assert (wrong.exit_code, "no ISO date" in wrong.stderr) == (2, True)
