"""The documents build as a site without a warning, and the site asks nothing of anybody."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.fixture
def faults() -> Callable[[Path], Iterator[str]]:
    """The check that docs/_extensions/inward.py adds to the build."""
    pytest.importorskip("sphinx", reason="Sphinx is not installed: make site")
    spec = importlib.util.spec_from_file_location("inward", DOCS / "_extensions" / "inward.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.faults  # type: ignore[no-any-return]


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    """Every page is in the contents, every link leads to a page and a heading, and nothing is loaded from outside."""
    pytest.importorskip("sphinx", reason="Sphinx is not installed: make site")
    arguments = [*"-m sphinx --quiet --fail-on-warning --keep-going -b html".split(), str(DOCS), str(tmp_path / "site")]
    ran = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=120, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Your own newsroom in ten minutes" in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_a_dead_link_and_a_request_to_outside_are_told(tmp_path: Path, faults: Callable[[Path], Iterator[str]]) -> None:
    """A page or heading that is not there, a foreign script and a style sheet's foreign font each make a sentence."""
    (tmp_path / "a.html").write_text(
        "<h1 id=top>A</h1><a href='#top'>1</a> <a href='b.html#here'>2</a> <a href='https://www.example.com/'>3</a>"
        "<a href='#gone'>4</a> <a href='c.html'>5</a> <script src='https://cdn.example.com/x.js'></script>",
        "utf-8",
    )
    (tmp_path / "b.html").write_text("<h1 id=here>B</h1><img src='//pictures.example.com/x.png'>", "utf-8")
    (tmp_path / "x.css").write_text("@import 'https://fonts.example.com/x.css'; a { background: url(x.png) }", "utf-8")

    assert sorted(faults(tmp_path)) == [
        "a.html links to #gone, which is not there",
        "a.html links to c.html, which is not there",
        "a.html loads https://cdn.example.com/x.js",
        "b.html loads //pictures.example.com/x.png",
        "x.css loads https://fonts.example.com/x.css",
    ]
