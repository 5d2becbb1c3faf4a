"""The newsroom on a loopback port: HTTP, conditional answers, compression, faults on demand, a log of every request.

with StandIn(Newsroom.load(folder)) as standin:
    httpx.get(standin.url)
"""

from __future__ import annotations

import gzip
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import msgspec

from scraper.errors import UsageProblem
from scraper.standin.newsroom import Newsroom
from scraper.standin.site import PLAIN, Answer, Site

NewSite = Callable[[Newsroom, str], Site]
"""The newsroom as it is seen under a base address."""

HOST = re.compile(r"[A-Za-z0-9.\-]+(?::[0-9]+)?")
POLL = 0.02  # seconds; how long leaving the server may take
GZIP_LEVEL = 1  # 2 ms less a page than the default; the client sees no difference


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it was answered. `at` is monotonic seconds of its arrival, `bytes` what was sent as a body."""

    method: str
    path: str
    query: str
    status: int
    at: float
    user_agent: str
    host: str
    conditional: bool
    bytes: int


class Fault(msgspec.Struct):
    """Something going wrong for the next `times` requests whose path and query begin with `path_prefix`.

    `delay` is seconds before the answer. Status 200 leaves the true answer as it is, late and with `headers` added. A
    `script` writes all of the answer to the connection by itself, however wrong it is, and the connection ends with it.
    """

    path_prefix: str
    status: int = 503
    headers: Mapping[str, str] = {}
    times: int = 1
    delay: float = 0.0
    script: Callable[[BinaryIO], None] | None = None


class StandIn:
    """A newsroom served while the `with` block runs. Change `newsroom.posts` and `faults`, read `log`, at any time."""

    def __init__(self, newsroom: Newsroom, host: str = "127.0.0.1", port: int = 0, *, site: NewSite = Site) -> None:
        self.newsroom = newsroom
        self.site = site
        self.host = host
        self.port = port
        self.log: list[Hit] = []
        self.faults: list[Fault] = []
        self.lock = threading.Lock()
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        """'http://127.0.0.1:8123', without a final slash."""
        return f"http://{self.host}:{self.port}"

    def __enter__(self) -> StandIn:
        try:
            self._server = _Server((self.host, self.port), _Handler, self)
        except OSError as error:
            raise UsageProblem(f"{self.url} cannot be served ({error.strerror}). Choose another port, or 0.") from None
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL,), name=f"standin:{self.port}")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    def fault_for(self, target: str) -> Fault | None:
        """The first fault that this path and query meet, one of its times spent."""
        with self.lock:
            fault = next((fault for fault in self.faults if target.startswith(fault.path_prefix)), None)
            if fault is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
        return fault

    def record(self, hit: Hit) -> None:
        """Note a request in the server's own log."""
        with self.lock:
            self.log.append(hit)


def serve(
    newsroom: Newsroom, port: int = 8000, *, host: str = "127.0.0.1", announce: Callable[[str], object] = print
) -> None:
    """Serves until Ctrl-C. `announce` is told the address once it answers."""
    serve_all([StandIn(newsroom, host, port)], announce=lambda standin: announce(standin.url))


def serve_all(standins: Sequence[StandIn], *, announce: Callable[[StandIn], object]) -> None:
    """Serves all of them until Ctrl-C. `announce` is told each once all answer."""
    with ExitStack() as stack:
        for standin in standins:
            stack.enter_context(standin)
        try:
            for standin in standins:
                announce(standin)
            threading.Event().wait()
        except KeyboardInterrupt:
            return


class _Server(ThreadingHTTPServer):
    """Remembers its connections, so that leaving ends those a client keeps alive."""

    daemon_threads = False

    def __init__(self, address: tuple[str, int], handler: type[_Handler], standin: StandIn) -> None:
        self.standin = standin
        self.connections: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.standin.lock:
            self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self.standin.lock:
            self.connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        with self.standin.lock:
            for connection in self.connections:
                with suppress(OSError):  # the client was quicker
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error; anything else is a bug, and its traceback goes to stderr."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "GSE"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 2**16  # head and body leave together
    timeout = 60  # seconds a silent connection is kept

    def do_GET(self) -> None:
        arrived = time.monotonic()
        standin = cast("_Server", self.server).standin
        fault = standin.fault_for(self.path)
        if fault is not None and fault.script is not None:
            standin.record(self._hit(fault.status, 0, arrived))
            self._play(fault.script)
            return
        host = self.headers.get("Host", "")
        base = f"http://{host}" if HOST.fullmatch(host) else standin.url
        if fault is not None and fault.status != HTTPStatus.OK:
            answer = Answer(body=f"{fault.status}\n", status=fault.status, content_type=PLAIN)
        else:
            answer = standin.site(standin.newsroom, base).answer(self.path)
        status, headers, body = self._respond(answer)
        if fault is not None:
            headers.update(fault.headers)
        standin.record(self._hit(status, 0 if self.command == "HEAD" else len(body), arrived))
        if fault is not None and fault.delay:
            standin.closing.wait(fault.delay)
        self._send(status, [*headers.items(), *answer.headers], body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _play(self, script: Callable[[BinaryIO], None]) -> None:
        self.close_connection = True
        with suppress(OSError):  # the client, or the end of the `with` block, hung up
            script(cast("BinaryIO", self.wfile))
            self.wfile.flush()

    def _respond(self, answer: Answer) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body on the wire: 304 where the client holds it, gzip where it can read it."""
        body = answer.body.encode() if answer.kept is None else answer.kept
        headers = {"Content-Type": answer.content_type, "Vary": "Accept-Encoding"}
        if answer.location:
            headers["Location"] = answer.location
        if answer.changed is not None:
            etag = f'W/"{blake2b(body, digest_size=16).hexdigest()}"'
            modified = format_datetime(answer.changed.astimezone(UTC), usegmt=True)
            headers |= {"ETag": etag, "Last-Modified": modified, "Cache-Control": "private, max-age=0"}
            if self._held(etag, modified):
                return HTTPStatus.NOT_MODIFIED, headers, b""
        if "gzip" in self.headers.get("Accept-Encoding", "") and body:
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        return answer.status, headers, body

    def _held(self, etag: str, modified: str) -> bool:
        """Whether the client's copy is this one. An ETag outweighs a date; a date counts only when it is the same."""
        if (known := self.headers.get("If-None-Match")) is not None:
            return etag.removeprefix("W/") in {tag.strip().removeprefix("W/") for tag in known.split(",")}
        since = self.headers.get("If-Modified-Since")
        try:
            return since is not None and parsedate_to_datetime(since) == parsedate_to_datetime(modified)
        except ValueError:
            return False

    def _send(self, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        try:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            if status != HTTPStatus.NOT_MODIFIED:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.wfile.flush()
        except OSError:  # the client, or the end of the `with` block, hung up
            self.close_connection = True

    def _hit(self, status: int, sent: int, arrived: float) -> Hit:
        split = urlsplit(self.path)
        asked = self.headers
        return Hit(
            method=self.command,
            path=split.path,
            query=split.query,
            status=status,
            at=arrived,
            user_agent=asked.get("User-Agent", ""),
            host=asked.get("Host", ""),
            conditional="If-None-Match" in asked or "If-Modified-Since" in asked,
            bytes=sent,
        )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server uses
        """Nothing: `StandIn.log` is the log."""
