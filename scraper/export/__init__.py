"""Ways out of the archive: records as JSONL, tables, WARC and WACZ."""
