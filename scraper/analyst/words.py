"""What the pages say, in Indonesian and English; dates and numbers as each language writes them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import msgspec

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "id": "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split(),
}
WANTED = re.compile(r"\s*([a-zA-Z]{2})[^,;]*(?:;\s*q=([0-9.]+))?")
MOST_WANTED = 200  # characters of an Accept-Language header that are looked at


class Words:
    """The words of one language: `words("articles")`, `words("sure", n=93)`."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._held = _held()

    def __call__(self, key: str, **values: object) -> str:
        return self._held[key][self.language].format(**values)

    def number(self, value: float) -> str:
        """'12,345', in Indonesian '12.345'."""
        text = f"{value:,}"
        return text if self.language == "en" else text.translate(str.maketrans(",.", ".,"))

    def day(self, value: str | None) -> str:
        """'2026-03-02…' -> '2 Mar 2026'; a month as month and year. What is no date stays as it is."""
        parts = (value or "")[:10].split("-")
        if not all(part.isdecimal() for part in parts) or len(parts) not in {2, 3} or not 1 <= int(parts[1]) <= 12:
            return value or "–"
        told = f"{MONTHS[self.language][int(parts[1]) - 1]} {parts[0]}"
        return told if len(parts) == 2 else f"{int(parts[2])} {told}"

    def moment(self, value: str | None) -> str:
        """'2026-03-02T09:05:00+07:00' -> '2 Mar 2026, 09:05', in Indonesian '09.05', on the clock it was told on."""
        day = self.day(value)
        if not value or len(value) < 16 or value[10] != "T":
            return day
        hour = value[11:16] if self.language == "en" else value[11:16].replace(":", ".")
        zone = " UTC" if value.endswith(("Z", "+00:00")) else ""
        return f"{day}, {hour}{zone}"


def chosen(asked: str | None, cookie: str | None, accepted: str) -> Language:
    """The language asked for in the address, else remembered, else preferred by the browser; Indonesian otherwise."""
    for told in (asked, cookie):
        for language in LANGUAGES:
            if told == language:
                return language
    preferred = sorted(
        ((-_weight(found[2]), place, found[1].lower()) for place, found in enumerate(_wanted(accepted))),
    )
    return next((language for *_, told in preferred for language in LANGUAGES if told == language), "id")


def _wanted(accepted: str) -> list[re.Match[str]]:
    parts = accepted[:MOST_WANTED].split(",")
    return [found for found in map(WANTED.match, parts) if found is not None]


def _weight(told: str | None) -> float:
    try:
        return float(told) if told else 1.0
    except ValueError:
        return 0.0


@cache
def _held() -> dict[str, dict[str, str]]:
    held: dict[str, Any] = msgspec.toml.decode((files(__package__) / "words.toml").read_bytes())
    return held
