"""Times as the archive keeps them: ISO 8601 in UTC, whole seconds, 'Z' at the end. Such texts sort as the times do."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_text(at: datetime) -> str:
    """An aware datetime -> '2026-03-02T12:05:00Z'. A naive one is a mistake of the caller: ValueError."""
    if at.tzinfo is None:
        raise ValueError(f"a time for the archive needs a zone: {at!r}")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp(raw: str | None) -> str | None:
    """A feed's or sitemap's time in the archive's form, so that one instant written two ways is one stamp.

    What is no ISO 8601 time with an offset comes back as it was written: it still tells a change.
    """
    if raw is None:
        return None
    try:
        read = datetime.fromisoformat(raw.strip())
    except ValueError:
        return raw.strip()
    return utc_text(read) if read.tzinfo else raw.strip()
