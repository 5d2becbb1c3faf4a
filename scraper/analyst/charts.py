"""Plots as SVG, drawn on the server: nothing to load, readable without colour, each with its numbers as text.

Every mark carries a <title> that names it; the whole is an image with a name, and the page links its table, SQL and
CSV. Colours are classes of the stylesheet, so that a plot follows light and dark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import ceil, cos, hypot, log10, pi, sin, tau

from markupsafe import Markup

from scraper.analyst.words import Words

WIDTH, HEIGHT = 720, 200  # user units; a plot is as wide as its place
LEFT, RIGHT, TOP, BOTTOM = 34, 4, 12, 24
WIDEST = 40  # a bar
MOST_LABELS = 6  # along the foot
SITES_SHOWN = 5  # by name; the others are one series
CELL = 20  # of the calendar
RING = 16  # newsrooms of the network
MIDDLE, CENTRE, RADIUS = 180, 130, 100

Row = Mapping[str, object]
Series = Mapping[str, Sequence[float]]

BAR = Markup(
    '<rect class="mark c{colour}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">'
    "<title>{title}</title></rect>"
)
LABEL = Markup('<text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
LINK = Markup(
    '<line class="link" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke-width="{:.1f}" marker-end="url(#to)">'
    "<title>{}</title></line>"
)
ARROW = Markup(
    '<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" orient="auto"'
    ' markerUnits="userSpaceOnUse"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>'
)
NODE = Markup('<circle class="mark c0" cx="{:.1f}" cy="{:.1f}" r="6"><title>{}</title></circle>')
LINE = Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')


def articles_per_day(rows: Iterable[Row], titles: Mapping[str, str], words: Words) -> Markup:
    """Stacked by newsroom, days without an article included."""
    held = [(str(row["day"]), str(row["site"]), int(str(row["articles"]))) for row in rows]
    if not held:
        return Markup("")
    counts: Counter[str] = Counter()
    for _, site, articles in held:
        counts[site] += articles
    shown = [site for site, _ in counts.most_common(SITES_SHOWN)]
    days = _days(min(day for day, *_ in held), max(day for day, *_ in held))
    series = {titles.get(site, site): [0.0] * len(days) for site in shown}
    place = {day: at for at, day in enumerate(days)}
    for day, site, articles in held:
        name = titles.get(site, site) if site in shown else words("others")
        series.setdefault(name, [0.0] * len(days))[place[day]] += articles
    told = [words.day(day) for day in days]
    return bars(words("articles_per_day"), told, series, [day.rpartition(" ")[0] for day in told])


def edits_by_month(rows: Iterable[Row], words: Words) -> Markup:
    """Edits that were told, silent ones, and posts gone, stacked by month."""
    held = list(rows)
    number = [{name: float(str(row[name] or 0)) for name in ("edits", "silent", "gone")} for row in held]
    series = {
        words("edits_silent"): [one["silent"] for one in number],
        words("edits_told"): [one["edits"] - one["silent"] for one in number],
        words("posts_gone"): [one["gone"] for one in number],
    }
    return bars(words("edits_by_month"), [words.day(str(row["month"])) for row in held], series)


def quotes_by_month(rows: Iterable[Row], words: Words) -> Markup:
    """A person's quotes, months without one included."""
    held = {str(row["month"]): float(str(row["quotes"])) for row in rows}
    months = _months(min(held), max(held)) if held else []
    return bars(
        words("quotes_by_month"),
        [words.day(month) for month in months],
        {words("quotes"): [held.get(month, 0.0) for month in months]},
    )


def completeness(rows: Iterable[Row], words: Words) -> Markup:
    """A calendar: a line a year, a cell a month, darker the more of its posts are held."""
    held = {str(row["month"]): (int(str(row["held"])), int(str(row["missing"]))) for row in rows}
    if not held:
        return Markup("")
    years = range(int(min(held)[:4]), int(max(held)[:4]) + 1)
    parts = []
    for line, year in enumerate(years):
        y = TOP + line * (CELL + 4)
        parts.append(LABEL.format(LEFT + 2, y + CELL * 0.7, "end", year))
        for month in range(12):
            key, x = f"{year}-{month + 1:02d}", LEFT + 8 + month * (CELL + 4)
            parts.append(_cell(key, held.get(key), x, y, words))
    return _image(words("completeness"), parts, LEFT + 12 * (CELL + 4) + 8, TOP + len(years) * (CELL + 4), "calendar")


def network(pairs: Iterable[Row], titles: Mapping[str, str], words: Words) -> Markup:
    """Newsrooms in a ring, a line from whoever printed first to whoever copied, thicker the more articles; those with
    most to do with the others, where they are many.
    """
    held = [(str(row["printed_first"]), str(row["copied_by"]), int(str(row["articles"]))) for row in pairs]
    counts: Counter[str] = Counter()
    for first, copier, articles in held:
        counts.update({first: articles, copier: articles})
    ring = sorted(site for site, _ in counts.most_common(RING))
    if not ring:
        return Markup("")
    places = {site: _on_ring(at, len(ring)) for at, site in enumerate(ring)}
    drawn = [one for one in held if one[0] in places and one[1] in places and one[0] != one[1]]
    most = max((articles for *_, articles in drawn), default=1)
    parts = [
        LINK.format(*_shortened(places[first], places[copier]), 1 + 3 * articles / most,
                    f"{titles.get(first, first)} → {titles.get(copier, copier)}: {articles}")
        for first, copier, articles in drawn
    ]  # fmt: skip
    for site, (x, y) in places.items():
        name = titles.get(site, site)
        parts.append(NODE.format(x, y, f"{name}: {counts[site]}"))
        parts.append(LABEL.format(x, y + (22 if y > CENTRE + 1 else -12), "middle", name))
    return _image(words("who_copies"), [ARROW, *parts], 2 * MIDDLE, 2 * CENTRE, "network")


def _on_ring(at: int, count: int) -> tuple[float, float]:
    angle = tau * at / count + pi
    return MIDDLE + RADIUS * cos(angle), CENTRE + RADIUS * sin(angle)


def _shortened(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, ...]:
    """The line without the room of the dots at its ends."""
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    dx, dy = (10 * (end[side] - start[side]) / length for side in (0, 1))
    return start[0] + dx, start[1] + dy, end[0] - dx, end[1] - dy


def bars(title: str, places: Sequence[str], series: Series, ticks: Sequence[str] | None = None) -> Markup:
    """Stacked bars, a colour a series; empty where there is nothing to draw. `ticks`: the places named shorter."""
    highest = max((sum(values[at] for values in series.values()) for at in range(len(places))), default=0.0)
    if highest <= 0:
        return Markup("")
    top, room = _round_up(highest), HEIGHT - TOP - BOTTOM
    step = (WIDTH - LEFT - RIGHT) / len(places)
    width = min(step * 0.8, WIDEST)
    parts = [_grid(top)]
    every = ceil(len(places) / MOST_LABELS)
    for at, place in enumerate(places):
        x, floor = LEFT + at * step + (step - width) / 2, float(HEIGHT - BOTTOM)
        for colour, (name, values) in enumerate(series.items()):
            height = values[at] / top * room
            floor -= height
            if height:
                told = f"{place} · {name}: {values[at]:g}"
                parts.append(BAR.format(colour=colour, x=x, y=floor, width=width, height=height, title=told))
        if at % every == 0:
            parts.append(LABEL.format(x + width / 2, HEIGHT - 6, "middle", (ticks or places)[at]))
    return _image(title, parts, WIDTH, HEIGHT, "bars") + _legend(list(series))


def _legend(names: Sequence[str]) -> Markup:
    if len(names) < 2:
        return Markup("")
    items = (
        Markup('<li><svg class="key" viewBox="0 0 10 10" aria-hidden="true"><rect class="c{}" width="10" height="10"/>'
               "</svg>{}</li>").format(colour, name)
        for colour, name in enumerate(names)
    )  # fmt: skip
    return Markup('<ul class="legend">') + Markup("").join(items) + Markup("</ul>")


def _image(title: str, parts: Iterable[Markup], width: float, height: float, kind: str) -> Markup:
    opening = Markup('<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return opening.format(kind, width, height, title) + Markup("").join(parts) + Markup("</svg>")


def _grid(top: float) -> Markup:
    lines = []
    for value in (0.0, top / 2, top):
        y = HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)
        lines += [LINE.format(LEFT, WIDTH - RIGHT, y, y), LABEL.format(LEFT - 6, y + 4, "end", f"{value:g}")]
    return Markup("").join(lines)


def _cell(month: str, posts: tuple[int, int] | None, x: float, y: float, words: Words) -> Markup:
    cell = Markup('<rect class="cell {}" x="{}" y="{}" width="{}" height="{}" rx="3"><title>{}</title></rect>')
    if posts is None or sum(posts) == 0:
        return cell.format("none", x, y, CELL, CELL, words.day(month))
    held, missing = posts
    share = held / (held + missing)
    level = 4 if not missing else 1 + int(share * 3)
    told = f"{words.day(month)}: {held} / {held + missing}"
    return cell.format(f"level{level}", x, y, CELL, CELL, told)


def _round_up(value: float) -> float:
    """The next of 2, 4, 6, 10, 20, 40, 60, …: half of it is a whole number too."""
    power = float(10 ** int(log10(max(value, 1))))
    return next((step * power for step in (1.0, 2.0, 4.0, 6.0, 10.0) if step * power >= max(value, 2.0)), 10.0 * power)


def _days(first: str, last: str) -> list[str]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [str(begin + timedelta(days=day)) for day in range((end - begin).days + 1)]


def _months(first: str, last: str) -> list[str]:
    begin, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in range(begin, end + 1)]
