"""A newcomer gets from nothing to an exported file and a page in the browser by the commands of README.md, and by those of
docs/tutorial.md.
"""

from __future__ import annotations

import json
from pathlib import Path

from scraper.standin import Newsroom, StandIn, fixtures_dir
from tests.documents import ROOT, blocks
from tests.session import free_port, play

STORY = "2026/03/jembatan-gantung-air-mentawak-putus.html"
LOOK = '\npython -c \'import urllib.request as r; open("seen.html", "wb").write(r.urlopen("http://127.0.0.1:8001/").read())\'\n'


def test_the_readme_leads_to_an_export(tmp_path: Path) -> None:
    """README.md's commands, in order, on a served newsroom: added, crawled, searched, exported as lines and as tables."""
    (tmp_path / "data").mkdir()
    session = [block for block in blocks(ROOT / "README.md") if block.not_run is None and block.language != "json"]
    with StandIn(Newsroom.load(fixtures_dir() / "newsrooms" / "kabarmuara.example")) as served:
        address = served.url.rstrip("/")
        names = {
            "https://www.example.com/ ": f"--allow-loopback --delay 0 {address}/ ",
            " example.com": " " + address.removeprefix("http://"),
            " URL": f" {address}/{STORY}",
        }
        play(session, tmp_path, names)

    lines = (tmp_path / "articles.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == json.loads((tmp_path / "articles.jsonl.manifest.json").read_text("utf-8"))["count"] == 44
    assert list(tmp_path.glob("newsrooms/articles/**/*.parquet"))


def test_the_tutorial_leads_to_a_page_in_the_browser(tmp_path: Path) -> None:
    """docs/tutorial.md's commands, in order, and what they print; the window then shows the newsroom's newest story."""
    session = [block for block in blocks(ROOT / "docs" / "tutorial.md") if block.not_run is None]
    last = session[-2]._replace(text=session[-2].text + LOOK)

    play([*session[:-2], last, session[-1]], tmp_path, {shown: free_port() for shown in ("8008", "8001")})

    assert "Pasar Murah Polres Diserbu Warga" in (tmp_path / "seen.html").read_text("utf-8")
