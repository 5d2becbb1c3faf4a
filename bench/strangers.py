"""All that strangers hand us besides pages, broken, and what must hold of each: the other targets of `bench.fuzz`.

A check takes bytes and gives in words the first law they break, None where all hold. What it does not name as an answer
of the reader (a class of scraper.errors, with a documented reason) and is raised all the same is a fault.
"""

from __future__ import annotations

import atexit
import math
import shutil
import socket
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import msgspec
from click.testing import CliRunner

from bench import seeds
from extractors import read_text
from extractors.context import read_context
from extractors.linked_data import articles_of, string
from extractors.urls import absolute, article_id, canonical, is_permalink, site_name
from scraper.archive.search.articles import Narrowing, find
from scraper.archive.search.quotes import find_quotes
from scraper.archive.store import Archive
from scraper.cli import main
from scraper.cli.terminal import CONTROLS
from scraper.discovery import feeds, sitemaps
from scraper.discovery.zones import learn_zone
from scraper.errors import FetchError, Refused
from scraper.importing.files import findings
from scraper.importing.found import Found, Lost
from scraper.outcomes import REASONS
from scraper.web import decode
from scraper.web.client import host_of, parse
from scraper.web.guard import Guard, is_public, literal
from scraper.web.optout import header_signals, meta_signals
from scraper.web.retry import read_retry_after
from scraper.web.robots import MAX_CRAWL_DELAY, Rules
from tests import factories

Check = Callable[[bytes], str | None]
LIMIT = 300_000  # bytes of a page, where the limit is ours to set
LARGEST = 1_000_000  # bytes of a broken input


def bent(random: Random, sources: list[bytes], words: tuple[bytes, ...] = ()) -> bytes:
    """One of the sources after one to six changes: cut, doubled, turned over, spliced, flooded."""
    raw = random.choice(sources)
    for _ in range(random.randint(0, 6)):
        start = random.randint(0, len(raw))
        end = min(len(raw), start + random.choice((1, 4, 40, 2_000)))
        head, piece, tail = raw[:start], raw[start:end], raw[end:]
        other = random.choice(sources)
        at = random.randint(0, len(other))
        raw = head + random.choice((
            b"", piece * random.choice((2, 50, 3_000)), random.randbytes(len(piece)), piece[::-1],
            other[at : at + 500] + piece, random.choice(words or (b"\0",)) * random.choice((1, 1, 200, 20_000)) + piece,
            bytes([random.randrange(256)]) + piece, piece.swapcase(),
        )) + tail  # fmt: skip
        raw = raw[:LARGEST]
    return raw


def a_reason(error: FetchError) -> str | None:
    return None if error.reason in REASONS else f"the reason {error.reason!r} is not documented"


def secret(told: object) -> str | None:
    """What is wrong if the text holds what stands in a file outside."""
    return "a file outside was read" if seeds.CANARY in str(told) else None


def feed(raw: bytes) -> str | None:
    try:
        found = feeds.parse(raw)
    except FetchError as error:
        return a_reason(error)
    msgspec.json.encode(found)
    if found.received < len(found.entries):
        return "more entries than came"
    learn_zone(entry.published for entry in found.entries if entry.published)
    return secret(found)


def sitemap(raw: bytes) -> str | None:
    try:
        found = sitemaps.parse(raw)
    except FetchError as error:
        return a_reason(error)
    msgspec.json.encode(found)
    return secret(found)


def robots(raw: bytes) -> str | None:
    rules = Rules.read(raw)
    for url in (
        "http://kabar.example/2026/03/x.html?m=1",
        "http://kabar.example/search?q=%ff",
        "http://kabar.example/" + "a" * 3_000,
    ):
        rules.allow(url)
    msgspec.json.encode((rules.sitemaps, rules.signals))
    return None if 0 <= rules.crawl_delay <= MAX_CRAWL_DELAY else f"a delay of {rules.crawl_delay} s"


def linked_data(raw: bytes) -> str | None:
    found = articles_of([raw.decode("utf-8", "replace")])
    msgspec.json.encode([string(value) for one in found for value in one.values()])
    return None


def context(raw: bytes) -> str | None:
    found = read_context(raw.decode("utf-8", "replace"))
    msgspec.json.encode(found)
    ids = (found.blog_id, found.post_id)
    return None if all(one is None or isinstance(one, str) for one in ids) else "an id that is no text"


def story(raw: bytes) -> str | None:
    text = raw.decode("utf-8", "replace")[:40_000]
    found = read_text(text)
    floor = 0
    for quote in found.quotes:
        if not floor <= quote.start < quote.end <= len(text) or text[quote.start : quote.end] != quote.text:
            return f"a quote does not stand at {quote.start}:{quote.end}"
        floor = quote.end
    for date in found.event_dates:
        if text[date.start : date.end] != date.raw:
            return f"a date does not stand at {date.start}:{date.end}"
    msgspec.json.encode(found)
    return None


def address(raw: bytes) -> str | None:
    url = raw.decode("utf-8", "replace")[:20_000]
    once = canonical(url)
    if canonical(once) != once and urlsplit(once).scheme in {"http", "https"}:
        return f"{once[:80]!r} has a canonical form of its own"
    site_name(url), is_permalink(url), article_id(None, None, url)
    found = absolute("http://kabar.example/a/", url)
    if found and urlsplit(found).scheme not in {"http", "https"}:
        return "a link that is none of the web"
    try:
        target = parse(url)
        Guard().check(target.scheme, host_of(target), target.port)
    except Refused as error:
        return a_reason(error)
    if b"@" in target.netloc:
        return "a name or a password is sent along"
    return _leads_inside(host_of(target))


def _leads_inside(host: str) -> str | None:
    """What the system itself makes of a host that the guard lets pass, numbers only: no name is looked up."""
    try:
        told = socket.getaddrinfo(host.strip("[]"), 80, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return None
    number = literal(str(told[0][4][0]))
    return None if number is not None and is_public(number) else f"{host!r} leads to {number}, and passes"


def packed(raw: bytes) -> str | None:
    """Encodings and character sets: the first line is told by the headers, the rest is the body."""
    head, _, body = raw.partition(b"\n")
    told = head.decode("latin-1")
    for encoding in ("gzip", "deflate", "", told):
        try:
            if len(decode.decompress(body, encoding, limit=LIMIT)) > LIMIT:
                return "more than the limit"
        except (decode.TooLargeError, decode.BadCompressionError, decode.TruncatedError):
            continue
    for content_type in (None, f"text/html; charset={told}", told):
        decode.decode(body, content_type).encode()
    text = decode.decode(body, None)
    meta_signals(text), header_signals([("x-robots-tag", told)])
    seconds = read_retry_after(told, now=factories.NOON)
    return None if seconds is None or (seconds >= 0 and not math.isnan(seconds)) else f"a wait of {seconds}"


@cache
def _folder() -> Path:
    """A folder of its own for the life of the process, with an archive and a file outside that nobody may read."""
    folder = Path(tempfile.mkdtemp(prefix="kliping-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "kenari").write_text(seeds.CANARY)
    with Archive.open(folder / "kliping.db", create=True) as archive:
        archive.add_site(factories.site())
        run = archive.start_run([factories.SITE], factories.NOON)
        for number in range(1, 9):
            archive.settle(factories.visit(run, number))
    (folder / "in").mkdir()
    return folder


@cache
def _archive() -> Archive:
    return Archive.open(_folder() / "kliping.db", readonly=True)


def query(raw: bytes) -> str | None:
    """The first line is the query, the others narrow it."""
    asked, person, label, day, *_ = (raw.decode("utf-8", "replace") + "\n\n\n").split("\n", 3)
    narrowing = Narrowing(person=person or None, label=label or None, published_from=day or None)
    for ask in (find, find_quotes):
        for narrowed in (Narrowing(), narrowing):
            for newest in (False, True):
                ask(_archive(), asked[:20_000], narrowed, newest=newest)
    return None


def _imported(raw: bytes, name: str) -> str | None:
    folder = _folder() / "in"
    path = folder / name
    path.write_bytes(raw)
    before = sorted(_folder().iterdir())
    for finding in findings([path], url="http://kabar.example/" if name.endswith("xml") else None, max_bytes=LIMIT):
        if isinstance(finding, Lost) and finding.reason not in REASONS:
            return f"the reason {finding.reason!r} is not documented"
        if isinstance(finding, Found):
            if len(finding.body) > LIMIT:
                return "a page above the limit"
            if problem := secret(finding):
                return problem
        msgspec.json.encode(finding)
    return (
        None if sorted(_folder().iterdir()) == before and list(folder.iterdir()) == [path] else "something was written"
    )


def warc(raw: bytes) -> str | None:
    name = "x.warc"
    try:
        return _imported(raw, name)
    finally:
        (_folder() / "in" / name).unlink()


def wacz(raw: bytes) -> str | None:
    name = "x.wacz"
    try:
        return _imported(raw, name)
    finally:
        (_folder() / "in" / name).unlink()


def export(raw: bytes) -> str | None:
    name = "x.xml"
    try:
        return _imported(raw, name)
    finally:
        (_folder() / "in" / name).unlink()


def saved(raw: bytes) -> str | None:
    name = "x.html"
    try:
        return _imported(raw, name)
    finally:
        (_folder() / "in" / name).unlink()


COMMANDS = (
    ("search",), ("search", "--quotes", "--newest"), ("show",), ("show", "--diff"), ("why",), ("people", "show"), ("query",),
    ("people", "list", "--search"), ("export", "--fields"), ("export", "--since"), ("search", "x", "--from"), ("redact", "--reason", "uji"),
    ("syndication",), ("quotes", "--lang"), ("extract", "--url"), ("query", "quotes_by_speaker", "--param"), ("export", "--site"),
)  # fmt: skip


def command(raw: bytes) -> str | None:
    """The first byte chooses a command that changes nothing it finds, the rest are its words, one a line."""
    words = raw[1:].decode("utf-8", "replace").replace("\0", "").split("\n")[:4]
    words = [
        word
        for word in words
        if not word.startswith(("-o", "--o", "--db", "/", "--batch", "--e", "--r", "--scr")) and len(word) < 5_000
    ]
    chosen = COMMANDS[(raw[:1] or b"\0")[0] % len(COMMANDS)]
    before = sorted(_folder().rglob("*"))
    done = CliRunner().invoke(main, [*chosen, *words], env={"KLIPING_DB": str(_folder() / "kliping.db")}, input="")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    if done.exit_code not in {0, 1, 2, 3}:
        return f"the exit code {done.exit_code}"
    if sorted(one for one in _folder().rglob("*") if not one.name.endswith((".lock", "-wal", "-shm"))) != [
        one for one in before if not one.name.endswith((".lock", "-wal", "-shm"))
    ]:
        return "a file came or went"
    return "what could steer a terminal was printed" if CONTROLS.search(done.stderr) else None


MARKS = (b"<", b">", b"&", b"]]>", b"<!--", b"<?xml ", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\x1b[2J", b"\xc2\x9b", b"<a>", b"&#x0;", b"1" * 30, b"[", b"{")  # fmt: skip
SIGNS = (b'"', b"\\", b"[", b"{", b"(", b"/*", b"//", b"<!--", b",", b"\\u d83d", b"'blogId': '", b"\xe2\x80\x9c", b"katanya, ", b"Senin (2/3/2026) ", b"H. ", b"12/", b" - ")  # fmt: skip
PARTS = (b"http://", b"@", b":", b"//", b"[", b"]", b"%00", b"%2e", b"..", b"\\", b"\xe3\x80\x82", b"127.", b"0x7f", b"::ffff:", b"#", b"?", b"xn--", b"\t", b"\n", b" ")  # fmt: skip
LINES = (b"Content-Length: 99999999999999999999\r\n", b"\r\n", b"\r\n\r\n", b"WARC/1.1\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"-5\r\n", b"\x1f\x8b", b"PK\x03\x04", b"PK\x01\x02")  # fmt: skip
TERMS = (b'"', b"*", b"'", b";", b"--", b"(", b"NEAR", b"^", b":", b"\n", b"%", b"_", b"\0", b"\xed\xa0\x80", b"\x1b]0;x\x07", b"\xe2\x80\xae", b"=cmd()", b"NaN", b"-", b"name=")  # fmt: skip


@cache
def _documents(kind: str) -> list[bytes]:
    made = {"feeds": seeds.feeds, "sitemaps": seeds.sitemaps, "export": lambda: [seeds.export()]}
    return _with_entities(made[kind]())


def _with_entities(documents: list[bytes]) -> list[bytes]:
    """The documents, and each with a document type that would swell, read or ask."""
    canary = _folder() / "kenari"
    types = [text.format(canary=canary, port=9) if "{" in text else text for text in seeds.ENTITIES]
    told = [
        document.partition(b"?>")[2].join((kind.encode(), b"")).replace(b"<title", b"<title>&y;&a7;</title><title", 1)
        for document in documents
        if document.startswith(b"<?xml")
        for kind in types
    ]
    return [*documents, *told]


def feed_input(random: Random) -> bytes:
    return bent(random, _documents("feeds"), MARKS + SIGNS)


def sitemap_input(random: Random) -> bytes:
    return bent(random, _documents("sitemaps"), MARKS + LINES)


def robots_input(random: Random) -> bytes:
    return bent(
        random,
        [seeds.ROBOTS],
        (b"*", b"$", b"Disallow: /", b"User-agent: *\n", b"Crawl-delay: 1e999\n", b"%", b"\r", b"#"),
    )


def linked_data_input(random: Random) -> bytes:
    return bent(random, [seeds.LINKED_DATA.encode()], SIGNS)


def context_input(random: Random) -> bytes:
    return bent(random, [seeds.CONTEXT.encode()], SIGNS)


def story_input(random: Random) -> bytes:
    return bent(random, [seeds.STORY.encode()], SIGNS)


def address_input(random: Random) -> bytes:
    return bent(random, [one.encode() for one in seeds.ADDRESSES], PARTS)


def packed_input(random: Random) -> bytes:
    bodies = [
        b"utf-16\n" + seeds.sitemaps()[2],
        b"gzip\n" + seeds.feeds()[1],
        b"120\n<meta charset=utf-7>",
        b"Wed, 21 Oct 2026 07:28:00 GMT\n\x78\x9c",
    ]
    return bent(random, bodies, MARKS + LINES)


def query_input(random: Random) -> bytes:
    return bent(
        random,
        [one.encode() for one in (*seeds.QUERIES, "warga\nSari Lembayung\nMuara\n2026-03-02", "jembatan\n" + "~" * 9)],
        TERMS,
    )


def warc_input(random: Random) -> bytes:
    return bent(random, [seeds.warc()], LINES)


def wacz_input(random: Random) -> bytes:
    inner = bent(random, [seeds.warc()], LINES)
    made = [
        seeds.wacz(
            inner, random.choice(("archive/x.warc", "archive/../../x.warc.gz", "/archive/x.warc", "archive/\0.warc"))
        )
    ]
    return made[0] if random.random() < 0.5 else bent(random, [*made, seeds.wacz()], LINES)


def export_input(random: Random) -> bytes:
    return bent(random, _documents("export"), MARKS)


def saved_input(random: Random) -> bytes:
    page = (
        f"<!-- saved from url=(0042)http://kabar.example/2026/03/x.html --><html>{seeds.CONTEXT}{seeds.STORY}".encode()
    )
    return bent(random, [page, seeds.sitemaps()[2]], MARKS + SIGNS)


def command_input(random: Random) -> bytes:
    return random.randbytes(1) + bent(
        random, [one.encode() for one in (*seeds.QUERIES, "warga\n--json", "name=x", "2026-03-02")], TERMS
    )
