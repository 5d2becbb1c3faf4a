"""How a visit to an address can end. Every address ends as one Outcome row with a documented reason."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from extractors.model import NO_ARTICLE

Verdict = Literal["new", "changed", "unchanged", "not-modified", "no-article", "gone", "refused", "failed"]

VERDICTS: dict[Verdict, str] = {
    "new": "an article the archive did not hold",
    "changed": "an article whose title or text differs from the one held: a revision was written",
    "unchanged": "read again, nothing new",
    "not-modified": "the server said 304: nothing was sent",
    "no-article": "the page holds no article",
    "gone": "the server says the page does not exist",
    "refused": "robots.txt or the guard forbids the address",
    "failed": "the page could not be had or read; it is due again in a later run",
}

REASONS: dict[str, str] = {
    "ok": "nothing to explain",
    # no-article: the extractors' own words
    **NO_ARTICLE,
    "redirected-home": "the address leads to the front page of its site",
    # unchanged, changed
    "moved": "the same post stands at another address by now",
    # gone
    "http-404": "the server answered 404 Not Found",
    "http-410": "the server answered 410 Gone",
    # refused
    "robots": "robots.txt disallows the address",
    "robots-unreachable": "robots.txt could not be had (no answer, 429 or 5xx): that counts as no",
    "internal-address": "the address, or a redirect, leads into a private network",
    "scheme": "only http and https are fetched",
    "port": "the port is not one a web site is served on",
    "no-contact": "the address lies beyond loopback, and no contact is set for the user agent",
    "redacted": "the article was taken out of the archive for good; what the page brought was not kept",
    # failed
    "http-403": "the server answered 403 Forbidden",
    "http-4xx": "the server answered with another client error",
    "http-429": "the server asked for fewer requests and went on asking",
    "http-5xx": "the server answered with an error of its own, each time",
    "http-other": "the server answered with a status that brings no page (204, 206, 300, …)",
    "timeout": "no whole answer within the time limit",
    "connection": "the connection failed or broke off",
    "unresolvable": "the host name does not resolve",
    "too-large": "the answer is larger than the size limit",
    "redirects": "too many redirects, or a loop",
    "content-type": "the answer is not text (an image, an archive, …)",
    "decode": "the answer could not be decoded or decompressed",
    "foreign-identity": "the page calls itself an article that another site of the archive holds",
    "unknown-template": "the page's template is new to its site, and the feed does not bear out what was read",
    "feed-short": "the feed gave fewer posts than it claims to hold",
    "feed-repeats": "the feed gives the same posts for every page and claims no number, so that more may exist",
    "pages-short": "the month pages show fewer posts than the archive widget counts, or there is no count of them",
    "linked-only": "only the posts that some page links to are known",
    # of pages that came from files
    "older": "the archive holds a newer state of the article; the page was kept beside it",
    "no-address": "the file does not tell the address of its page or post",
    "not-blogger": "the page shows no sign of Blogger, and its site is not one of the archive",
    "damaged-file": "the file breaks off, or is not what its name says",
    # of pages that are read again
    "no-capture": "no page was kept that could be read again",
    "damaged": "the kept page cannot be read; 'kliping verify' tells where",
    "renamed": "today's rules give the article another id; what is held stays as it is",
    "extractor-bug": "the extractor failed on this page; its traceback is kept",
    "extractor-crash": "the process that read the page ended (no memory, a fault in C code); its last words are kept",
    "time-limit": "reading the page took longer than the limit, and was ended; where it was is kept",
}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one address in one run. `at` is aware UTC; `detail` a sentence or a traceback."""

    url: str
    verdict: Verdict
    reason: str = "ok"
    status: int | None = None
    at: datetime
    site: str
    title: str | None = None
    detail: str | None = None
