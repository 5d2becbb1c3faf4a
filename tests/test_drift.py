"""A theme that changes under a crawl: the feed still tells what the page told, and the disagreement is on record."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scraper.standin import StandIn
from scraper.standin import site as standin_site
from scraper.standin.view import View
from tests.test_crawl import FEW, archive_of, crawl, newsroom

Theme = Callable[[View], str]


def closed_early(html: str) -> str:
    """The body's container ends after its first paragraph."""
    head, mark, body = html.partition("post-body entry-content")
    return head + mark + re.sub(r"(<br ?/?>|</p>)", r"\1</div></div></div></div>", body, count=1)


def padded(html: str) -> str:
    """A widget of related posts, others under each, stands inside the container, before the post."""
    widget = "<div>" + " ".join(f"Kabar {number} dari kota {len(html)}." for number in range(30)) + "</div>"
    return re.sub(r"(<div class='post-body entry-content[^>]*>)", rf"\1{widget}", html)


def renamed(html: str) -> str:
    """The headline of every post is the blog's own."""
    return re.sub(
        r"(<h[13] class='post-title entry-title'[^>]*>).*?(</h[13]>)", r"\1Kabar Kita\2", html, flags=re.DOTALL
    )


def relabelled(html: str) -> str:
    return re.sub(r"(rel='tag'>)[^<]*", r"\1Lainnya", html)


def redated(html: str) -> str:
    """The stamps of publication are those of another year."""
    return re.sub(r"((?:datetime=|title=|datePublished\": ?)['\"])20\d\d-", r"\g<1>2009-", html)


def halfway(theme: Theme, change: Callable[[str], str], changed: set[str]) -> Theme:
    """The theme, changed from the fourth post that it prints on; `changed` gets the addresses printed since."""
    printed: set[str] = set()

    def page(view: View) -> str:
        html = theme(view)
        if view.page_type != "item":
            return html
        printed.add(view.canonical)
        if len(printed) <= FEW // 2:
            return html
        changed.add(view.canonical)
        return change(html)

    return page


def verdicts(record: dict[str, Any]) -> dict[str, str]:
    return {claim["rule"]: claim["value"] for claim in record["claims"]["witness"]}


@pytest.mark.parametrize(
    ("domain", "change", "field"),
    [
        ("kabarmuara.example", closed_early, "body"),
        ("kabarmuara.example", padded, "body"),
        ("kabarmuara.example", renamed, "title"),
        ("kabarmuara.example", relabelled, "labels"),
        ("harborcourier.example", closed_early, "body"),
        ("harborcourier.example", renamed, "title"),
        ("harborcourier.example", redated, "published"),
    ],
)
def test_a_theme_that_changes_halfway_shows_within_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, domain: str, change: Callable[[str], str], field: str
) -> None:
    """Posts printed before the change agree with the feed in every field, those after it do not in the one that broke."""
    changed: set[str] = set()
    with StandIn(newsroom(domain, posts=FEW)) as standin:
        theme = standin.newsroom.theme
        with archive_of(tmp_path / "a.db", standin) as archive:
            monkeypatch.setitem(standin_site.THEMES, theme, halfway(standin_site.THEMES[theme], change, changed))
            crawl(archive)
            records = list(archive.records(with_=frozenset({"claims"})))

    assert len(changed) == FEW // 2
    for record in records:
        told = verdicts(record)
        if record["url"] not in changed:
            assert set(told.values()) <= {"same", "1.0"}
        elif field == "body":
            assert record["witness"]["agreement"] < 0.9
            assert [(claim["source"], claim["chosen"]) for claim in record["claims"]["body"]] == [
                ("page", True),
                ("feed", False),
            ]
        else:
            assert told[field] == "differs"
            assert record["claims"][field][0]["source"] == "feed"
