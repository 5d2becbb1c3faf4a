"""What a Blogger site may do to a crawler that lists its posts: each trap a switch, all of them off by default.

Every one was met in the wild, or follows from what the platform documents. `Newsroom.traps` holds a site's; change them
while it is served and the next request meets them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Service = Literal["", "rss", "html", "loop"]
Widget = Literal["", "tree", "flat", "menu"]


class Traps(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The switches. Posts are named by their ids.

    `feed_total`: what the feed claims to hold, whatever it gives. `feed_lacks`: posts it hides, and does not count.
    `feed_last`: the start-index beyond which it gives nothing. `feed_hiccups`: its next answers that come empty.
    `feed_service`: where the owner redirected the default feed to: RSS of the newest posts with no total and no pages,
    a web page, or a redirect back; `redirect=false` passes by it, and with `summary_too` the summary feed goes there
    also. `feed_by_id_only`: the feed answers under the blog's id alone. `ignores_updates`: the order by update, and its
    window, are not heeded. `sitemap`: whether there is one. `sitemap_lacks`: posts it hides. `sitemap_index`: its index
    names that many pages and no more. `sitemap_repeats`: every page of it is the first. `widget`: the archive widget's
    form. `month_posts`: the most posts a month page shows.
    """

    feed_total: int | None = None
    feed_lacks: frozenset[str] = frozenset()
    feed_last: int | None = None
    feed_hiccups: int = 0
    feed_service: Service = ""
    summary_too: bool = False
    feed_by_id_only: bool = False
    ignores_updates: bool = False
    sitemap: bool = True
    sitemap_lacks: frozenset[str] = frozenset()
    sitemap_index: int | None = None
    sitemap_repeats: bool = False
    widget: Widget = ""
    month_posts: int | None = None

    def has_hiccup(self) -> bool:
        """Whether the feed's next answer comes empty; one of its hiccups is spent."""
        self.feed_hiccups = max(0, (hiccups := self.feed_hiccups) - 1)
        return hiccups > 0
