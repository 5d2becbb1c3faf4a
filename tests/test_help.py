"""Help at every step: examples that can be typed, what to do next without a command, colour where it belongs."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from scraper.archive.store import Archive, Site
from scraper.checkup import Checkup, check_up
from scraper.cli import main
from scraper.cli.handbook import commands, examples
from scraper.config import Settings
from scraper.outlook import outlook

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CONTACT = "desk@example.org"
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-7]|38|9[0-7]|4[0-7]|48)(?:;\d+)*m")
EVERY = [("kliping", main), *commands(main)]
EXAMPLES = [line for _, command in EVERY for line in examples(command)]


@pytest.mark.parametrize(("path", "command"), EVERY, ids=[path for path, _ in EVERY])
def test_every_command_shows_examples_of_itself(path: str, command: click.Command) -> None:
    """Each help text ends with a block of examples, one of which at least calls that very command."""
    assert cleandoc(command.help or "").count("Examples:\n") == 1
    assert any(f" {line} ".replace("kliping", " kliping").find(path) >= 0 for line in examples(command))


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_is_understood(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell would take the line apart, and each command and option in it is one there is, with a value that it takes."""
    monkeypatch.chdir(tmp_path)
    typed = shlex.split(re.split(r" [|>] ", line)[0])
    assert typed[0] == "kliping"
    for word in typed[1:]:
        if re.fullmatch(r"[\w-]+(\.\w+)+|[\w-]+/", word):  # a file or folder that the command may want to be there
            Path(word).mkdir() if word.endswith("/") else Path(word).touch()
    command: click.Command = main
    words = typed[1:]
    monkeypatch.setenv("KLIPING_POSTGRES", "postgresql://fleet@db.example/fleet")  # the fleet's commands want it set
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]

    with command.make_context(line, words) as context:
        assert context.params.keys() == {one.name for one in command.params if one.name != "help"}


def test_the_shell_completes_commands() -> None:
    """click's own completion, as docs/installing.md sets it up, knows the commands."""
    asked = {"_KLIPING_COMPLETE": "bash_complete", "COMP_WORDS": "kliping ex", "COMP_CWORD": "1"}
    told = CliRunner(env=asked).invoke(main, [], prog_name="kliping")

    assert told.stdout.split() == ["plain,export", "plain,extract"]


# without a command


def site(name: str = "kabar.example", **facts: Any) -> Site:
    return Site(name=name, url=f"https://{name}/", added_at=NOW, **facts)


def next_commands(db: Path, contact: str = CONTACT) -> list[str]:
    return [step.command for step in outlook(db, contact=contact, now=NOW).steps]


def test_without_an_archive_the_demo_comes_first(tmp_path: Path) -> None:
    """Then a contact where none is set, and a newsroom of one's own."""
    commands = next_commands(tmp_path / "a.db", contact="")

    assert commands[0] == "kliping demo"
    assert commands.index("export KLIPING_CONTACT=you@example.org") < commands.index(
        "kliping sites add https://www.example.com/"
    )
    assert not [one for one in next_commands(tmp_path / "a.db") if "CONTACT" in one]


def test_an_archive_leads_on_from_where_it_stands(tmp_path: Path) -> None:
    """Empty it wants a newsroom, with newsrooms a crawl, and a contact first where one must be known."""
    db = tmp_path / "a.db"
    with Archive.open(db, create=True) as archive:
        assert next_commands(db)[0] == "kliping sites add https://www.example.com/"
        archive.add_site(site())

    assert next_commands(db) == ["kliping crawl"]
    assert next_commands(db, contact="")[0].startswith("export KLIPING_CONTACT=")


def test_an_archive_that_cannot_be_opened_leads_to_the_doctor(tmp_path: Path) -> None:
    """What is wrong is said, and who knows more."""
    db = tmp_path / "a.db"
    db.write_bytes(b"bab satu" * 200)

    found = outlook(db, contact="", now=NOW)

    assert "not an SQLite database" in found.told
    assert [step.command for step in found.steps] == ["kliping doctor"]


def test_the_bare_command_answers(tmp_path: Path) -> None:
    """`kliping` alone prints the next commands to stdout and ends with 0; each is one that there is."""
    told = CliRunner(env={"KLIPING_DB": str(tmp_path / "a.db")}).invoke(main, [])

    assert (told.exit_code, told.stderr) == (0, "")
    named = re.findall(r"^  kliping (\w+)", told.stdout, re.MULTILINE)
    assert named[0] == "demo"
    assert set(named) <= main.commands.keys()


# the doctor, beyond the archive's file


def checked(db: Path, **options: Any) -> Checkup:
    return check_up(db, Settings(contact=CONTACT), **({"now": NOW} | options))


def remedies(found: Checkup, gravity: str) -> list[str]:
    return [one.remedy for one in found.findings if one.gravity == gravity]


def test_whatever_must_or_may_be_done_comes_with_how(tmp_path: Path) -> None:
    """Nothing is found, of a machine without an archive or extras and with a wrong clock, that lacks its remedy."""
    found = check_up(tmp_path / "a.db", Settings(), now=datetime(1970, 1, 1, tzinfo=UTC), is_installed=lambda _: False)

    assert not found.is_well
    assert all(remedies(found, "trouble") + remedies(found, "advice"))
    assert "Set it: sudo timedatectl set-ntp true" in remedies(found, "trouble")
    assert {"For it: pip install 'kliping[web]' (or pipx inject kliping datasette)."} <= set(remedies(found, "note"))


def test_no_archive_is_a_trouble_only_where_one_is_named(tmp_path: Path) -> None:
    """Somebody who has just installed Kliping is not told that he is ill; a backup job with a wrong path is."""
    assert checked(tmp_path / "a.db", expected=False).is_well
    assert not checked(tmp_path / "a.db").is_well


def test_what_nobody_crawls_by_itself_is_told(tmp_path: Path) -> None:
    """A newsroom without a schedule gets the command that gives it one."""
    db = tmp_path / "a.db"
    with Archive.open(db, create=True) as archive:
        archive.add_site(site())

    assert any("kliping sites schedule kabar.example" in remedy for remedy in remedies(checked(db), "advice"))


def test_a_crawl_from_the_future_shows_that_a_clock_was_wrong(tmp_path: Path) -> None:
    """A run dated after now is a trouble; one of a minute ahead is none."""
    db = tmp_path / "a.db"
    with Archive.open(db, create=True) as archive:
        archive.add_site(site())
        archive.start_run(["kabar.example"], NOW + timedelta(days=2))

    assert "Set the clock: sudo timedatectl set-ntp true" in remedies(checked(db), "trouble")
    assert checked(db, now=NOW + timedelta(days=2, minutes=-1)).is_well


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the right to take, or another place."""
    monkeypatch.setattr("os.access", lambda *_: False)

    assert any(
        "sudo chown" in remedy for remedy in remedies(checked(tmp_path / "x" / "a.db", expected=False), "trouble")
    )


# colour


def on_a_terminal(tmp_path: Path, **environment: str) -> bytes:
    """What `kliping` prints on a terminal of its own."""
    clean = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    leader, follower = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "scraper"], cwd=Path(__file__).parents[1], stdin=subprocess.DEVNULL, stdout=follower,
        env={**clean, "TERM": "xterm-256color", "KLIPING_DB": str(tmp_path / "a.db"), **environment}, timeout=60,
        check=True,
    )  # fmt: skip
    os.close(follower)
    printed = os.read(leader, 65536)
    os.close(leader)
    assert done.returncode == 0
    return printed


def test_colour_is_for_terminals_that_want_it(tmp_path: Path) -> None:
    """On a terminal there is colour, not where NO_COLOR is set, and in a pipe there is no control character at all."""
    piped = subprocess.run(
        [sys.executable, "-m", "scraper"], cwd=Path(__file__).parents[1], stdin=subprocess.DEVNULL, capture_output=True,
        env={**os.environ, "KLIPING_DB": str(tmp_path / "a.db")}, timeout=60, check=True,
    ).stdout  # fmt: skip

    assert COLOUR.search(on_a_terminal(tmp_path))
    assert not COLOUR.search(on_a_terminal(tmp_path, NO_COLOR="1"))
    assert b"kliping demo" in piped
    assert b"\x1b" not in piped
