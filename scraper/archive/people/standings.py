"""Which appearances are one person: the rule, pure, over the standings in which a name occurs.

A standing is where somebody of a name is met: site, place of the dateline, body of the role. Who is one person is a
function of the set of standings alone, never of the order in which they came, so that two archives with the same pages
hold the same people; a new standing can therefore join two people, or part what it makes doubtful. Names are written
the same way by two people far more often than one person stands twice in two places with two offices, so whatever is in
doubt stays two: a person may put that right (`people merge`), whereas two lives mixed up are found by nobody.

Of one full name (two words or more):
1. standings that tell both place and body are one person where the body or the place is the same, or the site is and
   their bodies have a word in common ('kepolisian resor muara', 'kepolisian resor hulu');
2. standings that tell less join each other by body, place or site, and then the person of the first kind whom they
   touch, if there is only one.
A bare name is a person within one site and office, else within its article. `apart` holds that, and the decision that
set a standing apart; the rule looks only at standings of one `apart`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

import msgspec

Tie = tuple[str, ...]
"""What two standings have in common: a body, a place, a site."""

MARK = 8  # hexadecimal digits after the name of one of several namesakes; two of a name collide once in 2**32


class Standing(msgspec.Struct, frozen=True, order=True):
    """Where somebody of a name is met. `name` is the key of the name; '' stands for what is not told."""

    name: str
    apart: str
    site: str
    place: str
    body: str


def bearers(standings: Iterable[Standing]) -> dict[Standing, str]:
    """Whose each standing is, of all those with one `name` and one `apart`: person ids.

    The only bearer of a full name is called by it: 'sari-lembayung'. Each of several, and every bare name, bears a mark
    of his smallest standing as well, 'sari-lembayung~1f0a33c2': no id passes from one of them to the other.
    """
    found = people(sorted(standings))
    if len(found) == 1 and not found[0][0].apart:
        return dict.fromkeys(found[0], found[0][0].name)
    return {standing: f"{person[0].name}~{_mark(person[0])}" for person in found for standing in person}


def people(standings: Sequence[Standing]) -> list[list[Standing]]:
    """The standings of each person, sorted."""
    persons = _joined([one for one in standings if _is_told(one)], _sure_ties)
    bearers_of: dict[Tie, set[int]] = {}
    for number, person in enumerate(persons):
        for tie in {tie for one in person for tie in _ties(one)}:
            bearers_of.setdefault(tie, set()).add(number)
    for rest in _joined([one for one in standings if not _is_told(one)], _ties):
        touched = set[int]().union(*(bearers_of.get(tie, ()) for one in rest for tie in _ties(one)))
        if len(touched) == 1:
            persons[touched.pop()] += rest
        else:
            persons.append(rest)
    return sorted(sorted(person) for person in persons)


def _is_told(one: Standing) -> bool:
    return bool(one.place and one.body)


def _ties(one: Standing) -> list[Tie]:
    """What a standing shares with others of the same person: one is enough."""
    told = [("body", one.body)] if one.body else []
    return [*told, *([("place", one.place)] if one.place else []), ("site", one.site)]


def _sure_ties(one: Standing) -> list[Tie]:
    """The same of a standing that tells both place and body."""
    return [("body", one.body), ("place", one.place), *(("site", one.site, word) for word in one.body.split())]


def _joined(standings: Sequence[Standing], ties: Callable[[Standing], list[Tie]]) -> list[list[Standing]]:
    """The groups in which each is tied to another, directly or over others. Linear in the ties."""
    lead = list(range(len(standings)))  # of each standing, one that stands for its group; itself in the end

    def leader(number: int) -> int:
        while lead[number] != number:
            lead[number] = lead[lead[number]]
            number = lead[number]
        return number

    first: dict[Tie, int] = {}
    for number, standing in enumerate(standings):
        for tie in ties(standing):
            lead[leader(number)] = leader(first.setdefault(tie, number))
    groups: dict[int, list[Standing]] = {}
    for number, standing in enumerate(standings):
        groups.setdefault(leader(number), []).append(standing)
    return list(groups.values())


def _mark(standing: Standing) -> str:
    place = "\n".join((standing.apart, standing.site, standing.place, standing.body))
    return hashlib.sha256(place.encode()).hexdigest()[:MARK]
