"""Lines above and below every post of a site: found over the archive's pages, gone from its bodies, whatever the way."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from scraper.archive.sites import edges
from scraper.archive.store import Archive
from scraper.repeating import repeated_of
from scraper.standin import Newsroom, Post, StandIn
from tests.factories import NOON, reading, site, visit
from tests.test_crawl import archive_of, crawl, newsroom

FEW = 8
PLEA = "Terima kasih sudah singgah di kabar kami."
SIGNED = "(Tim Redaksi)"


def promoted(posts: int, *, on: int) -> Newsroom:
    """A newsroom of which the oldest `on` posts end with the same line under their signature."""
    room = newsroom("kabarmuara.example", posts=posts)
    room.posts[:] = [
        msgspec.structs.replace(post, body=f"{post.body}<p>{SIGNED}</p><p>{PLEA}</p>" if at < on else post.body)
        for at, post in enumerate(sorted(room.posts, key=lambda post: post.published))
    ]
    return room


def bodies(archive: Archive) -> list[str]:
    return [record["body"] for record in archive.records()]


def test_a_line_on_many_posts_is_gone_after_the_first_crawl(tmp_path: Path) -> None:
    """It is no part of any body, a labelled removal of each, and no revision is written for it; signatures stay."""
    with StandIn(promoted(FEW, on=5)) as standin, archive_of(tmp_path / "a.db", standin) as archive:
        crawl(archive)
        records = list(archive.records(with_=frozenset({"removed"})))

    assert sum({"rule": "repeated", "text": PLEA} in record["removed"] for record in records) == 5
    assert not any(PLEA in record["body"] for record in records)
    assert {record["revision"] for record in records} == {1}
    assert not any(removal["text"] == SIGNED for record in records for removal in record["removed"])


@pytest.mark.parametrize(("posts", "on"), [(FEW, 2), (4, 4)])
def test_a_line_on_few_posts_stays(tmp_path: Path, posts: int, on: int) -> None:
    """Two posts in eight, or a site of four, prove nothing."""
    with StandIn(promoted(posts, on=on)) as standin, archive_of(tmp_path / "a.db", standin) as archive:
        crawl(archive)

        assert sum(PLEA in body for body in bodies(archive)) == on


def test_a_crawl_in_parts_ends_with_the_archive_of_a_whole_one(tmp_path: Path) -> None:
    """However the visits fall before and after the lines are known, the digest is the same."""
    digests = set()
    with StandIn(promoted(FEW, on=5)) as standin:
        for name, limits in (("whole", [None]), ("parts", [1, 5, None]), ("broken", ["broken", None, None])):
            with archive_of(tmp_path / f"{name}.db", standin) as archive:
                for limit in limits:
                    asyncio.run(broken_off(archive)) if limit == "broken" else crawl(archive, limit=limit)
                digests.add(archive.digest())
                assert not any(PLEA in body for body in bodies(archive))

    assert len(digests) == 1


async def broken_off(archive: Archive) -> None:
    """A crawl that is left when its last page is settled, before its articles are put right."""
    from scraper.crawl import Crawl
    from tests.test_crawl import SETTINGS

    outcomes = Crawl(archive, SETTINGS).outcomes(archive.sites())
    for _ in range(FEW):
        await anext(outcomes)
    await outcomes.aclose()  # type: ignore[attr-defined]


def test_a_line_that_is_no_longer_on_many_posts_comes_back(tmp_path: Path) -> None:
    """When the site grows and the line does not, the next crawl puts it back into the bodies it was taken from."""
    with StandIn(promoted(FEW, on=3)) as standin:
        later, standin.newsroom.posts[:] = list(standin.newsroom.posts), standin.newsroom.posts[:FEW]
        more = [_renamed(post, number) for number, post in enumerate(later[3:] * 2)]
        with archive_of(tmp_path / "a.db", standin) as archive:
            crawl(archive)
            assert not any(PLEA in body for body in bodies(archive))
            standin.newsroom.posts.extend(more)
            crawl(archive, full=True)

            assert sum(PLEA in body for body in bodies(archive)) == 3


def _renamed(post: Post, number: int) -> Post:
    return msgspec.structs.replace(post, post_id=f"7{number:018}", slug=f"{post.slug}-{number}")


def test_what_stands_at_the_edges_is_kept_and_read_anew_where_it_is_not(tmp_path: Path) -> None:
    """Pages are read once for their article and its edge lines; an archive without them ends with the same articles."""
    with StandIn(promoted(FEW, on=5)) as standin, archive_of(tmp_path / "a.db", standin) as archive:
        crawl(archive)
        (held,) = archive.sites()
        kept, digest = edges.sample(archive.db.conn, held.name), archive.digest()
        with archive.transaction():
            edges.forget(archive.db.conn, held.name)
        forgotten = edges.sample(archive.db.conn, held.name)
        crawl(archive, full=True)

        assert len(kept) == FEW
        assert sum(PLEA in (one.lines or ()) for one in kept) == 5
        assert all(one.lines is None for one in forgotten)
        assert edges.sample(archive.db.conn, held.name) == kept
        assert archive.digest() == digest
        assert repeated_of(archive, held.name) == {PLEA}


def test_only_a_sample_of_a_large_site_is_kept(tmp_path: Path) -> None:
    """An article beyond the first forty ids is no part of the sample, and its edge lines are not written down."""
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.add_site(site())
        run = archive.start_run([site().name], NOON)
        for number in range(edges.SAMPLE + 2):
            archive.settle(visit(run, number, reading=msgspec.structs.replace(reading(number), edges=(PLEA,))))
        (kept,) = archive.db.execute("SELECT count(*) FROM edges").fetchone()

    assert kept == edges.SAMPLE


def test_what_differs_in_its_removals_alone_is_put_right_too(tmp_path: Path) -> None:
    """A line of the set that is gone from the body under another name gets its own: what is held follows from the pages
    in every part, and no later turn reads the page once more.
    """
    with StandIn(promoted(FEW, on=5)) as standin, archive_of(tmp_path / "a.db", standin) as archive:
        crawl(archive)
        told = frozenset({"removed"})
        whole = {record["id"]: record["removed"] for record in archive.records(with_=told)}
        with archive.transaction():
            archive.db.conn.execute("UPDATE removals SET text = 'Baris lama' WHERE rule = 'repeated'")
        crawl(archive, full=True)

        assert {record["id"]: record["removed"] for record in archive.records(with_=told)} == whole
        assert {record["revision"] for record in archive.records()} == {1}
