"""The archive as it grows: `python -m bench.archive [N]` archives N invented articles (20,000 unless told) and measures
insert, growth, search, export and syndication; then, where the stored pages are, captures and reading again.

Rates and latencies are of this process's CPU, latencies medians. What is compared stands in one run.
"""

from __future__ import annotations

import gzip
import io
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

import msgspec

from bench.invented import BEGIN, COMMON, MIDDLING, RARE, Invention, sites, word
from bench.stored import MISSING, SHARED
from scraper.archive import syndication
from scraper.archive.captures import Capture
from scraper.archive.records import ARTICLE_COLUMNS, BATCH, LISTS
from scraper.archive.search.articles import find
from scraper.archive.search.quotes import find_quotes
from scraper.archive.store import Archive, Site
from scraper.archive.visits import Visit
from scraper.export.jsonl import export
from scraper.reading import Answered, read_answer
from scraper.reextract import compare

ARTICLES = 20_000
TOGETHER = 100  # visits in one transaction, as imports and rebuilds write them
ALONE = 1000  # visits each in a transaction of its own, as a crawl writes them
TIMES = 15  # searches of one word
ROUNDS = 3  # of each way to read all records
SITE = "www.contohapps.com"  # 75 stored pages of one theme, 390 KB each
SPAN = 40  # of those pages are read again
TURNS = 15  # each under so many addresses, so that the start of two workers is a small part


class Spent(NamedTuple):
    """What a piece of work took, in seconds."""

    cpu: float
    clock: float


def spent(work: Callable[[], object]) -> Spent:
    """What the work takes."""
    cpu, clock = time.process_time(), time.perf_counter()
    work()
    return Spent(time.process_time() - cpu, time.perf_counter() - clock)


def say(what: str, figure: str, beside: str = "") -> None:
    print(f"  {what:<44}{figure:>16}  {beside}".rstrip(), flush=True)


def main() -> int:
    """Fills an archive in a folder that goes afterwards, and prints what was measured."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES
    with tempfile.TemporaryDirectory() as name:
        with Archive.open(Path(name) / "many.db", create=True) as archive:
            print(f"{count:,} invented articles of 400 words, three quotes, two speakers, twelve claims")
            insert(archive, count)
            searches(archive)
            exports(archive, count)
            compared = spent(lambda: syndication.update(archive))
            say("syndication", f"{archive.counts().articles / compared.cpu:,.0f}/s", "articles compared, a CPU-second")
        pages = [gzip.decompress(path.read_bytes()) for path in sorted((SHARED / "pages/articles").glob(f"{SITE}__*"))]
        if not pages:
            print(MISSING, file=sys.stderr)
            return 3
        print(f"{len(pages)} stored pages of one site, {mean(map(len, pages)) / 1000:,.0f} KB each")
        with Archive.open(Path(name) / "pages.db", create=True) as archive:
            captures(archive, pages)
        with Archive.open(Path(name) / "again.db", create=True) as archive:
            readings(archive, pages[:SPAN])
    return 0


def insert(archive: Archive, count: int) -> None:
    """Every table, full text, people and revisions; then the file's size against the number of articles."""
    for site in sites():
        archive.add_site(site)
    visits = Invention().visits(archive.start_run(["kabar0.example"], BEGIN))
    marks = {count // 4, count // 2, count}
    together, done, grown = 0.0, 0, []
    while done < count:
        batch = list(islice(visits, min(TOGETHER, count - done)))
        together += spent(lambda: settle(archive, batch)).cpu  # noqa: B023 - called at once
        if any(done < mark <= done + len(batch) for mark in marks):
            grown.append(f"{done + len(batch):,}: {size(archive) / (done + len(batch)) / 1000:.1f} KB")
        done += len(batch)
    alone = list(islice(visits, ALONE))
    each = spent(lambda: [archive.settle(visit) for visit in alone])
    say(f"insert, {TOGETHER} visits a commit", f"{count / together:,.0f}/s", "goal 1,200")
    say("insert, a commit a visit", f"{ALONE / each.cpu:,.0f}/s", "as a crawl does")
    say("bytes an article, by number held", grown[-1].partition(": ")[2], " · ".join(grown))


def settle(archive: Archive, visits: Iterable[Visit]) -> None:
    with archive.transaction():
        for visit in visits:
            archive.settle(visit)


def size(archive: Archive) -> int:
    """Bytes of the file, once its log is written into it."""
    archive.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return archive.path.stat().st_size


def searches(archive: Archive) -> None:
    """How long a person waits, for words of each frequency."""
    for kind, rank in (("common", COMMON), ("middling", MIDDLING), ("rare", RARE)):
        text = word(rank)
        (held,) = archive.db.conn.execute(
            "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?", (text,)
        ).fetchone()
        best, newest, quotes = (
            median(spent(ask).cpu for _ in range(TIMES)) * 1000
            for ask in (
                lambda: find(archive, text),  # noqa: B023 - called at once
                lambda: find(archive, text, newest=True),  # noqa: B023
                lambda: find_quotes(archive, text),  # noqa: B023
            )
        )
        say(
            f"search, {kind} word",
            f"{best:.1f} ms",
            f"newest first {newest:.1f}, quotes {quotes:.1f}; {held:,} hold it",
        )


class Nowhere(io.RawIOBase):
    """A stream that keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return memoryview(data).nbytes  # type: ignore[arg-type]


def exports(archive: Archive, count: int) -> None:
    """Whole records beside two bare loops of sqlite3 and msgspec: over the articles' columns alone, and over what a
    record holds, its lists too. The export also leaves out who is not public, hashes every byte and counts.
    """
    held, connection = count + ALONE, archive.db.conn
    flat, lists, whole = (
        median(spent(work).cpu for _ in range(ROUNDS))
        for work in (
            lambda: bare(connection),
            lambda: bare_with_lists(connection),
            lambda: export(archive, io.BufferedWriter(Nowhere()), at=datetime.now(UTC)),
        )
    )
    say("bare sqlite3 and msgspec, flat columns", f"{held / flat:,.0f}/s")
    say("bare sqlite3 and msgspec, lists too", f"{held / lists:,.0f}/s")
    told = f"{lists / whole:.0%} of the bare loop with lists, goal 50 %; {flat / whole:.0%} of that without"
    say("export of whole records", f"{held / whole:,.0f}/s", told)


def bare(connection: sqlite3.Connection) -> None:
    encode = msgspec.json.Encoder().encode
    for row in connection.execute(f"SELECT {', '.join(ARTICLE_COLUMNS)} FROM articles ORDER BY seq"):
        encode(dict(zip(ARTICLE_COLUMNS, row, strict=True)))


def bare_with_lists(connection: sqlite3.Connection) -> None:
    encode, carried = msgspec.json.Encoder().encode, LISTS.keys() - {"removals", "claims"}
    articles = connection.execute(f"SELECT {', '.join(ARTICLE_COLUMNS)} FROM articles ORDER BY seq")
    while rows := articles.fetchmany(BATCH):
        ids = msgspec.json.encode([row[0] for row in rows]).decode()
        lists = {table: bare_list(connection, table, ids) for table in carried}
        for row in rows:
            record: dict[str, object] = dict(zip(ARTICLE_COLUMNS, row, strict=True))
            encode(record | {table: found.get(row[0], []) for table, found in lists.items()})


def bare_list(connection: sqlite3.Connection, table: str, ids: str) -> dict[str, list[dict[str, object]]]:
    columns, found = LISTS[table], defaultdict[str, list[dict[str, object]]](list)
    asked = f"SELECT article, {', '.join(columns)} FROM {table} WHERE article IN (SELECT value FROM json_each(?))"
    for article, *row in connection.execute(f"{asked} ORDER BY article, seq", (ids,)):
        found[article].append(dict(zip(columns, row, strict=True)))
    return found


def captures(archive: Archive, pages: Sequence[bytes]) -> None:
    """Raw pages kept and had back."""
    archive.add_site(Site(name=SITE, url=f"https://{SITE}/", added_at=BEGIN))
    run = archive.start_run([SITE], BEGIN)
    kept: list[float] = []
    for visit in page_visits(run, pages):
        with archive.transaction():
            kept.append(spent(lambda: archive.settle(visit)).cpu)  # noqa: B023 - called at once
    sizes = [length for (length,) in archive.db.conn.execute("SELECT length(data) FROM blobs ORDER BY rowid")]
    hashes = [sha256 for (sha256,) in archive.db.conn.execute("SELECT sha256 FROM blobs ORDER BY rowid")]
    with Archive.open(archive.path, readonly=True) as reader:
        had = [spent(lambda: reader.raw(sha256)).cpu for sha256 in hashes]  # noqa: B023
    zipped = mean(len(gzip.compress(page, 6)) for page in pages[:10])
    say("bytes a page, the first apart", f"{mean(sizes[1:]) / 1000:.1f} KB", f"goal 4; gzip {zipped / 1000:.0f}")
    say("bytes a page, all", f"{mean(sizes) / 1000:.1f} KB")
    say("page written", f"{median(kept) * 1000:.2f} ms", f"mean {mean(kept) * 1000:.2f}; goal 2")
    say("page read", f"{median(had) * 1000:.2f} ms", f"mean {mean(had) * 1000:.2f}; goal 1")


def page_visits(run: int, pages: Sequence[bytes]) -> Iterator[Visit]:
    """Each page at an address of its own, on which no article was read."""
    for number, body in enumerate(pages):
        url = f"https://{SITE}/{number}.html"
        capture = Capture(body=body, status=200, final_url=url, fetched_at=BEGIN)
        yield Visit(
            run=run, url=url, site=SITE, at=BEGIN, capture=capture, verdict="no-article", reason="not-an-article"
        )


def readings(archive: Archive, pages: Sequence[bytes]) -> None:
    """New rules over kept pages beside plain reading of the same bytes; then two workers beside one."""
    archive.add_site(Site(name=SITE, url=f"https://{SITE}/", added_at=BEGIN))
    run = archive.start_run([SITE], BEGIN)
    asked = [answered(number, body) for number, body in enumerate(pages * TURNS)]
    for one in asked:
        read = read_answer(one)
        if read.reading is None:
            continue
        article = msgspec.structs.replace(read.reading.article, id=one.url, url=one.url, site=SITE)
        capture = Capture(body=one.body + one.url.encode(), status=200, final_url=one.url, fetched_at=BEGIN)
        reading = msgspec.structs.replace(read.reading, article=article)
        archive.settle(Visit(run=run, url=one.url, site=SITE, at=BEGIN, capture=capture, reading=reading))
    held = archive.counts().articles
    plain = spent(lambda: [read_answer(one) for one in asked])
    here = spent(lambda: compare(archive, workers=0))
    one_worker, two = (spent(lambda: compare(archive, workers=count)).clock for count in (1, 2))  # noqa: B023
    say("plain reading", f"{len(asked) / plain.cpu:,.0f}/s")
    share = held / here.cpu / (len(asked) / plain.cpu)
    say("re-reading, no worker", f"{held / here.cpu:,.0f}/s", f"{share:.0%} of plain reading; goal 80 %")
    say(
        "re-reading, two workers",
        f"{held / two:,.0f}/s",
        f"{one_worker / two:.2f} x one worker, by the clock; goal 1.7",
    )


def answered(number: int, body: bytes) -> Answered:
    url = f"https://{SITE}/2025/01/{number}.html"
    return Answered(
        url=url,
        final_url=url,
        body=body,
        content_type="text/html; charset=utf-8",
        fetched_at=BEGIN,
        entry=None,
        zone=None,
        blog_id=None,
        site=SITE,
    )


if __name__ == "__main__":
    sys.exit(main())
