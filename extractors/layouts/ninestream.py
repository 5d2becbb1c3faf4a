"""NineStream, for films and series: no news theme.

Oddities: the post is the player; its text, if any, stands in the same section, facts about the film outside. Times and
author come from JSON-LD alone. Blogger's own head stands inside HTML comments.
"""

from __future__ import annotations

from datetime import date

from extractors.layout import Layout
from extractors.rules import ABSENT, text

RANK = 48

LAYOUT = Layout(
    name="ninestream",
    since=date(2021, 1, 1),
    markers=("section.stream",),
    around=("#extra-target",),
    title=text("h1.title"),
    body=("section.stream",),
    labels=ABSENT,
    visible_date=ABSENT,
)
