"""news-please, which reads in a process of its own: it wants another newspaper4k than our own pins bear.

Its environment is .venv/newsplease (NEWSPLEASE_PYTHON). It is told to leave the network alone.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import IO, Any

from bench.stored import ROOT

PYTHON = Path(os.environ.get("NEWSPLEASE_PYTHON", ROOT / ".venv" / "newsplease" / "bin" / "python"))
READ = """
import json, logging, sys, time, warnings
warnings.simplefilter("ignore")
logging.disable()
from importlib.metadata import version
from newsplease import NewsPlease
out, sys.stdout = sys.stdout, sys.stderr
print(json.dumps(version("news-please")), file=out, flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    start, told = time.process_time(), {}
    try:
        found = NewsPlease.from_html(asked["html"], url=asked["url"], fetch_images=False)
        told = {"title": found.title, "authors": found.authors or [], "body": found.maintext,
                "published": found.date_publish and found.date_publish.isoformat()}
    except Exception as error:
        told = {"error": type(error).__name__}
    print(json.dumps(told | {"seconds": time.process_time() - start}), file=out, flush=True)
"""


def version() -> str | None:
    """Its version; None where it is not installed."""
    started = _process()
    return started[0] if started is not None else None


def ask(html: str, url: str) -> dict[str, Any]:
    """What it finds: title, authors, published, body, or the error; and its seconds of CPU. It must be installed."""
    started = _process()
    assert started is not None
    _, inward, outward = started
    inward.write(json.dumps({"html": html, "url": url}) + "\n")
    inward.flush()
    told: dict[str, Any] = json.loads(outward.readline())
    return told


@cache
def _process() -> tuple[str, IO[str], IO[str]] | None:
    if not PYTHON.exists():
        return None
    child = subprocess.Popen(
        [PYTHON, "-c", READ], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    atexit.register(child.kill)
    assert child.stdin is not None
    assert child.stdout is not None
    return json.loads(child.stdout.readline()), child.stdin, child.stdout
