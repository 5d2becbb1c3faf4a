"""How the quotes of a text were read: each with its span, its sieve and its rivals, then what is no speech."""

from __future__ import annotations

from typing import Any

import msgspec
from rich.text import Text

from extractors.quotes import Reading, Ruling, meaning
from scraper.cli.paint import console

REASONS = {
    "nickname": "part of a name",
    "aside": "in a line the story does not speak in",
    "announced": "announced as a title, motto or name",
    "title": "its words begin with capitals, and nothing reports it",
    "unreported": "nothing reports it",
}


def plain(reading: Reading) -> dict[str, Any]:
    """The same as plain data: the keys of a record's quotes, with `sieve`, `meaning` and `rivals`; and `apart`."""
    quotes = [
        {
            **msgspec.to_builtins(ruling.quote),
            "sieve": ruling.sieve,
            "meaning": meaning(ruling.sieve),
            "rivals": list(ruling.rivals),
        }
        for ruling in reading.quotes
    ]
    return {"quotes": quotes, "apart": msgspec.to_builtins(reading.apart)}


def paint_rulings(reading: Reading) -> None:
    """A block a quote; a line for each stretch in marks that is no speech."""
    out = console()
    for number, ruling in enumerate(reading.quotes, start=1):
        _paint(number, ruling)
    if not reading.quotes:
        out.print("No quotes.", markup=False)
    if reading.apart:
        out.print(Text("In marks, but no speech", style="bold"))
    for one in reading.apart:
        out.print(f"  “{_short(one.text)}”  {one.start}–{one.end}  {REASONS[one.reason]}", markup=False)


def _paint(number: int, ruling: Ruling) -> None:
    out, quote = console(), ruling.quote
    out.print(f"{number}  “{_short(quote.text)}”  {quote.start}–{quote.end}  {quote.kind}", markup=False)
    speaker = quote.speaker or "nobody sure"
    role = f", {quote.role}" if quote.role and quote.role != quote.speaker else ""
    beside = f"   said by “{quote.mention}”" if quote.mention else ""
    out.print(f"   {speaker}{role}   cue {quote.cue or '–'}{beside}", markup=False)
    out.print(f"   {ruling.sieve} ({quote.confidence:.2f}): {meaning(ruling.sieve)}", markup=False, style="dim")
    if ruling.rivals:
        out.print(f"   rivals: {', '.join(ruling.rivals)}", markup=False, style="dim")
    out.print()


def _short(text: str, most: int = 90) -> str:
    """On one line; what is longer keeps its beginning and end."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 30].rstrip()} … {text[-25:].lstrip()}"
