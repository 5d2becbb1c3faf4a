"""What a site's robots.txt allows, read as RFC 9309 says.

A file that is not there allows everything; one that cannot be had (no answer, 429, 5xx) allows nothing, for then nobody
knows what it says.
"""

from __future__ import annotations

import math

from protego import Protego

from scraper.web.optout import content_signals

AGENT = "kliping"  # the product token that robots.txt files may name
MAX_ROBOTS_BYTES = 500 * 1024  # RFC 9309 §2.5: a crawler must read at least 500 KiB; the rest is ignored
MAX_ROBOTS_REDIRECTS = 5  # RFC 9309 §2.3.1.2
MAX_CRAWL_DELAY = 300.0  # seconds; a longer Crawl-delay is a slip of the pen: a wish for no crawl is a Disallow


class Rules:
    """One host's rules. `found` tells a file that was read from the lack of one; `trouble` why it could not be
    had. `signals` are the uses of its content that the site denies, as optout.py names them.
    """

    def __init__(self, text: str | None = None, *, trouble: str | None = None) -> None:
        self.found = text is not None
        self.trouble = trouble
        self._parsed = Protego.parse(text or "")
        self.signals = content_signals(text or "", AGENT)

    @classmethod
    def read(cls, body: bytes) -> Rules:
        """The rules in the bytes of a robots.txt. A byte order mark, which would hide the first group, is dropped."""
        return cls(body[:MAX_ROBOTS_BYTES].decode("utf-8-sig", "replace"))

    @property
    def crawl_delay(self) -> float:
        """Seconds between requests that the site asks for; 0 when it asks for none."""
        asked = self._parsed.crawl_delay(AGENT)
        if asked is None or not math.isfinite(asked) or asked < 0:
            return 0.0
        return min(float(asked), MAX_CRAWL_DELAY)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps the file names, as written."""
        return tuple(self._parsed.sitemaps)

    def allow(self, url: str) -> bool:
        """Whether the address may be asked for. No rules that could not be had allow anything."""
        return self.trouble is None and bool(self._parsed.can_fetch(url, AGENT))
