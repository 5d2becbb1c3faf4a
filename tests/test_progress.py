"""What a person sees of a crawl: a moving picture on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from types import SimpleNamespace
from typing import cast

from rich.console import Console

from scraper.cli.progress import HOSTS, CrawlView
from scraper.crawl import Crawl, SiteReport
from scraper.outcomes import Outcome, Verdict

AT = datetime(2026, 3, 2, tzinfo=UTC)


class Watch:
    """A view over made-up reports, with a clock of its own."""

    def __init__(self, *, terminal: bool) -> None:
        self.now = 100.0
        self.reports: dict[str, SiteReport] = {}
        self.out = StringIO()
        console = Console(file=self.out, force_terminal=terminal, width=120, soft_wrap=not terminal, highlight=False)
        crawl = cast("Crawl", SimpleNamespace(reports=self.reports))
        self.view = CrawlView(crawl, out=console, clock=lambda: self.now)

    def page(self, site: str, verdict: Verdict = "new", reason: str = "ok") -> None:
        self.reports[site].verdicts[verdict] += 1
        self.view.show(
            Outcome(url=f"https://{site}/x.html", verdict=verdict, reason=reason, at=AT, site=site, title="Banjir [b]")
        )

    def picture(self) -> str:
        console = Console(file=StringIO(), width=160)
        console.print(self.view.picture())
        return cast("StringIO", console.file).getvalue()


def report(stage: str, due: int = 0, **verdicts: int) -> SiteReport:
    return SiteReport(stage=stage, due=due, verdicts=Counter(verdicts))  # type: ignore[arg-type]


def test_without_a_terminal_each_page_is_one_line() -> None:
    """Verdict, reason where there is one, address: nothing moves, nothing is coloured or wrapped."""
    watch = Watch(terminal=False)
    watch.reports["a.example"] = report("visiting", 3)
    with watch.view:
        watch.page("a.example")
        watch.page("a.example", "failed", "http-5xx")

    lines = watch.out.getvalue().splitlines()
    assert lines[:2] == ["new https://a.example/x.html", "failed (http-5xx) https://a.example/x.html"]
    assert lines[2].startswith("a.example: 0 posts listed; 1 new, 1 failed")


def test_a_terminal_shows_rate_rest_and_each_host_at_work() -> None:
    """Pages of all that are due, how fast, how long yet, and where each host that is at work stands."""
    watch = Watch(terminal=True)
    watch.reports |= {
        "a.example": report("visiting", 40),
        "b.example": report("done", 2, new=2),
        "c.example": report("listing"),
    }
    for _ in range(10):
        watch.page("a.example")
        watch.now += 2

    shown = watch.picture()
    assert "12 of 42 pages" in shown
    assert "0.5 a second" in shown
    assert "to go" not in shown, "while a host is still listed nobody knows"
    assert "hosts: 1 listing, 1 visiting, 1 done" in shown
    assert [line.split() for line in shown.splitlines() if line.startswith(("a.example", "c.example"))] == [
        ["a.example", "visiting", "10", "40", "10", "new"],
        ["c.example", "listing", "0", "?", "–"],
    ]
    assert "b.example" not in shown


def test_the_slowest_host_decides_how_long_it_takes() -> None:
    """Each host keeps its own delay: 30 pages at 2 seconds each take a minute, however fast the others are."""
    watch = Watch(terminal=True)
    watch.reports |= {"slow.example": report("visiting", 40), "fast.example": report("visiting", 100)}
    for _ in range(10):
        watch.page("slow.example")
        for _ in range(9):
            watch.page("fast.example")
        watch.now += 2

    assert watch.view.remaining() == timedelta(minutes=1)
    assert "0:01:00 to go" in watch.picture()


def test_failures_are_told_on_a_terminal_too() -> None:
    """A page that fails leaves a line above the moving picture, and is counted in it; a good one leaves none."""
    watch = Watch(terminal=True)
    watch.reports["a.example"] = report("visiting", 3)
    with watch.view:
        watch.page("a.example")
        watch.page("a.example", "failed", "timeout")
        shown = watch.picture()

    assert "failed (timeout) https://a.example/x.html" in watch.out.getvalue()
    assert "new https://a.example/x.html" not in watch.out.getvalue()
    assert "1 failed" in shown


def test_of_many_hosts_those_with_most_to_do_are_shown() -> None:
    """The table has an end: the rest is counted."""
    watch = Watch(terminal=True)
    watch.reports |= {f"{number}.example": report("visiting", number) for number in range(1, 31)}

    lines = watch.picture().splitlines()
    assert any(line.startswith("30.example") for line in lines)
    assert not any(line.startswith("1.example") for line in lines)
    assert any(line.startswith(f"and {30 - HOSTS} more") for line in lines)


def test_before_anything_is_known_there_is_a_picture_all_the_same() -> None:
    """An empty crawl, and one whose sites still wait, can be shown."""
    watch = Watch(terminal=True)
    assert "0 of 0 pages" in watch.picture()
    watch.reports["a.example"] = report("waiting")
    assert "hosts: 1 waiting" in watch.picture()
