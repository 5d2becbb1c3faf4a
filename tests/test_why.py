"""The whole story of an address, as `kliping why` tells it, and the receipts that `kliping status --run` shows."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scraper.archive.sites.listings import Listed
from scraper.archive.sites.receipts import HostReceipt
from scraper.archive.store import Archive
from scraper.cli import main
from scraper.cli.why import events
from scraper.frontier import discovered, listed
from tests.factories import NOON, SITE, capture, entry, failed, missed, post_url, reading, site, visit

DAY = timedelta(days=1)
ID = reading().article.id


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A post that was read, edited, missed, and that is opted out of; another that a sitemap named."""
    path = tmp_path / "a.db"
    with Archive.open(path, create=True) as archive:
        archive.add_site(site())
        discovered(archive, SITE, [entry()], NOON)
        listed(archive, SITE, [(post_url(7), "2026-03-02")], NOON)
        archive.settle(visit(archive.start_run([SITE], NOON), entry_updated=entry().updated))
        at = NOON + DAY
        edited = {"reading": reading(title="Judul Baru"), "capture": capture(body=b"<html>baru</html>", at=at)}
        archive.settle(visit(archive.start_run([SITE], at), at=at, opt_outs=("x-robots-tag: noarchive",), **edited))
        archive.settle(missed(archive.start_run([SITE], NOON + 2 * DAY), at=NOON + 2 * DAY))
        archive.settle(failed(3, 7, at=NOON + 2 * DAY))
        archive.keep_receipt(3, HostReceipt(host=SITE, requests=41, smallest_gap=2.03, bytes=4096, robots="ab" * 32))
    return path


def kliping(db: Path, *arguments: str) -> Any:
    return CliRunner().invoke(main, [*arguments, "--db", str(db)], prog_name="kliping")


def test_why_tells_the_whole_story(db: Path) -> None:
    """Who named it and when, each visit with verdict and reason, captures, revisions, states, and what comes next."""
    story = json.loads(kliping(db, "why", post_url(1), "--json").stdout)

    assert (story["found_by"], story["found_at"]) == ("feed", "2026-03-02T12:00:00Z")
    assert [(one["run"], one["outcome"], one["reason"], one["status"]) for one in story["visits"]] == [
        (1, "new", "ok", 200),
        (2, "changed", "ok", 200),
        (3, "gone", "http-404", 404),
    ]
    assert len(story["captures"]) == 2
    assert [one["revision"] for one in story["revisions"]] == [1, 2]
    assert [(one["was"], one["status"], one["reason"]) for one in story["states"]] == [("live", "suspect", "http-404")]
    assert (story["article"]["status"], story["article"]["opted_out"]) == ("suspect", ["x-robots-tag: noarchive"])
    assert story["due_at"] == "2026-03-05T12:00:00Z"
    assert "missing once" in story["due_why"]


def test_why_says_it_in_the_order_in_which_it_happened(db: Path) -> None:
    """A line an event, by time, then when the address is due and why; the reason stands there in words."""
    told = kliping(db, "why", post_url(1)).stdout
    with Archive.open(db, readonly=True) as archive:
        story = archive.story(post_url(1))

    assert story is not None
    times = [at for at, _ in events(story)]
    assert times == sorted(times)
    assert "run 3: gone (404), http-404: the server answered 404 Not Found" in told
    assert told.splitlines()[-1].startswith("due at 2026-03-05T12:00:00Z: missing once")


@pytest.mark.parametrize("key", [post_url(1), post_url(1) + "?m=1#komentar", ID])
def test_an_address_is_found_however_it_is_written(db: Path, key: str) -> None:
    """With a mobile parameter and a fragment, or by the article's id, the story is the same."""
    assert json.loads(kliping(db, "why", key, "--json").stdout)["url"] == post_url(1)


def test_an_address_that_was_never_read_has_a_story_too(db: Path) -> None:
    """One that a sitemap named and that failed is due in the next run, and says so."""
    story = json.loads(kliping(db, "why", post_url(7), "--json").stdout)

    assert (story["found_by"], story["article"], story["captures"]) == ("sitemap", None, [])
    assert "its last visit failed (timeout)" in story["due_why"]


def test_the_lists_that_name_an_address_are_told(db: Path) -> None:
    """Each list of the site that names it, with the time of the last; the first tells who found it."""
    with Archive.open(db) as archive:
        listing = archive.listings.begin(SITE, NOON + DAY)
        named = [Listed(source="pages", url=post_url(7)), Listed(source="feed", url=post_url(1))]
        archive.listings.note(SITE, listing, named, NOON + DAY)

    story = json.loads(kliping(db, "why", post_url(7), "--json").stdout)

    assert story["found_by"] == "pages"
    assert story["named_by"] == [{"source": "pages", "seen_at": "2026-03-03T12:00:00Z"}]
    assert "last named by the pages" in kliping(db, "why", post_url(7)).stdout


def test_an_address_nobody_named_is_no_story(db: Path) -> None:
    """Exit code 3 and a sentence for what the archive never heard of."""
    told = kliping(db, "why", "https://lain.example/x.html")

    assert told.exit_code == 3
    assert "https://lain.example/x.html" in told.stderr


def test_status_of_a_run_shows_its_manners(db: Path) -> None:
    """One row a host for people, the same as JSON for programs; a run that is not known is told."""
    shown = kliping(db, "status", "--run", "3").stdout
    told = json.loads(kliping(db, "status", "--run", "3", "--json").stdout)

    assert SITE in shown
    assert "2.03 s" in shown
    assert told["run"] == 3
    assert (told["hosts"][0]["requests"], told["hosts"][0]["robots"]) == (41, "ab" * 32)
    assert kliping(db, "status", "--run", "9").exit_code == 3


def test_show_and_search_keep_what_is_opted_out(db: Path) -> None:
    """Neither shows text, page or edits, unless told to; the sentence says what the owner asks and what to do."""
    shown = json.loads(kliping(db, "show", ID, "--json").stdout)
    whole = json.loads(kliping(db, "show", ID, "--json", "--include-opted-out").stdout)
    raw = kliping(db, "show", ID, "--raw")
    (hit,) = json.loads(kliping(db, "search", "terapung", "--json").stdout)

    assert (shown["body"], shown["opted_out"]) == ("", ["x-robots-tag: noarchive"])
    assert "terapung" in whole["body"]
    assert raw.exit_code == 3
    assert "--include-opted-out" in raw.stderr
    assert kliping(db, "show", ID, "--raw", "--include-opted-out").stdout == "<html>baru</html>"
    assert (hit["opted_out"], hit["snippet"]) == (True, "")


def test_export_says_what_was_included(db: Path, tmp_path: Path) -> None:
    """The file lacks the text by default; the manifest of one that has it says so."""
    for option, body in ((), ""), (("--include-opted-out",), "Jembatan"):
        target = tmp_path / "out.jsonl"
        assert kliping(db, "export", "-o", str(target), *option).exit_code == 0
        assert json.loads(target.read_text("utf-8"))["body"].startswith(body)
        manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text("utf-8"))
        assert manifest["filters"]["include_opted_out"] == bool(option)
