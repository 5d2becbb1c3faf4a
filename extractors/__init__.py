"""Kliping's readers: the HTML of a news page in, a clean article record out. No network, no files, no clock.

from extractors import Page, extract
article = extract(Page(url="https://…/2025/12/x.html", html=text))
"""

from extractors.extract import extract, read
from extractors.layout import Layout, Site
from extractors.model import Article, FeedEntry, Moment, NotAnArticle, Page, Quote, Reading
from extractors.quotes import find_quotes
from extractors.registry import register
from extractors.text import read_text

__all__ = [
    "Article", "FeedEntry", "Layout", "Moment", "NotAnArticle", "Page", "Quote", "Reading", "Site",
    "extract", "find_quotes", "read", "read_text", "register",
]  # fmt: skip
