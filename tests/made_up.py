"""An archive of one site that was never crawled: posts an hour apart, written straight into its tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from scraper import health
from scraper.archive.sites.turns import Turn
from scraper.archive.store import Archive, Site
from scraper.health import Finding

T0 = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAME = "kabar.example"
COUNT = 120


class MadeUp:
    """An archive of one site whose posts came out one an hour, the newest at T0, `spoilt` where that is so many ago."""

    def __init__(self, path: Path, spoil: str = "", *, newest: int = 20) -> None:
        self.path = path
        with Archive.open(path, create=True) as archive:
            archive.add_site(Site(name=NAME, url=f"https://{NAME}/", added_at=T0 - 30 * DAY))
            for ago in range(COUNT):
                at = f"{T0 - ago * HOUR:%Y-%m-%dT%H:%M:%SZ}"
                url = f"https://{NAME}/2026/03/{ago}.html"
                archive.db.conn.execute(ARTICLE, {"id": f"blogger:1:{ago}", "seq": COUNT - ago, "url": url, "at": at})
                archive.db.conn.execute(FOUND, {"url": url, "at": at})
                if ago < newest and spoil:
                    archive.db.conn.execute(f"UPDATE articles SET {spoil} WHERE url = ?", (url,))
            self.turn(archive, T0 + HOUR)

    @staticmethod
    def turn(archive: Archive, at: datetime, trouble: str | None = None) -> None:
        run = archive.start_run([NAME], at)
        told = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        archive.keep_turn(Turn(site=NAME, run=run, started_at=told, ended_at=told, trouble=trouble))
        archive.end_run(run, at, {})

    def check(self, at: datetime = T0 + HOUR) -> tuple[Finding, ...]:
        with Archive.open(self.path, readonly=True) as archive:
            return health.check(archive, at)


ARTICLE = """
INSERT INTO articles (id, seq, site, url, title, dateline_raw, byline_reporter, account, published_at, published_precision,
    lead, body, extractor, witness_feed, witness_agreement, word_count, status, revision, first_seen_at, changed_at)
VALUES (:id, :seq, 'kabar.example', :url, 'Judul', 'Serang - ', 'Budi', 'Redaksi', :at, 'second',
    'Isi.', 'Isi.', 'kompaz', 'full', 0.98, 300, 'live', 1, :at, :at)
"""
FOUND = """
INSERT INTO frontier (url, site, state, published_at, discovered_at) VALUES (:url, 'kabar.example', 'settled', :at, :at)
"""
