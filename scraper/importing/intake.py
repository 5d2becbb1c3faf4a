"""Pages from files settled as a visit's: read by the same readers, written by the same transaction.

A page belongs to the site whose blog it is, else to the one of its host. One that the archive does not know is added
as a site that is not crawled (`sites add` makes it one that is), if the page shows that Blogger made it. Settled pages
of a crawled site are due for a visit, which alone can tell how the post stands today. A page that is older than what is
held of its article is kept beside it, and changes nothing; so is a page that no article comes of. An export's entry is
the second witness of the page that is held of its post; where the archive holds none, or the entry tells a newer
update, it is read by itself.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from extractors.context import Context, read_context
from extractors.urls import article_id, is_permalink, site_name
from scraper.archive import imports, syndication
from scraper.archive.addresses.frontier import Sighting
from scraper.archive.captures import Capture
from scraper.archive.instants import instant, utc_text
from scraper.archive.store import Archive, Site
from scraper.archive.visits import Visit, as_of_site
from scraper.config import Settings
from scraper.crawl.reading import Readers
from scraper.errors import ArchiveUnusable, NoSuchSite
from scraper.importing.found import Finding, Found, Lost, Passed
from scraper.outcomes import Outcome, Verdict
from scraper.reading import Answered, Read
from scraper.repeating import Repeating, answered_of, repeated_of
from scraper.web.decode import decode
from scraper.web.guard import is_loopback
from scraper.web.optout import header_signals


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one page. `source` is its file, with the place in it behind a '!'."""

    source: str
    outcome: Outcome


class Intake:
    """One import into an archive. `passed` counts what was no post by its own word; it fills while `outcomes` is
    consumed.
    """

    def __init__(
        self, archive: Archive, settings: Settings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._archive, self._settings, self._now = archive, settings, now
        self._run = 0
        self._sites: dict[str, Site] = {}
        self._repeated: dict[str, frozenset[str]] = {}
        self.verdicts: Counter[str] = Counter()
        self.passed = 0

    async def outcomes(self, findings: Iterable[Finding]) -> AsyncIterator[Imported]:
        """What became of each page, as it is settled. Raises ArchiveLocked while a crawl writes to the archive."""
        archive, settings = self._archive, self._settings
        with archive.writing():
            self._run = imports.begin(archive, self._now())
            async with Readers(settings.workers, limit=settings.read_limit) as readers:
                for finding in findings:
                    if isinstance(finding, Passed):
                        self.passed += finding.count
                        continue
                    outcome = self._lost(finding) if isinstance(finding, Lost) else await self._take(finding, readers)
                    self.verdicts[outcome.verdict] += 1
                    yield Imported(source=finding.source, outcome=outcome)
                for name in self._repeated:
                    await Repeating(archive, name, readers, run=self._run, now=self._now).put_right()
            syndication.update(archive)
            imports.conclude(archive, self._run, self._now(), dict(self.verdicts), sites=set(self._sites))

    def _lost(self, lost: Lost) -> Outcome:
        return Outcome(
            url=lost.source, verdict="failed", reason=lost.reason, at=self._now(), site="", detail=lost.detail
        )

    async def _take(self, found: Found, readers: Readers) -> Outcome:
        context = read_context(decode(found.body, found.content_type))
        site = self._site(found, context)
        if site is None:
            told = f"{found.source} shows no sign of Blogger, and {site_name(found.url)} is no site of this archive."
            return _outcome(found, site_name(found.url), "refused", "not-blogger", told)
        if found.is_entry_alone and (outcome := await self._pair(found, site, readers)) is not None:
            return outcome
        read = await readers.read(self._answered(found, site))
        if read.reading is None:
            return self._without_article(found, site, read)
        article = read.reading.article
        held = imports.holding(self._archive, article.id, found.url)
        if held is not None and _is_older(found, held):
            kept = self._keep(found, site, article=article.id, theme=article.theme)
            outcome = _outcome(found, site.name, "unchanged" if kept else "refused", "older" if kept else "redacted")
            return msgspec.structs.replace(outcome, title=article.title)
        return self._settle(found, site, read)

    def _site(self, found: Found, context: Context) -> Site | None:
        """The site a page belongs to, added where it is not known; None for another platform's."""
        blog_id = context.blog_id or (found.entry.blog_id if found.entry is not None else None)
        name = (imports.site_of_blog(self._archive, blog_id) if blog_id else None) or site_name(found.url)
        if name not in self._sites:
            try:
                self._sites[name] = self._archive.site(name)
            except NoSuchSite:
                if not blog_id:
                    return None
                self._sites[name] = _new_site(found, context, blog_id, at=self._now())
                self._archive.add_site(self._sites[name])
        return self._sites[name]

    def _answered(self, found: Found, site: Site) -> Answered:
        return Answered(
            url=found.url,
            final_url=found.final_url,
            body=found.body,
            content_type=found.content_type,
            fetched_at=found.fetched_at,
            entry=found.entry,
            zone=site.zone,
            blog_id=site.blog_id,
            site=site.name,
            repeated=self._lines(site),
        )

    def _lines(self, site: Site) -> frozenset[str]:
        """The lines that the site was known to repeat when its first page came; more are put right at the end."""
        if site.name not in self._repeated:
            self._repeated[site.name] = repeated_of(self._archive, site.name)
        return self._repeated[site.name]

    async def _pair(self, found: Found, site: Site, readers: Readers) -> Outcome | None:
        """How an entry ended that stands beside the page held of its post from now on; None where no page lacks one, or
        where the entry tells an update that came after the page.
        """
        entry, archive = found.entry, self._archive
        assert entry is not None
        article = article_id(entry.blog_id, entry.post_id, found.url)
        capture = imports.lone_page(archive, article)
        if capture is None:
            return None
        kept, updated = archive.kept_page(article, capture), instant(entry.updated)
        if updated is not None and updated > kept.fetched_at:
            return None
        answered = answered_of(kept, archive.raw(kept.sha256), repeated=self._lines(site))
        read = await readers.read(msgspec.structs.replace(answered, entry=entry))
        if read.reading is None or read.reading.article.id != article:
            return None
        reading = as_of_site(site.name, read.reading)
        imports.pair(archive, self._run, kept, entry, reading, at=self._now())
        told = "The page held of it is read beside its entry from now on."
        outcome = _outcome(found, site.name, "unchanged", "ok", told)
        return msgspec.structs.replace(outcome, title=reading.article.title)

    def _without_article(self, found: Found, site: Site, read: Read) -> Outcome:
        """What a page came to that gave no article: a post's is kept for better rules."""
        if is_permalink(found.url):
            self._keep(found, site, article="", theme=None)
        return _outcome(found, site.name, read.verdict or "failed", read.reason, read.detail)

    def _keep(self, found: Found, site: Site, *, article: str, theme: str | None) -> bool:
        return imports.keep_beside(
            self._archive,
            _capture(found),
            url=found.url,
            site=site.name,
            article=article,
            theme=theme,
            entry=found.entry,
        )

    def _settle(self, found: Found, site: Site, read: Read) -> Outcome:
        visit = Visit(
            run=self._run,
            url=found.url,
            site=site.name,
            at=found.fetched_at,
            capture=_capture(found),
            reading=read.reading,
            entry=found.entry,
            entry_updated=found.entry.updated if found.entry is not None else utc_text(found.fetched_at),
            opt_outs=(*header_signals(found.headers), *read.opt_outs),
            has_overlay=read.has_overlay,
            skeleton=None if found.is_entry_alone else read.skeleton,
        )
        try:
            with self._archive.transaction():
                outcome = self._archive.settle(visit)
                if site.removed_at is None and outcome.verdict in {"new", "changed"}:
                    due = Sighting(url=found.url, stamp=None, published_at=None)
                    self._archive.frontier_note(site.name, [due], self._now())
        except ArchiveUnusable:
            raise
        except Exception:  # noqa: BLE001 - as in a crawl: one page's bug must not end the rest
            return _outcome(found, site.name, "failed", "extractor-bug", traceback.format_exc())
        return outcome


def _is_older(found: Found, held: imports.Holding) -> bool:
    if utc_text(found.fetched_at) < held.known_at:
        return True
    told = instant(found.entry.updated) if found.entry is not None else None
    return found.is_entry_alone and (told is None or utc_text(told) <= (held.updated_at or ""))


def _new_site(found: Found, context: Context, blog_id: str, *, at: datetime) -> Site:
    """A site by what one of its pages says: kept, and not crawled."""
    parts = urlsplit(found.url)
    return Site(
        name=site_name(found.url),
        url=f"{parts.scheme}://{parts.netloc}/",
        platform="blogger",
        blog_id=blog_id,
        title=context.blog_title or found.blog_title or site_name(found.url),
        language=(context.locale or "").replace("_", "-").partition("-")[0] or None,
        loopback=is_loopback(parts.hostname or ""),
        added_at=at,
        removed_at=at,
    )


def _capture(found: Found) -> Capture:
    return Capture(
        body=found.body,
        status=found.status,
        headers=found.headers,
        final_url=found.final_url,
        fetched_at=found.fetched_at,
    )


def _outcome(found: Found, site: str, verdict: Verdict, reason: str, detail: str | None = None) -> Outcome:
    return Outcome(url=found.url, verdict=verdict, reason=reason, at=found.fetched_at, site=site, detail=detail)
