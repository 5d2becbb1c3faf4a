"""A page of the documents as a session: its blocks run in one bash, from top to bottom, and what each printed."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from tests.documents import ROOT, Block

SERVER = re.compile(r"kliping (standin|serve) .*--port (\d+)$")
IMPORTED = re.compile(r"^import (pandas|duckdb)$", re.MULTILINE)  # beyond what the tests need anyway
IN_R = re.compile(r"\blibrary\((\w+)\)|\b(\w+)::")
ASK = "import duckdb; print(duckdb.sql({sql!r}))"
ASK_ARCHIVE = """
import os, sqlite3
archive = sqlite3.connect(f"file:{{os.environ.get('KLIPING_DB', 'data/kliping.db')}}?mode=ro", uri=True)
rows = archive.execute({sql!r}).fetchall()
archive.close()
assert rows
"""
WAIT = """
for _ in $(seq 900); do (: > /dev/tcp/127.0.0.1/{port}) 2>/dev/null && break; sleep 0.05; done
(: > /dev/tcp/127.0.0.1/{port})
"""


def missing(block: Block) -> str | None:
    """The library a block needs that is not here."""
    if block.language == "r":
        needed = {name for names in IN_R.findall(block.text) for name in names if name}
        return (
            "Rscript"
            if shutil.which("Rscript") is None
            else next((f"R's {name}" for name in needed if not _in_r(name)), None)
        )
    return next((name for name in IMPORTED.findall(block.text) if find_spec(name) is None), None)


def _in_r(package: str) -> bool:
    ask = f"quit(status = !requireNamespace('{package}', quietly = TRUE))"
    return subprocess.run(["Rscript", "-e", ask], capture_output=True, check=False).returncode == 0


def script(session: list[Block]) -> str:
    """The session as one bash script, which tells on a line of its own where each block begins."""
    return "\n".join(f"printf '\\n=={number}==\\n'\n{_as_bash(block)}" for number, block in enumerate(session))


def _as_bash(block: Block) -> str:
    if block.file is not None:
        return f"mkdir -p {Path(block.file).parent}\n" + _heredoc(f"cat > {block.file}", block.text)
    server = SERVER.search(block.text.strip())
    if server is not None:
        return f"{block.text.strip()} &\n{WAIT.format(port=server[2])}"
    match block.language:
        case "python":
            return _heredoc("python -", block.text)
        case "sql":
            ask = ASK if block.text.startswith("-- DuckDB") else ASK_ARCHIVE
            return _heredoc("python -", ask.format(sql=block.text))
        case "r":
            return _heredoc("Rscript --vanilla -", block.text)
        case "text":
            return ":"
    return block.text


def _heredoc(command: str, text: str) -> str:
    return f"{command} <<'END-OF-BLOCK'\n{text.rstrip()}\nEND-OF-BLOCK"


def run(session: list[Block], folder: Path, replaced: dict[str, str]) -> list[str]:
    """What each block of the session printed, stdout and stderr together. Fails where one ended badly."""
    ready = "set -euo pipefail; exec 2>&1; trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"
    text = script(session)
    for shown, real in replaced.items():
        text = text.replace(shown, real)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "KLIPING", "PYTEST"))}
    ran = subprocess.run(
        ["bash", "-c", ready + text], cwd=folder, capture_output=True, text=True, timeout=300, check=False,
        env={**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}", "KLIPING_CONTACT": "a@example.org",
             "PYTHONPATH": str(folder if (folder / "scraper").is_dir() else ROOT)},
    )  # fmt: skip
    assert ran.returncode == 0, f"{session[0].page}: {ran.stdout[-3000:]}"
    printed = ran.stdout
    for shown, real in replaced.items():
        printed = printed.replace(real, shown)
    return re.split(r"\n==\d+==\n", "\n" + printed)[1:]


def holds(printed: str, shown: str) -> str | None:
    """The first line shown that was not printed, in its order; '…' stands for anything, on a line of its own for lines."""
    rest = [" ".join(line.split()) for line in printed.splitlines()]
    for line in (" ".join(line.split()) for line in shown.splitlines()):
        if line in {"", "…"}:
            continue
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))) + r"\Z")
        at = next((at for at, told in enumerate(rest) if pattern.match(told)), None)
        if at is None:
            return line
        rest = rest[at + 1 :]
    return None


def free_port() -> str:
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


def play(page: list[Block], folder: Path, replaced: dict[str, str]) -> None:
    """Runs a page's blocks, and holds each `text` against what the block before it printed. Skips at the end where a
    library was missing for some of them.
    """
    left_out = {missing(block) for block in page} - {None}
    session = [block for block in page if missing(block) is None]
    printed = run(session, folder, replaced)
    for (_, after), told in zip(pairwise(session), printed, strict=False):
        if after.language == "text":
            assert holds(told, after.text) is None, f"{after.page}:{after.line}\n{told}"
    if left_out:
        pytest.skip(f"the rest ran; blocks that need {', '.join(sorted(map(str, left_out)))} did not: not installed")
