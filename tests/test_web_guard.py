"""Which addresses a crawl may ask: none inside a private network, however they are written or looked up."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.errors import Refused, TemporaryFetchError
from scraper.web.guard import Guard, is_loopback, is_public, literal

PRIVATE = [
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f000001",
    "127.0.0.1.",
    "::1",
    "[::1]",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.9.9",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "fe80::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "::",
    "::ffff:10.0.0.1",
    "::ffff:7f00:1",
    "::127.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2002:7f00:1::",
    "localhost",
    "LOCALHOST.",
    "kilas.localhost",
]
PUBLIC = ["8.8.8.8", "142.250.4.121", "2607:f8b0:4004:800::2013", "64:ff9b::808:808", "::ffff:8.8.8.8"]


def refusal(guard: Guard, *address: object) -> str:
    with pytest.raises(Refused) as refused:
        guard.check(*address)  # type: ignore[arg-type]
    return refused.value.reason


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_refused_in_every_spelling(host: str) -> None:
    """An address inside a private network is refused, in decimal, octal, hex, or wrapped into IPv6."""
    assert refusal(Guard(), "http", host, None) == "internal-address"


@pytest.mark.parametrize("host", [*PUBLIC, "www.kilas.example", "1.kilas.example", "0x.example"])
def test_a_public_address_or_a_name_passes(host: str) -> None:
    """A public address passes, and so does a name, which is looked up only when a connection is opened."""
    Guard().check("https", host, 443)


def test_only_web_schemes_and_ports_are_asked() -> None:
    """file:, ftp: and odd ports are refused, each with its own reason."""
    assert refusal(Guard(), "file", "", None) == "scheme"
    assert refusal(Guard(), "ftp", "kilas.example", None) == "scheme"
    assert refusal(Guard(), "http", "", None) == "scheme"
    assert refusal(Guard(), "http", "kilas.example", 22) == "port"
    Guard().check("http", "kilas.example", 80)


@pytest.mark.parametrize("port", [-1, 0, 65_536, 99_999, 10**30])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    """A number that is no port is refused before anybody dials it, on this machine as well."""
    for host in ("127.0.0.1", "localhost", "kilas.example"):
        assert refusal(Guard(allow_loopback=True), "http", host, port) == "port"
    Guard(allow_loopback=True).check("http", "127.0.0.1", 65_535)


def test_loopback_opens_this_machine_and_nothing_else() -> None:
    """allow_loopback lets any port of this machine be asked, but no other private address."""
    guard = Guard(allow_loopback=True)
    guard.check("http", "127.0.0.1", 8931)
    guard.check("http", "koran.localhost", 8931)
    assert refusal(guard, "http", "192.168.0.1", None) == "internal-address"
    assert refusal(guard, "http", "169.254.169.254", None) == "internal-address"


def resolved(guard: Guard, host: str) -> list[str]:
    return asyncio.run(guard.resolve(host, 80))


def answering(*addresses: str) -> object:
    async def resolver(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolver


def test_one_private_answer_condemns_the_name() -> None:
    """A name with a public and a private address is refused: which one gets dialled would be luck."""
    guard = Guard(resolver=answering("142.250.4.121", "10.0.0.7"))  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        resolved(guard, "kilas.example")
    assert refused.value.reason == "internal-address"
    assert "10.0.0.7" in str(refused.value)


def test_a_foreign_name_for_this_machine_stays_refused() -> None:
    """A public name that resolves to 127.0.0.1 is refused even where loopback is allowed."""
    guard = Guard(allow_loopback=True, resolver=answering("127.0.0.1"))  # type: ignore[arg-type]
    with pytest.raises(Refused):
        resolved(guard, "kilas.example")


def test_loopback_names_are_not_looked_up() -> None:
    """localhost and *.localhost are this machine without asking a resolver, which could say something else."""

    async def resolver(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    guard = Guard(allow_loopback=True, resolver=resolver)
    assert resolved(guard, "kilas.localhost") == ["127.0.0.1", "::1"]
    assert resolved(guard, "127.1") == ["127.0.0.1"]


def test_a_name_without_an_address_is_unresolvable() -> None:
    """A name the resolver does not know is a failure of its own kind, not a refusal."""

    async def resolver(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(TemporaryFetchError) as failure:
        resolved(Guard(resolver=resolver), "tidak-ada.example")
    assert failure.value.reason == "unresolvable"


@settings(max_examples=100, deadline=None)
@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_however_it_is_written(address: object) -> None:
    """Dotted, decimal, hex and IPv4-mapped forms of one address get one verdict."""
    number = int(address)  # type: ignore[call-overload]
    forms = [str(address), str(number), hex(number), f"::ffff:{address}"]
    verdicts = {(found is not None and is_public(found)) for found in map(literal, forms)}
    assert len(verdicts) == 1


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_any_text_can_be_asked_about(host: str) -> None:
    """Nothing that stands in a host's place makes the guard fail in another way than by refusing."""
    is_loopback(host)
    with suppress(Refused):
        Guard().check("http", host, None)
        assert host.isascii()
