"""From an address to a fixture and a site module, as a person does it on the command line."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractors import FeedEntry, Page, read
from scraper.standin import StandIn
from tests.test_cli import kliping, short_newsroom

POST = "batang-lembayung-meluap-enam-desa"


@pytest.fixture(scope="module")
def muara() -> Iterator[StandIn]:
    with StandIn(short_newsroom()) as standin:
        yield standin


def address(standin: StandIn, slug: str = POST) -> str:
    (post,) = (post for post in standin.newsroom.posts if post.slug == slug)
    return standin.url + standin.newsroom.path(post)


def recorded(muara: StandIn, into: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return kliping("record", address(muara), "--into", into, "--allow-loopback", "--delay", "0", *options)


def test_adding_a_site_tells_field_by_field_what_its_newest_posts_gave(muara: StandIn, tmp_path: Path) -> None:
    """`sites add` reads five posts, page beside feed, and names each field, how often it was found, and where."""
    told = kliping("sites", "add", muara.url, "--allow-loopback", "--delay", "0", "--db", tmp_path / "a.db")

    assert told.returncode == 0, told.stderr
    for field in ("title", "dateline", "published", "labels", "quotes"):
        assert any(line.split()[:1] == [field] for line in told.stdout.splitlines()), told.stdout
    assert "5/5" in told.stdout
    assert "kompaz" in told.stdout


def test_a_post_becomes_a_fixture_that_describes_it(muara: StandIn, tmp_path: Path) -> None:
    """Page, feed entry and expectations land in a folder named for domain, day and slug; the body is not in them."""
    told = recorded(muara, tmp_path)

    assert told.returncode == 0, told.stderr
    (folder,) = (path.parent for path in tmp_path.rglob("page.html"))
    wanted = json.loads((folder / "expected.json").read_text("utf-8"))
    entry = json.loads((folder / "entry.json").read_text("utf-8"))
    html = (folder / "page.html").read_text("utf-8")
    (post,) = (post for post in muara.newsroom.posts if post.slug == POST)
    assert folder.name == f"2025-11-14-{POST}"
    assert str(folder) in told.stdout
    assert (wanted["title"], wanted["theme"], wanted["post_id"]) == (post.title, "kompaz", post.post_id)
    assert entry["post_id"] == post.post_id
    assert post.expect is not None
    assert wanted["body"]["paragraphs"] == post.expect.paragraphs
    assert wanted["body"]["starts"].startswith(post.expect.starts[:20])
    assert wanted["body"]["words"]["from"] <= read(page(html, wanted["url"], entry)).article.word_count
    assert len(json.dumps(wanted)) < len(html)


def page(html: str, url: str, entry: dict[str, object]) -> Page:
    import msgspec

    return Page(url=url, html=html, entry=msgspec.convert(entry, FeedEntry))


def test_what_a_person_corrected_is_never_overwritten(muara: StandIn, tmp_path: Path) -> None:
    """A second recording of the same post is refused and leaves the folder as it is."""
    recorded(muara, tmp_path)
    (expected,) = tmp_path.rglob("expected.json")
    expected.write_text("dibaca orang")

    again = recorded(muara, tmp_path)

    assert again.returncode == 2
    assert str(expected.parent) in again.stderr
    assert expected.read_text() == "dibaca orang"


def test_a_site_module_is_drafted_from_the_newest_posts(muara: StandIn, tmp_path: Path) -> None:
    """With `--site-module` the source of a module is printed: it is Python, and names domain, language, zone and theme."""
    told = recorded(muara, tmp_path, "--site-module")

    assert told.returncode == 0, told.stderr
    ast.parse(told.stdout)
    for part in (
        "SITE = register(",
        'language="id"',
        'zone="Asia/Jakarta"',
        "kompaz.LAYOUT",
        "127.0.0.1",
    ):
        assert part in told.stdout


@pytest.mark.parametrize(
    ("path", "code", "sentence"),
    [
        ("/", 1, "is no post"),
        ("/2025/11/tidak-ada.html", 3, "cannot be recorded"),
        ("/p/redaksi.html", 1, "is no post"),
    ],
)
def test_what_is_no_post_is_not_recorded(muara: StandIn, tmp_path: Path, path: str, code: int, sentence: str) -> None:
    """A home page, a missing page and a static page each get a sentence, and no folder is made."""
    told = kliping("record", muara.url + path, "--into", tmp_path, "--allow-loopback", "--delay", "0")

    assert (told.returncode, told.stdout) == (code, "")
    assert sentence in told.stderr
    assert list(tmp_path.iterdir()) == []
