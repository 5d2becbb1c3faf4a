"""What can go wrong, named for what the caller does next.

    KlipingError                one clear sentence; ends a command with `exit_code`
    ├── UsageProblem            2  the request itself is wrong: say it differently
    ├── NothingDone             3  nothing could be done
    │   ├── NoSuchSite             the archive does not know this site
    │   ├── NotBlogger             the address answers, but is no Blogger site
    │   ├── Unreachable            no answer from the site
    │   ├── MissingExtra           a library that is installed on request only
    │   └── ArchiveUnusable        the database cannot serve
    │       ├── ForeignArchive        it is another program's
    │       ├── NewerArchive          a newer Kliping wrote it
    │       ├── ArchiveLocked         another process holds it
    │       ├── DiskFull              there is no room to write
    │       └── DamagedCapture        kept bytes cannot be had back (scraper.archive.captures)
    └── FetchError              one address could not be had; the crawl goes on and keeps `reason`
        ├── Gone                   404, 410
        ├── Refused                robots.txt or the guard said no: do not try again
        ├── Unusable               it answered with what cannot be kept (too large, not a page, a redirect loop)
        └── TemporaryFetchError    attempts are spent: try again in a later run

Foreign exceptions (httpx, sqlite3, OSError) stop at the module that imports their library.
"""

from __future__ import annotations


class KlipingError(Exception):
    """A sentence for the person at the keyboard: what, where, what to do."""

    exit_code = 1


class UsageProblem(KlipingError):
    """The request itself is wrong: say it differently."""

    exit_code = 2


class NothingDone(KlipingError):
    """Nothing could be done."""

    exit_code = 3


class NoSuchSite(NothingDone):
    """The archive does not know this site."""


class NotBlogger(NothingDone):
    """The address answers, but is no Blogger site."""


class Unreachable(NothingDone):
    """No answer from the site."""


class MissingExtra(NothingDone):
    """`what` needs the packages of an extra that is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs: pip install 'kliping[{extra}]'")


class ArchiveUnusable(NothingDone):
    """The database cannot serve."""


class ForeignArchive(ArchiveUnusable):
    """The database is another program's."""


class NewerArchive(ArchiveUnusable):
    """A newer Kliping wrote the database."""


class ArchiveLocked(ArchiveUnusable):
    """Another process holds the database."""


class DiskFull(ArchiveUnusable):
    """There is no room to write."""


class FetchError(KlipingError):
    """`reason` is a word of scraper.outcomes.REASONS; `status` the HTTP status, where one was received."""

    def __init__(self, message: str, *, reason: str, status: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status


class Gone(FetchError):
    """404 or 410."""


class Refused(FetchError):
    """robots.txt or the guard said no: do not try again."""


class Unusable(FetchError):
    """It answered with what cannot be kept: too large, not a page, a redirect loop."""


class TemporaryFetchError(FetchError):
    """The attempts are spent: try again in a later run."""
