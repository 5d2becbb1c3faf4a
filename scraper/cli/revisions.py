"""How `kliping show --diff` prints what a newsroom did to a story: colour on a terminal, [-marks-]{+in a pipe+}."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from rich.text import Text

from scraper.archive.versions.edits import told
from scraper.archive.versions.history import Op, Piece, Revision, word_diff
from scraper.cli.paint import console

STYLES: dict[Op, str] = {"same": "", "gone": "red strike", "come": "green"}
MARKS: dict[Op, tuple[str, str]] = {"same": ("", ""), "gone": ("[-", "-]"), "come": ("{+", "+}")}


def paint_revisions(revisions: Sequence[Revision]) -> None:
    """Each revision after the first: when it was seen, what was done, the two texts in one."""
    out = console()
    first = revisions[0]
    out.print(f"{first.record['title']}\nRevision {first.revision}, first seen {first.seen_at}.", markup=False)
    for old, new in pairwise(revisions):
        said = "in silence" if new.silent else "with a notice or a new time of its own"
        out.print(f"\nRevision {new.revision}, seen {new.seen_at}, edited {said}:", markup=False, style="bold")
        for edit in new.edits:
            out.print(f"  {told(edit)}", markup=False)
        for field in ("title", "body"):
            if old.record[field] != new.record[field]:
                out.print()
                out.print(marked(word_diff(old.record[field], new.record[field]), coloured=out.is_terminal))


def marked(pieces: Iterable[Piece], *, coloured: bool) -> Text:
    """The two texts in one: what is gone and what came in colour, or between signs."""
    text = Text()
    for piece in pieces:
        before, after = ("", "") if coloured else MARKS[piece.op]
        text.append(before + piece.text + after, STYLES[piece.op])
    return text
