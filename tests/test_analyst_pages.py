"""The pages of the window, asked in this process: what each tells, in which language, and what none of them lets out."""

from __future__ import annotations

import asyncio
import gc
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("datasette", reason="Datasette is not installed (extra web): the window is not tried")

from scraper.analyst.server import datasette
from scraper.archive.store import Archive
from tests.newsdesk import CHILD, HOSTILE_SLUG, OPTED_OUT, build

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <sqlite3.Connection:pytest.PytestUnraisableExceptionWarning"
)
ENGLISH = {"accept-language": "en-GB,en;q=0.9"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("desk") / "desk.db")


@pytest.fixture(scope="module")
def swept() -> Iterator[None]:
    """Datasette leaves its connections to the collector, which tells of them from Python 3.13 on: here they are let go."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="module")
def ask(desk: Path, swept: None) -> Iterator[Any]:
    """A request to the window: the address in, the answer out."""
    served = datasette(desk)
    with asyncio.Runner() as runner:

        def get(address: str, **headers: str) -> Any:
            asked = ENGLISH | {name.replace("_", "-"): value for name, value in headers.items()}
            return runner.run(served.client.get(address, headers=asked))

        yield get
        served.executor.shutdown()


def one(desk: Path, sql: str) -> str:
    with Archive.open(desk, readonly=True) as archive:
        return str(archive.db.conn.execute(sql).fetchone()[0])


def article(desk: Path, slug: str) -> str:
    return "/article/" + quote(one(desk, f"SELECT id FROM articles WHERE url LIKE '%{slug}%'"))


def edited(desk: Path) -> str:
    return "/article/" + quote(one(desk, "SELECT article FROM revisions WHERE silent = 1"))


def addresses(desk: Path) -> list[str]:
    """One of every page."""
    person = one(desk, "SELECT person FROM quotes WHERE person IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC")
    site = one(desk, "SELECT site FROM articles GROUP BY 1 ORDER BY count(*) DESC")
    origin = one(desk, "SELECT origin FROM press_releases")
    hostile = [article(desk, f"{HOSTILE_SLUG}-{number}") for number in range(7)]
    pages = [f"/person/{quote(person)}", f"/site/{quote(site)}", f"/release/{quote(origin)}", edited(desk), *hostile]
    pages += ["/", "/people", "/people?name=zul", "/sites", "/releases", "/questions", "/about", "/search?q=papan"]
    return [
        *pages,
        "/desk",
        "/desk/articles",
        "/desk/quotes",
        "/desk/silent_edits",
        "/desk?sql=select+1",
        article(desk, CHILD),
    ]


def test_every_page_answers_in_both_languages(ask: Any, desk: Path) -> None:
    """Each page is there in Indonesian and in English, and says so."""
    for address in addresses(desk):
        joined = "&" if "?" in address else "?"
        for language in ("id", "en"):
            page = ask(f"{address}{joined}lang={language}")
            assert page.status_code == 200, address
            assert f'<html lang="{language}">' in page.text, address


def test_the_language_is_asked_for_remembered_or_preferred(ask: Any) -> None:
    """The address wins, then the cookie it left, then the browser's wish; without any of them it is Indonesian."""
    assert "What is" not in ask("/about", accept_language="").text
    assert "Yang tidak ditampilkan" in ask("/about", accept_language="fr, id;q=0.8, en;q=0.5").text
    assert "What is held back" in ask("/about", accept_language="fr, en;q=0.5").text
    chosen = ask("/about?lang=id")
    assert "kliping_language=id" in chosen.headers["set-cookie"]
    assert "Yang tidak ditampilkan" in ask("/about", cookie="kliping_language=id").text
    assert "kliping_language" not in ask("/about?lang=xx").headers.get("set-cookie", "")


def test_the_front_page_tells_what_is_new_changed_and_gone(ask: Any) -> None:
    """Headlines, the silent edit with both wordings, the post that is no longer found, two plots with marks."""
    page = ask("/").text
    assert "<del>Batang Lembayung Meluap" in page
    assert "<ins>Diduga Batang Lembayung Meluap" in page
    assert "not found of late" in page
    assert page.count('class="mark') > 5
    assert page.count('role="img"') == 2


def test_an_article_shows_speakers_history_and_evidence(ask: Any, desk: Path) -> None:
    """Quotes are marked with who speaks, revisions told and shown word by word, values with where they stood."""
    page = ask(edited(desk)).text
    assert re.search(r'<mark class="quote" tabindex="0">[^<]+<span class="who"[^>]*>Zulhamdi Karim, Kepala', page)
    assert "<ins>Diduga" in page
    assert "<del>1.340</del><ins>340</ins>" in page.replace("> <", "><")
    assert "entry.published" in page
    assert "Same text elsewhere" in page or "The same text elsewhere" in page


def test_a_capture_is_a_download_and_never_a_page(ask: Any, desk: Path) -> None:
    """The raw page comes as plain text, as an attachment, in a sandbox; nobody gets that of an opted-out article."""
    sha256 = re.search(r"/capture/([0-9a-f]{64})", ask(edited(desk)).text)
    assert sha256 is not None
    answer = ask(sha256[0])
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert "<html" in answer.text
    hidden = one(desk, f"SELECT c.sha256 FROM captures c WHERE c.url LIKE '%{OPTED_OUT}%'")
    assert ask(f"/capture/{hidden}").status_code == 404
    robots = one(
        desk,
        "SELECT sha256 FROM blobs WHERE sha256 NOT IN (SELECT sha256 FROM captures) UNION SELECT hex(zeroblob(32))",
    )
    assert ask(f"/capture/{robots}").status_code == 404


def test_opted_out_articles_and_private_names_are_on_no_page(ask: Any, desk: Path) -> None:
    """No page, table, search or question shows an opted-out article, or names a child as a speaker."""
    assert ask(article(desk, OPTED_OUT)).status_code == 404
    for address in (
        *addresses(desk),
        "/search?q=dermaga+pengeras",
        "/desk/labels?_size=max",
        "/desk/quotes.csv?_size=max",
    ):
        text = ask(address).text
        assert "Hamdan Sulaiman" not in text, address
        assert "Menolak Diarsipkan" not in text, address
    child = ask(article(desk, CHILD)).text
    assert child.count("Rafiandi") == 1  # in the text, as the newsroom printed it
    assert "/person/" not in ask("/people?name=rafiandi").text


def test_stored_text_stays_text(ask: Any, desk: Path) -> None:
    """Markup, scripts and template language of a post are letters on every page; no link leads to a script."""
    for address in (
        *addresses(desk),
        "/search?q=document",
        "/search?q=%3Cscript%3E",
        "/people?name=%22%3E%3Cscript%3E",
    ):
        text = ask(address).text
        assert not re.search(r"<script(?! src=\"/-/)", text), address
        assert not re.search(r"<(?:iframe|svg/onload|img)\b", text), address
        assert not re.search(r"(?:href|src|action)=[\"']?\s*(?:javascript|data):", text, re.IGNORECASE), address
        assert not re.search(r"<[a-z][^>]*\son[a-z]+=", text), address


def test_every_answer_carries_the_policy(ask: Any, desk: Path) -> None:
    """No answer lets a script stand in the page, loads from elsewhere, or may be framed; ours allow no inline style."""
    for address in (*addresses(desk), "/nowhere", "/desk/nowhere", "/robots.txt", "/-/kliping/kliping.css", "/desk.db"):
        answer = ask(address)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, address
        assert "frame-ancestors 'none'" in policy, address
        assert "script-src 'self';" in policy, address
        assert ("unsafe-inline" in policy) is (address.startswith(("/desk", "/nowhere", "/robots", "/-/"))), address
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "http://" not in re.sub(
            r"http://(?:127\.0\.0\.1|www\.w3\.org|localhost)[^\s\"<]*",
            "",
            " ".join(re.findall(r"(?:src|<link[^>]*href)=\"([^\"]*)\"", answer.text)),
        )


def test_the_file_is_not_handed_out(ask: Any) -> None:
    """Nobody downloads the database, and search engines are asked to stay away."""
    assert ask("/desk.db").status_code == 403
    assert "Disallow: /" in ask("/robots.txt").text


def test_what_is_not_there_is_told(ask: Any) -> None:
    """An unknown article, person, newsroom, page or table is 404 with a way home; JSON asks get JSON."""
    for address in (
        "/article/x",
        "/person/x",
        "/site/x",
        "/release/x",
        f"/capture/{'0' * 64}",
        "/nowhere",
        "/desk/nowhere",
    ):
        answer = ask(address)
        assert answer.status_code == 404, address
        assert 'href="/"' in answer.text, address
    assert ask("/desk/nowhere.json").json()["status"] == 404


def test_sql_is_limited_to_what_is_shown(ask: Any) -> None:
    """SQL that is typed reads the shown tables, ends in time, and writes nothing."""
    assert ask("/desk.json?sql=select+count(*)+as+n+from+articles&_shape=array").json()[0]["n"] > 20
    assert ask("/desk.json?sql=select+data+from+blobs").status_code == 400
    assert ask("/desk.json?sql=delete+from+articles").status_code == 400
    endless = "with recursive n(i) as (select 1 union all select i+1 from n) select max(i) from n"
    assert ask(f"/desk.json?sql={quote(endless)}&_timelimit=50").status_code == 400


def test_search_finds_filters_and_marks(ask: Any, desk: Path) -> None:
    """Words are found with a snippet that marks them, narrowed to a newsroom or a status, newest first if asked."""
    found = ask("/search?q=banjir").text
    assert "<mark>" in found
    assert "Articles found: 2" in found
    site = one(desk, "SELECT site FROM articles WHERE url LIKE '%enam-desa%' ORDER BY published_at LIMIT 1")
    assert "Articles found: 1" in ask(f"/search?q=banjir&site={quote(site)}").text
    assert "Articles found" not in ask("/search?q=banjir&status=gone").text
    assert "Nothing found for “zzzz”" in ask("/search?q=zzzz").text
    assert ask("/search?q=%00%22%27(*&site=none&order=newest").status_code == 200
    assert ask(f"/search?q={'a' * 3000}").status_code == 200


def test_a_table_has_facets_descriptions_and_csv(ask: Any) -> None:
    """Datasette's tables come with our words for their columns, facets, search, and links to our pages."""
    page = ask("/desk/quotes").text
    assert "how sure that rule is, 0 to 1" in page
    assert 'facet-info-name">' in page or "facet-info" in page
    assert 'href="/article/blogger:' in page
    assert ask("/desk/articles.json?_search=banjir&_shape=array").json()[0]["title"]
    assert ask("/desk/articles.csv?_size=1").text.startswith("number,id,seq,site,url")
