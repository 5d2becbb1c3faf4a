"""The peer of bench/crawl.py: Scrapy over the same pages, into SQLite, with its own defaults but for delays and logs.

Rows are committed by the hundred, which is the cheaper way; no page is kept, no text indexed.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
import trafilatura
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response, TextResponse

BATCH = 100  # rows a commit
COLUMNS = ("url", "title", "author", "published", "body")
SETTINGS = {
    "LOG_LEVEL": "ERROR",
    "TELNETCONSOLE_ENABLED": False,
    "ROBOTSTXT_OBEY": True,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "ITEM_PIPELINES": {"bench.scrapycrawl.Rows": 100},
}


class Rows:
    """Items into one table."""

    def open_spider(self) -> None:
        self._db = sqlite3.connect(sys.argv[3])
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(f"CREATE TABLE items ({', '.join(COLUMNS)})")
        self._waiting: list[tuple[Any, ...]] = []

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        self._waiting.append(tuple(item[column] for column in COLUMNS))
        if len(self._waiting) >= BATCH:
            self._write()
        return item

    def close_spider(self) -> None:
        self._write()
        self._db.close()

    def _write(self) -> None:
        with self._db:
            self._db.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()


class Newsrooms(scrapy.Spider):
    """All posts that the newsrooms' sitemaps name."""

    name = "newsrooms"

    def __init__(self, urls: list[str], reader: str) -> None:
        super().__init__()
        self._urls, self._reader = urls, reader

    async def start(self) -> AsyncIterator[Any]:
        for url in self._urls:
            yield scrapy.Request(f"{url}/sitemap.xml", self.listed)

    def listed(self, response: TextResponse) -> Iterator[scrapy.Request]:
        for address in re.findall("<loc>(.*?)</loc>", response.text):
            yield scrapy.Request(address, self.post)

    def post(self, response: Response) -> Iterator[dict[str, Any]]:
        assert isinstance(response, TextResponse)
        yield selected(response) if self._reader == "selectors" else extracted(response)


def selected(response: TextResponse) -> dict[str, Any]:
    """Five fields by selectors that fit most Blogger themes."""
    get = response.css
    return {
        "url": response.url,
        "title": get("h1.post-title::text, h3.post-title::text, .entry-title::text, title::text").get(),
        "author": get("[rel=author] ::text, .post-author ::text").get(),
        "published": get(
            "time::attr(datetime), abbr.published::attr(title), meta[itemprop=datePublished]::attr(content)"
        ).get(),
        "body": " ".join(get(".post-body ::text, .entry-content ::text, article ::text").getall()),
    }


def extracted(response: TextResponse) -> dict[str, Any]:
    """Five fields by trafilatura, metadata included."""
    found = trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True)
    names = {"title": "title", "author": "author", "published": "date", "body": "text"}
    told = {column: getattr(found, name) if found else None for column, name in names.items()}
    return {"url": response.url, **told}


if __name__ == "__main__":
    process = CrawlerProcess(SETTINGS)
    process.crawl(Newsrooms, urls=sys.argv[4:], reader=sys.argv[2])
    process.start()
