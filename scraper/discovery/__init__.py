"""Finding the addresses of posts: feeds, sitemaps, pages; the probe of a new site."""
