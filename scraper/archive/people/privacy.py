"""Names that are not public, left out of what leaves the archive.

Who is told by initials, or as a child, stands in the published text as the newsroom wrote it; but no list of speakers
names them, unless it is asked for.
"""

from __future__ import annotations

from extractors.quotes.private import private_names
from scraper.archive.records import Record


def spared(record: Record) -> Record:
    """The record as it may be published: for a speaker whose name is not public stands the role, or nothing."""
    speakers = {quote["speaker"] for quote in record["quotes"] if quote["speaker"] != quote["role"]}
    private = private_names(record["body"], speakers - {None}, language=record["language"])
    if not private:
        return record
    quotes = [
        quote | {"speaker": quote["role"], "mention": None} if quote["speaker"] in private else quote
        for quote in record["quotes"]
    ]
    return {**record, "quotes": quotes}
