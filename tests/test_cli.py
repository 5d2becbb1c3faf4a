"""The command as a person uses it: what it prints, how it ends, and what it says when it cannot."""

from __future__ import annotations

import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from scraper.standin import Newsroom, StandIn, fixtures_dir
from scraper.standin.site import Site

ROOT = Path(__file__).resolve().parents[1]
POST = "batang-lembayung-meluap-enam-desa"


def kliping(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KLIPING_")}
    told = subprocess.run(
        [sys.executable, "-m", "scraper", *map(str, arguments)],
        cwd=ROOT, env={**clean, **environment}, input=stdin, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    return subprocess.CompletedProcess(told.args, told.returncode, told.stdout.decode(), told.stderr.decode())


def short_newsroom() -> Newsroom:
    newsroom = Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")
    newsroom.posts[:] = [post for post in newsroom.posts if post.published.month == 11]
    return newsroom


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Newsroom]:
    """An archive made by the commands themselves: sites add, crawl."""
    db = tmp_path_factory.mktemp("cli") / "a.db"
    newsroom = short_newsroom()
    with StandIn(newsroom) as standin:
        added = kliping("sites", "add", standin.url, "--allow-loopback", "--delay", "0", "--db", db)
        assert added.returncode == 0, added.stderr
        assert "44 posts" not in added.stdout
        assert f"{len(newsroom.posts)} posts" in added.stdout
        done = kliping("crawl", "--db", db)
        assert done.returncode == 0, done.stderr
        assert f"{len(newsroom.posts)} new" in done.stderr
        again = kliping("crawl", "--db", db)
        assert "no article written" in again.stderr
    return db, newsroom


def page(folder: Path) -> Path:
    newsroom = Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")
    (post,) = (post for post in newsroom.posts if post.slug == POST)
    body = Site(newsroom, "https://www.kabarmuara.example").answer(newsroom.path(post)).body
    path = folder / "page.html.gz"
    path.write_bytes(gzip.compress(body.encode() if isinstance(body, str) else body))
    return path


def test_help_names_every_command() -> None:
    """`kliping --help` lists the commands and the exit codes; each command has help of its own."""
    told = kliping("--help")

    assert told.returncode == 0
    assert "Exit codes: 0 done" in told.stdout
    for command in (
        "demo",
        "sites",
        "crawl",
        "extract",
        "quotes",
        "export",
        "search",
        "show",
        "status",
        "standin",
        "verify",
    ):
        assert command in told.stdout
        assert kliping(command, "--help").returncode == 0


def test_search_show_and_status_tell_what_was_archived(crawled: tuple[Path, Newsroom]) -> None:
    """What a crawl archived can be found by a word, shown in full with its receipts, and counted."""
    db, newsroom = crawled
    (hit, *_) = json.loads(kliping("search", "meluap", "--db", db, "--json").stdout)
    shown = kliping("show", hit["url"], "--db", db)
    record = json.loads(kliping("show", hit["id"], "--db", db, "--json", "--claims", "--removed").stdout)
    counts = json.loads(kliping("status", "--db", db, "--json").stdout)

    assert POST in hit["url"]
    assert hit["title"] in shown.stdout
    assert "Quotes" in shown.stdout
    assert record["claims"]["published"][0]["chosen"]
    assert {"rule": "ad-placeholder", "text": "masukkan script iklan disini"} in record["removed"]
    assert counts["articles"] == len(newsroom.posts)
    assert kliping("search", "tidakadakataini", "--db", db).stdout.strip() == "Nothing found."
    assert kliping("show", hit["id"], "--raw", "--db", db).stdout.lstrip().startswith("<!DOCTYPE html")


def test_export_writes_records_and_a_manifest(crawled: tuple[Path, Newsroom], tmp_path: Path) -> None:
    """A file gets one record a line and a manifest that counts them; without a file the lines go to stdout."""
    db, newsroom = crawled
    target = tmp_path / "out.jsonl"

    told = kliping("export", "-o", target, "--format", "jsonl", "--db", db)

    lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text("utf-8"))
    assert told.returncode == 0
    assert len(lines) == manifest["count"] == len(newsroom.posts)
    assert lines[0]["schema"] == "kliping.article/1"
    assert kliping("export", "--db", db).stdout == target.read_text("utf-8")
    later = kliping("export", "--since", str(manifest["last_seq"]), "--db", db)
    assert (later.returncode, later.stdout) == (0, "")


def test_sites_are_listed_shown_and_removed(crawled: tuple[Path, Newsroom]) -> None:
    """A newsroom's facts are told; one removed is no longer crawled while its articles stay."""
    db, newsroom = crawled
    (site,) = json.loads(kliping("sites", "list", "--db", db, "--json").stdout)

    shown = kliping("sites", "show", site["name"], "--db", db)
    unknown = kliping("sites", "show", "nowhere.example", "--db", db)

    assert (site["title"], site["zone"], site["feed"]) == ("Kabar Muara", "Asia/Jakarta", "full")
    assert newsroom.blog_id in shown.stdout
    assert unknown.returncode == 3
    assert "nowhere.example" in unknown.stderr


def test_verify_finds_a_sound_archive_sound_and_a_tampered_one_not(
    crawled: tuple[Path, Newsroom], tmp_path: Path
) -> None:
    """`verify` passes what the crawl wrote, names what was changed behind its back, and `--digest` is one sha256."""
    db, _ = crawled
    copy = tmp_path / "copy.db"
    with sqlite3.connect(db) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    digest = kliping("verify", "--digest", "--db", copy).stdout.strip()
    target.execute("UPDATE quotes SET text = 'lain' WHERE rowid = (SELECT min(rowid) FROM quotes)")
    target.commit()
    target.close()

    told = kliping("verify", "--db", copy)

    assert kliping("verify", "--db", db).returncode == 0
    assert len(digest) == 64
    assert digest == kliping("verify", "--digest", "--db", db).stdout.strip()
    assert told.returncode == 1
    assert "the quote at" in told.stdout


def test_extract_reads_a_file_a_folder_standard_input_and_a_batch(tmp_path: Path) -> None:
    """The same page gives the same record whichever way it is handed over; the order of a batch is kept."""
    path = page(tmp_path)
    url = f"https://www.kabarmuara.example/2025/11/{POST}.html"
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\n".join(json.dumps(line) for line in ({"path": "empty.html"}, {"path": path.name, "url": url})))
    (tmp_path / "empty.html").write_bytes(b"")

    alone = json.loads(kliping("extract", path, "--url", url).stdout)
    piped = json.loads(kliping("extract", "-", "--url", url, stdin=gzip.decompress(path.read_bytes())).stdout)
    batched = [json.loads(line) for line in kliping("extract", "--batch", batch).stdout.splitlines()]
    folder = [json.loads(line) for line in kliping("extract", tmp_path).stdout.splitlines()]

    assert alone["url"] == url
    assert {**piped, "input": alone["input"]} == alone
    assert [line["input"] for line in batched] == ["empty.html", "page.html.gz"]
    assert batched[0]["reason"] == "not-html"
    assert {**batched[1], "input": alone["input"]} == alone
    assert [line.get("title") for line in folder] == [None, alone["title"]]


def test_explain_prints_the_contest(tmp_path: Path) -> None:
    """`--explain` shows which claim won each field and which lost."""
    told = kliping("extract", page(tmp_path), "--explain")

    assert told.returncode == 0
    assert "layout:kompaz" in told.stdout
    assert "won" in told.stdout
    assert "lost" in told.stdout


def test_quotes_reads_text_and_batches(tmp_path: Path) -> None:
    """Plain text gives one object with offsets into the text as given; a batch keeps ids and order."""
    text = 'Sungai Merbau, KM - "Air sudah surut," ujar Lurah Sungai Merbau, Ratna Dewi, Senin (2/3).\n\n(rdn)'
    batch = tmp_path / "texts.jsonl"
    batch.write_text(
        "\n".join(json.dumps({"id": name, "text": text, "published": "2026-03-03 10:00:00"}) for name in "ab")
    )

    found = json.loads(kliping("quotes", "-", "--lang", "id", "--published", "2026-03-03", stdin=text.encode()).stdout)
    lines = [json.loads(line) for line in kliping("quotes", "--batch", batch).stdout.splitlines()]

    (quote,) = found["quotes"]
    assert text[quote["start"] : quote["end"]] == quote["text"] == "Air sudah surut,"
    assert quote["speaker"] == "Ratna Dewi"
    assert found["event_dates"][0]["date"] == "2026-03-02"
    assert [line["id"] for line in lines] == ["a", "b"]
    assert {key: value for key, value in lines[0].items() if key != "id"} == found


def test_quotes_can_be_explained() -> None:
    """`--explain` shows span, sieve and rivals of each quote and what in marks is no speech; with --json as data."""
    text = b'Lomba bertema "Sungai Kita" dibuka Camat Imran Rosidi. "Ayo turun," ajak Lurah Ratna Dewi.'

    told = kliping("quotes", "-", "--explain", stdin=text)
    plain = json.loads(kliping("quotes", "-", "--explain", "--json", stdin=text).stdout)

    assert told.returncode == 0
    assert "Ratna Dewi, Lurah" in told.stdout
    assert "rivals: Imran Rosidi" in told.stdout
    (quote,) = plain["quotes"]
    assert (quote["speaker"], quote["sieve"], quote["rivals"]) == ("Ratna Dewi", "name_beside", ["Imran Rosidi"])
    assert f"{quote['start']}–{quote['end']}" in told.stdout
    assert quote["meaning"] in told.stdout
    assert [(one["text"], one["reason"]) for one in plain["apart"]] == [("Sungai Kita", "announced")]
    assert "announced as a title" in told.stdout


def test_a_language_without_lexicon_is_refused() -> None:
    """`--lang` names the languages there are."""
    told = kliping("quotes", "-", "--lang", "xx", stdin=b"Halo.")
    assert told.returncode == 2
    assert "en, id" in told.stderr


def test_the_demo_does_the_whole_job(tmp_path: Path) -> None:
    """`kliping demo` crawls both newsrooms and prints a table, one record with its quotes, a story that was edited in a
    reader's terms, a press release and its copy, who is quoted most, and commands to copy.
    """
    told = kliping("demo", "--db", tmp_path / "demo.db")

    assert told.returncode == 0, told.stderr
    assert "Kabar Muara" in told.stdout
    assert "Harbor Courier" in told.stdout
    assert "dateline:" in told.stdout
    assert "\nNext\n" in told.stdout
    assert "number: 23 → 19" in told.stdout
    assert "headline (softened): " in told.stdout
    assert re.search(r"The Harbor Courier +origin.*Kabar Muara +8\d% +1 ", told.stdout, re.DOTALL)
    assert "Kapolres Muara Lembayung" in told.stdout.partition("Quoted most")[2]
    assert len([line for line in told.stdout.splitlines() if str(tmp_path / "demo.db") in line]) == 6
    assert "0.05 s" in told.stderr


BAD = [
    (("extract", "nowhere.html"), 2, "nowhere.html"),
    (("extract",), 2, "Name one page"),
    (("extract", "--batch", "nowhere.jsonl"), 2, "nowhere.jsonl"),
    (("crawl", "--db", "nowhere/a.db"), 3, "There is no archive"),
    (("export", "--since", "kemarin"), 2, "neither a whole number nor an ISO date"),
    (("export", "--with", "semua"), 2, "'semua' is not among"),
    (("sites", "add", "ftp://kabar.example/"), 2, "no web address"),
    (("standin", "--newsroom", "nowhere.example"), 2, "kabarmuara.example"),
    (("search", "x", "--db", "pyproject.toml"), 3, "not an SQLite database"),
]


@pytest.mark.parametrize(("arguments", "code", "sentence"), BAD)
def test_bad_input_gets_one_sentence_and_its_exit_code(
    arguments: tuple[str, ...], code: int, sentence: str, tmp_path: Path
) -> None:
    """A mistake is answered on stderr with what is wrong and what to do, never with a traceback."""
    arguments = (*arguments, "--db", str(tmp_path / "a.db")) if arguments[:2] == ("sites", "add") else arguments
    told = kliping(*arguments)

    assert told.returncode == code
    assert sentence in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""


def test_a_page_without_an_article_is_told_with_its_reason(tmp_path: Path) -> None:
    """A single file that holds no article ends with exit code 1 and the reason, an empty or binary one likewise."""
    home = tmp_path / "home.html"
    home.write_text("<html><body>_SetDataContext([{'data': {'pageType': 'index'}}])</body></html>")
    picture = tmp_path / "picture.html"
    picture.write_bytes(bytes(range(256)) * 20)

    told = [kliping("extract", path) for path in (home, picture)]

    assert [one.returncode for one in told] == [1, 1]
    assert "(not-an-article)" in told[0].stderr
    assert all("Traceback" not in one.stderr for one in told)


def test_a_site_that_is_no_blog_and_a_host_that_is_no_host_are_refused(tmp_path: Path) -> None:
    """An address that answers without being Blogger, and one whose name does not resolve, each get a sentence and 3."""
    db = tmp_path / "a.db"
    lost = kliping("sites", "add", "http://no-such-host.invalid/", "--db", db, KLIPING_CONTACT="desk@kabar.example")
    unasked = kliping("sites", "add", "https://kabar.example/", "--db", db)

    assert lost.returncode == 3
    assert "no-such-host.invalid" in lost.stderr
    assert unasked.returncode in {2, 3}
    assert "KLIPING_CONTACT" in unasked.stderr


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """A database that is not ours, and one that a newer Kliping wrote, are refused and not touched."""
    foreign, newer = tmp_path / "foreign.db", tmp_path / "newer.db"
    with sqlite3.connect(foreign) as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    before = foreign.read_bytes()
    assert kliping("sites", "list", "--db", newer).returncode == 3
    assert not newer.exists()

    told = kliping("sites", "add", "https://kabar.example/", "--db", foreign, KLIPING_CONTACT="desk@kabar.example")

    assert told.returncode == 3
    assert "another program's database" in told.stderr
    assert foreign.read_bytes() == before


def test_the_demo_replaces_nothing_but_a_demo(tmp_path: Path) -> None:
    """A file that is no archive, or an archive of real newsrooms, is not what the demo may replace."""
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("bab satu")

    told = kliping("demo", "--db", thesis)

    assert told.returncode == 3
    assert thesis.read_text() == "bab satu"


def test_a_reader_that_has_enough_is_no_failure(crawled: tuple[Path, Newsroom]) -> None:
    """`kliping export | head` ends quietly."""
    db, _ = crawled
    program = f"{sys.executable} -m scraper export --with claims,removed --db {db} | head -c 10"

    told = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {program}"], cwd=ROOT, capture_output=True, timeout=60, check=False
    )

    assert told.returncode == 0
    assert told.stderr == b""


def test_what_a_site_calls_itself_is_no_markup(crawled: tuple[Path, Newsroom], tmp_path: Path) -> None:
    """Brackets in titles are printed as they are."""
    db, _ = crawled
    copy = tmp_path / "copy.db"
    with sqlite3.connect(db) as source, sqlite3.connect(copy) as target:
        source.backup(target)
        target.execute("UPDATE sites SET title = 'Kabar [/b] Muara [FOTO]'")
    source.close()
    target.close()

    told = kliping("sites", "list", "--db", copy)

    assert told.returncode == 0
    assert "[FOTO]" in told.stdout
