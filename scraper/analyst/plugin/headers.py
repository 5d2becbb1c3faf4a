"""What every answer tells the browser: run nothing but our own files, load nothing from elsewhere, tell nobody.

Stored text is hostile. Should any of it slip through as markup, no script of it runs, no address is called, no form
leads away, and no other page can frame ours.
"""

from __future__ import annotations

from typing import Any

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'{inline}; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
OURS = STRICT.format(inline="")
DATASETTES = STRICT.format(inline=" 'unsafe-inline'")
"""Datasette's table pages carry a sheet of styles of their own; scripts in the page stay forbidden."""

COMMON = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
OWN_POLICY = b"content-security-policy"


def guarded(app: Any) -> Any:
    """The application, with those headers on every answer; one that names a policy of its own keeps it."""

    async def asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def send_guarded(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in COMMON]
                if not any(name.lower() == OWN_POLICY for name, _ in headers):
                    headers.append((OWN_POLICY, DATASETTES.encode()))
                message = {**message, "headers": [*headers, *COMMON.items()]}
            await send(message)

        await app(scope, receive, send_guarded if scope["type"] == "http" else send)

    return asgi
