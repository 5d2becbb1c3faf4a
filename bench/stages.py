"""Where the time of a reading goes, by stage: the running program is looked at every few milliseconds.

Each look charges the CPU time since the last one to the stage that the innermost of the reader's own functions belongs
to; a call into C (a parse, a pattern) is charged when it returns. Nothing is patched, so that nothing is slowed down.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

import extractors
from bench.peers import kliping

EVERY = 0.001  # seconds of CPU between looks; the kernel's own tick may make it 0.004
HOME = f"{Path(extractors.__file__).parent}/"
PARSING = frozenset(("tree", "head", "blog_widget", "_feed_blocks"))  # functions that call the parser
STAGES = (  # by the first part of a module's path that fits
    ("slices", "parse"), ("parsing", "parse"), ("depth", "parse"),
    ("context", "head data"), ("linked_data", "head data"),
    ("layouts/", "recognise"), ("layout", "recognise"), ("registry", "recognise"),
    ("blocks", "blocks"), ("furniture", "blocks"), ("images", "blocks"), ("lines", "blocks"), ("repetition", "blocks"),
    ("captions", "blocks"), ("promotion", "blocks"), ("verse", "blocks"), ("veils", "blocks"), ("feedtext", "blocks"),
    ("prose/", "prose"),
    ("quotes/", "quotes"),
    ("claims", "claims"), ("rules", "claims"), ("blogger", "claims"),
    ("generic", "generic reader"),
    ("extract", "the rest"),
)  # fmt: skip


def shares(pages: Iterable[str], *, rounds: int) -> dict[str, float]:
    """The share of each stage in the time of reading the pages so many times over, largest first."""
    spent: Counter[str] = Counter()
    last = time.process_time()

    def look(_signal: int, frame: FrameType | None) -> None:
        nonlocal last
        now = time.process_time()
        spent[stage_of(frame)] += now - last  # type: ignore[assignment]
        last = now

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        for _ in range(rounds):
            for html in pages:
                kliping(html)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    whole = sum(spent.values())
    return {stage: part / whole for stage, part in spent.most_common()}


def stage_of(frame: FrameType | None) -> str:
    """The stage of the innermost function that has one; shared modules (white space, addresses) work for a caller."""
    while frame is not None:
        module = frame.f_code.co_filename.removeprefix(HOME)
        if module != frame.f_code.co_filename:
            if frame.f_code.co_name in PARSING:
                return "parse"
            stage = next((stage for start, stage in STAGES if module.startswith(start)), None)
            if stage is not None:
                return stage
        frame = frame.f_back
    return "the rest"
