"""When an address that is settled is worth another visit: by the age of its post, the habits of its site, and what the
last visits found. Only what the archive holds decides, so that the same archive and moment give the same list.

A post is edited, and taken down, soon after it came out or never. So the next visit waits for a share of the age it had
at the last: a day for a fresh post, months for an old one. Sites that edit much are visited sooner. What is missing is
asked for again after the time that lies between two checks, then after twice that, and so on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

import msgspec

from scraper.archive.addresses.states import SUSPICIOUS
from scraper.config import Settings

AGE_SHARE = 0.5  # of a post's age at its last visit: some 14 visits in its first year, 2 in each later one
USUAL_EDITS = 0.1  # share of a site's posts that were edited after they were first read, at which waits are as planned
FEWEST_POSTS = 20  # below this a site has no habits yet
HABIT_RANGE = (0.5, 2.0)  # how much habits may shorten or lengthen a wait
SPREAD = 0.1  # of a wait, by the address: posts that were first read in one run are not all due in one
LONGEST_WAIT = timedelta(days=1)  # what fails is due again sooner: a later time was set by a clock that ran ahead
FRESH_PROOF = timedelta(days=30)  # a page older than this is asked for whole: a 304 saves, it never proves
REFUSED_AGAIN = timedelta(days=7)  # after a no of robots.txt; asking its rules again costs the site nothing
LONGEST_CHECK = timedelta(days=180)  # between two checks of a missing page, where settled ones are never visited
MOST_DOUBLINGS = 16  # of the time between two checks; the longest wait is reached long before
UNHELD_MISSES = 6  # visits in a row that miss what never was an article, after which only a list brings it back


ANSWERED = frozenset(
    {
        "http-403",
        "http-4xx",
        "http-other",
        "gated",
        "content-type",
        "too-large",
        "decode",
        "redirects",
        "unknown-template",
    }
)
"""Failures that the server meant, or will repeat: to ask for them in every run would be no manners."""


class Revisits(msgspec.Struct, frozen=True, kw_only=True):
    """The shortest and the longest wait for a settled page, and the time between two checks of a missing one.

    With `within` zero nothing that is settled is visited again by itself.
    """

    after: timedelta
    within: timedelta
    gone_after: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Revisits:
        """The rules as the settings have them."""
        return cls(
            after=timedelta(hours=settings.revisit_after),
            within=timedelta(days=settings.revisit_within),
            gone_after=timedelta(hours=settings.gone_after),
        )


STANDARD = Revisits.of(Settings())


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What the frontier and the archive hold of one address. Times are aware UTC; `born` is the post's publication or
    last update, whichever is later, else the address's discovery. `status` and `home` are of the article it showed;
    `listed_at` is when its site was last listed whole, and `is_listed` whether that named the article.
    """

    url: str
    state: str
    reason: str | None
    visited_at: datetime | None
    whole_at: datetime | None
    settled_stamp: datetime | None
    due_at: datetime | None
    born: datetime
    misses: int
    attempts: int
    status: str | None
    home: str | None
    listed_at: datetime | None = None
    is_listed: bool = True


class Next(msgspec.Struct, frozen=True):
    """When an address is due; None: not by itself, only when a list tells of a change. `why` is a clause."""

    at: datetime | None
    told: str
    values: tuple[timedelta | float | str | None, ...] = ()

    @property
    def why(self) -> str:
        """The reason in words."""
        return self.told.format(*map(_in_words, self.values))


def next_visit(row: Row, *, edits: float | None, revisits: Revisits = STANDARD) -> Next:
    """When the address is due next. `edits` is the share of its site's posts that were edited; None for no habits."""
    if row.state == "failed" and row.reason in ANSWERED and row.visited_at is not None:
        wait = _doubled(revisits, row.attempts)
        return Next(
            row.visited_at + wait, "it was answered with no page ({}): tried again after {}", (row.reason, wait)
        )
    if row.state == "failed":
        return Next(row.due_at or row.born, "its last visit failed ({}): in the next run", (row.reason,))
    if row.state == "due" or row.visited_at is None:
        return Next(row.due_at or row.born, "a list named it, or told of a change: in the next run")
    if row.state == "refused":
        return _refused(row)
    if row.home is not None and row.home != row.url:
        return Next(None, "its post stands at {} by now", (row.home,))
    if _is_doubtful(row):
        named = "again" if row.is_listed else "no longer"
        return Next(row.listed_at, "a whole listing of its site names it {}: to be checked", (named,))
    if row.state == "settled" and not revisits.within:
        return Next(None, "settled pages are not visited again (KLIPING_REVISIT_WITHIN=0)")
    if row.state == "settled":
        return _settled(row, edits, revisits)
    if row.state == "no-article" and row.reason not in SUSPICIOUS:
        return Next(None, "it holds no article ({})", (row.reason,))
    return _missing(row, revisits)


def is_due(row: Row, at: datetime, *, edits: float | None, revisits: Revisits = STANDARD) -> bool:
    """Whether the address is worth a visit at that time. One noted or visited in the future is: the clock was set
    back.
    """
    upcoming = next_visit(row, edits=edits, revisits=revisits).at
    if upcoming is None or upcoming <= at:
        return upcoming is not None
    if row.state in {"due", "failed"} and row.reason not in ANSWERED:
        return upcoming - at > LONGEST_WAIT
    return row.visited_at is not None and row.visited_at > at


def may_be_conditional(row: Row, at: datetime) -> bool:
    """Whether a 304 would do: for a live article that was had whole not long ago, and since the last change told."""
    if row.status != "live" or row.whole_at is None or at - row.whole_at > FRESH_PROOF or _is_doubtful(row):
        return False
    return row.settled_stamp is None or row.whole_at >= row.settled_stamp


def _is_doubtful(row: Row) -> bool:
    """Whether a listing after the last visit speaks against what was found: a live post unnamed, or one gone named."""
    if row.listed_at is None or row.visited_at is None or row.visited_at >= row.listed_at:
        return False
    return row.status == ("gone" if row.is_listed else "live")


def _refused(row: Row) -> Next:
    if row.reason != "robots" or row.visited_at is None:
        return Next(None, "it may not be asked for ({})", (row.reason,))
    return Next(row.visited_at + REFUSED_AGAIN, "robots.txt may have changed after {}", (REFUSED_AGAIN,))


def _missing(row: Row, revisits: Revisits) -> Next:
    assert row.visited_at is not None
    times = "once" if row.misses <= 1 else f"{row.misses} times in a row"
    if row.status is None and row.misses >= UNHELD_MISSES:
        return Next(None, "missing {}, and never an article", (times,))
    wait = _doubled(revisits, row.misses)
    return Next(row.visited_at + wait, "missing {}: checked again after {}", (times, wait))


def _doubled(revisits: Revisits, times: int) -> timedelta:
    """The time between two checks after the first, twice that after the second, and so on."""
    longest = max(revisits.within or LONGEST_CHECK, revisits.gone_after)
    doublings = min(max(times - 1, 0), MOST_DOUBLINGS)
    return min(revisits.gone_after * (1 << doublings), longest)


def _settled(row: Row, edits: float | None, revisits: Revisits) -> Next:
    assert row.visited_at is not None
    age = max(row.visited_at - row.born, timedelta())
    least, most = HABIT_RANGE
    habit = 1.0 if edits is None else min(max(USUAL_EDITS / max(edits, 0.001), least), most)
    wait = min(max(age * AGE_SHARE * habit, revisits.after), revisits.within) * _spread(row.url)
    if edits is None:
        return Next(row.visited_at + wait, "its post was {} old: visited again after {}", (age, wait))
    told = "its post was {} old, and its site edits {} of its posts: visited again after {}"
    return Next(row.visited_at + wait, told, (age, edits, wait))


def _spread(url: str) -> float:
    """Between 1 and 1 + SPREAD, always the same for an address."""
    return 1 + SPREAD * (crc32(url.encode()) % 1000) / 1000


def _in_words(value: timedelta | float | str | None) -> str:
    """A span in days or hours, a share in percent."""
    if isinstance(value, timedelta):
        days = value / timedelta(days=1)
        return f"{days:.0f} days" if days >= 2 else f"{value / timedelta(hours=1):.0f} hours"
    return f"{value:.0%}" if isinstance(value, float) else str(value)
