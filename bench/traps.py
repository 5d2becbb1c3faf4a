"""The platform's traps for whoever lists posts: each met by a whole crawl, and how many posts were held after it.

    python -m bench.traps

Every trap is one that a Blogger site sets, by its owner's choice or by the platform's own limits and faults. A stand-in
newsroom is crawled as it has them; the crawl must end by itself with every post archived, whatever list it took.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench.hostile import crawled, site_of
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.standin import StandIn
from tests.listed_site import newsroom, post

POSTS = 23

TRAPS: dict[str, dict[str, Any]] = {
    "an answer ends where its budget of bytes does": {"feed_bytes": 6000},
    "an answer holds seven entries, whatever is asked": {"feed_posts": 7},
    "no start-index beyond ten brings anything": {"feed_posts": 4, "traps": {"feed_last": 10}},
    "an answer comes empty and is whole when asked again": {"feed_posts": 7, "traps": {"feed_hiccups": 1}},
    "the feed claims fewer posts than it has": {"feed_posts": 7, "traps": {"feed_total": 5}},
    "the feed claims more posts than it has": {"traps": {"feed_total": 99}},
    "the feed is short": {"feed": "summary"},
    "the feed ends at the jump break": {"feed": "jump"},
    "the feed is closed": {"feed": "none"},
    "the default feed leads to a service's RSS": {"traps": {"feed_service": "rss"}},
    "both feeds lead to a service's RSS": {"traps": {"feed_service": "rss", "summary_too": True}},
    "both feeds lead to a web page": {"traps": {"feed_service": "html", "summary_too": True}},
    "both feeds are redirected in a circle": {"traps": {"feed_service": "loop", "summary_too": True}},
    "the feed answers under the blog's id alone": {"traps": {"feed_by_id_only": True}},
    "the feed hides posts that the sitemap names": {"traps": {"feed_lacks": frozenset({post(3).post_id})}},
    "there is no sitemap": {"traps": {"sitemap": False}},
    "the sitemap is an index": {"feed": "none", "sitemap_posts": 4},
    "the sitemap's index names its first page only": {
        "feed": "none",
        "sitemap_posts": 4,
        "traps": {"sitemap_index": 1},
    },
    "no feed, no sitemap, a tree of months": {"feed": "none", "traps": {"sitemap": False, "widget": "tree"}},
    "no feed, no sitemap, a list of months": {"feed": "none", "traps": {"sitemap": False, "widget": "flat"}},
    "no feed, no sitemap, a menu of months": {"feed": "none", "traps": {"sitemap": False, "widget": "menu"}},
    "no feed, no sitemap, no months named": {"feed": "none", "traps": {"sitemap": False}},
    "no feed, no sitemap, month pages cut short": {
        "feed": "none",
        "traps": {"sitemap": False, "widget": "flat", "month_posts": 2},
    },
}


class Result(NamedTuple):
    """What came of a trap: posts held, requests by the server's log, and the archive's verdict on its completeness."""

    trap: str
    held: int
    asked: int
    said: str
    unsound: tuple[str, ...]


async def meet(trap: str, folder: Path) -> Result:
    """The trap set, and the newsroom crawled once."""
    with StandIn(newsroom(POSTS, **TRAPS[trap])) as standin, Archive.open(folder / "a.db", create=True) as archive:
        archive.add_site(site_of(standin))
        await crawled(archive)
        held = {record["post_id"] for record in archive.records()} & {one.post_id for one in standin.newsroom.posts}
        said = archive.completeness(archive.sites()[0].name).verdict
        return Result(trap, len(held), len(standin.log), said, tuple(problems(archive)))


def main() -> int:
    """Prints the table; 1 where a post was lost."""
    began, lost = time.monotonic(), 0
    print(f"{'trap':<54}{'held':>9}{'requests':>10}  completeness")
    for trap in TRAPS:
        with tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(meet(trap, Path(folder)))
        wrong = found.held != POSTS or bool(found.unsound)
        lost += wrong
        told = f"{found.held} of {POSTS}"
        print(f"{trap:<54}{told:>9}{found.asked:>10}  {found.said}{'   LOST' * wrong}", flush=True)
    print(f"{len(TRAPS)} traps, {lost} of them lost a post, {time.monotonic() - began:.0f} s")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
