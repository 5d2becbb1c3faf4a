"""Records read from WARC files, as the tables of a Parquet export: the same columns, the same types, the same rules for
what may leave.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import msgspec

from scraper.archive.people.privacy import spared
from scraper.archive.records import Record
from scraper.archive.sites.optouts import withheld
from scraper.errors import UsageProblem
from scraper.export.flat import item_rows
from scraper.export.parquet import named, write_table
from scraper.export.placing import replacing_folder, scratch_folder
from scraper.files import troubles_told
from scraper.fleet.duck import writer
from scraper.fleet.warcs import Told, record_of

TABLES = ("articles", "quotes", "event_dates", "images", "links", "embeds")
SUFFIX = ".lost.jsonl"


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the pages: how many by reason, `ok` being records written; those that are lost are told one by one
    in a file beside the folder.
    """

    reasons: dict[str, int]
    articles: int
    lost: int


def deliver(found: Iterable[Told], target: Path) -> Delivered:
    """Writes the records to a folder of tables, which must not be there, by site and year. Of an article that is found
    several times the newest page counts. Raises UsageProblem and DiskFull; each leaves nothing.
    """
    if target.exists():
        raise UsageProblem(f"{target} exists; name another folder by -o.")
    reasons, lost = Counter[str](), list[Told]()
    encode = msgspec.json.Encoder().encode
    with troubles_told(target), scratch_folder(target) as scratch, replacing_folder(target) as folder:
        newest = dict[str, tuple[str, str]]()
        with (scratch / "records").open("wb") as stream:
            for told in found:
                reasons[told.reason] += 1
                if told.is_lost:
                    lost.append(told)
                if told.reading is not None:
                    newest[told.reading.article.id] = max(
                        newest.get(told.reading.article.id, ("", "")), (told.fetched_at, told.source)
                    )
                    stream.write(encode((told.source, record_of(told, reasons["ok"]))) + b"\n")
        articles = _write_lines(scratch, {source for _, source in newest.values()})
        with writer(scratch) as duck:
            for table in TABLES:
                write_table(duck, table, scratch / table, folder / table)
    told_beside = target.with_name(target.name + SUFFIX)
    told_beside.write_bytes(
        b"".join(encode({"source": one.source, "reason": one.reason, "detail": one.detail}) + b"\n" for one in lost)
    )
    return Delivered(reasons=dict(reasons), articles=articles, lost=len(lost))


def _write_lines(scratch: Path, wanted: set[str]) -> int:
    """The rows of the records that count, one file of JSON lines a table; how many records."""
    encode, count = msgspec.json.Encoder().encode, 0
    decode = msgspec.json.Decoder(tuple[str, Record]).decode
    with ExitStack() as stack:
        streams = {table: stack.enter_context((scratch / table).open("wb")) for table in TABLES}
        for line in stack.enter_context((scratch / "records").open("rb")):
            source, record = decode(line)
            if source not in wanted:
                continue
            count += 1
            allowed = withheld(spared(record))
            for table, stream in streams.items():
                for row in item_rows(table, allowed):
                    stream.write(encode(named(table, row)) + b"\n")
    return count
