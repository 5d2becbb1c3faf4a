"""Search: what words find, in which order, and that no text is a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scraper.archive.search.articles import search
from scraper.archive.store import Archive
from scraper.errors import NoSuchSite
from tests.factories import NOON, SITE, reading, site, visit

TEXTS = {
    1: ("Panen Kopi Melimpah", "Petani kopi di lereng gunung menjual hasil panen lebih awal tahun ini."),
    2: ("Pasar Malam Dibuka", "Kopi dan café keliling meramaikan pasar malam; “kopi susu” paling laku."),
    3: ("Sekolah Baru", "Gedung sekolah dasar selesai dibangun di tepi sungai."),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("search") / "kliping.db", create=True) as opened:
        opened.add_site(site())
        run = opened.start_run([SITE], NOON)
        for number, (title, body) in TEXTS.items():
            opened.settle(visit(run, number, reading=reading(number, title=title, body=body, end_mark_at=len(body))))
        yield opened


def found(archive: Archive, query: str, **asked: object) -> list[str]:
    return [hit.title for hit in search(archive, query, **asked)]  # type: ignore[arg-type]


def test_a_word_of_the_headline_weighs_more(archive: Archive) -> None:
    """The article named for its subject comes before the one that mentions it."""
    assert found(archive, "kopi") == ["Panen Kopi Melimpah", "Pasar Malam Dibuka"]


def test_newest_first_when_asked(archive: Archive) -> None:
    """Publication decides, not rank."""
    assert found(archive, "kopi", newest=True) == ["Pasar Malam Dibuka", "Panen Kopi Melimpah"]
    assert found(archive, "kopi", newest=True, limit=1) == ["Pasar Malam Dibuka"]


@pytest.mark.parametrize("query", ["cafe", "café", "CAFÉ", "cafe\u0301"])
def test_accents_and_case_play_no_part(archive: Archive, query: str) -> None:
    """A word is found however it is written."""
    assert found(archive, query) == ["Pasar Malam Dibuka"]


def test_all_words_must_be_there(archive: Archive) -> None:
    """More words narrow the search; quoted ones stand side by side; a star leaves the ending open."""
    assert found(archive, "kopi sekolah") == []
    assert found(archive, "kopi pasar") == ["Pasar Malam Dibuka"]
    assert found(archive, '"kopi susu"') == ["Pasar Malam Dibuka"]
    assert found(archive, '"susu kopi"') == []
    assert found(archive, "seko*") == ["Sekolah Baru"]
    assert found(archive, "seko") == []


def test_a_hit_shows_where_the_words_stand(archive: Archive) -> None:
    """The snippet marks the words found; the hit carries what a list needs."""
    (hit,) = search(archive, "susu")
    assert "[susu]" in hit.snippet
    assert (hit.site, hit.published, hit.status) == (SITE, "2026-03-01T19:05:00Z", "live")


def test_one_site_alone_when_asked(archive: Archive) -> None:
    """Another site's articles are not found."""
    assert len(found(archive, "kopi", site=SITE)) == 2
    archive.add_site(site(name="lain.example", blog_id=None))
    assert found(archive, "kopi", site="lain.example") == []
    with pytest.raises(NoSuchSite, match=r"knows no site 'salah\.example'"):
        search(archive, "kopi", site="salah.example")


@pytest.mark.parametrize(
    "query",
    ["", "   ", '"', '""', "* OR *", "(", "title:", "-", "NEAR(", "kopi AND (", "^kopi", "a:b", "\0", "kopi\0susu"],
)
def test_signs_mean_nothing(archive: Archive, query: str) -> None:
    """The index's own operators are words like any other, or nothing at all."""
    search(archive, query)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_a_mistake(archive: Archive, query: str) -> None:
    """Whatever is typed gives a list."""
    assert isinstance(search(archive, query), list)


def test_the_index_follows_the_article(tmp_path: Path) -> None:
    """A text that was edited is found by its new words, and by its old ones no longer."""
    with Archive.open(tmp_path / "kliping.db", create=True) as archive:
        run = archive.start_run([SITE], NOON)
        archive.settle(visit(run, reading=reading(body="Kabut tebal", end_mark_at=11)))
        archive.settle(visit(run, reading=reading(body="Hujan deras", end_mark_at=11)))
        assert [len(search(archive, word)) for word in ("kabut", "hujan")] == [0, 1]
        archive.db.conn.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")
