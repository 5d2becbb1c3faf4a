"""Ways in beside the crawl: pages and posts in files, found, read and settled as a visit's."""
