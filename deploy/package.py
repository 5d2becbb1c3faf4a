"""The packages of Kliping, built and tried: `make package`, or `python deploy/package.py [--tools] [PYTHON]...`.

Builds an sdist of the tree, and out of that sdist and wheel twice, which must come to the same bytes; holds what they
contain against the tree; then, for each PYTHON named (this one if none), puts the wheel alone into an empty
environment and does there what a newcomer does: help, demo, a newsroom added, crawled and exported. With --tools pipx
and uv install it too. What is left lies in dist/.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
EPOCH = "1767225600"  # 2026-01-01: the time that stands on every file, whenever it was built
NEWSROOM = "kabarmuara.example"
STRAY = re.compile(r"(^|/)(tests?|bench|data|\.venv|__pycache__|node_modules)/|\.(db|pyc|lock)$")
LONGEST = 900  # seconds; of an install on a busy machine


class Flaw(Exception):
    """What is wrong with a package."""


def main() -> int:
    """Prints a line a check; 1 with the flaw where one is found."""
    parser = argparse.ArgumentParser(prog="python deploy/package.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pythons", metavar="PYTHON", nargs="*", default=[sys.executable])
    parser.add_argument("--tools", action="store_true", help="also install it by pipx and by uv")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kliping-package-") as name:
        folder = Path(name)
        tools = environment(folder / "tools", sys.executable, "hatchling", *(("pipx", "uv") if options.tools else ()))
        try:
            wheel = build(tools, folder)
            check_contents(wheel, next(DIST.glob("*.tar.gz")))
            for number, python in enumerate(options.pythons):
                fresh = environment(folder / f"env{number}", python, str(wheel))
                try_out(fresh / "kliping", folder / f"work{number}")
                print(f"{version_of(fresh)}: the wheel alone does demo, sites add, crawl, export")
            if options.tools:
                by_tools(tools, wheel, folder)
        except Flaw as flaw:
            print(f"package: {flaw}", file=sys.stderr)
            return 1
    return 0


def environment(folder: Path, python: str, *packages: str) -> Path:
    """The programs of a fresh virtual environment with these packages."""
    if python == sys.executable:
        venv.create(folder, with_pip=True)
    else:
        subprocess.run([python, "-m", "venv", str(folder)], check=True, timeout=LONGEST)
    programs = folder / "bin"
    pip = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*pip, *packages], check=True, timeout=LONGEST)
    return programs


def version_of(programs: Path) -> str:
    """'Python 3.13.0'."""
    return subprocess.run(
        [programs / "python", "--version"], capture_output=True, text=True, check=True, timeout=LONGEST
    ).stdout.strip()


def build(tools: Path, folder: Path) -> Path:
    """The wheel in dist/, beside the sdist. Raises Flaw where a second build of either differs."""
    DIST.mkdir(exist_ok=True)
    for old in (*DIST.glob("*.whl"), *DIST.glob("*.tar.gz")):
        old.unlink()
    hatch(tools, ROOT, DIST, "sdist")
    (sdist,) = DIST.glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        packed.extractall(folder, filter="data")
    source = folder / sdist.name.removesuffix(".tar.gz")
    hatch(tools, source, DIST, "wheel")
    hatch(tools, source, folder / "again", "sdist", "wheel")
    (wheel,) = DIST.glob("*.whl")
    for made in (sdist, wheel):
        if sha256(made) != sha256(folder / "again" / made.name):
            raise Flaw(f"two builds of {made.name} differ.")
        print(f"{made.name}: {made.stat().st_size / 1e6:.1f} MB, sha256 {sha256(made)}, the same each time")
    return wheel


def hatch(tools: Path, source: Path, target: Path, *kinds: str) -> None:
    """Sdist or wheel of the source, or both, into the target folder."""
    command = [
        tools / "python",
        "-m",
        "hatchling",
        "build",
        "-d",
        target,
        *(arg for kind in kinds for arg in ("-t", kind)),
    ]
    clean = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    subprocess.run(command, cwd=source, env=clean, capture_output=True, check=True, timeout=LONGEST)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_contents(wheel: Path, sdist: Path) -> None:
    """Raises Flaw for a file of the tree that the wheel or the sdist lacks, and for one that has no place in it."""
    with zipfile.ZipFile(wheel) as zipped:
        held = {name for name in zipped.namelist() if not name.endswith("/")}
    wanted = set(files("extractors")) | set(files("scraper"))
    wanted |= {f"scraper/{name}" for name in files("fixtures")}
    if missing := sorted(wanted - held):
        raise Flaw(f"the wheel lacks {len(missing)} files: {', '.join(missing[:5])}")
    foreign = sorted(name for name in held - wanted if ".dist-info/" not in name or STRAY.search(name))
    if foreign:
        raise Flaw(f"the wheel holds what is not of it: {', '.join(foreign[:5])}")
    with tarfile.open(sdist) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    parts = ("extractors", "scraper", "fixtures", "tests", "docs")
    needed = {"pyproject.toml", "README.md", "LICENSE", "noxfile.py", "Makefile", "requirements/core.txt"}
    if missing := sorted(needed.union(*map(files, parts)) - names):
        raise Flaw(f"the sdist lacks {len(missing)} files: {', '.join(missing[:5])}")
    print(f"{wheel.name}: {len(held)} files, all of the tree's, and nothing else")


def files(folder: str) -> Iterator[str]:
    """The files below a folder of the tree that are the project's."""
    for path in (ROOT / folder).rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield str(path.relative_to(ROOT))


def try_out(kliping: Path, folder: Path) -> None:
    """What a newcomer does, in an empty folder. Raises Flaw where something does not come of it."""
    folder.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KLIPING_", "PYTHON"))}

    def run(*arguments: str) -> str:
        command = [str(kliping), *arguments]
        done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            raise Flaw(f"'kliping {' '.join(arguments)}' ended with {done.returncode}: {done.stderr[-500:]}")
        return done.stdout

    for told, arguments in (("crawl", ("--help",)), ("kliping demo", ()), ("Python", ("doctor",)), ("", ("demo",))):
        if told not in run(*arguments):
            raise Flaw(f"'kliping {' '.join(arguments)}' does not tell of {told}.")
    command = [str(kliping), "standin", "--newsroom", NEWSROOM, "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=clean, stdout=subprocess.PIPE, text=True) as standin:
        try:
            assert standin.stdout is not None
            address = standin.stdout.readline().split()[0]
            run("sites", "add", address, "--allow-loopback", "--delay", "0")
            run("crawl", "--limit", "5")
        finally:
            standin.terminate()
    run("export", "-o", "articles.jsonl")
    records = [json.loads(line) for line in (folder / "articles.jsonl").read_text("utf-8").splitlines()]
    if not records or not all(record["title"] for record in records):
        raise Flaw("the export holds no articles.")


def by_tools(tools: Path, wheel: Path, folder: Path) -> None:
    """The wheel installed by pipx and by uv, each in a place of its own, and asked for its version."""
    places = {"PIPX_HOME": "pipx", "PIPX_BIN_DIR": "pipx-bin", "UV_TOOL_DIR": "uv", "UV_TOOL_BIN_DIR": "uv-bin"}
    clean = {**os.environ, **{name: str(folder / place) for name, place in places.items()}}
    for tool, command in (("pipx", ["pipx", "install"]), ("uv", ["uv", "tool", "install"])):
        installing = [str(tools / command[0]), *command[1:], "--python", sys.executable, str(wheel)]
        subprocess.run(installing, env=clean, capture_output=True, check=True, timeout=LONGEST)
        program = folder / f"{tool}-bin" / "kliping"
        told = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True, timeout=LONGEST
        ).stdout.strip()
        print(f"{' '.join(command)}: {told}")


if __name__ == "__main__":
    sys.exit(main())
