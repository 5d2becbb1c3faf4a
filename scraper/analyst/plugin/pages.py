"""Our pages in Datasette's server: each asks desk or reader for what it tells and sets it in a template.

Nothing here holds a rule of its own. What is asked runs in Datasette's threads, on the archive as it is shown, within
the server's time limit; articles and captures come from the archive itself through `reader`, which leaves out the same.
"""

from __future__ import annotations

import mimetypes
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlencode

from datasette import NotFound, Response
from datasette.utils import sqlite_timelimit
from datasette.views.index import IndexView
from markupsafe import Markup

from scraper.analyst import charts, desk, reader
from scraper.analyst.plugin import metadata
from scraper.analyst.plugin.archives import ShownArchive, archives
from scraper.analyst.plugin.headers import OURS, OWN_POLICY
from scraper.analyst.queries import queries
from scraper.analyst.words import Words, chosen
from scraper.archive.search.articles import SearchHit, search
from scraper.archive.store import Archive
from scraper.errors import NoSuchSite
from scraper.health import Finding, check

COOKIE = "kliping_language"
ASSETS = files(__package__) / "static"
KEPT_FOR = "public, max-age=3600"  # assets; a page is never kept by the browser, it may be of another language or crawl
MOST_HITS = 200
LONGEST_QUERY = 400  # characters
ILL_SHOWN = 5  # newsrooms on the front page

LATELY = 60.0  # seconds for which what takes long to find out is shown
_FOUND: dict[tuple[str, str], tuple[float, Any]] = {}
"""By the archive's path and what was asked: until when it is shown, and what was found."""

T = TypeVar("T")


async def front(datasette: Any, request: Any) -> Any:
    """The front page; Datasette's own index where no archive of ours is served."""
    if not archives(datasette):
        return await IndexView(datasette).get(request)
    language = words(request)
    told = await _shown(datasette, desk.front)
    days, edits = await _shown(
        datasette,
        lambda view: (desk.answer(view, "articles_per_day"), desk.answer(view, "edits_and_removals")),
    )
    titles = {row["name"]: row["title"] for row in await _shown(datasette, desk.sites)}
    return await _page(
        datasette,
        request,
        "front",
        front=told,
        counts=await _lately(datasette, "counts", _shown(datasette, desk.counts)),
        findings=(await _ill(datasette))[:ILL_SHOWN],
        titles=titles,
        per_day=charts.articles_per_day(days, titles, language),
        edits=charts.edits_by_month(edits, language),
    )


async def article(datasette: Any, request: Any) -> Response:
    """The reader of one article: `?id=`."""
    id_ = _asked(request, "id")
    reading = await _kept(datasette, lambda archive: reader.read(archive, id_))
    if reading is None:
        return await _absent(datasette, request)
    copies = await _shown(datasette, lambda view: desk.copies(view, reading.record["id"]))
    persons = await _shown(datasette, lambda view: desk.speakers(view, reading.record["id"]))
    told: dict[str, Any] = {"reading": reading, "record": reading.record, "copies": copies, "persons": persons}
    told["site_title"] = await _shown(datasette, lambda view: desk.site_title(view, reading.record["site"]))
    return await _page(datasette, request, "article", **told)


async def capture(datasette: Any, request: Any) -> Response:
    """The page as it came, for the disk alone: as plain text, and in a sandbox should a browser show it."""
    sha256 = _asked(request, "sha256")

    def read(archive: Archive) -> bytes | None:
        return archive.raw(sha256) if reader.may_download(archive, sha256) else None

    body = await _kept(datasette, read)
    if body is None:
        return await _absent(datasette, request)
    return Response(
        body=body,
        content_type="text/plain; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="{sha256[:16]}.html.txt"',
            OWN_POLICY.decode(): "sandbox; default-src 'none'",
        },
    )


async def people(datasette: Any, request: Any) -> Response:
    """Who speaks most, or whose name holds `?name=`."""
    name = _typed(request, "name")
    return await _page(
        datasette, request, "people", name=name, people=await _shown(datasette, lambda view: desk.people(view, name))
    )


async def person(datasette: Any, request: Any) -> Response:
    """One person's names, roles and quotes: `?id=`."""
    id_ = _asked(request, "id")
    found = await _shown(datasette, lambda view: desk.person(view, id_))
    if found is None:
        return await _absent(datasette, request)
    months = await _shown(datasette, lambda view: desk.answer(view, "quotes_over_time", person=id_))
    return await _page(
        datasette,
        request,
        "person",
        page=found,
        chart=charts.quotes_by_month(months, words(request)),
        most=desk.MOST_QUOTES,
    )


async def sites(datasette: Any, request: Any) -> Response:
    """Every site with its coverage and how many findings it has."""
    findings = Counter(finding.site for finding in await _ill(datasette))
    return await _page(datasette, request, "sites", sites=await _shown(datasette, desk.sites), findings=findings)


async def site(datasette: Any, request: Any) -> Response:
    """One site: coverage by day and month, field fill, findings: `?name=`."""
    name = _asked(request, "name")
    found = await _shown(datasette, lambda view: desk.site(view, name))
    if found is None:
        return await _absent(datasette, request)
    language = words(request)
    days = await _shown(datasette, lambda view: desk.answer(view, "articles_per_day", site=name))
    return await _page(
        datasette,
        request,
        "site",
        page=found,
        findings=await _kept(datasette, lambda archive: check(archive, datetime.now(UTC), [name])),
        calendar=charts.completeness(found.months, language),
        per_day=charts.articles_per_day(days, {name: found.site["title"]}, language),
    )


async def releases(datasette: Any, request: Any) -> Response:
    """The stories that several sites carry, and who copies whom."""
    pairs = await _shown(datasette, lambda view: desk.answer(view, "who_copies_whom"))
    titles = {row["name"]: row["title"] for row in await _shown(datasette, desk.sites)}
    return await _page(
        datasette,
        request,
        "releases",
        releases=await _shown(datasette, desk.releases),
        pairs=pairs[:30],
        titles=titles,
        chart=charts.network(pairs, titles, words(request)),
    )


async def release(datasette: Any, request: Any) -> Response:
    """One such story, copy by copy: `?id=`."""
    id_ = _asked(request, "id")
    copies = await _shown(datasette, lambda view: desk.copies(view, id_))
    return await (_page(datasette, request, "release", copies=copies) if copies else _absent(datasette, request))


async def search_page(datasette: Any, request: Any) -> Response:
    """Articles found by their words: `?q=`, narrowed by site and status."""
    query, asked_site = _typed(request, "q"), _typed(request, "site")
    status, newest = _typed(request, "status"), _typed(request, "order") == "newest"

    def find(archive: Archive) -> list[SearchHit]:
        try:
            hits = search(archive, query, site=asked_site or None, limit=MOST_HITS, newest=newest)
        except NoSuchSite:
            return []
        return [hit for hit in hits if not hit.opted_out]

    found = await _kept(datasette, find) if query else []
    hits = [hit for hit in found if not status or hit.status == status]
    return await _page(
        datasette,
        request,
        "search",
        query=query,
        hits=hits,
        at_most=len(found) >= MOST_HITS,
        by_site=Counter(hit.site for hit in hits).most_common(12),
        by_status=Counter(hit.status for hit in found).most_common(),
        asked={"site": asked_site, "status": status, "order": "newest" if newest else ""},
        sites=await _shown(datasette, desk.sites),
    )


async def questions(datasette: Any, request: Any) -> Response:
    """All questions that wait ready, with their parameters."""
    return await _page(datasette, request, "questions", queries=list(queries().values()))


async def about(datasette: Any, request: Any) -> Response:
    """The tables and what their columns mean."""
    return await _page(datasette, request, "about", tables=metadata.tables())


async def asset(request: Any) -> Response:
    """A file of the package: style sheets, icons."""
    name = _asked(request, "name")
    file = ASSETS / name
    if not file.is_file():
        raise NotFound("No such file.")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(file.read_text("utf-8"), content_type=f"{kind}; charset=utf-8", headers={"cache-control": KEPT_FOR})


ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"^/(?P<format>)$", front),
    (r"^/article/(?P<id>[^/]+)$", article),
    (r"^/capture/(?P<sha256>[0-9a-f]{64})$", capture),
    (r"^/people$", people),
    (r"^/person/(?P<id>[^/]+)$", person),
    (r"^/sites$", sites),
    (r"^/site/(?P<name>[^/]+)$", site),
    (r"^/releases$", releases),
    (r"^/release/(?P<id>[^/]+)$", release),
    (r"^/search$", search_page),
    (r"^/questions$", questions),
    (r"^/about$", about),
    (r"^/-/kliping/(?P<name>[a-z]+\.[a-z]+)$", asset),
]


def common(datasette: Any, request: Any) -> dict[str, Any]:
    """What every template may use, Datasette's own included."""
    name = next(iter(archives(datasette)), None)
    language = words(request)

    def path(*parts: str, **values: str) -> str:
        """An address of ours; empty values are left out."""
        asked = urlencode({key: value for key, value in values.items() if value})
        address: str = datasette.urls.path("/" + "/".join(quote(part, safe=":~") for part in parts))
        return f"{address}?{asked}" if asked else address

    def answers(query: str, form: str = "", **values: str) -> str:
        """The table a named question gives, or its CSV."""
        return path(name or "", f"{query}{form}", **values)

    return {
        "kliping": name is not None,
        "archive": name,
        "w": language,
        "path": path,
        "answers": answers,
        "switch": _switch(request, language),
        "safe_link": reader.safe_link,
        "snippet": _snippet,
    }


async def _page(datasette: Any, request: Any, template: str, status: int = 200, **values: Any) -> Response:
    if not archives(datasette):
        raise NotFound("No archive is served here.")
    html = await datasette.render_template(f"kliping/{template}.html", values, request=request)
    response = Response.html(
        html, status=status, headers={OWN_POLICY.decode(): OURS, "vary": "accept-language, cookie"}
    )
    if request.args.get("lang") in {"id", "en"}:
        response.set_cookie(COOKIE, request.args["lang"], max_age=365 * 86400, httponly=True, samesite="lax")
    return response


async def _absent(datasette: Any, request: Any) -> Response:
    return await _page(datasette, request, "absent", status=404)


async def _shown(datasette: Any, ask: Callable[[sqlite3.Connection], T]) -> T:
    """What the archive as it is shown answers. Raises sqlite3.OperationalError 'interrupted' past the time limit."""

    def limited(view: sqlite3.Connection) -> T:
        with sqlite_timelimit(view, datasette.setting("sql_time_limit_ms")):
            return ask(view)

    answer: T = await _archive(datasette).execute_fn(limited)
    return answer


async def _kept(datasette: Any, ask: Callable[[Archive], T]) -> T:
    """What the archive itself answers, opened to be read for this one answer."""
    path = _archive(datasette).path

    def read(_: sqlite3.Connection) -> T:
        with Archive.open(path, readonly=True) as archive:
            return ask(archive)

    answer: T = await _archive(datasette).execute_fn(read)
    return answer


def _archive(datasette: Any) -> ShownArchive:
    for held in archives(datasette).values():
        return held
    raise NotFound("No archive is served here.")


async def _ill(datasette: Any) -> tuple[Finding, ...]:
    """What is wrong with the newsrooms, at most a minute old."""
    looked = _kept(datasette, lambda archive: check(archive, datetime.now(UTC)))
    found: tuple[Finding, ...] = await _lately(datasette, "ill", looked)
    return found


async def _lately(datasette: Any, asked: str, found: Coroutine[Any, Any, Any]) -> Any:
    """What was found in the last minute, else what is found now."""
    key, now = (_archive(datasette).path, asked), time.monotonic()
    if key in _FOUND and _FOUND[key][0] > now:
        found.close()
    else:
        _FOUND[key] = (now + LATELY, await found)
    return _FOUND[key][1]


def words(request: Any) -> Words:
    """The words of the language in which the request is to be answered."""
    if request is None:
        return Words("en")
    accepted = request.headers.get("accept-language", "")
    return Words(chosen(request.args.get("lang"), request.cookies.get(COOKIE), accepted))


def _switch(request: Any, spoken: Words) -> str:
    """The same page in the other language."""
    asked = {} if request is None else {key: request.args[key] for key in request.args}
    return "?" + urlencode({**asked, "lang": "id" if spoken.language == "en" else "en"})


def _asked(request: Any, part: str) -> str:
    return unquote(request.url_vars[part])


def _typed(request: Any, name: str) -> str:
    return (request.args.get(name) or "").strip()[:LONGEST_QUERY]


def _snippet(text: str) -> Markup:
    """A snippet with the words found, which stand in square brackets, marked."""
    opened = Markup("").join(
        Markup("<mark>{}</mark>{}").format(*part.split("]", 1)) if "]" in part else Markup("[{}").format(part)
        for part in text.split("[")[1:]
    )
    return Markup("{}").format(text.split("[", 1)[0]) + opened
