"""Files to records, touching no archive: what `kliping extract` and `kliping quotes` stream."""

from __future__ import annotations

import gzip
import sys
import traceback
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import msgspec

from extractors import FeedEntry, NotAnArticle, Page, Reading, read, read_text
from extractors.extract import edge_lines
from extractors.repetition import repeated_lines
from extractors.urls import site_name
from scraper.errors import FetchError, UsageProblem
from scraper.files import leads_out
from scraper.web.decode import GZIP_MAGIC, decode

SUFFIXES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
MOST_UNPACKED = 2**30  # bytes of a file packed by gzip: a batch of 100,000 stories has half of that
T = TypeVar("T")


class PageInput(msgspec.Struct, frozen=True, kw_only=True):
    """One page to be read: a line of a batch file. `path` is relative to that file; `entry` is a feed entry's file."""

    path: str
    url: str = ""
    entry: str | None = None
    fetched_at: datetime | None = None


class TextInput(msgspec.Struct, frozen=True, kw_only=True):
    """One text whose quotes are wanted: a line of a batch file."""

    id: str
    text: str
    published: str | None = None
    lang: str | None = None


def pages_of_folder(folder: Path) -> list[PageInput]:
    """The HTML files below a folder, by name, links to elsewhere left out. Raises UsageProblem when there is none."""
    found = sorted(
        path for path in folder.rglob("*") if path.name.lower().endswith(SUFFIXES) and not leads_out(path, folder)
    )
    if not found:
        raise UsageProblem(f"No HTML files ({', '.join(SUFFIXES)}) below {folder}.")
    return [PageInput(path=str(path)) for path in found]


def pages_of_batch(batch: Path) -> list[PageInput]:
    """The lines of a batch file. Raises UsageProblem naming the first line that is wrong."""
    return list(_lines(batch, PageInput))


def texts_of_batch(batch: Path) -> Iterator[TextInput]:
    """The lines of a batch file of texts. Raises UsageProblem naming the first line that is wrong."""
    return _lines(batch, TextInput)


def _lines(batch: Path, kind: type[T]) -> Iterator[T]:
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(read_bytes(batch).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield decoder.decode(line)
        except msgspec.MsgspecError as error:
            raise UsageProblem(f"{batch}, line {number}: {error}.") from None


def read_bytes(path: Path) -> bytes:
    """A file's bytes, unpacked where gzip. Raises UsageProblem when it cannot be had."""
    try:
        raw = path.read_bytes()
        if not raw.startswith(GZIP_MAGIC):
            return raw
        with gzip.open(path) as stream:
            unpacked = stream.read(MOST_UNPACKED + 1)
        if len(unpacked) > MOST_UNPACKED:
            raise UsageProblem(f"{path} unpacks to more than {MOST_UNPACKED:,} bytes; unpack it, and cut it in parts.")
        return unpacked
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageProblem(f"{path} is a damaged gzip file: {error}.") from None
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror or error}.") from None


def load_page(source: PageInput, root: Path | None = None, *, stdin: BinaryIO | None = None) -> Page:
    """The page a line names. `root` is the folder its paths are relative to; the path '-' reads `stdin`."""
    raw = stdin.read() if source.path == "-" and stdin is not None else read_bytes((root or Path()) / source.path)
    entry = _load_entry((root or Path()) / source.entry) if source.entry else None
    return Page(
        url=source.url or (entry.url if entry else ""),
        html=decode(raw, None),
        fetched_at=source.fetched_at,
        entry=entry,
    )


def _load_entry(path: Path) -> FeedEntry:
    """The entry in a file: one of our own, or Blogger's JSON for one post or for a whole feed, whose first is taken."""
    from scraper.discovery.feeds import parse

    raw = read_bytes(path)
    try:
        told = msgspec.json.decode(raw) if raw.lstrip().startswith(b"{") else {}
        return msgspec.convert(told, FeedEntry) if "url" in told else parse(raw).entries[0]
    except (msgspec.MsgspecError, FetchError, IndexError) as error:
        raise UsageProblem(f"{path} holds no feed entry: {error}.") from None


def records(sources: Iterable[PageInput], root: Path | None = None) -> Iterator[dict[str, Any]]:
    """One record a page, in input order, each with "input"; a page that holds no article gives its error and reason.

    A first pass over the pages of each host finds the lines that stand on many of them.
    """
    sources = list(sources)
    repeated = _repeated_by_host(sources, root) if len(sources) > 1 else {}
    for source in sources:
        yield {"input": source.path, **_record(source, root, repeated)}


def _record(source: PageInput, root: Path | None, repeated: dict[str, frozenset[str]]) -> dict[str, Any]:
    try:
        page = load_page(source, root)
        page = msgspec.structs.replace(page, repeated=repeated.get(_host(page), frozenset()))
        return record_of(read(page))
    except NotAnArticle as refusal:
        return {"error": str(refusal), "reason": refusal.reason}
    except UsageProblem as problem:
        return {"error": str(problem), "reason": "unreadable"}
    except Exception as bug:  # noqa: BLE001 - one page's bug must not end the batch; it is told, with its place
        return {"error": f"{type(bug).__name__}: {bug}", "reason": "extractor-bug", "detail": traceback.format_exc()}


def record_of(reading: Reading) -> dict[str, Any]:
    """The article as plain data, keys in the record's order."""
    record = msgspec.to_builtins(reading.article)
    assert isinstance(record, dict)
    return record


def _repeated_by_host(sources: list[PageInput], root: Path | None) -> dict[str, frozenset[str]]:
    edges: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for source in sources:
        try:
            page = load_page(source, root)
            edges[_host(page)].append(edge_lines(page))
        except Exception:  # noqa: BLE001, S112 - told by the second pass
            continue
    return {host: repeated_lines(pages) for host, pages in edges.items() if host}


def _host(page: Page) -> str:
    from extractors.context import read_context

    return site_name(page.url or read_context(page.html).canonical_url or "")


def quotes_of(text: str, *, language: str | None, published: str | None) -> dict[str, Any]:
    """What plain text alone tells, as plain data. `published` is an ISO date or date-time. Raises UsageProblem."""
    try:
        day = date.fromisoformat(published[:10]) if published else None
    except ValueError:
        raise UsageProblem(f"{published!r} is no ISO date; write 2026-03-01.") from None
    found = msgspec.to_builtins(read_text(text, language=language, published=day))
    assert isinstance(found, dict)
    return found


def write_line(record: dict[str, Any]) -> None:
    """One JSON object and a line feed on standard output, UTF-8 unescaped."""
    line = msgspec.json.encode(record) + b"\n"
    standard_output().write(_shown(line) if sys.stdout.isatty() else line)


def _shown(line: bytes) -> bytes:
    """The line as a terminal gets it: the same JSON, what could steer the terminal in escapes."""
    from scraper.cli.paint import escaped

    return escaped(line.decode().rstrip("\n")).encode() + b"\n"


def standard_output() -> BinaryIO:
    """Standard output for bytes. Raises UsageProblem where it was closed before the program began."""
    if sys.stdout is None:
        raise UsageProblem("Standard output is closed; give it a file or a pipe.")
    return sys.stdout.buffer
