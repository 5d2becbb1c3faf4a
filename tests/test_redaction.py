"""An article redacted is gone from every byte of the archive, stays gone, and leaves a stub that says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from extractors.model import Quote
from scraper import frontier
from scraper.archive.people import register as people
from scraper.archive.removal.redaction import redact
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.cli import main
from tests.factories import BODY, NOON, article, capture, entry, minutes, post_url, reading, site, visit

SECRET = "Lurah Wiryantono"
TEXT = f"{BODY}\n\n{SECRET} menolak berkomentar."
WHY = "asked by the person named"


def page(number: int, text: str = "") -> bytes:
    """A page that shares all but its story with those of its site."""
    furniture = "".join(f"<li><a href='/2026/03/{n}.html'>Berita nomor {n} dari muara</a></li>" for n in range(400))
    return f"<html><body><h1>Berita {number}</h1><p>{text}</p><ul>{furniture}</ul></body></html>".encode()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Two revisions of the article to go, the first of them the reference page of two others."""
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site())
        frontier.discovered(archive, site().name, [entry(n, title=SECRET if n == 1 else None) for n in (1, 2, 3)], NOON)
        run = archive.start_run([site().name], NOON)
        told = reading(1, body=TEXT, end_mark_at=len(TEXT), title=f"{SECRET} Bungkam")
        archive.settle(visit(run, 1, reading=told, capture=capture(1, body=page(1, TEXT))))
        for number in (2, 3):
            archive.settle(visit(run, number, reading=reading(number), capture=capture(number, body=page(number))))
        later = f"{TEXT} Ia pergi."
        edited = reading(1, body=later, end_mark_at=len(later), title=f"{SECRET} Diam")
        archive.settle(visit(run, 1, reading=edited, capture=capture(1, body=page(1, later)), at=NOON + minutes(5)))
        yield archive


def files_of(archive: Archive) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(archive.path.parent.glob(f"{archive.path.name}*")))


def test_no_byte_of_it_is_left(archive: Archive) -> None:
    """No version, capture, index, free page or log holds the text; everything else is as it was, and sound."""
    pages = {row[0]: archive.raw(row[0]) for row in archive.db.conn.execute("SELECT sha256 FROM captures")}
    assert SECRET.encode() in files_of(archive)
    done = redact(archive, article(1).id, reason=WHY, at=NOON + minutes(9))

    words = [b"Wiryantono", b"wiryantono", SECRET.encode()]
    assert not [word for word in words if word in files_of(archive)]
    assert len(done.sha256s) == 2
    assert not list(problems(archive))
    left = {row[0] for row in archive.db.conn.execute("SELECT sha256 FROM captures")}
    assert left == pages.keys() - set(done.sha256s)
    assert all(archive.raw(sha256) == pages[sha256] for sha256 in left)
    assert not [body for body in map(archive.raw, left) if SECRET.encode() in body]


def test_decisions_about_its_people_name_them_no_more(archive: Archive) -> None:
    """A merge or split of somebody whom no other article names loses that name, also where it was undone before; of a
    merge with somebody who is still there, that one stays as he was without it.
    """
    gone, there = Quote(text="Kami menolak", start=0, end=12, speaker="Wiryantono Sasmita"), article(2).quotes[0]
    told = reading(1, body=f"Kami menolak {TEXT}", quotes=(gone,))
    archive.settle(visit(1, 1, reading=told, capture=capture(1, body=page(1, TEXT)), at=NOON + minutes(6)))
    archive.settle(visit(1, 2, reading=reading(2, quotes=(there,)), capture=capture(2, body=page(2))))
    undone = people.merge(archive, ["wiryantono-sasmita", "sari-lembayung"], at=NOON)
    people.undo(archive, undone, at=NOON)
    people.merge(archive, ["wiryantono-sasmita", "sari-lembayung"], at=NOON)
    redact(archive, article(1).id, reason=WHY, at=NOON + minutes(9))

    assert b"iryantono" not in files_of(archive)
    assert [one.told for one in people.decisions(archive)] == ["redacted", "redacted"]
    assert [one.id for one in people.people(archive)] == ["sari-lembayung"]
    assert not list(problems(archive))


def test_a_stub_and_a_tombstone_stay(archive: Archive) -> None:
    """Id, address, time, reason and hashes are kept; an increment of the export has a tombstone with the next seq."""
    before = max(record["seq"] for record in archive.records())
    done = redact(archive, post_url(1), reason=WHY, at=NOON + minutes(9))
    (stone,) = archive.tombstones(since_seq=before)
    assert (stone.id, stone.reason, stone.at) == (article(1).id, f"redacted: {WHY}", "2026-03-02T12:09:00Z")
    assert stone.sha256 in done.sha256s
    assert archive.db.conn.execute("SELECT id, reason FROM redactions").fetchall() == [(article(1).id, WHY)]


def test_it_does_not_come_back(archive: Archive) -> None:
    """The feed may name it again, under a new address too: it is not due, and a page that shows it is not kept."""
    redact(archive, article(1).id, reason=WHY, at=NOON + minutes(9))
    again = [entry(1, updated="2026-03-05T10:00:00+07:00")]
    frontier.discovered(archive, site().name, again, NOON + minutes(20))
    due = frontier.due(archive, site().name, at=NOON + minutes(30), full=False)
    assert post_url(1) not in {page.url for page in due}

    moved = f"{post_url(1)}-lagi"
    run = archive.start_run([site().name], NOON + minutes(30))
    told = reading(1, body=TEXT, end_mark_at=len(TEXT))
    outcome = archive.settle(visit(run, 1, url=moved, reading=told, capture=capture(1, body=page(9, TEXT))))
    assert (outcome.verdict, outcome.reason) == ("refused", "redacted")
    assert archive.record(article(1).id) is None
    assert SECRET.encode() not in files_of(archive)
    assert moved in archive.db.conn.execute("SELECT urls FROM redactions").fetchone()[0]


def test_copies_out_of_reach_are_listed(archive: Archive, tmp_path: Path) -> None:
    """An export made while the article was held is named, so that its holders can be told."""
    target = tmp_path / "out.jsonl"
    db = ["--db", str(archive.path)]
    runner = CliRunner()
    assert runner.invoke(main, ["export", "-o", str(target), *db]).exit_code == 0
    done = runner.invoke(main, ["redact", article(1).id, "--reason", WHY, "--json", *db])
    assert done.exit_code == 0, done.output
    (delivery,) = msgspec.json.decode(done.stdout)["deliveries"]
    assert (delivery["kind"], delivery["place"], delivery["records"]) == ("export", str(target), 3)


@pytest.mark.parametrize("asked", [["show"], ["why"], ["syndication"], ["redact", "--reason", "again"]])
def test_who_asks_for_it_is_told(archive: Archive, asked: list[str]) -> None:
    """By its id, and where it is shown by its address too: when it was redacted and why, and no word that it never was."""
    redact(archive, article(1).id, reason=WHY, at=NOON + minutes(9))
    done = CliRunner().invoke(main, [*asked, article(1).id, "--db", str(archive.path)])

    assert done.exit_code == 3
    assert f"was redacted at 2026-03-02T12:09:00Z ({WHY})" in done.stderr
    shown = CliRunner().invoke(main, ["show", f"{post_url(1)}?m=1", "--db", str(archive.path)])
    assert "was redacted at" in shown.stderr


def test_what_cannot_be_redacted_is_told(archive: Archive) -> None:
    """No reason is wrong usage; an article that is not held is nothing done."""
    db = ["--db", str(archive.path)]
    assert CliRunner().invoke(main, ["redact", article(1).id, *db]).exit_code == 2
    missing = CliRunner().invoke(main, ["redact", "https://nowhere.example/", "--reason", WHY, *db])
    assert missing.exit_code == 3
    assert "kliping search" in missing.stderr
