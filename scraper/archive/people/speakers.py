"""Who speaks in one article, as the archive keeps it: a row for each speaker, before anybody asks who that is. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from extractors.model import Article
from extractors.quotes.identity import body_of, kind_of, name_key, office
from extractors.quotes.private import private_names
from scraper.archive.people.standings import Standing


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What an article tells of its speakers. `day` of publication as written; `spoken`: speaker and role, by quote."""

    article: str
    site: str
    place: str | None
    day: str | None
    language: str | None
    body: str
    spoken: tuple[tuple[str | None, str | None], ...]


class Appearance(msgspec.Struct, frozen=True):
    """One speaker of one article: the columns of `appearances`, in order, but for the person.

    `name` is the key of the speaker's name, `office` the role spelt out, `apart` within what alone the name means one
    person, `private` why it is not public.
    """

    article: str
    speaker: str
    role: str | None
    kind: str
    name: str
    apart: str | None
    site: str
    place: str | None
    body: str | None
    office: str | None
    day: str | None
    private: str | None

    @property
    def standing(self) -> Standing:
        """What of it tells whether two appearances are one person."""
        return Standing(self.name, self.apart or "", self.site, self.place or "", self.body or "")


def telling_of(article: Article) -> Telling:
    """The same of an article as it was read."""
    return Telling(
        article=article.id,
        site=article.site,
        place=article.dateline.place if article.dateline else None,
        day=article.published.value[:10] if article.published else None,
        language=article.language,
        body=article.body,
        spoken=tuple((quote.speaker, quote.role) for quote in article.quotes),
    )


def appearances_of(telling: Telling) -> list[Appearance]:
    """The speakers by name, sorted. Bare roles are nobody, nor is a name without a letter."""
    named: dict[str, str | None] = {}
    for speaker, role in telling.spoken:
        if speaker is not None and speaker != role and name_key(speaker):
            named[speaker] = named.get(speaker) or role
    if not named:
        return []
    private = private_names(telling.body, named, language=telling.language)
    return [_appearance(telling, speaker, named[speaker], private.get(speaker)) for speaker in sorted(named)]


def _appearance(telling: Telling, speaker: str, role: str | None, private: str | None) -> Appearance:
    language, place = telling.language, telling.place
    one = Appearance(
        article=telling.article,
        speaker=speaker,
        role=role,
        kind=kind_of(speaker, language),
        name=name_key(speaker),
        apart=None,
        site=telling.site,
        place=place_key(place) if place else None,
        body=body_of(role, language) if role else None,
        office=office(role, language) if role else None,
        day=telling.day,
        private=private,
    )
    within = confines(one)
    return msgspec.structs.replace(one, apart=within) if within else one


def place_key(place: str) -> str:
    """'KOTA  Muara' -> 'kota muara'."""
    return " ".join(place.casefold().split())


def confines(one: Appearance, split: int | None = None) -> str | None:
    """Within what alone the name means one person, None for everywhere: what the decision `split` set apart, and for a
    bare name its site and office, or its article where it has none.
    """
    parts: Iterable[str] = () if split is None else (f"split {split}",)
    if "-" not in one.name:
        if one.kind == "organisation":
            parts = (*parts, one.site)
        elif one.office is not None and " " in one.office:
            parts = (*parts, one.site, one.office)
        else:
            parts = (*parts, one.article)
    return " ".join(parts) or None
