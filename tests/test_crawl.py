"""The crawl against a stand-in newsroom over real HTTP: what it archives, what it leaves alone, what it survives."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.errors import DiskFull, UsageProblem
from scraper.newsrooms import add_sites
from scraper.outcomes import Outcome
from scraper.standin import Fault, Newsroom, StandIn, fixtures_dir

SETTINGS = Settings(attempts=2)
FEW = 6  # posts of a shortened newsroom


def newsroom(domain: str, *, posts: int | None = None) -> Newsroom:
    loaded = Newsroom.load(fixtures_dir() / "newsrooms" / domain)
    loaded.posts[:] = loaded.newest_first()[:posts]
    return loaded


@contextmanager
def archive_of(path: Path, *standins: StandIn) -> Iterator[Archive]:
    with Archive.open(path, create=True) as archive:
        added = asyncio.run(
            add_sites(archive, [standin.url for standin in standins], SETTINGS, delay=0.0, allow_loopback=True)
        )
        assert [one.error for one in added] == [None] * len(standins)
        yield archive


def crawl(archive: Archive, **options: object) -> list[Outcome]:
    async def gather() -> list[Outcome]:
        run = Crawl(archive, SETTINGS, **options)  # type: ignore[arg-type]
        return [outcome async for outcome in run.outcomes(archive.sites())]

    return asyncio.run(gather())


def verdicts(outcomes: list[Outcome]) -> dict[str, int]:
    return {
        verdict: sum(outcome.verdict == verdict for outcome in outcomes) for verdict in {o.verdict for o in outcomes}
    }


@pytest.fixture
def muara() -> Iterator[StandIn]:
    with StandIn(newsroom("kabarmuara.example", posts=FEW)) as standin:
        yield standin


def test_both_newsrooms_are_archived_whole(tmp_path: Path) -> None:
    """Every post of two newsrooms, on two themes, becomes an article that knows its feed entry and its capture."""
    with StandIn(newsroom("kabarmuara.example")) as muara, StandIn(newsroom("harborcourier.example")) as harbor:
        posts = {post.post_id: post for standin in (muara, harbor) for post in standin.newsroom.posts}
        with archive_of(tmp_path / "a.db", muara, harbor) as archive:
            outcomes = crawl(archive)
            records = {record["post_id"]: record for record in archive.records()}

    assert verdicts(outcomes) == {"new": len(posts)}
    assert records.keys() == posts.keys()
    for post_id, record in records.items():
        post = posts[post_id]
        assert record["title"] == post.title
        assert datetime.fromisoformat(record["published"]["value"]) == post.published
        assert (record["published"]["source"], record["published"]["zone"]) == ("feed", "offset")
        assert datetime.fromisoformat(record["updated"]["value"]) == post.updated
        assert record["labels"] == list(post.labels)
        assert record["byline"]["account"] == (post.author or None)
        assert record["status"] == "live"
        assert record["capture"]["sha256"]
        assert record["witness"]["agreement"] >= (1.0 if record["witness"]["feed"] == "full" else 0.8)


def test_a_second_crawl_of_an_unchanged_site_writes_no_article(tmp_path: Path, muara: StandIn) -> None:
    """Nothing is due when no stamp moved: no page is fetched, no row and no export number is new."""
    with archive_of(tmp_path / "a.db", muara) as archive:
        crawl(archive)
        before = [(record["id"], record["seq"]) for record in archive.records()]
        asked = len(muara.log)

        outcomes = crawl(archive)

        assert outcomes == []
        assert [(record["id"], record["seq"]) for record in archive.records()] == before
        assert not [hit.path for hit in muara.log[asked:] if hit.path.endswith(".html")]


def test_a_full_crawl_reads_everything_again_and_finds_it_unchanged(tmp_path: Path, muara: StandIn) -> None:
    """With `full` every page is fetched unconditionally; equal text is 'unchanged' and takes no export number."""
    with archive_of(tmp_path / "a.db", muara) as archive:
        crawl(archive)
        digest = archive.digest()

        outcomes = crawl(archive, full=True)

        assert verdicts(outcomes) == {"unchanged": FEW}
        assert archive.digest() == digest


def test_an_edited_post_becomes_a_revision(tmp_path: Path, muara: StandIn) -> None:
    """A moved `updated` stamp makes a post due; new words make a revision, and the old ones are kept."""
    with archive_of(tmp_path / "a.db", muara) as archive:
        crawl(archive)
        post = muara.newsroom.posts[2]
        edited = msgspec.structs.replace(
            post, body=post.body + "<p>Tambahan dari redaksi.</p>", updated=datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
        )
        muara.newsroom.posts[2] = edited

        outcomes = crawl(archive)

        (record,) = (record for record in archive.records() if record["post_id"] == post.post_id)
        assert verdicts(outcomes) == {"changed": 1}
        assert record["revision"] == 2
        assert "Tambahan dari redaksi." in record["body"]


def test_a_moved_stamp_on_equal_bytes_costs_a_304(tmp_path: Path, muara: StandIn) -> None:
    """A conditional request is made for a page held, and 'not modified' leaves the article as it was."""
    with archive_of(tmp_path / "a.db", muara) as archive:
        crawl(archive)
        digest = archive.digest()
        archive.db.execute("UPDATE frontier SET state = 'due', due_at = '2026-01-01T00:00:00Z'")

        outcomes = crawl(archive)

        assert verdicts(outcomes) == {"not-modified": FEW}
        assert [hit.status for hit in muara.log if hit.conditional] == [304] * FEW
        assert archive.digest() == digest


def test_a_deleted_post_is_gone_and_kept(tmp_path: Path, muara: StandIn) -> None:
    """A page that answers 404 is an outcome of its own; the article stays, under suspicion."""
    with archive_of(tmp_path / "a.db", muara) as archive:
        crawl(archive)
        removed = muara.newsroom.posts.pop()

        outcomes = crawl(archive, full=True)

        (record,) = (record for record in archive.records() if record["post_id"] == removed.post_id)
        assert verdicts(outcomes) == {"unchanged": FEW - 1, "gone": 1}
        assert [outcome.reason for outcome in outcomes if outcome.verdict == "gone"] == ["http-404"]
        assert record["status"] == "suspect"


def test_a_page_that_fails_is_an_outcome_and_comes_due_again(tmp_path: Path, muara: StandIn) -> None:
    """A server error on one page costs that page alone, with its reason; the next run fetches it."""
    bad = muara.newsroom.path(muara.newsroom.posts[1])
    with archive_of(tmp_path / "a.db", muara) as archive:
        muara.faults.append(Fault(path_prefix=bad, status=500, headers={"Retry-After": "0"}, times=2))
        first = crawl(archive)
        second = crawl(archive)

        assert verdicts(first) == {"new": FEW - 1, "failed": 1}
        assert [outcome.reason for outcome in first if outcome.verdict == "failed"] == ["http-5xx"]
        assert verdicts(second) == {"new": 1}


def test_a_closed_feed_falls_back_on_the_sitemap(tmp_path: Path) -> None:
    """Without a feed the sitemap names the posts; the day is read from the page, in the blog's own zone."""
    closed = newsroom("kabarmuara.example", posts=FEW)
    closed.feed = "none"
    with StandIn(closed) as standin, archive_of(tmp_path / "a.db", standin) as archive:
        outcomes = crawl(archive)
        records = list(archive.records())

    assert verdicts(outcomes) == {"new": FEW}
    assert {record["witness"]["feed"] for record in records} == {"none"}
    assert {record["published"]["precision"] for record in records} == {"day"}


def test_a_full_disk_ends_the_crawl_in_one_sentence_and_loses_nothing(tmp_path: Path, muara: StandIn) -> None:
    """When the archive cannot grow the crawl stops with DiskFull; what was settled stays, and the rest comes later."""
    with archive_of(tmp_path / "whole.db", muara) as whole:
        crawl(whole)
        wanted = whole.digest()
    with archive_of(tmp_path / "full.db", muara) as archive:
        (pages,) = archive.db.execute("PRAGMA page_count").fetchone()
        archive.db.execute(f"PRAGMA max_page_count = {pages + 8}")

        with pytest.raises(DiskFull, match="disk is full"):
            crawl(archive)

        assert list(problems(archive)) == []
        archive.db.execute("PRAGMA max_page_count = 1073741823")
        crawl(archive)
        assert archive.digest() == wanted


def test_a_site_beyond_this_machine_needs_a_contact(tmp_path: Path, muara: StandIn) -> None:
    """Without a contact address nothing beyond loopback is asked: the crawl ends with the sentence that says so."""
    with archive_of(tmp_path / "a.db", muara) as archive:
        site = archive.sites()[0]
        archive.add_site(
            msgspec.structs.replace(
                site, name="kabar.example", url="https://kabar.example/", blog_id="1", loopback=False
            )
        )

        with pytest.raises(UsageProblem, match="KLIPING_CONTACT"):
            crawl(archive)


def test_addresses_of_other_sites_are_left_alone(tmp_path: Path, muara: StandIn) -> None:
    """A feed that names another host's pages, of another blog, does not send the crawl there."""
    with archive_of(tmp_path / "a.db", muara) as archive:
        site = archive.sites()[0]
        archive.add_site(msgspec.structs.replace(site, blog_id="1"))
        own = Crawl(archive, SETTINGS)
        asyncio.run(_drain(own, archive))
        archive.add_site(msgspec.structs.replace(site, name="lain.example", blog_id="2"))
        other = Crawl(archive, SETTINGS)
        asyncio.run(_drain(other, archive))

    assert own.reports[site.name].foreign == 0
    assert other.reports["lain.example"].foreign == FEW
    assert other.reports["lain.example"].verdicts.total() == 0


async def _drain(run: Crawl, archive: Archive) -> None:
    async for _ in run.outcomes(archive.sites()):
        pass


def test_limit_and_since_bound_a_crawl(tmp_path: Path, muara: StandIn) -> None:
    """`limit` bounds the pages of a site in one run; `since` leaves older posts alone; the rest stays due."""
    newest = max(post.published for post in muara.newsroom.posts)
    with archive_of(tmp_path / "a.db", muara) as archive:
        assert verdicts(crawl(archive, since=newest)) == {"new": 1}
        assert verdicts(crawl(archive, limit=2)) == {"new": 2}
        assert verdicts(crawl(archive)) == {"new": FEW - 3}


def test_robots_are_obeyed(tmp_path: Path, muara: StandIn) -> None:
    """A crawl asks for robots.txt first and never for /search, and names itself."""
    with archive_of(tmp_path / "a.db", muara) as archive:
        start = len(muara.log)
        crawl(archive)

    log = muara.log[start:]
    assert log[0].path == "/robots.txt"
    assert not [hit for hit in log if hit.path.startswith("/search")]
    assert all(hit.user_agent.startswith("kliping/") for hit in log)


CHILD = """
import asyncio, sys
from pathlib import Path
from scraper.archive.store import Archive
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.errors import DiskFull, UsageProblem

async def main():
    with Archive.open(Path(sys.argv[1])) as archive, archive.writing():
        async for outcome in Crawl(archive, Settings()).outcomes(archive.sites()):
            print(outcome.verdict, flush=True)

asyncio.run(main())
"""


def test_a_crawl_killed_halfway_ends_like_an_unbroken_one(tmp_path: Path) -> None:
    """kill -9 in the middle, crawl again: equal digest, no page that was settled fetched twice, no row broken."""
    with StandIn(newsroom("kabarmuara.example", posts=20)) as standin:
        with archive_of(tmp_path / "whole.db", standin) as whole:
            crawl(whole)
            wanted = whole.digest()
        with archive_of(tmp_path / "broken.db", standin):
            pass
        start = len(standin.log)
        settled = kill_after(5, tmp_path / "broken.db")

        with Archive.open(tmp_path / "broken.db") as broken:
            outcomes = crawl(broken)
            pages = [hit.path for hit in standin.log[start:] if hit.path.endswith(".html")]

            assert broken.digest() == wanted
            assert list(problems(broken)) == []
        assert 5 <= settled < 20
        assert len(outcomes) <= 20 - settled
        assert len(pages) - len(set(pages)) <= 1, "only the page in hand when the process died may be fetched again"


def kill_after(pages: int, db: Path) -> int:
    """Crawls in a child process, kills it once that many pages are settled, and says how many were told by then."""
    with subprocess.Popen([sys.executable, "-c", CHILD, str(db)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = 0
        deadline = time.monotonic() + 60
        while told < pages and time.monotonic() < deadline and child.stdout.readline():
            told += 1
        child.send_signal(signal.SIGKILL)
        told += len(child.stdout.read().splitlines())
    return told


def test_an_address_that_leads_to_another_post_is_no_article_of_its_own(tmp_path: Path, muara: StandIn) -> None:
    """A redirect to another post of the blog writes neither a false article nor a false revision."""
    first, second = muara.newsroom.posts[:2]
    with archive_of(tmp_path / "a.db", muara) as archive:
        there = muara.url + muara.newsroom.path(second)
        muara.faults.append(
            Fault(path_prefix=muara.newsroom.path(first), status=301, headers={"Location": there}, times=9)
        )
        outcomes = crawl(archive)
        records = {record["post_id"]: record for record in archive.records()}

    assert [(outcome.verdict, outcome.reason) for outcome in outcomes if outcome.verdict != "new"] == [
        ("no-article", "redirected")
    ]
    assert first.post_id not in records
    assert (records[second.post_id]["title"], records[second.post_id]["revision"]) == (second.title, 1)


def test_a_robots_file_that_is_down_costs_no_post(tmp_path: Path, muara: StandIn) -> None:
    """While robots.txt answers 5xx nothing is fetched; once it is back everything is."""
    with archive_of(tmp_path / "a.db", muara) as archive:
        crawl(archive, limit=2)
        muara.faults.append(Fault(path_prefix="/robots.txt", status=503, headers={"Retry-After": "0"}, times=2))
        down = crawl(archive)

        assert {outcome.reason for outcome in down} <= {"robots-unreachable"}
        assert verdicts(crawl(archive)) == {"new": FEW - 2}


def test_bad_times_in_a_feed_do_not_end_the_crawl(
    tmp_path: Path, muara: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Feed stamps that are no times, or lie outside the calendar, leave every post archived, and the other sites too."""
    from scraper.discovery import feeds

    stamps = iter(["kemarin", "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
    real = feeds.walk

    async def walk(*places: object, **options: object) -> object:
        async for feed in real(*places, **options):  # type: ignore[arg-type]
            told = [msgspec.structs.replace(entry, published=next(stamps, entry.published)) for entry in feed.entries]
            yield msgspec.structs.replace(feed, entries=tuple(told))

    monkeypatch.setattr(feeds, "walk", walk)
    with archive_of(tmp_path / "a.db", muara) as archive:
        outcomes = crawl(archive)

    assert verdicts(outcomes) == {"new": FEW}


def test_a_fault_at_one_site_leaves_the_others_whole(
    tmp_path: Path, muara: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception in one site's turn is that site's trouble, told with its traceback."""
    from scraper.discovery import feeds

    real = feeds.walk

    def walk(fetcher: object, site_url: str, **options: object) -> object:
        if "bad.example" in site_url:
            raise ZeroDivisionError("a bug")
        return real(fetcher, site_url, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(feeds, "walk", walk)
    with archive_of(tmp_path / "a.db", muara) as archive:
        good = archive.sites()[0]
        archive.add_site(msgspec.structs.replace(good, name="bad.example", url="http://bad.example/", blog_id="1"))
        run = Crawl(archive, SETTINGS)
        asyncio.run(_drain(run, archive))

    assert run.reports[good.name].verdicts["new"] == FEW
    assert "ZeroDivisionError: a bug" in (run.reports["bad.example"].trouble or "")
    assert run.troubled
