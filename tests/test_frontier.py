"""What is due: new posts, posts whose stamp moved, failures; newest first; a re-run reads the same witness."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper.archive.store import Archive
from scraper.frontier import Discovery, discovered, due, listed
from scraper.outcomes import Verdict
from tests.factories import NOON, SITE, entry, failed, minutes, post_url, site, visit

LATER = NOON + minutes(60)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "kliping.db", create=True) as opened:
        opened.add_site(site())
        yield opened


@pytest.fixture
def run(archive: Archive) -> int:
    return archive.start_run([SITE], NOON)


def urls(archive: Archive, **asked: object) -> list[str]:
    return [item.url for item in due(archive, SITE, at=LATER, **asked)]  # type: ignore[arg-type]


def test_what_was_never_seen_is_due_newest_post_first(archive: Archive) -> None:
    """A feed's posts come due in the order of their publication, whatever order the feed had."""
    told = discovered(archive, SITE, [entry(1), entry(3), entry(2)], NOON)
    assert told == Discovery(new=3, updated=0, known=0)
    assert urls(archive) == [post_url(3), post_url(2), post_url(1)]


def test_a_settled_post_is_not_due_until_its_stamp_moves(archive: Archive, run: int) -> None:
    """The feed's updated time decides, compared as an instant and not as a text."""
    discovered(archive, SITE, [entry()], NOON)
    archive.settle(visit(run, entry_updated=entry().updated))
    same_instant = entry(updated="2026-03-01T18:30:00Z")
    assert discovered(archive, SITE, [same_instant], LATER) == Discovery(new=0, updated=0, known=1)
    assert urls(archive) == []
    moved = entry(updated="2026-03-02T09:00:00+07:00", title="Judul Baru")
    assert discovered(archive, SITE, [moved], LATER) == Discovery(new=0, updated=1, known=0)
    (item,) = due(archive, SITE, at=LATER)
    assert item.entry is not None
    assert (item.entry.title, item.etag) == ("Judul Baru", '"1"')


@pytest.mark.parametrize("verdict", ["no-article", "gone", "refused"])
def test_what_ended_otherwise_waits_for_its_stamp_too(archive: Archive, run: int, verdict: Verdict) -> None:
    """A page without an article, gone or forbidden is visited again only when the feed tells of a change."""
    discovered(archive, SITE, [entry()], NOON)
    archive.settle(visit(run, capture=None, reading=None, verdict=verdict, reason="robots"))
    discovered(archive, SITE, [entry()], LATER)
    assert urls(archive) == []
    assert urls(archive, full=True) == [post_url(1)]
    discovered(archive, SITE, [entry(updated="2026-03-05T09:00:00+07:00")], LATER)
    assert urls(archive) == [post_url(1)]


def test_a_failure_comes_due_in_the_next_run(archive: Archive, run: int) -> None:
    """Not again in the same run; in the next, with its attempts counted, until a visit succeeds."""

    def attempts() -> int:
        return int(archive.db.execute("SELECT attempts FROM frontier").fetchone()[0])

    discovered(archive, SITE, [entry()], NOON)
    archive.settle(failed(run))
    assert attempts() == 1
    assert urls(archive, run=run) == []
    second = archive.start_run([SITE], LATER)
    assert urls(archive, run=second) == [post_url(1)]
    archive.settle(failed(second, at=LATER))
    assert attempts() == 2
    archive.settle(visit(archive.start_run([SITE], LATER), at=LATER))
    assert urls(archive) == []
    assert attempts() == 0


@pytest.mark.parametrize(
    ("reason", "is_due"),
    [
        ("robots-unreachable", True),
        ("no-contact", True),
        ("internal-address", True),
        ("robots", False),
        ("scheme", False),
        ("port", False),
    ],
)
def test_a_refusal_that_may_pass_comes_due_in_the_next_run(
    archive: Archive, run: int, reason: str, is_due: bool
) -> None:
    """Only what forbids the address for good settles it: a robots.txt that is down for a day loses no post."""
    discovered(archive, SITE, [entry()], NOON)
    outcome = archive.settle(visit(run, capture=None, reading=None, verdict="refused", reason=reason))
    assert (outcome.verdict, outcome.reason) == ("refused", reason)
    assert urls(archive, run=run) == []
    assert urls(archive, run=archive.start_run([SITE], LATER)) == ([post_url(1)] if is_due else [])
    assert discovered(archive, SITE, [entry()], LATER).updated == is_due


def test_full_means_everything_once_a_run(archive: Archive, run: int) -> None:
    """A full run visits settled posts again, each once however often the list is asked for."""
    discovered(archive, SITE, [entry(1), entry(2)], NOON)
    archive.settle(visit(run, 2))
    assert urls(archive, full=True) == [post_url(2), post_url(1)]
    assert urls(archive, full=True, run=run) == [post_url(1)]


def test_a_re_run_reads_the_same_witness(archive: Archive) -> None:
    """The entry is kept with its address, without the post's content."""
    discovered(archive, SITE, [entry()], NOON)
    (item,) = due(archive, SITE, at=LATER)
    assert item.entry == entry(content=None)


def test_a_sitemap_does_not_overrule_the_feed(archive: Archive, run: int) -> None:
    """Where a feed entry is held, the sitemap's lastmod makes nothing due, and the entry stays."""
    discovered(archive, SITE, [entry()], NOON)
    archive.settle(visit(run))
    told = listed(archive, SITE, [(post_url(1), "2026-04-01T00:00:00Z"), (post_url(2), "2026-03-01T00:00:00Z")], LATER)
    assert told == Discovery(new=1, updated=0, known=1)
    assert urls(archive) == [post_url(2)]
    assert [item.entry is None for item in due(archive, SITE, at=LATER, full=True)] == [False, True]


def test_a_sitemap_alone_tells_of_changes(archive: Archive, run: int) -> None:
    """Without a feed, lastmod is the stamp; an address without one is due once."""
    listed(archive, SITE, [(post_url(1), "2026-03-01T00:00:00Z"), (post_url(2), None)], NOON)
    for number in (1, 2):
        archive.settle(visit(run, number))
    pairs = [(post_url(1), "2026-03-01T00:00:00Z"), (post_url(2), None)]
    assert listed(archive, SITE, pairs, LATER) == Discovery(new=0, updated=0, known=2)
    assert listed(archive, SITE, [(post_url(1), "2026-03-08T00:00:00Z")], LATER).updated == 1
    assert urls(archive) == [post_url(1)]


def test_the_first_witness_makes_a_post_due_again(archive: Archive, run: int) -> None:
    """A post read without a feed entry is read again once the feed brings one."""
    listed(archive, SITE, [(post_url(1), "2026-03-01T18:30:00Z")], NOON)
    archive.settle(visit(run))
    assert discovered(archive, SITE, [entry()], LATER).updated == 1
    (item,) = due(archive, SITE, at=LATER)
    assert item.entry is not None


def test_two_ways_to_write_an_address_are_one(archive: Archive) -> None:
    """The frontier holds canonical addresses; of two entries for one the first counts."""
    told = discovered(archive, SITE, [entry(title="Satu"), entry(url=f"{post_url(1)}?m=1", title="Dua")], NOON)
    assert told == Discovery(new=1, updated=0, known=0)
    (item,) = due(archive, SITE, at=LATER)
    assert item.entry is not None
    assert (item.url, item.entry.title) == (post_url(1), "Satu")


def test_a_change_told_during_a_visit_is_not_lost(archive: Archive, run: int) -> None:
    """A visit settles the stamp that made it due, so that a newer one is noticed by the next reading of the feed."""
    discovered(archive, SITE, [entry()], NOON)
    newer = entry(updated="2026-03-02T11:00:00+07:00")
    discovered(archive, SITE, [newer], NOON)
    archive.settle(visit(run, entry_updated=entry().updated))
    assert discovered(archive, SITE, [newer], LATER).updated == 1


def test_sites_do_not_mix(archive: Archive) -> None:
    """What is due is asked for one site at a time."""
    discovered(archive, "lain.example", [entry(url="https://lain.example/2026/03/a.html")], NOON)
    assert urls(archive) == []


NEIGHBOUR = "lain.example"


@pytest.fixture
def neighbour(archive: Archive) -> str:
    archive.add_site(site(name=NEIGHBOUR, url=f"https://{NEIGHBOUR}/", blog_id=None))
    return NEIGHBOUR


def test_a_feed_takes_no_address_from_another_site(archive: Archive, neighbour: str) -> None:
    """An address on a crawled site's host, known or not, stays that site's whoever names it."""
    discovered(archive, SITE, [entry(1)], NOON)
    moved = entry(1, updated="2026-04-01T00:00:00Z")
    assert discovered(archive, neighbour, [moved, entry(2)], LATER) == Discovery(new=0, updated=0, known=2)
    assert due(archive, neighbour, at=LATER) == []
    assert urls(archive) == [post_url(1)]


def test_an_address_on_no_site_s_host_is_its_first_finder_s(archive: Archive, neighbour: str) -> None:
    """A blog may name posts under an earlier host of its own; a second site that names them gets none of them."""
    old = entry(url="https://muara.blogspot.example/2026/03/a.html")
    assert discovered(archive, SITE, [old], NOON).new == 1
    newer = entry(url=old.url, updated="2026-04-01T00:00:00Z")
    assert discovered(archive, neighbour, [newer], LATER).known == 1
    assert urls(archive) == [old.url]


def test_a_site_that_is_added_later_gets_its_own_addresses(archive: Archive, run: int) -> None:
    """What another named before the host itself was crawled goes over, and its page is asked for whole."""
    theirs = entry(url=f"https://{NEIGHBOUR}/2026/03/a.html")
    discovered(archive, SITE, [theirs], NOON)
    archive.settle(visit(run, url=theirs.url, etag='"1"', entry_updated=theirs.updated))
    archive.add_site(site(name=NEIGHBOUR, blog_id=None))
    assert discovered(archive, NEIGHBOUR, [theirs], LATER) == Discovery(new=0, updated=1, known=0)
    (item,) = due(archive, NEIGHBOUR, at=LATER)
    assert (item.url, item.etag, item.last_modified) == (theirs.url, None, None)
    assert urls(archive, full=True) == []


def test_a_removed_site_s_addresses_may_be_taken_over(archive: Archive, neighbour: str) -> None:
    """A site that is crawled no longer holds nothing against one that is."""
    discovered(archive, SITE, [entry()], NOON)
    archive.remove_site(SITE, at=NOON)
    assert discovered(archive, neighbour, [entry()], LATER).updated == 1
    assert [item.url for item in due(archive, neighbour, at=LATER)] == [post_url(1)]


def test_a_time_that_is_none_orders_nothing(archive: Archive) -> None:
    """A post whose publication is junk comes after those that tell theirs."""
    discovered(archive, SITE, [entry(1, published="kemarin"), entry(2)], NOON)
    assert urls(archive) == [post_url(2), post_url(1)]
