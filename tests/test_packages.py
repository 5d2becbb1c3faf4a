"""What Kliping is made of and how it is delivered: licences, locks, versions, the container's recipe, the wheel's lists."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ALLOWED = re.compile(
    r"MIT|BSD|Apache|ISC|0BSD|CC0|PSF|Python Software Foundation|Zlib|ZPL|MPL|Mozilla|Public Domain|Artistic|Unlicense|CNRI|HPND",
    re.IGNORECASE,
)
"""Licences that let whoever archives with Kliping go on as he likes; MPL binds changes of its own files alone."""

COPYLEFT = {"surt": {"wacz"}, "psycopg": {"fleet"}, "psycopg-binary": {"fleet"}, "psycopg-pool": {"fleet"}}
"""Packages under a licence of another kind, by the only extras that bring each: the core must never need one."""


def named(requirement: str) -> str:
    """'datasette>=0.65 ; extra == "web"' -> 'datasette'."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def needed(roots: list[str]) -> set[str]:
    """All that those packages need, as far as it is installed; what an extra of a package would bring apart."""
    found: set[str] = set()
    waiting = [named(one) for one in roots]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            below = requires(name) or []
        except PackageNotFoundError:
            continue
        found.add(name)
        waiting += [named(one) for one in below if "extra ==" not in one]
    return found


def licence(package: str) -> str:
    """As the package states it: an SPDX expression, classifiers, or the first words of what it wrote."""
    told = distribution(package).metadata
    classified = [one for one in told.get_all("Classifier") or () if one.startswith("License ::")]
    return str(told.get("License-Expression") or " ".join(classified) or (told.get("License") or "")[:100])


def allowed(package: str) -> bool:
    """An alternative ('MPL OR GPL') is allowed by its best part, a sum ('MIT AND Zlib') by all of them."""
    parts = re.split(r"\s+AND\s+", licence(package))
    return all(ALLOWED.search(part) for part in parts)


@pytest.mark.parametrize("package", sorted(needed(PROJECT["dependencies"])))
def test_what_kliping_needs_is_free_to_use(package: str) -> None:
    """Every package of the core, and all that those need, is under a licence of the list."""
    assert allowed(package), f"{package}: {licence(package)!r}"


@pytest.mark.parametrize("extra", sorted(set(PROJECT["optional-dependencies"]) - {"dev", "browser"}))
def test_extras_bring_no_other_licence_unnoticed(extra: str) -> None:
    """What an extra brings is under a licence of the list, but for what is named here with its extra."""
    foreign = {one for one in needed(PROJECT["optional-dependencies"][extra]) if not allowed(one)}

    assert foreign <= {one for one, of in COPYLEFT.items() if extra in of}


def test_what_is_installed_fits_together() -> None:
    """`pip check` finds no package without what it needs, or with another version than it bears."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=False,
    )
    if "No module named pip" in told.stderr:
        pytest.skip("this environment has no pip")

    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_locks_pin_every_package_by_hash_and_name_no_index(lock: Path) -> None:
    """Each line that names a package has a version and sha256 sums; where it is had from is the reader's business."""
    told = lock.read_text("utf-8")
    entries = re.split(r"\n(?=[\w])", "\n" + told)[1:]

    assert entries
    assert [one.partition("\n")[0] for one in entries if "==" not in one or "--hash=sha256:" not in one] == []
    assert "://" not in re.sub(r"#.*", "", told)


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_every_dependency_is_in_the_lock(requirement: str) -> None:
    """What pyproject.toml asks for is pinned in core.txt."""
    assert re.search(
        rf"^{re.escape(named(requirement))}==", (ROOT / "requirements" / "core.txt").read_text("utf-8"), re.MULTILINE
    )


def test_the_container_is_pinned_and_runs_as_nobody() -> None:
    """Both stages start from one full version of Python, packages come by hash, and the program's user is not root."""
    told = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")

    assert set(re.findall(r"^FROM (\S+)", told, re.MULTILINE)) == {"python:3.13.9-slim-trixie"}
    assert "--require-hashes -r requirements/deploy.txt" in told
    assert re.findall(r"^USER (\d+)$", told, re.MULTILINE) == ["10001"]
    assert "HEALTHCHECK" in told


def test_the_wheel_names_every_python_it_is_tried_under() -> None:
    """The classifiers are those of the sessions in noxfile.py that an interpreter was at hand for."""
    versions = re.findall(
        r'"(3\.\d+)"', (ROOT / "noxfile.py").read_text("utf-8").partition("PYTHONS")[2].partition("\n")[0]
    )
    claimed = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", one)]

    assert set(claimed) <= set(versions)
    assert f">={claimed[0]}" == PROJECT["requires-python"]
