"""What an owner asks not to archive or mine: recorded, and left out of everything that leaves the archive."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bench.hostile import site_of
from scraper.archive.search.articles import search
from scraper.archive.sites.optouts import withheld
from scraper.archive.store import Archive
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.export.contract import record_schema
from scraper.export.jsonl import export
from scraper.standin import Fault, Newsroom, StandIn, fixtures_dir
from tests.factories import BODY, NOON, SITE, capture, reading, site, visit

DAY = timedelta(days=1)
SIGNALS = ("meta robots: noarchive", "tdm-reservation: 1")
ID = reading().article.id


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db", create=True) as opened:
        opened.add_site(site())
        yield opened


def read(archive: Archive, number: int = 1, *, days: int = 0, opt_outs: tuple[str, ...] = ()) -> None:
    at = NOON + days * DAY
    archive.settle(visit(archive.start_run([SITE], at), number, at=at, opt_outs=opt_outs))


def robots(archive: Archive, *signals: str, days: int = 0) -> None:
    """The site's robots.txt was read and denies that."""
    body = b"User-agent: *\n" + "\n".join(signals).encode()
    kept = capture(body=body, at=NOON + days * DAY)
    archive.keep_robots(SITE, kept, url=f"https://www.{SITE}/robots.txt", signals=signals)


def record(archive: Archive, article: str = ID) -> dict[str, Any]:
    held = archive.record(article)
    assert held is not None
    return held


def lines(archive: Archive, **options: Any) -> list[dict[str, Any]]:
    out = io.BytesIO()
    export(archive, out, at=NOON, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_archive_itself_keeps_all(archive: Archive) -> None:
    """A page that asks not to be archived is held whole, with what it asks; one that does not has no such key."""
    read(archive, opt_outs=SIGNALS)
    read(archive, 2)

    assert record(archive)["opted_out"] == list(SIGNALS)
    assert record(archive)["body"] == BODY
    assert "opted_out" not in record(archive, reading(2).article.id)


def test_an_export_leaves_the_text_out_and_the_metadata_in(archive: Archive) -> None:
    """Body, lead, quotes, pictures and capture are empty; title, byline, times and labels stay; it obeys the schema."""
    read(archive, opt_outs=SIGNALS)
    held = record(archive)

    (line,) = lines(archive, with_=frozenset({"claims", "removed", "seen"}))

    assert line["opted_out"] == list(SIGNALS)
    assert (line["body"], line["lead"], line["capture"], line["removed"], line["claims"]) == ("", "", None, [], {})
    assert [line[name] for name in ("quotes", "event_dates", "images", "links", "embeds")] == [[]] * 5
    kept = ("id", "url", "title", "byline", "published", "updated", "labels", "word_count", "status", "revision", "seq")
    assert {name: line[name] for name in kept} == {name: held[name] for name in kept}
    assert "lewat mulai hari ini" not in json.dumps(line)
    jsonschema.validate(line, record_schema())


def test_an_export_may_include_it(archive: Archive) -> None:
    """Told to, it gives the record whole, and the key still says what the owner asks."""
    read(archive, opt_outs=SIGNALS)

    (line,) = lines(archive, include_opted_out=True)

    assert line == record(archive)
    assert line["body"] == BODY


def test_search_finds_it_and_shows_none_of_its_text(archive: Archive) -> None:
    """A hit names title and address; the words around those found are shown only when asked for."""
    read(archive, opt_outs=SIGNALS)

    (hit,) = search(archive, "terapung")
    (whole,) = search(archive, "terapung", include_opted_out=True)

    assert (hit.id, hit.opted_out, hit.snippet) == (ID, True, "")
    assert "[terapung]" in whole.snippet


def test_a_change_of_mind_is_exported_anew(archive: Archive) -> None:
    """Each change of what a page asks takes one export number, and no revision; the same again takes none."""
    seqs = []
    for days, signals in enumerate([(), SIGNALS, SIGNALS, ()]):
        read(archive, days=days, opt_outs=signals)
        seqs.append(record(archive)["seq"])

    assert seqs == [1, 2, 2, 3]
    assert record(archive)["revision"] == 1
    assert lines(archive)[0]["body"] == BODY


def test_a_site_asks_for_all_its_articles(archive: Archive) -> None:
    """A Content-Signal of robots.txt holds for what is held and for what comes; every record held is exported anew."""
    read(archive, 1)
    read(archive, 2)

    robots(archive, "content-signal: ai-train=no")
    read(archive, 3)

    exported = lines(archive)
    assert [line["seq"] for line in exported] == [3, 4, 5]
    assert {line["body"] for line in exported} == {""}
    assert {tuple(line["opted_out"]) for line in exported} == {("content-signal: ai-train=no",)}


def test_a_robots_file_read_again_changes_nothing(archive: Archive) -> None:
    """The same rules take no export number; rules that deny nothing any more give the articles back."""
    read(archive)
    robots(archive, "content-signal: ai-train=no", days=1)
    denied = record(archive)["seq"]

    robots(archive, "content-signal: ai-train=no", days=2)
    assert record(archive)["seq"] == denied
    robots(archive, days=3)

    assert record(archive)["seq"] == denied + 1
    assert lines(archive)[0]["body"] == BODY


def test_an_older_state_is_withheld_by_todays_wish(archive: Archive) -> None:
    """An export of the archive as it was leaves out the text of what its owner opts out of today."""
    read(archive)
    edited = reading(body=BODY + "\n\nTambahan dari redaksi.", word_count=30)
    at = NOON + DAY
    archive.settle(visit(archive.start_run([SITE], at), at=at, reading=edited, opt_outs=SIGNALS))

    (line,) = lines(archive, as_of=NOON + timedelta(hours=1))

    assert (line["revision"], line["body"], line["opted_out"]) == (1, "", list(SIGNALS))


def test_what_nobody_opts_out_of_is_published_as_it_is() -> None:
    """A record without signals is the very same."""
    whole = {"id": "a", "body": "isi"}
    assert withheld(whole) is whole


def test_a_purged_site_leaves_no_wish_behind(archive: Archive) -> None:
    """What was recorded of a site goes with it."""
    read(archive, opt_outs=SIGNALS)
    robots(archive, "content-signal: ai-train=no")

    archive.remove_site(SITE, purge=True, at=NOON)

    for table in ("opt_outs", "site_opt_outs", "states"):
        assert archive.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_crawl_hears_all_ways_to_say_it(tmp_path: Path) -> None:
    """A header at one post and a Content-Signal in robots.txt are recorded by the crawl that meets them."""
    newsroom = Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")
    newsroom.posts[:] = newsroom.newest_first()[:2]
    asking = newsroom.path(newsroom.posts[0])

    def rules(out: Any) -> None:
        body = b"User-agent: *\nContent-Signal: ai-train=no\nAllow: /\n"
        out.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    async def crawl(archive: Archive) -> None:
        async for _ in Crawl(archive, Settings(workers=0, delay=0)).outcomes(archive.sites()):
            pass

    with StandIn(newsroom) as standin, Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site_of(standin))
        standin.faults += [
            Fault(path_prefix="/robots.txt", script=rules, times=9),
            Fault(path_prefix=asking, status=200, headers={"X-Robots-Tag": "noarchive"}, times=9),
        ]
        asyncio.run(crawl(archive))

        told = {one["url"].removeprefix(standin.url): one["opted_out"] for one in archive.records()}

    assert told.pop(asking) == ["content-signal: ai-train=no", "x-robots-tag: noarchive"]
    assert list(told.values()) == [["content-signal: ai-train=no"]]
