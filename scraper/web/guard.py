"""Which addresses may be asked at all: the fence between a crawl and the private networks around the machine.

A page, a feed or a redirect can name any address. Two checks hold: `check` reads the address itself before a request
is made, and `resolve` looks the host up once, checks every answer and returns the very addresses to connect to
(connect.py dials those, so no second look-up can give another answer).
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from scraper.errors import Refused, TemporaryFetchError

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]

WEB_PORTS = {"http": 80, "https": 443}
LAST_PORT = 65_535
HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[?[0-9A-Fa-f:.]{2,45}\]?")  # a name in its ASCII form, or an IPv6 address
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address really meant


async def system_resolver(host: str, port: int) -> list[str]:
    """The addresses the operating system knows for a host, IPv4 first. Raises socket.gaierror."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ordered = sorted(answers, key=lambda answer: answer[0] != socket.AF_INET)
    return list(dict.fromkeys(str(answer[4][0]) for answer in ordered))


@lru_cache(maxsize=4096)
def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name or number: localhost, *.localhost, 127.0.0.0/8, ::1."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = literal(name)
    return address is not None and address.is_loopback


@lru_cache(maxsize=4096)
def literal(host: str) -> Address | None:
    """The IP address a host is written as, in any form a resolver takes: '127.1', '0x7f000001', '2130706433'."""
    bare = host.strip("[]").rstrip(".")
    try:
        return ip_address(bare)
    except ValueError:
        pass
    last = bare.rpartition(".")[2].lower()
    if not last.isascii() or not (last.isdigit() or last.startswith("0x")):
        return None
    try:
        return IPv4Address(socket.inet_aton(bare))
    except OSError:
        return None


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet; an IPv4 in IPv6 clothes is judged by what it wraps."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.sixtofour is not None or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


class Guard:
    """The rules of one crawl. `allow_loopback` opens this machine's own address (a stand-in site), on any port."""

    def __init__(self, *, allow_loopback: bool = False, resolver: Resolver = system_resolver) -> None:
        self.allow_loopback = allow_loopback
        self._resolver = resolver

    def check(self, scheme: str, host: str, port: int | None) -> None:
        """Raises Refused (scheme, port, internal-address) for an address that may not be asked; looks nothing up."""
        if scheme not in WEB_PORTS:
            raise Refused(f"{scheme or 'no scheme'}://{host}: only http and https are fetched.", reason="scheme")
        if not HOST.fullmatch(host):
            raise Refused(f"{host!r} is no host that can be asked.", reason="scheme")
        if port is not None and not 1 <= port <= LAST_PORT:
            raise Refused(f"{host}:{port}: there is no such port.", reason="port")
        if is_loopback(host):
            if not self.allow_loopback:
                raise _internal(host, host)
            return
        if port not in (None, *WEB_PORTS.values()):
            raise Refused(f"{host}:{port}: only the ports 80 and 443 are asked.", reason="port")
        address = literal(host)
        if address is not None and not is_public(address):
            raise _internal(host, str(address))

    async def resolve(self, host: str, port: int) -> list[str]:
        """The addresses of a host, each one checked. One private answer condemns the host, whatever stands beside it.

        Raises Refused (internal-address) or TemporaryFetchError (unresolvable). Loopback names are not looked up.
        """
        if is_loopback(host):
            self.check("http", host, port)
            address = literal(host)
            return ["127.0.0.1", "::1"] if address is None else [str(address)]
        try:
            answers = await self._resolver(host, port)
        except (OSError, UnicodeError):
            answers = []
        if not answers:
            raise TemporaryFetchError(
                f"{host}: the name does not resolve. Check its spelling and this machine's network.",
                reason="unresolvable",
            )
        for answer in answers:
            if not is_public(ip_address(answer)):
                raise _internal(host, answer)
        return answers


def _internal(host: str, address: str) -> Refused:
    return Refused(
        f"{host} is {address}, an address inside a private network: it is not fetched.", reason="internal-address"
    )
