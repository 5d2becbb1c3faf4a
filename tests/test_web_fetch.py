"""Fetching one address: what is kept, what is tried again, what is refused, and how each failure is named."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.config import Settings
from scraper.errors import FetchError, Gone, Refused, TemporaryFetchError, Unusable, UsageProblem
from scraper.outcomes import REASONS
from scraper.web.fetch import Fetched, Fetcher, Validators, user_agent
from scraper.web.retry import read_retry_after
from tests.canned import START, Reply, Time, Web, html, redirect, typed

HOST = "http://kilas.example"
PAGE = f"{HOST}/2026/03/banjir.html"


def get(web: Web, url: str = PAGE, *, how: dict[str, Any] | None = None, **settings: Any) -> Fetched:
    async def crawl() -> Fetched:
        async with web.fetcher(**settings) as fetcher:
            return await fetcher.get(url, **(how or {}))

    return asyncio.run(crawl())


def failure(web: Web, kind: type[FetchError], url: str = PAGE, **rest: Any) -> FetchError:
    with pytest.raises(kind) as failed:
        get(web, url, **rest)
    assert failed.value.reason in REASONS
    return failed.value


# what is asked and what is kept


def test_a_page_is_kept_as_it_came() -> None:
    """An answer keeps its bytes, its status, its headers in lower case, and the second it came."""
    web = Web({PAGE: html("<p>é</p>", etag='"a1"', last_modified="Mon, 02 Mar 2026 05:00:00 GMT")})
    page = get(web)
    assert (page.url, page.final_url, page.status) == (PAGE, PAGE, 200)
    assert page.body == "<p>é</p>".encode()
    assert page.text == "<p>é</p>"
    assert page.header("ETag") == '"a1"'
    assert page.header("x-none") is None
    assert page.validators == Validators(etag='"a1"', last_modified="Mon, 02 Mar 2026 05:00:00 GMT")
    assert page.fetched_at == web.time.now()


def test_we_say_who_we_are() -> None:
    """The user agent names the program and the contact; no cookie is ever sent back."""
    web = Web({"/a": html(set_cookie="id=1"), "/b": html()})

    async def crawl() -> None:
        async with web.fetcher(contact="desk@example.org") as fetcher:
            await fetcher.get(f"{HOST}/a")
            await fetcher.get(f"{HOST}/b")

    asyncio.run(crawl())
    last = web.requests[-1].headers
    assert last["user-agent"].startswith("kliping/")
    assert last["user-agent"].endswith(" (+desk@example.org)")
    assert "cookie" not in last


def test_a_contact_must_fit_into_a_header() -> None:
    """A contact with a line break could smuggle a header, so it is refused before anything is asked."""
    for contact in ("a\r\nX-Evil: 1", "redaksi@contoh.example\u2028", "x (y)"):
        with pytest.raises(UsageProblem, match="KLIPING_CONTACT"):
            user_agent(contact)


def test_beyond_loopback_a_contact_is_needed() -> None:
    """Without a contact no host beyond loopback is asked, not even for its robots.txt; loopback needs none."""
    web = Web({"/a": html()})
    with pytest.raises(UsageProblem, match="KLIPING_CONTACT"):
        get(web, contact="")
    assert web.asked == []
    assert get(web, "http://127.0.0.1:8931/a", contact="", allow_loopback=True).status == 200


def test_a_stand_ins_links_outside_are_refused_and_not_the_users_mistake() -> None:
    """Without a contact, an address beyond loopback ends a crawl of loopback's page, first or last, as a refusal."""
    web = Web({"/a": html(), "/b": html()})

    async def crawl() -> None:
        async with web.fetcher(contact="", allow_loopback=True) as fetcher:
            for _ in range(2):
                with pytest.raises(Refused, match="KLIPING_CONTACT") as refused:
                    await fetcher.get(f"{HOST}/b")
                assert refused.value.reason == "no-contact"
                await fetcher.get("http://127.0.0.1:8931/a")

    asyncio.run(crawl())
    assert all(address.startswith("http://127.0.0.1") for address in web.asked)


def test_validators_make_a_304_of_an_unchanged_page() -> None:
    """ETag and Last-Modified are sent back as they came, and a 304 is an answer with an empty body."""
    web = Web({PAGE: Reply(304, b"", [("etag", '"a1"')])})
    validators = Validators(etag='"a1"', last_modified="Mon, 02 Mar 2026 05:00:00 GMT")

    async def crawl() -> tuple[Fetched, int]:
        async with web.fetcher() as fetcher:
            return await fetcher.get(PAGE, validators=validators), fetcher.receipts["kilas.example"].not_modified

    page, not_modified = asyncio.run(crawl())
    assert (page.status, page.body, not_modified) == (304, b"", 1)
    assert web.requests[-1].headers["if-none-match"] == '"a1"'
    assert web.requests[-1].headers["if-modified-since"] == "Mon, 02 Mar 2026 05:00:00 GMT"


def test_a_304_that_nobody_asked_for_is_no_page() -> None:
    """A 304 without validators, or with empty ones, brings nothing, and says so."""
    assert failure(Web({PAGE: Reply(304)}), Unusable).reason == "http-other"
    assert failure(Web({PAGE: Reply(304)}), Unusable, how={"validators": Validators()}).reason == "http-other"


def test_gzip_is_asked_for_and_undone() -> None:
    """A gzipped page comes out as its text, and the receipt counts the bytes that travelled."""
    packed = gzip.compress(b"<p>halo</p>" * 100)
    web = Web({PAGE: html(packed, content_encoding="gzip")})

    async def crawl() -> tuple[Fetched, int]:
        async with web.fetcher() as fetcher:
            return await fetcher.get(PAGE), fetcher.receipts["kilas.example"].bytes

    page, travelled = asyncio.run(crawl())
    assert page.body == b"<p>halo</p>" * 100
    assert travelled == len(packed)
    assert web.requests[-1].headers["accept-encoding"] == "gzip, deflate"


# statuses


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_page_is_gone(status: int) -> None:
    """404 and 410 are Gone, and not tried again."""
    web = Web({PAGE: Reply(status)})
    gone = failure(web, Gone)
    assert (gone.reason, gone.status, len(web.pages())) == (f"http-{status}", status, 1)


@pytest.mark.parametrize(
    ("status", "reason"), [(400, "http-4xx"), (403, "http-403"), (451, "http-4xx"), (204, "http-other")]
)
def test_other_refusals_are_not_tried_again(status: int, reason: str) -> None:
    """A client error, or a status without a page, is final for this run."""
    web = Web({PAGE: Reply(status)})
    assert (failure(web, Unusable).reason, len(web.pages())) == (reason, 1)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Reply(500), "http-5xx"),
        (Reply(503), "http-5xx"),
        (Reply(429), "http-429"),
        (httpx.ConnectTimeout("slow"), "timeout"),
        (httpx.ReadTimeout("slow"), "timeout"),
        (httpx.ConnectError("refused"), "connection"),
        (httpx.RemoteProtocolError("cut"), "connection"),
        (ConnectionResetError("reset"), "connection"),
    ],
)
def test_what_may_pass_is_tried_again(trouble: Any, reason: str) -> None:
    """Server errors, 429, timeouts and broken connections are tried until it works."""
    web = Web({PAGE: [trouble, trouble, html()]})
    assert get(web).status == 200
    assert len(web.pages()) == 3
    web = Web({PAGE: trouble})
    assert failure(web, TemporaryFetchError, attempts=3).reason == reason
    assert len(web.pages()) == 3


def test_tries_grow_apart() -> None:
    """The waits before the tries grow: more than a second, two, four."""
    web = Web({PAGE: Reply(503)})
    failure(web, TemporaryFetchError, delay=0, provider_rate=0)
    waits = web.time.slept
    assert [floor <= wait <= floor + 1 for floor, wait in zip((1, 2, 4), waits, strict=True)] == [True] * 3


# Retry-After


def test_a_retry_after_in_seconds_is_obeyed() -> None:
    """A 429's Retry-After, in seconds, is obeyed before the second try."""
    web = Web({PAGE: [Reply(429, b"", [("retry-after", "17")]), html()]})
    get(web)
    assert web.at[2] - web.at[1] == 17


def test_a_retry_after_as_a_date_is_obeyed() -> None:
    """A 503's Retry-After, as an HTTP date, is obeyed as the seconds that are left until then."""
    web = Web({})
    until = format_datetime(START + timedelta(seconds=62), usegmt=True)
    web.replies[PAGE] = [Reply(503, b"", [("retry-after", until)]), html()]
    get(web)  # robots.txt at second 0, the page at second 2
    assert web.at[2] - web.at[0] == 62


def test_a_retry_after_holds_the_whole_host() -> None:
    """What a 429 asks for is kept by the host's next page too, when the first one's tries are spent."""
    web = Web({"/a": Reply(429, b"", [("retry-after", "17")]), "/b": html()})

    async def crawl() -> None:
        async with web.fetcher(attempts=1) as fetcher:
            with pytest.raises(TemporaryFetchError):
                await fetcher.get(f"{HOST}/a")
            await fetcher.get(f"{HOST}/b")

    asyncio.run(crawl())
    assert web.at[2] - web.at[1] == 17


@pytest.mark.parametrize("raw", ["86400", "1e300", "inf", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_huge_retry_after_ends_the_hosts_turn(raw: str) -> None:
    """A Retry-After beyond the limit is waited for up to the limit; if it still stands, the host is left alone."""
    web = Web({PAGE: Reply(429, b"", [("retry-after", raw)])})

    async def crawl() -> None:
        async with web.fetcher(attempts=2, max_retry_after=60.0) as fetcher:
            with pytest.raises(TemporaryFetchError):
                await fetcher.get(PAGE)
            asked = len(web.asked)
            with pytest.raises(TemporaryFetchError, match="was not asked") as closed:
                await fetcher.get(f"{HOST}/2026/03/lain.html")
            assert closed.value.reason == "http-429"
            assert len(web.asked) == asked

    asyncio.run(crawl())
    assert web.at[2] - web.at[1] == 60


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [("0", 0), ("-5", 0), (" 3 ", 3), ("nan", None), ("soon", None), ("", None), ("Mon, 02 Mar 2026 04:00:00 GMT", 0)],
)
def test_a_retry_after_may_be_nonsense(raw: str, seconds: float | None) -> None:
    """Negative counts as now, and what is neither a number nor a date as not said."""
    assert read_retry_after(raw, now=START) == seconds


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_any_retry_after_can_be_read(raw: str) -> None:
    """Whatever a header holds, it is a number of seconds from 0 up, or nothing."""
    seconds = read_retry_after(raw, now=START)
    assert seconds is None or seconds >= 0


def test_a_429_widens_the_pace_until_the_host_recovers() -> None:
    """After a 429 that says no time, the host's next pages come farther apart, then nearer, down to the delay."""
    pages = [f"/{number}" for number in range(12)]
    web = Web({**{page: html() for page in pages}, "/0": [Reply(429), html()]})

    async def crawl() -> None:
        async with web.fetcher() as fetcher:
            for page in pages:
                await fetcher.get(HOST + page)

    asyncio.run(crawl())
    gaps = [later - earlier for earlier, later in pairwise(web.at)]
    assert gaps[2] == 4 - 0.5  # from the second try of the first page, of whose extra pause a quarter is back
    assert gaps[2:] == sorted(gaps[2:], reverse=True)
    assert gaps[-1] == 2


def test_a_server_that_fails_otherwise_keeps_its_pace() -> None:
    """A 500 is the server's own trouble with one page, and no wish for fewer requests."""
    web = Web({"/0": [Reply(500), html()], "/1": html()})

    async def crawl() -> None:
        async with web.fetcher() as fetcher:
            await fetcher.get(HOST + "/0")
            await fetcher.get(HOST + "/1")

    asyncio.run(crawl())
    assert web.at[3] - web.at[2] == 2


# redirects


def test_redirects_are_followed() -> None:
    """Each hop is asked in its turn, relative addresses are resolved, fragments and passwords dropped."""
    web = Web(
        {
            "http://kilas.example/a": redirect("https://www.kilas.example/b#isi", 301),
            "https://www.kilas.example/b": redirect("../c", 307),
            "https://www.kilas.example/c": html(),
        }
    )
    page = get(web, "http://user:secret@kilas.example/a")
    assert page.final_url == "https://www.kilas.example/c"
    assert web.pages() == ["http://kilas.example/a", "https://www.kilas.example/b", "https://www.kilas.example/c"]
    assert all("authorization" not in request.headers for request in web.requests)


def test_robots_is_obeyed_at_every_hop() -> None:
    """A redirect into what the other host's robots.txt disallows is not followed."""
    web = Web(
        {
            PAGE: redirect("https://lain.example/a"),
            "https://lain.example/robots.txt": typed("text/plain", "User-agent: *\nDisallow: /"),
            "https://lain.example/a": html(),
        }
    )
    assert failure(web, Refused).reason == "robots"
    assert "https://lain.example/a" not in web.asked


def test_loops_and_long_chains_end() -> None:
    """A loop, and a chain longer than the limit, are given up on."""
    web = Web({"/a": redirect("/b"), "/b": redirect("/a")})
    assert failure(web, Unusable, f"{HOST}/a").reason == "redirects"
    web = Web({f"/{n}": redirect(f"/{n + 1}") for n in range(50)})
    assert failure(web, Unusable, f"{HOST}/0", max_redirects=3).reason == "redirects"
    assert len(web.pages()) == 4


@pytest.mark.parametrize(
    "location", ["http://[", "http://a%00b/", "http://h:99999999/", "http://xn--/", "/" + "a" * 70_000]
)
def test_a_redirect_to_no_address_is_named(location: str) -> None:
    """A Location that no address can be read from ends the chain with a reason, and nothing is asked."""
    web = Web({PAGE: redirect(location)})
    assert failure(web, FetchError).reason in {"redirects", "scheme", "port"}
    assert len(web.pages()) == 1


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data", "internal-address"),
        ("http://127.0.0.1:8931/", "internal-address"),
        ("http://2130706433/", "internal-address"),
        ("http://[::ffff:10.0.0.1]/", "internal-address"),
        ("file:///etc/passwd", "scheme"),
        ("http://kilas.example:6379/", "port"),
    ],
)
def test_redirects_into_private_places_are_refused(location: str, reason: str) -> None:
    """A page cannot lead the crawl into a private network, to a file, or to a port that serves no web site."""
    web = Web({PAGE: redirect(location)})
    assert failure(web, Refused, allow_loopback=True).reason == reason
    assert len(web.pages()) == 1


def test_a_stand_in_does_not_lead_outside_without_a_contact() -> None:
    """A loopback site that redirects to the internet is not followed while nobody could be reached about it."""
    web = Web({"/a": redirect("http://kilas.example/")})
    refused = failure(web, Refused, "http://127.0.0.1:8931/a", contact="", allow_loopback=True)
    assert refused.reason == "no-contact"


@pytest.mark.parametrize(
    "gate",
    [
        "https://www.blogger.com/interstitial/blog?u=http://kilas.example/",
        "https://draft.blogger.com/post-interstitial.g?x=1",
        "https://www.blogger.com/blogin.g?blogspotURL=http://kilas.example/",
    ],
)
def test_bloggers_gates_are_recognised(gate: str) -> None:
    """A content warning or a private blog's login is named as such and never kept as the page."""
    web = Web({PAGE: redirect(gate)})
    assert failure(web, Unusable).reason == "gated"
    assert gate not in web.asked


def test_what_is_no_address_is_refused() -> None:
    """Nonsense in an address's place is refused with a sentence."""
    long = f"{HOST}/{'a' * 70_000}"
    for url in (
        "",
        "kilas.example",
        "javascript:void(0)",
        "http://",
        "http://[",
        "mailto:a@b.example",
        "http://\0/",
        "http://xn--/",
        "http://[::ffff:1%\xff0.0.0.1]:443/",
        long,
    ):
        assert failure(Web({}), Refused, url).reason == "scheme"


HOSTS = ["kilas.example", "127.0.0.1", "localhost", "[::1]", "[::ffff:1.2.3.4]", "xn--a", "é.example", "a_b", "1.2", ""]
ADDRESSES = st.one_of(
    st.text(max_size=30),
    st.builds(
        "{}://{}{}{}{}".format,
        st.sampled_from(["http", "https", "HTTP", "file", ""]),
        st.sampled_from(["", "a:b@", "@", "%@"]),
        st.one_of(st.sampled_from(HOSTS), st.text(max_size=10)),
        st.one_of(st.just(""), st.integers().map(":{}".format), st.text(max_size=6).map(":{}".format)),
        st.one_of(st.just("/a"), st.text(max_size=20)),
    ),
)


@settings(max_examples=100, deadline=None)
@given(ADDRESSES, st.none() | ADDRESSES)
def test_whatever_stands_in_an_addresss_place_ends_as_a_page_or_as_our_own_error(
    url: str, location: str | None
) -> None:
    """No address, asked for or redirected to, gets another exception out of the fetcher than its own."""
    answer = html() if location is None else Reply(302, b"", [("location", location.encode("utf-8", "replace"))])  # type: ignore[list-item]
    rules = typed("text/plain", "User-agent: *\nDisallow: /b*c$\n")
    web = Web({"/robots.txt": rules, "/a": answer, "/": answer})
    with suppress(FetchError):
        assert get(web, url, allow_loopback=True, attempts=1).status == 200


# what comes back


@pytest.mark.parametrize("media_type", ["image/jpeg", "application/zip", "application/pdf", "video/mp4", "text/css"])
def test_what_holds_no_text_is_not_read(media_type: str) -> None:
    """An image or an archive in a page's place is refused by its type."""
    assert failure(Web({PAGE: typed(media_type, b"x")}), Unusable).reason == "content-type"


def test_a_picture_that_calls_itself_html_is_refused() -> None:
    """A body that begins like a PNG is no page, whatever its header says."""
    assert failure(Web({PAGE: html(b"\x89PNG\r\n\x1a\n")}), Unusable).reason == "content-type"


def test_a_page_without_a_type_is_read() -> None:
    """A missing Content-Type is no reason to lose a page."""
    assert get(Web({PAGE: Reply(200, b"<p>x</p>", [])})).body == b"<p>x</p>"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("feed", "application/json; charset=UTF-8"),
        ("feed", "text/javascript"),
        ("feed", "application/atom+xml"),
        ("feed", "text/html"),
        ("sitemap", "application/xml"),
        ("sitemap", "application/x-gzip"),
    ],
)
def test_each_kind_has_its_own_types(accept: str, media_type: str) -> None:
    """Feeds and sitemaps come under many types; what they are is told from their content later."""
    assert get(Web({PAGE: typed(media_type, b"x")}), how={"accept": accept}).body == b"x"


def test_an_answer_over_the_limit_is_refused() -> None:
    """The limit holds for what is announced, for what comes, and for what it unpacks to."""
    for reply in (
        html(b"", content_length="5001"),
        html(bytes(5001)),
        html(gzip.compress(bytes(50_000)), content_encoding="gzip"),
    ):
        assert failure(Web({PAGE: reply}), Unusable, max_bytes=5000).reason == "too-large"
    assert len(get(Web({PAGE: html(b"a" * 5000)}), max_bytes=5000).body) == 5000


def test_broken_compression_is_named_and_a_cut_one_tried_again() -> None:
    """A body that is not what its Content-Encoding says is 'decode'; one that breaks off may come whole next time."""
    assert failure(Web({PAGE: html(b"<p>", content_encoding="gzip")}), Unusable).reason == "decode"
    packed = gzip.compress(b"<p>halo</p>" * 50)
    web = Web({PAGE: [html(packed[:30], content_encoding="gzip"), html(packed, content_encoding="gzip")]})
    assert len(get(web).body) == 550


# pace and receipts


def test_requests_keep_the_hosts_delay() -> None:
    """robots.txt, a page and the next page start two seconds apart; another delay can be given with the request."""
    web = Web({"/a": html(), "/b": html(), "/c": html()})

    async def crawl() -> None:
        async with web.fetcher() as fetcher:
            await fetcher.get(f"{HOST}/a")
            await fetcher.get(f"{HOST}/b")
            await fetcher.get(f"{HOST}/c", delay=10)

    asyncio.run(crawl())
    assert [second - web.at[0] for second in web.at] == [0, 2, 4, 14]


def test_receipts_count_what_each_host_was_asked() -> None:
    """Requests and retries are counted by host, robots.txt included."""
    web = Web({PAGE: [Reply(503), html("12345")]})

    async def crawl() -> dict[str, Any]:
        async with web.fetcher() as fetcher:
            await fetcher.get(PAGE)
            return dict(fetcher.receipts)

    receipt = asyncio.run(crawl())["kilas.example"]
    assert (receipt.requests, receipt.retries, receipt.bytes) == (3, 1, 5)


# real sockets


Script = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """The address of a server on this machine that answers /robots.txt with 404 and all else by the script."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            if self.path == "/robots.txt":
                self.send_error(404)
            else:
                script(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def fetch_for_real(url: str, *, resolver: Any = None, allow_loopback: bool = True, **settings: Any) -> Fetched:
    async def crawl() -> Fetched:
        waits = Time()
        more = {"resolver": resolver} if resolver else {}
        chosen = Settings(contact="desk@example.org", delay=0, attempts=2, **settings)
        async with Fetcher(chosen, allow_loopback=allow_loopback, sleep=waits.sleep, **more) as fetcher:
            return await fetcher.get(url)

    return asyncio.run(crawl())


def send(handler: BaseHTTPRequestHandler, *, announce: int, parts: list[bytes], pause: float = 0.0) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "text/html")
    handler.send_header("content-length", str(announce))
    handler.end_headers()
    for part in parts:
        try:
            handler.wfile.write(part)
            handler.wfile.flush()
        except OSError:  # the client has hung up, as it should
            return
        time.sleep(pause)


def test_a_page_comes_over_a_real_connection() -> None:
    """localhost by name and by number give the same page from a server on this machine."""
    with serving(lambda handler: send(handler, announce=3, parts=[b"abc"])) as site:
        assert fetch_for_real(f"{site}/a").body == b"abc"
        assert fetch_for_real(f"{site.replace('127.0.0.1', 'kilas.localhost')}/a").body == b"abc"


def test_a_body_that_breaks_off_is_never_kept() -> None:
    """Fewer bytes than Content-Length announced are a broken connection, not a short page."""
    tries: list[str] = []

    def script(handler: BaseHTTPRequestHandler) -> None:
        tries.append(handler.path)
        send(handler, announce=100, parts=[b"abc"])

    with serving(script) as site, pytest.raises(TemporaryFetchError) as failed:
        fetch_for_real(f"{site}/a")
    assert failed.value.reason == "connection"
    assert len(tries) == 2


def test_an_answer_that_drips_is_given_up_on() -> None:
    """A server that sends a byte now and then passes every read timeout, and still meets the deadline."""
    began = time.monotonic()
    drip = [b"x"] * 100
    with (
        serving(lambda handler: send(handler, announce=100, parts=drip, pause=0.05)) as site,
        pytest.raises(TemporaryFetchError) as failed,
    ):
        fetch_for_real(f"{site}/a", deadline=0.2)
    assert failed.value.reason == "timeout"
    assert time.monotonic() - began < 4


def test_a_stream_without_end_stops_at_the_limit() -> None:
    """A body that announces no length and never ends is refused once it passes the limit."""

    def script(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/html")
        handler.end_headers()
        with suppress(OSError):  # the client hangs up
            while True:
                handler.wfile.write(b"x" * 65536)

    with serving(script) as site, pytest.raises(Unusable) as failed:
        fetch_for_real(f"{site}/a", max_bytes=200_000)
    assert failed.value.reason == "too-large"


def test_a_server_that_talks_nonsense_is_a_broken_connection() -> None:
    """What is no HTTP at all ends as a failed connection with a reason."""

    def script(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"\x00\x01 not http\r\n\r\n")

    with serving(script) as site, pytest.raises(TemporaryFetchError) as failed:
        fetch_for_real(f"{site}/a")
    assert failed.value.reason == "connection"


def test_a_port_that_cannot_be_never_reaches_the_network() -> None:
    """A link to port 99999 of this machine ends as a refusal, and not as the network's own error."""
    with pytest.raises(Refused) as refused:
        fetch_for_real("http://127.0.0.1:99999/")
    assert refused.value.reason == "port"


def test_every_host_has_its_own_connection() -> None:
    """Twelve hosts that answer only once all twelve have been asked: none waits for another's connection."""
    together = threading.Barrier(12)

    def script(handler: BaseHTTPRequestHandler) -> None:
        with suppress(threading.BrokenBarrierError):
            together.wait(5)
        send(handler, announce=2, parts=[b"ok"])

    async def crawl(port: str) -> list[Fetched]:
        async with Fetcher(Settings(attempts=1, timeout=3, delay=0), allow_loopback=True) as fetcher:
            asked = (fetcher.get(f"http://h{number}.localhost:{port}/a") for number in range(12))
            return await asyncio.gather(*asked)

    with serving(script) as site:
        pages = asyncio.run(crawl(site.rpartition(":")[2]))
    assert [page.body for page in pages] == [b"ok"] * 12
    assert not together.broken


def test_a_host_has_one_connection_whatever_is_asked_at_once() -> None:
    """Twelve pages asked for together come one after the other over one connection, which is kept."""
    connections: list[int] = []
    at_once: list[int] = []
    most_at_once: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def setup(self) -> None:
            connections.append(1)
            super().setup()

        def do_GET(self) -> None:
            at_once.append(1)
            most_at_once.append(len(at_once))
            send(self, announce=2, parts=[b"ok"], pause=0.005)
            at_once.pop()

        def log_message(self, *_: object) -> None:
            pass

    async def crawl(site: str) -> None:
        async with Fetcher(Settings(delay=0), allow_loopback=True) as fetcher:
            await asyncio.gather(*(fetcher.get(f"{site}/{number}") for number in range(12)))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        asyncio.run(crawl(f"http://127.0.0.1:{server.server_port}"))
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
    assert len(connections) == 1
    assert max(most_at_once) == 1
    assert len(most_at_once) == 13, "twelve pages and robots.txt"


def test_the_address_dialled_is_the_address_checked() -> None:
    """A name whose second look-up would lead inside gets none: each connection is checked as it is opened."""
    answers = iter([["142.250.4.121"], ["127.0.0.1"]])
    dialled: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        dialled.append(host)
        return next(answers)

    from scraper.web.guard import Guard

    guard = Guard(resolver=rebinding)
    assert asyncio.run(guard.resolve("kilas.example", 80)) == ["142.250.4.121"]
    with pytest.raises(Refused) as refused:
        fetch_for_real("http://kilas.example/", resolver=rebinding)
    assert refused.value.reason == "internal-address"
    assert dialled == ["kilas.example"] * 2


def test_a_name_that_does_not_resolve_is_tried_twice() -> None:
    """An unknown host gets one more look-up, and then its own reason."""
    looked_up: list[str] = []

    async def unknown(host: str, port: int) -> list[str]:
        looked_up.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(TemporaryFetchError) as failed:
        fetch_for_real("http://tidak-ada.example/", resolver=unknown)
    assert failed.value.reason == "unresolvable"
    assert len(looked_up) == 2


def test_a_host_that_is_not_there_is_left_alone() -> None:
    """Once a name does not resolve, its other pages are not looked up for a while: one lost site costs seconds."""
    looked_up: list[str] = []
    waits = Time()

    async def unknown(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return []

    async def crawl() -> None:
        settings = Settings(contact="desk@example.org")
        async with Fetcher(settings, clock=waits.clock, sleep=waits.sleep, resolver=unknown) as fetcher:
            for page in ("a", "b", "c"):
                with pytest.raises(TemporaryFetchError) as failed:
                    await fetcher.get(f"http://tidak-ada.example/{page}")
                assert failed.value.reason == "unresolvable"
            waits.seconds += 600
            with pytest.raises(TemporaryFetchError):
                await fetcher.get("http://tidak-ada.example/d")

    asyncio.run(crawl())
    assert len(looked_up) == 4


# hosts that fall silent


def reasons(web: Web, *urls: str, **settings: Any) -> list[str]:
    """How each address ended, in one Fetcher's life; a number among them is seconds that pass."""

    async def crawl() -> list[str]:
        ends: list[str] = []
        async with web.fetcher(**settings) as fetcher:
            for url in urls:
                if url.isdecimal():
                    web.time.seconds += int(url)
                    continue
                try:
                    await fetcher.get(f"{HOST}{url}")
                    ends.append("ok")
                except FetchError as error:
                    ends.append(f"not asked: {error.reason}" if "was not asked" in str(error) else error.reason)
        return ends

    return asyncio.run(crawl())


@pytest.mark.parametrize(
    ("trouble", "reason"), [(httpx.ConnectError("refused"), "connection"), (httpx.ReadTimeout("slow"), "timeout")]
)
def test_a_host_that_dies_is_left_alone_after_three_addresses(trouble: Exception, reason: str) -> None:
    """Three addresses cost their tries; all others of the host fail at once, for the same reason, in a sentence."""
    web = Web({"/robots.txt": Reply(404), **{f"/{page}": trouble for page in "abcdefg"}})
    ends = reasons(web, *[f"/{page}" for page in "abcdefg"])
    assert ends == [reason] * 3 + [f"not asked: {reason}"] * 4
    assert len(web.pages()) == 12


def test_one_page_that_hangs_closes_no_host() -> None:
    """The same address, failing again and again, says nothing of the others; an answer in between clears the host."""
    web = Web(
        {"/hangs": httpx.ReadTimeout("slow"), "/too": httpx.ReadTimeout("slow"), "/a": html(), "/gone": Reply(404)}
    )
    assert reasons(web, "/hangs", "/hangs", "/hangs", "/a") == ["timeout"] * 3 + ["ok"]
    for answer in ("/a", "/gone"):
        assert reasons(web, "/hangs", "/too", answer, "/hangs", "/too", "/a")[-1] == "ok"


def test_a_server_that_answers_with_errors_is_not_silent() -> None:
    """A 503 is an answer: a host of many is asked for each of its pages."""
    web = Web({"/robots.txt": Reply(404), **{f"/{page}": Reply(503) for page in "abcde"}})
    assert reasons(web, *[f"/{page}" for page in "abcde"], attempts=1) == ["http-5xx"] * 5


def test_a_silent_host_is_asked_again_after_its_rest() -> None:
    """Five minutes later one address is tried: a silence closes the host again, an answer opens it for good."""
    dead = httpx.ConnectError("refused")
    web = Web({"/robots.txt": Reply(404), **{f"/{page}": dead for page in "abcd"}, "/e": [dead, html()], "/f": html()})
    ends = reasons(
        web, "/a", "/b", "/c", "/f", "300", "/d", "/f", "300", "/e", "300", "/e", "/a", "/b", "/f", attempts=1
    )
    silence, closed = "connection", "not asked: connection"
    assert ends == [silence, silence, silence, closed, silence, closed, silence, "ok", silence, silence, "ok"]


def test_a_silent_host_closes_no_other() -> None:
    """Each host is judged by its own silences."""
    web = Web({f"http://h{number}.example/a": httpx.ConnectError("refused") for number in range(4)} | {"/b": html()})

    async def crawl() -> None:
        async with web.fetcher(attempts=1) as fetcher:
            for number in range(4):
                with pytest.raises(TemporaryFetchError):
                    await fetcher.get(f"http://h{number}.example/a")
                await fetcher.get(f"http://h{number}.example/b")

    asyncio.run(crawl())


def test_a_validator_that_no_header_can_carry_is_left_out() -> None:
    """An ETag in another alphabet is not sent back, and does not break the request."""
    web = Web({PAGE: html()})
    get(web, how={"validators": Validators(etag='"é\n"', last_modified="Mon, 02 Mar 2026 05:00:00 GMT")})
    assert "if-none-match" not in web.requests[-1].headers
    assert "if-modified-since" in web.requests[-1].headers


def test_the_second_address_is_dialled_where_the_first_is_silent() -> None:
    """A host with two addresses is reached by the one that answers: here ::1, with nobody at 127.0.0.1."""
    try:
        taken = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError as error:
        pytest.skip(f"no IPv6 on this machine ({error})")

    def answer_twice() -> None:
        for reply in (
            b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        ):
            connection, _ = taken.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(reply)

    with taken:
        taken.settimeout(5)
        thread = threading.Thread(target=answer_twice, daemon=True)
        thread.start()
        assert fetch_for_real(f"http://localhost:{taken.getsockname()[1]}/a").body == b"ok"
        thread.join(5)


def test_loopback_is_closed_unless_opened() -> None:
    """Without allow_loopback a server on this machine is not asked at all."""
    asked: list[str] = []
    with serving(lambda handler: asked.append(handler.path)) as site, pytest.raises(Refused) as refused:
        fetch_for_real(f"{site}/a", allow_loopback=False)
    assert refused.value.reason == "internal-address"
    assert asked == []


# whole pages and broken ones


CUT = b"<html><body><p>Banjir surut di Serang, kata"
WHOLE = CUT + b" lurah.</p></body></html>\n"


def send_unsized(body: bytes) -> Script:
    def script(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/html")
        handler.end_headers()
        handler.wfile.write(body)

    return script


def test_a_page_that_only_the_end_of_the_connection_ends_must_be_whole() -> None:
    """Without a length or chunks a page that lacks its </html> has broken off; one that has it is taken."""
    with serving(send_unsized(CUT)) as site, pytest.raises(TemporaryFetchError) as failed:
        fetch_for_real(f"{site}/a")
    assert failed.value.reason == "connection"
    with serving(send_unsized(WHOLE)) as site:
        assert fetch_for_real(f"{site}/a").body == WHOLE


def test_a_text_that_is_no_page_may_end_anywhere() -> None:
    """What does not begin as HTML, a feed or a bare text, is taken as it came."""
    with serving(send_unsized(b"Banjir surut")) as site:
        assert fetch_for_real(f"{site}/a").body == b"Banjir surut"


def test_a_page_that_tells_its_length_is_whole_by_that() -> None:
    """An author may leave out </html>: what came as long as was told is taken."""
    with serving(lambda handler: send(handler, announce=len(CUT), parts=[CUT])) as site:
        assert fetch_for_real(f"{site}/a").body == CUT


def test_a_gate_needs_no_contact_to_be_recognised() -> None:
    """A stand-in that leads to Blogger's content warning is gated; nothing beyond this machine is asked."""
    web = Web({"/a": redirect("https://www.blogger.com/interstitial/blog?u=x")})
    with pytest.raises(Unusable) as failed:
        asyncio.run(_get_on_loopback(web))
    assert failed.value.reason == "gated"
    assert web.pages() == ["http://127.0.0.1:8000/a"]


async def _get_on_loopback(web: Web) -> Fetched:
    async with web.fetcher(contact="", allow_loopback=True) as fetcher:
        return await fetcher.get("http://127.0.0.1:8000/a")
