"""TLS: a host with a valid certificate is read, and one whose certificate does not fit is never."""

from __future__ import annotations

import asyncio
import ssl

import httpcore
import pytest
import trustme

from scraper.web.connections import Connections
from scraper.web.guard import Guard

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwarga"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(ANSWER)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


async def _ask(certificate: trustme.LeafCert, trusted: trustme.CA, *, times: int = 1) -> list[bytes]:
    """The bodies of so many answers of a server on loopback that shows that certificate."""
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(theirs)
    ours = ssl.create_default_context()
    trusted.configure_trust(ours)
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, ssl=theirs)
    place = ("https", "localhost", server.sockets[0].getsockname()[1])
    connections = Connections(Guard(allow_loopback=True), ours, timeout=5)
    bodies = []
    async with server:
        try:
            for _ in range(times):
                head, exchange = await connections.ask(place, b"/x.html", [(b"host", b"localhost")])
                assert head.status == 200
                bodies.append(b"".join([part async for part in exchange.body()]))
                exchange.close()
        finally:
            await connections.aclose()
            await asyncio.sleep(0.05)  # in which the server's side sees the end
    return bodies


def test_a_host_with_a_valid_certificate_is_read(authority: trustme.CA) -> None:
    """The name is sent and checked, and the connection serves the next request too."""
    certificate = authority.issue_cert("localhost")
    assert asyncio.run(_ask(certificate, authority, times=3)) == [b"warga"] * 3


@pytest.mark.parametrize("name", ["kabar.example", "127.0.0.1"])
def test_a_certificate_of_another_host_is_refused(authority: trustme.CA, name: str) -> None:
    """A trusted certificate that names another host, or only the address, does not do."""
    with pytest.raises(httpcore.ConnectError, match="localhost"):
        asyncio.run(_ask(authority.issue_cert(name), authority))


def test_a_certificate_nobody_vouches_for_is_refused(authority: trustme.CA) -> None:
    """A stranger's authority counts for nothing."""
    with pytest.raises(httpcore.ConnectError, match="certificate verify failed"):
        asyncio.run(_ask(trustme.CA().issue_cert("localhost"), authority))
