"""The Datasette plugin: pages, questions and charts over an archive, in Datasette's own server and beside its tables.

It takes over every database that is an archive, whoever starts the server (`kliping serve` or `datasette data/x.db`):
such a file is shown as it may be published (`scraper.analyst.view`), read-only, and never as a download.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pluggy

from scraper.analyst.plugin import failures, metadata, pages
from scraper.analyst.plugin.answers import canned
from scraper.analyst.plugin.archives import ShownArchive, archives, is_archive
from scraper.analyst.plugin.cells import linked
from scraper.analyst.plugin.headers import guarded

hookimpl = pluggy.HookimplMarker("datasette")


@hookimpl
def startup(datasette: Any) -> None:
    """Every archive among the databases is shown as it may be published."""
    for name, database in list(datasette.databases.items()):
        if is_archive(database):
            shown = ShownArchive(datasette, database.path)
            datasette.remove_database(name)
            datasette.add_database(shown, name=name)


@hookimpl
def get_metadata(datasette: Any, key: str | None, database: str | None, table: str | None) -> dict[str, Any]:
    return metadata.of(datasette)


@hookimpl
def canned_queries(datasette: Any, database: str) -> dict[str, Any]:
    return canned() if database in archives(datasette) else {}


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Callable[..., Any]]]:
    return pages.ROUTES


@hookimpl
def permission_allowed(datasette: Any, action: str, resource: Any) -> bool | None:
    """Nobody gets the file itself, which holds what is not published."""
    return False if action == "view-database-download" and resource in archives(datasette) else None


@hookimpl
def extra_template_vars(datasette: Any, request: Any) -> dict[str, Any]:
    return pages.common(datasette, request)


@hookimpl
def render_cell(value: Any, column: str, database: str, datasette: Any) -> Any:
    return linked(datasette, value, column) if database in archives(datasette) else None


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    return failures.told(datasette, request, exception, pages.words(request))


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    return guarded
