"""What went wrong, told on a page of ours (or as JSON, to who asked for it), without the program's insides."""

from __future__ import annotations

import sqlite3
import traceback
from typing import Any

from datasette import Response
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError
from markupsafe import Markup

from scraper.analyst.plugin.archives import archives
from scraper.analyst.words import Words
from scraper.errors import KlipingError

OVERDUE = 503
BROKEN = 500


async def told(datasette: Any, request: Any, exception: Exception, words: Words) -> Response | None:
    """The answer to a request that failed; None, for Datasette's own, where no archive is served."""
    if not archives(datasette):
        return None
    status, title, message = _of(exception, words)
    if status == BROKEN:
        traceback.print_exception(exception)
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": message, "status": status, "title": title}, status=status)
    values = {"title": title, "error": message, "status": status}
    return Response.html(await datasette.render_template("error.html", values, request=request), status=status)


def _of(exception: Exception, words: Words) -> tuple[int, str | None, str | Markup]:
    if isinstance(exception, QueryInterrupted) or (
        isinstance(exception, sqlite3.OperationalError) and str(exception) == "interrupted"
    ):
        return OVERDUE, words("too_long"), words("too_long_tells")
    if isinstance(exception, Base400):
        return exception.status, None, str(exception.args[0] if exception.args else "")
    if isinstance(exception, DatasetteError):
        message = Markup(exception.message) if exception.message_is_html else exception.message  # noqa: S704 - its own
        return exception.status, exception.title, message
    if isinstance(exception, KlipingError):
        return OVERDUE, None, str(exception)
    return BROKEN, None, str(exception)
