"""What every Blogger page carries, whatever its theme: default rules, tried where a layout states none of its own.

The ladders and their order were measured over 112 theme sources and 267 saved pages; a rung answers only when all its
matches inside the Blog widget agree.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from extractors.layout import Layout
from extractors.prose.dates import read_instant, read_visible
from extractors.rules import aside, attr, credited, first, heading, ld, listed, lone, stamps, text, texts

if TYPE_CHECKING:
    from extractors.document import Document
    from extractors.model import Moment

UNCHANGED = r"(?!.*\b(?:updated?|last|edited|modified|accessed|diperba(?:ha)?rui|disunting|diedit|terakhir|diakses)\b)"
POSTED_ON = r"(?:posted|published|diposting|diterbitkan|dipublikasikan|ditulis|terbit|tayang)\b"
DATE = re.compile(  # with a year and a day, and no word of a change; longer where it says what it dates
    rf"(?i:{UNCHANGED})(?=.{{6,40}}$|(?i:{POSTED_ON}).{{6,60}}$)(?=.*\b(?:19|20)\d\d\b)(?=.*\b\d\d?\b)"
    r"[\w ,./:|()'’·•–—-]+"
)
MONTH = re.compile(r"/(\d{4})/(0[1-9]|1[0-2])/[^/]+\.html$")  # of publication, in 71 of 74 real addresses
NOBODY = frozenset(("unknown", "admin", "anonymous", "noreply", "author", "tidak diketahui"))
POSTED_BY = (
    "posted by", "written by", "published by", "diposting oleh", "ditulis oleh", "diterbitkan oleh",
    "dipublikasikan oleh", "oleh", "by", "penulis", "reporter",
)  # fmt: skip
CREDIT = re.compile(
    rf"(?i:{'|'.join(POSTED_BY)})\s?:?\s((?:[A-Z][\w.'’-]{{0,20}}\s?){{1,5}})"
    r"(?=\s?(?:$|[|•·–—,/@(-]|\d|(?:on|at|pada)\s))"
)  # 'Oleh Rina Sari - Senin, …'


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


def in_month(raw: str, document: Document) -> str | None:
    """A date that no name marks as that of publication, where the page's address bears it out or has no month."""
    month = MONTH.search(document.page.url)
    moment = read_visible(raw, source="") if month else None
    return None if month and moment and not moment.value.startswith(f"{month[1]}-{month[2]}") else raw


def as_first(values: tuple[str, ...], document: Document) -> Moment | None:
    """The earliest of the ISO times that stand in the month of the page's address; None where it has none."""
    month = MONTH.search(document.page.url)
    moments = [moment for value in values if (moment := as_instant(value, document))]
    fitting = [moment for moment in moments if month and moment.value.startswith(f"{month[1]}-{month[2]}")]
    return min(fitting, key=lambda moment: moment.value, default=None)


def stated_titles(document: Document) -> tuple[str, ...]:
    """What the page states as its title: to machines, to sharers, to the browser."""
    node, headline = document.head.css_first("title"), HEADLINE(document)
    told = (document.context.page_name, headline.value if headline else None, document.meta.get("og:title"))
    return tuple(title for title in (*told, node.text() if node else None) if title)


def as_labels(labels: tuple[str, ...], _document: Document) -> tuple[str, ...] | None:
    """Labels without the separators, and the '#', that some themes print before each, or in one of two lists. A '#' of
    some labels alone is the owner's.
    """
    cleaned = tuple(dict.fromkeys(bare for label in labels if (bare := label.strip(" ,|"))))
    plain = tuple(dict.fromkeys(label.removeprefix("#").strip() for label in cleaned))
    hashed = all(label.startswith("# ") for label in cleaned)
    return (plain if hashed or 2 * len(plain) == len(cleaned) else cleaned) or None


def without_hash(labels: tuple[str, ...], _document: Document) -> tuple[str, ...]:
    """Labels less the '#' that a theme prints before each; real labels may begin with one on others."""
    return tuple(label.removeprefix("#").strip() for label in labels)


CREDITING = re.compile(rf"(?i:{'|'.join(POSTED_BY)})\b")
HEADLINE = ld("headline")
MODIFIED = ":is(time, abbr, span):is(.updated, .update, .upd):not(.published), [itemprop=dateModified]"
"""Elements that tell when a post was last changed; `.published.updated` is a habit, and no statement."""

CRUMBS = texts(':is([class*=breadcrumb], [id*=breadcrumb]) a[href*="/search/label/"]')
"""The labels of themes that name them in the breadcrumb line alone; some print the first one only."""

LAYOUT = Layout(
    name="blogger",
    since=date(2006, 8, 1),
    title=heading(stated_titles)
    | text(":is(h1,h2,h3):is(.post-title,.entry-title)", outside_body=True)
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
    ),
    remove=(
        (".adsbygoogle, [class*=iklan], [id*=iklan]", "ad-placeholder"),
        ("[id^=related], [class*=related], #baca-juga, #pRelated, .baca-juga", "related"),
        (".author-profile, .authorboxwrap, .authorbox, .author-bio, .about-author", "author-box"),
        ("[class*=author-box], [id*=author-box]", "author-box"),
        (".post-share-buttons, .share-buttons, .sharethis, [class*=share-button], #share-container", "share"),
        (".share-post, .sharepost, .post-share, .social-share, .sharedaddy, .sharetitle", "share"),
        (".addtoany_share_save_container, .addthis_toolbox", "share"),
        (".mbtTOC, .mbtTOC2, #toc, .toc, .post-toc, .toc-container, #toc_container, .toc_container", "contents"),
        (".ez-toc-container, .lwptoc, .table-of-contents, #table-of-contents, .daftar-isi, #daftar-isi", "contents"),
        (".follow-by-email-inner, .follow-by-email, .subscribe-box, .newsletter, .berlangganan-box", "subscribe"),
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
        | credited(CREDIT, CREDITING)
    ).then(as_author),
    labels=aside(
        texts("a[rel~=tag]", "aria-label", "title")
        | texts(".post-labels a", "aria-label")
        | listed("postLabels", "labelArray")
        | texts('.entry-labels a, .label-info a, .labels a, .breadcrumbs a[href*="/search/label/"]', "aria-label"),
        'a[href*="/search/label/"]',
        "aria-label",
        "title",
    ).then(as_labels),
    published=attr("time.published[datetime]", "datetime").then(as_instant)
    | attr("abbr.published[title]", "title").then(as_instant)
    | attr(".published:is([title], [datetime])", "datetime", "title").then(as_instant)
    | attr('[itemprop="datePublished"]', "content", "datetime", "title").then(as_instant)
    | attr("time[datetime]:not(.updated, .update, .upd)", "datetime").then(as_instant)
    | stamps("datetime", "title", "content").then(as_first),
    updated=attr("time:is(.updated, .update, .upd)[datetime]", "datetime").then(as_instant)
    | attr('[itemprop="dateModified"]', "content", "datetime", "title").then(as_instant),
    visible_date=text(".date-header")
    | text(".timestamp-link")
    | text(":is(time, abbr, span).published")
    | text(
        ":is(.post-date, .entry-time, .meta_date, .time-info, .post-timestamp, .date-header-item, .single-meta,"
        " .post-info time:not(.updated, .update, .upd))"
    )
    | lone("a text that is a date", DATE, outside=MODIFIED).then(in_month),
)
