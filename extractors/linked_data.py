"""JSON-LD as it is found, with comments, trailing commas, raw newlines and unfilled placeholders, read for what it
holds.
"""

from __future__ import annotations

import json
import re
from collections import deque
from typing import Any

from extractors.whitespace import mend

ARTICLE_TYPES = {"BlogPosting", "NewsArticle", "Article", "ReportageNewsArticle", "LiveBlogPosting", "Report"}
# Strings are matched first, with what stands between them, so that what looks like a comment inside one stays. What is
# never closed reaches to the end: to look for its end anew from every opening would take for ever.
KEPT_OR_COMMENT = re.compile(
    r'((?:[^"/<]++|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z))++)|/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z)|(?<![:"\w])//[^\n]*',
    re.DOTALL,
)
DECODER = json.JSONDecoder(strict=False)
TRAILING_COMMA = re.compile(r",(\s*[}\]])")
PLACEHOLDER = "Can't find substitution"  # what Blogger prints where a theme asks for a datum its widget lacks


def articles_of(scripts: list[str]) -> list[dict[str, Any]]:
    """The objects that describe an article, in order, out of a page's ld+json scripts; broken ones are skipped."""
    found: list[dict[str, Any]] = []
    for script in scripts:
        pending = deque([_loads(script)])
        while pending:
            item = pending.popleft()
            if isinstance(item, list):
                pending.extendleft(reversed(item))
            elif isinstance(item, dict):
                if _types(item) & ARTICLE_TYPES:
                    found.append(item)
                pending.extend(item[key] for key in ("@graph", "mainEntity") if isinstance(item.get(key), list | dict))
    return found


def _loads(script: str) -> Any:
    """What a script says, as written, less its comments, or less its trailing commas too; None for what is no JSON."""
    for cleaned in (str.strip, _without_comments, _without_trailing_commas):
        script = cleaned(script)
        try:
            return DECODER.decode(script)
        except (ValueError, RecursionError):
            continue
    return None


def _without_comments(script: str) -> str:
    return KEPT_OR_COMMENT.sub(r"\1 ", script)


def _without_trailing_commas(script: str) -> str:
    return TRAILING_COMMA.sub(r"\1", script)


def _types(item: dict[str, Any]) -> set[str]:
    kinds = item.get("@type")
    return {kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)}


def string(item: Any) -> str | None:
    """A JSON-LD value's text: a string, an object's name, or the first of a list of either; None for a placeholder."""
    while isinstance(item, list) and item:
        item = item[0]
    if isinstance(item, dict):
        item = item.get("name")
    if not isinstance(item, str) or PLACEHOLDER in item:
        return None
    return mend(item).strip() or None
