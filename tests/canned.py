"""A web of written answers, and a time that passes only where somebody sleeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from scraper.config import Settings
from scraper.web.fetch import Fetcher

if TYPE_CHECKING:
    from collections.abc import Sequence

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


class Reply(NamedTuple):
    """One answer: its body as it goes over the wire, and its headers."""

    status: int = 200
    body: bytes = b""
    headers: Sequence[tuple[str, str]] = (("content-type", "text/html"),)


def html(body: str | bytes = "<p>halo</p>", status: int = 200, **headers: str) -> Reply:
    raw = body.encode() if isinstance(body, str) else body
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Reply(status, raw, [("content-type", "text/html; charset=utf-8"), *named])


def typed(media_type: str, body: bytes | str, status: int = 200) -> Reply:
    return Reply(status, body.encode() if isinstance(body, str) else body, [("content-type", media_type)])


def redirect(location: str, status: int = 302) -> Reply:
    return Reply(status, b"", [("location", location)])


class Time:
    """Seconds that pass only by sleeping; `slept` lists how long each sleep was."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds - 1000)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class Web:
    """Answers by address (or by path, for any host). A list of replies is used up one by one, its last for ever.

    An exception in place of a reply is raised as the network would. What nobody wrote is a 404. `asked` lists the
    addresses, `requests` the requests, `at` their times.
    """

    def __init__(self, replies: dict[str, Any], time: Time | None = None) -> None:
        self.replies = {
            place: list(answer) if isinstance(answer, list) else [answer] for place, answer in replies.items()
        }
        self.time = time or Time()
        self.requests: list[httpx.Request] = []
        self.at: list[float] = []

    @property
    def asked(self) -> list[str]:
        return [str(request.url) for request in self.requests]

    def pages(self) -> list[str]:
        """The addresses asked for, robots.txt aside."""
        return [url for url in self.asked if not url.endswith("/robots.txt")]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.at.append(self.time.clock())
        path = request.url.raw_path.decode()
        site = f"{request.url.scheme}://{request.url.netloc.decode()}"
        places = (site + path, path, path.partition("?")[0])
        waiting = next((self.replies[place] for place in places if place in self.replies), [Reply(404)])
        reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if callable(reply) and not isinstance(reply, Reply):
            reply = reply(request)
        if isinstance(reply, Exception):
            raise reply
        return httpx.Response(reply.status, headers=list(reply.headers), stream=httpx.ByteStream(reply.body))

    def fetcher(self, *, contact: str = "desk@example.org", allow_loopback: bool = False, **settings: Any) -> Fetcher:
        return Fetcher(
            Settings(contact=contact, **settings),
            allow_loopback=allow_loopback,
            clock=self.time.clock,
            sleep=self.time.sleep,
            now=self.time.now,
            transport=httpx.MockTransport(self.answer),
        )
