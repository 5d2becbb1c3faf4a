"""A feed document (see `feeds`) written as Atom or as RSS 2.0, in Blogger's own order of elements."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from scraper.standin.feeds import NAMESPACES, Document

XML = "<?xml version='1.0' encoding='UTF-8'?>"
XMLNS = " ".join(f"{name.replace('$', ':')}='{uri}'" for name, uri in NAMESPACES.items())
RSS_XMLNS = XMLNS.replace("xmlns=", "xmlns:atom=", 1)
SEARCH = ("totalResults", "startIndex", "itemsPerPage")


def atom(answer: Document) -> str:
    """An Atom feed; a single entry where the document is one."""
    if "entry" in answer:
        return f"{XML}{_atom_entry(answer['entry'], xmlns=f' {XMLNS}')}"
    feed = answer["feed"]
    categories = "".join(f"<category term='{escape(item['term'])}'/>" for item in feed.get("category", ()))
    counts = "".join(f"<openSearch:{name}>{_t(feed[f'openSearch${name}'])}</openSearch:{name}>" for name in SEARCH)
    return (
        f'{XML}<?xml-stylesheet href="http://www.blogger.com/styles/atom.css" type="text/css"?><feed {XMLNS}>'
        f"<id>{_t(feed['id'])}</id><updated>{_t(feed['updated'])}</updated>{categories}"
        f"<title type='text'>{_t(feed['title'])}</title><subtitle type='html'>{_t(feed['subtitle'])}</subtitle>"
        f"{_links(feed)}{_author(feed)}"
        f"<generator version='7.00' uri='http://www.blogger.com'>Blogger</generator>{counts}"
        f"{''.join(map(_atom_entry, feed.get('entry', ())))}</feed>"
    )


def rss(answer: Document) -> str:
    """An RSS 2.0 feed. A short one has `atom:summary` and no `description`, as Blogger's has."""
    feed = answer["feed"]
    categories = "".join(f"<category>{escape(item['term'])}</category>" for item in feed.get("category", ()))
    counts = "".join(f"<openSearch:{name}>{_t(feed[f'openSearch${name}'])}</openSearch:{name}>" for name in SEARCH)
    return (
        f"{XML}<rss {RSS_XMLNS} version='2.0'><channel><atom:id>{_t(feed['id'])}</atom:id>"
        f"<lastBuildDate>{_rfc822(feed['updated']['$t'])}</lastBuildDate>{categories}"
        f"<title>{_t(feed['title'])}</title><description>{_t(feed['subtitle'])}</description>"
        f"<link>{escape(_alternate(feed)['href'])}</link>"
        f"<managingEditor>noreply@blogger.com ({_t(feed['author'][0]['name'])})</managingEditor>"
        f"<generator>Blogger</generator>{counts}{''.join(map(_rss_item, feed.get('entry', ())))}</channel></rss>"
    )


def _atom_entry(entry: Document, xmlns: str = "") -> str:
    categories = "".join(
        f'<category scheme="{item["scheme"]}" term="{escape(item["term"])}"/>' for item in entry.get("category", ())
    )
    kind = "content" if "content" in entry else "summary"
    return (
        f"<entry{xmlns}><id>{_t(entry['id'])}</id><published>{_t(entry['published'])}</published>"
        f"<updated>{_t(entry['updated'])}</updated>{categories}<title type='text'>{_t(entry['title'])}</title>"
        f"<{kind} type='{entry[kind]['type']}'>{_t(entry[kind])}</{kind}>{_links(entry)}{_author(entry)}"
        f"{_thumbnail(entry)}<thr:total>{_t(entry['thr$total'])}</thr:total></entry>"
    )


def _rss_item(entry: Document) -> str:
    categories = "".join(
        f'<category domain="{item["scheme"]}">{escape(item["term"])}</category>' for item in entry.get("category", ())
    )
    text = (
        f"<description>{_t(entry['content'])}</description>"
        if "content" in entry
        else f"<atom:summary type='text'>{_t(entry['summary'])}</atom:summary>"
    )
    return (
        f'<item><guid isPermaLink="false">{_t(entry["id"])}</guid>'
        f"<pubDate>{_rfc822(entry['published']['$t'])}</pubDate><atom:updated>{_t(entry['updated'])}</atom:updated>"
        f"{categories}<title>{_t(entry['title'])}</title>{text}<link>{escape(_alternate(entry)['href'])}</link>"
        f"<author>noreply@blogger.com ({_t(entry['author'][0]['name'])})</author>{_thumbnail(entry)}"
        f"<thr:total>{_t(entry['thr$total'])}</thr:total></item>"
    )


def _t(item: Document) -> str:
    return escape(str(item["$t"]))


def _links(holder: Document) -> str:
    return "".join(map(_link, holder["link"]))


def _link(link: dict[str, str]) -> str:
    attributes = " ".join(f"{name}='{escape(value)}'" for name, value in link.items())
    return f"<link {attributes}/>"


def _author(holder: Document) -> str:
    person = holder["author"][0]
    image = " ".join(f"{name}='{value}'" for name, value in person["gd$image"].items())
    return (
        f"<author><name>{_t(person['name'])}</name><uri>{_t(person['uri'])}</uri>"
        f"<email>{_t(person['email'])}</email><gd:image {image}/></author>"
    )


def _thumbnail(entry: Document) -> str:
    picture: dict[str, Any] | None = entry.get("media$thumbnail")
    if not picture:
        return ""
    return (
        f'<media:thumbnail xmlns:media="{picture["xmlns$media"]}" url="{escape(picture["url"])}"'
        f' height="{picture["height"]}" width="{picture["width"]}"/>'
    )


def _alternate(holder: Document) -> dict[str, str]:
    found: dict[str, str] = next(link for link in holder["link"] if link["rel"] == "alternate")
    return found


def _rfc822(stamp: str) -> str:
    """'Mon, 02 Mar 2026 01:00:00 +0000', as Blogger writes it: always UTC."""
    return format_datetime(datetime.fromisoformat(stamp).astimezone(UTC))
