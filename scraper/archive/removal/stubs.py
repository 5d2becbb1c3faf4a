"""What the archive still knows of articles that were redacted: enough to leave them alone."""

from __future__ import annotations

import sqlite3


def forgotten(connection: sqlite3.Connection, *, url: str, article: str) -> bool:
    """Whether the article was redacted. An address that shows it again, under whatever slug, is remembered with it."""
    found = connection.execute(
        "SELECT id, EXISTS (SELECT 1 FROM json_each(urls) WHERE value = :url) FROM redactions"
        " WHERE id = :id OR :url IN (SELECT value FROM json_each(urls))",
        {"url": url, "id": article},
    ).fetchone()
    if found is None:
        return False
    if not found[1]:
        connection.execute("UPDATE redactions SET urls = json_insert(urls, '$[#]', ?) WHERE id = ?", (url, found[0]))
    return True
