r"""Blogger's data context, `_WidgetManager._SetDataContext([…])`, read from the raw page without a parser.

A quarter of themes put Blogger's own head and scripts inside HTML comments, where no DOM shows them, so this is a
search over text. Values are JavaScript strings with `\x3d` escapes; they are decoded, never evaluated.
"""

from __future__ import annotations

import re

import msgspec

from extractors.whitespace import mend

START = "_SetDataContext("
NEXT = "_WidgetManager._"  # the call that follows the data context
LONGEST = 25_000  # characters; contexts of real pages span 5,000 to 20,000
KEYS = (
    "blogId", "postId", "pageType", "canonicalUrl", "homepageUrl", "locale", "title", "pageTitle", "pageName",
    "adultContent", "isPrivateBlog", "isError",
)  # fmt: skip
VALUE = re.compile(r": ?(?:'([^'\\]*+(?:\\.[^'\\]*+)*+)'|(\d+|true|false))")
ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
BLOG_ID = (
    re.compile(r"targetBlogID=(\d{5,25})"),
    re.compile(r"blogger\.com/feeds/(\d{5,25})/posts"),
    re.compile(r"blogID=(\d{5,25})"),
)
POST_ID = (
    re.compile(r"/feeds/(\d{5,25})/comments/default"),
    re.compile(
        r"""itemprop=["']postId["'][^>]{0,20}content=["'](\d{5,25})|content=["'](\d{5,25})["'] itemprop=["']postId"""
    ),
)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform says of its page. Ids are strings: they exceed what JavaScript and some databases can count.

    `present` tells whether a data context stood in the page; the ids may come from elsewhere in its text.
    """

    present: bool = False
    blog_id: str | None = None
    post_id: str | None = None
    page_type: str | None = None
    canonical_url: str | None = None
    homepage_url: str | None = None
    locale: str | None = None
    blog_title: str | None = None
    page_title: str | None = None
    page_name: str | None = None
    adult: bool = False
    private: bool = False
    error: bool = False


def unescape(text: str) -> str:
    r"""'a\x3db' -> 'a=b': the escapes of a JavaScript string literal."""
    if "\\" not in text:
        return text
    return mend(ESCAPE.sub(_character, text))


def _character(escape: re.Match[str]) -> str:
    digits = escape.group(1) or escape.group(2)
    if digits:
        return chr(int(digits, 16))
    return {"n": "\n", "r": "\r", "t": "\t"}.get(escape.group(3), escape.group(3))


def read_context(html: str) -> Context:
    """The data context of a raw page, ids filled in from its other platform links; empty where nothing stands."""
    start = html.rfind(START)  # Blogger prints it last; what an author pastes stands before it
    values: dict[str, str] = {}
    if start >= 0:
        end = html.find(NEXT, start, start + LONGEST)
        values = _values(html, start, end if end >= 0 else start + LONGEST)
    return Context(
        present=start >= 0,
        blog_id=values.get("blogId") or _first(BLOG_ID, html),
        post_id=values.get("postId") or (_first(POST_ID, html) if values.get("pageType", "item") == "item" else None),
        page_type=values.get("pageType"),
        canonical_url=values.get("canonicalUrl"),
        homepage_url=values.get("homepageUrl"),
        locale=values.get("locale"),
        blog_title=values.get("title"),
        page_title=values.get("pageTitle"),
        page_name=values.get("pageName"),
        adult=values.get("adultContent") == "true",
        private=values.get("isPrivateBlog") == "true",
        error=values.get("isError") == "true" or values.get("pageType") == "error_page",
    )


def _values(html: str, start: int, end: int) -> dict[str, str]:
    """What a data context gives its keys, where each first has a value."""
    values: dict[str, str] = {}
    for key in KEYS:
        quoted = f"'{key}'"
        at = html.find(quoted, start, end)
        while at >= 0 and (value := VALUE.match(html, at + len(quoted), end)) is None:
            at = html.find(quoted, at + 1, end)
        if at >= 0 and value is not None:
            values[key] = unescape(value[1] or "") or value[2] or ""
    return values


def _first(patterns: tuple[re.Pattern[str], ...], html: str) -> str | None:
    for pattern in patterns:
        found = pattern.search(html)
        if found:
            return next(group for group in found.groups() if group)
    return None
