"""A post recorded, its site's module drafted, and the guide that leads from one to the other, its commands run."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from extractors import Article, FeedEntry, Page, registry
from extractors.model import Dateline, Quote
from extractors.prose.dateline import find_dateline, style
from scraper.errors import KlipingError, NotBlogger, UsageProblem
from scraper.recording import Recorded, describe, record
from scraper.site_module import learn_style, module_path, site_module
from scraper.standin import Newsroom, StandIn, fixtures_dir
from scraper.standin.site import Site as Served
from scraper.survey import Sample, conclude
from tests import factories
from tests.canned import Reply, Web, html, typed

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "adding-a-site.md"
HOME = "https://www.kabarmuara.example"
SLUG = "polres-muara-lembayung-sita-42-knalpot"
POST = f"{HOME}/2025/09/{SLUG}.html"


def newsroom() -> Newsroom:
    return Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")


def web(places: dict[str, Reply] | None = None) -> Web:
    """One post of the invented newsroom at its own address, with its feed entry; `places` adds or replaces."""
    room = newsroom()
    site = Served(room, HOME)
    (post,) = (post for post in room.posts if post.slug == SLUG)
    alone = f"/feeds/posts/default/{post.post_id}"
    there = {
        POST: html(site.answer(room.path(post)).body),
        alone: typed("application/json", site.answer(f"{alone}?alt=json").body),
    }
    return Web({**there, **(places or {})})


def recorded(into: Path, there: Web | None = None, url: str = POST) -> Recorded:
    async def ask() -> Recorded:
        async with (there or web()).fetcher() as fetcher:
            return await record(fetcher, url, into, delay=0)

    return asyncio.run(ask())


def described(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    return told


def test_a_recording_costs_two_requests_and_keeps_both_witnesses(tmp_path: Path) -> None:
    """The page as it was read and the feed entry as it was parsed, under site, day and slug."""
    there = web()

    found = recorded(tmp_path, there)

    entry = msgspec.json.decode((found.folder / "entry.json").read_bytes(), type=FeedEntry)
    assert found.folder == tmp_path / "kabarmuara.example" / f"2025-09-02-{SLUG}"
    assert (found.folder / "page.html").read_text("utf-8") == found.page.html
    assert entry == found.page.entry
    assert len(there.pages()) == 2


def test_what_a_person_corrected_once_is_still_what_is_written(tmp_path: Path) -> None:
    """The committed fixture of this post and a new recording say the same, the time of fetching aside."""
    committed = fixtures_dir() / "pages" / "kabarmuara.example" / f"2025-09-02-{SLUG}"

    assert {**described(recorded(tmp_path).folder), "fetched_at": ""} == {**described(committed), "fetched_at": ""}


def test_the_description_never_holds_the_body(tmp_path: Path) -> None:
    """No eight words of the story stand in a row in expected.json."""
    found = recorded(tmp_path)

    told = (found.folder / "expected.json").read_text("utf-8")

    words = found.article.body.split()
    assert [words[at : at + 8] for at in range(len(words) - 7) if " ".join(words[at : at + 8]) in told] == []


def test_indirect_speech_is_not_described() -> None:
    """Expectations name direct speech only, as it is what a reader can hold against the page."""
    quotes = (
        Quote(text="jalan ditutup", start=0, end=13, speaker="Sari", kind="indirect"),
        Quote(text="Jalan kami tutup", start=0, end=16, speaker="Sari", kind="direct"),
    )
    reading = factories.reading(quotes=quotes)

    told = describe(Page(url=reading.article.url, html="<p>"), reading)

    assert [quote.starts for quote in told.quotes] == ["Jalan kami tutup"]


def test_a_post_of_a_closed_feed_is_recorded_alone(tmp_path: Path) -> None:
    """Without a feed entry there is no entry.json, and the page's own fields are described: the day, no time."""
    closed = web()
    closed.replies = {place: reply for place, reply in closed.replies.items() if "/feeds/" not in place}

    found = recorded(tmp_path, closed)

    assert not (found.folder / "entry.json").exists()
    assert described(found.folder)["published"] == "2025-09-02"


@pytest.mark.parametrize(
    ("url", "error", "sentence"),
    [
        ("kabarmuara.example", UsageProblem, "is no web address; give a post's, like https"),
        ("http://[", UsageProblem, "is no web address"),
        (f"{HOME}/wp.html", NotBlogger, "is no post of a Blogger site"),
    ],
)
def test_only_a_blogger_posts_address_is_taken(
    tmp_path: Path, url: str, error: type[KlipingError], sentence: str
) -> None:
    """What is no address at all, and another platform's article, get a sentence; nothing is written."""
    story = next(post.body for post in newsroom().posts if post.slug == SLUG)
    foreign = html(f"<html><head><title>Jembatan</title></head><body><article>{story}</article></body></html>")

    with pytest.raises(error, match=sentence):
        recorded(tmp_path / "pages", web({f"{HOME}/wp.html": foreign}), url)

    assert not (tmp_path / "pages").exists()


def opened(raw: str | None, *, outlet: str | None = None, body: str = factories.BODY) -> Article:
    """An article whose dateline is written so; without one, the head stands in the body."""
    line = Dateline(raw=raw, place="Serang", outlet=outlet) if raw else None
    return factories.article(body=body, dateline=line)


def test_a_dateline_style_is_learnt_from_what_recurs() -> None:
    """Separators and outlet on two posts of five are a habit; one on a single post is an accident."""
    posts = [
        opened("Serang, Kilas.com || ", outlet="Kilas.com"),
        opened("Cilegon, Kilas.com || ", outlet="Kilas.com"),
        opened("Lebak (KLS) - ", outlet="KLS"),
    ]

    assert learn_style(posts, names=()) == style(separators=("||",), outlet="Kilas.com")
    assert learn_style(posts[2:], names=()) is None
    assert learn_style([], names=()) is None


def test_a_style_that_no_rule_knows_is_learnt_from_the_sites_name() -> None:
    """Where half a dateline was read, the site's name at the head of its stories shows outlet and separator."""
    bodies = [f"{place}, Warta Hilir ••• {factories.BODY}" for place in ("Serang", "Cilegon", "Lebak")]
    halves = [find_dateline(body) for body in bodies]
    assert [half.outlet for half in halves if half] == [None] * 3
    posts = [
        opened(half.raw, body=body.removeprefix(half.raw)) for half, body in zip(halves, bodies, strict=True) if half
    ]

    learnt = learn_style(posts, names=("warta hilir",))

    assert learnt == style(separators=("•••",), outlet="Warta Hilir")
    found = [find_dateline(body, learnt) for body in bodies]
    assert [(line.place, line.outlet) for line in found if line] == [
        ("Serang", "Warta Hilir"),
        ("Cilegon", "Warta Hilir"),
        ("Lebak", "Warta Hilir"),
    ]


def module_of(title: str, *, theme: str | None = "kompaz", zone: str | None = "Asia/Jakarta") -> str:
    line = Dateline(raw="Serang, X.com || ", place="Serang", outlet="X.com")
    readings = [factories.reading(number, theme=theme, dateline=line) for number in (1, 2)]
    samples = [Sample(reading.article.url, reading) for reading in readings]
    return site_module(factories.site(title=title, zone=zone), conclude(samples, feed="full", zone=zone))


def test_a_drafted_module_is_python_that_names_layouts_which_exist() -> None:
    """Whatever the theme, the layout it names can be imported under that name."""
    for layout in registry.layouts():
        source = module_of("Kabar Muara", theme=layout.name)
        module = layout.name.replace("-", "_")

        ast.parse(source)
        assert f"layouts=({module}.LAYOUT,)," in source
        assert (ROOT / "extractors" / "layouts" / f"{module}.py").exists()


@pytest.mark.parametrize("title", ['Kabar """ + evil() + """', "a\\", "x\n\x00\u202ey", "'", "\"'", "🛶 Kabar", ""])
def test_a_sites_title_cannot_break_out_of_the_module(title: str) -> None:
    """What a site calls itself ends in a string, whatever it holds: the module has imports, a docstring, one call."""
    tree = ast.parse(module_of(title))

    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert [type(node).__name__ for node in tree.body] == ["Expr", *["ImportFrom"] * 5, "Assign"]
    assert called == {"register", "Site"}


def test_a_drafted_module_says_what_is_not_known() -> None:
    """No recognised theme means no layouts; a zone that the feed did not tell is marked to be stated."""
    source = module_of("Kabar Muara", theme="tidak dikenal", zone=None)

    assert "layouts=" not in source
    assert "theme not recognised: Blogger's defaults are used" in source
    assert 'zone="UTC",  # the feed does not tell it: state the real one' in source


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://www.kabar-muara.example:80/", "extractors/sites/kabar_muara_example.py"),
        ("https://24kabar.example/2026/03/x.html", "extractors/sites/site_24kabar_example.py"),
    ],
)
def test_a_module_is_named_for_its_domain(url: str, path: str) -> None:
    """www. and port are dropped; a name that would begin with a digit is prefixed, so that it can be imported."""
    assert module_path(url) == path


def checkout(folder: Path) -> Path:
    """A copy of the project, as far as the guide's commands need it, in a git repository of its own."""
    for name in ("extractors", "scraper", "fixtures"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests").mkdir()
    for name in ("pyproject.toml", "tests/__init__.py", "tests/shared.py", "tests/test_layouts.py"):
        shutil.copy(ROOT / name, folder / name)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


def commands(address: str) -> str:
    """The guide's commands as one script, the stand-in's address in place of the newsroom's, its host of the domain."""
    script = "\n".join(re.findall(r"```sh\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)).replace(HOME, address)
    script = script.replace("kabarmuara_example", "site_127_0_0_1").replace("kabarmuara.example", "127.0.0.1")
    return re.sub(r"kliping (sites add|record)", r"\g<0> --allow-loopback --delay 0", script)


@pytest.mark.skipif(shutil.which("git") is None, reason="the guide ends with git, which is not installed")
def test_the_guide_to_adding_a_site_works_as_written(tmp_path: Path) -> None:
    """Every command of docs/adding-a-site.md, in order, on a served newsroom: module and fixtures pass and are committed."""
    folder = checkout(tmp_path)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "KLIPING", "PYTEST"))}
    author = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{inherited['PATH']}"
    with StandIn(newsroom()) as standin:
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands(standin.url)],
            cwd=folder, capture_output=True, text=True, timeout=120, check=False,
            env={**inherited, **author, "PATH": path, "PYTHONPATH": str(folder), "GIT_CONFIG_GLOBAL": os.devnull},
        )  # fmt: skip
    committed = subprocess.run(["git", "ls-files"], cwd=folder, capture_output=True, text=True, check=True).stdout

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "extractors/sites/site_127_0_0_1.py" in committed
    assert committed.count("fixtures/pages/127.0.0.1/") == 6
    assert re.search(r"\b[1-9]\d* passed", ran.stdout)
    assert "127.0.0.1/kompaz@2020-01-01" in ran.stdout
