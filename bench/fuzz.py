"""All that strangers hand us, broken thousands of times, against the laws each reader must hold: `make fuzz`.

    python -m bench.fuzz [SECONDS] [--seed N] [--only NAME,…] [--unled] [--list]     1800 s where not told, shared by the targets

The seed is printed, and gives the same inputs again. An input must be read, or refused with a named error, within 2 s
of CPU, and the target's laws must hold. What fails is made small and kept in bench/out/. Where atheris is installed
(requirements/fuzz.txt) it leads half of each target's time by what code an input reaches.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from bench import broken, strangers, wire
from bench.child import Child, Verdict, tried  # noqa: F401 - workers look for it here
from bench.stored import ROOT
from extractors import Page

OUT = ROOT / "bench" / "out"
LIMIT = 2.0  # seconds of CPU an input
SHRINKING = 20.0  # seconds for making one failure small
KEPT = 20  # failures kept a target; after so many different ones the rest is only counted


class Target(NamedTuple):
    """What is fuzzed: how an input is made, what checks it, in words the laws; `weight` is its part of the time."""

    name: str
    laws: str
    made: Callable[[Random], Any]
    check: Callable[[Any], str | None]
    weight: int = 1


SOUND = "a record or a named refusal; what is given can be written down"
TARGETS = (
    Target("pages", "bench/laws.py: offsets, a body, the record written and read again", broken.page, broken.fault, 4),
    Target("conservation", "paragraphs, captions and removals hold all text", broken.page, broken.conserves, 2),
    Target("feeds", f"{SOUND}; no file, no request, no swelling entity", strangers.feed_input, strangers.feed, 2),
    Target("sitemaps", f"{SOUND}; no file, no request", strangers.sitemap_input, strangers.sitemap),
    Target("robots", "never fails; a delay within its bounds", strangers.robots_input, strangers.robots),
    Target("linked-data", "never fails; texts that can be written down", strangers.linked_data_input, strangers.linked_data),
    Target("context", "never fails; ids are texts", strangers.context_input, strangers.context),
    Target("stories", "quotes and dates stand where they say, in order", strangers.story_input, strangers.story, 2),
    Target("addresses", "one canonical form; what passes the guard leads outside", strangers.address_input, strangers.address),
    Target("wire", "a page or a named error in time; nobody else asked", wire.wire_input, wire.wire, 2),
    Target("encodings", "named errors; never above the limit; text that can be written down", strangers.packed_input, strangers.packed),
    Target("queries", "any text is a query", strangers.query_input, strangers.query),
    Target("warc", "pages below the limit, reasons documented, no file written", strangers.warc_input, strangers.warc),
    Target("wacz", "the same; no name in it leads anywhere", strangers.wacz_input, strangers.wacz),
    Target("exports", "the same; no file outside read", strangers.export_input, strangers.export),
    Target("saved", "the same", strangers.saved_input, strangers.saved),
    Target("commands", "exit code 0 to 3, no traceback, no file, no escape on the terminal", strangers.command_input, strangers.command),
)  # fmt: skip
GUIDED = {target.name: target for target in TARGETS if target.name not in {"pages", "conservation", "wire", "commands"}}


BY_NAME = {target.name: target for target in TARGETS}


def checked(work: tuple[str, Any]) -> str | None:
    """What is wrong with an input, for its target's name: all targets share a worker."""
    name, given = work
    return BY_NAME[name].check(given)


class Tried(NamedTuple):
    """What came of a target: inputs tried, those tried under guidance, the slowest in seconds of CPU."""

    inputs: int
    guided: int
    slowest: float
    failures: Counter[str]


def shrunk(whole: Any, fails: Callable[[Any], bool], *, seconds: float = SHRINKING) -> Any:
    """The shortest text or bytes found within so many seconds that still fails: pieces are left out, ever smaller."""
    until = time.monotonic() + seconds
    size = len(whole) // 2
    while size and time.monotonic() < until:
        at = 0
        while at < len(whole) and time.monotonic() < until:
            shorter = whole[:at] + whole[at + size :]
            if fails(shorter):
                whole = shorter
            else:
                at += size
        size //= 2
    return whole


def outcome(target: Target, child: Child, seed: int, seconds: float) -> Tried:
    """The target's inputs for so many seconds; each failure is printed and kept as it comes."""
    random = Random(f"{seed} {target.name}")
    child.run((target.name, target.made(random)))  # whatever it loads is not the next one's
    until = time.monotonic() + seconds
    failures = Failures(target, OUT)
    inputs, slowest = 0, 0.0
    while time.monotonic() < until:
        given = target.made(random)
        inputs += 1
        verdict = child.run((target.name, given))
        slowest = max(slowest, verdict.seconds)
        if verdict.kind != "sound":
            failures.add(given, verdict, child)
    return Tried(inputs, 0, slowest, failures.seen)


def guided(target: Target, seed: int, seconds: float) -> tuple[int, str]:
    """How many inputs atheris tried, and the end of what it says where one failed."""
    with tempfile.TemporaryDirectory() as folder:
        random = Random(seed)
        for number in range(20):
            (Path(folder) / str(number)).write_bytes(target.made(random))
        OUT.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "bench.guided", target.name, folder, f"-max_total_time={max(int(seconds), 1)}"]
        command += [
            "-timeout=10",
            f"-seed={seed % 2**31 or 1}",
            "-rss_limit_mb=3000",
            f"-artifact_prefix={OUT}/{target.name}-",
        ]
        done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
    said = done.stderr.decode("utf-8", "replace")
    counts = re.findall(r"^(?:Done|stat::number_of_executed_units:)\s*(\d+)", said, re.MULTILINE)
    rounds = re.findall(r"^#(\d+)\s", said, re.MULTILINE)
    count = int(counts[-1]) if counts else int(rounds[-1]) if rounds else 0
    return count, "" if done.returncode == 0 else said[-1500:]


class Failures:
    """The different failures of a target, each with its smallest input in a folder."""

    def __init__(self, target: Target, folder: Path) -> None:
        self._target, self._folder = target, folder
        self.seen: Counter[str] = Counter()

    def add(self, given: Any, verdict: Verdict, child: Child) -> None:
        """Counts the failure; one not seen before is made small and kept."""
        name = _place(verdict)
        self.seen[name] += 1
        if self.seen[name] > 1 or len(self.seen) > KEPT:
            return
        small = given
        if verdict.kind == "fault":  # a slow input, or one that hangs, costs too much to be tried hundreds of times
            small = _smaller(given, lambda shorter: _place(child.run((self._target.name, shorter))) == name)
        self._folder.mkdir(parents=True, exist_ok=True)
        stem = f"{self._target.name}-{verdict.kind}-{hashlib.sha256(name.encode()).hexdigest()[:10]}"
        kept = self._folder / f"{stem}.{'html' if isinstance(small, Page) else 'bin'}"
        kept.write_bytes(small.html.encode("utf-8", "surrogatepass") if isinstance(small, Page) else small)
        told = f"{name}\n{_without_html(small)!r}\n\n{verdict.told}"
        kept.with_suffix(".txt").write_text(told, "utf-8", errors="backslashreplace")
        print(f"  FAILED  {name}\n          {kept.relative_to(ROOT)}", flush=True)


def _smaller(given: Any, fails: Callable[[Any], bool]) -> Any:
    if not isinstance(given, Page):
        return shrunk(given, fails)
    return _with(given, shrunk(given.html, lambda html: fails(_with(given, html))))


def _with(page: Page, html: str) -> Page:
    return Page(url=page.url, html=html, entry=page.entry, repeated=page.repeated, zone=page.zone)


def _without_html(given: Any) -> Any:
    return _with(given, "") if isinstance(given, Page) else given[:300]


def _place(verdict: Verdict) -> str:
    """A failure's name: numbers aside, which change as the input is made small."""
    return re.sub(r"\d+", "n", verdict.signature)


def main(arguments: list[str] | None = None) -> int:
    """Tries every target for its part of the time; prints a line a target; 1 where anything failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("seconds", nargs="?", type=float, default=1800.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", type=lambda told: told.split(","), default=[target.name for target in TARGETS])
    parser.add_argument("--unled", action="store_true", help="leave atheris aside")
    parser.add_argument("--list", action="store_true", help="name the targets and their laws")
    options = parser.parse_args(arguments)
    chosen = [target for target in TARGETS if target.name in options.only]
    if options.list:
        print("\n".join(f"{target.name:<14}{target.laws}" for target in chosen))
        return 0
    is_guided, whole = not options.unled and find_spec("atheris") is not None, sum(target.weight for target in chosen)
    print(
        f"Seed {options.seed}, {options.seconds:.0f} s{', half of it led by atheris' if is_guided else ''}.", flush=True
    )
    bad = 0
    with Child(checked, limit=LIMIT, home="bench.fuzz") as child:
        for target in chosen:
            bad += not _told(target, child, options.seed, options.seconds * target.weight / whole, is_guided=is_guided)
    return 1 if bad else 0


def _told(target: Target, child: Child, seed: int, seconds: float, *, is_guided: bool) -> bool:
    """Whether nothing failed; prints the target's line."""
    led = is_guided and target.name in GUIDED
    found = outcome(target, child, seed, seconds / 2 if led else seconds)
    count, trouble = guided(target, seed, seconds / 2) if led else (0, "")
    failed = len(found.failures) + bool(trouble)
    told = f"{failed} FAILED" if failed else "nothing failed"
    print(
        f"{target.name:<14}{found.inputs:>8,} broken{count:>11,} led{found.slowest:>7.2f} s slowest   {told}",
        flush=True,
    )
    for name, times in found.failures.most_common():
        print(f"  {times:>6} × {name}", flush=True)
    if trouble:
        print(trouble, flush=True)
    return not failed


if __name__ == "__main__":
    sys.exit(main())
