"""Hostile servers: each behaviour met by a whole crawl, what came of it, and whether anything was lost.

    python -m bench.hostile

One post of a stand-in newsroom is served as the behaviour has it, the others as they are. The crawl must end, with a
documented reason at that post and every other post held; once the server behaves again, the next crawl must hold all.
"""

# ruff: noqa: E501  (tables: one behaviour a line)

from __future__ import annotations

import asyncio
import gzip
import io
import itertools
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from scraper.archive.store import Archive
from scraper.archive.store import Site as CrawledSite
from scraper.archive.upkeep.soundness import problems
from scraper.config import Settings
from scraper.crawl import Crawl
from scraper.outcomes import REASONS, Outcome
from scraper.standin import Fault, Newsroom, StandIn, fixtures_dir
from scraper.standin.site import Site
from scraper.web.fetch import Fetcher

Script = Callable[[BinaryIO], None]

POSTS = 3  # one to be harmed, and one published before and after it
LIMIT = 256 * 1024  # bytes; an honest page of the stand-in has 12 KiB
SETTINGS = Settings(
    delay=0.0, attempts=2, timeout=1.5, deadline=3.0, max_bytes=LIMIT, max_redirects=4, max_retry_after=0.1, workers=0
)
HURRY = 0.02  # of each wait of the crawl is really waited: its retries are tested elsewhere, by a clock that is made up
AT_ONCE = 8  # behaviours tried beside each other
ENDLESS = 2_000  # parts of what never ends, unless the crawl hangs up before

PAGE = b"{page}"
"""Stands in a script for the true page."""


class Behaviour(NamedTuple):
    """Something a server does, and how a visit must end: its verdict, and its reason. `prefix` None: at one post."""

    name: str
    verdict: str
    reason: str
    fault: Callable[[bytes], Fault]
    prefix: str | None = None
    ends_turn: bool = False
    """Whether the host is left alone for the rest of the run, so that its other posts come in the next."""


class Result(NamedTuple):
    """What came of it. `outcomes` are those of the harmed addresses, `lost` the post ids missing after the next crawl."""

    behaviour: Behaviour
    outcomes: tuple[Outcome, ...]
    others_held: bool
    lost: frozenset[str]
    unsound: tuple[str, ...]
    asked: int
    told: int
    """Requests as the server logged them, and as the receipt tells them."""
    seconds: float

    @property
    def ended_as(self) -> set[tuple[str, str]]:
        return {(outcome.verdict, outcome.reason) for outcome in self.outcomes}

    @property
    def is_right(self) -> bool:
        return (
            self.ended_as == {(self.behaviour.verdict, self.behaviour.reason)}
            and self.behaviour.reason in REASONS
            and self.others_held
            and not self.lost
            and not self.unsound
            and self.asked == self.told
        )


def head(*lines: str, status: str = "200 OK", version: str = "HTTP/1.1") -> bytes:
    """The start of an answer, as HTML unless a line says otherwise."""
    typed = () if any(line.lower().startswith("content-type") for line in lines) else ("Content-Type: text/html",)
    return "\r\n".join((f"{version} {status}", *typed, *lines, "", "")).encode("latin-1")


def sized(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    """A whole answer with its length."""
    return head(*lines, f"Content-Length: {len(body)}", status=status) + body


def writes(*parts: bytes) -> Callable[[bytes], Fault]:
    """The parts are sent one after the other; PAGE among them is the true page."""

    def fault(page: bytes) -> Fault:
        def script(out: BinaryIO) -> None:
            out.writelines(part.replace(PAGE, page) for part in parts)

        return _scripted(script)

    return fault


def answers(make: Callable[[bytes], bytes]) -> Callable[[bytes], Fault]:
    """The answer is made of the true page."""
    return lambda page: _scripted(lambda out: _write(out, make(page)))


def repeats(start: bytes, part: bytes, *, pause: float = 0.0) -> Callable[[bytes], Fault]:
    """The part follows the start again and again, some seconds between two."""

    def script(out: BinaryIO) -> None:
        _write(out, start)
        for _ in range(ENDLESS):
            _write(out, part)
            time.sleep(pause)

    return lambda page: _scripted(script)


def leads(*locations: str, status: int = 302) -> Callable[[bytes], Fault]:
    """A redirect, each time to the next of those places."""
    places = itertools.cycle(locations)
    return lambda page: Fault(
        path_prefix="",
        status=status,
        times=99,
        script=lambda out: _write(out, sized(b"", f"Location: {next(places)}", status=f"{status} Found")),
    )


def status(code: int, **headers: str) -> Callable[[bytes], Fault]:
    """Nothing but a status, with headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda page: Fault(path_prefix="", status=code, headers=named, times=99)


def _scripted(script: Script) -> Fault:
    return Fault(path_prefix="", status=200, times=99, script=script)


def _write(out: BinaryIO, part: bytes) -> None:
    out.write(part)
    out.flush()


def _silent(page: bytes) -> Fault:
    return _scripted(lambda out: time.sleep(2.5))


@cache
def _bomb(size: int = 32 * 2**20) -> bytes:
    """32 MiB of spaces in 32 KiB of gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 2**20) for _ in range(size // 2**20)) + packer.flush()


def _members(page: bytes) -> bytes:
    return b"".join(gzip.compress(b" ", 1) for _ in range(200)) + gzip.compress(page, 1)


def _chunked(body: bytes) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


def _endless_chain(page: bytes) -> Fault:
    numbers = itertools.count()
    return _scripted(lambda out: _write(out, sized(b"", f"Location: ?n={next(numbers)}", status="302 Found")))


def _recoded(page: bytes, charset: str) -> bytes:
    """The page in another charset than UTF-8, with signs that are none there as references."""
    return page.decode().encode(charset, "xmlcharrefreplace")


FAR_DAY = "Fri, 31 Dec 9999 23:59:59 GMT"
FOUND, METADATA = "302 Found", "169.254.169.254"  # the address at which clouds tell secrets
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
OVERLAY = (
    b"<body><iframe id='injected-iframe' src='https://www.blogger.com/interstitial/blog?u=x'></iframe>"
    b"<style>body *{visibility:hidden}</style>"
)

SILENCE = (
    Behaviour("says nothing", "failed", "timeout", _silent),
    Behaviour("hangs up without a word", "failed", "connection", writes()),
    Behaviour("speaks another language than HTTP", "failed", "connection", writes(b"\x00\x01\x02 220 mail ready\r\n\r\n")),
    Behaviour("invents a version of HTTP", "new", "ok", writes(head(version="HTTP/9.9"), PAGE)),
    Behaviour("drips a byte now and then", "failed", "timeout", repeats(head("Content-Length: 9999"), b" ", pause=0.1)),
    Behaviour("drips headers", "failed", "timeout", repeats(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n", pause=0.1)),
    Behaviour("floods with headers", "failed", "connection", repeats(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"a" * 900 + b"\r\n")),
    Behaviour("sends a header without end", "failed", "connection", repeats(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a" * 900)),
    Behaviour("says 'continue' for ever", "failed", "timeout", repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.01)),
)  # fmt: skip

BODIES = (
    Behaviour("breaks off before the length it told", "failed", "connection", writes(head("Content-Length: 99999"), PAGE)),
    Behaviour("breaks off between two chunks", "failed", "connection", answers(lambda page: head("Transfer-Encoding: chunked") + _chunked(page[:5000]))),
    Behaviour("breaks off where no length was told", "failed", "connection", answers(lambda page: head(version="HTTP/1.0") + page[:5000])),
    Behaviour("tells no length and sends all", "new", "ok", writes(head(version="HTTP/1.0"), PAGE)),
    Behaviour("tells two lengths", "failed", "connection", writes(head("Content-Length: 10", "Content-Length: 20"), PAGE)),
    Behaviour("tells a length below zero", "failed", "connection", writes(head("Content-Length: -1"), PAGE)),
    Behaviour("tells of a gigabyte", "failed", "too-large", writes(head("Content-Length: 1073741824"), PAGE)),
    Behaviour("sends without end", "failed", "too-large", repeats(head(version="HTTP/1.0"), b"<p>banjir</p>" * 500)),
    Behaviour("sends chunks without end", "failed", "too-large", repeats(head("Transfer-Encoding: chunked"), _chunked(b"a" * 4000))),
    Behaviour("sends a gzip bomb", "failed", "too-large", answers(lambda page: sized(_bomb(), "Content-Encoding: gzip"))),
    Behaviour("sends a deflate bomb", "failed", "too-large", answers(lambda page: sized(zlib.compress(b" " * 2**24), "Content-Encoding: deflate"))),
    Behaviour("sends gzip in many pieces", "failed", "decode", answers(lambda page: sized(_members(page), "Content-Encoding: gzip"))),
    Behaviour("sends gzip in gzip", "failed", "decode", answers(lambda page: sized(gzip.compress(gzip.compress(page)), "Content-Encoding: gzip, gzip"))),
    Behaviour("breaks off its gzip", "failed", "connection", answers(lambda page: sized(gzip.compress(page)[:1000], "Content-Encoding: gzip"))),
    Behaviour("calls plain text gzip", "failed", "decode", answers(lambda page: sized(page, "Content-Encoding: gzip"))),
    Behaviour("sends brotli that nobody asked for", "failed", "decode", answers(lambda page: sized(b"\x0b\x02\x80abc\x03", "Content-Encoding: br"))),
    Behaviour("sends zstd that nobody asked for", "failed", "decode", answers(lambda page: sized(b"\x28\xb5\x2f\xfd\x04\x00", "Content-Encoding: zstd"))),
    Behaviour("sends an empty page", "no-article", "not-html", writes(sized(b""))),
)  # fmt: skip

REDIRECTS = (
    Behaviour("redirects in a circle", "failed", "redirects", leads("?a", "?b")),
    Behaviour("redirects without end", "failed", "redirects", _endless_chain),
    Behaviour("redirects to no address", "failed", "redirects", leads("http://kabar.example:x/")),
    Behaviour("redirects to nowhere", "failed", "http-other", writes(sized(b"", status=FOUND))),
    Behaviour("redirects to a file", "refused", "scheme", leads("file:///etc/passwd")),
    Behaviour("redirects to a script", "refused", "scheme", leads("javascript:alert(1)")),
    Behaviour("redirects to a mail port", "refused", "port", leads("http://kabar.example:25/")),
    Behaviour("redirects to a cloud's secrets", "refused", "internal-address", leads(f"http://{METADATA}/latest/meta-data/")),
    Behaviour("… written as one number", "refused", "internal-address", leads("http://2852039166/")),
    Behaviour("… written in octal", "failed", "redirects", leads("http://0251.0376.0251.0376/")),
    Behaviour("… written in hexadecimal", "refused", "internal-address", leads("http://0xa9fea9fe/")),
    Behaviour("… written as IPv6", "refused", "internal-address", leads(f"http://[::ffff:{METADATA}]/")),
    Behaviour("redirects into a home network", "refused", "internal-address", leads("http://192.168.1.1/", status=307)),
    Behaviour("redirects to IPv6's own network", "refused", "internal-address", leads("http://[fd00::1]/", status=308)),
    Behaviour("redirects to its front page", "no-article", "redirected-home", leads("/", status=301)),
    Behaviour("redirects to a content warning", "failed", "gated", leads("https://www.blogger.com/interstitial/blog?u=x")),
    Behaviour("redirects to a login", "failed", "gated", leads("https://www.blogger.com/blogin.g?blogspotURL=x")),
)  # fmt: skip

STATUSES = (
    *(Behaviour(f"answers {code}", "gone", f"http-{code}", status(code)) for code in (404, 410)),
    Behaviour("answers 403", "failed", "http-403", status(403)),
    *(Behaviour(f"answers {code}", "failed", "http-4xx", status(code)) for code in (400, 401, 451)),
    *(Behaviour(f"answers {code}", "failed", "http-5xx", status(code)) for code in (500, 503, 599)),
    *(Behaviour(f"answers {code}", "failed", "http-other", status(code)) for code in (204, 206, 304)),
    *(
        Behaviour(
            f"answers 429, come back after {after}", "failed", "http-429", status(429, Retry_After=after), None, huge
        )
        for after, huge in (("-5", False), ("NaN", False), ("soon", False), ("9e999", True), (FAR_DAY, True))
    ),
    Behaviour("shows 'not found' as a page", "no-article", "error-page", lambda page: _soft_404()),
)

CONTENT = (
    Behaviour("sends a picture", "failed", "content-type", writes(sized(PNG, "Content-Type: image/png"))),
    Behaviour("calls a picture a page", "failed", "content-type", writes(sized(PNG))),
    Behaviour("calls a page a document", "failed", "content-type", answers(lambda page: sized(page, "Content-Type: application/pdf"))),
    Behaviour("tells no type", "new", "ok", answers(lambda page: sized(page, "Content-Type:"))),
    Behaviour("tells a charset that is none", "new", "ok", answers(lambda page: sized(page, "Content-Type: text/html; charset=klingon"))),
    Behaviour("tells a wrong charset", "new", "ok", answers(lambda page: sized(_recoded(page, "cp1252"), "Content-Type: text/html; charset=utf-8"))),
    Behaviour("sends bytes that are no UTF-8", "new", "ok", answers(lambda page: sized(page.replace(b"<p", b"\xc3\x28\xff<p")))),
    Behaviour("sends NULs and control signs", "new", "ok", answers(lambda page: sized(page.replace(b"<p", b"\x00\x0b\x1b<p")))),
    Behaviour("lays a warning over the post", "new", "ok", answers(lambda page: sized(page.replace(b"<body", OVERLAY + b"<body", 1)))),
    Behaviour("floods with cookies", "new", "ok", answers(lambda page: sized(page, *[f"Set-Cookie: a{n}={'x' * 400}" for n in range(100)]))),
)  # fmt: skip

ROBOTS = (
    Behaviour("robots.txt fails", "refused", "robots-unreachable", status(503), "/robots.txt"),
    Behaviour("robots.txt asks for patience", "refused", "robots-unreachable", status(429), "/robots.txt"),
    Behaviour("robots.txt breaks off", "refused", "robots-unreachable", writes(head("Content-Length: 99"), b"User"), "/robots.txt"),
    Behaviour("robots.txt is a bomb", "new", "ok", answers(lambda page: sized(_bomb(), "Content-Encoding: gzip")), "/robots.txt"),
    Behaviour("robots.txt never ends", "new", "ok", repeats(head(version="HTTP/1.0"), b"#" * 2000 + b"\n"), "/robots.txt"),
    Behaviour("robots.txt goes in circles", "new", "ok", leads("/robots.txt"), "/robots.txt"),
    Behaviour("robots.txt is not there", "new", "ok", status(404), "/robots.txt"),
)  # fmt: skip

BEHAVIOURS = (*SILENCE, *BODIES, *REDIRECTS, *STATUSES, *CONTENT, *ROBOTS)


def _soft_404() -> Fault:
    """The stand-in's own error page, with a status as if all were well."""
    page = Site(_newsroom(), "http://kabar.example").answer("/2020/01/tidak-ada.html").body.encode()
    return _scripted(lambda out: _write(out, sized(page)))


@cache
def _newsroom() -> Newsroom:
    """A few posts, which nobody changes."""
    newsroom = Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")
    newsroom.posts[:] = newsroom.newest_first()[:POSTS]
    return newsroom


def site_of(standin: StandIn) -> CrawledSite:
    """The stand-in's newsroom as a probe would find it."""
    return CrawledSite(
        name=standin.url.partition("://")[2],
        url=standin.url + "/",
        platform="blogger",
        blog_id=standin.newsroom.blog_id,
        feed="full",
        sitemap=True,
        robots=True,
        zone=standin.newsroom.zone,
        loopback=True,
        added_at=datetime.now(UTC),
    )


def _copied(folder: Path, port: int) -> Path:
    """A fresh archive: making one anew takes longer than a crawl of three posts."""
    fresh = folder / "fresh.db"
    if not fresh.exists():
        Archive.open(fresh, create=True).close()
    return Path(shutil.copy(fresh, folder / f"{port}.db"))


async def _hurried(seconds: float) -> None:
    await asyncio.sleep(seconds * HURRY)


async def crawled(archive: Archive, **options: Any) -> list[Outcome]:
    """Every outcome of a crawl of all sites of the archive, which waits for next to nothing."""
    crawl = Crawl(archive, SETTINGS, fetcher=partial(Fetcher, sleep=_hurried), **options)
    return [outcome async for outcome in crawl.outcomes(archive.sites())]


async def meet(behaviour: Behaviour, folder: Path) -> Result:
    """What came of one behaviour, tried on a newsroom and an archive of its own."""
    started = time.monotonic()
    newsroom = _newsroom()
    victim, path = newsroom.posts[1], newsroom.path(newsroom.posts[1])
    with StandIn(newsroom) as standin, Archive.open(_copied(folder, standin.port)) as archive:
        archive.add_site(site_of(standin))
        page = Site(newsroom, standin.url).answer(path).body.encode()
        fault = behaviour.fault(page)
        fault.path_prefix = behaviour.prefix or path
        if behaviour.prefix:
            await crawled(archive, limit=1)  # so that there is something due where nothing can be listed
        standin.faults.append(fault)
        outcomes = await crawled(archive)
        asked, told = len(standin.log), sum(host.requests for run in (1, 2) for host in archive.receipts(run))
        harmed = outcomes if behaviour.prefix else [one for one in outcomes if one.url.endswith(path)]
        held = {record["post_id"] for record in archive.records()}
        standin.faults.clear()
        await crawled(archive, full=True)
        return Result(
            behaviour=behaviour,
            outcomes=tuple(harmed),
            others_held=behaviour.prefix is not None or behaviour.ends_turn or held >= {post.post_id for post in newsroom.posts} - {victim.post_id},
            lost=frozenset({post.post_id for post in newsroom.posts} - {one["post_id"] for one in archive.records()}),
            unsound=tuple(problems(archive)),
            asked=asked,
            told=told,
            seconds=time.monotonic() - started,
        )  # fmt: skip


async def _meet_all(behaviours: Sequence[Behaviour], folder: Path) -> list[Result]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(behaviour: Behaviour) -> Result:
        async with turns:
            return await meet(behaviour, folder)

    return list(await asyncio.gather(*map(in_turn, behaviours)))


def results(behaviours: Sequence[Behaviour] = BEHAVIOURS) -> list[Result]:
    """What came of each behaviour, in their order."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_meet_all(behaviours, Path(folder)))


def _fault_of(result: Result) -> str:
    """What is not as it must be, in a line."""
    told = [f"must be {result.behaviour.verdict} ({result.behaviour.reason})"]
    told += [one.detail.strip().rpartition("\n")[2] for one in result.outcomes if one.detail]
    told.append(f"asked {result.asked}, told {result.told}; lost {len(result.lost)}")
    return "; ".join([*told, *result.unsound])


def main() -> int:
    """Prints the table; 1 where something did not end as it must."""
    began = time.monotonic()
    table = results()
    out = io.StringIO()
    for result in table:
        ended = ", ".join(f"{verdict} ({reason})" for verdict, reason in sorted(result.ended_as)) or "no outcome"
        lost = "nothing lost" if not result.lost and result.others_held else "LOST"
        right = "" if result.is_right else f"   WRONG: {_fault_of(result)}"
        out.write(f"{result.behaviour.name:44} {ended:34} {lost}{right}\n")
    wrong = sum(not result.is_right for result in table)
    out.write(f"{len(table)} hostile behaviours, {wrong} not met as they must be, {time.monotonic() - began:.0f} s\n")
    sys.stdout.write(out.getvalue())
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
