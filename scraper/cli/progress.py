"""A crawl as it goes: on a terminal a bar and a row a host at work; otherwise one line a page, to be searched and cut.

A line is the verdict, the reason in brackets where there is one, and the address. Both go to stderr.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from scraper.cli.paint import add_row, console, new_table
from scraper.cli.terminal import one_line
from scraper.crawl import Crawl, SiteReport
from scraper.outcomes import Outcome

REFRESH = 4  # times a second
HOSTS = 10  # rows of the table; of more hosts at work those with most to do are shown
LATELY = 30.0  # seconds over which the rate is taken
BAR = 40  # columns
STAGES = ("waiting", "listing", "visiting", "done")


class CrawlView:
    """Shows a crawl while the `with` block runs, and what each site's turn brought at its end.

    `clock` gives monotonic seconds; `out` is where it is shown, stderr unless told.
    """

    def __init__(
        self, crawl: Crawl, *, out: Console | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._crawl, self._clock = crawl, clock
        self._out = out or console(stderr=True)
        self._live: Live | None = None
        self._began: dict[str, float] = {}
        self._lately: deque[float] = deque()

    def __enter__(self) -> CrawlView:
        if self._out.is_terminal:
            self._live = Live(
                get_renderable=self.picture, refresh_per_second=REFRESH, console=self._out, transient=True
            )
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
        if error is None:
            self._summary()

    def show(self, outcome: Outcome) -> None:
        """One more page: a line of its own, on a terminal only where it failed."""
        now = self._clock()
        self._began.setdefault(outcome.site, now)
        self._lately.append(now)
        if self._live is not None and outcome.verdict != "failed":
            return
        reason = "" if outcome.reason == "ok" else f" ({outcome.reason})"
        self._out.print(one_line(f"{outcome.verdict}{reason} {outcome.url}"), markup=False)

    def picture(self) -> RenderableType:
        """How far the crawl is: all of it, then the hosts at work."""
        reports = self._crawl.reports
        visited, due = (
            (sum(counts) for counts in zip(*map(_done_and_due, reports.values()), strict=True)) if reports else (0, 0)
        )
        head = Table.grid(padding=(0, 1))
        head.add_row(ProgressBar(total=max(due, 1), completed=visited, width=BAR), Text(self._told(visited, due)))
        return Group(head, self._hosts(reports))

    def _told(self, visited: int, due: int) -> str:
        """'120 of 400 pages · 3.1 a second · 0:01:30 to go · 2 failed · 3 hosts listing, 5 visiting'."""
        parts = [f"{visited} of {due} pages", f"{self.rate():.1f} a second"]
        if (left := self.remaining()) is not None:
            parts.append(f"{left} to go")
        if failed := sum(report.verdicts["failed"] for report in self._crawl.reports.values()):
            parts.append(f"{failed} failed")
        stages = [report.stage for report in self._crawl.reports.values()]
        counted = [f"{stages.count(stage)} {stage}" for stage in STAGES if stage in stages]
        return " · ".join([*parts, f"hosts: {', '.join(counted)}"])

    def rate(self) -> float:
        """Pages a second, lately."""
        now = self._clock()
        while self._lately and self._lately[0] < now - LATELY:
            self._lately.popleft()
        first = min(self._began.values(), default=now)
        return len(self._lately) / max(min(LATELY, now - first), 1.0)

    def remaining(self) -> timedelta | None:
        """How long the rest takes: the slowest host decides, since each keeps its own delay. None before all know."""
        now, longest = self._clock(), 0.0
        for name, report in self._crawl.reports.items():
            visited, due = _done_and_due(report)
            if report.stage in {"waiting", "listing"} or (due > visited and not visited):
                return None
            if due > visited and report.stage != "done":
                longest = max(longest, (due - visited) * (now - self._began.get(name, now)) / visited)
        return timedelta(seconds=round(longest))

    def _hosts(self, reports: Mapping[str, SiteReport]) -> Table:
        table = new_table("host", "", "pages", "of", "outcomes")
        at_work = [(name, report) for name, report in reports.items() if report.stage in {"listing", "visiting"}]
        at_work.sort(key=lambda pair: pair[1].verdicts.total() - pair[1].due)
        for name, report in at_work[:HOSTS]:
            verdicts = ", ".join(f"{count} {verdict}" for verdict, count in report.verdicts.most_common())
            of = str(report.due) if report.stage == "visiting" else "?"
            add_row(table, name, report.stage, str(report.verdicts.total()), of, verdicts or "–")
        if len(at_work) > HOSTS:
            add_row(table, f"and {len(at_work) - HOSTS} more")
        return table

    def _summary(self) -> None:
        for name, report in self._crawl.reports.items():
            found = report.discovery
            told = ", ".join(f"{count} {verdict}" for verdict, count in report.verdicts.most_common())
            listed = f"{found.new + found.updated + found.known} posts listed"
            self._out.print(f"{name}: {listed}; {told or 'nothing was due, no article written'}.", markup=False)
            if report.feed_ended:
                self._out.print(f"{name}: its feed ended early ({report.feed_ended}); its sitemap was asked too.")
            if report.foreign:
                self._out.print(f"{name}: {report.foreign} addresses of other sites in its feed were left alone.")
            if report.quarantined:
                told = f"{report.quarantined} pages on a template new to it were not read; see 'kliping health'."
                self._out.print(f"{name}: {told}", markup=False)
            if report.trouble:
                self._out.print(f"{name}: {report.trouble}", markup=False)


def _done_and_due(report: SiteReport) -> tuple[int, int]:
    """Pages visited in a site's turn, and in all."""
    visited = report.verdicts.total()
    return visited, max(report.due, visited)
