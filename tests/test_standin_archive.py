"""An archive served as its site: the pages and the feed as they were kept, and a crawl that gives the archive again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from click.testing import CliRunner

from scraper.archive.records import Record
from scraper.archive.removal.redaction import redact
from scraper.archive.store import Archive
from scraper.cli import main
from scraper.standin import Post, StandIn
from scraper.standin.archived import standins
from tests.crawled import copied, crawl, newsroom

POSTS = 12
NOW = datetime(2026, 6, 1, tzinfo=UTC)
JUMP = "<a name='more'></a>"
WITH = frozenset({"claims", "removed", "seen"})
OF_THE_CRAWL = {"site", "url", "seq", "seen", "revision"}
"""Keys that may differ; `url` in its host alone. Of `capture` the time may differ."""


def records(path: Path) -> dict[str, Record]:
    """The whole records of an archive, by id."""
    with Archive.open(path, readonly=True) as archive:
        return {record["id"]: record for record in archive.records(with_=WITH)}


def comparable(record: Record) -> Record:
    """The record without what tells of the crawl and not of the article."""
    kept = {key: value for key, value in record.items() if key not in OF_THE_CRAWL}
    return {**kept, "path": urlsplit(record["url"]).path, "capture": record["capture"]["sha256"]}


def assert_same(first: Path, second: Path) -> None:
    one, other = records(first), records(second)
    assert one.keys() == other.keys()
    for id_, record in one.items():
        again = other[id_]
        assert list(record) == list(again)
        mine, others = comparable(record), comparable(again)
        assert {key for key in mine if mine[key] != others[key]} == set(), id_


@contextmanager
def served(path: Path) -> Iterator[tuple[StandIn, httpx.Client]]:
    (standin,) = standins(path, None, 0)
    with standin, httpx.Client(base_url=standin.url, trust_env=False) as client:
        yield standin, client


def edited(post: Post, **changes: Any) -> Post:
    later = {"updated": post.updated + timedelta(days=200), **changes}
    return msgspec.structs.replace(post, **later)


def change(path: Path, sql: str, *parameters: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, parameters)


@pytest.fixture(scope="module")
def muara(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of twelve posts, of which the first was edited and the second moved to another address."""
    path = tmp_path_factory.mktemp("standin") / "muara.db"
    room = newsroom(POSTS)
    with StandIn(room) as standin:
        crawl(path, standin)
        room.posts[0] = edited(room.posts[0], body=f"{room.posts[0].body}<p>Ralat: jumlahnya 24, bukan 42.</p>")
        room.posts[1] = edited(room.posts[1], permalink="/2025/09/alamat-baru.html")
        crawl(path, standin)
    return path


@pytest.mark.parametrize("domain", ["kabarmuara.example", "harborcourier.example"])
def test_a_crawl_of_an_archive_gives_the_archive(domain: str, tmp_path: Path) -> None:
    """Served and crawled again, a newsroom of either feed form gives the same records, key by key, claims and removals
    among them; only site, host of the address, seq and times tell of the other crawl.
    """
    with StandIn(newsroom(99, domain)) as standin:
        crawl(tmp_path / "1.db", standin)
    with served(tmp_path / "1.db") as (standin, _):
        crawl(tmp_path / "2.db", standin)

    assert len(records(tmp_path / "1.db")) == len(newsroom(99, domain).posts)
    assert_same(tmp_path / "1.db", tmp_path / "2.db")


@pytest.mark.parametrize("form", ["summary", "jump", "none"])
def test_each_form_of_feed_is_kept(form: Literal["summary", "jump", "none"], tmp_path: Path) -> None:
    """A feed that is short, cut at the jump break, or closed is served as that, and read as that again."""
    room = newsroom(POSTS)
    room.feed = form
    room.posts[0] = msgspec.structs.replace(room.posts[0], body=room.posts[0].body.replace("</p>", f"</p>{JUMP}", 1))
    with StandIn(room) as standin:
        crawl(tmp_path / "1.db", standin)
    with served(tmp_path / "1.db") as (standin, _):
        crawl(tmp_path / "2.db", standin)

    assert {record["witness"]["feed"] for record in records(tmp_path / "1.db").values()} >= {form}
    assert_same(tmp_path / "1.db", tmp_path / "2.db")


def test_a_site_of_which_little_is_known_is_served(muara: Path, tmp_path: Path) -> None:
    """Without a time zone, in a language of which the stand-in knows no words, and under https, it is served all the
    same, and its records are the same.
    """
    copy = copied(muara, tmp_path / "copy.db")
    for table, columns in {"articles": ["url"], "captures": ["url", "final_url"], "frontier": ["url"]}.items():
        for column in columns:
            here = "(SELECT rtrim(url, '/') FROM sites)"
            change(copy, f"UPDATE {table} SET {column} = replace({column}, {here}, 'https://www.contoh.example')")
    change(copy, "UPDATE sites SET zone = NULL, language = 'pt', title = NULL, feed = NULL")
    with served(copy) as (standin, _):
        crawl(tmp_path / "2.db", standin)

    assert_same(copy, tmp_path / "2.db")


def test_the_newest_state_of_an_edited_post_is_served(muara: Path, tmp_path: Path) -> None:
    """Of a post that was edited the page of its newest revision is served, and a crawl gives its newest record."""
    with served(muara) as (standin, client):
        post = next(post for post in standin.newsroom.posts if "knalpot" in post.permalink)
        page = client.get(post.permalink)
        crawl(tmp_path / "2.db", standin)

    assert "Ralat: jumlahnya 24" in page.text
    assert {record["revision"] for record in records(muara).values()} == {1, 2}
    assert_same(muara, tmp_path / "2.db")


def test_an_archive_is_crawled_again_without_a_new_revision(muara: Path, tmp_path: Path) -> None:
    """A second crawl of the same archive, served on the same port, asks for no page and finds nothing new."""
    with served(muara) as (standin, _):
        crawl(tmp_path / "2.db", standin)
        before = records(tmp_path / "2.db")
        pages = len([hit for hit in standin.log if hit.path.endswith(".html")])
        crawl(tmp_path / "2.db", standin)

        assert len([hit for hit in standin.log if hit.path.endswith(".html")]) == pages
    assert records(tmp_path / "2.db") == before


def test_pages_are_served_as_they_were_captured(muara: Path) -> None:
    """Each article's page comes byte for byte with its own content type, and a client that holds it is told so."""
    with served(muara) as (_, client), Archive.open(muara, readonly=True) as archive:
        for record in archive.records():
            answer = client.get(urlsplit(record["url"]).path)
            assert answer.content == archive.raw(record["capture"]["sha256"])
            assert answer.headers["content-type"] == "text/html; charset=UTF-8"
        again = client.get(urlsplit(record["url"]).path, headers={"If-None-Match": answer.headers["etag"]})

    assert again.status_code == 304


def test_headers_that_tell_of_the_page_are_served(muara: Path, tmp_path: Path) -> None:
    """What a server said of a page goes with it; what it said of its connection does not."""
    copy = copied(muara, tmp_path / "copy.db")
    headers = [["Content-Type", "text/html; charset=iso-8859-1"], ["X-Robots-Tag", "noarchive"], ["alt-svc", "h3"]]
    headers += [["X-Robots-Tag", "otherbot: all"], ["last-modified", "yesterday"]]
    change(copy, "UPDATE captures SET headers = ?", msgspec.json.encode(headers).decode())

    with served(copy) as (standin, client):
        answer = client.get(standin.newsroom.posts[0].permalink)

    assert answer.headers["content-type"] == "text/html; charset=iso-8859-1"
    assert answer.headers.get_list("x-robots-tag") == ["noarchive", "otherbot: all"]
    assert answer.headers["last-modified"] != "yesterday"
    assert "alt-svc" not in answer.headers


def test_an_old_address_leads_to_todays(muara: Path) -> None:
    """The address a post had before it moved redirects to where it stands; the feed names today's alone."""
    with served(muara) as (standin, client):
        old = next(path for path in standin.newsroom.moved if "jemaah" in path)  # type: ignore[attr-defined]
        answer = client.get(old)
        links = client.get("/feeds/posts/summary?alt=json").text

    assert answer.status_code == 301
    assert answer.headers["location"] == f"{standin.url}/2025/09/alamat-baru.html"
    assert "alamat-baru.html" in links
    assert old not in links


def test_a_gone_post_is_missing_everywhere(muara: Path, tmp_path: Path) -> None:
    """A post that is gone answers 404 and stands in neither feed nor sitemap; one that is suspect still does."""
    copy = copied(muara, tmp_path / "copy.db")
    with Archive.open(muara, readonly=True) as archive:
        gone, suspect = (urlsplit(record["url"]).path for record in list(archive.records())[2:4])
    change(copy, "UPDATE articles SET status = 'gone' WHERE url LIKE ?", f"%{gone}")
    change(copy, "UPDATE articles SET status = 'suspect' WHERE url LIKE ?", f"%{suspect}")

    with served(copy) as (_, client):
        answer, kept = client.get(gone), client.get(suspect)
        lists = [client.get(path).text for path in ("/feeds/posts/summary?alt=json", "/sitemap.xml")]

    assert (answer.status_code, kept.status_code) == (404, 200)
    for text in lists:
        assert gone not in text
        assert suspect in text


def test_what_is_redacted_while_it_is_served_is_gone_at_once(muara: Path, tmp_path: Path) -> None:
    """An article taken out of the archive is served no more, by no address, though the server goes on."""
    copy = copied(muara, tmp_path / "copy.db")
    with served(copy) as (standin, client):
        post = standin.newsroom.posts[0]
        alone = f"/feeds/posts/default/{post.post_id}?alt=json"
        assert (client.get(post.permalink).status_code, client.get(alone).status_code) == (200, 200)
        with Archive.open(copy) as archive, archive.writing():
            redact(archive, f"blogger:{standin.newsroom.blog_id}:{post.post_id}", reason="asked for", at=NOW)

        assert (client.get(post.permalink).status_code, client.get(alone).status_code) == (404, 404)
        told = feed(client, "max-results=25", "default")
    assert len(told["entry"]) == POSTS - 1
    assert post.title not in str(told)


def feed(client: httpx.Client, query: str, form: str = "summary") -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/feeds/posts/{form}?alt=json&{query}").json()["feed"]
    return found


def test_the_feed_has_pages_order_and_windows(muara: Path) -> None:
    """The feed tells its total, gives pages, and in the order of updates only those since a moment."""
    with served(muara) as (_, client):
        first = feed(client, "max-results=5")
        last = feed(client, "max-results=5&start-index=11")
        since = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
        updated = feed(client, f"orderby=updated&updated-min={since.replace('+', '%2B')}")

    assert first["openSearch$totalResults"]["$t"] == str(POSTS)
    assert (len(first["entry"]), len(last["entry"])) == (5, 2)
    published = [entry["published"]["$t"] for entry in first["entry"] + last["entry"]]
    assert published == sorted(published, reverse=True)
    assert len(updated["entry"]) == 2


def test_the_feed_says_what_the_kept_entries_say(muara: Path) -> None:
    """Entries repeat the site's own feed word for word: times with their offset, labels, author, text in full."""
    with served(muara) as (_, client), StandIn(newsroom(POSTS)) as standin:
        kept = {entry["id"]["$t"]: entry for entry in feed(client, "max-results=25", "default")["entry"]}
        theirs = httpx.get(f"{standin.url}/feeds/posts/default?alt=json&max-results=25", trust_env=False).json()
    untouched = [entry for entry in theirs["feed"]["entry"] if entry["updated"] == kept[entry["id"]["$t"]]["updated"]]

    assert len(untouched) == POSTS - 2
    for entry in untouched:
        same = kept[entry["id"]["$t"]]
        for name in ("published", "updated", "category", "title", "content"):
            assert same.get(name) == entry.get(name), name
        assert same["author"][0]["name"] == entry["author"][0]["name"]


def test_robots_txt_is_the_kept_one(muara: Path) -> None:
    """The site's own rules are served as they were kept, opt-outs among them."""
    with Archive.open(muara, readonly=True) as archive:
        (sha256,) = archive.db.conn.execute(
            "SELECT sha256 FROM captures WHERE url LIKE '%/robots.txt' ORDER BY id DESC LIMIT 1"
        ).fetchone()
        robots = archive.raw(sha256)

    with served(muara) as (_, client):
        assert client.get("/robots.txt").content == robots


def test_a_damaged_page_is_told(muara: Path, tmp_path: Path) -> None:
    """A page whose bytes cannot be had back is a server's error that names them; the others are served."""
    copy = copied(muara, tmp_path / "copy.db")
    with Archive.open(muara, readonly=True) as archive:
        first, second = (record for record in list(archive.records())[:2])
    change(copy, "UPDATE blobs SET data = x'00' WHERE sha256 = ?", second["capture"]["sha256"])

    with served(copy) as (_, client):
        broken, whole = (client.get(urlsplit(one["url"]).path) for one in (second, first))

    assert broken.status_code == 500
    assert second["capture"]["sha256"] in broken.text
    assert whole.status_code == 200


def test_each_site_has_a_port(tmp_path: Path) -> None:
    """Two newsrooms in one archive are two servers; each lists its own posts, and one can be asked for alone."""
    path = tmp_path / "two.db"
    for domain in ("kabarmuara.example", "harborcourier.example"):
        with StandIn(newsroom(3, domain)) as standin:
            crawl(path, standin)
            change(path, "UPDATE sites SET removed_at = ?", "2026-01-01T00:00:00Z")
    change(path, "UPDATE sites SET removed_at = NULL")

    both = standins(path, None, 0)
    with both[0], both[1]:
        paths = [{post.permalink for post in one.newsroom.posts} for one in both]
        assert both[0].port != both[1].port
        assert httpx.get(both[1].url + max(paths[0]), trust_env=False).status_code == 404
    (one,) = standins(path, both[1].newsroom.domain, 0)
    assert {post.permalink for post in one.newsroom.posts} == paths[1]
    assert [one.port for one in standins(path, None, 8100)] == [8100, 8101]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--db", "{muara}", "--newsroom", "kabarmuara.example"), 2, "give one of them"),
        (("--site", "example.com"), 2, "--db"),
        (("--db", "{muara}", "--site", "example.com"), 3, "knows no site 'example.com'"),
        (("--db", "nowhere.db"), 3, "There is no archive at nowhere.db"),
    ],
)
def test_what_cannot_be_served_is_a_sentence(muara: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    """A wrong request ends with a sentence and its exit code."""
    told = CliRunner().invoke(main, ["standin", *(argument.format(muara=muara) for argument in arguments)])

    assert told.exit_code == code
    assert said in told.output
