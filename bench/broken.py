"""Pages to break and the laws a reading of one must hold: the largest of the targets of `bench.fuzz`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from bench.laws import broken, lost, reading_of
from bench.mutate import FLOODS, mutated
from bench.stored import html_of, own_pages, stored_pages
from extractors import FeedEntry, Page

URLS = (
    "https://www.kabar.example/2026/03/x.html", "", "http://[", "https://kilas24news.com/2026/03/x.html", "file:///tmp/x.html", "x" * 5_000,
    "https://kabar.example:999/2026/13/%ff.html?m=1#c", "http://xn--/2026/03/x.html", "https://kabar.example:99999/2026/03/x.html",
)  # fmt: skip


def fault(page: Page) -> str | None:
    """What is wrong with the reading of a page, in words; None where every law holds."""
    reading = reading_of(page)
    return broken(reading) if reading is not None else None


def conserves(page: Page) -> str | None:
    """As `fault`, for the conservation law: apart, so that its own parse is not in the page's seconds."""
    return lost(page.html)


def page(random: Random) -> Page:
    """A stored or one of our own pages, broken in one to four ways; the same for the same random state."""
    html, other = (html_of(path) for path in random.choices(_sources(), k=2))
    if random.random() < 0.05:
        noise = random.randbytes(random.choice((10, 1_000, 100_000))).decode("utf-8", "replace")
        html = noise + html[: random.choice((0, 5_000))]
    html = mutated(html, random, other)
    entry = _entry(random, other) if random.random() < 0.15 else None
    url = URLS[0] if random.random() < 0.8 else random.choice(URLS)
    repeated = frozenset(random.choices(FLOODS, k=3)) if random.random() < 0.1 else frozenset()
    return Page(
        url=url, html=html, entry=entry, repeated=repeated, zone=random.choice((None, "Asia/Jakarta", "Mars/X"))
    )


@cache
def _sources() -> list[Path]:
    return [path for kind in ("articles", "listing", "error") for path in stored_pages(kind)] or own_pages()


def _entry(random: Random, other: str) -> FeedEntry:
    at = other.find("post-body")
    content = mutated(other[max(at - 12, 0) : at + 8_000], random, other, times=2)
    stamp = random.choice((None, "2026-03-02T10:00:00.000+07:00", "2026-13-40T99:00:00Z", "", "Senin"))
    texts = random.choice(((content, None), (None, content[:400]), (None, None), ("", "")))
    return FeedEntry(
        url=random.choice(URLS),
        title=content[:40],
        published=stamp,
        updated=stamp,
        author="Rina",
        content=texts[0],
        summary=texts[1],
    )
