"""Settling a visit: what one commit writes, and what it leaves alone."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.model import Dateline
from scraper.archive.store import Archive
from scraper.archive.visits import Visit
from scraper.frontier import discovered
from scraper.outcomes import Verdict
from tests import factories
from tests.factories import BODY, NOON, article, capture, entry, minutes, missed, post_url, reading, site, visit


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "kliping.db", create=True) as opened:
        opened.add_site(site())
        yield opened


@pytest.fixture
def run(archive: Archive) -> int:
    return archive.start_run([factories.SITE], NOON)


def rows(archive: Archive, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    return archive.db.conn.execute(sql, parameters).fetchall()


def held(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that holds something of an article."""
    tables = ("articles", "quotes", "article_labels", "images", "links", "embeds", "event_dates", "claims")
    return {
        table: rows(archive, f"SELECT * FROM {table}") for table in (*tables, "removals", "revisions", "extractions")
    }


def test_a_record_is_the_article_it_was_written_from(archive: Archive, run: int) -> None:
    """The record's first part is the encoded Article, key by key and in its order."""
    archive.settle(visit(run))
    record = archive.record(post_url(1))
    assert record is not None
    written = msgspec.json.decode(msgspec.json.encode(article()))
    assert list(record)[: len(written)] == list(written)
    assert {key: record[key] for key in written} == written


def test_a_bare_article_comes_back_with_its_nulls(archive: Archive, run: int) -> None:
    """Nothing that the extractor left out is made up, nor turned from null into an empty string."""
    bare = reading(dateline=None, published=None, updated=None, end_mark=None, end_mark_at=None, quotes=(), labels=())
    archive.settle(visit(run, reading=bare))
    record = archive.record(bare.article.id)
    assert record is not None
    assert [record[key] for key in ("dateline", "published", "updated", "end_mark", "quotes", "labels")] == [
        None, None, None, None, [], [],
    ]  # fmt: skip


@given(st.text(), st.text(min_size=1), st.text())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back(archive: Archive, run: int, title: str, body: str, label: str) -> None:
    """Whatever stood on the page is in the record, sign for sign, revision after revision."""
    archive.settle(visit(run, capture=None, reading=reading(title=title, body=body, lead=body, labels=(label, label))))
    record = archive.record(article().id)
    assert record is not None
    assert (record["title"], record["body"], record["lead"], record["labels"]) == (title, body, body, [label, label])


def test_the_archive_s_own_keys_follow(archive: Archive, run: int) -> None:
    """After the article come status, revision, capture, syndication and seq; seen, removed and claims when asked."""
    archive.settle(visit(run))
    archive.settle(visit(run, at=NOON + minutes(5)))
    record = archive.record(post_url(1), with_=frozenset({"seen", "removed", "claims"}))
    assert record is not None
    assert list(record)[-8:] == ["status", "revision", "capture", "syndication", "seq", "seen", "removed", "claims"]
    assert record["capture"]["fetched_at"] == "2026-03-02T12:00:00Z"
    assert record["seen"] == {"first": "2026-03-02T12:00:00Z", "last": "2026-03-02T12:05:00Z"}
    assert record["removed"] == [{"rule": "ad-placeholder", "text": "IKLAN"}]
    assert [claim["chosen"] for claim in record["claims"]["title"]] == [True, False]


def test_times_are_kept_to_sort_by(archive: Archive, run: int) -> None:
    """An instant is held in UTC; a bare day stays a day."""
    archive.settle(visit(run, 1))
    assert rows(archive, "SELECT published_at, updated_at FROM articles") == [("2026-03-01T18:05:00Z", "2026-03-03")]


def test_a_second_visit_to_the_same_text_writes_no_article(archive: Archive, run: int) -> None:
    """An unchanged article keeps its rows and its seq; only the outcome and the frontier tell of the visit."""
    archive.settle(visit(run))
    before = held(archive)
    outcome = archive.settle(visit(run, at=NOON + minutes(60)))
    assert outcome.verdict == "unchanged"
    assert outcome.detail is None
    assert held(archive) == before
    assert rows(archive, "SELECT outcome FROM outcomes ORDER BY id") == [("new",), ("unchanged",)]
    assert rows(archive, "SELECT state, seen_at FROM frontier") == [("settled", "2026-03-02T13:00:00Z")]


def test_an_unchanged_visit_does_not_touch_the_index(archive: Archive, run: int) -> None:
    """The full-text index is rewritten only where title or body change."""
    archive.settle(visit(run))
    before = rows(archive, "SELECT * FROM articles_fts_data")
    archive.settle(visit(run, reading=reading(labels=("Lain",)), at=NOON + minutes(1)))
    assert rows(archive, "SELECT * FROM articles_fts_data") == before


def test_an_edited_body_is_a_revision_that_keeps_the_old_text(archive: Archive, run: int) -> None:
    """The superseded title and body move to their revision; the changes say how many words came and went."""
    archive.settle(visit(run))
    edited = BODY.replace("dibuka kembali", "ditutup lagi untuk umum")
    outcome = archive.settle(visit(run, reading=reading(body=edited, end_mark_at=len(edited)), at=NOON + minutes(9)))
    assert outcome.verdict == "changed"
    record = archive.record(post_url(1))
    assert record is not None
    assert (record["revision"], record["body"], record["seq"]) == (2, edited, 2)
    old, new = rows(archive, "SELECT revision, title, body, changes, seen_at FROM revisions ORDER BY revision")
    assert old[:4] == (1, article().title, BODY, None)
    assert new[:3] == (2, None, None)
    assert new[4] == "2026-03-02T12:09:00Z"
    assert msgspec.json.decode(new[3]) == {
        "body": {"words": [31, 33], "added": 4, "removed": 2},
        "edits": [{"kind": "wording", "before": "dibuka kembali", "after": "ditutup lagi untuk umum"}],
    }
    assert rows(archive, "SELECT stamp_moved, old_body FROM silent_edits") == [(0, BODY)]


def test_a_new_headline_is_a_revision(archive: Archive, run: int) -> None:
    """A changed title is told with both wordings."""
    archive.settle(visit(run, reading=reading(title="Lama")))
    archive.settle(visit(run, reading=reading(title="Baru")))
    told = rows(archive, "SELECT changes FROM revisions WHERE revision = 2")
    assert msgspec.json.decode(told[0][0]) == {
        "title": ["Lama", "Baru"],
        "edits": [{"kind": "headline", "before": "Lama", "after": "Baru"}],
    }


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace("“", '"').replace("”", '"'),
        BODY.replace("\n\n", "\n\n ").replace("hari ini", "hari\u00a0ini"),
        BODY.replace("é", "e\u0301"),
        BODY.replace("sungai", "su\u200bngai"),
    ],
    ids=["quote style", "white space", "composition", "invisible"],
)
def test_what_a_reader_cannot_see_is_no_edit(archive: Archive, run: int, body: str) -> None:
    """Quote style, white space, Unicode composition and invisible characters make no revision."""
    archive.settle(visit(run))
    outcome = archive.settle(visit(run, reading=reading(body=body, end_mark_at=len(body))))
    assert outcome.verdict == "unchanged"
    assert rows(archive, "SELECT revision FROM articles") == [(1,)]


def test_a_rule_that_learns_to_detach_makes_no_edit(archive: Archive, run: int) -> None:
    """Dateline and end mark count as text wherever they are kept."""
    whole = f"Muara, KabarMuara.example - {BODY}***"
    archive.settle(visit(run, reading=reading(body=whole, dateline=None, end_mark=None, end_mark_at=None)))
    outcome = archive.settle(visit(run))
    assert outcome.verdict == "unchanged"
    assert outcome.detail == "the text is the same; differing: dateline, body, end_mark, end_mark_at"
    record = archive.record(post_url(1))
    assert record is not None
    assert (record["revision"], record["seq"], record["body"]) == (1, 2, BODY)


def test_new_labels_take_a_new_seq_without_a_revision(archive: Archive, run: int) -> None:
    """A change beside the text is exported again, but is no edit of the text."""
    archive.settle(visit(run))
    archive.settle(visit(run, reading=reading(labels=("Muara", "Ekonomi"))))
    record = archive.record(post_url(1))
    assert record is not None
    assert (record["labels"], record["revision"], record["seq"]) == (["Muara", "Ekonomi"], 1, 2)
    assert len(rows(archive, "SELECT * FROM extractions")) == 2


def test_a_post_that_moved_keeps_its_identity(archive: Archive, run: int) -> None:
    """The same post at a new address is the same article, found at the old address too."""
    archive.settle(visit(run))
    moved = "https://www.kabarmuara.example/2026/03/jembatan-baru.html"
    archive.settle(visit(run, url=moved, reading=reading(url=moved)))
    assert rows(archive, "SELECT url FROM articles") == [(moved,)]
    old, new = archive.record(post_url(1)), archive.record(moved)
    assert old == new != None  # noqa: E711


def test_a_missing_page_puts_its_article_under_suspicion(archive: Archive, run: int) -> None:
    """A 404 keeps the whole record, with status suspect and a new seq, once."""
    archive.settle(visit(run))
    outcome = archive.settle(missed(run))
    archive.settle(missed(run, status=410))
    assert (outcome.verdict, outcome.title) == ("gone", article().title)
    record = archive.record(post_url(1))
    assert record is not None
    assert (record["status"], record["seq"], record["body"]) == ("suspect", 2, BODY)
    assert rows(archive, "SELECT kind, article FROM observations") == [
        ("http-404", article().id),
        ("http-410", article().id),
    ]


@pytest.mark.parametrize("again", ["read", "not-modified"])
def test_a_page_that_answers_again_is_live_again(archive: Archive, run: int, again: str) -> None:
    """A suspect article is cleared by a reading, and by a 304."""
    archive.settle(visit(run))
    archive.settle(missed(run))
    if again == "read":
        archive.settle(visit(run))
    else:
        archive.settle(visit(run, capture=None, reading=None, verdict="not-modified", status=304))
    record = archive.record(post_url(1))
    assert record is not None
    assert (record["status"], record["seq"]) == ("live", 3)


def test_a_304_keeps_the_validators(archive: Archive, run: int) -> None:
    """Nothing was sent, so what was known stays; the visit counts as seen."""
    archive.settle(visit(run))
    archive.settle(
        visit(run, at=NOON + minutes(3), capture=None, reading=None, verdict="not-modified", status=304, etag=None)
    )
    assert rows(archive, "SELECT state, etag, seen_at FROM frontier") == [("settled", '"1"', "2026-03-02T12:03:00Z")]
    assert rows(archive, "SELECT kind FROM observations") == [("not-modified",)]


def test_a_failed_page_keeps_its_bytes_and_its_traceback(archive: Archive, run: int) -> None:
    """A page the extractor broke on is captured, its outcome tells why, and no validator hides it from the next run."""
    broken = visit(run, reading=None, verdict="failed", reason="extractor-bug", detail="Traceback …")
    outcome = archive.settle(broken)
    assert (outcome.status, outcome.detail) == (200, "Traceback …")
    assert rows(archive, "SELECT count(*) FROM captures") == [(1,)]
    assert rows(archive, "SELECT state, attempts, last_error, etag FROM frontier") == [
        ("failed", 1, "extractor-bug", '"1"')
    ]


def test_a_visit_is_settled_whole_or_not_at_all(archive: Archive, run: int) -> None:
    """An error in the last statement of the transaction leaves nothing of the first."""
    archive.db.conn.execute("CREATE TEMP TRIGGER late BEFORE INSERT ON frontier BEGIN SELECT raise(ABORT, 'late'); END")
    with pytest.raises(sqlite3.IntegrityError, match="late"):
        archive.settle(visit(run))
    assert not any(held(archive).values())
    for table in ("captures", "blobs", "reference_pages", "outcomes", "labels"):
        assert rows(archive, f"SELECT count(*) FROM {table}") == [(0,)]
    archive.db.conn.execute("DROP TRIGGER late")
    assert archive.settle(visit(run)).verdict == "new"


def test_a_visit_says_how_it_ended(run: int) -> None:
    """Neither a reading nor a verdict, or both, is a mistake of the caller."""
    with pytest.raises(ValueError, match="either a reading or a verdict"):
        visit(run, reading=None)
    with pytest.raises(ValueError, match="either a reading or a verdict"):
        visit(run, verdict="gone")


def test_a_naive_time_is_refused(archive: Archive, run: int) -> None:
    """A time without a zone never reaches the archive."""
    with pytest.raises(ValueError, match="needs a zone"):
        archive.settle(visit(run, at=NOON.replace(tzinfo=None), capture=None))
    assert rows(archive, "SELECT * FROM outcomes") == []


def test_the_dateline_may_stand_inside_the_text(archive: Archive, run: int) -> None:
    """A dateline is put back where it stood, not at the head, when texts are compared."""
    at = BODY.index("“Warga")
    archive.settle(visit(run, reading=reading(dateline=Dateline(raw="MUARA - ", place="Muara", outlet=None, at=at))))
    whole = f"{BODY[:at]}MUARA - {BODY[at:]}"
    outcome = archive.settle(visit(run, reading=reading(dateline=None, body=whole, end_mark_at=len(whole))))
    assert outcome.verdict == "unchanged"


OTHER = "lain.example"


@pytest.fixture
def other(archive: Archive) -> str:
    """Another crawled site, whose blog's id is not known."""
    archive.add_site(site(name=OTHER, url=f"https://{OTHER}/", blog_id=None))
    return OTHER


def forged(run: int, number: int = 1, **changed: Any) -> Visit:
    """The other site's page, which calls itself the numbered post."""
    url = f"https://{OTHER}/2026/03/palsu-{number}.html"
    read = reading(number, site=OTHER, url=url, title="Judul Palsu", body="Isi palsu.", lead="Isi palsu.", quotes=())
    return visit(run, number, site=OTHER, url=url, reading=read, capture=capture(number, body=b"palsu"), **changed)


def test_no_site_touches_another_s_article(archive: Archive, run: int, other: str) -> None:
    """A page that claims another site's ids is an outcome of its own, due again; the article keeps every row."""
    archive.settle(visit(run))
    before = held(archive)
    outcome = archive.settle(forged(run))
    assert (outcome.verdict, outcome.reason, outcome.site) == ("failed", "foreign-identity", other)
    assert outcome.detail is not None
    assert f"an article of {factories.SITE}" in outcome.detail
    assert held(archive) == before
    assert rows(archive, "SELECT state, article FROM frontier WHERE site = ?", other) == [("failed", None)]


def test_no_site_s_silence_touches_another_s_article(archive: Archive, run: int, other: str) -> None:
    """What a visit on another site's behalf finds missing, or unmodified, tells nothing of the article."""
    archive.settle(visit(run))
    before = held(archive)
    archive.settle(msgspec.structs.replace(missed(run), site=other))
    assert held(archive) == before
    assert rows(archive, "SELECT kind, article FROM observations") == [("http-404", None)]


@pytest.mark.parametrize("purge", [False, True])
def test_a_removed_site_s_article_may_be_taken_over(archive: Archive, run: int, other: str, purge: bool) -> None:
    """Once its site is crawled no longer, an article goes to the site that brings it; with its history, unless purged."""
    archive.settle(visit(run))
    archive.settle(forged(run))
    archive.remove_site(factories.SITE, purge=purge, at=NOON)
    assert archive.settle(forged(run)).verdict == ("new" if purge else "changed")
    (record,) = archive.records()
    assert (record["site"], record["title"], record["revision"]) == (other, "Judul Palsu", 1 if purge else 2)


def test_an_article_is_filed_under_the_site_that_was_crawled(archive: Archive, run: int) -> None:
    """A blog's page under an earlier host of its own is the blog's, and a second visit finds it unchanged."""
    url = "https://muara.blogspot.example/2026/03/a.html"
    old = visit(run, url=url, reading=reading(site="muara.blogspot.example", url=url))
    assert archive.settle(old).verdict == "new"
    again = archive.settle(old)
    assert (again.verdict, again.detail) == ("unchanged", None)
    assert [record["site"] for record in archive.records()] == [factories.SITE]


def shown_at(run: int, address: int, *, at: datetime = NOON) -> Visit:
    """A visit to the numbered address, which shows post 1."""
    return visit(run, 1, at=at, url=post_url(address), reading=reading(1, url=post_url(address)))


def test_the_address_a_post_moved_from_says_nothing_of_it(archive: Archive, run: int) -> None:
    """A permalink that was changed answers 404 while the article lives on at its new address."""
    archive.settle(shown_at(run, 1))
    archive.settle(shown_at(run, 2, at=NOON + minutes(1)))
    before = held(archive)
    for later in (2, 3):
        archive.settle(missed(run, 1, at=NOON + minutes(later)))
        archive.settle(shown_at(run, 2, at=NOON + minutes(later)))
    assert held(archive) == before
    assert [(record["url"], record["status"]) for record in archive.records()] == [(post_url(2), "live")]


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
@pytest.mark.parametrize("at_once", [True, False])
def test_a_post_at_several_addresses_settles_at_one(
    archive: Archive, run: int, order: tuple[int, ...], at_once: bool
) -> None:
    """In whatever order they are read, the last to be discovered is the article's, of those in one feed the first it
    names; and from then on nothing changes.
    """
    for listing in [[3, 2, 1]] if at_once else [[1], [2], [3]]:
        discovered(archive, factories.SITE, [entry(address) for address in listing], NOON)
    for address in order:
        archive.settle(shown_at(run, address))
    before = held(archive)
    for address in (*order, *reversed(order)):
        assert archive.settle(shown_at(run, address)).verdict == "unchanged"
    assert held(archive) == before
    assert [record["url"] for record in archive.records()] == [post_url(3)]


@pytest.mark.parametrize(
    ("verdict", "reason", "seq"),
    [("gone", "http-404", 4), ("no-article", "not-an-article", 3), ("refused", "robots", 3)],
)
def test_a_post_returns_to_an_address_that_answers(
    archive: Archive, run: int, verdict: Verdict, reason: str, seq: int
) -> None:
    """When the newer address shows it no longer the older one, which still does, is its address again."""
    archive.settle(shown_at(run, 1))
    archive.settle(shown_at(run, 2, at=NOON + minutes(1)))
    for _ in range(2):
        archive.settle(visit(run, 2, capture=None, reading=None, verdict=verdict, reason=reason))
        archive.settle(shown_at(run, 1))
        assert [(record["url"], record["status"], record["seq"]) for record in archive.records()] == [
            (post_url(1), "live", seq)
        ]


def test_an_address_that_shows_another_post_by_now_is_no_home(archive: Archive, run: int) -> None:
    """A permalink used again belongs to the post it shows; the earlier one stands where it is read."""
    archive.settle(shown_at(run, 1, at=NOON))
    archive.settle(shown_at(run, 2, at=NOON + minutes(1)))
    archive.settle(visit(run, 2))
    assert archive.settle(shown_at(run, 1)).verdict == "unchanged"
    assert {record["post_id"][-1]: record["url"] for record in archive.records()} == {
        "1": post_url(1),
        "2": post_url(2),
    }


def test_the_same_answer_is_one_capture(archive: Archive, run: int) -> None:
    """The same bytes at the same address are captured once; other bytes make a second capture of it."""
    archive.settle(visit(run))
    archive.settle(visit(run, at=NOON + minutes(1)))
    archive.settle(visit(run, capture=capture(body=b"<html>other</html>", at=datetime(2026, 3, 4, tzinfo=UTC))))
    assert rows(archive, "SELECT fetched_at FROM captures ORDER BY id") == [
        ("2026-03-02T12:00:00Z",),
        ("2026-03-04T00:00:00Z",),
    ]
