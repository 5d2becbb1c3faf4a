"""What a newsroom did to a story: told in a reader's terms, silent or owned up to, and the archive as it was before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.archive.store import Archive
from scraper.archive.versions.edits import Edit, State, edits, is_softer, told
from scraper.archive.versions.history import records_as_of, revisions, word_diff
from scraper.cli import main
from scraper.export.jsonl import export
from tests.factories import BODY, NOON, article, minutes, reading, site, visit

FLOOD = (
    "Banjir merendam 12 rumah di Desa Sukatani pada Senin pagi.",
    "Kepala desa Budi Hartanto meminta warga tetap waspada.",
    "Air mulai surut menjelang siang.",
)


def state(*paragraphs: str, **changed: Any) -> State:
    fields: dict[str, Any] = {"title": "Banjir di Sukatani", "paragraphs": paragraphs or FLOOD} | changed
    return State(**fields)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (state(), state(FLOOD[0].replace("12", "120"), *FLOOD[1:]), [Edit("number", "12", "120")]),
        (
            state(),
            state(FLOOD[0], FLOOD[1].replace("Hartanto", "Hartono"), FLOOD[2]),
            [Edit("name", "Budi Hartanto", "Budi Hartono")],
        ),
        (state(), state(*FLOOD[:2]), [Edit("paragraph-dropped", before=FLOOD[2])]),
        (state(), state(*FLOOD, "Posko dibuka di balai desa."), [Edit("paragraph-added", after="Posko dibuka di balai desa.")]),
        (
            state(),
            state(*FLOOD, "Ralat: jumlah rumah semula ditulis keliru."),
            [Edit("correction", after="Ralat: jumlah rumah semula ditulis keliru.")],
        ),
        (state(), state(FLOOD[2], FLOOD[0], FLOOD[1]), [Edit("paragraph-moved", after=FLOOD[2])]),
        (
            state(),
            state(FLOOD[0], FLOOD[1].replace("tetap waspada", "segera mengungsi"), FLOOD[2]),
            [Edit("wording", "tetap waspada", "segera mengungsi")],
        ),
        (
            state(title="Lurah Korupsi Dana Banjir"),
            state(title="Lurah Diduga Korupsi Dana Banjir"),
            [Edit("headline", "Lurah Korupsi Dana Banjir", "Lurah Diduga Korupsi Dana Banjir", softened=True)],
        ),
        (state(labels=("Banjir",)), state(labels=("Banjir", "Desa")), [Edit("labels", "Banjir", "Banjir, Desa")]),
        (state(byline=("Rini", None)), state(byline=("Tono", None)), [Edit("byline", "Rini", "Tono")]),
        (state(published="2026-03-02"), state(published="2026-03-01"), [Edit("date", "2026-03-02", "2026-03-01")]),
    ],
    ids=lambda value: value[0].kind if isinstance(value, list) else "",
)  # fmt: skip
def test_an_edit_is_told_in_a_readers_terms(old: State, new: State, expected: list[Edit]) -> None:
    """A number, a name, a paragraph, a correction, a headline: each is called what it is, with both values."""
    assert edits(old, new) == expected


def test_a_quote_is_altered_or_gone_or_added() -> None:
    """A quote that changed in part, by the same speaker, was altered; one whose words are nowhere any more is gone."""
    spoken = "Kami akan membongkar semua bangunan liar itu", "Budi"
    milder = "Kami akan menertibkan semua bangunan liar itu", "Budi"
    other = "Terima kasih atas bantuan semua pihak", "Sari"
    old = state(f'"{spoken[0]}," kata Budi.', quotes=(spoken,))
    altered = state(f'"{milder[0]}," kata Budi.', quotes=(milder,))
    replaced = state(f'"{other[0]}," kata Sari.', quotes=(other,))

    assert Edit("quote-altered", spoken[0], milder[0]) in edits(old, altered)
    assert {edit.kind for edit in edits(old, replaced)} >= {"quote-gone", "quote-added"}


def test_a_quote_that_only_the_rules_lost_is_not_gone() -> None:
    """What still stands in the text was not taken out, though no rule calls it a quote any more."""
    words = "Air naik sangat cepat"
    assert not edits(state(f'"{words}," katanya.', quotes=((words, None),)), state(f'"{words}," katanya.'))


@pytest.mark.parametrize(
    ("old", "new", "softer"),
    [
        ("Bupati Suap Hakim", "Bupati Diduga Suap Hakim", True),
        ("Warga Ngamuk di Kantor Desa", "Warga Datangi Kantor Desa", True),
        ("Mayor Slams Council", "Mayor Criticises Council", True),
        ("Bupati Diduga Suap Hakim", "Bupati Suap Hakim", False),
        ("Banjir di Sukatani", "Banjir di Desa Sukatani", False),
        ("Kades Diduga Lalai", "Kades Diduga Korupsi", False),
    ],
)
def test_a_softened_headline_is_one_with_more_doubt_or_less_judgement(old: str, new: str, softer: bool) -> None:
    """A hedge that came, or a word that judges and went; the other way round is no softening."""
    assert is_softer(old, new) is softer


WORDS = st.lists(st.sampled_from(["air", "naik", "12", "Budi", "Sari", '"', ".", "warga"]), max_size=12).map(" ".join)
STATES = st.builds(State, title=WORDS, paragraphs=st.lists(WORDS, max_size=5).map(tuple))


@settings(max_examples=100, deadline=None)
@given(STATES, STATES)
def test_same_states_have_no_edits_and_others_have_some(old: State, new: State) -> None:
    """Nothing is told of a state beside itself; every edit can be written as a line."""
    assert edits(old, old) == []
    assert all(told(edit) for edit in edits(old, new))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_a_word_diff_holds_both_texts(old: str, new: str) -> None:
    """What is the same and what is gone is the old text; what is the same and what came is the new one."""
    pieces = word_diff(old, new)
    assert "".join(piece.text for piece in pieces if piece.op != "come").split() == old.split()
    assert "".join(piece.text for piece in pieces if piece.op != "gone") == new


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site())
        yield archive


def edit_twice(archive: Archive) -> tuple[str, str]:
    """An article first seen at noon, edited ten minutes later in silence, twenty later with a notice; both bodies."""
    run = archive.start_run([site().name], NOON)
    once = BODY.replace("hari ini", "besok")
    twice = f"{once}\n\nRalat: jembatan dibuka besok, bukan hari ini."
    archive.settle(visit(run))
    spoken = reading().article.quotes[0]
    milder = msgspec.structs.replace(spoken, text="Warga boleh lewat mulai besok,", end=spoken.end - 3)
    for at, body in ((10, once), (20, twice)):
        changed = reading(body=body, end_mark_at=len(body), quotes=(milder,))
        archive.settle(visit(run, reading=changed, at=NOON + minutes(at)))
    return once, twice


def test_an_edit_without_notice_or_new_time_is_silent(archive: Archive) -> None:
    """The revision says whether the newsroom told of the edit: by its 'updated' time, or by a correction."""
    edit_twice(archive)
    found = archive.db.conn.execute("SELECT revision, silent FROM silent_edits ORDER BY revision").fetchall()
    kinds = archive.db.conn.execute("SELECT revision, kind FROM edits ORDER BY revision, kind").fetchall()
    assert found == [(2, 1), (3, 0)]
    assert kinds == [(2, "quote-altered"), (2, "wording"), (3, "correction")]


def test_every_state_of_an_article_can_be_had_back(archive: Archive) -> None:
    """A revision holds the whole record of its state: text, quotes and all, exactly as it was."""
    first = {}
    run = archive.start_run([site().name], NOON)
    archive.settle(visit(run))
    first = archive.record(article().id)
    once, twice = edit_twice(archive)
    states = revisions(archive, article().id)

    assert [state.revision for state in states] == [1, 2, 3]
    assert states[0].record == first
    assert [state.record["body"] for state in states] == [BODY, once, twice]


@pytest.mark.parametrize(("at", "revision"), [(-1, None), (0, 1), (9, 1), (10, 2), (25, 3)])
def test_the_archive_can_be_read_as_it_was(archive: Archive, at: int, revision: int | None) -> None:
    """At any past time an article has the state that was its newest then; before it was seen it is not there."""
    bodies = [BODY, *edit_twice(archive)]
    found = [record["body"] for record in records_as_of(archive, NOON + minutes(at))]
    assert found == ([] if revision is None else [bodies[revision - 1]])


def test_an_export_as_of_a_time_has_the_records_of_then(archive: Archive) -> None:
    """`export --as-of` writes the records as they were held, and says so in its manifest."""
    edit_twice(archive)
    target = BytesIO()
    moment: datetime = NOON + minutes(5)
    manifest = export(archive, target, at=NOON, as_of=moment)
    (line,) = target.getvalue().splitlines()
    assert msgspec.json.decode(line)["body"] == BODY
    assert (manifest.count, manifest.filters.as_of) == (1, "2026-03-02T12:05:00Z")


def test_the_diff_shows_what_was_done(archive: Archive) -> None:
    """`show --diff` names each edit and marks the words, in signs where there is no colour."""
    edit_twice(archive)
    db = ["--db", str(archive.path)]
    shown = CliRunner().invoke(main, ["show", article().id, "--diff", *db])
    as_json = CliRunner().invoke(main, ["show", article().id, "--diff", "--json", *db])
    clash = CliRunner().invoke(main, ["export", "--as-of", "2026-03-02", "--since", "3", *db])

    assert shown.exit_code == 0, shown.output
    assert "edited in silence" in shown.stdout
    assert "[-hari-] [-ini-]{+besok+}" in shown.stdout or "[-hari ini,”-]{+besok,”+}" in shown.stdout
    assert "correction: Ralat:" in shown.stdout
    assert [state["silent"] for state in msgspec.json.decode(as_json.stdout)] == [None, True, False]
    assert clash.exit_code == 2
