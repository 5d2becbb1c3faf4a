"""What a run tells of each site's turn."""

from __future__ import annotations

from collections import Counter

import msgspec

from scraper.frontier import Discovery
from scraper.outcomes import Verdict


class SiteReport(msgspec.Struct, kw_only=True):
    """What one site's turn brought. `foreign` counts addresses its feed named that are another site's, and were left
    alone. `feed_ended` is the reason (a word of REASONS) why its feed was not enough and the sitemap was asked;
    `trouble` a sentence on what kept the turn from being whole.
    """

    discovery: Discovery = Discovery(new=0, updated=0, known=0)
    foreign: int = 0
    feed_ended: str | None = None
    verdicts: Counter[Verdict] = msgspec.field(default_factory=Counter)
    trouble: str | None = None
