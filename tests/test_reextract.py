"""New rules over kept pages: what they would do is told first, then done, and can be taken back to the last byte."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from extractors import NotAnArticle, Page, Reading
from scraper import reading as rules
from scraper import reextract
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.cli import main
from scraper.errors import NothingDone
from scraper.standin import StandIn
from tests.crawled import copied, crawl, newsroom

FEW = 8
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of eight posts, each with its feed entry."""
    path = tmp_path_factory.mktemp("crawled") / "a.db"
    with StandIn(newsroom(FEW)) as standin:
        crawl(path, standin)
    return path


@pytest.fixture
def archive(crawled: Path, tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(copied(crawled, tmp_path / "a.db")) as archive:
        yield archive


class NewRules:
    """Rules that read otherwise: a title in capitals, no account, a word for the section; and two pages no more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real = rules.read
        self.refused: set[str] = set()
        monkeypatch.setattr(rules, "read", self.read)

    def read(self, page: Page) -> Reading:
        reading = self._real(page)
        if page.url in self.refused:
            raise NotAnArticle("not-an-article", "the new rules read nothing here")
        changed = msgspec.structs.replace(
            reading.article,
            title=reading.article.title.upper(),
            byline=msgspec.structs.replace(reading.article.byline, account=None),
            section="Daerah",
        )
        return msgspec.structs.replace(reading, article=changed)


def test_the_same_rules_change_nothing(archive: Archive) -> None:
    """Every kept page read again, with the feed entry kept beside it, gives the record that is held."""
    report = reextract.compare(archive, workers=0)
    assert report.findings == {"same": FEW}
    assert report.fields["witness"].same == FEW
    assert {record["witness"]["agreement"] for record in archive.records()} == {1.0}


def test_workers_find_what_one_process_finds(archive: Archive) -> None:
    """Read in processes beside each other, the pages come in the same order with the same findings."""
    alone = list(reextract.reread(archive, site=None, workers=0))
    beside = list(reextract.reread(archive, site=None, workers=2))
    assert beside == alone
    assert len(alone) == FEW


def test_a_dry_run_tells_and_writes_nothing(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Per field it counts what stays, is filled, emptied and changed, with samples and the articles hit worst."""
    digest = archive.digest()
    new = NewRules(monkeypatch)
    lost = next(archive.records())["url"]
    new.refused = {lost}
    report = reextract.compare(archive, workers=0)

    assert report.findings == {"differs": FEW - 1, "lost": 1}
    assert report.reasons == {"not-an-article": 1}
    assert report.fields["title"].changed == FEW - 1
    assert 1 <= report.fields["byline"].emptied < FEW - 1  # those whose byline was an account alone
    assert report.fields["section"].filled == FEW - 1
    assert report.fields["body"].same == FEW - 1
    assert len(report.fields["title"].samples) == 3
    assert report.worst[0][1].url == lost
    assert archive.digest() == digest


def test_applied_it_is_a_new_extraction_and_no_revision(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """What differed reads as the new rules say, with a new seq; revision, status and capture stay as they were."""
    before = {record["id"]: record for record in archive.records()}
    NewRules(monkeypatch)
    report = reextract.apply(archive, workers=0, now=lambda: NOW)
    after = {record["id"]: record for record in archive.records()}

    assert report.findings == {"differs": FEW}
    assert [record["title"] for record in after.values()] == [before[id_]["title"].upper() for id_ in after]
    for kept in ("revision", "status", "capture", "body"):
        assert {id_: record[kept] for id_, record in after.items()} == {id_: old[kept] for id_, old in before.items()}
    assert min(record["seq"] for record in after.values()) > max(record["seq"] for record in before.values())
    assert archive.db.conn.execute("SELECT max(revision) FROM revisions").fetchone() == (1,)
    assert not list(problems(archive))
    assert reextract.compare(archive, workers=0).findings == {"same": FEW}


def test_it_can_be_taken_back(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `revert` the archive equals the one before, by digest; a second has nothing to take back."""
    digest = archive.digest()
    whole = {record["id"]: record["claims"] for record in archive.records(with_=frozenset({"claims"}))}
    NewRules(monkeypatch)
    reextract.apply(archive, workers=0, now=lambda: NOW)
    assert archive.digest() != digest

    assert reextract.revert(archive, at=NOW) == (FEW, 0)
    assert archive.digest() == digest
    assert {record["id"]: record["claims"] for record in archive.records(with_=frozenset({"claims"}))} == whole
    assert not list(problems(archive))
    with pytest.raises(NothingDone):
        reextract.revert(archive, at=NOW)


def test_an_interrupted_one_goes_on(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken off halfway and run again, it is one run, does the rest, and is taken back whole."""
    digest = archive.digest()
    NewRules(monkeypatch)
    monkeypatch.setattr(reextract, "BATCH", 3)
    write = reextract._write
    done: list[str] = []

    def breaking(archive: Archive, run: int, one: reextract.Reread, at: datetime) -> None:
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(one.url)
        write(archive, run, one, at)

    monkeypatch.setattr(reextract, "_write", breaking)
    with pytest.raises(KeyboardInterrupt):
        reextract.apply(archive, workers=0, now=lambda: NOW)
    monkeypatch.setattr(reextract, "_write", write)
    report = reextract.apply(archive, workers=0, now=lambda: NOW)

    assert report.findings == {"same": 3, "differs": FEW - 3}
    assert reextract.revert(archive, at=NOW) == (FEW, 0)
    assert archive.digest() == digest


def test_an_article_found_at_last_is_new_and_leaves_a_tombstone_when_taken_back(
    archive: Archive, crawled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that old rules read nothing on gives its article; reverting, holders of an export are told."""
    record = next(archive.records())
    archive.db.conn.execute("DELETE FROM articles WHERE id = ?", (record["id"],))
    archive.db.conn.execute("UPDATE frontier SET state = 'no-article', article = NULL WHERE url = ?", (record["url"],))
    report = reextract.apply(archive, workers=0, now=lambda: NOW)
    assert report.findings == {"same": FEW - 1, "found": 1}
    found = archive.record(record["id"])
    assert found is not None
    assert (found["body"], found["revision"]) == (record["body"], 1)

    assert reextract.revert(archive, at=NOW) == (1, 0)
    assert archive.record(record["id"]) is None
    assert [stone.id for stone in archive.tombstones()] == [record["id"]]


def test_the_command_reads_like_a_pull_request(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """`kliping reextract` names fields, samples and the worst; `--apply` and `--revert` say what they did."""
    NewRules(monkeypatch)
    db = ["--db", str(archive.path), "--workers", "0"]
    archive.close()
    runner = CliRunner()
    dry = runner.invoke(main, ["reextract", *db])
    assert dry.exit_code == 0, dry.output
    assert f"{FEW} pages read again. Would change: {FEW} articles" in dry.stdout
    assert "title changed: " in dry.stdout
    assert "Hit worst:" in dry.stdout
    applied = runner.invoke(main, ["reextract", "--apply", "--json", *db])
    assert msgspec.json.decode(applied.stdout)["findings"] == {"differs": FEW}
    back = runner.invoke(main, ["reextract", "--revert", *db])
    assert back.stdout == f"{FEW} articles read as before; 0 were read anew since and stay as they are.\n"
