"""One target of `bench.fuzz` under atheris, which keeps what reaches new code: `python -m bench.guided NAME FOLDER …`.

The other arguments are libFuzzer's. A broken law is raised, and libFuzzer keeps the input.
"""

from __future__ import annotations

import os
import sys

import atheris

with atheris.instrument_imports(include=["extractors", "scraper"]):
    from bench.fuzz import GUIDED


def main() -> None:
    target = GUIDED[sys.argv.pop(1)]

    def one(raw: bytes) -> None:
        problem = target.check(raw)
        if problem is not None:
            raise AssertionError(problem)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
