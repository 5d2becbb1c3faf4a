"""The crawl: what the sites name is listed, what is due is visited, and every visit is settled in the archive.

`run` walks the sites beside each other, `listing` notes the addresses a site names, `visiting` fetches and reads one of
them, `report` says what each site's turn brought.
"""

from scraper.crawl.report import SiteReport
from scraper.crawl.run import Crawl
from scraper.crawl.visiting import fetch_page

__all__ = ["Crawl", "SiteReport", "fetch_page"]
