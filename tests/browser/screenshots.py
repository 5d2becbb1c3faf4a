"""Pictures of the window for docs/analysts.md: `python -m tests.browser.screenshots`, or `make screenshots`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from scraper.archive.store import Archive
from tests.browser import chromium
from tests.newsdesk import build

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "window"
DESKTOP, PHONE = {"width": 1120, "height": 840}, {"width": 390, "height": 780}


def main() -> int:
    if chromium.program() is None:
        sys.stderr.write("There is no Chromium on this machine (Debian: apt-get install chromium).\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        path = build(Path(folder) / "desk.db", hostile=False)
        with Archive.open(path, readonly=True) as archive:
            run = archive.db.conn.execute
            (article,) = run("SELECT article FROM revisions WHERE silent = 1").fetchone()
            (person,) = run(
                "SELECT person FROM quotes WHERE person IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC"
            ).fetchone()
            (site,) = run("SELECT site FROM articles GROUP BY 1 ORDER BY count(*) DESC").fetchone()
        pages = {
            "front": "/",
            "article": f"/article/{quote(article)}",
            "person": f"/person/{quote(person)}",
            "site": f"/site/{quote(site)}",
            "search": "/search?q=banjir",
            "releases": "/releases",
            "questions": "/questions",
        }
        with chromium.serving(path) as address, chromium.launched() as browser:
            for scheme, size, names in (("light", DESKTOP, list(pages)), ("dark", PHONE, ["front", "article"])):
                page = browser.new_context(viewport=size, color_scheme=scheme, locale="en-GB").new_page()
                for name in names:
                    page.goto(f"{address}{pages[name]}")
                    if name == "article":
                        page.locator("mark.quote").first.focus()
                    page.screenshot(path=FOLDER / f"{name}-{scheme}.png")
    sys.stdout.write(f"{FOLDER}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
