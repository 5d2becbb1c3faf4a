"""Everything that touches the world: crawl, archive, export, the command line. Reading pages is `extractors`."""
