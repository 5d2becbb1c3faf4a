"""The server of `kliping serve`: Datasette with our plugin on one archive, ready on a port."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scraper.analyst.view import open_view
from scraper.errors import MissingExtra, NothingDone

SETTINGS = {
    "sql_time_limit_ms": 2000,
    "facet_time_limit_ms": 300,
    "facet_suggest_time_limit_ms": 50,
    "suggest_facets": False,  # each suggestion reads the whole table once more
    "max_returned_rows": 2000,
    "max_csv_mb": 100,
    "allow_download": False,
    "num_sql_threads": 3,
    "default_page_size": 50,
    "truncate_cells_html": 300,
}
TELLTALE = "datasette.handle_exception"
"""A part of Datasette that prints every missing page with all values in reach, and our own answer makes needless."""

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def datasette(path: Path) -> Any:
    """Datasette on the archive at that path. Raises MissingExtra, and ArchiveUnusable for what cannot be shown."""
    try:
        from datasette.app import Datasette
        from datasette.plugins import pm
    except ImportError as error:
        raise MissingExtra("kliping serve", "web") from error
    from scraper.analyst import plugin

    open_view(path).close()
    if not pm.is_registered(plugin):
        pm.register(plugin, "kliping")
    pm.unregister(name=TELLTALE)
    return Datasette([str(path)], settings=SETTINGS)


def serve(path: Path, *, host: str, port: int, announce: Callable[[str], object]) -> None:
    """Serves until Ctrl-C. `announce` is told the address once connections are taken; port 0 takes a free one."""
    served = datasette(path)
    import uvicorn

    app = at_home(served.app()) if host in LOOPBACK else served.app()
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", lifespan="on", server_header=False)
    with _listening(host, port) as listener:
        address = listener.getsockname()
        name = f"[{address[0]}]" if ":" in address[0] else address[0]
        announce(f"http://{name}:{address[1]}/")
        uvicorn.Server(config).run(sockets=[listener])


def at_home(app: Any) -> Any:
    """The application for who calls this machine by its own names. A page of a stranger's whose name is made to lead
    here (DNS rebinding) would otherwise read the archive through the browser of whoever looks at it.
    """

    async def asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not _names_home(dict(scope["headers"]).get(b"host", b"")):
            head = {"type": "http.response.start", "status": 421, "headers": [(b"content-type", b"text/plain")]}
            await send(head)
            await send({"type": "http.response.body", "body": b"This archive answers to localhost alone.\n"})
            return
        await app(scope, receive, send)

    return asgi


def _names_home(host: bytes) -> bool:
    name = host.decode("latin-1").lower()
    bare = name.partition("]")[0].lstrip("[") if name.startswith("[") else name.partition(":")[0]
    return bare in LOOPBACK


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise NothingDone(f"{host}:{port} cannot be listened on ({error.strerror}); choose another --port.") from error
    listener.set_inheritable(True)
    return listener
