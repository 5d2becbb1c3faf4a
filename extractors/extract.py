"""From a page to its article: choose the layout, take the body apart, gather claims, decide, write receipts."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeVar

from selectolax.lexbor import LexborNode

from extractors import blogger, comments, feedtext, refusals, registry, storytext, veils
from extractors.blocks import Blocks, read_blocks
from extractors.claims import Candidate, Contest, stated
from extractors.document import Document
from extractors.generic import SHORTEST, read_generic
from extractors.layout import Layout, Site
from extractors.linked_data import PLACEHOLDER
from extractors.model import Article, Byline, Dateline, Moment, NotAnArticle, Page, Reading
from extractors.parsing import parse
from extractors.prose.byline import find_byline
from extractors.prose.dateline import find_dateline
from extractors.prose.dates import find_event_dates, read_instant, read_visible
from extractors.prose.endmark import EndMark, end_mark_in
from extractors.prose.foot import Foot, read_foot
from extractors.prose.language import guess_language
from extractors.quotes import find_quotes
from extractors.repetition import edges
from extractors.rules import Rule, ld, meta
from extractors.urls import article_id, canonical, is_permalink, site_name
from extractors.whitespace import fold, is_blank
from extractors.witness import compare, rivals, verdicts

T = TypeVar("T")
URL_MONTH = re.compile(r"/(\d{4})/(0[1-9]|1[0-2])/[^/]+\.html$")
FEWEST_WORDS = 10  # a post with a program of its own and fewer words than this is a widget
ADDRESS = ("http://", "https://")
HEADLINE, META_TITLE = ld("headline"), meta("og:title", "twitter:title")
DATE_PUBLISHED, DATE_MODIFIED = (ld(key).then(blogger.as_instant) for key in ("datePublished", "dateModified"))
AUTHOR = ld("author").then(blogger.as_author)
SECTION = meta("article:section") | ld("articleSection")


class Body(NamedTuple):
    """The chosen container's blocks, and who chose it."""

    blocks: Blocks
    layout: Layout | None
    extractor: str


def extract(page: Page) -> Article:
    """The article of a page. Raises NotAnArticle, with a reason, when the page holds none."""
    return read(page).article


def read(page: Page) -> Reading:
    """The article with its claims and removals. Raises NotAnArticle, with a reason, when the page holds none."""
    if "<" not in page.html:
        raise NotAnArticle("not-html")
    site = registry.site_for(page.url)
    document = Document(page, zone=page.zone or (site.zone if site else None))
    refusals.refuse_other_pages(document)
    contest = Contest()
    layout = _layout(document, site)
    title = _title(document, layout, contest)
    body = _body(document, layout, site, title)
    return _reading(document, site, body, title, contest)


def edge_lines(page: Page) -> tuple[str, ...]:
    """The `edges` of the page's reading, at less cost; none for a page that holds no article."""
    try:
        site = registry.site_for(page.url)
        document = Document(page, zone=page.zone)
        layout = _layout(document, site)
        return edges(_body(document, layout, site, _title(document, layout, Contest())).blocks.lines)
    except NotAnArticle:
        return ()


def _layout(document: Document, site: Site | None) -> Layout:
    """The newest layout of the site that was live when the page was fetched and whose body rule finds text; for an
    unregistered site the first theme that recognises the page; else Blogger's own defaults.
    """
    fetched_at = document.page.fetched_at
    day = fetched_at.date() if fetched_at else None
    live = site.live(day) if site else ()
    for layout in live:
        if _has_body(document, layout):
            return layout
    themes = registry.recognised(document) if document.is_blogger else ()
    return next((layout for layout in themes if layout.bodiless or _has_body(document, layout)), blogger.LAYOUT)


def _has_body(document: Document, layout: Layout) -> bool:
    """Whether the layout's body rule finds text."""
    selectors = layout.body or _default_bodies(document)
    nodes = (node for selector in selectors for node in document.find(selector))
    return any(not is_blank(node.text(deep=True)) or veils.veiled(node) for node in nodes)


def _default_bodies(document: Document) -> tuple[str, ...]:
    """Where every Blogger page may keep its body: under the post's own id where the page tells it, else by class."""
    post_id = document.context.post_id
    own = (f'[id="post-body-{post_id}"]',) if post_id else ()
    return (*own, *blogger.LAYOUT.body)


def _title(document: Document, layout: Layout, contest: Contest) -> str:
    entry = document.page.entry
    title = contest.decide(
        "title",
        (
            stated("feed", "entry.title", fold(entry.title) if entry else None),
            _ruled(document, layout, layout.title, blogger.LAYOUT.title),
            _asked("json-ld", HEADLINE, document),
            _asked("meta", META_TITLE, document),
            stated("context", "pageName", fold(document.context.page_name or "") or None),
            stated("head", "title", _head_title(document)),
        ),
    )
    return title or ""


def _head_title(document: Document) -> str | None:
    """The <title>, less the blog's name before or after it."""
    node = document.head.css_first("title")
    text = fold(node.text()) if node is not None else ""
    blog = fold(document.context.blog_title or "")
    folded, name = text.casefold(), blog.casefold()
    if name and folded != name and (folded.startswith(name) or folded.endswith(name)):
        text = re.sub(
            rf"^{re.escape(blog)}\s*[:|–—-]\s*|\s*[:|–—-]\s*{re.escape(blog)}$", "", text, flags=re.IGNORECASE
        )
    return text or None


def _body(document: Document, layout: Layout, site: Site | None, title: str) -> Body:
    """The body from the layout's container, else from the feed entry, else from the generic reader."""
    blocks = _container_blocks(document, layout, title)
    if blocks is not None and blocks.scripted and sum(len(text.split()) for text in blocks.paragraphs) < FEWEST_WORDS:
        raise NotAnArticle("not-an-article", "the post is drawn by a script of its own: a quiz, a player, a tool")
    if blocks is not None and document.context.post_id is None:
        refusals.refuse_soft_404(title, "\n".join(blocks.paragraphs))
    if blocks is not None and blocks.paragraphs:
        owner = f"{site.domain}/" if site and layout in site.layouts else ""
        return Body(blocks, layout, f"{owner}{layout}")
    entry = document.page.entry
    if entry is not None and not layout.bodiless:
        place = feedtext.place(document.tree.body, entry)
        placed = _read_blocks(place, document, blogger.LAYOUT, title) if place is not None else None
        if placed is not None and placed.paragraphs:
            return Body(placed, None, f"page-by-feed@{blogger.LAYOUT.since}")
    if entry is not None and entry.content:
        told = _feed_blocks(entry.content, document, title)
        if told.paragraphs:
            return Body(told, layout if layout.bodiless else None, f"feed@{blogger.LAYOUT.since}")
    if blocks is not None:
        raise NotAnArticle("not-an-article", "the post holds no text")
    if layout.bodiless:
        raise NotAnArticle("needs-feed")
    return _story(document, title) or _generic(document, title)


def _story(document: Document, title: str) -> Body | None:
    """On a Blogger page whose theme names no body: what bears the weight of the text, in sight or behind a veil."""
    if not document.is_blogger:
        return None
    refusals.refuse_gate(document)
    found = storytext.place(document.blog, title)
    hidden = veils.fullest(document.blog, unless=found.node if found else None)
    node = hidden or (found.node if found else None)
    if node is None:
        return None
    around = found.around if found and hidden is None else frozenset[int]()
    blocks = _read_blocks(node, document, blogger.LAYOUT, title, around=around)
    words = sum(len(text.split()) for text in blocks.paragraphs)
    told = document.context.page_type is not None or is_permalink(document.page.url)  # that it is a post
    if not words or (words < SHORTEST and not told):
        return None
    if document.context.page_type != "item":
        refusals.refuse_soft_404(title, "\n".join(blocks.paragraphs))
    return Body(blocks, None, f"page-by-text@{blogger.LAYOUT.since}")


def _container_blocks(document: Document, layout: Layout, title: str) -> Blocks | None:
    container = _container(document, layout) if layout is not blogger.LAYOUT or document.is_blogger else None
    if container is None:
        return None
    return _read_blocks(veils.unveiled(container), document, layout, title)


def _read_blocks(
    container: LexborNode, document: Document, layout: Layout, title: str, *, around: frozenset[int] = frozenset()
) -> Blocks:
    """A container taken apart, the parts of the theme and those that every Blogger page may hold left out of it."""
    return read_blocks(
        container,
        base_url=document.page.url,
        title=title,
        remove=(*layout.remove, *(() if layout is blogger.LAYOUT else blogger.LAYOUT.remove)),
        repeated=document.page.repeated,
        around=around,
    )


def _container(document: Document, layout: Layout) -> LexborNode | None:
    """The body container: by the layout, else by the defaults; the first with text, else an empty one."""
    if layout.bodiless:
        return None
    own = () if layout is blogger.LAYOUT else layout.body
    empty: LexborNode | None = None
    for selector in (*own, *_default_bodies(document)):
        for node in document.find(selector):
            if not is_blank(node.text(deep=True)) or veils.veiled(node):
                return node
            empty = empty or node
    return empty or veils.container(document.blog, _default_bodies(document))


def _feed_blocks(content: str, document: Document, title: str) -> Blocks:
    body = parse(content).body
    if body is None:
        return Blocks()
    return read_blocks(body, base_url=document.page.url, title=title, remove=blogger.LAYOUT.remove)


def _feed_text(document: Document, title: str) -> str:
    """What the feed entry says, its furniture taken out as the page's was."""
    entry = document.page.entry
    if entry is None:
        return ""
    if not entry.content:
        return fold(entry.summary or "")
    return "\n\n".join(_feed_blocks(entry.content, document, title).paragraphs)


def _generic(document: Document, title: str) -> Body:
    refusals.refuse_gate(document)
    found = read_generic(document.page.html, url=_url(document), tree=document.tree, title=title)
    refusals.refuse_soft_404(title, "\n".join(found.paragraphs) if found else "")
    if found is None:
        raise NotAnArticle("not-an-article", "no reader found the text of an article")
    blocks = Blocks(paragraphs=found.paragraphs, removals=found.removals)
    return Body(blocks, None, found.extractor)


def _reading(document: Document, site: Site | None, body: Body, title: str, contest: Contest) -> Reading:
    page, context, layout = document.page, document.context, body.layout or blogger.LAYOUT
    whole = "\n\n".join(body.blocks.paragraphs)
    text, dateline, end, foot = _detach(whole, site)
    language = guess_language(text) or _locale(document) or (site.language if site else None)
    published = _published(document, layout, language, contest)
    url = _url(document)
    blog_id = context.blog_id or (page.entry.blog_id if page.entry else None)
    post_id = context.post_id or (page.entry.post_id if page.entry else None)
    told = _feed_text(document, title)
    witness = compare(page.entry, whole, told)
    article = Article(
        id=article_id(blog_id, post_id, url),
        site=site_name(url),
        url=url,
        blog_id=blog_id,
        post_id=post_id,
        title=title,
        dateline=dateline,
        byline=_byline(document, layout, find_byline(text, foot), end, contest),
        published=published,
        updated=_updated(document, layout, contest),
        language=language,
        labels=_labels(document, layout, contest),
        section=contest.decide("section", (_asked("meta", SECTION, document),)),
        lead=text.partition("\n\n")[0],
        body=text,
        end_mark=end.raw if end else None,
        end_mark_at=min(end.at, len(text)) if end else None,
        quotes=find_quotes(text, language=language, indirect=True),
        event_dates=find_event_dates(text, published=published.day if published else None, language=language),
        images=body.blocks.images,
        links=body.blocks.links,
        embeds=body.blocks.embeds,
        extractor=body.extractor,
        platform="blogger" if document.is_blogger else None,
        theme=_theme(document, layout),
        witness=witness,
        word_count=len(text.split()),
    )
    comments.claim_count(document, contest)
    receipts = {
        "body": rivals(witness, whole, told, body.extractor),
        "witness": verdicts(contest.claims, witness.agreement),
    }
    claims = contest.claims | {field: made for field, made in receipts.items() if made}
    return Reading(article=article, claims=claims, removals=body.blocks.removals, edges=edges(body.blocks.lines))


def _detach(whole: str, site: Site | None) -> tuple[str, Dateline | None, EndMark | None, Foot | None]:
    """The text without its dateline and end mark; putting each back at its place restores it, white space aside. And
    the text's foot, if it is still as it was read.
    """
    text = whole
    dateline = find_dateline(text, style=site.dateline) if site and site.dateline else find_dateline(text)
    if dateline is not None:
        text = text[: dateline.at] + text[dateline.at + len(dateline.raw) :]
    foot = read_foot(text)
    end = end_mark_in(foot)
    if end is None:
        return text, dateline, None, foot
    before = text[: end.at].rstrip()
    after = text[end.at + len(end.raw) :].strip()
    text = f"{before}\n\n{after}" if after else before
    return text, dateline, EndMark(raw=end.raw, at=len(before), initials=end.initials), None


def _url(document: Document) -> str:
    """The page's canonical address: the one it was asked under, else the one it states itself."""
    page = document.page
    link = document.head.css_first("link[rel=canonical]") if not page.url.startswith(ADDRESS) else None
    stated_urls = (
        page.url,
        document.context.canonical_url,
        link.attributes.get("href") if link is not None else None,
        document.meta.get("og:url") if not page.url.startswith(ADDRESS) else None,
        page.entry.url if page.entry else None,
    )
    return canonical(next((url for url in stated_urls if url and url.startswith(ADDRESS)), page.url))


def _published(document: Document, layout: Layout, language: str | None, contest: Contest) -> Moment | None:
    """Order of trust: feed, JSON-LD, an ISO stamp of the layout, the visible date. The address's month only hints."""
    entry = document.page.entry
    month = URL_MONTH.search(document.page.url)
    return contest.decide(
        "published",
        (
            _stamp("feed", "entry.published", entry.published if entry else None, document),
            _asked("json-ld", DATE_PUBLISHED, document),
            _ruled(document, layout, layout.published, blogger.LAYOUT.published),
            _visible(document, layout, language),
        ),
        hints=(_month_hint(month),),
    )


def _updated(document: Document, layout: Layout, contest: Contest) -> Moment | None:
    entry = document.page.entry
    return contest.decide(
        "updated",
        (
            _stamp("feed", "entry.updated", entry.updated if entry else None, document),
            _asked("json-ld", DATE_MODIFIED, document),
            _ruled(document, layout, layout.updated, blogger.LAYOUT.updated),
        ),
    )


def _stamp(source: str, rule: str, raw: str | None, document: Document) -> Candidate[Moment] | None:
    if raw is None:
        return None
    return stated(source, rule, read_instant(raw, source=source, zone=document.zone), raw)


def _visible(document: Document, layout: Layout, language: str | None) -> Candidate[Moment] | None:
    shown = _ruled(document, layout, layout.visible_date, blogger.LAYOUT.visible_date)
    if shown is None:
        return None
    moment = read_visible(shown.found.raw, source="text", zone=document.zone, language=language)
    return stated("text", shown.found.rule, moment, shown.found.raw)


def _month_hint(month: re.Match[str] | None) -> Candidate[Moment] | None:
    if month is None:
        return None
    value = f"{month.group(1)}-{month.group(2)}"
    hint = Moment(value=value, precision="day", zone="none", source="url", raw=month.group(0))
    return stated("url", "month", hint, month.group(0))


def _byline(document: Document, layout: Layout, written: Byline, end: EndMark | None, contest: Contest) -> Byline:
    entry = document.page.entry
    nobody = blogger.as_author
    account = contest.decide(
        "account",
        (
            stated("feed", "entry.author", nobody(entry.author, document) if entry and entry.author else None),
            _asked("json-ld", AUTHOR, document),
            _ruled(document, layout, layout.author and layout.author.then(nobody), blogger.LAYOUT.author),
        ),
    )
    initials = written.initials or (end.initials if end else None)
    return Byline(reporter=written.reporter, editor=written.editor, initials=initials, account=account)


def _labels(document: Document, layout: Layout, contest: Contest) -> tuple[str, ...]:
    entry = document.page.entry
    labels = contest.decide(
        "labels",
        (
            stated("feed", "entry.category", entry.labels if entry else None),
            _ruled(document, layout, layout.labels and layout.labels.then(blogger.as_labels), blogger.LAYOUT.labels),
        ),
    )
    return labels or ()


def _locale(document: Document) -> str | None:
    """The language the page declares: the data context's locale, else <html lang>."""
    root = document.head.root
    declared = document.context.locale or (root.attributes.get("lang") if root is not None else None)
    return re.split(r"[-_]", declared)[0].lower() or None if declared else None


def _theme(document: Document, layout: Layout) -> str | None:
    if layout is not blogger.LAYOUT:
        return layout.name
    return document.skin.casefold() if document.skin else None


def _asked(source: str, rule: Rule[T], document: Document) -> Candidate[T] | None:
    found = rule(document)
    return Candidate(source, found) if found is not None else None


def _ruled(document: Document, layout: Layout, own: Rule[T] | None, default: Rule[T] | None) -> Candidate[T] | None:
    """The layout's own rule, else the default every Blogger page is read by."""
    for source, rule in ((f"layout:{layout.name}", own), ("blogger", default)):
        found = rule(document) if rule is not None else None
        if found is not None and PLACEHOLDER not in found.raw:
            return Candidate(source if rule is not default else "blogger", found)
        if rule is not None and rule.final:
            return None
    return None
