"""What every Blogger page carries, whatever its theme: default rules, tried where a layout states none of its own.

The ladders and their order were measured over 112 theme sources and 267 saved pages; a rung answers only when all its
matches inside the Blog widget agree.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from extractors.layout import Layout
from extractors.prose.dates import read_instant
from extractors.rules import attr, first, lone, text, texts

if TYPE_CHECKING:
    from extractors.document import Document
    from extractors.model import Moment

DATE = re.compile(r"(?=.{6,40}$)(?=.*\b(?:19|20)\d\d\b)(?=.*\b\d\d?\b)[\w ,./:|-]+")  # with a year and a day
NOBODY = frozenset(("unknown", "admin", "anonymous", "noreply", "author", "tidak diketahui"))
POSTED_BY = ("posted by", "written by", "diposting oleh", "ditulis oleh", "oleh", "by")


def as_instant(raw: str, document: Document) -> Moment | None:
    """For rules: ISO text -> Moment; what is no ISO time counts as nothing found. The contest names its source."""
    if raw not in document.instants:
        document.instants[raw] = read_instant(raw, source="", zone=document.zone)
    return document.instants[raw]


def as_author(name: str, _document: Document) -> str | None:
    """A CMS account's name, 'Posted by' and the like cut off; None for a name that says nobody."""
    bare = name.strip(" :-–|")
    for prefix in POSTED_BY:
        if bare.casefold().startswith(prefix + " "):
            bare = bare[len(prefix) :].strip(" :-–|")
    return bare if bare and bare.casefold() not in NOBODY else None


def as_labels(labels: tuple[str, ...], _document: Document) -> tuple[str, ...] | None:
    """Labels without the separators some themes print between them."""
    cleaned = tuple(dict.fromkeys(bare for label in labels if (bare := label.strip(" ,|"))))
    return cleaned or None


def without_hash(labels: tuple[str, ...], _document: Document) -> tuple[str, ...]:
    """Labels less the '#' that a theme prints before each; real labels may begin with one on others."""
    return tuple(label.removeprefix("#").strip() for label in labels)


MODIFIED = ":is(time, abbr, span):is(.updated, .update, .upd):not(.published), [itemprop=dateModified]"
"""Elements that tell when a post was last changed; `.published.updated` is a habit, and no statement."""

CRUMBS = texts(':is([class*=breadcrumb], [id*=breadcrumb]) a[href*="/search/label/"]')
"""The labels of themes that name them in the breadcrumb line alone; some print the first one only."""

LAYOUT = Layout(
    name="blogger",
    since=date(2006, 8, 1),
    title=text(":is(h1,h2,h3):is(.post-title,.entry-title)", outside_body=True)
    | text("h1", outside_body=True)
    | first("h1")
    | text("[itemprop~=headline]"),
    body=(
        ".post-body",
        "#postBody",
        "[itemprop~=articleBody]",
        ".entry-content",
        "#post_body",
        ":is(.single-content, .pp-content, .main_content)",
        "article",
    ),
    remove=(
        (".adsbygoogle, [class*=iklan], [id*=iklan]", "ad-placeholder"),
        ("[id^=related], [class*=related], #baca-juga, #pRelated, .baca-juga", "related"),
        (".author-profile, .authorboxwrap", "author-box"),
        (".post-share-buttons, .share-buttons, .sharethis, [class*=share-button], #share-container", "share"),
        (".mbtTOC, .mbtTOC2, #toc, .toc, .post-toc, .toc-container, #toc_container", "contents"),
        (".blogger-post-footer", "feed-footer"),
        (".post-labels, .post-footer, .post-meta, .post-info, .post-header", "post-meta"),
        ("noscript", "noscript"),
    ),
    author=(
        text(".post-author .fn")
        | text("[itemprop~=author] [itemprop~=name]")
        | text(".fn")
        | text("a[rel~=author]")
        | text(":is(.author-name, .post-author a, .entry_post_info_name)")
        | attr(":is(.nm, .byline .m, .postAuthorName a, .authorName)[data-text]", "data-text")
        | text(":is(.author2, .author_name, .single-meta .author)")
    ).then(as_author),
    labels=(
        texts("a[rel~=tag]", "aria-label", "title")
        | texts(".post-labels a", "aria-label")
        | texts('.entry-labels a, .label-info a, .labels a, .breadcrumbs a[href*="/search/label/"]', "aria-label")
    ).then(as_labels),
    published=attr("time.published[datetime]", "datetime").then(as_instant)
    | attr("abbr.published[title]", "title").then(as_instant)
    | attr(".published:is([title], [datetime])", "datetime", "title").then(as_instant)
    | attr('[itemprop="datePublished"]', "content", "datetime", "title").then(as_instant)
    | attr("time[datetime]:not(.updated, .update, .upd)", "datetime").then(as_instant),
    updated=attr("time:is(.updated, .update, .upd)[datetime]", "datetime").then(as_instant)
    | attr('[itemprop="dateModified"]', "content", "datetime", "title").then(as_instant),
    visible_date=text(".date-header")
    | text(".timestamp-link")
    | text(":is(time, abbr, span).published")
    | text(
        ":is(.post-date, .entry-time, .meta_date, .time-info, .post-timestamp, .date-header-item, .single-meta,"
        " .post-info time:not(.updated, .update, .upd))"
    )
    | lone("a text that is a date", DATE, outside=MODIFIED),
)
