"""Addresses of pictures on Google's image hosts: the unscaled file behind a scaled one."""

from __future__ import annotations

import re

HOSTS = re.compile(r"^https?://(?:[\w-]+\.bp\.blogspot\.com|[\w-]+\.googleusercontent\.com|[\w-]+\.ggpht\.com)/")
SEGMENT = re.compile(r"/(?:[swh]\d+(?:-[\w-]*)?)(?=/[^/]*$)")  # …/s640/x.jpg, …/w400-h200-p-k-no-nu/x.jpg
SUFFIX = re.compile(r"=(?:[swh]\d+(?:-[\w-]*)?)$")  # …AVvXsE…=s320


def original(url: str) -> str:
    """The address of the full-size file (size 's0'); an address on any other host comes back unchanged."""
    if not HOSTS.match(url):
        return url
    if SUFFIX.search(url):
        return SUFFIX.sub("=s0", url)
    return SEGMENT.sub("/s0", url)
