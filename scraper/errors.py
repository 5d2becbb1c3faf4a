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
    exit_code = 2


class NothingDone(KlipingError):
    exit_code = 3


class NoSuchSite(NothingDone):
    pass


class NotBlogger(NothingDone):
    pass


class Unreachable(NothingDone):
    pass


class MissingExtra(NothingDone):
    """`what` needs the packages of an extra that is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs: pip install 'kliping[{extra}]'")


class ArchiveUnusable(NothingDone):
    pass


class ForeignArchive(ArchiveUnusable):
    pass


class NewerArchive(ArchiveUnusable):
    pass


class ArchiveLocked(ArchiveUnusable):
    pass


class DiskFull(ArchiveUnusable):
    pass


class FetchError(KlipingError):
    """`reason` is a word of scraper.outcomes.REASONS; `status` the HTTP status, where one was received."""

    def __init__(self, message: str, *, reason: str, status: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status


class Gone(FetchError):
    pass


class Refused(FetchError):
    pass


class Unusable(FetchError):
    pass


class TemporaryFetchError(FetchError):
    pass
