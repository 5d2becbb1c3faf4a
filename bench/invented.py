"""Any number of visits that bring invented articles, for filling an archive: no word of them is anybody's.

The words are syllables put together; their frequencies fall as a language's do, so that a full-text index has common,
middling and rare ones to find. Lengths and counts are means over real pages: 400 words, three quotes by two speakers,
twelve claims. One article in ten is most of an earlier one, as press releases go round.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from random import Random

from extractors.model import (
    Article,
    Byline,
    Claim,
    Dateline,
    EventDate,
    Image,
    Link,
    Moment,
    Quote,
    Reading,
    Removal,
    Witness,
)
from scraper.archive.store import Site
from scraper.archive.visits import Visit

SITES = 20
WORDS = 40_000
COMMON, MIDDLING, RARE = 1, 1000, 12_000  # ranks of words that all, some 4 % and 0.4 % of articles hold
PEOPLE, HOMES = 200, 3  # people who speak at one newsroom, and places it reports from
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
SYLLABLES = [f"{onset}{vowel}" for onset in "b c d g h j k l m n p r s t w y ng ny".split() for vowel in "aiueo"]
OFFICES = "Kepala Dinas Perhubungan, Kapolres, Camat, Lurah, Ketua Panitia, Juru Bicara Bandara, Kepala Desa".split(
    ", "
)
PLACES = [f"Kota {syllable.title()}{other}" for syllable in SYLLABLES[::7] for other in ("ra", "lung", "mas")]


def word(rank: int) -> str:
    """The invented word of a rank, the most frequent first; no two ranks share one."""
    base, letters = len(SYLLABLES), ""
    rank += base
    while rank:
        rank, syllable = divmod(rank, base)
        letters += SYLLABLES[syllable]
    return letters


def sites() -> Iterator[Site]:
    """The newsrooms whose articles they are."""
    for number in range(SITES):
        name = f"kabar{number}.example"
        yield Site(
            name=name, url=f"https://www.{name}/", platform="blogger", blog_id=str(7000 + number), added_at=BEGIN
        )


class Invention:
    """Visits in a row, each with another article; the same for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self._random = Random(seed)
        self._words = [word(rank) for rank in range(WORDS)]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(WORDS)))
        self._people = [[self._name() for _ in range(PEOPLE)] for _ in range(SITES)]
        self._releases: list[list[str]] = []

    def visits(self, run: int) -> Iterator[Visit]:
        """Without end, each ten minutes after the one before."""
        for number in count():
            site = f"kabar{number % SITES}.example"
            at = BEGIN + timedelta(minutes=10 * number)
            reading = self._reading(number, site, at)
            yield Visit(run=run, url=reading.article.url, site=site, at=at, reading=reading, etag=f'"{number}"')

    def _name(self) -> str:
        return " ".join(self._words[self._random.randrange(500, WORDS)].title() for _ in range(2))

    def _prose(self, length: int) -> str:
        return " ".join(self._random.choices(self._words, cum_weights=self._weights, k=length))

    def _paragraphs(self) -> list[str]:
        if self._releases and self._random.random() < 0.1:
            return [*self._random.choice(self._releases)[:6], self._paragraph()]
        written = [self._paragraph() for _ in range(8)]
        self._releases = [*self._releases[-200:], written]
        return written

    def _paragraph(self) -> str:
        return ". ".join(self._prose(self._random.randint(12, 24)).capitalize() for _ in range(3)) + "."

    def _reading(self, number: int, site: str, at: datetime) -> Reading:
        body, quotes = self._spoken(self._paragraphs(), self._people[number % SITES])
        place = PLACES[(number % SITES * HOMES + self._random.randrange(HOMES)) % len(PLACES)]
        title = self._prose(8).title()
        moment = at.isoformat(timespec="seconds")
        article = Article(
            id=f"blogger:{7000 + number % SITES}:{9_000_000_000_000_000_000 + number}",
            site=site,
            url=f"https://www.{site}/{at:%Y/%m}/{'-'.join(title.lower().split()[:5])}-{number}.html",
            blog_id=str(7000 + number % SITES),
            post_id=str(9_000_000_000_000_000_000 + number),
            title=title,
            dateline=Dateline(raw="Muara, Kabar - ", place=place, outlet="Kabar", at=0),
            byline=Byline(reporter=None, editor=None, initials=None, account="Redaksi"),
            published=Moment(value=moment, precision="second", zone="offset", source="feed", raw=moment),
            updated=None,
            language="id",
            labels=("Daerah", place),
            section=None,
            lead=body.partition("\n")[0],
            body=body,
            end_mark="***",
            end_mark_at=len(body),
            quotes=quotes,
            event_dates=(EventDate(raw=body[:8], date=f"{at:%Y-%m-%d}", weekday="none", start=0, end=8),),
            images=(
                Image(
                    url=f"https://img.example/s640/{number}.jpg", original_url=f"https://img.example/s0/{number}.jpg"
                ),
            ),
            links=tuple(
                Link(url=f"https://www.{site}/{link}.html", text="Baca juga", kind="related") for link in range(2)
            ),
            embeds=(),
            extractor="kompaz@2020-01-01",
            platform="blogger",
            theme="kompaz",
            witness=Witness(feed="full", agreement=1.0),
            word_count=len(body.split()),
        )
        return Reading(
            article=article, claims=_claims(article), removals=(Removal(rule="ad-placeholder", text="IKLAN"),)
        )

    def _spoken(self, paragraphs: list[str], people: list[str]) -> tuple[str, tuple[Quote, ...]]:
        """A body in which two people speak three times, and their quotes."""
        speakers = self._random.sample(people, 2)
        quotes, parts, length = [], [], 0
        for number, paragraph in enumerate(paragraphs):
            parts.append(paragraph)
            length += len(paragraph) + 2
            if number < 3:
                speaker, said = speakers[number % 2], self._prose(15)
                role = OFFICES[people.index(speaker) % len(OFFICES)]
                start = length + 1
                parts.append(f"“{said},” ujar {role} {speaker}.")
                length += len(parts[-1]) + 2
                quotes.append(
                    Quote(
                        text=said, start=start, end=start + len(said), speaker=speaker, role=role,
                        mention=f"{role} {speaker}", cue="ujar", resolved_by="name", confidence=0.93,
                    )
                )  # fmt: skip
        return "\n\n".join(parts), tuple(quotes)


def _claims(article: Article) -> dict[str, tuple[Claim, ...]]:
    """Two claims for each of six fields."""
    told = {
        "title": article.title,
        "published": article.published.value if article.published else "",
        "account": "Redaksi",
        "place": "Muara",
        "language": "id",
        "labels": "Daerah",
    }
    return {
        field: (
            Claim(value=value, raw=value, source="feed", rule=f"entry.{field}", chosen=True),
            Claim(value=value, raw=value, source="layout:kompaz", rule=f"kompaz.{field}"),
        )
        for field, value in told.items()
    }
