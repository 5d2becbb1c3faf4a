"""Politeness: when requests may start, by a clock that only sleeping moves."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.web.pace import Pace
from tests.canned import Time


class Crawl:
    """Requests through one Pace, each taking some seconds; `starts` lists (host, second) from the crawl's beginning."""

    def __init__(self, provider_rate: float = 0.0) -> None:
        self.time = Time()
        self.pace = Pace(provider_rate=provider_rate, clock=self.time.clock, sleep=self.time.sleep)
        self.starts: list[tuple[str, float]] = []

    async def ask(self, host: str, *, delay: float = 2.0, lasts: float = 0.0, shared: bool = True) -> None:
        async with self.pace.turn(host, delay=delay, shared=shared):
            self.starts.append((host, round(self.time.seconds - 1000, 6)))
            self.time.seconds += lasts

    def run(self, *asks: tuple[str, dict[str, float]]) -> list[tuple[str, float]]:
        async def all_of_them() -> None:
            for host, how in asks:
                await self.ask(host, **how)  # type: ignore[arg-type]

        asyncio.run(all_of_them())
        return self.starts


def test_the_first_request_to_a_host_starts_at_once() -> None:
    """Nobody waits before the first request to a host."""
    assert Crawl().run(("a", {}), ("b", {})) == [("a", 0), ("b", 0)]


def test_the_delay_lies_between_two_starts() -> None:
    """Two seconds lie between the starts of two requests, the time the first one took included."""
    assert Crawl().run(("a", {"lasts": 0.5}), ("a", {})) == [("a", 0), ("a", 2)]
    assert Crawl().run(("a", {"lasts": 9.0}), ("a", {})) == [("a", 0), ("a", 9)]


def test_a_host_is_asked_one_thing_at_a_time() -> None:
    """A second request waits until the first is over, even without any delay."""

    async def crawl() -> list[str]:
        pace = Pace(provider_rate=0, clock=lambda: 0.0, sleep=asyncio.sleep)
        events: list[str] = []

        async def ask(name: str) -> None:
            async with pace.turn("a", delay=0.0):
                events.append(f"{name} starts")
                await asyncio.sleep(0)
                events.append(f"{name} ends")

        await asyncio.gather(ask("first"), ask("second"))
        return events

    assert asyncio.run(crawl()) == ["first starts", "first ends", "second starts", "second ends"]


def test_hosts_share_their_providers_budget() -> None:
    """Four requests a second over all blogs: the fifth blog's first request starts a second after the first's."""
    starts = Crawl(provider_rate=4).run(*[(host, {}) for host in "abcde"])
    assert [second for _, second in starts] == [0, 0.25, 0.5, 0.75, 1]


def test_loopback_is_free_of_the_shared_budget() -> None:
    """A host outside the budget neither waits for it nor uses it up."""
    crawl = Crawl(provider_rate=1)
    starts = crawl.run(("a", {}), ("127.0.0.1", {"shared": False}), ("b", {}))
    assert starts == [("a", 0), ("127.0.0.1", 0), ("b", 1)]


def test_a_held_host_waits_and_the_others_do_not() -> None:
    """What a Retry-After asks of one host keeps no other host waiting."""
    crawl = Crawl()
    crawl.pace.hold("a", 30)
    crawl.pace.hold("a", 5)
    assert crawl.run(("b", {}), ("a", {})) == [("b", 0), ("a", 30)]


def gaps(crawl: Crawl, host: str, count: int, **how: float) -> list[float]:
    """Seconds between the starts of the host's next requests, each answered well."""

    async def ask_and_note() -> None:
        for _ in range(count):
            began = len(crawl.starts)
            await crawl.ask(host, **how)  # type: ignore[arg-type]
            crawl.pace.answered(host, took=how.get("lasts", 0.0))
            assert len(crawl.starts) == began + 1

    asyncio.run(ask_and_note())
    return [later[1] - earlier[1] for earlier, later in pairwise(crawl.starts[-count:])]


def test_a_host_that_asks_for_less_is_asked_less_and_then_more_again() -> None:
    """Each 429 or 503 doubles the extra pause; each good answer takes a quarter of it back, until the pace is as was."""
    crawl = Crawl()
    crawl.run(("a", {}))
    crawl.pace.slow_down("a", delay=2.0)
    crawl.pace.slow_down("a", delay=2.0)

    assert gaps(crawl, "a", 5) == [5, 4.25, 3.6875, 3.265625]
    assert crawl.starts[1] == ("a", 6)
    assert gaps(crawl, "a", 20)[-1] == pytest.approx(2)


def test_a_host_without_a_delay_slows_down_too() -> None:
    """Its extra pause begins with a quarter of a second, and never grows beyond two minutes."""
    crawl = Crawl()
    crawl.run(("a", {"delay": 0.0}))
    crawl.pace.slow_down("a", delay=0.0)
    crawl.run(("a", {"delay": 0.0}))
    for _ in range(50):
        crawl.pace.slow_down("a", delay=0.0)
    crawl.run(("a", {"delay": 0.0}))

    assert crawl.starts == [("a", 0), ("a", 0.25), ("a", 120.25)]


def test_a_slow_host_is_busy_with_us_for_half_of_the_time() -> None:
    """One whose answers take five seconds is asked every ten; when it is quick again, after its delay as ever."""
    crawl = Crawl()
    assert gaps(crawl, "a", 4, lasts=5.0) == [10, 10, 10]
    assert gaps(crawl, "a", 12, lasts=0.1)[-1] == pytest.approx(2)


def test_the_usual_differences_change_no_pace() -> None:
    """An answer within a second is none of a slow host."""
    assert gaps(Crawl(), "a", 4, lasts=0.9, delay=0.0) == pytest.approx([0.9, 0.9, 0.9])


def test_one_hosts_trouble_slows_no_other() -> None:
    """An extra pause belongs to the host that asked for it."""
    crawl = Crawl()
    crawl.run(("a", {}), ("b", {}))
    crawl.pace.slow_down("a", delay=2.0)
    assert crawl.run(("b", {}), ("a", {}))[2:] == [("b", 2), ("a", 4)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 5), st.floats(0, 5)), max_size=20),
    st.sampled_from([0.0, 0.5, 4.0]),
)
def test_no_crawl_is_ever_faster_than_allowed(asks: list[tuple[str, float, float]], rate: float) -> None:
    """Whatever is asked in whatever order, each host's delay and the provider's budget hold."""
    starts = Crawl(rate).run(*[(host, {"delay": delay, "lasts": lasts}) for host, delay, lasts in asks])
    for at, (host, delay, _) in enumerate(asks):
        earlier = [second for name, second in starts[:at] if name == host]
        assert not earlier or starts[at][1] >= earlier[-1] + delay - 1e-5
    if rate:
        seconds = [second for _, second in starts]
        assert all(later - sooner >= 1 / rate - 1e-5 for sooner, later in pairwise(seconds))
