"""Who copied whom: copies are found whatever was done to them, and nobody else is called one."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from click.testing import CliRunner

from extractors.model import Moment
from scraper.archive import syndication
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.cli import main
from tests.factories import BLOG, NOON, article, reading, site, visit

OTHER = "kabarhulu.example"
SYLLABLES = [first + second for first in "bcdgjklmnprstw" for second in "aiueo"]


class Writer:
    """Sentences of invented words, never twice the same; a seed makes the same ones again."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._words = ["".join(self._random.choices(SYLLABLES, k=self._random.randint(1, 4))) for _ in range(4000)]

    def sentences(self, count: int) -> list[str]:
        return [" ".join(self._random.choices(self._words, k=self._random.randint(9, 20))) + "." for _ in range(count)]

    def shuffled(self, sentences: list[str]) -> list[str]:
        return self._random.sample(sentences, k=len(sentences))


def text(sentences: list[str], *, per_paragraph: int = 2) -> str:
    return "\n\n".join(" ".join(sentences[at : at + per_paragraph]) for at in range(0, len(sentences), per_paragraph))


def settle(archive: Archive, number: int, body: str, *, at: int | None = None, on: str | None = None) -> str:
    """The id of the article with that text, published so many minutes after noon, settled in the archive."""
    iso = (NOON + timedelta(minutes=number if at is None else at)).isoformat()
    changed: dict[str, Any] = {"site": on} if on else {}
    story = article(
        number,
        body=body,
        lead=body.partition("\n\n")[0],
        quotes=(),
        event_dates=(),
        dateline=None,
        end_mark=None,
        end_mark_at=None,
        published=Moment(value=iso, precision="second", zone="offset", source="feed", raw=iso),
        **changed,
    )
    run = archive.start_run([story.site], NOON)
    archive.settle(visit(run, number, reading=msgspec.structs.replace(reading(number), article=story), **changed))
    return story.id


def part(archive: Archive, id_: str) -> dict[str, Any] | None:
    record = archive.record(id_)
    assert record is not None
    found: dict[str, Any] | None = record["syndication"]
    return found


def opened(folder: Path) -> Archive:
    archive = Archive.open(folder / "a.db", create=True)
    archive.add_site(site())
    archive.add_site(site(name=OTHER, url=f"https://{OTHER}/", blog_id=f"{BLOG}9"))
    return archive


def test_a_copy_is_found_and_its_source_named(tmp_path: Path) -> None:
    """The same release on two sites is one group: the earlier printed it first, the later copied nearly all of it."""
    writer = Writer(1)
    release, own = writer.sentences(14), writer.sentences(2)
    with opened(tmp_path) as archive:
        first = settle(archive, 1, text(release))
        second = settle(archive, 2, text([*own, *release]), on=OTHER)
        alone = settle(archive, 3, text(writer.sentences(14)))
        syndication.update(archive)

        assert [part.article for part in syndication.group_of(archive, second)] == [first, second]
        origin, copy = part(archive, first), part(archive, second)
        assert origin is not None
        assert copy is not None
        assert (origin["role"], copy["role"]) == ("origin", "copy")
        assert origin["group"] == copy["group"]
        assert 0.8 < copy["share"] < 0.95
        assert part(archive, alone) == {"group": syndication.group_number(alone), "role": "none", "share": 0.0}
        assert not syndication.group_of(archive, alone)


def test_what_a_copy_added_is_counted(tmp_path: Path) -> None:
    """Paragraphs that stand in no earlier article are the newsroom's own, also where the order was changed."""
    writer = Writer(2)
    release, own = writer.sentences(12), writer.sentences(6)
    with opened(tmp_path) as archive:
        settle(archive, 1, text(release))
        copy = settle(archive, 2, text([*own[:4], *writer.shuffled(release), *own[4:]]), on=OTHER)
        syndication.update(archive)
        (_, second) = syndication.group_of(archive, copy)

    assert second.own_paragraphs == 3
    assert second.share == second.release_share


def test_copies_of_a_third_are_found_and_strangers_are_not(tmp_path: Path) -> None:
    """Copies that kept 90, 60 and 30 % with sentences shuffled and a new lede are found; no stranger is called one."""
    writer = Writer(3)
    with opened(tmp_path) as archive:
        number, copies, originals = 0, [], []
        for _ in range(12):
            release = writer.sentences(18)
            number += 1
            originals.append(settle(archive, number, text(release)))
            for kept in (16, 11, 6):
                number += 1
                mixed = [*writer.sentences(1), *writer.shuffled(release)[:kept], *writer.sentences(17 - kept)]
                copies.append(settle(archive, number, text(mixed, per_paragraph=3), on=OTHER))
        syndication.update(archive)
        roles = {id_: (part(archive, id_) or {})["role"] for id_ in (*originals, *copies)}

    assert [roles[id_] for id_ in originals] == ["origin"] * 12
    assert sum(roles[id_] == "copy" for id_ in copies) >= 34


def test_the_order_of_the_crawl_plays_no_part(tmp_path: Path) -> None:
    """Whatever came into the archive first, and in how many steps, ends with the same groups, shares and origins."""
    writer = Writer(4)
    release = writer.sentences(12)
    bodies = {n: text([*writer.sentences(n), *writer.shuffled(release)[: 13 - n]]) for n in range(1, 7)}
    told = []
    for order, stepwise in (((1, 2, 3, 4, 5, 6), False), ((6, 3, 1, 5, 2, 4), True)):
        folder = tmp_path / str(stepwise)
        folder.mkdir()
        with opened(folder) as archive:
            for number in order:
                settle(archive, number, bodies[number])
                if stepwise:
                    syndication.update(archive)
            syndication.update(archive)
            told.append([record["syndication"] for record in sorted(archive.records(), key=lambda one: one["id"])])
            told.append(archive.digest())

    assert told[:2] == told[2:]
    assert {one["role"] for one in told[0]} == {"origin", "copy"}


def test_a_round_up_joins_no_two_releases(tmp_path: Path) -> None:
    """A later article made of two releases is a copy of the one it took more from; the two stay apart."""
    writer = Writer(5)
    one, two = writer.sentences(12), writer.sentences(12)
    with opened(tmp_path) as archive:
        first, second = settle(archive, 1, text(one)), settle(archive, 2, text(two))
        both = settle(archive, 3, text([*one, *two[:6]]), on=OTHER)
        syndication.update(archive)

        assert [part.article for part in syndication.group_of(archive, both)] == [first, both]
        assert (part(archive, second) or {})["role"] == "none"


def test_an_edit_and_a_removal_are_followed(tmp_path: Path) -> None:
    """A copy rewritten is one no longer, and takes a new seq; when an origin is purged its copy is the earliest."""
    writer = Writer(6)
    release = writer.sentences(12)
    with opened(tmp_path) as archive:
        first = settle(archive, 1, text(release))
        second = settle(archive, 2, text(release), on=OTHER)
        syndication.update(archive)
        before = archive.record(first)
        assert before is not None
        settle(archive, 1, text(writer.sentences(12)))
        syndication.update(archive)
        after = archive.record(first)
        assert after is not None
        assert after["syndication"]["role"] == "none"
        assert after["seq"] > before["seq"]
        assert (part(archive, second) or {})["role"] == "none"

        settle(archive, 1, text(release))
        syndication.update(archive)
        assert (part(archive, second) or {})["role"] == "copy"
        archive.remove_site(site().name, purge=True, at=NOON)
        syndication.update(archive)
        assert (part(archive, second) or {})["role"] == "none"
        assert not list(problems(archive))


def test_nothing_new_is_nothing_to_compare(tmp_path: Path) -> None:
    """A second pass compares nothing, and gives no article a new seq."""
    writer = Writer(7)
    with opened(tmp_path) as archive:
        for number in range(1, 4):
            settle(archive, number, text(writer.sentences(8)))
        assert syndication.update(archive) == 3
        seqs = [record["seq"] for record in archive.records()]
        assert syndication.update(archive) == 0
        assert [record["seq"] for record in archive.records()] == seqs


def test_the_command_shows_groups_and_an_articles_company(tmp_path: Path) -> None:
    """`kliping syndication` lists the most copied texts; with an address, who else printed its text."""
    writer = Writer(8)
    release = writer.sentences(10)
    with opened(tmp_path) as archive:
        first = settle(archive, 1, text(release))
        settle(archive, 2, text(release), on=OTHER)
        syndication.update(archive)
    db = ["--db", str(tmp_path / "a.db")]
    listed = CliRunner().invoke(main, ["syndication", "--json", *db])
    shown = CliRunner().invoke(main, ["syndication", first, *db])
    unknown = CliRunner().invoke(main, ["syndication", "https://nowhere.example/x.html", *db])

    (group,) = msgspec.json.decode(listed.stdout)
    assert (group["origin"], group["copies"], group["sites"]) == (first, 1, 2)
    assert "100%" in shown.stdout
    assert OTHER in shown.stdout
    assert unknown.exit_code == 3
    assert "kliping search" in unknown.stderr
