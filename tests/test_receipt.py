"""The crawl's receipt: what each host was asked, how fast, under which rules; and the server's own log beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from bench.hostile import site_of
from scraper.archive.sites.receipts import HostReceipt
from scraper.archive.store import Archive
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.outcomes import Outcome
from scraper.standin import Fault, Newsroom, StandIn, fixtures_dir
from scraper.web.fetch import Fetcher
from scraper.web.receipts import Ledger
from tests.canned import Reply, Web, html
from tests.factories import NOON

SETTINGS = Settings(attempts=3, workers=0)
FEW = 4  # posts of a shortened newsroom
DELAY = 0.05  # seconds between two requests, as long as a test can wait


@pytest.fixture
def standins() -> Iterator[tuple[StandIn, StandIn]]:
    rooms = []
    for domain in ("kabarmuara.example", "harborcourier.example"):
        room = Newsroom.load(fixtures_dir() / "newsrooms" / domain)
        room.posts[:] = room.newest_first()[:FEW]
        rooms.append(room)
    with StandIn(rooms[0]) as first, StandIn(rooms[1]) as second:
        yield first, second


@pytest.fixture
def archive(tmp_path: Path, standins: tuple[StandIn, StandIn]) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db", create=True) as opened:
        for standin in standins:
            opened.add_site(msgspec.structs.replace(site_of(standin), delay=DELAY))
        yield opened


async def _hurried(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 2 * DELAY))


def crawl(archive: Archive, **options: object) -> list[Outcome]:
    async def gather() -> list[Outcome]:
        run = Crawl(archive, SETTINGS, fetcher=partial(Fetcher, sleep=_hurried), **options)  # type: ignore[arg-type]
        return [outcome async for outcome in run.outcomes(archive.sites())]

    return asyncio.run(gather())


def of_host(archive: Archive, standin: StandIn, run: int = 1) -> HostReceipt:
    (receipt,) = (one for one in archive.receipts(run) if one.host in standin.url)
    return receipt


def test_the_servers_log_agrees_to_the_request(archive: Archive, standins: tuple[StandIn, StandIn]) -> None:
    """robots.txt, feeds, pages, redirects and further tries: every request a host logged is on its receipt."""
    first, second = standins
    posts = [first.newsroom.path(post) for post in first.newsroom.posts]
    first.faults += [
        Fault(path_prefix=posts[0], status=503, headers={"Retry-After": "0"}, times=2),
        Fault(path_prefix=posts[1], status=302, headers={"Location": posts[2]}),
        Fault(path_prefix=posts[3], status=429, headers={"Retry-After": "0"}),
    ]

    crawl(archive)

    receipt, other = of_host(archive, first), of_host(archive, second)
    assert receipt.requests == len(first.log)
    assert other.requests == len(second.log)
    assert [hit.path for hit in first.log].count("/robots.txt") == 1
    assert (receipt.retries, receipt.throttled, receipt.overloaded) == (3, 1, 2)
    assert (other.retries, other.throttled, other.overloaded) == (0, 0, 0)
    assert receipt.bytes == sum(hit.bytes for hit in first.log if hit.status == 200)


def test_the_smallest_gap_is_the_servers_too() -> None:
    """By a clock that only waiting moves, the receipt's gap is the smallest between two requests as they came in."""
    web = Web({"/a": html(), "/b": [Reply(503, b"", [("retry-after", "9")]), html()], "/c": html()})

    async def fetch() -> float | None:
        async with web.fetcher() as fetcher:
            for path, delay in (("/a", 7.0), ("/b", 3.5), ("/c", 5.0)):
                await fetcher.get(f"http://kilas.example{path}", delay=delay)
            return fetcher.receipts["kilas.example"].smallest_gap

    told = asyncio.run(fetch())

    assert told == min(later - earlier for earlier, later in pairwise(web.at)) == 3.5


def test_a_crawl_keeps_its_delay_over_real_connections(archive: Archive, standins: tuple[StandIn, StandIn]) -> None:
    """All requests of a host together take as long as their delays, by the receipt and by the server's clock; which may
    note the first as late as it answers it, and so before the second.
    """
    crawl(archive)

    for standin in standins:
        times = [hit.at for hit in standin.log]
        told = of_host(archive, standin).smallest_gap
        assert told is not None
        assert told >= DELAY
        assert times[-1] - times[0] >= (len(times) - 2) * DELAY


def test_conditional_hits_are_counted(archive: Archive, standins: tuple[StandIn, StandIn]) -> None:
    """The 304s a server gave for pages are those of the receipt, which is the run's own."""
    crawl(archive)
    archive.db.execute("UPDATE frontier SET state = 'due', due_at = '2026-01-01T00:00:00Z'")

    crawl(archive)

    for standin in standins:
        pages = [hit for hit in standin.log if hit.path.endswith(".html") and hit.status == 304]
        assert len(pages) == FEW
        assert of_host(archive, standin, run=2).not_modified == len([hit for hit in standin.log if hit.status == 304])
        assert of_host(archive, standin, run=1).not_modified == 0


def test_each_version_of_robots_is_kept(archive: Archive, standins: tuple[StandIn, StandIn]) -> None:
    """The receipt names the robots.txt that was obeyed by its hash, under which its bytes are kept as a capture."""
    first, _ = standins
    crawl(archive)

    sha256 = of_host(archive, first).robots
    assert sha256 is not None
    assert b"Disallow: /search" in archive.raw(sha256)
    story = archive.db.execute("SELECT url, status FROM captures WHERE sha256 = ?", (sha256,)).fetchall()
    assert story == [(f"{first.url}/robots.txt", 200)]


def test_a_site_without_robots_has_none_on_its_receipt(archive: Archive, standins: tuple[StandIn, StandIn]) -> None:
    """A 404 for robots.txt is a request like any other, and no version of the rules."""
    first, _ = standins
    first.faults.append(Fault(path_prefix="/robots.txt", status=404))

    crawl(archive)

    assert of_host(archive, first).robots is None
    assert of_host(archive, first).requests == len(first.log)


def test_a_host_that_is_not_there_was_asked_nothing(archive: Archive, standins: tuple[StandIn, StandIn]) -> None:
    """Tries that found no connection are told apart from requests: no server could have logged them."""
    first, second = standins
    dead = msgspec.structs.replace(archive.sites()[0], name="127.0.0.1:9", url="http://127.0.0.1:9/", blog_id="1")
    archive.add_site(dead)

    crawl(archive)

    (receipt,) = (one for one in archive.receipts(1) if one.host == "127.0.0.1:9")
    assert (receipt.requests, receipt.unconnected) == (0, SETTINGS.attempts)
    assert of_host(archive, first).requests == len(first.log)
    assert of_host(archive, second).requests == len(second.log)


def test_a_receipt_adds_up_in_pieces() -> None:
    """What is drained from a ledger piece by piece is all that was counted, and nothing twice."""
    ledger = Ledger()
    ledger["a.example"].started(None)
    first = ledger.drain()
    ledger["a.example"].started(4.0)
    ledger["a.example"].started(2.5)
    ledger["b.example"].started(None)

    second = ledger.drain()

    assert (first["a.example"].requests, first["a.example"].smallest_gap) == (1, None)
    assert (second["a.example"].requests, second["a.example"].smallest_gap) == (2, 2.5)
    assert second["b.example"].requests == 1
    assert ledger.drain() == {}


def test_an_archive_keeps_the_sum_of_the_pieces(tmp_path: Path) -> None:
    """Counts are added, of gaps the smallest and of answers the longest is kept, the newest robots.txt counts."""
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        run = archive.start_run([], NOON)
        pieces = [
            HostReceipt(host="a.example", requests=2, smallest_gap=None, longest_answer=0.5, robots="one"),
            HostReceipt(host="a.example", requests=3, smallest_gap=2.5, longest_answer=0.2),
            HostReceipt(host="a.example", requests=1, smallest_gap=4.0, robots="two"),
        ]
        for piece in pieces:
            archive.keep_receipt(run, piece)

        assert archive.receipts(run) == (
            HostReceipt(host="a.example", requests=6, smallest_gap=2.5, longest_answer=0.5, robots="two"),
        )
        assert archive.receipts(run + 1) == ()
