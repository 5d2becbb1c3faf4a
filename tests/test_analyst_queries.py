"""Questions with names: each runs, in the language it is asked in, on the terminal and as docs/analysts.md tells."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from scraper.analyst.queries import ask, queries, query
from scraper.analyst.view import open_view
from scraper.archive.store import Archive
from scraper.cli import main
from scraper.errors import NothingDone, UsageProblem
from tests.newsdesk import build

DOCS = Path(__file__).resolve().parents[1] / "docs" / "analysts.md"
ANSWERLESS = {"weekday_conflicts", "quotes_over_time", "copies_of"}
"""Questions that need a value to answer, or a slip that the invented newsrooms do not make."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("desk") / "desk.db")


def rows(desk: Path, asked: str, **values: str) -> list[dict[str, object]]:
    answer = ask(desk, query(asked), values)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


@pytest.mark.parametrize("name", sorted(queries()))
def test_every_question_answers(desk: Path, name: str) -> None:
    """Each has a title and a sentence in both languages, runs with its example, and again with every value given."""
    one = queries()[name]
    assert all(one.title[language] and one.tells[language].endswith(".") for language in ("en", "id"))

    answer = ask(desk, one, one.example)
    assert bool(answer.rows) is (name not in ANSWERLESS)
    ask(desk, one, dict.fromkeys(one.parameters, "' OR 1=1 --"))


def test_what_the_newsroom_did_is_told(desk: Path) -> None:
    """The headline that gained a doubt, the number, the quote and the vanished post are each found by their question."""
    (headline,) = rows(desk, "softened_headlines")
    assert str(headline["after"]) == f"Diduga {headline['before']}"
    assert headline["manner"] == "silent"
    assert {row["kind"] for row in rows(desk, "changed_numbers")} == {"number"}
    assert [row["kind"] for row in rows(desk, "altered_quotes")] == ["quote-altered"]
    assert [row["status"] for row in rows(desk, "vanished_posts")] == ["suspect"]
    (edit,) = rows(desk, "silent_edits")
    assert edit["article"] == headline["article"]


def test_who_copied_whom_is_told(desk: Path) -> None:
    """Three texts went from one newsroom to another, and all of a copy's company is named."""
    (pair,) = rows(desk, "who_copies_whom")
    assert pair["articles"] == 3
    (first, second) = rows(desk, "first_to_publish")
    assert (first["site"], second["site"]) == (pair["printed_first"], pair["copied_by"])
    release = rows(desk, "press_releases")[0]
    assert [row["site"] for row in rows(desk, "copies_of", article=str(release["article"]))] == [
        first["site"],
        second["site"],
    ]


def test_a_front_page_is_as_it_was(desk: Path) -> None:
    """As of a time between two crawls the headline is the one that stood then; before the first there is nothing."""
    (edit,) = rows(desk, "silent_edits")
    with Archive.open(desk, readonly=True) as archive:
        ((first,),) = archive.db.conn.execute(
            "SELECT seen_at FROM revisions WHERE article = ? AND revision = 1", (edit["article"],)
        )
    then = {row["article"]: row["headline"] for row in rows(desk, "front_page_as_of", at=str(first))}
    now = {row["article"]: row["headline"] for row in rows(desk, "front_page_as_of")}

    assert rows(desk, "front_page_as_of", at="2001-01-01") == []
    if str(edit["seen_at"]) > str(first):  # both crawls may fall into one second
        assert not str(then[edit["article"]]).startswith("Diduga")
    assert str(now[edit["article"]]).startswith("Diduga")


def test_a_person_is_found_by_any_part_of_the_name(desk: Path) -> None:
    """Quotes by speaker takes what a person types, and the months of one person add up to the same number."""
    found = rows(desk, "quotes_by_speaker", name="zulhamdi")
    assert {row["name"] for row in found} == {"Zulhamdi Karim"}
    busiest = {row["name"]: row for row in rows(desk, "busiest_speakers")}["Zulhamdi Karim"]
    months = rows(desk, "quotes_over_time", person=str(busiest["person"]))
    assert sum(int(str(row["quotes"])) for row in months) == len(found) == busiest["quotes"]


def test_a_question_that_does_not_exist_is_told(desk: Path) -> None:
    """A wrong name or parameter is a mistake of usage, and the sentence names what there is."""
    with pytest.raises(UsageProblem, match="--list"):
        query("who_did_it")
    with pytest.raises(UsageProblem, match="it has site, since"):
        ask(desk, query("silent_edits"), {"sites": "x"})


def test_a_question_ends_at_its_limit(desk: Path) -> None:
    """A question that takes longer than its time ends with a sentence, not with a hang."""
    endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

    with pytest.raises(NothingDone, match=r"took more than 0\.1 s"):
        ask(desk, msgspec.structs.replace(query("labels"), sql=endless, parameters=()), {}, time_limit=0.1)


def test_the_terminal_answers_as_table_json_and_csv(desk: Path) -> None:
    """`kliping query` prints a table, JSON or CSV; text that a spreadsheet would run begins with an apostrophe."""
    run = CliRunner().invoke
    table = run(main, ["query", "vanished_posts", "--db", str(desk)])
    assert (table.exit_code, "suspect" in table.output) == (0, True)
    told = json.loads(run(main, ["query", "labels", "--json", "--db", str(desk)]).output)
    with StringIO(run(main, ["query", "labels", "--csv", "--db", str(desk)]).output) as text:
        printed = list(csv.DictReader(text))
    assert [row["label"].lstrip("'") for row in printed] == [row["label"].lstrip("'") for row in told]
    assert not any(row["label"].startswith(("=", "+", "-", "@")) for row in printed)
    listed = run(main, ["query", "--list"])
    assert all(name in listed.output for name in queries())
    assert run(main, ["query", "labels", "--param", "nonsense", "--db", str(desk)]).exit_code == 2
    assert run(main, ["query", "silent_edits", "--sql"]).output.startswith("SELECT")


SQL = re.findall(r"```sql\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("sql", SQL, ids=range(len(SQL)))
def test_the_lessons_sql_runs(desk: Path, sql: str) -> None:
    """Every SQL block of docs/analysts.md gives rows, in the window and on the file itself."""
    values = dict.fromkeys(re.findall(r":([a-z]+)", sql), "")
    view = open_view(desk)
    shown = view.execute(sql, values).fetchall()
    view.close()
    plain = sqlite3.connect(desk)
    held = plain.execute(sql, values).fetchall()
    plain.close()

    assert shown
    assert held


def test_every_question_is_in_the_lesson() -> None:
    """docs/analysts.md names every question."""
    text = DOCS.read_text("utf-8")
    assert [name for name in queries() if f"`{name}`" not in text] == []


PYTHON = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("code", PYTHON, ids=range(len(PYTHON)))
def test_the_lessons_python_runs(desk: Path, tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every Python block of docs/analysts.md runs, where the libraries it imports are installed."""
    for library in re.findall(r"^import (pandas|duckdb)", code, re.MULTILINE):
        pytest.importorskip(library, reason=f"{library} is not installed: this lesson is not tried")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    exported = CliRunner().invoke(main, ["export", "-o", "data/articles.jsonl", "--db", str(desk)])
    assert exported.exit_code == 0, exported.output
    (tmp_path / "data" / "kliping.db").symlink_to(desk)
    told: dict[str, object] = {}
    exec(compile(code, "docs/analysts.md", "exec"), told)

    assert "answer" in told
    assert len(told["answer"]) > 0  # type: ignore[arg-type]
