"""fundus, which reads the outlets that are written into it: how many of our sites it knows, as its own Python tells.

It wants an lxml older than all other peers do, and so has an environment of its own (.venv/fundus, FUNDUS_PYTHON).
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from bench.stored import ROOT, stored_pages

PYTHON = Path(os.environ.get("FUNDUS_PYTHON", ROOT / ".venv" / "fundus" / "bin" / "python"))
ASK = """
import json
from importlib.metadata import version
from urllib.parse import urlsplit
from fundus import PublisherCollection
hosts = [urlsplit(one.domain).hostname or one.domain for one in PublisherCollection]
print(json.dumps({"version": version("fundus"), "hosts": hosts}))
"""


class Known(NamedTuple):
    """The number of publishers that fundus reads, of sites asked about, and of those among them that it reads."""

    publishers: int
    asked: int
    sites: int


def known() -> Known | None:
    """What fundus knows of the sites of the stored pages; None where it is not installed."""
    told = _asked()
    if told is None:
        return None
    hosts = {host.removeprefix("www.") for host in told["hosts"]}
    sites = {path.name.partition("__")[0].removeprefix("www.") for path in stored_pages()}
    return Known(len(hosts), len(sites), len(hosts & sites))


def version() -> str | None:
    """Its version; None where it is not installed."""
    told = _asked()
    return str(told["version"]) if told else None


def _asked() -> dict[str, list[str]] | None:
    if not PYTHON.exists():
        return None
    done = subprocess.run([PYTHON, "-c", ASK], capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]
