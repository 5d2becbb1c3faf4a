"""A crawl and everything else at once: `python -m bench.together [--seconds 60]`, a part of `make torture`.

One process crawls a newsroom without a pause, while its owner edits every third post and publishes one between two
turns. Beside it this process gives, over and over, the commands that read: export of all and of what is new, search,
verify, and backup. None may fail or wait for ever. Every export must be whole: its manifest true to the byte, each line
JSON, no seq twice or out of order; each backup must be sound; and whoever applied all the increments in turn must hold
at the end what one full export holds.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from click.testing import CliRunner, Result

from bench.newsrooms import newsroom
from scraper.archive.store import Archive
from scraper.archive.upkeep.soundness import problems
from scraper.cli import main as kliping
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.newsrooms import add_sites
from scraper.standin import Newsroom, StandIn

SETTINGS = Settings(delay=0, provider_rate=1000, workers=0)
EDITED = 3  # every third post is edited between two turns
WORD = "warga"  # stands in many posts, whatever was edited
START = 120.0  # seconds until the first turn is done
END = 120.0  # seconds until the last turn is done

Line = tuple[int, bytes]
"""A record's or tombstone's seq, and the line that tells of it."""


class Written(NamedTuple):
    """What the crawling process did."""

    turns: int
    visits: dict[str, int]


class Tally(msgspec.Struct):
    """What the commands came to. `slowest` is in seconds, by command; `wrong` says what must not be."""

    commands: Counter[str] = msgspec.field(default_factory=Counter)
    slowest: dict[str, float] = {}
    lines: int = 0
    wrong: list[str] = []

    def hold(self, true: bool, what: str) -> None:
        if not true:
            self.wrong.append(what)


class Reader:
    """The commands, given to one archive in turn. `held` is what applying every increment has led to."""

    def __init__(self, path: Path, folder: Path, tally: Tally) -> None:
        self._path, self._folder, self._tally = path, folder, tally
        self._seq = 0
        self.held: dict[str, Line] = {}

    def once(self) -> None:
        """Each command once."""
        for command in (self.export_all, self.export_new, self.search, self.verify, self.back_up):
            command()

    def export_all(self) -> dict[str, Line]:
        """A full export, by id, once it is found whole."""
        return self._exported("full", "export")

    def export_new(self) -> None:
        """What is new since the last increment, applied."""
        self.held |= (new := self._exported("new", "export --since", "--since", str(self._seq)))
        self._seq = max([self._seq, *(seq for seq, _ in new.values())])

    def search(self) -> None:
        told = self._given("search", "search", WORD, "--json")
        self._tally.hold(told is not None and WORD in told.output.lower(), f"search {WORD} found nothing")

    def verify(self) -> None:
        self._given("verify", "verify")

    def back_up(self) -> None:
        """A copy made while the crawl writes, and checked by itself."""
        copy = self._folder / "copy.db"
        if self._given("backup", "backup", str(copy)) is None:
            return
        with Archive.open(copy) as archive:
            self._tally.wrong += [f"backup: {problem}" for problem in problems(archive)]

    def _given(self, name: str, *arguments: str) -> Result | None:
        """What the command printed; None, and a note, where it failed."""
        start = time.monotonic()
        told = CliRunner().invoke(kliping, [*arguments, "--db", str(self._path)])
        self._took(name, start)
        if told.exit_code == 0:
            return told
        self._tally.wrong.append(f"{name} ended with {told.exit_code}: {told.output.strip() or told.exception!r}")
        return None

    def _took(self, name: str, start: float) -> None:
        self._tally.commands[name] += 1
        self._tally.slowest[name] = max(self._tally.slowest.get(name, 0.0), time.monotonic() - start)

    def _exported(self, stem: str, name: str, *options: str) -> dict[str, Line]:
        target = self._folder / f"{stem}.jsonl"
        if self._given(name, "export", "-o", str(target), *options) is None:
            return {}
        data = target.read_bytes()
        manifest = json.loads(target.with_name(f"{target.name}.manifest.json").read_bytes())
        lines = data.splitlines(keepends=True)
        self._tally.lines += len(lines)
        read = [json.loads(line) for line in lines]
        seqs = [record["seq"] for record in read]
        ends = [seqs[0], seqs[-1]] if seqs else [None, None]
        hold = self._tally.hold
        hold(manifest["sha256"] == hashlib.sha256(data).hexdigest(), f"{name}: the manifest has another sha256")
        hold(manifest["count"] == len(lines), f"{name}: {len(lines)} lines, the manifest says {manifest['count']}")
        hold(ends == [manifest["first_seq"], manifest["last_seq"]], f"{name}: the manifest has other seqs")
        hold(all(one < next_ for one, next_ in pairwise(seqs)), f"{name}: seqs out of order")
        hold(all(_is_whole(record) for record in read), f"{name}: a quote does not stand where its record says")
        return {record["id"]: (record["seq"], line) for record, line in zip(read, lines, strict=True)}


def _is_whole(record: dict[str, Any]) -> bool:
    """Whether text and quotes of a record are of one state."""
    body = record.get("body", "")
    return all(body[quote["start"] : quote["end"]] == quote["text"] for quote in record.get("quotes", ()))


def together(folder: Path, seconds: float) -> tuple[Written, Tally]:
    """What was written and what was read in so many seconds, in an archive made in `folder`."""
    tally, path, context = Tally(), folder / "together.db", get_context("spawn")
    ours, theirs = context.Pipe()
    crawling = context.Process(target=_crawl, args=(theirs, path), daemon=True)
    crawling.start()
    theirs.close()
    try:
        _heard(ours, START, "The first turn did not end.")
        _refused(path, tally)
        reader, end = Reader(path, folder, tally), time.monotonic() + seconds
        while time.monotonic() < end and crawling.is_alive():
            reader.once()
        ours.send("end")
        written: Written = _heard(ours, END, "The crawl broke off.")
    finally:
        ours.close()
        crawling.join()
    reader.export_new()
    tally.hold(reader.held == reader.export_all(), "the increments applied in turn are not the full export")
    return written, tally


def _heard(pipe: Connection, seconds: float, otherwise: str) -> Any:
    if not pipe.poll(seconds):
        raise RuntimeError(otherwise)
    return pipe.recv()


def _refused(path: Path, tally: Tally) -> None:
    """A second crawl is told in one sentence that there is one already, and does nothing."""
    told = CliRunner().invoke(kliping, ["crawl", "--db", str(path)])
    sentence = told.output.strip()
    is_one = len(sentence.splitlines()) == 1 and "Another crawl is writing" in sentence
    tally.hold(told.exit_code == 3 and is_one, f"a second crawl: exit code {told.exit_code}, {sentence}")


def _crawl(pipe: Connection, path: Path) -> None:
    """The crawling process: tells when its first turn is done, and what it wrote once it is told to end."""
    room, visits, turns = newsroom(), Counter[str](), 0
    with StandIn(room) as standin, Archive.open(path, create=True) as archive:
        asyncio.run(add_sites(archive, [standin.url], SETTINGS, delay=0, allow_loopback=True))
        with archive.writing():
            while not pipe.poll():
                visits.update(asyncio.run(_turn(archive)))
                turns += 1
                if turns == 1:
                    pipe.send("ready")
                _edit(room, turns)
    pipe.recv()
    pipe.send(Written(turns, dict(visits)))


async def _turn(archive: Archive) -> list[str]:
    return [outcome.verdict async for outcome in Crawl(archive, SETTINGS).outcomes(archive.sites())]


def _edit(room: Newsroom, turn: int) -> None:
    """The owner's work between two turns. Stamps are a second apart, however quick the turns are."""
    now = datetime.now(UTC) + timedelta(seconds=turn)
    for number in range(turn % EDITED, len(room.posts), EDITED):
        post = room.posts[number]
        body = f"{post.body.partition('<!--turn-->')[0]}<!--turn--><p>Diperbarui: {turn} warga melapor lagi.</p>"
        room.posts[number] = msgspec.structs.replace(post, updated=now, body=body)
    newest = room.posts[0]
    fresh = {"slug": f"{newest.slug}-{turn}", "post_id": str(int(newest.post_id) + turn), "published": now}
    room.posts.append(msgspec.structs.replace(newest, updated=now, permalink="", **fresh))


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> int:
    """What was given, how it went; 1 where anything was not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds: float = parser.parse_args(arguments).seconds
    with tempfile.TemporaryDirectory() as folder:
        written, tally = together(Path(folder), seconds)
    visits = ", ".join(f"{count} {verdict}" for verdict, count in sorted(written.visits.items()))
    say(f"crawled   {written.turns} turns, {visits}")
    for name, count in tally.commands.items():
        say(f"{name:<15} {count:>5} times, the slowest {tally.slowest[name]:.2f} s")
    say(f"{tally.lines} lines exported; wrong: {len(tally.wrong)}")
    for what in tally.wrong[:20]:
        say(f"FAILED  {what}")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
