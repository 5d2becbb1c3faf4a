"""Plots drawn on the server: marks as tall as their numbers, gaps shown as gaps, stored text as text."""

from __future__ import annotations

import re

import pytest

from scraper.analyst.charts import articles_per_day, bars, completeness, edits_by_month, network, quotes_by_month
from scraper.analyst.words import Words, chosen

ENGLISH = Words("en")


def heights(svg: str) -> list[float]:
    return [float(height) for height in re.findall(r'class="mark[^>]*height="([0-9.]+)"', svg)]


def test_a_bar_is_as_tall_as_its_number() -> None:
    """Twice the number is twice the height, nought is no mark, and each mark says what it counts."""
    svg = bars("Articles", ["Mon", "Tue", "Wed"], {"Kabar": [2, 4, 0]})

    low, high = heights(svg)
    assert high == pytest.approx(2 * low, abs=0.2)
    assert "<title>Tue · Kabar: 4</title>" in svg
    assert 'role="img" aria-label="Articles"' in svg


def test_days_without_an_article_keep_their_place() -> None:
    """A silent day is a gap; of many newsrooms the busiest have a colour and a name, the others share one."""
    rows = [{"day": day, "site": "a.example", "articles": 1} for day in ("2026-03-01", "2026-03-04")]
    places = [float(x) for x in re.findall(r'class="mark[^>]* x="([0-9.]+)"', articles_per_day(rows, {}, ENGLISH))]
    assert places[1] - places[0] == pytest.approx(3 * (720 - 34 - 4) / 4, abs=0.5)

    rows = [{"day": "2026-03-01", "site": f"s{number}.example", "articles": 9 - number} for number in range(8)]
    legend = re.findall(r"</svg>([^<]+)</li>", articles_per_day(rows, {"s0.example": "Nol"}, ENGLISH))
    assert legend == ["Nol", "s1.example", "s2.example", "s3.example", "s4.example", "others"]


def test_months_without_a_quote_are_shown() -> None:
    """Between the first and the last month of a person every month has its place."""
    rows = [{"month": month, "quotes": 2} for month in ("2025-11", "2026-02")]
    svg = quotes_by_month(rows, ENGLISH)
    assert re.findall(r'class="tick"[^>]*middle">([^<]+)<', svg) == ["Nov 2025", "Dec 2025", "Jan 2026", "Feb 2026"]
    assert len(heights(svg)) == 2


def test_a_month_is_darker_the_more_of_it_is_held() -> None:
    """The calendar tells whole months from months with gaps and from months nobody lists."""
    svg = completeness(
        [{"month": "2026-01", "held": 9, "missing": 0}, {"month": "2026-03", "held": 1, "missing": 9}], ENGLISH
    )
    cells = re.findall(r'class="cell (\w+)"[^>]*><title>([^<]+)<', svg)
    assert cells[:3] == [("level4", "Jan 2026: 9 / 9"), ("none", "Feb 2026"), ("level1", "Mar 2026: 1 / 10")]
    assert len(cells) == 12


def test_nothing_to_draw_draws_nothing() -> None:
    """An archive without articles, edits or quotes has no empty axes."""
    drawn = [articles_per_day([], {}, ENGLISH), edits_by_month([], ENGLISH), quotes_by_month([], ENGLISH)]
    assert [*drawn, completeness([], ENGLISH)] == ["", "", "", ""]


def test_names_in_a_plot_are_text() -> None:
    """A newsroom that calls itself markup is drawn with its letters."""
    hostile = '"><script>1</script>'
    svg = articles_per_day([{"day": "2026-03-01", "site": "a", "articles": 1}], {"a": hostile}, ENGLISH)
    svg += bars(hostile, [hostile], {hostile: [1], "b": [1]})
    assert "<script" not in svg


@pytest.mark.parametrize(
    ("asked", "cookie", "accepted", "language"),
    [
        ("en", "id", "id", "en"),
        (None, "en", "id", "en"),
        ("xx", None, "en;q=0.2, id;q=0.9", "id"),
        (None, None, "fr-FR, en-US;q=0.5", "en"),
        (None, None, "de, *;q=oops, en;q=x", "en"),
        (None, None, "", "id"),
        (None, None, ",;" * 5000, "id"),
    ],
)
def test_a_language_is_chosen(asked: str | None, cookie: str | None, accepted: str, language: str) -> None:
    """What is asked for wins over what is remembered, that over what the browser prefers; else it is Indonesian."""
    assert chosen(asked, cookie, accepted) == language


def test_dates_and_numbers_follow_the_language() -> None:
    """Months, thousands and hours are written as each language does; what is no date stays as it is."""
    indonesian = Words("id")
    assert (ENGLISH.moment("2026-05-02T09:05:00+07:00"), indonesian.moment("2026-05-02T09:05:00Z")) == (
        "2 May 2026, 09:05",
        "2 Mei 2026, 09.05 UTC",
    )
    assert (ENGLISH.day("2026-08"), indonesian.day("2026-08-17"), ENGLISH.day("2026")) == (
        "Aug 2026",
        "17 Agu 2026",
        "2026",
    )
    assert (ENGLISH.day(None), ENGLISH.day("2026-13-01"), ENGLISH.moment("soon")) == ("–", "2026-13-01", "soon")
    assert (ENGLISH.number(12345), indonesian.number(12345)) == ("12,345", "12.345")


def test_a_network_draws_who_copied_whom() -> None:
    """A dot a newsroom, a line a pair from the first to print to the copier, thicker for more; a site's own reprints
    are no line, and a hostile title stays text.
    """
    pairs = [
        {"printed_first": "a.example", "copied_by": "b.example", "articles": 6},
        {"printed_first": "b.example", "copied_by": "c.example", "articles": 3},
        {"printed_first": "c.example", "copied_by": "c.example", "articles": 9},
    ]
    drawn = str(network(pairs, {"a.example": "<b>Asal</b>"}, ENGLISH))
    assert (drawn.count("<circle"), drawn.count('<line class="link"')) == (3, 2)
    assert "&lt;b&gt;Asal&lt;/b&gt; → b.example: 6" in drawn
    assert "<b>" not in drawn
    assert 'stroke-width="4.0"' in drawn
    assert 'stroke-width="2.5"' in drawn
    assert str(network([], {}, ENGLISH)) == ""
