"""Many archives asked as one: the dataset holds what they hold, what may be published, and what changed alone is written.

Workers are this process here; tests/fleet has Dask's.
"""

from __future__ import annotations

import gzip
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bench.invented import Invention, sites
from scraper.analyst.queries import Answer, queries
from scraper.analyst.queries import ask as ask_archive
from scraper.archive import syndication
from scraper.archive.store import Archive
from scraper.errors import NothingDone, UsageProblem
from scraper.export.manifest import Filters
from scraper.export.warc import deliver as write_warc
from scraper.fleet import dataset, records, warcs
from scraper.fleet.dataset import put_releases, read_dataset, refresh
from scraper.fleet.parts import Source
from scraper.fleet.questions import NOT_HERE, ask, opened
from scraper.fleet.releases import releases
from scraper.standin import StandIn
from tests.crawled import crawl, newsroom
from tests.factories import NOON, SITE, article, minutes, reading, site, visit
from tests.test_syndication import OTHER, settle

ROOT = Path(__file__).resolve().parents[1]
SHARDS = 3
ARTICLES = 160
LARGEST = 20 * 2**20


class Here:
    """A crew that is this process: chunks are served as a worker would."""

    def __init__(self, task: str, limit: float) -> None:
        module, _, function = task.partition(":")
        self._serve: Callable[[bytes], bytes] = getattr(import_module(module), function)

    def work(self, chunks: Iterable[Sequence[Any]], *, encode: Any, decode: Any, lost: Any) -> Iterator[Any]:
        for chunk in chunks:
            yield from decode(self._serve(encode(chunk)))


@contextmanager
def here(task: str, limit: float) -> Iterator[Here]:
    yield Here(task, limit)


def fill(path: Path, owns: Callable[[str], bool]) -> Path:
    """An archive of the invented articles of those sites, compared with each other."""
    with Archive.open(path, create=True) as archive, archive.writing():
        for one in sites():
            if owns(one.name):
                archive.add_site(one)
        run = archive.start_run(["kabar0.example"], NOON)
        with archive.transaction():
            for found in islice(Invention().visits(run), ARTICLES):
                if owns(found.site):
                    archive.settle(found)
        syndication.update(archive)
    return path


def shard_of(name: str) -> int:
    return int(name.removeprefix("kabar").removesuffix(".example")) % SHARDS


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One archive of everything."""
    return fill(tmp_path_factory.mktemp("whole") / "a.db", lambda name: True)


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[Source]:
    """The same articles in three."""
    folder = tmp_path_factory.mktemp("shards")
    return [
        Source(f"shard-{n:03}", fill(folder / f"shard-{n:03}.db", lambda name, n=n: shard_of(name) == n))  # type: ignore[misc]
        for n in range(SHARDS)
    ]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, shards: list[Source]) -> Path:
    """Their dataset, with the groups that go beyond a shard."""
    folder = tmp_path_factory.mktemp("lake") / "dataset"
    refresh(folder, shards)
    found = releases(shards, here, folder.with_name("scratch.db"))
    put_releases(folder, found)
    return folder


def plain(answer: Answer) -> list[tuple[Any, ...]]:
    """The rows in one order, people without the name of their shard."""
    return sorted(
        (tuple(re.sub(r"@shard-\d+$", "", v) if isinstance(v, str) else v for v in row) for row in answer.rows),
        key=repr,
    )


def alike(one: Any, two: Any) -> bool:
    """Equal; numbers but for the last digit of one that was rounded."""
    if isinstance(one, float) and isinstance(two, float):
        return math.isclose(one, two, abs_tol=0.11 if max(one, two) > 1 else 0.0011)
    return bool(one == two)


EXAMPLES = {"first_to_publish": {}, "quotes_by_speaker": {"name": "a"}, "missing_fields": {"site": "kabar3.example"}}
BOUNDED = {"roles_of_a_person", "busiest_speakers", "quotes_by_speaker"}
"""Questions that break off at so many rows, between rows that are equal in what they are sorted by."""


@pytest.mark.parametrize("name", sorted(queries().keys() - NOT_HERE.keys()))
def test_a_question_asked_of_all_shards_answers_as_one_archive_does(name: str, whole: Path, lake: Path) -> None:
    """Every question with a name that is not of the archive's inner workings gives the same rows."""
    asked = queries()[name]
    values = EXAMPLES.get(name, asked.example)
    told, held = ask(lake, name, values), ask_archive(whole, asked, values)
    assert told.columns == held.columns
    assert len(told.rows) == len(held.rows)
    if name in BOUNDED:
        return
    for one, two in zip(plain(told), plain(held), strict=True):
        assert all(map(alike, one, two)), (one, two)


@pytest.mark.parametrize("name", sorted(NOT_HERE))
def test_a_question_that_needs_the_archive_itself_says_so(name: str, lake: Path) -> None:
    """It names the reason, and asks nothing."""
    with pytest.raises(NothingDone, match="cannot be asked of a dataset"):
        ask(lake, name)


BLOCKS = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "analysts.md").read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("sql", BLOCKS)
def test_the_sql_of_the_analysts_page_runs_as_it_stands(sql: str, whole: Path, lake: Path) -> None:
    """What the page teaches of an archive can be asked of the dataset, and gives as many rows."""
    values = {"name": "a"} if ":name" in sql else {}
    with Archive.open(whole, readonly=True) as archive:
        held = archive.db.conn.execute(sql.replace(";", ""), values).fetchall()
    assert len(ask(lake, sql, values).rows) == len(held)


def test_syndication_over_all_shards_is_what_one_archive_says(whole: Path, lake: Path) -> None:
    """Origin, source, shares and what is an article's own: every row is equal."""
    sql = "SELECT article, origin, source, share, release_share, own_paragraphs, own_quotes FROM syndication ORDER BY 1"
    with Archive.open(whole, readonly=True) as archive:
        held = archive.db.conn.execute(sql).fetchall()
    told = list(ask(lake, sql).rows)
    assert told == held
    across = [row for row in told if row[2] and row[0].split(":")[1] != row[2].split(":")[1]]
    assert across


def test_numbers_and_people_of_two_shards_are_never_taken_for_one(lake: Path) -> None:
    """Article numbers are unique in the dataset; a person bears the shard that told them apart."""
    assert ask(lake, "SELECT count(*) - count(DISTINCT number) FROM articles").rows == ((0,),)
    assert ask(lake, "SELECT count(*) - count(DISTINCT id) FROM people").rows == ((0,),)
    assert ask(
        lake, "SELECT count(*) FROM quotes q ANTI JOIN people p ON p.id = q.person WHERE person NOT NULL"
    ).rows == ((0,),)


# what changes


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db", create=True) as opened_:
        opened_.add_site(site())
        run = opened_.start_run([SITE], NOON)
        for number in (1, 2, 3):
            opened_.settle(visit(run, number))
        opened_.settle(visit(run, 4, reading=reading(4, published=None)))
        yield opened_


def one(archive: Archive) -> list[Source]:
    return [Source("shard-000", archive.path)]


def files(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("[!.]*") if path.is_file()
    }


def ids(folder: Path) -> list[str]:
    return [id_ for (id_,) in ask(folder, "SELECT id FROM articles ORDER BY id").rows]


def test_without_a_change_nothing_is_written(archive: Archive, tmp_path: Path) -> None:
    """A second pass leaves every file as it was, also after a read by another; so does a change that changes nothing."""
    folder = tmp_path / "dataset"
    assert refresh(folder, one(archive)).articles == 4
    before = files(folder)
    assert refresh(folder, one(archive)).rows == 0
    assert files(folder) == before
    run = archive.start_run([SITE], NOON + minutes(5))
    archive.end_run(run, NOON + minutes(5), {})
    assert refresh(folder, one(archive)).parts_written == 0
    assert {name: at for name, at in files(folder).items() if name != "dataset.json"} == {
        name: at for name, at in before.items() if name != "dataset.json"
    }


def test_what_changed_is_written_anew_and_nothing_else(archive: Archive, tmp_path: Path) -> None:
    """An edited article's site and year is one part; that of articles without a day stays as it was."""
    folder = tmp_path / "dataset"
    refresh(folder, one(archive))
    run = archive.start_run([SITE], NOON + minutes(60))
    archive.settle(visit(run, 2, at=NOON + minutes(60), reading=reading(2, title="Jembatan Ditutup Lagi")))
    told = refresh(folder, one(archive))
    assert told.parts_written == 1
    assert {file.year for file in read_dataset(folder).files if "/g2-" in file.path} == {2026}  # type: ignore[union-attr]
    assert ask(folder, "SELECT title FROM articles WHERE title LIKE '%lagi'").rows == (("Jembatan Ditutup Lagi",),)
    assert ask(folder, "SELECT count(*) FROM revisions").rows == ((5,),)


def test_what_was_taken_out_of_the_archive_is_taken_out_of_the_dataset(archive: Archive, tmp_path: Path) -> None:
    """A purged site leaves neither rows nor, after the next change, files."""
    folder = tmp_path / "dataset"
    refresh(folder, one(archive))
    archive.add_site(site(name=OTHER, url=f"https://{OTHER}/", blog_id="7000000000000000009"))
    settle(archive, 7, "Satu dua tiga.", on=OTHER)
    archive.remove_site(SITE, purge=True, at=NOON)
    assert refresh(folder, one(archive)).parts_gone == 2
    assert ask(folder, "SELECT DISTINCT site FROM articles").rows == ((OTHER,),)
    assert ask(folder, "SELECT count(*) FROM quotes").rows == ((0,),)
    settle(archive, 8, "Empat lima enam.", on=OTHER)
    refresh(folder, one(archive))
    assert not [name for name in files(folder) if f"site={SITE}" in name]


def test_an_owners_wish_and_a_private_name_hold_here_too(archive: Archive, tmp_path: Path) -> None:
    """An article whose page opts out later goes; a child who is quoted is told by the role alone, in every table."""
    folder = tmp_path / "dataset"
    refresh(folder, one(archive))
    child = "Budi Kelana (12)"
    body = f"“Saya melihatnya,” ujar {child}, siswa SD Muara."
    run = archive.start_run([SITE], NOON + minutes(60))
    archive.settle(visit(run, 1, at=NOON + minutes(60), opt_outs=("meta robots: noarchive",)))
    quotes = (
        msgspec_replace(
            article(5).quotes[0], text="Saya melihatnya,", start=1, end=17, speaker="Budi Kelana", role="siswa"
        ),
    )
    told = reading(
        5, body=body, lead=body, quotes=quotes, event_dates=(), dateline=None, end_mark=None, end_mark_at=None
    )
    archive.settle(visit(run, 5, at=NOON + minutes(60), reading=told))
    refresh(folder, one(archive))
    assert article(1).id not in ids(folder)
    with opened(folder) as connection:
        for table in read_dataset(folder).columns:  # type: ignore[union-attr]
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
            named = [row for row in rows if "Budi Kelana" in repr(row) and body not in repr(row)]
            assert not named, table


def msgspec_replace(struct: Any, **changed: Any) -> Any:
    import msgspec

    return msgspec.structs.replace(struct, **changed)


def test_a_refresh_that_breaks_off_leaves_the_state_before(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the new files and before the manifest, the old state answers; the next pass does it and sweeps."""
    folder = tmp_path / "dataset"
    refresh(folder, one(archive))
    before = ids(folder)
    run = archive.start_run([SITE], NOON + minutes(60))
    archive.settle(visit(run, 9, at=NOON + minutes(60)))

    def killed(path: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(dataset, "write_whole", killed)
        with pytest.raises(KeyboardInterrupt):
            refresh(folder, one(archive))
    assert ids(folder) == before
    refresh(folder, one(archive))
    assert ids(folder) == [*before, article(9).id]
    known = read_dataset(folder)
    assert known is not None
    named = {file.path for file in known.files} | set(known.former)
    assert {name for name in files(folder) if name.endswith(".parquet")} == named


def test_a_first_refresh_that_breaks_off_is_begun_anew(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before there was a dataset, there is none to ask; the next pass makes it."""
    folder = tmp_path / "dataset"

    def killed(view: Any, table: str, parts: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(dataset, "rows_of_parts", killed)
        with pytest.raises(KeyboardInterrupt):
            refresh(folder, one(archive))
    with pytest.raises(NothingDone, match="fleet dataset"):
        ask(folder, "SELECT 1 AS one")
    assert refresh(folder, one(archive)).articles == 4


def test_a_site_that_moved_counts_where_it_belongs(tmp_path: Path) -> None:
    """Rows that both archives hold while a site is moved stand once, and go over when the map says so."""
    paths = [tmp_path / "0.db", tmp_path / "1.db"]
    for path in paths:
        with Archive.open(path, create=True) as archive:
            archive.add_site(site())
            archive.settle(visit(archive.start_run([SITE], NOON), 1))
    folder, home = tmp_path / "dataset", [0]
    sources = [Source(f"shard-{n:03}", path, lambda name, n=n: home[0] == n) for n, path in enumerate(paths)]  # type: ignore[misc]
    assert refresh(folder, sources).articles == 1
    home[0] = 1
    told = refresh(folder, sources)
    assert (told.articles, told.parts_written, told.parts_gone) == (1, 1, 1)
    assert ask(folder, "SELECT count(*) FROM sites").rows == ((1,),)


def test_a_folder_of_something_else_is_left_alone(archive: Archive, tmp_path: Path) -> None:
    """Neither is it written to, nor asked."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("mine")
    with pytest.raises(UsageProblem, match="something else"):
        refresh(tmp_path / "other", one(archive))
    with pytest.raises(NothingDone, match="fleet dataset"):
        ask(tmp_path / "other", "SELECT 1 AS one")


def test_sql_reads_the_dataset_and_no_other_file(archive: Archive, tmp_path: Path) -> None:
    """A file outside, an extension and a setting are refused; so is a name that nobody gave a query."""
    folder = tmp_path / "dataset"
    refresh(folder, one(archive))
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for sql in (f"SELECT * FROM '{tmp_path}/secret.csv'", "SET threads = 1", f"COPY (SELECT 1) TO '{tmp_path}/x.csv'"):
        with pytest.raises(UsageProblem):
            ask(folder, sql)
    with pytest.raises(UsageProblem, match="no query 'nothing'"):
        ask(folder, "nothing")


# WARC files


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crawled") / "a.db"
    with StandIn(newsroom(6)) as standin:
        crawl(path, standin)
    return path


@pytest.fixture(scope="module")
def warc(crawled: Path) -> Path:
    """The crawl's pages as it exports them."""
    pytest.importorskip("fastwarc", reason="FastWARC is not installed: pip install 'kliping[fleet]'")
    target = crawled.with_name("a.warc.gz")
    with Archive.open(crawled, readonly=True) as archive:
        write_warc(archive, target, Filters.asked(), at=NOON)
    return target


def read(path: Path, crawled: Path) -> list[warcs.Told]:
    with Archive.open(crawled, readonly=True) as archive:
        known = warcs.known_sites(archive)
    return list(warcs.read_files([path], here, known=known, max_bytes=LARGEST))


def test_a_record_of_a_warc_is_the_crawls(crawled: Path, warc: Path) -> None:
    """Page and feed entry from the file give the article that the crawl has, in all that the page tells."""
    with Archive.open(crawled, readonly=True) as archive:
        held = {record["id"]: record for record in archive.records()}
    told = {one.reading.article.id: warcs.record_of(one, 1) for one in read(warc, crawled) if one.reading is not None}
    of_archive = {"seq", "syndication", "site"}
    assert told.keys() == held.keys()
    for id_, record in told.items():
        differing = {key for key in record if record[key] != held[id_][key]} - of_archive
        assert not differing


@pytest.mark.parametrize("packed", [True, False])
def test_a_broken_record_costs_itself_and_is_told(crawled: Path, warc: Path, tmp_path: Path, packed: bool) -> None:
    """Bytes spoilt in the middle of one, and a file cut short: every other record is read."""
    content = bytearray(warc.read_bytes() if packed else gzip.decompress(warc.read_bytes()))
    source = tmp_path / ("a.warc.gz" if packed else "a.warc")
    source.write_bytes(content)
    at = [int(one.source.rpartition("!")[2]) for one in read(source, crawled) if one.reading is not None]
    if packed:
        content[at[2] + 200 : at[2] + 260] = bytes(60)
    else:
        content[at[2] : at[2] + 8] = b"CRAW/1.1"
    source.write_bytes(content[: at[-1] + 300])
    told = read(source, crawled)
    lost = [one for one in told if one.is_lost]
    assert sum(one.reading is not None for one in told) == 4
    assert 1 <= len(lost) <= 3
    assert all(one.reason == "damaged-file" and str(source) in (one.detail or "") for one in lost)


def test_records_stand_in_tables_with_the_exports_types(crawled: Path, warc: Path, tmp_path: Path) -> None:
    """Tables by site and year with the columns of a Parquet export; what is lost is told beside them."""
    told = records.deliver(read(warc, crawled), tmp_path / "out")
    assert (told.articles, told.lost) == (6, 0)
    with duckdb.connect(":memory:") as connection:
        source = f"read_parquet('{tmp_path}/out/articles/**/*.parquet', hive_partitioning = true)"
        types = dict(
            connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {source})").fetchall()
        )
        assert connection.execute(f"SELECT count(DISTINCT id) FROM {source}").fetchall() == [(6,)]
    assert types["published_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["labels"] == "VARCHAR[]"
    assert (tmp_path / "out.lost.jsonl").read_bytes() == b""


def test_the_single_machine_loads_none_of_it() -> None:
    """The commands of one archive import neither Dask nor DuckDB nor FastWARC."""
    program = (
        "import sys; import scraper.reextract, scraper.crew, scraper.crawl, scraper.cli.reextract, scraper.cli.dataset\n"
        "import scraper.archive.syndication\n"
        "print([name for name in ('dask', 'distributed', 'duckdb', 'fastwarc') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"
