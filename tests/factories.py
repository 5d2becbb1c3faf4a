"""Articles, visits and archives for tests: whole and plausible by default, each part changed by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from extractors.model import (
    Article,
    Byline,
    Claim,
    Dateline,
    Embed,
    EventDate,
    FeedEntry,
    Image,
    Link,
    Moment,
    Quote,
    Reading,
    Removal,
    Witness,
)
from scraper.archive.captures import Capture
from scraper.archive.store import Site
from scraper.archive.visits import Visit

SITE = "kabarmuara.example"
BLOG = "7000000000000000001"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

BODY = (
    "Jembatan gantung di hulu sungai dibuka kembali, Senin (2/3/2026).\n\n"
    "“Warga boleh lewat mulai hari ini,” ujar Kepala Dinas Perhubungan Sari Lembayung.\n\n"
    "Perbaikan café terapung di seberangnya menyusul."
)


def minutes(count: float) -> timedelta:
    """That many minutes, for times after NOON."""
    return timedelta(minutes=count)


def post_url(number: int) -> str:
    """The address of the numbered post."""
    return f"https://www.{SITE}/2026/03/jembatan-{number}.html"


def article(number: int = 1, **changed: Any) -> Article:
    """The article of the numbered post; its offsets are those of BODY, unless `changed` brings others."""
    spoken = "Warga boleh lewat mulai hari ini,"
    start = BODY.index(spoken)
    day = BODY.index("Senin (2/3/2026)")
    published = f"2026-03-02T{number % 24:02d}:05:00+07:00"
    fields: dict[str, Any] = {
        "id": f"blogger:{BLOG}:{9000000000000000000 + number}",
        "site": SITE,
        "url": post_url(number),
        "blog_id": BLOG,
        "post_id": str(9000000000000000000 + number),
        "title": f"Jembatan Gantung Dibuka Kembali ({number})",
        "dateline": Dateline(raw="Muara, KabarMuara.example - ", place="Muara", outlet="KabarMuara.example", at=0),
        "byline": Byline(reporter="Tirta", editor=None, initials="trt", account="Redaksi"),
        "published": Moment(value=published, precision="second", zone="offset", source="feed", raw=published),
        "updated": Moment(value="2026-03-03", precision="day", zone="none", source="meta", raw="3 Maret 2026"),
        "language": "id",
        "labels": ("Muara", "Daerah"),
        "section": None,
        "lead": BODY.partition("\n")[0],
        "body": BODY,
        "end_mark": "***",
        "end_mark_at": len(BODY),
        "quotes": (
            Quote(
                text=spoken,
                start=start,
                end=start + len(spoken),
                speaker="Sari Lembayung",
                role="Kepala Dinas Perhubungan",
                mention="Kepala Dinas Perhubungan Sari Lembayung",
                cue="ujar",
                resolved_by="name",
                confidence=0.93,
            ),
        ),
        "event_dates": (EventDate(raw="Senin (2/3/2026)", date="2026-03-02", weekday="ok", start=day, end=day + 16),),
        "images": (
            Image(url="https://img.example/s640/a.jpg", original_url="https://img.example/s0/a.jpg", alt="Foto"),
        ),
        "links": (Link(url=post_url(99), text="Baca juga", kind="related"),),
        "embeds": (Embed(url="https://video.example/embed/1", kind="video"),),
        "extractor": "kompaz@2020-01-01",
        "platform": "blogger",
        "theme": "kompaz",
        "witness": Witness(feed="full", agreement=0.98),
        "word_count": len(BODY.split()),
    }
    return Article(**(fields | changed))


def reading(number: int = 1, **changed: Any) -> Reading:
    """The article with two claims and a removal as its receipts."""
    read = article(number, **changed)
    return Reading(
        article=read,
        claims={
            "title": (
                Claim(value=read.title, raw=read.title, source="feed", rule="entry.title", chosen=True),
                Claim(value=f"{read.title} - KabarMuara", raw="…", source="meta", rule="og:title"),
            )
        },
        removals=(Removal(rule="ad-placeholder", text="IKLAN"),),
    )


def capture(number: int = 1, *, body: bytes | None = None, at: datetime = NOON, status: int = 200) -> Capture:
    """An answer holding the numbered post's page."""
    return Capture(
        body=f"<html>page {number}</html>".encode() if body is None else body,
        status=status,
        headers=(("content-type", "text/html; charset=UTF-8"), ("etag", f'"{number}"')),
        final_url=post_url(number),
        fetched_at=at,
    )


def visit(run: int, number: int = 1, *, at: datetime = NOON, **changed: Any) -> Visit:
    """A visit to the numbered post that read its article; `reading=None, verdict=…` for one that did not."""
    fields: dict[str, Any] = {
        "run": run,
        "url": post_url(number),
        "site": SITE,
        "at": at,
        "capture": capture(number, at=at),
        "reading": reading(number),
        "etag": f'"{number}"',
    }
    return Visit(**(fields | changed))


def missed(run: int, number: int = 1, *, at: datetime = NOON, status: int = 404) -> Visit:
    """A visit that found the numbered post gone."""
    return visit(run, number, at=at, capture=None, reading=None, verdict="gone", reason=f"http-{status}", status=status)


def failed(run: int, number: int = 1, *, at: datetime = NOON) -> Visit:
    """A visit that had no answer in time."""
    return visit(run, number, at=at, capture=None, reading=None, verdict="failed", reason="timeout")


def site(**changed: Any) -> Site:
    """The site all posts belong to."""
    fields: dict[str, Any] = {
        "name": SITE,
        "url": f"https://www.{SITE}/",
        "platform": "blogger",
        "blog_id": BLOG,
        "title": "Kabar Muara",
        "feed": "full",
        "total": 42,
        "sitemap": True,
        "robots": True,
        "zone": "Asia/Jakarta",
        "theme": "kompaz",
        "language": "id",
        "delay": 2.5,
        "added_at": NOON,
    }
    return Site(**(fields | changed))


def entry(number: int = 1, **changed: Any) -> FeedEntry:
    """The numbered post as the feed tells it."""
    fields: dict[str, Any] = {
        "url": post_url(number),
        "title": f"Jembatan Gantung Dibuka Kembali ({number})",
        "post_id": str(9000000000000000000 + number),
        "blog_id": BLOG,
        "published": f"2026-03-02T{number % 24:02d}:05:00.000+07:00",
        "updated": f"2026-03-02T{number % 24:02d}:30:00.123+07:00",
        "author": "Redaksi",
        "labels": ("Muara",),
        "content": "<p>isi</p>",
    }
    return FeedEntry(**(fields | changed))
