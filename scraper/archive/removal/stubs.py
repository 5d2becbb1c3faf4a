"""What the archive still knows of articles that were redacted: enough to leave them alone, and to say so."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from extractors.urls import canonical
from scraper.archive.connection import troubles_told

if TYPE_CHECKING:
    from scraper.archive.store import Archive


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


def absence(archive: Archive, url_or_id: str) -> str:
    """Why the archive holds no article of that id or at that address, in a sentence."""
    return redacted(archive, url_or_id) or (
        f"The archive {archive.path} holds no article {url_or_id!r}; kliping search finds what it holds."
    )


def redacted(archive: Archive, url_or_id: str) -> str | None:
    """That the article was redacted, when and why, in a sentence; None where it was not."""
    with troubles_told(archive.path):
        found = archive.db.conn.execute(
            "SELECT at, reason FROM redactions WHERE id = :key OR EXISTS"
            " (SELECT 1 FROM json_each(urls) WHERE value IN (:key, :address)) ORDER BY at DESC",
            {"key": url_or_id, "address": canonical(url_or_id)},
        ).fetchone()
    if found is None:
        return None
    at, reason = found
    return f"{url_or_id} was redacted at {at} ({reason}); a stub of it is left in {archive.path}."
