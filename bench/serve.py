"""How long each page of the window and each question takes on 100,000 articles, while a process writes.

The archive is the demo's, multiplied: every article, quote and list with new ids, over 40 newsrooms and three
years, one in ten edited, one in twenty a copy, one in a hundred vanished. Datasette's own pages stand beside ours.

    python -m bench.serve [--articles 100000] [--db FILE] [--rounds 12]
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

from scraper.analyst.queries import queries
from scraper.demo import crawl_newsrooms

LIMIT = 300.0  # ms; p95 of each of our pages and questions, two cores
SITES = 40
SEED = 7
WRITES_A_SECOND = 10  # a polite crawl over many hosts settles about as many pages

LISTS = {
    "quotes": 'seq, text, "start", "end", speaker, role, mention, cue, kind, resolved_by, confidence, person',
    "article_labels": "seq, label",
    "event_dates": 'seq, raw, date, weekday, "start", "end"',
    "links": "seq, url, text, kind",
    "claims": "seq, field, value, raw, source, rule, chosen",
    "appearances": "speaker, role, kind, name, apart, site, place, body, office, day, private, person",
}
OWN = {"number", "id", "seq", "site", "published_at", "published_value", "status", "revision"}
"""Columns of an article that are not its model's."""

DRAWN = """
CREATE TEMP TABLE drawn (number INTEGER PRIMARY KEY, old TEXT, new TEXT, before TEXT, site TEXT, moment TEXT)
"""

EDITS = '{"edits": [{"kind": "headline", "before": "Lurah Korupsi", "after": "Diduga Korupsi", "softened": true}]}'

HISTORY = (
    """
    INSERT INTO revisions (article, revision, seen_at, body_hash, title, body)
    SELECT d.new, 1, d.moment || 'Z', '', iif(d.number % 10, NULL, 'Judul lama'), iif(d.number % 10, NULL, a.body)
    FROM drawn d JOIN articles a ON a.id = d.new
    """,
    f"""
    INSERT INTO revisions (article, revision, seen_at, body_hash, changes, silent)
    SELECT new, 2, moment || 'Z', '', '{EDITS}', 1 FROM drawn WHERE number % 10 = 0
    """,
    """
    INSERT INTO syndication (article, origin, source, share, release_share, own_paragraphs, own_quotes)
    SELECT new, iif(number % 20, new, before), iif(number % 20, NULL, before), iif(number % 20, 0.0, 0.9),
        iif(number % 20, 0.0, 0.9), 2, 1
    FROM drawn WHERE number
    """,
    """
    INSERT INTO states (article, run, url, was, status, reason, at)
    SELECT new, 1, '', 'live', 'gone', 'http-404', moment || 'Z' FROM drawn WHERE number % 100 = 0
    """,
)


def build(path: Path, articles: int) -> None:
    """The archive of that many articles at `path`."""
    asyncio.run(crawl_newsrooms(path, lambda _: None))
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("PRAGMA cache_size = -400000")
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    db.execute("BEGIN")
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    _draw(db, articles)
    columns = [row[1] for row in db.execute("PRAGMA table_info(articles)") if row[1] not in OWN]
    (seq,) = db.execute("SELECT max(seq) FROM articles").fetchone()
    db.execute(
        f"INSERT INTO articles (id, seq, site, published_at, published_value, status, revision, {', '.join(columns)})"
        " SELECT d.new, d.number + 1 + :seq, d.site, d.moment || 'Z', d.moment || '+07:00',"
        " iif(d.number % 100, 'live', 'gone'), iif(d.number % 10, 1, 2),"
        f" {', '.join(f'a.{name}' for name in columns)} FROM drawn d JOIN articles a ON a.id = d.old ORDER BY d.number",
        {"seq": seq},
    )
    for table, names in LISTS.items():
        taken = ", ".join(f"t.{name.strip()}" for name in names.split(","))
        db.execute(
            f"INSERT INTO {table} (article, {names}) SELECT d.new, {taken}"
            f" FROM drawn d JOIN {table} t ON t.article = d.old ORDER BY d.number"
        )
    for statement in HISTORY:
        db.execute(statement)
    for index in ("articles_fts", "quotes_fts"):
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
    for _, sql in triggers:
        db.execute(sql)
    db.execute("COMMIT")
    db.close()


def _draw(db: sqlite3.Connection, articles: int) -> None:
    """Which article is copied under which name; and the newsrooms."""
    held = [row[0] for row in db.execute("SELECT id FROM articles ORDER BY id")]
    names = [f"redaksi{number:02d}.example" for number in range(SITES)]
    for name in names:
        db.execute(
            "INSERT INTO sites SELECT ?, ?, platform, blog_id, ?, feed, total, sitemap, robots, zone, theme, language,"
            " generator, delay, loopback, added_at, removed_at FROM sites WHERE loopback LIMIT 1",
            (name, f"https://{name}/", name.partition(".")[0].title()),
        )
    drawn = random.Random(SEED)
    days = [date(2023, 1, 1) + timedelta(days=drawn.randrange(1095)) for _ in range(articles)]
    ids = [f"blogger:{number % SITES}:{9000000000 + number}" for number in range(articles)]
    db.execute(DRAWN)
    db.executemany(
        "INSERT INTO drawn VALUES (?, ?, ?, ?, ?, ?)",
        (
            (number, held[number % len(held)], ids[number], ids[number - 1], names[number % SITES],
             f"{days[number]}T{number % 24:02d}:{number % 60:02d}:00")
            for number in range(articles)
        ),
    )  # fmt: skip


def pages(path: Path) -> dict[str, str]:
    """What is asked for: our pages, every question, Datasette's tables."""
    db = sqlite3.connect(path)
    (edited,) = db.execute("SELECT article FROM revisions WHERE revision = 2 LIMIT 1").fetchone()
    person, called = db.execute(
        "SELECT p.id, p.name FROM people p JOIN quotes q ON q.person = p.id GROUP BY 1 ORDER BY count(*) DESC"
    ).fetchone()
    (origin,) = db.execute("SELECT origin FROM syndication WHERE source IS NOT NULL LIMIT 1").fetchone()
    db.close()
    name, site = path.stem, "redaksi07.example"
    asked = {
        "front": "/", "article": f"/article/{quote(edited)}", "people": "/people", "people by name": "/people?name=har",
        "person": f"/person/{quote(person)}", "sites": "/sites", "site": f"/site/{site}", "releases": "/releases",
        "release": f"/release/{quote(origin)}", "search": "/search?q=banjir",
        "search newest": "/search?q=warga&order=newest", "questions": "/questions", "data": f"/{name}",
    }  # fmt: skip
    for one in queries().values():
        values = {"person": person, "article": origin, "name": called, "words": "banjir"}
        given = {key: value for key, value in values.items() if key in one.parameters}
        asked[f"? {one.name}"] = f"/{name}/{one.name}?{urlencode(given)}"
    asked["Datasette: articles"] = f"/{name}/articles"
    asked["Datasette: quotes"] = f"/{name}/quotes"
    asked["Datasette: labels"] = f"/{name}/labels"
    return asked


def measure(port: int, path: str, rounds: int) -> tuple[list[float], int]:
    """Milliseconds of each answer but the first, and its status."""
    times, status = [], 0
    for _ in range(rounds + 1):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        begun = time.perf_counter()
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        times.append((time.perf_counter() - begun) * 1000)
        status = response.status
        connection.close()
    return times[1:], status


def write(path: Path, ended: threading.Event) -> None:
    """Small transactions as a crawl makes them, until told to end."""
    db = sqlite3.connect(path, isolation_level=None, timeout=30)
    while not ended.wait(1 / WRITES_A_SECOND):
        db.execute("BEGIN IMMEDIATE")
        db.execute(
            "UPDATE articles SET changed_at = changed_at, title = title || '' WHERE number = 1 + abs(random()) % 1000"
        )
        db.execute("COMMIT")
    db.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--db", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = told.db or Path(folder) / "bench.db"
        if not path.exists():
            begun = time.perf_counter()
            build(path, told.articles)
            size, taken = path.stat().st_size / 2**20, time.perf_counter() - begun
            print(f"{told.articles:,} articles, {size:,.0f} MiB, made in {taken:.0f} s", flush=True)
        sys.exit(run(path, told.rounds))


def run(path: Path, rounds: int) -> int:
    command = [sys.executable, "-m", "scraper", "serve", "--port", "0", "--db", str(path)]
    slow, ended = [], threading.Event()
    writer = threading.Thread(target=write, args=(path, ended))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        writer.start()
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().strip().rstrip("/").rpartition(":")[2])
            for name, address in pages(path).items():
                times, status = measure(port, address, rounds)
                p95 = statistics.quantiles(times, n=20)[-1]
                late = p95 > LIMIT and not name.startswith("Datasette")
                slow += [name] if late or status != 200 else []
                median, mark = statistics.median(times), "  SLOW" if late else ""
                print(f"{name:28} {median:8.1f} ms {p95:8.1f} ms p95  {status}{mark}", flush=True)
        finally:
            ended.set()
            writer.join()
            server.terminate()
    print(f"Over {LIMIT:g} ms: {', '.join(slow) or 'none'}")
    return bool(slow)


if __name__ == "__main__":
    main()
