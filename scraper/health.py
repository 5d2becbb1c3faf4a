"""What is wrong with the sites of an archive, each with what to do about it. All of it follows from the archive alone.

A site is held against its own history: the RECENT newest posts against the BEFORE posts older than those. A field that
was told and is told no longer, bodies that shrank, witnesses that part: each is a share of posts, and a share counts as
fallen where chance does not explain it. A finding is new once: `note` remembers it until it is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Literal

import msgspec

from scraper import schedule
from scraper.archive.instants import instant, utc_text
from scraper.archive.sites import templates, vitals
from scraper.archive.sites.vitals import PostVitals
from scraper.archive.store import Archive, Site
from scraper.errors import NothingDone

Kind = Literal["template", "coverage", "silent", "overdue", "trouble"]

RECENT = 20  # posts; a local newsroom writes as many in two days to two weeks
BEFORE = 100  # posts that are its history
FEWEST_BEFORE = 40  # below this a site has none
FEWEST_TOLD = 10  # recent posts that must have told a number at all
FALLEN = 0.3  # of a share, before anybody needs to know
CHANCE = 4.0  # standard errors; 14 shares of a thousand sites give one false alarm in two looks, if posts were dice
SHRUNK = 0.5  # of the usual number of words
PARTED = 0.1  # of the usual agreement
GAPS = 100  # pauses between posts that are a site's habit
FEWEST_GAPS = 10
SILENCE = 2.0  # times its longest pause
SHORTEST_SILENCE = timedelta(days=1)
OVERDUE = timedelta(hours=2)  # after the time at which a schedule wanted a visit
AT_WORK = timedelta(hours=1)  # a run that settled nothing for so long is not under way
TROUBLES = 2  # turns in a row that were not whole

FIELDS: dict[str, Callable[[PostVitals], bool]] = {
    "dateline": lambda post: post.dateline,
    "reporter": lambda post: post.reporter,
    "account": lambda post: post.account,
    "published": lambda post: post.published,
    "time of publication": lambda post: post.time,
    "labels": lambda post: post.labels,
    "images": lambda post: post.images,
    "quotes": lambda post: post.quotes,
    "feed": lambda post: post.agreement is not None,
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong at a site, and what to do. `subject` is the field, or empty; `since` UTC text, where it
    was noted by a run before.
    """

    site: str
    kind: Kind
    told: str
    advice: str
    subject: str = ""
    since: str | None = None


def check(archive: Archive, now: datetime, sites: Iterable[str] | None = None) -> tuple[Finding, ...]:
    """What is wrong at the sites that are crawled, or at those of them that are named; by site."""
    wanted = frozenset(sites) if sites is not None else None
    standings = {standing.site: standing for standing in schedule.standings(archive, now)}
    found: list[Finding] = []
    for site in archive.sites():
        if wanted is None or site.name in wanted:
            found += _check_site(archive, site, standings.get(site.name), now)
    since = _noted(archive)
    return tuple(msgspec.structs.replace(one, since=since.get(_key(one))) for one in found)


def note(archive: Archive, findings: Sequence[Finding], sites: Iterable[str], at: datetime) -> tuple[Finding, ...]:
    """The findings that are new, once all are remembered; what is no longer found at the sites is forgotten."""
    known = _noted(archive)
    fresh = tuple(one for one in findings if _key(one) not in known)
    kept, execute = {_key(one) for one in findings}, archive.db.conn.execute
    gone = [key for key in known if key[0] in frozenset(sites) and key not in kept]
    with archive.transaction():
        for one in fresh:
            execute("INSERT INTO alarms (site, kind, subject, since) VALUES (?, ?, ?, ?)", (*_key(one), utc_text(at)))
        for key in gone:
            execute("DELETE FROM alarms WHERE site = ? AND kind = ? AND subject = ?", key)
    return fresh


def accept(archive: Archive, site: str, at: datetime) -> int:
    """How many pages are due, now that the templates of the site that were unknown are known. Raises NoSuchSite, and
    NothingDone where there is none.
    """
    archive.site(site)
    connection = archive.db.conn
    unknown = [template.id for template in templates.of_site(connection, site) if not template.is_known]
    if not unknown:
        raise NothingDone(f"{site} has no template that is unknown; 'kliping health {site}' tells what is wrong.")
    with archive.transaction():
        return templates.accept(connection, site, unknown, at=at)


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.site, finding.kind, finding.subject


def _noted(archive: Archive) -> dict[tuple[str, str, str], str]:
    rows = archive.db.conn.execute("SELECT site, kind, subject, since FROM alarms")
    return {(site, kind, subject): since for site, kind, subject, since in rows}


def _check_site(archive: Archive, site: Site, standing: schedule.Standing | None, now: datetime) -> Iterable[Finding]:
    yield from _template(archive, site.name)
    yield from _coverage(archive, site.name)
    yield from _silence(archive, site)
    yield from _trouble(archive, site.name)
    if standing is not None:
        yield from _overdue(archive, standing, now)


def _template(archive: Archive, site: str) -> Iterable[Finding]:
    held = vitals.quarantine(archive.db.conn, site)
    if held is not None and (held.unread or held.fed >= templates.ENOUGH):
        yield Finding(
            site=site,
            kind="template",
            told=f"Since {held.since} pages come on a template new to the site: {held.unread} could not be read and"
            f" wait, with their bytes kept and the articles held as they were; of {held.fed} the feed gave the text.",
            advice=f"Look at what is read of one: kliping extract {held.url} --explain. If it is right:"
            f" kliping health --accept {site}. If not, describe the theme in a layout; then, either way:"
            f" kliping reextract --apply --site {site}",
        )


def _coverage(archive: Archive, site: str) -> Iterable[Finding]:
    posts = vitals.posts(archive.db.conn, site, RECENT + BEFORE)
    recent, before = posts[:RECENT], posts[RECENT:]
    if len(before) < FEWEST_BEFORE:
        return
    for subject, tells in FIELDS.items():
        yield from _fallen(site, subject, f"tell their {subject}", (recent, before), tells)
    usual = median(post.words for post in before)
    long = "have a body of usual length"
    yield from _fallen(site, "body", long, (recent, before), lambda post: post.words >= SHRUNK * usual)
    yield from _agreement(site, *([post for post in side if post.agreement is not None] for side in (recent, before)))


def _agreement(site: str, recent: Sequence[PostVitals], before: Sequence[PostVitals]) -> Iterable[Finding]:
    if len(recent) < FEWEST_TOLD or len(before) < FEWEST_BEFORE:
        return
    least = max(median(post.agreement or 0.0 for post in before) - PARTED, 0.0)
    told = f"agree with their feed by {least:.0%} or more"
    yield from _fallen(site, "agreement", told, (recent, before), lambda post: (post.agreement or 0.0) >= least)


def _fallen(
    site: str,
    subject: str,
    told: str,
    sides: tuple[Sequence[PostVitals], Sequence[PostVitals]],
    holds: Callable[[PostVitals], bool],
) -> Iterable[Finding]:
    """A finding where fewer of the recent posts hold to it than of those before, and not by chance."""
    recent, before = sides
    lacking = [post for post in recent if not holds(post)]
    now, usual = 1 - len(lacking) / len(recent), sum(map(holds, before)) / len(before)
    both = (now * len(recent) + usual * len(before)) / (len(recent) + len(before))
    error = sqrt(both * (1 - both) * (1 / len(recent) + 1 / len(before)))
    if usual - now < FALLEN or usual - now < CHANCE * error:
        return
    yield Finding(
        site=site,
        kind="coverage",
        subject=subject,
        told=f"Of its {len(recent)} newest posts {now:.0%} {told}; of the {len(before)} before {usual:.0%} did.",
        advice=f"See what is read of one that does not, and from where: kliping extract {lacking[0].url} --explain."
        f" When the rules are mended: kliping reextract --site {site}",
    )


def _silence(archive: Archive, site: Site) -> Iterable[Finding]:
    """A finding where the site fell silent while it was watched: no such thing is said of one that was given up."""
    (turn, *_) = archive.last_turns(site.name, 1) or (None,)
    looked = instant(turn.started_at) if turn is not None else None
    if looked is None:
        return
    moments = vitals.published(archive.db.conn, site.name, GAPS + 1, until=looked)
    gaps = [later - sooner for later, sooner in pairwise(moments)]
    if len(gaps) < FEWEST_GAPS:
        return
    longest, pause = max(gaps), looked - moments[0]
    patience = max(SILENCE * longest, SHORTEST_SILENCE)
    if pause <= patience or moments[0] + patience <= site.added_at:
        return
    yield Finding(
        site=site.name,
        kind="silent",
        told=f"No new post for {_span(pause)}, since {utc_text(moments[0])}; the longest pause between its last"
        f" {len(gaps) + 1} posts was {_span(longest)}.",
        advice=f"Open {site.url}: if it publishes, its feed has stopped or moved: kliping sites add {site.url}",
    )


def _trouble(archive: Archive, site: str) -> Iterable[Finding]:
    turns = archive.last_turns(site, TROUBLES)
    if len(turns) == TROUBLES and all(turn.trouble for turn in turns):
        yield Finding(
            site=site,
            kind="trouble",
            told=f"Its last {TROUBLES} turns were not whole: {(turns[0].trouble or '').strip().splitlines()[-1]}",
            advice=f"See what is missing: kliping completeness {site}",
        )


def _overdue(archive: Archive, standing: schedule.Standing, now: datetime) -> Iterable[Finding]:
    if standing.due_since is None or now - standing.due_since <= OVERDUE:
        return
    if vitals.is_under_way(archive.db.conn, standing.site, since=now - AT_WORK):
        return
    more = f" and missed {standing.missed} times more" if standing.missed else ""
    yield Finding(
        site=standing.site,
        kind="overdue",
        told=f"It was due at {utc_text(standing.due_since)} by '{standing.schedule.told}'{more}.",
        advice="Make sure that something runs it: the timer ('systemctl list-timers'), cron, or 'kliping daemon'."
        " By hand: kliping run --due",
    )


def _span(span: timedelta) -> str:
    """'9 days', '30 hours'."""
    if span >= timedelta(days=2):
        return f"{span / timedelta(days=1):.0f} days"
    return f"{span / timedelta(hours=1):.0f} hours"
