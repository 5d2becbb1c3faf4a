"""Times as the archive keeps them: ISO 8601 in UTC, whole seconds, 'Z' at the end. Such texts sort as the times do.

What a feed or a sitemap calls a time is anybody's text; here it becomes an instant or nothing, and never an error.
"""

from __future__ import annotations

from datetime import UTC, datetime


def utc_text(at: datetime) -> str:
    """An aware datetime -> '2026-03-02T12:05:00Z'. A naive one is a mistake of the caller: ValueError."""
    if at.tzinfo is None:
        raise ValueError(f"a time for the archive needs a zone: {at!r}")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def instant(text: str | None) -> datetime | None:
    """The aware UTC datetime of an ISO 8601 text; one without an offset is read as UTC, a bare day as its midnight.

    None for what is no such text, and for a time that its offset carries out of the years 1 to 9999. Never raises.
    """
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text.strip())
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def instant_text(text: str | None) -> str | None:
    """The same as the archive keeps it; None where there is no instant."""
    at = instant(text)
    return utc_text(at) if at is not None else None


def stamp(raw: str | None) -> str | None:
    """A feed's or sitemap's time in the archive's form, so that one instant written two ways is one stamp.

    What is no time comes back as it was written: it cannot be compared as one, but it still tells a change.
    """
    if raw is None:
        return None
    return instant_text(raw) or raw.strip()
