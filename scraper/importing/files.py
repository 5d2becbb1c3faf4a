"""Files and folders to what is found in them, one finding at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from scraper.errors import UsageProblem
from scraper.files import leads_out
from scraper.importing import saved, takeout, warcs
from scraper.importing.found import Finding, Lost

WACZ = (".wacz",)


def findings(paths: Iterable[Path], *, url: str | None, max_bytes: int) -> Iterator[Finding]:
    """What the files hold, in their order; those of a folder by time, then by name.

    `url` is the address of the one page or blog. Raises UsageProblem at once for a path that is not there.
    """
    paths = list(paths)
    for path in paths:
        if not path.exists():
            raise UsageProblem(f"{path} is not there.")
    if url is not None and (len(paths) != 1 or paths[0].is_dir()):
        raise UsageProblem("--url is the address of one file.")
    return (finding for path in paths for finding in _of(path, url, max_bytes))


def _of(path: Path, url: str | None, max_bytes: int) -> Iterator[Finding]:
    if not path.is_dir():
        yield from _findings(path, url, max_bytes)
        return
    for one in _inside(path):
        if leads_out(one, path):
            told = f"{one} is a link to a file outside {path}; name that file itself if it is meant."
            yield Lost(source=str(one), reason="damaged-file", detail=told)
        else:
            yield from _findings(one, url, max_bytes)


def _inside(folder: Path) -> list[Path]:
    """The files of a folder that may hold posts, the oldest first; without what browsers save beside a page."""
    files = [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.name.lower().endswith((*saved.SUFFIXES, *takeout.SUFFIXES, *WACZ, ".warc", ".warc.gz"))
        and not any(parent.name.endswith(saved.COMPANIONS) for parent in path.relative_to(folder).parents)
    ]
    return sorted(files, key=lambda path: (path.stat().st_mtime, path))


def _findings(path: Path, url: str | None, max_bytes: int) -> Iterator[Finding]:
    name = path.name.lower()
    if name.endswith(saved.SUFFIXES):
        yield saved.page_in(path, url=url, max_bytes=max_bytes)
    elif warcs.is_warc(name):
        yield from warcs.pages_in_warc(path, max_bytes=max_bytes)
    elif name.endswith(WACZ):
        yield from warcs.pages_in_wacz(path, max_bytes=max_bytes)
    elif name.endswith(takeout.SUFFIXES):
        yield from takeout.posts_in(path, url=url, max_bytes=max_bytes)
    else:
        told = f"{path} is none of the files that can be imported: .html, .warc, .warc.gz, .wacz, .xml, .atom."
        yield Lost(source=str(path), reason="damaged-file", detail=told)
