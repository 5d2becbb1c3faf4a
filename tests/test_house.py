"""The plan of the house, held: who may import whom, what extractors may touch, what `--help` may load."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
IMPURE = {
    "asyncio", "httpx", "os", "random", "requests", "scraper", "secrets", "shutil", "socket", "sqlite3", "sqlite_utils",
    "subprocess", "tempfile", "threading", "time", "urllib.request", "uuid",
}  # fmt: skip
ARROWS = {
    "extractors.model": set(),
    "extractors.whitespace": set(),
    "extractors.urls": set(),
    "extractors.lexicon": set(),
    "extractors.prose": {"model", "lexicon", "whitespace"},
    "extractors.quotes": {"model", "lexicon", "whitespace", "prose"},
    "extractors.context": {"whitespace"},
    "extractors.linked_data": {"whitespace"},
    "extractors.slices": {"parsing"},
    "extractors.depth": set(),
    "extractors.parsing": {"depth", "model"},
    "extractors.document": {"context", "linked_data", "model", "parsing", "slices", "whitespace"},
    "extractors.lines": set(),
    "extractors.skeleton": set(),
    "extractors.promotion": {"lexicon", "lines"},
    "extractors.captions": {"lexicon"},
    "extractors.furniture": {"lexicon", "lines", "model", "promotion", "whitespace"},
    "extractors.blocks": {"captions", "furniture", "images", "lines", "model", "urls", "verse", "whitespace"},
    "extractors.verse": {"lines"},
    "extractors.comments": {"claims", "document", "rules"},
    "extractors.feedtext": {"blocks", "model", "parsing"},
    "extractors.veils": {"blocks", "parsing"},
    "extractors.refusals": {"document", "lexicon", "model", "urls"},
    "extractors.rules": {"document", "linked_data", "whitespace"},
    "extractors.layout": {"document", "prose", "rules"},
    "extractors.blogger": {"document", "layout", "model", "prose", "rules"},
    "extractors.layouts": {"blogger", "layout", "rules"},
    "extractors.sites": {"layout", "layouts", "prose", "registry"},
    "scraper.errors": set(),
    "scraper.outcomes": set(),
    "scraper.config": {"errors"},
    "scraper.web": {"config", "errors", "outcomes"},
    "scraper.discovery": {"config", "errors", "outcomes", "web"},
    "scraper.archive": {"config", "errors", "outcomes"},
    "scraper.files": {"errors"},
    "scraper.export": {"archive", "config", "errors", "files", "outcomes", "web"},
    "scraper.frontier": {"archive"},
    "scraper.standin": {"archive", "errors"},
}


def modules(package: str) -> list[tuple[str, Path]]:
    return [
        (".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path)
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


def imports(path: Path) -> set[str]:
    """Every module a file imports anywhere in it, by its full name; names imported from a package are taken along."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(module: str) -> str:
    return ".".join(module.split(".")[:2])


@pytest.mark.parametrize(("module", "path"), modules("extractors"))
def test_extractors_touch_nothing_but_their_arguments(module: str, path: Path) -> None:
    """An extractor imports no network, clock, randomness, file or database module, and nothing of the scraper."""
    touched = {name for name in imports(path) if name in IMPURE or name.split(".")[0] in IMPURE}

    assert touched == set(), f"{module} imports {touched}"


@pytest.mark.parametrize(("module", "path"), modules("extractors"))
def test_extractors_ask_no_clock_and_open_no_file(module: str, path: Path) -> None:
    """An extractor calls neither now() or today() nor open(): the same page gives the same article for ever."""
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    }

    assert called & {"now", "today", "utcnow", "open", "write_text", "write_bytes"} == set()
    assert module == "extractors.lexicon" or not called & {"read_text", "read_bytes"}


@pytest.mark.parametrize(("module", "path"), [*modules("extractors"), *modules("scraper")])
def test_rooms_import_along_the_arrows(module: str, path: Path) -> None:
    """Each room imports only the rooms the plan allows it; one that the plan does not name may import any."""
    allowed = ARROWS.get(room(module))
    if allowed is None:
        return
    package = module.split(".", maxsplit=1)[0]
    used = {room(name) for name in imports(path) if name.startswith(package + ".")} - {room(module), package}
    real = {
        name
        for name in used
        if (ROOT / name.replace(".", "/")).exists() or (ROOT / f"{name.replace('.', '/')}.py").exists()
    }

    assert real <= {f"{package}.{name}" for name in allowed}


PLAIN_BASES = {"Struct", "NamedTuple", "Exception"}  # a class with another base does as that base says
AS_TOLD_ELSEWHERE = {"hookimpl", "overload"}


def undocumented(node: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[str]:
    """Public functions and classes, and public methods that no foreign base documents, without a docstring."""
    for one in node.body:
        if not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or one.name.startswith("_"):
            continue
        marks = {re.split(r"\W", ast.unparse(mark))[0] for mark in one.decorator_list}
        told = marks & AS_TOLD_ELSEWHERE
        if not told and not ast.get_docstring(one):
            yield prefix + one.name
        if isinstance(one, ast.ClassDef):
            bases = {getattr(base, "id", getattr(base, "attr", "")) for base in one.bases}
            if bases <= PLAIN_BASES:
                yield from undocumented(one, f"{one.name}.")


@pytest.mark.parametrize(("module", "path"), [*modules("extractors"), *modules("scraper")])
def test_what_is_public_says_what_it_gives(module: str, path: Path) -> None:
    """Every module, and every public class, function and method in it, has a docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{module} does not say what lives in it"
    assert list(undocumented(tree)) == []


def test_one_module_knows_the_http_client() -> None:
    """httpx is imported by scraper/web alone, so that it can be replaced in one place."""
    users = {
        module for module, path in modules("scraper") if any(name.split(".")[0] == "httpx" for name in imports(path))
    }

    assert users == {"scraper.web.client"}


def test_help_loads_click_alone() -> None:
    """`kliping --help` answers at once: of the packages installed it imports click and nothing else."""
    heavy = ["httpx", "trafilatura", "sqlite_utils", "rich", "msgspec", "selectolax", "lxml", "tenacity", "dateparser"]
    program = (
        "import sys; from scraper.cli import main\n"
        "try: main(['--help'])\n"
        f"except SystemExit: pass\nprint([name for name in {heavy!r} if name in sys.modules])"
    )

    printed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert printed.stdout.strip().endswith("[]")
    assert "crawl" in printed.stdout
