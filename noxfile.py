"""Tests under every Python at hand, and the packages built and tried: `nox`, `nox -s tests-3.13`, `nox -s package`."""

from __future__ import annotations

import sys

import nox

PYTHONS = ("3.11", "3.12", "3.13", "3.14")

nox.options.sessions = ("tests",)
nox.options.error_on_missing_interpreters = False  # those that are not at hand are told and left out
nox.options.reuse_existing_virtualenvs = True


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests, with the pinned packages; what is deprecated is an error."""
    session.install("--require-hashes", "-r", "requirements/dev.txt")
    session.install("--no-deps", "--editable", ".")
    session.run("python", "-m", "pytest", "-p", "no:cacheprovider", *session.posargs)


@nox.session(python=False)
def package(session: nox.Session) -> None:
    """Sdist and wheel: the same bytes each time, complete, and working alone under the Pythons named behind `--`."""
    session.run(sys.executable, "deploy/package.py", *session.posargs)
