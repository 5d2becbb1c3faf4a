"""`verify`: whatever is damaged in an archive is found, and told with its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper.archive.captures import encode
from scraper.archive.removal.redaction import redact
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from tests.factories import NOON, SITE, capture, entry, minutes, post_url, reading, site, visit

ID = reading(1).article.id
PAGE = b"".join(f"<div class=widget id=w{number}>{number * 7919}</div>".encode() for number in range(400))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Three articles, one edited and one redacted; pages with one reference, a feed entry beside one."""
    with Archive.open(tmp_path / "kliping.db", create=True) as opened:
        opened.add_site(site())
        run = opened.start_run([SITE], NOON)
        for number in (1, 2, 3):
            page = capture(number, body=PAGE + str(number).encode())
            opened.settle(visit(run, number, capture=page, entry=entry(number) if number == 2 else None))
        edited = reading(1, title="Judul Baru")
        opened.settle(visit(run, 1, at=NOON + minutes(9), capture=None, reading=edited))
        redact(opened, post_url(3), reason="wish", at=NOON)
        yield opened


def harm(archive: Archive, *statements: str) -> list[str]:
    """What is told after the statements were run, with nothing that would have stopped them."""
    execute = archive.db.conn.execute
    execute("PRAGMA foreign_keys = OFF")
    for statement in statements:
        execute(statement)
    with Archive.open(archive.path, readonly=True) as reader:
        return list(problems(reader))


def test_a_sound_archive_has_no_problem(archive: Archive) -> None:
    """Also where it may only be read."""
    assert harm(archive) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE quotes SET \"start\" = 4, \"end\" = 9", f"Article {ID}: the quote at 4 is not what stands there."),
        ("UPDATE event_dates SET raw = 'x'", f"Article {ID}: the date at"),
        ("UPDATE articles SET end_mark_at = 9999", f"Article {ID}: its dateline or end mark stands outside the body."),
        ("UPDATE articles SET end_mark = 'x'", f"Article {ID}: with dateline and end mark put back it is not the text"),
        ("UPDATE revisions SET body_hash = 'x'", f"Article {ID}, revision 1: with dateline and end mark put back"),
        ("UPDATE articles SET seq = (SELECT max(seq) FROM tombstones) WHERE revision = 2",
         f"The export number of article {ID} is that of a tombstone too."),
        ("INSERT INTO tombstones VALUES (99, (SELECT id FROM articles WHERE revision = 2), 'u', 's', 'r', 'a', NULL)",
         f"The article {ID} is held under an export number before its own tombstone's."),
        ("UPDATE redactions SET id = (SELECT id FROM articles WHERE revision = 2)",
         f"The article {ID} was redacted, and is held."),
        (f"UPDATE captures SET url = '{post_url(3)}' WHERE id = 1",
         f"A page of the redacted address {post_url(3)} is held."),
        ("DELETE FROM revisions WHERE revision = 1 AND article IN (SELECT id FROM articles WHERE revision = 2)",
         f"The revisions of article {ID} are not numbered from 1 to its own."),
        ("DELETE FROM revisions", f"The article {ID} has no revision."),
        ("DELETE FROM labels WHERE name = 'Daerah'", "of article_labels points to a row of labels that is not there."),
        ("DELETE FROM blobs WHERE dictionary IS NULL", "of captures points to a row of blobs that is not there."),
        ("UPDATE blobs SET size = 7 WHERE dictionary IS NULL", "is not of 7 bytes, as is noted."),
        ("UPDATE extractions SET superseded = x'00'", "The former reading kept with extraction 1 cannot be"),
        ("UPDATE appearances SET person = NULL", f"The speaker Sari Lembayung of {ID} is somebody though not public,"),
    ],
)  # fmt: skip
def test_a_broken_law_is_told_with_its_place(archive: Archive, statement: str, told: str) -> None:
    """What is wrong, and where, in one sentence."""
    found = harm(archive, statement)
    assert [problem for problem in found if told in problem] != [], found


def test_a_word_the_index_lacks_or_has_too_many_is_told(archive: Archive) -> None:
    """Even where the number of rows is right: with the row, in either index."""
    row = "number, title, body FROM articles WHERE number = 1"
    found = harm(
        archive,
        f"INSERT INTO articles_fts (articles_fts, rowid, title, body) SELECT 'delete', {row}",
        "INSERT INTO articles_fts (rowid, title, body) VALUES (1, 'lain', 'sekali')",
    )
    assert found == ["The full-text index articles_fts does not hold the words of row 1 of articles."]
    found = harm(archive, "INSERT INTO quotes_fts (rowid, text, speaker) VALUES (77, 'lebih', 'satu')")
    assert "The full-text index quotes_fts does not hold the words of row 77 of quotes." in found


@pytest.mark.parametrize("harmed", ["UPDATE blobs SET data = x'00112233'", "DELETE FROM blobs"])
def test_a_damaged_or_missing_dictionary_is_named(archive: Archive, harmed: str) -> None:
    """With each page that cannot be read without it."""
    reference, page = (hashlib.sha256(PAGE + digit).hexdigest() for digit in (b"1", b"2"))
    found = harm(archive, f"{harmed} WHERE sha256 = '{reference}'")
    assert any(f"kept page {page} cannot be read." in problem and reference in problem for problem in found)


def test_swapped_bytes_are_noticed(archive: Archive) -> None:
    """A page that opens well and is another."""
    archive.db.conn.execute("UPDATE blobs SET data = ? WHERE dictionary IS NULL", (encode(b"lain"),))
    assert any("its bytes have another hash" in problem for problem in harm(archive))


def test_damage_of_the_file_itself_is_told(archive: Archive) -> None:
    """An index that has lost an entry is SQLite's own finding."""
    execute = archive.db.conn.execute
    execute("PRAGMA writable_schema = ON")
    execute("UPDATE sqlite_schema SET sql = replace(sql, '(speaker)', '(role)') WHERE name = 'quotes_speaker'")
    execute("PRAGMA writable_schema = RESET")
    assert any(problem.startswith("SQLite: row 1 missing from index quotes_speaker") for problem in harm(archive))
