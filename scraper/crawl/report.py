"""What a run tells of each site's turn."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Literal

import msgspec

from scraper.archive.instants import utc_text
from scraper.archive.sites.templates import UNKNOWN
from scraper.archive.sites.turns import Turn
from scraper.frontier import Discovery
from scraper.outcomes import Outcome, Verdict

Stage = Literal["waiting", "listing", "visiting", "done"]


class SiteReport(msgspec.Struct, kw_only=True):
    """What one site's turn brought. `foreign` counts addresses its feed named that are another site's, and were left
    alone. `feed_ended` is the reason (a word of REASONS) why its feed was not enough and the sitemap was asked;
    `trouble` a sentence on what kept the turn from being whole. `quarantined` counts pages of an unknown template.
    `stage` is where the turn stands, `due` how many pages
    it is to visit, told once the site is listed.
    """

    stage: Stage = "waiting"
    quarantined: int = 0
    due: int = 0

    discovery: Discovery = Discovery(new=0, updated=0, known=0)
    foreign: int = 0
    feed_ended: str | None = None
    verdicts: Counter[Verdict] = msgspec.field(default_factory=Counter)
    trouble: str | None = None

    def add(self, outcome: Outcome) -> None:
        """Counts a visit."""
        self.verdicts[outcome.verdict] += 1
        self.quarantined += outcome.reason == UNKNOWN


def turn_of(site: str, run: int, report: SiteReport, begun: datetime, ended: datetime) -> Turn:
    """What is kept of a site's turn once it is over."""
    found = report.discovery
    return Turn(
        site=site,
        run=run,
        started_at=utc_text(begun),
        ended_at=utc_text(ended),
        new=found.new,
        updated=found.updated,
        known=found.known,
        foreign=report.foreign,
        quarantined=report.quarantined,
        feed_ended=report.feed_ended,
        trouble=report.trouble,
    )
