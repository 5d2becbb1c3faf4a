"""Plain text read: its quotes, dateline, end mark, byline and event dates, all by offsets into the text as given."""

from __future__ import annotations

from datetime import date

from extractors.model import TextReading
from extractors.prose.byline import find_byline
from extractors.prose.dateline import find_dateline
from extractors.prose.dates import find_event_dates
from extractors.prose.endmark import find_end_mark
from extractors.prose.language import guess_language
from extractors.quotes import find_quotes


def read_text(text: str, *, language: str | None = None, published: date | None = None) -> TextReading:
    """What a text alone tells. `language` is guessed where not given; `published` supplies years dates leave out."""
    language = language or guess_language(text)
    end_mark = find_end_mark(text)
    dateline = find_dateline(text)
    head = dateline.at + len(dateline.raw) if dateline else 0
    dates = find_event_dates(text, published=published, language=language)
    return TextReading(
        quotes=find_quotes(text, language=language, indirect=True),
        dateline=dateline,
        byline=find_byline(text),
        end_mark=end_mark.raw if end_mark else None,
        end_mark_at=end_mark.at if end_mark else None,
        event_dates=tuple(date for date in dates if date.start >= head),  # a dateline's own date is no event's
    )
